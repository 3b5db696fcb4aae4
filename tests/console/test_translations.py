"""The worklist of translators, the page of one text, and files in and out, over the real routes."""

from __future__ import annotations

import base64
import csv
import random
import re
import zlib
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import event, select

from bot import editing, interchange
from bot.console.translations import exchange, words
from bot.editing import Key, Saved
from bot.settings import ROOT
from bot.tables import Answer, AuditEvent, Presence, Topic
from tests.console.conftest import Browser, Console, make_answer, make_topic, text_of

PATH = "/console/translations"
TOPIC = "asylum_apply"
EN = {"sms": "Call 112 now. It is free.", "chat": "Call 112 now. It is free.\n- Say where you are.\n- Wait."}
FR = {"sms": "Appelez le 112. C'est gratuit.", "chat": "Appelez le 112. C'est gratuit.\n- Dites où vous êtes.\n- Attendez."}


@pytest.fixture
def translator(console: Console) -> Browser:
    """An editor who translates into French and Arabic."""
    console.add_staff("amal@example.org", ["editor"], locales=["fr", "ar"])
    return console.as_("amal@example.org")


def english(console: Console, topic_id: str = TOPIC, **fields: Any) -> int:
    make_topic(console.database, topic_id, titles={"en": f"Title of {topic_id}"})
    return make_answer(console.database, topic_id, **(EN | fields))


def french(console: Console, topic_id: str = TOPIC, **fields: Any) -> int:
    return make_answer(console.database, topic_id, "fr", **(FR | fields))


def english_changes(console: Console, **texts: str) -> None:
    with console.database.write() as session:
        last = editing.newest(session, Key(TOPIC, "en", None))
        assert last is not None
        outcome = editing.save_draft(session, TOPIC, "en", None, last.version, author="ed@example.org", **(EN | texts))
        assert isinstance(outcome, Saved)
        editing.publish(session, outcome.answer.id, "ed@example.org")


def newest(console: Console, locale: str = "fr", topic_id: str = TOPIC, country: str | None = None) -> Answer | None:
    with console.database.read() as session:
        return editing.newest(session, Key(topic_id, locale, country))


def form_on(page: httpx.Response) -> dict[str, Any]:
    """What the form of a text's page would send if nobody typed anything."""
    assert page.status_code in (200, 409, 422), text_of(page)
    inside = page.text[page.text.index('id="translation"') :]
    inside = inside[: inside.index("</form>")]
    fields: dict[str, Any] = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', inside))
    fields.pop("_csrf_token")  # whoever sends the form has their own
    for name in ("sms", "chat"):
        found = re.search(rf'<textarea id="t-{name}"[^>]*>(.*?)</textarea>', inside, re.S)
        if found:
            fields[name] = found[1].replace("&#39;", "'").replace("&#34;", '"')
    title = re.search(r'<input id="t-title"[^>]*?value="([^"]*)"', inside)
    return fields | ({"title": title[1].replace("&#39;", "'")} if title else {})


def open_text(browser: Browser, locale: str = "fr", topic_id: str = TOPIC, **more: str) -> httpx.Response:
    return browser.get(f"{PATH}/text", params={"topic": topic_id, "locale": locale} | more)


def save(browser: Browser, page: httpx.Response | None = None, **fields: Any) -> httpx.Response:
    return browser.post(f"{PATH}/text", form_on(page or open_text(browser)) | fields)


def test_a_translator_sees_only_their_languages(console: Console, translator: Browser) -> None:
    english(console)
    said = text_of(translator.get(PATH))
    assert "French" in said and "Arabic" in said and "Spanish" not in said
    assert "Spanish" in text_of(console.as_("editor").get(PATH))
    for path in (f"{PATH}?locale=es", f"{PATH}/next?locale=es", f"{PATH}/export?locale=es", f"{PATH}?locale=en"):
        assert translator.get(path).status_code == 404, path
    assert open_text(translator, "es").status_code == 404
    form = form_on(open_text(translator)) | {"locale": "es", **FR}
    assert translator.post(f"{PATH}/text", form).status_code == 404 and newest(console, "es") is None
    assert translator.post(f"{PATH}/check", form).status_code == 404


def test_english_is_never_translated_into(console: Console) -> None:
    english(console)
    me = console.as_("editor")
    assert open_text(me, "en").status_code == 404 and me.get(f"{PATH}/export?locale=en").status_code == 404
    form = form_on(open_text(me)) | {"locale": "en", **FR}
    assert me.post(f"{PATH}/text", form).status_code == 404
    found = newest(console, "en")
    assert found is not None and found.sms == EN["sms"]


def test_somebody_who_only_writes_english_has_nothing_to_translate(console: Console) -> None:
    english(console)
    console.add_staff("ed@example.org", ["editor"], locales=["en"])
    me = console.as_("ed@example.org")
    assert "no language to translate into" in text_of(me.get(PATH))
    assert "no language to translate into" in text_of(me.get(f"{PATH}/files"))


def test_the_list_counts_what_is_to_do_and_filters_by_address(console: Console, translator: Browser) -> None:
    for name in ("asylum_apply", "work_rights", "bank_account"):
        english(console, name)
    french(console, "work_rights")
    french(console, "bank_account", status="draft")
    page = translator.get(f"{PATH}?locale=fr")
    said = text_of(page)
    assert "To do: 3 of 3" in said, "the titles of the two others are missing, too"
    assert "Not translated 3" in said and "Draft 1" in said and "Published 1" in said
    drafts = text_of(translator.get(f"{PATH}?locale=fr&show=draft"))
    assert "Title of bank_account" in drafts and "Title of work_rights" not in drafts
    found = text_of(translator.get(f"{PATH}?locale=fr&show=all&q=WORK"))
    assert "Title of work_rights" in found and "Title of asylum_apply" not in found
    assert "No text fits" in text_of(translator.get(f"{PATH}?locale=fr&show=review"))


def test_next_goes_through_the_list_once_and_says_when_nothing_is_left(console: Console, translator: Browser) -> None:
    for name in ("a_topic", "b_topic"):
        english(console, name)
    seen = []
    at: dict[str, str] = {}
    for _ in range(3):
        answer = translator.get(f"{PATH}/next", params={"locale": "ar", "show": "open"} | at)
        at = {name: given[0] for name, given in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        seen.append(at["topic"])
    assert seen == ["a_topic", "b_topic", "a_topic"]
    for name in ("a_topic", "b_topic"):
        save(translator, open_text(translator, "ar", name), sms="اتصل بالرقم 112 الآن. مجانا.", chat="اتصل 112.", title="العنوان")
    answer = translator.get(f"{PATH}/next?locale=ar&show=open")
    assert answer.headers["location"].startswith(f"{PATH}?locale=ar")
    assert "Nothing else is left" in text_of(translator.follow(answer))


def test_a_first_translation_is_saved_as_a_draft_of_the_english_version_shown(console: Console, translator: Browser) -> None:
    english(console, version=4)
    page = open_text(translator)
    assert EN["sms"] in text_of(page) and 'lang="fr" dir="ltr"' in page.text
    assert 'dir="rtl"' in open_text(translator, "ar").text
    answer = save(translator, page, **FR, title="Demander l'asile", then="next", comment="first")
    assert answer.headers["location"].startswith(f"{PATH}/next?") and "topic=asylum_apply" in answer.headers["location"]
    saved = newest(console)
    assert saved is not None
    assert (saved.sms, saved.chat, saved.status, saved.translated_from) == (FR["sms"], FR["chat"], "draft", 4)
    assert (saved.author, saved.comment, saved.sources) == ("amal@example.org", "first", ["https://help.unhcr.org"])
    with console.database.read() as session:
        assert session.get_one(Topic, TOPIC).titles["fr"] == "Demander l'asile"
        actions = set(session.scalars(select(AuditEvent.action).where(AuditEvent.actor == "amal@example.org")))
    assert {"answer.saved", "topic.changed"} <= actions


def test_a_changed_english_text_is_shown_word_by_word(console: Console, translator: Browser) -> None:
    english(console)
    french(console)
    english_changes(console, chat=EN["chat"].replace("free", "free, day and night"))
    page = open_text(translator)
    assert "English has changed" in text_of(page)
    assert re.search(r"<ins>.*day and night.*?</ins>", page.text, re.S)
    assert page.text.count('name="still"') == 1, "the SMS text did not change"


def test_a_stale_text_saved_untouched_stays_stale_until_somebody_says_that_it_holds(
    console: Console, translator: Browser
) -> None:
    english(console)
    french(console)
    english_changes(console, chat=EN["chat"] + " Or 999.")
    answer = save(translator, sms="Le 112, c'est gratuit.")
    assert "stays marked as out of date" in text_of(translator.follow(answer)) and "Chat text" in text_of(open_text(translator))
    found = newest(console)
    assert found is not None and found.translated_from == 1
    translator.follow(save(translator, still=["chat"]))
    found = newest(console)
    assert found is not None and found.translated_from == 2 and found.sms == "Le 112, c'est gratuit."
    assert "English has changed" not in text_of(open_text(translator))


def test_a_stale_text_that_was_changed_is_up_to_date(console: Console, translator: Browser) -> None:
    english(console)
    french(console)
    english_changes(console, chat=EN["chat"] + " Day and night.")
    translator.follow(save(translator, chat=FR["chat"] + " Jour et nuit."))
    found = newest(console)
    assert found is not None and found.translated_from == 2


def test_english_that_changes_while_somebody_translates_is_told(console: Console, translator: Browser) -> None:
    english(console)
    page = open_text(translator)
    english_changes(console, sms="Call 999 now. It is free.")
    answer = save(translator, page, **FR)
    assert "has changed while you were translating" in text_of(translator.follow(answer))
    found = newest(console)
    assert found is not None and found.translated_from == 1, "it says what the page showed"


def test_two_translators_of_one_text_do_not_write_over_each_other(console: Console, translator: Browser) -> None:
    english(console)
    mine, theirs = open_text(translator), open_text(console.as_("editor"))
    save(console.as_("editor"), theirs, **FR)
    answer = save(translator, mine, sms="Faites le 112. Gratuit.", chat=FR["chat"])
    assert answer.status_code == 409
    assert "editor@example.org saved version 1" in text_of(answer) and "Faites le 112" in answer.text
    found = newest(console)
    assert found is not None and found.sms == FR["sms"]
    again = save(translator, answer)
    assert again.status_code == 303
    found = newest(console)
    assert found is not None and (found.version, found.sms) == (2, "Faites le 112. Gratuit.")


def test_a_title_that_somebody_else_has_changed_is_not_written_over(console: Console, translator: Browser) -> None:
    english(console)
    page = open_text(translator)
    save(console.as_("editor"), **FR, title="Le leur")
    answer = save(translator, page, sms="", chat="", title="Le mien")
    assert answer.status_code == 422 and "Le leur" in text_of(answer) and "Le mien" in answer.text
    with console.database.read() as session:
        assert session.get_one(Topic, TOPIC).titles["fr"] == "Le leur"
    # Who did not touch the title does not bring the old one back.
    save(translator, page, **FR)
    with console.database.read() as session:
        assert session.get_one(Topic, TOPIC).titles["fr"] == "Le leur"


def test_a_title_alone_can_be_saved(console: Console, translator: Browser) -> None:
    english(console)
    assert "The title is saved" in text_of(translator.follow(save(translator, title="Demander l'asile")))
    assert newest(console) is None
    assert save(translator).status_code == 422, "nothing at all is no translation"


def test_a_text_handed_in_for_review_must_carry_the_numbers_of_the_english_one(console: Console, translator: Browser) -> None:
    english(console)
    answer = save(translator, sms="Appelez vite. C'est gratuit.", chat=FR["chat"], then="review")
    assert answer.status_code == 422 and "This number is missing: 112" in text_of(answer) and "Appelez vite" in answer.text
    assert newest(console) is None
    assert save(translator, answer, then="review", anyway="yes").status_code == 303
    found = newest(console)
    assert found is not None and found.status == "review"
    assert save(translator, sms="Appelez\u202e le 112. C'est gratuit.", then="review", anyway="yes").status_code == 422
    assert save(translator, sms="", then="review", anyway="yes").status_code == 422


def test_a_draft_may_be_saved_with_faults_and_says_them(console: Console, translator: Browser) -> None:
    english(console)
    page = translator.follow(save(translator, sms="Appelez vite.", chat=FR["chat"]))
    assert "This number is missing: 112" in text_of(page)


def test_faults_are_told_while_typing(console: Console, translator: Browser) -> None:
    english(console)
    answer = translator.post(
        f"{PATH}/check", form_on(open_text(translator)) | {"sms": "Call 112 now. It is free.", "chat": FR["chat"]}
    )
    assert answer.status_code == 200 and text_of(answer) == "SMS : This is the English text."
    assert text_of(translator.post(f"{PATH}/check", form_on(open_text(translator)) | FR)) == ""


def test_a_sensitive_text_still_needs_a_second_person(console: Console, translator: Browser) -> None:
    make_topic(console.database, TOPIC, sensitive=True, titles={"en": "A"})
    english(console)
    assert "needs a second person" in text_of(open_text(translator))
    save(translator, **FR, then="review")
    found = newest(console)
    assert found is not None and found.status == "review"
    assert translator.post(f"/console/answers/{found.id}/publish").status_code in (303, 409, 422)
    found = newest(console)
    assert found is not None and found.status == "review"


def test_a_text_that_does_not_exist_is_not_there(console: Console, translator: Browser) -> None:
    english(console)
    assert open_text(translator, topic_id="nothing").status_code == 404
    assert open_text(translator, country="GR").status_code == 404
    form = form_on(open_text(translator))
    for wrong in ({"source": "999"}, {"source": "x"}, {"topic": "nothing"}, {"source": str(french(console))}):
        assert translator.post(f"{PATH}/text", form | FR | wrong).status_code in (404, 422), wrong


def test_a_page_that_is_open_is_seen_by_the_next_translator(console: Console, translator: Browser) -> None:
    english(console)
    form = form_on(open_text(translator))
    assert translator.post("/console/answers/presence", form).status_code == 200
    with console.database.read() as session:
        assert session.scalars(select(Presence.place)).all() == [f"answer:{TOPIC}:fr:"]
    assert "Amal" in text_of(console.as_("editor").post("/console/answers/presence", form))


@pytest.mark.parametrize("kind", interchange.FORMATS)
def test_a_language_goes_out_and_comes_back(console: Console, translator: Browser, kind: str) -> None:
    english(console)
    english(console, country="GR", sms="In Greece call 112 now.", version=2)
    answer = translator.get(f"{PATH}/export?locale=fr&format={kind}&what=all")
    assert answer.status_code == 200
    ending = interchange.FORMATS[kind].ending
    assert re.fullmatch(rf'attachment; filename="waymark-fr-[\d-]+\.{ending}"', answer.headers["content-disposition"])
    units = [line.unit for line in interchange.read(f"a.{ending}", answer.content).lines]
    assert [unit.key for unit in units] == [f"{TOPIC}/fr/{rest}" for rest in ("/title", "/sms", "/chat", "GR/sms", "GR/chat")]
    report = translator.upload(f"{PATH}/import", {"file": (f"a.{ending}", answer.content)})
    assert "As before: 5" in text_of(report) and "nothing in this file to save" in text_of(report)


def test_only_what_is_to_do_is_exported_when_asked(console: Console, translator: Browser) -> None:
    english(console)
    english(console, "work_rights")
    french(console)
    with console.database.write() as session:
        session.get_one(Topic, TOPIC).titles = {"en": "A", "fr": "B"}
    found = interchange.read("a.csv", translator.get(f"{PATH}/export?locale=fr&format=csv").content)
    assert {line.unit.key.split("/")[0] for line in found.lines} == {"work_rights"}
    assert translator.get(f"{PATH}/export?locale=fr&format=docx").status_code == 404


def rows(*given: tuple[str, str, str]) -> bytes:
    file = StringIO()
    csv.writer(file).writerows([("key", "source", "target"), *given])
    return file.getvalue().encode()


GOOD = rows(
    (f"{TOPIC}/fr//title", f"Title of {TOPIC}", "Demander l'asile"),
    (f"{TOPIC}/fr//sms", EN["sms"], FR["sms"]),
    (f"{TOPIC}/fr//chat", EN["chat"], FR["chat"]),
    (f"{TOPIC}/es//sms", EN["sms"], "Llame al 112."),
    ("nothing/fr//sms", "Old", "Ancien"),
)


def upload(browser: Browser, content: bytes, name: str = "fr.csv", **data: str) -> httpx.Response:
    return browser.upload(f"{PATH}/import", {"file": (name, content)}, data)


def agreed(report: httpx.Response) -> dict[str, str]:
    """What the report's form sends."""
    form = report.text[report.text.index(f'action="{PATH}/import/apply"') :]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    return {name: text for name, text in fields.items() if name != "_csrf_token"}


def test_an_import_says_what_becomes_of_each_line_and_saves_nothing(console: Console, translator: Browser) -> None:
    english(console)
    english(console, "es_is_not_mine")
    report = upload(translator, GOOD)
    said = text_of(report)
    assert "Left out: 2" in said and "To be saved: 3" in said
    assert "Line 7" not in said or "There is no such text" in said
    assert "not among yours" in said and "There is no such text" in said
    assert newest(console) is None
    with console.database.read() as session:
        assert "fr" not in session.get_one(Topic, TOPIC).titles


def test_an_import_that_is_agreed_to_is_saved_and_audited(console: Console, translator: Browser) -> None:
    english(console)
    report = upload(translator, GOOD)
    answer = translator.post(f"{PATH}/import/apply", agreed(report))
    assert "drafts: 1. Titles changed: 1." in text_of(translator.follow(answer))
    found = newest(console)
    assert found is not None
    assert (found.sms, found.status, found.author, found.comment) == (
        FR["sms"],
        "draft",
        "amal@example.org",
        "Imported from fr.csv",
    )
    with console.database.read() as session:
        assert session.get_one(Topic, TOPIC).titles["fr"] == "Demander l'asile"
        (row,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "translation.imported"))
    assert (row.kind, row.object_id, row.detail["drafts"], row.detail["left_out"]["error"]) == ("translation", "fr", 1, 2)
    assert newest(console, "es") is None


def test_what_changed_after_the_report_is_not_written_over(console: Console, translator: Browser) -> None:
    english(console)
    report = upload(translator, GOOD)
    save(console.as_("editor"), **FR | {"sms": "Le leur : 112."})
    answer = translator.post(f"{PATH}/import/apply", agreed(report))
    assert answer.status_code == 409 and "nothing was saved" in text_of(answer)
    found = newest(console)
    assert found is not None and found.sms == "Le leur : 112."
    # The new report says whose draft goes, and can be agreed to.
    assert "replaces a draft" in text_of(answer)
    assert translator.post(f"{PATH}/import/apply", agreed(answer)).status_code == 303
    found = newest(console)
    assert found is not None and found.sms == FR["sms"]


def test_english_that_changed_after_the_report_stops_the_import(console: Console, translator: Browser) -> None:
    english(console)
    report = upload(translator, GOOD)
    english_changes(console, sms="Call 999 now. It is free.")
    answer = translator.post(f"{PATH}/import/apply", agreed(report))
    assert answer.status_code == 409 and newest(console) is None
    assert "has changed since the file was exported" in text_of(answer)


def test_somebody_who_lost_a_language_meanwhile_imports_nothing(console: Console, translator: Browser) -> None:
    english(console)
    report = upload(translator, GOOD)
    other = console.add_staff("sp@example.org", ["editor"], locales=["es"])
    assert other
    answer = console.as_("sp@example.org").post(f"{PATH}/import/apply", agreed(report))
    assert answer.status_code == 409 and newest(console) is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("fr.docx", b"x", "must end in"),
        ("fr.csv", b"", "The file is empty"),
        ("fr.csv", b"key,target\na,\xff", "Line 2: The file is not in UTF-8"),
        ("fr.po", b"nonsense", "not a valid PO file"),
        ("fr.xlf", b'<!DOCTYPE x [<!ENTITY a "b">]><xliff version="1.2">&a;</xliff>', "document type or entities"),
        ("fr.csv", b"x" * 4_000_001, "larger than 4 MB"),
        ("", b"x", "Choose a file"),
    ],
    ids=["format", "empty", "encoding", "po", "entities", "size", "no file"],
)
def test_a_file_that_cannot_be_read_says_why(translator: Browser, name: str, content: bytes, said: str) -> None:
    answer = upload(translator, content, name) if name else translator.upload(f"{PATH}/import", {"other": ("a", b"x")})
    assert answer.status_code == 422 and said in text_of(answer)


@pytest.mark.parametrize("packed", ["", "####", "eJwDAAAAAAE", "a" * 1000], ids=["nothing", "no base64", "cut off", "no zlib"])
def test_a_report_that_was_tampered_with_saves_nothing(console: Console, translator: Browser, packed: str) -> None:
    english(console)
    form = agreed(upload(translator, GOOD)) | {"packed": packed}
    assert translator.post(f"{PATH}/import/apply", form).status_code == 422
    assert translator.post(f"{PATH}/import/report", form).status_code == 422
    assert newest(console) is None


def test_a_file_that_unpacks_without_end_is_cut_off(console: Console, translator: Browser) -> None:
    english(console)
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 60_000_000)).decode()
    form = agreed(upload(translator, GOOD)) | {"packed": bomb}
    assert translator.post(f"{PATH}/import/apply", form).status_code == 422


def test_the_report_comes_as_a_file_without_formulas(console: Console, translator: Browser) -> None:
    english(console)
    content = rows(("=HYPERLINK(1)", "a", "b"), (f"{TOPIC}/fr//sms", EN["sms"], FR["sms"]))
    answer = translator.post(f"{PATH}/import/report", agreed(upload(translator, content)))
    assert answer.headers["content-type"].startswith("text/csv")
    table = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["Line", "Key", "Outcome", "Remarks"]
    assert table[1][:3] == ["2", "'=HYPERLINK(1)", "Left out"]
    assert table[2][3].startswith("An answer needs both texts")


def test_html_in_a_file_stays_text(console: Console, translator: Browser) -> None:
    english(console)
    evil = "<script>alert(112)</script> C'est gratuit, vraiment gratuit."
    report = upload(translator, rows((f"{TOPIC}/fr//sms", EN["sms"], evil), ("<img src=x>", "a", "b")), '"><b>.csv')
    assert "<script>alert" not in report.text and "<img" not in report.text.split("<main")[1] and '"><b>' not in report.text


def test_unfinished_texts_are_taken_only_when_asked(console: Console, translator: Browser) -> None:
    english(console)
    content = (
        f'msgid ""\nmsgstr "Language: fr\\n"\n\n#, fuzzy\nmsgctxt "{TOPIC}/fr//title"\nmsgid "Title of {TOPIC}"\nmsgstr "Titre"\n'
    )
    assert "Unfinished: 1" in text_of(upload(translator, content.encode(), "fr.po"))
    report = upload(translator, content.encode(), "fr.po", unfinished="yes")
    assert "To be saved: 1" in text_of(report)
    assert translator.post(f"{PATH}/import/apply", agreed(report)).status_code == 303
    with console.database.read() as session:
        assert session.get_one(Topic, TOPIC).titles["fr"] == "Titre"


def test_long_reports_show_some_lines_and_name_the_rest(
    console: Console, translator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "SHOWN", 2)
    report = upload(translator, rows(*((f"nothing{n}/fr//sms", "a", "b") for n in range(5))))
    assert "Left out: 5" in text_of(report) and "And 3 more" in text_of(report)


def test_a_file_as_large_as_is_taken_comes_back_with_its_report(console: Console, translator: Browser) -> None:
    english(console)
    noise = base64.b64encode(random.Random(1).randbytes(2_800_000)).decode()
    many = ((f"nothing{n}/fr//chat", "a", noise[n * 15_000 : (n + 1) * 15_000]) for n in range(248))
    content = rows((f"{TOPIC}/fr//title", f"Title of {TOPIC}", "Titre"), *many)
    assert 3_700_000 < len(content) < 4_000_000
    report = upload(translator, content)
    assert "Left out: 248" in text_of(report)
    assert translator.post(f"{PATH}/import/apply", agreed(report)).status_code == 303


def test_every_code_of_the_checks_has_its_sentence() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "interchange").glob("*.py"))
    findings = set(re.findall(r'(?:Finding\(|^        \(|else )"(\w+)"', code, re.M)) - {"cp"}
    findings |= {f"{what}_{how}" for what in ("placeholder", "link") for how in ("missing", "added")}
    findings |= set(re.findall(r'"(inline_codes|plural|too_many_cells|too_long_to_read|unknown_key|other_language)"', code))
    assert len(findings) > 25 and findings <= words.FINDING.keys(), findings - words.FINDING.keys()
    unreadable = set(re.findall(r'Unreadable\("(\w+)"', code))
    assert len(unreadable) > 10 and unreadable == words.UNREADABLE.keys()


def test_only_editors_translate(console: Console) -> None:
    for role in ("caseworker", "admin"):
        assert console.as_(role).get(PATH).status_code == 403
        assert console.as_(role).post(f"{PATH}/import/apply", {}).status_code == 403
    assert console.nobody().get(PATH).status_code == 303


def test_an_import_needs_the_token_of_its_page(console: Console, translator: Browser) -> None:
    english(console)
    form = agreed(upload(translator, GOOD))
    assert translator._request("POST", f"{PATH}/import/apply", data=form).status_code == 403
    assert translator._request("POST", f"{PATH}/import", data={"unfinished": "yes"}).status_code == 403
    assert newest(console) is None


def test_the_number_of_queries_does_not_grow_with_the_rows(console: Console, translator: Browser) -> None:
    statements: list[str] = []
    event.listen(console.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def queries(path: str) -> int:
        translator.get(path)  # the sign of life of the session is written once a minute
        statements.clear()
        assert translator.get(path).status_code == 200
        return len(statements)

    english(console)
    paths = (PATH, f"{PATH}?locale=fr&show=all", f"{PATH}/text?topic={TOPIC}&locale=fr", f"{PATH}/export?locale=fr&what=all")
    few = [queries(path) for path in paths]
    for number in range(15):
        english(console, f"topic_{number}")
        french(console, f"topic_{number}", status="published" if number % 2 else "draft")
    assert [queries(path) for path in paths] == few
