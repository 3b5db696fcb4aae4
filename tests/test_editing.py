"""Editing: versions, conflicts, review by a second person, publishing, who is at work, where each text stands."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from actions.answering import say_answer, say_details
from bot import answers, contacts, editing, i18n, staff
from bot.content.storing import LOADED_BY
from bot.db import Database, utcnow
from bot.editing import Conflict, Key, Refused, Saved, TopicDraft, saying
from bot.messages import Incoming, Kind
from bot.settings import Settings
from bot.tables import Answer, AuditEvent, Presence, Question, Topic
from bot.turn import Turn

TODAY = date(2026, 11, 24)
TOPIC = "asylum_apply"
ANNA, BEN, CARA = "anna@example.org", "ben@example.org", "cara@example.org"


def add_topic(session: Session, topic_id: str = TOPIC, **fields: Any) -> Topic:
    topic = Topic(id=topic_id, **({"category": "rights", "titles": {"en": "How to ask for asylum"}} | fields))
    session.add(topic)
    session.flush()
    return topic


def add_answer(session: Session, locale: str = "en", country: str | None = None, version: int = 1, **fields: Any) -> Answer:
    given: dict[str, Any] = {
        "topic_id": TOPIC,
        "status": "published",
        "sms": f"Ask the police. {locale} {version}",
        "chat": f"Ask the police for asylum. {locale} {version}",
        "sources": ["https://help.unhcr.org"],
        "facts": ["K001"],
        "checked_on": TODAY - timedelta(days=30),
        "review_due": TODAY + timedelta(days=100),
        "author": LOADED_BY,
        "translated_from": None if locale == "en" else 1,
    } | fields
    given["published_at"] = utcnow() if given["status"] in ("published", "replaced") else None
    answer = Answer(locale=locale, country=country, version=version, **given)
    session.add(answer)
    session.flush()
    return answer


def save(session: Session, sms: str = "New text.", base: int = 1, author: str = ANNA, locale: str = "en", **more: Any) -> Saved:
    more = {"country": None, "chat": f"{sms} And more of it."} | more
    country, chat = more.pop("country"), more.pop("chat")
    outcome = editing.save_draft(session, TOPIC, locale, country, base, sms, chat, author, **more)
    assert isinstance(outcome, Saved)
    return outcome


def audited(session: Session) -> list[tuple[str, str]]:
    return [(row.actor, row.action) for row in session.scalars(select(AuditEvent).order_by(AuditEvent.id))]


def refusal(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*arguments, **more)
    return caught.value.code


# Saving


def test_a_save_is_a_new_draft_and_contacts_still_get_what_was_published(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        add_answer(session)
        saved = save(session, "Go to the police.\r\nIt is free.  ")
        assert (saved.answer.version, saved.answer.status, saved.answer.author) == (2, "draft", ANNA)
        assert saved.answer.sms == "Go to the police.\nIt is free."
        assert (saved.answer.sources, saved.answer.facts) == (["https://help.unhcr.org"], ["K001"])
        found = answers.find(session, TOPIC, "en", None, TODAY, 90)
        assert found is not None and found.answer.version == 1
        assert audited(session) == [(ANNA, "answer.saved")]


def test_a_save_on_a_text_that_somebody_changed_meanwhile_stores_nothing_and_returns_both(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        add_answer(session)
        save(session, "Anna's text.")
        outcome = editing.save_draft(session, TOPIC, "en", None, 1, "Ben's text.", "Ben's long text.", BEN)
        assert isinstance(outcome, Conflict)
        assert outcome.base is not None and outcome.base.version == 1
        assert outcome.theirs.sms == "Anna's text." and outcome.theirs.author == ANNA
        assert [v.sms for v in editing.versions(session, Key(TOPIC, "en", None))] == ["Anna's text.", "Ask the police. en 1"]
        again = save(session, "Ben's text.", base=outcome.theirs.version, author=BEN)
        assert again.answer.version == 3


def test_two_who_save_at_the_same_moment_get_one_version_and_one_conflict(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        add_answer(session)

    def attempt(number: int) -> bool:
        with database.write() as session:
            return isinstance(editing.save_draft(session, TOPIC, "en", None, 1, f"Text {number}.", "Long.", ANNA), Saved)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1
    with database.read() as session:
        assert len(editing.versions(session, Key(TOPIC, "en", None))) == 2


def test_the_second_of_two_clicks_and_a_save_of_nothing_new_make_no_version(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session)
        first = save(session, "New text.")
        second = save(session, "New text.", base=1)
        assert first.changed and not second.changed and second.answer.id == first.answer.id


def test_an_earlier_draft_is_kept_but_no_longer_open(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        first = save(session, "One.", base=0).answer
        second = save(session, "Two.", base=1).answer
        session.refresh(first)
        assert (first.status, first.sms, second.status) == ("replaced", "One.", "draft")
        assert refusal(editing.publish, session, first.id, ANNA) == "newer"


def test_an_empty_text_is_made_from_the_other(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        answer = save(session, "", base=0, chat="Ask the police. " * 40).answer
        assert answer.sms.startswith("Ask the police.") and len(answer.sms) < 310
        assert save(session, "Short.", base=1, chat="").answer.chat == "Short."


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"sms": " ", "chat": "\n"}, "empty"),
        ({"sms": "a\x07b"}, "unusable"),
        ({"sms": "x" * 1501}, "long_sms"),
        ({"chat": "x" * 8001}, "long_chat"),
        ({"sources": ["javascript:alert(1)"]}, "source"),
        ({"sources": [f"https://example.org/{n}" for n in range(21)]}, "source"),
        ({"checked_on": utcnow().date() + timedelta(days=3)}, "checked_later"),
        ({"checked_on": date(2026, 5, 1), "review_due": date(2026, 4, 30)}, "due_earlier"),
        ({"locale": "not a locale"}, "locale"),
        ({"country": "EU"}, "country"),
        ({"country": "gr"}, "country"),
        ({"locale": "fr", "translated_from": 9}, "no_source"),
    ],
)
def test_what_cannot_be_said_to_contacts_is_refused(sqlite: Database, fields: dict[str, Any], code: str) -> None:
    with sqlite.write() as session:
        add_topic(session)
        assert refusal(save, session, **({"base": 0} | fields)) == code
    assert refusal(lambda: _of_no_topic(sqlite)) == "no_topic"


def _of_no_topic(sqlite: Database) -> None:
    with sqlite.write() as session:
        editing.save_draft(session, "nothing", "en", None, 0, "a", "b", ANNA)


def test_a_source_that_a_content_folder_brought_need_not_be_a_web_address(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session, sources=["Leaflet of the city, 2026"])
        kept = save(session, sources=["Leaflet of the city, 2026", " https://a.example ", "https://a.example"]).answer
        assert kept.sources == ["Leaflet of the city, 2026", "https://a.example"]


def test_words_that_nobody_has_read_are_not_called_reviewed(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        old = add_answer(session, review="reviewed")
        only_sources = save(session, old.sms, chat=old.chat, sources=["https://a.example"]).answer
        assert only_sources.review == "reviewed"
        assert save(session, "Other words.", base=2).answer.review == "drafted"


def test_a_restored_version_comes_back_as_a_draft_with_what_it_rested_on(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        old = add_answer(session, status="replaced", review="reviewed", sources=["https://old.example"])
        add_answer(session, version=2)
        outcome = editing.restore(session, old.id, 2, ANNA)
        assert isinstance(outcome, Saved)
        back = outcome.answer
        assert (back.version, back.status, back.sms, back.sources) == (3, "draft", old.sms, ["https://old.example"])
        assert back.review == "reviewed" and back.author == ANNA
        assert audited(session) == [(ANNA, "answer.restored")]
        assert isinstance(editing.restore(session, old.id, 2, BEN), Saved)  # the same words: nothing to decide
        save(session, "Newer.", base=3)
        assert isinstance(editing.restore(session, old.id, 3, BEN), Conflict)


def test_nobody_changes_a_language_that_is_not_theirs() -> None:
    assert editing.may_change((), "fr") and editing.may_change(("fr", "ar"), "ar")
    assert not editing.may_change(("fr",), "en")


# Translations


def test_a_new_translation_rests_on_what_the_english_text_rests_on(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        source = add_answer(session, version=4)
        made = save(session, "Demandez à la police.", base=0, locale="fr", translated_from=4).answer
        assert (made.translated_from, made.sources, made.facts) == (4, source.sources, source.facts)
        assert (made.checked_on, made.review_due) == (source.checked_on, source.review_due)


def test_a_translation_that_follows_a_newer_english_text_takes_its_sources_and_dates(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session, status="replaced")
        add_answer(session, version=2, sources=["https://new.example"], checked_on=TODAY)
        old = add_answer(session, "fr", translated_from=1)
        followed = save(session, old.sms, chat=old.chat, locale="fr", translated_from=2)
        assert followed.changed, "the same words may be right for the new text too"
        assert (followed.answer.translated_from, followed.answer.sources) == (2, ["https://new.example"])
        untouched = save(session, "Autre texte.", base=2, locale="fr").answer
        assert untouched.translated_from == 2


def test_publishing_an_english_text_makes_its_translations_stale_until_they_follow(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        add_answer(session)
        add_answer(session, "fr")
        add_answer(session, "ar")
        assert editing.stale(session) == []
        editing.publish(session, save(session).answer.id, ANNA)
        found = editing.stale(session)
        assert [each.key.locale for each in found] == ["ar", "fr"]
        assert found[0].published is not None and found[0].published.translated_from == 1
        assert found[0].source is not None and found[0].source.version == 2
        assert [each.key.locale for each in editing.stale(session, ["fr"], TOPIC)] == ["fr"]
        editing.publish(session, save(session, "Texte.", locale="fr", translated_from=2).answer.id, BEN)
        assert [each.key.locale for each in editing.stale(session)] == ["ar"]


def test_a_country_text_is_compared_with_the_english_text_of_its_country_else_with_the_general_one(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session, version=3)
        add_answer(session, "fr", "GR", translated_from=3)
        add_answer(session, "fr", "TR", translated_from=2)
        assert [each.key.country for each in editing.stale(session)] == ["TR"]
        # A first English text for Greece has a number of its own, so that the French one is seen to lag behind.
        greek = save(session, "In Greece.", base=0, country="GR").answer
        assert greek.version == 4
        editing.publish(session, greek.id, ANNA)
        assert [each.key.country for each in editing.stale(session)] == ["GR", "TR"]


def test_a_change_of_sources_alone_makes_no_translation_stale(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        old = add_answer(session)
        add_answer(session, "fr")
        lagging = add_answer(session, "ar", translated_from=0)
        editing.publish(session, save(session, old.sms, chat=old.chat, sources=["https://b.example"]).answer.id, ANNA)
        assert [each.key.locale for each in editing.stale(session)] == ["ar"]
        session.refresh(lagging)
        assert lagging.translated_from == 0


# Review and publishing


def test_what_is_published_is_said_from_the_next_message_on(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        old = add_answer(session)
        before = answers.revision(session)
        new = editing.publish(session, save(session, "Go to the police.").answer.id, ANNA)
        found = answers.find(session, TOPIC, "en", None, TODAY, 90)
        assert found is not None and found.answer.id == new.id and new.published_at is not None
        session.refresh(old)
        assert old.status == "replaced" and answers.revision(session) > before
        assert audited(session) == [(ANNA, "answer.saved"), (ANNA, "answer.published")]


@pytest.mark.parametrize("fields", [{"sensitive": True}, {"category": "crisis"}])
def test_a_sensitive_text_is_published_only_after_somebody_else_approved_it(database: Database, fields: dict[str, Any]) -> None:
    with database.write() as session:
        add_topic(session, **fields)
        draft = save(session, base=0).answer
        assert refusal(editing.publish, session, draft.id, ANNA) == "second"
        assert refusal(editing.publish, session, draft.id, BEN) == "second"
        assert refusal(editing.approve, session, draft.id, BEN) == "not_in_review"
        editing.submit(session, draft.id, ANNA)
        assert refusal(editing.approve, session, draft.id, ANNA) == "own"
        assert refusal(editing.publish, session, draft.id, ANNA) == "second"
        editing.approve(session, draft.id, BEN)
        editing.publish(session, draft.id, ANNA)
        assert (draft.status, draft.author, draft.approver) == ("published", ANNA, BEN)


def test_an_approval_holds_for_exactly_the_words_approved(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session, sensitive=True)
        draft = save(session, "Good.", base=0).answer
        editing.submit(session, draft.id, ANNA)
        editing.approve(session, draft.id, BEN)
        changed = save(session, "Bad.", base=1).answer
        assert refusal(editing.publish, session, draft.id, ANNA) == "newer"
        assert refusal(editing.publish, session, changed.id, ANNA) == "second"


def test_saving_another_persons_words_once_more_does_not_free_them_to_approve_these(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session, sensitive=True)
        save(session, "Anna's words.", base=0)
        again = save(session, "Anna's words.", base=1, author=BEN, sources=["https://b.example"]).answer
        editing.submit(session, again.id, BEN)
        assert editing.writers(session, again) == {ANNA, BEN}
        assert refusal(editing.approve, session, again.id, ANNA) == "own"
        editing.approve(session, again.id, CARA)


def test_a_rejected_text_is_a_draft_again_with_what_has_to_change(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session, sensitive=True)
        draft = editing.submit(session, save(session, base=0).answer.id, ANNA)
        assert refusal(editing.reject, session, draft.id, BEN, "  ") == "no_comment"
        editing.approve(session, draft.id, CARA)
        editing.reject(session, draft.id, BEN, "Name the police station.")
        assert (draft.status, draft.approver) == ("draft", None)
        told = editing.events(session, [draft.id])[draft.id]
        assert [(each.actor, each.action, each.note) for each in told][-1] == (
            BEN,
            "answer.rejected",
            "Name the police station.",
        )
        assert refusal(editing.publish, session, draft.id, ANNA) == "second"


def test_a_withdrawn_text_is_no_longer_said_and_can_come_back(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        answer = add_answer(session)
        assert refusal(editing.withdraw, session, answer.id, ANNA, "") == "no_comment"
        editing.withdraw(session, answer.id, ANNA, "The number is wrong.")
        assert answers.find(session, TOPIC, "en", None, TODAY, 90) is None
        assert refusal(editing.withdraw, session, answer.id, ANNA, "again") == "not_published"
        back = save(session, answer.sms, chat=answer.chat).answer
        editing.publish(session, back.id, ANNA)
        assert answers.find(session, TOPIC, "en", None, TODAY, 90) is not None


def test_before_withdrawing_an_editor_sees_what_contacts_would_get_and_nothing_changes(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        english = add_answer(session)
        spanish = add_answer(session, "es")
        greek = add_answer(session, "en", "GR")
    with database.write() as session:
        english, spanish, greek = (session.get_one(Answer, each.id) for each in (english, spanish, greek))
        locales = ["en", "fr", "es", "pt", "ht", "uk"]
        changes = editing.without(session, spanish, locales, TODAY, 90)
        assert [(each.locale, each.then and each.then.locale) for each in changes] == [("es", "en"), ("pt", "en")]
        changes = editing.without(session, greek, locales, TODAY, 90)
        assert {each.then.id for each in changes if each.then} == {english.id}
        assert english.status == spanish.status == "published"
    with database.read() as session:
        assert set(session.scalars(select(Answer.status))) == {"published"}


def test_a_text_still_right_gets_new_dates_and_so_do_the_translations_that_say_the_same(sqlite: Database) -> None:
    due = utcnow().date() + timedelta(days=180)
    with sqlite.write() as session:
        add_topic(session)
        english = add_answer(session, version=2)
        french, arabic = add_answer(session, "fr", translated_from=2), add_answer(session, "ar", translated_from=1)
        assert editing.confirm_checked(session, english.id, ANNA, due) == 2
        assert (english.review_due, french.review_due) == (due, due) and french.checked_on == utcnow().date()
        assert arabic.review_due != due
        assert english.version == 2, "translations of it are still translations of it"
        assert editing.confirm_checked(session, english.id, ANNA, due, ("en",)) == 1
        assert refusal(editing.confirm_checked, session, english.id, ANNA, utcnow().date() - timedelta(days=1)) == "due_earlier"


def test_only_another_person_calls_a_sensitive_text_reviewed(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session, sensitive=True)
        draft = save(session, base=0).answer
        assert refusal(editing.mark_reviewed, session, draft.id, ANNA) == "own"
        assert editing.mark_reviewed(session, draft.id, BEN).review == "reviewed"


# Where texts stand


def state_of(session: Session, locale: str = "en", country: str | None = None, grace: int = 90) -> set[str]:
    found = editing.standings(session, TODAY, grace, TOPIC)
    return set(next((each.states for each in found if each.key == Key(TOPIC, locale, country)), ()))


@pytest.mark.parametrize(
    ("due", "category", "expected"),
    [
        (TODAY, "rights", {"published"}),
        (TODAY - timedelta(days=1), "rights", {"published", "due"}),
        (TODAY - timedelta(days=90), "rights", {"published", "due"}),
        (TODAY - timedelta(days=91), "rights", {"published", "due", "withheld"}),
        (TODAY - timedelta(days=91), "crisis", {"published", "due"}),
        (None, "rights", {"published"}),
    ],
)
def test_a_text_is_due_then_withheld_exactly_when_contacts_no_longer_get_it(
    sqlite: Database, due: date | None, category: str, expected: set[str]
) -> None:
    with sqlite.write() as session:
        add_topic(session, category=category)
        add_answer(session, review_due=due)
        assert state_of(session) == expected
        if category != "crisis":
            assert (answers.find(session, TOPIC, "en", None, TODAY, 90) is None) == ("withheld" in expected)


def test_a_text_can_be_published_and_in_work(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session)
        draft = save(session).answer
        assert state_of(session) == {"published", "draft"}
        editing.submit(session, draft.id, ANNA)
        assert state_of(session) == {"published", "review"}
        assert editing.counts(editing.standings(session, TODAY, 90)) == {"published": 1, "review": 1}
        add_answer(session, version=7)  # a content folder was loaded meanwhile
        assert state_of(session) == {"published"}


def test_the_coverage_shows_the_worst_of_a_language_and_what_is_in_work(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session)
        add_answer(session, "en", "GR", review_due=TODAY - timedelta(days=5))
        save(session, "Brouillon.", base=0, locale="fr")
        found = editing.standings(session, TODAY, 90)
        cells = editing.coverage(found)
        assert (cells[TOPIC, "en"].said, cells[TOPIC, "en"].countries, cells[TOPIC, "en"].country) == ("due", 1, "GR")
        assert (cells[TOPIC, "fr"].said, cells[TOPIC, "fr"].work) == ("missing", "draft")
        assert (TOPIC, "ar") not in cells
        assert editing.coverage(found, "GR")[TOPIC, "en"].said == "due"
        assert editing.coverage(found, "TR")[TOPIC, "en"].said == "published"
        assert editing.languages(found)[:2] == ["en", "fr"] and "xx" not in editing.languages(found)


def test_a_thousand_texts_cost_one_query_and_no_words_are_read(sqlite: Database) -> None:
    with sqlite.write() as session:
        for number in range(40):
            add_topic(session, f"topic_{number}", position=number)
            for locale in ("en", "fr", "ar"):
                add_answer(session, locale, topic_id=f"topic_{number}")
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with sqlite.read() as session:
        assert len(editing.standings(session, TODAY, 90)) == 120
    asked.remove("BEGIN")
    assert len(asked) == 1 and "answer.chat" not in asked[0] and "answer.sms" not in asked[0]


def test_a_text_is_found_by_words_that_it_has_now(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        add_answer(session, status="replaced", sms="An old 100% word")
        add_answer(session, version=2, chat="Call the Hotline 100% free")
        assert editing.holding(session, "hotline 100%") == {Key(TOPIC, "en", None)}
        assert editing.holding(session, "old") == editing.holding(session, "100_ free") == set()


# Who is at work


def test_the_second_editor_of_a_text_is_told_who_has_it_open(database: Database) -> None:
    key, now = Key(TOPIC, "fr", None), utcnow()
    with database.write() as session:
        anna = staff.add(session, ANNA, "Anna", ["editor"]).id
        ben = staff.add(session, BEN, "Ben", ["editor"]).id
        assert editing.here(session, key, anna, now) == []
        assert editing.here(session, key, ben, now + timedelta(seconds=5)) == ["Anna"]
        assert editing.here(session, Key(TOPIC, "fr", "GR"), ben, now) == []
        assert editing.others(session, key, anna, now + timedelta(seconds=30)) == ["Ben"]
        assert editing.others(session, key, ben, now + timedelta(seconds=60)) == []
        editing.leave(session, key, ben)
        assert editing.others(session, key, anna, now + timedelta(seconds=6)) == []
        editing.here(session, key, ben, now + timedelta(hours=3))
        assert list(session.scalars(select(Presence.staff_id))) == [ben], "old signs are cleared away"


def test_an_editor_is_told_of_a_newer_version_before_saving(sqlite: Database) -> None:
    key = Key(TOPIC, "en", None)
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session)
        assert editing.newer(session, key, 1) is None
        save(session, author=BEN)
        newer = editing.newer(session, key, 1)
        assert newer is not None and (newer.version, newer.author) == (2, BEN)


# Topics


def draft_of(**fields: Any) -> TopicDraft:
    given = {"category": "rights", "need": "asylum", "sensitive": False, "position": 3, "titles": {"en": "New topic"}}
    return TopicDraft(**(given | fields))


def titles_found_by(session: Session, topic_id: str) -> set[str]:
    return set(session.scalars(select(Question.text).where(Question.topic_id == topic_id, Question.kind == "title")))


def test_a_new_topic_is_found_by_its_titles_once_it_has_an_answer(database: Database) -> None:
    with database.write() as session:
        editing.create(session, "bus_ticket", draft_of(titles={"en": "How to buy a  bus ticket", "fr": ""}), ANNA)
        assert session.get_one(Topic, "bus_ticket").titles == {"en": "How to buy a bus ticket"}
        add_answer(session, topic_id="bus_ticket")
        index = answers.load_index(session)
        assert [topic for topic in index.topics] == ["bus_ticket"]
        changed = editing.change(
            session, "bus_ticket", draft_of(titles={"en": "Bus tickets", "es": "Billetes"}), BEN, may_lift=False
        )
        assert changed == ["titles"] and titles_found_by(session, "bus_ticket") == {"Bus tickets", "Billetes"}
        assert audited(session) == [(ANNA, "topic.created"), (BEN, "topic.changed")]


@pytest.mark.parametrize(
    ("topic_id", "fields", "code"),
    [
        ("Bad id", {}, "id"),
        (TOPIC, {}, "known"),
        ("new", {"titles": {"en": " "}}, "no_title"),
        ("new", {"titles": {"en": "x" * 61}}, "title"),
        ("new", {"category": "crisis"}, "crisis"),
        ("new", {"category": "<b>"}, "category"),
        ("new", {"need": "nothing"}, "need"),
        ("new", {"position": -1}, "position"),
    ],
)
def test_a_topic_that_could_not_work_is_refused(sqlite: Database, topic_id: str, fields: dict[str, Any], code: str) -> None:
    with sqlite.write() as session:
        add_topic(session)
        assert refusal(editing.create, session, topic_id, draft_of(**fields), ANNA) == code


def test_nobody_lifts_the_second_pair_of_eyes_off_a_topic_to_publish_alone(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session, sensitive=True)
        add_topic(session, "crisis_medical", category="crisis", sensitive=True)
        assert refusal(editing.change, session, TOPIC, draft_of(), ANNA, may_lift=False) == "lift"
        assert editing.change(session, TOPIC, draft_of(sensitive=True), ANNA, may_lift=False)
        assert "sensitive" in editing.change(session, TOPIC, draft_of(), ANNA, may_lift=True)
        assert refusal(editing.change, session, "crisis_medical", draft_of(sensitive=True), ANNA, may_lift=True) == "crisis"
        assert refusal(editing.delete, session, "crisis_medical", ANNA) == "crisis"


def test_only_a_topic_of_which_nothing_was_ever_said_can_be_deleted(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        editing.create(session, "mistake", draft_of(), ANNA)
        add_answer(session, topic_id="mistake", status="draft")
        editing.delete(session, "mistake", ANNA)
        assert session.get(Topic, "mistake") is None and titles_found_by(session, "mistake") == set()
        answer = add_answer(session)
        editing.withdraw(session, answer.id, ANNA, "wrong")
        assert refusal(editing.delete, session, TOPIC, ANNA) == "was_published"


def test_a_topic_without_example_questions_is_found_by_the_passages_that_are_published_now(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        editing.publish(session, save(session, base=0, chat="Buses leave at noon from the square.").answer.id, ANNA)
        passages = select(Question.text).where(Question.kind == "passage")
        assert list(session.scalars(passages)) == ["How to ask for asylum: Buses leave at noon from the square."]
        editing.publish(session, save(session, "Other.", chat="Trains leave at six.").answer.id, ANNA)
        assert list(session.scalars(passages)) == ["How to ask for asylum: Trains leave at six."]
        row = session.scalars(select(Question)).first()
        assert row is not None
        session.add(
            Question(topic_id=TOPIC, locale="en", text="When is the train?", embedding=row.embedding, encoder=row.encoder)
        )
        session.flush()
        editing.publish(session, save(session, "Third.", base=2, chat="Ask the driver.").answer.id, ANNA)
        assert list(session.scalars(passages)) == []


def test_the_passages_of_a_topic_begin_with_its_title_also_when_that_changes(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session, titles={"en": "Buses"})
        editing.publish(session, save(session, base=0, chat="They leave at noon.").answer.id, ANNA)
        passages = select(Question.text).where(Question.kind == "passage")
        assert list(session.scalars(passages)) == ["Buses: They leave at noon."]
        ready = editing.to_read_under(session, TOPIC, {"en": "Coaches"})
        assert ready == ["Coaches", "Coaches: They leave at noon."]
        editing.change(session, TOPIC, draft_of(titles={"en": "Coaches"}), ANNA, may_lift=False)
        assert list(session.scalars(passages)) == ["Coaches: They leave at noon."]


def test_an_id_is_proposed_from_an_english_title() -> None:
    assert editing.proposed_id("How to buy a bus ticket?") == "how_to_buy_a_bus_ticket"
    assert editing.proposed_id("اللجوء") == ""


# How it is said


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("locale", i18n.available())
def test_an_editor_sees_the_very_words_that_contacts_get(
    sqlite: Database, make_settings: Callable[..., Settings], locale: str, plain: bool
) -> None:
    with sqlite.write() as session:
        topic = add_topic(session, need="asylum")
        answer = add_answer(session, locale, review="reviewed" if locale == "fr" else "drafted")
        contact = contacts.find_or_create(session, "sms" if plain else "telegram", "+306900000001")
        incoming = Incoming(contact.channel, contact.address, "1", Kind.TEXT, text="asylum")
        now = datetime.combine(TODAY, time(12), UTC)
        turn = Turn(session, make_settings(), contact, incoming, 0, answers.load_index(session), locale, plain, now=now)
        for details in (False, True):
            dispatcher = CollectingDispatcher()
            (say_details if details else say_answer)(dispatcher, turn, TOPIC)
            [message] = dispatcher.messages
            say = saying.details if details else saying.plain if plain else saying.chat
            assert message["text"] == say(locale, answer)
            buttons = [(each["title"], each["payload"]) for each in message["buttons"]]
            given = saying.choices(locale, topic.need, TOPIC)
            assert buttons == ([] if plain or details else [(each.title, each.payload) for each in given])
