"""Editors: the list and the coverage, one text from draft to publishing, conflicts, versions, topics, languages of an editor."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bot import answers, options
from bot.db import Database, utcnow
from bot.i18n import LANGUAGES
from bot.tables import Answer, AuditEvent, Question, Topic
from tests.console.conftest import Browser, Console, make_answer, make_topic, text_of

TEXT = "/console/answers/text?topic=asylum_apply&locale="
BOB = "bob@example.org"


def form(base: int, locale: str = "en", **fields: Any) -> dict[str, Any]:
    given = {
        "topic": "asylum_apply",
        "locale": locale,
        "country": "",
        "base": str(base),
        "sms": "Ask at any police station.",
        "chat": "Ask at any police station. Bring your papers.",
        "sources": "https://help.unhcr.org",
        "checked_on": date.today().isoformat(),
        "review_due": (date.today() + timedelta(days=90)).isoformat(),
        "comment": "",
        "then": "",
    }
    return given | fields


def versions_of(console: Console, locale: str = "en") -> list[tuple[int, str, str]]:
    with console.database.read() as session:
        query = select(Answer.version, Answer.status, Answer.sms).where(Answer.locale == locale).order_by(Answer.version)
        return [(row.version, row.status, row.sms) for row in session.execute(query)]


def said_now(console: Console, locale: str = "en") -> str:
    """What the next message would carry."""
    with console.database.read() as session:
        found = answers.find(session, "asylum_apply", locale, None, utcnow().date(), 90)
        return found.answer.sms if found is not None else ""


def audited(console: Console) -> list[str]:
    with console.database.read() as session:
        return list(
            session.scalars(select(AuditEvent.action).where(AuditEvent.kind.in_(("answer", "topic"))).order_by(AuditEvent.id))
        )


def second_editor(console: Console, **fields: Any) -> Browser:
    console.add_staff(BOB, ["editor"], **fields)
    return console.as_(BOB)


# The list


def test_the_list_shows_each_text_with_its_state_and_narrows_by_what_is_chosen(console: Console) -> None:
    make_topic(console.database, "clinic", category="health", titles={"en": "Find a clinic"})
    make_answer(console.database, version=2)
    make_answer(console.database, locale="fr")
    make_answer(console.database, locale="en", country="GR", review_due=date.today() - timedelta(days=1))
    make_answer(console.database, "clinic", review_due=date.today() - timedelta(days=400))
    make_answer(console.database, "clinic", locale="ar", status="review", chat="The hospital 100% free")
    editor = console.as_("editor")
    page = text_of(editor.get("/console/answers"))
    assert "How to ask for asylum" in page and "Find a clinic" in page and "Greece" in page
    for query, here, gone in [
        ("state=stale", "French", "Find a clinic"),
        ("state=review", "Find a clinic", "How to ask for asylum"),
        ("state=withheld", "Find a clinic", "How to ask for asylum"),
        ("state=due", "Greece", "French"),
        ("category=health", "Find a clinic", "How to ask for asylum"),
        ("locale=fr", "How to ask for asylum", "Find a clinic"),
        ("country=GR", "How to ask for asylum", "Find a clinic"),
        ("q=CLIN", "Find a clinic", "How to ask for asylum"),
        ("q=Hospital+100%25", "Find a clinic", "How to ask for asylum"),
    ]:
        table = text_of(editor.get(f"/console/answers?{query}")).split("Changed", 1)[1]
        assert here in table and gone not in table, query
    assert "No text fits these filters." in text_of(editor.get("/console/answers?q=nothing%20like%20it"))


def test_long_lists_come_in_pages(console: Console) -> None:
    for number in range(60):
        make_topic(console.database, f"topic_{number:02}", titles={"en": f"Topic number {number:02}"}, position=number)
        make_answer(console.database, f"topic_{number:02}")
    editor = console.as_("editor")
    first, second = (text_of(editor.get(f"/console/answers?page={page}")) for page in (1, 2))
    assert "Topic number 00" in first and "Topic number 59" not in first
    assert "Topic number 59" in second and "Topic number 00" not in second


def test_the_coverage_shows_gaps_and_texts_with_something_wrong(console: Console) -> None:
    make_answer(console.database, version=2)
    make_answer(console.database, locale="fr", translated_from=1)
    make_answer(console.database, locale="ar", status="draft")
    page = console.as_("editor").get("/console/answers/coverage").text
    row = page.split("How to ask for asylum", 1)[1].split("</tr>", 1)[0]
    cells = [" ".join(re.findall(r'class="hidden">([^<]*)<', cell)) for cell in row.split("<td>")[1:]]
    by_language = dict(zip(LANGUAGES, cells, strict=True))
    assert by_language["en"] == "Published" and by_language["fr"] == "English has changed"
    assert by_language["ar"] == "No text, Draft" and by_language["so"] == "No text"


def fill(database: Database, topics: int) -> None:
    with database.write() as session:
        for number in range(topics):
            session.add(Topic(id=f"topic_{number}", category="rights", position=number, titles={"en": f"Topic {number}"}))
            for locale in LANGUAGES:
                for version, status in ((1, "replaced"), (2, "published")):
                    session.add(
                        Answer(
                            topic_id=f"topic_{number}",
                            locale=locale,
                            version=version,
                            status=status,
                            sms="Ask the police. " * 8,
                            chat="Ask the police for asylum. " * 40,
                            sources=["https://help.unhcr.org"],
                            facts=[],
                            translated_from=None if locale == "en" else 2,
                        )
                    )


@pytest.mark.parametrize("path", ["/console/answers", "/console/answers/coverage"])
def test_the_number_of_queries_does_not_grow_with_the_texts_and_their_words_are_not_read(console: Console, path: str) -> None:
    editor = console.as_("editor")
    asked: list[str] = []
    event.listen(console.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    numbers = []
    for topics in (2, 30):
        fill_from(console, topics)
        asked.clear()
        assert editor.get(path).status_code == 200
        numbers.append(len(asked))
        assert not any("answer.chat" in query or "answer.sms" in query for query in asked)
    assert numbers[0] == numbers[1]


def fill_from(console: Console, topics: int) -> None:
    with console.database.write() as session:
        session.query(Answer).delete()
        session.query(Topic).delete()
    fill(console.database, topics)


# One text


def test_a_text_is_saved_as_a_draft_then_published_and_the_next_message_carries_it(console: Console) -> None:
    make_answer(console.database)
    editor = console.as_("editor")
    assert 'name="base" value="1"' in editor.get(f"{TEXT}en").text
    before = said_now(console)
    page = editor.follow(editor.post("/console/answers/text", form(1, sms="Go to the asylum office.")))
    assert "Saved as version 2" in text_of(page) and said_now(console) == before
    with console.database.read() as session:
        draft = session.scalars(select(Answer).where(Answer.version == 2)).one()
    done = editor.post(f"/console/answers/{draft.id}/publish")
    assert "The next message carries it" in text_of(editor.follow(done))
    assert said_now(console) == "Go to the asylum office."
    assert audited(console) == ["answer.saved", "answer.published"]


def test_saving_and_publishing_can_be_one_step(console: Console) -> None:
    make_answer(console.database)
    console.as_("editor").post("/console/answers/text", form(1, sms="One step.", then="publish"))
    assert said_now(console) == "One step."


def test_a_form_with_a_mistake_comes_back_with_every_word_that_was_typed(console: Console) -> None:
    make_answer(console.database)
    wrong = form(1, sms="My <b>long</b> work", chat="Hours of it", sources="javascript:alert(1)", comment="why I did it")
    page = console.as_("editor").post("/console/answers/text", wrong)
    assert page.status_code == 422 and "This is not a web address" in text_of(page)
    assert "My &lt;b&gt;long&lt;/b&gt; work" in page.text and "Hours of it" in page.text and "why I did it" in page.text
    assert len(versions_of(console)) == 1
    later = console.as_("editor").post("/console/answers/text", form(1, checked_on="not a day"))
    assert later.status_code == 422 and "This is not a date" in text_of(later)


def test_two_editors_on_one_text_see_both_texts_and_nothing_is_written_over(console: Console) -> None:
    make_answer(console.database)
    editor, bob = console.as_("editor"), second_editor(console)
    old = "You can ask for asylum at any police station. It is free."
    bob.post("/console/answers/text", form(1, sms=old.replace("police station", "border"), chat="Bob's long text."))
    mine = form(1, sms=old.replace("free", "free of charge"), chat="My long text.", comment="mine")
    page = editor.post("/console/answers/text", mine)
    assert page.status_code == 409
    said = text_of(page)
    assert f"{BOB} saved version 2 while you were writing" in said
    assert "<ins>" in page.text and "free of charge" in page.text and "Bob&#39;s" in page.text
    assert 'name="base" value="2"' in page.text and "My long text." in page.text
    assert [version for version, *_ in versions_of(console)] == [1, 2]
    editor.follow(editor.post("/console/answers/text", mine | {"base": "2"}))
    assert [text for *_, text in versions_of(console)][1:] == [
        old.replace("police station", "border"),
        old.replace("free", "free of charge"),
    ]


def test_changes_of_different_words_are_offered_together(console: Console) -> None:
    first = make_answer(console.database)
    with console.database.read() as session:
        old = session.get_one(Answer, first)
        sms, chat = old.sms, old.chat
    second_editor(console).post("/console/answers/text", form(1, sms=sms.replace("police station", "border"), chat=chat))
    page = console.as_("editor").post("/console/answers/text", form(1, sms=sms.replace("free", "quick"), chat=chat))
    assert "You can ask for asylum at any border. It is quick." in page.text
    assert "Save both changes as a draft" in text_of(page)


def test_the_second_editor_is_told_who_has_the_text_open_and_what_was_saved_since(console: Console) -> None:
    make_answer(console.database)
    editor, bob = console.as_("editor"), second_editor(console)
    here = {"topic": "asylum_apply", "locale": "en", "country": "", "base": "1"}
    assert text_of(editor.post("/console/answers/presence", here)) == ""
    assert "Editor has this text open, too" in text_of(bob.post("/console/answers/presence", here))
    assert "Bob has this text open, too" in text_of(editor.get(f"{TEXT}en"))
    bob.post("/console/answers/text", form(1))
    told = text_of(editor.post("/console/answers/presence", here))
    assert f"{BOB} has saved version 2" in told and "open, too" not in told
    editor.post("/console/answers/presence", here | {"gone": "yes"})
    assert text_of(bob.post("/console/answers/presence", here | {"base": "2"})) == ""


def test_a_sensitive_text_needs_a_second_person(console: Console) -> None:
    make_topic(console.database, sensitive=True)
    make_answer(console.database)
    editor, bob = console.as_("editor"), second_editor(console)
    before = said_now(console)
    assert "Save and publish" not in text_of(editor.get(f"{TEXT}en"))
    refused = editor.post("/console/answers/text", form(1, sms="Alone.", then="publish"))
    assert refused.status_code == 422 and "Somebody else has to approve" in text_of(refused)
    editor.post("/console/answers/text", form(1, sms="With Bob.", then="review"))
    with console.database.read() as session:
        draft = session.scalars(select(Answer.id).where(Answer.status == "review")).one()
    assert "Approve and publish" not in text_of(editor.get(f"{TEXT}en"))
    for step in ("approve", "approve-and-publish", "publish"):
        assert editor.post(f"/console/answers/{draft}/{step}").status_code == 422
    assert said_now(console) == before
    sent_back = bob.post(f"/console/answers/{draft}/reject", {"comment": "Say where."})
    assert "Say where." in text_of(bob.follow(sent_back))
    editor.post(f"/console/answers/{draft}/submit")
    assert "Approve and publish" in text_of(bob.get(f"{TEXT}en"))
    bob.post(f"/console/answers/{draft}/approve-and-publish")
    assert said_now(console) == "With Bob."
    assert audited(console) == [
        "answer.saved",
        "answer.submitted",
        "answer.rejected",
        "answer.submitted",
        "answer.approved",
        "answer.published",
    ]


def test_an_editor_of_some_languages_reads_the_others_and_changes_none_of_them(console: Console) -> None:
    english, french = make_answer(console.database), make_answer(console.database, locale="fr")
    draft = make_answer(console.database, version=2, status="draft")
    bob = second_editor(console, locales=["fr"])
    page = bob.get(f"{TEXT}en")
    assert page.status_code == 200 and "<fieldset" in page.text and "disabled" in page.text
    assert "Save draft" not in text_of(page) and "Withdraw" not in text_of(page)
    before = versions_of(console)
    assert bob.post("/console/answers/text", form(2)).status_code == 403
    for step in ("publish", "submit", "approve", "approve-and-publish", "reject", "restore", "reviewed", "checked", "withdraw"):
        for number in (english, draft):
            assert bob.post(f"/console/answers/{number}/{step}", {"comment": "x", "reason": "x"}).status_code == 403, step
    assert bob.get(f"/console/answers/{english}/withdraw").status_code == 403
    assert bob.post("/console/answers/presence", {"topic": "asylum_apply", "locale": "en", "base": "1"}).status_code == 403
    assert versions_of(console) == before and audited(console) == []
    assert bob.post("/console/answers/text", form(1, "fr", sms="Allez à la police.")).status_code == 303
    assert bob.post(f"/console/answers/{french}/checked").status_code == 303


def test_a_translation_shows_what_changed_in_english_until_it_follows(console: Console) -> None:
    make_answer(console.database, locale="fr", sms="À la police.")
    make_answer(console.database, sms="Go to the police.", status="replaced")
    make_answer(console.database, sms="Go to the office.", version=2)
    editor = console.as_("editor")
    page = editor.get(f"{TEXT}fr")
    assert "This translation says version 1. English is at version 2 now." in text_of(page)
    assert "</span>police</del>" in page.text and "</span>office</ins>" in page.text
    editor.post("/console/answers/text", form(1, "fr", sms="Au bureau.", follows="yes", then="publish"))
    assert "English is at version" not in text_of(editor.get(f"{TEXT}fr"))
    with console.database.read() as session:
        assert session.scalars(select(Answer.translated_from).where(Answer.locale == "fr", Answer.version == 2)).one() == 2


def test_a_text_for_one_country_begins_with_the_choice_of_the_country(console: Console) -> None:
    make_answer(console.database)
    editor = console.as_("editor")
    page = editor.get(f"{TEXT}en&country=GR")
    assert page.status_code == 200 and "Greece" in text_of(page) and 'name="base" value="0"' in page.text
    editor.post("/console/answers/text", form(0, country="GR", sms="In Greece: online.", then="publish"))
    with console.database.read() as session:
        found = answers.find(session, "asylum_apply", "en", "GR", utcnow().date(), 90)
        assert found is not None and found.answer.sms == "In Greece: online."
    assert said_now(console) != "In Greece: online."
    assert editor.get(f"{TEXT}en&country=XX").status_code == 404
    assert editor.get(f"{TEXT}xx").status_code == 404
    assert editor.get("/console/answers/text?topic=nothing&locale=en").status_code == 404


def test_old_versions_are_compared_by_the_word_and_brought_back(console: Console) -> None:
    old = make_answer(console.database, sms="Go to the police.", status="replaced", published_at=utcnow())
    make_answer(console.database, sms="Go to the office.", version=2, author="editor@example.org")
    editor = console.as_("editor")
    page = editor.get("/console/answers/versions?topic=asylum_apply&locale=en")
    assert "</span>police</del>" in page.text and "</span>office</ins>" in page.text
    assert "editor@example.org" in page.text and "Was published" in text_of(page)
    back = editor.post(f"/console/answers/{old}/restore", {"base": "2"})
    assert "back as version 3" in text_of(editor.follow(back))
    assert versions_of(console)[-1] == (3, "draft", "Go to the police.")
    assert said_now(console) == "Go to the office."
    late = editor.post(f"/console/answers/{old}/restore", {"base": "1"})
    assert late.status_code == 303 and len(versions_of(console)) == 3, "the text is there already"
    editor.post("/console/answers/text", form(3, sms="Newer."))
    assert editor.post(f"/console/answers/{old}/restore", {"base": "3"}).status_code == 422
    assert audited(console) == ["answer.restored", "answer.saved"]


def test_before_a_text_is_withdrawn_the_editor_sees_what_contacts_get_then(console: Console) -> None:
    make_answer(console.database)
    spanish = make_answer(console.database, locale="es", sms="Pregunte a la policía.")
    editor = console.as_("editor")
    page = text_of(editor.get(f"/console/answers/{spanish}/withdraw"))
    assert "Spanish the text in English, and a line that says that there is none in theirs" in page and "French" not in page
    assert said_now(console, "es") == "Pregunte a la policía."
    assert editor.post(f"/console/answers/{spanish}/withdraw", {"reason": ""}).status_code == 422
    assert editor.post(f"/console/answers/{spanish}/withdraw", {"reason": "A wrong number."}).status_code == 303
    assert said_now(console, "es").startswith("You can ask for asylum")
    assert "was withdrawn" in text_of(editor.get(f"{TEXT}es"))
    assert audited(console) == ["answer.withdrawn"]


def test_a_text_still_right_is_confirmed_without_a_new_version(console: Console) -> None:
    number = make_answer(console.database, review_due=date.today() - timedelta(days=200))
    editor = console.as_("editor")
    assert said_now(console) == "" and "This text is withheld" in text_of(editor.get(f"{TEXT}en"))
    due = date.today() + timedelta(days=30)
    editor.post(f"/console/answers/{number}/checked", {"review_due": due.isoformat()})
    assert said_now(console) != "" and len(versions_of(console)) == 1
    with console.database.read() as session:
        assert session.get_one(Answer, number).review_due == due
    assert audited(console) == ["answer.checked"]


# The preview


def test_the_preview_shows_what_is_sent_with_its_footer_segments_and_price(console: Console) -> None:
    make_answer(console.database)
    with console.database.write() as session:
        options.put(session, "segment_price", "0.05", "admin@example.org")
        options.put(session, "currency", "EUR", "admin@example.org")
    page = console.as_("editor").post("/console/answers/preview", form(1, sms="a" * 150, checked_on="2026-11-03"))
    said = text_of(page)
    assert page.status_code == 200 and "Checked 11/2026, not yet reviewed. More: MORE" in said
    assert "2 segments" in said and "€0.10" in said and "GSM-7" in said
    assert "Source: https://help.unhcr.org" in said and "Talk to a person" in said


def test_the_preview_names_the_one_character_that_doubles_the_cost(console: Console) -> None:
    make_answer(console.database)
    editor = console.as_("editor")
    costly = text_of(editor.post("/console/answers/preview", form(1, sms="Help is here ❤ " + "a" * 100, checked_on="")))
    assert "❤ (heavy black heart) makes this SMS cost 2 segments instead of 1." in costly
    plain = text_of(editor.post("/console/answers/preview", form(1, sms="Help is here " + "a" * 100, checked_on="")))
    assert "makes this SMS cost" not in plain
    curly = text_of(editor.post("/console/answers/preview", form(1, sms="It’s here " + "a" * 100, checked_on="")))
    assert "makes this SMS cost" not in curly and "sent in a plainer form: ’" in curly and "It's here" in curly
    arabic = text_of(editor.post("/console/answers/preview", form(0, "ar", sms="اطلب اللجوء من الشرطة. " * 4, checked_on="")))
    assert "makes this SMS cost" not in arabic and "UCS-2" in arabic


def test_the_preview_of_an_empty_sms_text_is_what_saving_makes_of_it(console: Console) -> None:
    make_answer(console.database)
    fields = form(1, sms="", chat="First ask the police. " + "Then bring every paper that you have to the office. " * 12)
    phone = console.as_("editor").post("/console/answers/preview", fields).text.split('<p class="message"')[1]
    console.as_("editor").post("/console/answers/text", fields)
    assert versions_of(console)[-1][2] in phone and len(versions_of(console)[-1][2]) < 310


def test_the_preview_of_a_danger_text_has_the_emergency_number_and_its_choices(console: Console) -> None:
    make_topic(console.database, "crisis_medical", category="crisis", sensitive=True, titles={"en": "Medical danger"})
    fields = form(0, sms="Call {emergency}. {other}", chat="Go to hospital.", topic="crisis_medical")
    said = text_of(console.as_("editor").post("/console/answers/preview", fields))
    assert "Call 112" in said and "1 Tell a caseworker now" in said and "MORE" not in said
    assert "{emergency} is missing in one of the texts" in said and "{other} is not filled in" in said


def test_what_an_editor_typed_never_becomes_part_of_the_page(console: Console) -> None:
    make_answer(console.database, sms="<script>alert(1)</script>", chat="<img src=x>", status="draft")
    editor = console.as_("editor")
    evil = form(1, sms='"><script>x</script>', comment="<b>")
    for page in (
        editor.get(f"{TEXT}en"),
        editor.post("/console/answers/preview", evil),
        editor.post("/console/answers/text", evil | {"base": "0"}),
    ):
        assert "<script>alert" not in page.text and "<script>x" not in page.text and "<img src=x" not in page.text


# Topics


def test_a_new_topic_leads_to_its_first_text_and_is_found_by_its_title(console: Console) -> None:
    editor = console.as_("editor")
    assert "New topic" in text_of(editor.get("/console/answers/topics/new?title=Bus%20tickets&locale=en"))
    fields = {"title-en": "How to buy a bus ticket", "category": "routes", "need": "general", "position": "4"}
    made = editor.post("/console/answers/topics/new", fields)
    assert made.headers["location"] == "/console/answers/text?topic=how_to_buy_a_bus_ticket&locale=en"
    assert "Now write its first text" in text_of(editor.follow(made))
    with console.database.read() as session:
        topic = session.get_one(Topic, "how_to_buy_a_bus_ticket")
        assert (topic.category, topic.position, topic.sensitive) == ("routes", 4, False)
        assert session.scalars(select(Question.text)).all() == ["How to buy a bus ticket"]
    again = editor.post("/console/answers/topics/new", fields)
    assert again.status_code == 422 and "with this name already" in text_of(again)
    assert audited(console) == ["topic.created"]


def test_a_topic_is_changed_but_only_an_admin_makes_it_less_sensitive(console: Console) -> None:
    make_topic(console.database, sensitive=True)
    fields = {"topic": "asylum_apply", "title-en": "Asking for asylum", "category": "rights", "need": "asylum", "position": "2"}
    refused = console.as_("editor").post("/console/answers/topic", fields)
    assert refused.status_code == 422 and "Only an admin" in text_of(refused)
    assert console.as_("editor").post("/console/answers/topic", fields | {"sensitive": "yes"}).status_code == 303
    with console.database.read() as session:
        topic = session.get_one(Topic, "asylum_apply")
        assert topic.sensitive and topic.titles == {"en": "Asking for asylum", "fr": "Demander l'asile"}
    assert console.as_("all").post("/console/answers/topic", fields).status_code == 303
    with console.database.read() as session:
        assert not session.get_one(Topic, "asylum_apply").sensitive


def test_an_editor_of_some_languages_changes_their_titles_and_nothing_else(console: Console) -> None:
    make_topic(console.database)
    bob = second_editor(console, locales=["fr"])
    fields = {
        "title-en": "Mine now",
        "title-fr": "Demander asile",
        "category": "work",
        "need": "work",
        "position": "9",
        "sensitive": "yes",
    }
    bob.post("/console/answers/topic", fields | {"topic": "asylum_apply"})
    with console.database.read() as session:
        topic = session.get_one(Topic, "asylum_apply")
        assert topic.titles == {"en": "How to ask for asylum", "fr": "Demander asile"}
        assert (topic.category, topic.sensitive, topic.position) == ("rights", False, 0)
    assert bob.get("/console/answers/topics/new").status_code == 403
    assert bob.post("/console/answers/topics/new", {"title-en": "New"}).status_code == 403
    assert bob.post("/console/answers/topic/delete", {"topic": "asylum_apply"}).status_code == 403


def test_a_danger_topic_stays_one_and_stays(console: Console) -> None:
    make_topic(console.database, "crisis_medical", category="crisis", sensitive=True, titles={"en": "Medical danger"})
    boss = console.as_("all")
    assert "cannot be deleted" in text_of(boss.get("/console/answers/topic?topic=crisis_medical"))
    fields = {"topic": "crisis_medical", "title-en": "Calm", "category": "rights", "need": "health", "position": "1"}
    assert boss.post("/console/answers/topic", fields).status_code == 422
    assert boss.post("/console/answers/topic", fields | {"category": "crisis"}).status_code == 422
    assert boss.post("/console/answers/topic/delete", {"topic": "crisis_medical"}).status_code == 422
    with console.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Topic)) == 1


def test_a_topic_made_by_mistake_can_go(console: Console) -> None:
    make_topic(console.database)
    make_answer(console.database, status="draft")
    editor = console.as_("editor")
    assert "Delete the topic" in text_of(editor.get("/console/answers/topic?topic=asylum_apply"))
    assert editor.post("/console/answers/topic/delete", {"topic": "asylum_apply"}).status_code == 303
    assert editor.get("/console/answers/topic?topic=asylum_apply").status_code == 404


def test_an_old_link_to_a_version_leads_to_its_text(console: Console) -> None:
    number = make_answer(console.database, locale="fr")
    sent = console.as_("editor").get(f"/console/answers/{number}")
    assert sent.headers["location"] == "/console/answers/text?topic=asylum_apply&locale=fr"
    assert console.as_("editor").get("/console/answers/999").status_code == 404


def test_the_heartbeat_of_a_page_names_the_text_it_is_about(console: Console) -> None:
    make_answer(console.database)
    page = console.as_("editor").get(f"{TEXT}en").text
    sent = json.loads(re.search(r"hx-vals='([^']*)'", page)[1])  # type: ignore[index]  # the page has it
    assert sent == {"topic": "asylum_apply", "locale": "en", "country": "", "base": 1}


def test_the_cost_of_a_topic_is_told_for_each_language(console: Console) -> None:
    make_answer(console.database, sms="a" * 200, chat="a" * 200, checked_on=None)
    make_answer(console.database, locale="ar", sms="اطلب اللجوء من الشرطة. " * 4, checked_on=None)
    with console.database.write() as session:
        options.put(session, "segment_price", "0.05", "admin@example.org")
        options.put(session, "currency", "EUR", "admin@example.org")
    editor = console.as_("editor")
    assert "/console/answers/costs?topic=asylum_apply&amp;locale=en" in editor.get(f"{TEXT}en").text
    for page in (
        editor.get("/console/answers/costs?topic=asylum_apply&locale=en"),
        editor.fragment("/console/answers/costs?topic=asylum_apply&locale=en"),
    ):
        rows = [text_of_row(row) for row in page.text.split("<tr")[2:]]
        assert rows[0].startswith("English GSM-7 2 2 €0.10 €0.10") and rows[1].startswith("Arabic UCS-2 2 ")
    assert "<html" not in page.text
    assert editor.get("/console/answers/costs?topic=nothing").status_code == 404


def text_of_row(row: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row.split(">", 1)[1])).strip()
