"""From the database to a file and back: what is to do, what goes out, what comes in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select

from bot import editing, interchange
from bot.db import Database, utcnow
from bot.editing import Key, Saved
from bot.interchange import present, saving, titles
from bot.interchange.checking import OK, UNCHANGED, Result, check
from bot.interchange.present import Item
from bot.interchange.saving import Overtaken
from bot.interchange.units import DRAFT, MISSING, PUBLISHED, REVIEW, STALE
from bot.tables import Answer, AuditEvent, Topic

TOPIC = "asylum_apply"
EN = {"sms": "Call 112 now. It is free.", "chat": "Call 112 now. It is free.\n- Say where you are.\n- Wait."}
FR = {"sms": "Appelez le 112. C'est gratuit.", "chat": "Appelez le 112. C'est gratuit.\n- Dites où vous êtes.\n- Attendez."}
NEW_EN = {"sms": EN["sms"], "chat": "Call 112 now. It is free, day and night.\n- Say where you are.\n- Wait."}
ME = "amal@example.org"


def topic(database: Database, topic_id: str = TOPIC, **fields: Any) -> None:
    with database.write() as session:
        given: dict[str, Any] = {"category": "rights", "titles": {"en": "How to ask for asylum"}} | fields
        session.add(Topic(id=topic_id, **given))


def answer(database: Database, locale: str, texts: dict[str, str], topic_id: str = TOPIC, **fields: Any) -> int:
    given: dict[str, Any] = {"status": "published", "version": 1, "translated_from": None if locale == "en" else 1} | fields
    given.setdefault("published_at", utcnow() if given["status"] == "published" else None)
    with database.write() as session:
        row = Answer(topic_id=topic_id, locale=locale, author="content folder", checked_on=date(2026, 1, 2), **texts, **given)
        session.add(row)
        session.flush()
        return row.id


def english_changes(database: Database, texts: dict[str, str] = NEW_EN, country: str | None = None) -> None:
    with database.write() as session:
        last = editing.newest(session, Key(TOPIC, "en", country))
        outcome = editing.save_draft(session, TOPIC, "en", country, last.version if last else 0, **texts, author="ed@example.org")
        assert isinstance(outcome, Saved)
        editing.publish(session, outcome.answer.id, "ed@example.org")


def items(database: Database, *locales: str) -> list[Item]:
    with database.read() as session:
        return present.items(session, locales or ("fr",))


def states(database: Database, *locales: str) -> dict[tuple[str, str | None], str]:
    return {(item.locale, item.country): item.state for item in items(database, *locales)}


def results(database: Database, content: bytes, name: str = "a.csv") -> list[Result]:
    document = interchange.read(name, content)
    with database.read() as session:
        known = present.units(session, present.items(session, ("fr", "es")))
    return check(document, known, lambda locale: locale != "es")


def exported(database: Database, kind: str = "csv") -> bytes:
    with database.read() as session:
        units = present.units(session, present.items(session, ("fr",)))
    return interchange.FORMATS[kind].write(list(units.values()), "fr")


def apply(database: Database, found: list[Result]) -> saving.Imported:
    with database.write() as session:
        saving.hold(session, found)
        return saving.apply(session, found, ME, "From a file", "csv")


def newest(database: Database, locale: str = "fr", country: str | None = None) -> Answer:
    with database.read() as session:
        found = editing.newest(session, Key(TOPIC, locale, country))
        assert found is not None
        return found


def test_what_is_to_do_follows_the_english_texts(database: Database) -> None:
    topic(database)
    assert items(database) == [], "nothing to translate before English is published"
    answer(database, "en", EN)
    assert states(database, "fr", "es") == {("fr", None): MISSING, ("es", None): MISSING}
    answer(database, "fr", FR)
    answer(database, "es", FR, status="review")
    assert states(database, "fr", "es") == {("fr", None): PUBLISHED, ("es", None): REVIEW}
    english_changes(database)
    assert states(database, "fr", "es") == {("fr", None): STALE, ("es", None): STALE}


def test_a_draft_of_the_present_english_text_is_work_under_way(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "fr", FR)
    english_changes(database)
    answer(database, "fr", FR | {"chat": "Neuf"}, status="draft", version=2, translated_from=2)
    assert states(database)["fr", None] == DRAFT


def test_a_countrys_own_english_text_is_translated_for_that_country(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "en", EN | {"sms": "In Greece call 112."}, country="GR", version=2)
    answer(database, "es", FR, country="TR")
    found = items(database, "fr", "es")
    assert [(item.locale, item.country, item.title_state) for item in found] == [
        ("fr", None, MISSING),
        ("es", None, MISSING),
        ("fr", "GR", ""),
        ("es", "GR", ""),
        ("es", "TR", ""),
    ]
    assert found[-1].source.version == 1, "without an English text of its own it translates the general one"


def test_the_title_goes_with_the_first_answer_even_where_there_is_none_for_everywhere(database: Database) -> None:
    topic(database)
    answer(database, "en", EN, country="GR")
    answer(database, "en", EN, country="TR", version=2)
    found = items(database)
    assert [(item.country, item.title_state) for item in found] == [("GR", MISSING), ("TR", "")]
    with database.read() as session:
        assert next(iter(present.units(session, found))) == f"{TOPIC}/fr//title"


def test_a_withdrawn_translation_is_to_be_written_again(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "fr", FR, status="withdrawn")
    (item,) = items(database)
    assert (item.state, item.was_withdrawn, item.is_to_do) == (MISSING, True, True)
    with database.read() as session:
        assert present.units(session, [item])[f"{TOPIC}/fr//sms"].target == ""


def test_only_the_half_that_changed_in_english_is_stale(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "fr", FR)
    english_changes(database)
    with database.read() as session:
        found = present.units(session, present.items(session, ("fr",)))
    sms, chat = found[f"{TOPIC}/fr//sms"], found[f"{TOPIC}/fr//chat"]
    assert (sms.state, sms.previous) == (PUBLISHED, "")
    assert (chat.state, chat.previous, chat.source, chat.source_version) == (STALE, EN["chat"], NEW_EN["chat"], 2)


@pytest.mark.parametrize("kind", interchange.FORMATS)
def test_an_export_that_nobody_touched_changes_nothing(database: Database, kind: str) -> None:
    topic(database, titles={"en": "How to ask", "fr": "Comment demander"})
    answer(database, "en", EN)
    answer(database, "fr", FR)
    for stale in (False, True):
        if stale:
            english_changes(database)
        found = results(database, exported(database, kind), f"a.{interchange.FORMATS[kind].ending}")
        assert [result.outcome for result in found] == [UNCHANGED] * 3


@pytest.mark.parametrize("kind", interchange.FORMATS)
def test_a_translated_file_becomes_drafts_and_titles(database: Database, kind: str) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "en", EN, country="GR", version=2)
    with database.read() as session:
        units = present.units(session, present.items(session, ("fr",)))
    given = {"title": "Demander l'asile", **FR}
    done = [
        type(u)(**{**{n: getattr(u, n) for n in type(u).__slots__}, "target": given[u.key.rsplit("/")[-1]], "state": DRAFT})
        for u in units.values()
    ]
    found = results(database, interchange.FORMATS[kind].write(done, "fr"), f"a.{interchange.FORMATS[kind].ending}")
    assert {result.outcome for result in found} == {OK}
    assert apply(database, found) == saving.Imported(drafts=2, titles=1)
    saved = newest(database)
    assert (saved.sms, saved.chat, saved.status, saved.translated_from) == (FR["sms"], FR["chat"], "draft", 1)
    assert (saved.author, saved.comment, saved.checked_on) == (ME, "From a file", date(2026, 1, 2))
    assert newest(database, country="GR").translated_from == 2
    with database.read() as session:
        assert session.get_one(Topic, TOPIC).titles["fr"] == "Demander l'asile"
        (imported,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "translation.imported"))
        assert (imported.actor, imported.object_id, imported.detail["drafts"], imported.detail["titles"]) == (ME, "fr", 2, 1)
    assert states(database)["fr", None] == DRAFT


def test_a_stale_answer_is_up_to_date_when_the_changed_half_was_done(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "fr", FR)
    english_changes(database)
    content = exported(database).replace(b"C'est gratuit.\n- Dites", b"C'est gratuit, jour et nuit.\n- Dites")
    found = results(database, content)
    assert [result.outcome for result in found if result.outcome != UNCHANGED] == [OK]
    apply(database, found)
    saved = newest(database)
    assert saved.translated_from == 2 and "jour et nuit" in saved.chat and saved.sms == FR["sms"]


def test_a_stale_answer_stays_stale_while_a_changed_half_was_not_done(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "fr", FR)
    english_changes(database, {"sms": "Call 112. It costs nothing.", "chat": NEW_EN["chat"]})
    content = exported(database).replace(b"C'est gratuit.\n- Dites", b"C'est gratuit, jour et nuit.\n- Dites")
    found = results(database, content)
    apply(database, found)
    saved = newest(database)
    assert saved.translated_from == 1 and "jour et nuit" in saved.chat
    assert states(database)["fr", None] == STALE


def test_a_translation_that_still_holds_is_confirmed_without_a_change(database: Database) -> None:
    topic(database, titles={"en": "How to ask", "fr": "Comment demander"})
    answer(database, "en", EN)
    answer(database, "fr", FR)
    english_changes(database)
    found = results(database, exported(database).replace(b",stale,", b",done,"))
    assert [result.outcome for result in found] == [UNCHANGED, UNCHANGED, OK]
    apply(database, found)
    assert newest(database).translated_from == 2 and newest(database).chat == FR["chat"]


def test_a_file_exported_before_english_changed_is_left_out(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "fr", FR)
    content = exported(database).replace(b"Attendez", b"Patientez")
    english_changes(database)
    codes = [[finding.code for finding in result.findings] for result in results(database, content)]
    assert ["source_changed"] in codes


def test_nothing_stays_of_an_import_that_somebody_overtook(database: Database) -> None:
    topic(database)
    topic(database, "work_rights")
    for name in (TOPIC, "work_rights"):
        answer(database, "en", EN, name)
    content = "key,source,target\n" + "".join(
        f'{name}/fr//{part},"{EN[part]}","{FR[part]}"\n' for name in (TOPIC, "work_rights") for part in ("sms", "chat")
    )
    found = results(database, content.encode())
    assert {result.outcome for result in found} == {OK}
    with database.write() as session:  # the second topic's English text is gone meanwhile
        editing.withdraw(session, editing.newest(session, Key("work_rights", "en", None)).id, "ed@example.org", "wrong")  # type: ignore[union-attr]
    with pytest.raises(Overtaken):
        apply(database, found)
    with database.read() as session:
        assert editing.newest(session, Key(TOPIC, "fr", None)) is None
        assert not session.scalars(select(AuditEvent).where(AuditEvent.action == "translation.imported")).all()


def test_a_title_is_stale_when_its_english_title_has_changed(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    with database.write() as session:
        assert titles.save(session, TOPIC, "fr", " Demander  l'asile ", ME)
    assert [item.title_state for item in items(database)] == [PUBLISHED]
    with database.write() as session:
        draft = editing.TopicDraft("rights", "general", False, 0, {"en": "Ask for protection"})
        editing.change(session, TOPIC, draft, "ed@example.org", may_lift=False)
    (item,) = items(database)
    assert item.title_state == STALE and item.is_to_do
    with database.read() as session:
        unit = present.units(session, [item])[f"{TOPIC}/fr//title"]
    assert (unit.target, unit.previous, unit.source) == ("Demander l'asile", "How to ask for asylum", "Ask for protection")
    with database.write() as session:
        assert not titles.save(session, TOPIC, "fr", "Demander l'asile", ME), "the same title, which still holds"
    assert [item.title_state for item in items(database)] == [PUBLISHED]


def test_the_console_keeps_an_answer_stale_until_each_changed_half_was_seen(database: Database) -> None:
    topic(database)
    answer(database, "en", EN)
    answer(database, "fr", FR)
    english_changes(database, {"sms": "Call 112. It costs nothing.", "chat": NEW_EN["chat"]})
    key = Key(TOPIC, "fr", None)
    with database.write() as session:
        source = editing.source_of(session, key)
        assert source is not None
        assert saving.left(session, key, source, "Neuf : 112.", FR["chat"], ()) == {"chat"}
        saving.save(session, key, 1, source, "Neuf : 112.", FR["chat"], ME)
    assert newest(database).translated_from == 1
    with database.write() as session:
        saving.save(session, key, 2, source, "Neuf : 112.", FR["chat"], ME, confirmed=("sms", "chat"))
    assert newest(database).translated_from == 2


def test_the_number_of_queries_does_not_grow_with_the_texts(sqlite: Database) -> None:
    def queries() -> int:
        seen: list[str] = []
        event.listen(sqlite.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        with sqlite.read() as session:
            present.units(session, present.items(session, ("fr", "es", "ar")))
        return len([statement for statement in seen if statement.lstrip().upper().startswith("SELECT")])

    topic(sqlite)
    answer(sqlite, "en", EN)
    answer(sqlite, "fr", FR)
    english_changes(sqlite)
    few = queries()
    for number in range(12):
        topic(sqlite, f"topic_{number}")
        answer(sqlite, "en", EN, f"topic_{number}", version=3)
        answer(sqlite, "fr", FR, f"topic_{number}", translated_from=2)
        answer(sqlite, "es", FR, f"topic_{number}", status="draft")
    assert queries() == few
