"""Recalls on both databases: who received a version, in numbers, and the correction that each of them gets once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import contacts, outbox, recalls
from bot.channels import sms_text
from bot.db import Database, utcnow
from bot.housekeeping import clearing
from bot.messages import Outgoing
from bot.recalls import RecallError
from bot.settings import Settings
from bot.tables import Answer, AuditEvent, Contact, EmergencyNumber, Outbox, Recall, Referral, Topic

WRONG = "Go to the office in street A."
RIGHT = "Go to the office in street B."
RIGHT_FR = "Allez au bureau de la rue B."
FIX = {"en": f"Correction: {RIGHT}"}


def add_answer(session: Session, locale: str = "en", version: int = 1, status: str = "replaced", **fields: Any) -> Answer:
    if session.get(Topic, fields.get("topic_id", "office")) is None:
        session.add(Topic(id=fields.get("topic_id", "office"), category=fields.pop("category", "rights")))
    values = {"topic_id": "office", "sms": WRONG, "chat": WRONG} | fields
    answer = Answer(locale=locale, version=version, status=status, **values)
    session.add(answer)
    session.flush()
    return answer


def add_contact(session: Session, number: int, channel: str = "sms", locale: str | None = "en", **fields: Any) -> Contact:
    address = fields.pop("address", f"+30690000{number:04d}")
    contact = contacts.find_or_create(session, channel, address)
    contact.locale, contact.country = locale, "GR"
    for name, wanted in fields.items():
        setattr(contact, name, wanted)
    session.flush()
    return contact


def receive(session: Session, contact: Contact, answer: Answer, days_ago: float = 1, state: str = "delivered") -> Outbox:
    row = outbox.add(
        session,
        contact,
        Outgoing(contact.channel, contact.address, answer.sms),
        inbox_id=None,
        position=0,
        answer_id=answer.id,
    )
    row.state, row.created_at = state, utcnow() - timedelta(days=days_ago)
    session.flush()
    return row


def wrong_answer(session: Session, people: int = 0) -> Answer:
    """A replaced English version, what replaced it, and people who got the wrong one."""
    wrong = add_answer(session)
    add_answer(session, version=2, status="published", sms=RIGHT)
    for number in range(people):
        receive(session, add_contact(session, number), wrong)
    return wrong


def send(session: Session, wrong: Answer, texts: dict[str, str] = FIX, days: int = 7, **options: Any) -> Recall:
    """Confirmed with the numbers that are true now."""
    found = recalls.reach(session, wrong, days, texts)
    counted = (found.people, recalls.segments(session, found, wrong, texts))
    return recalls.begin(session, wrong, days, texts, "editor@example.org", counted, **options)


def finish(database: Database, limit: int = recalls.BATCH) -> list[int]:
    batches = []
    while True:
        with database.write() as session:
            done = recalls.resume(session, limit)
        if not done:
            return batches
        batches.append(done)


def corrections(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(Outbox).where(Outbox.recall_id.is_not(None)).order_by(Outbox.id)).all()
    said = [(session.get_one(Contact, row.contact_id), row) for row in rows]
    return [(contact.address, outbox.outgoing_of(row, contact).text) for contact, row in said]


def refused(session: Session, wrong: Answer, texts: dict[str, str] = FIX, days: int = 7) -> str:
    with pytest.raises(RecallError) as error:
        recalls.check(session, wrong, days, texts)
    return error.value.code


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_people_are_counted_once_however_many_parts_they_got(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 2)
        person = add_contact(session, 0)
        receive(session, person, wrong), receive(session, person, wrong, 3)
        assert recalls.reach(session, wrong, 7).people == 2


def test_only_this_version_and_these_days_count(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session)
        other = add_answer(session, version=3)
        receive(session, add_contact(session, 1), wrong, 2)
        receive(session, add_contact(session, 2), wrong, 9)
        receive(session, add_contact(session, 3), other, 1)
        assert recalls.reach(session, wrong, 7).people == 1
        assert recalls.reach(session, wrong, 30).people == 2


@pytest.mark.parametrize(
    ("state", "counts"),
    [("delivered", 1), ("sent", 1), ("unknown", 1), ("queued", 1), ("sending", 1), ("failed", 0), ("cancelled", 0)],
)
def test_what_never_left_needs_no_correction(sqlite: Database, state: str, counts: int) -> None:
    with sqlite.write() as session:
        wrong = wrong_answer(session)
        receive(session, add_contact(session, 1), wrong, state=state)
        assert recalls.reach(session, wrong, 7).people == counts


def test_people_are_counted_by_channel_and_language(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 2)
        receive(session, add_contact(session, 5, "telegram", "fr", address="5"), wrong)
        receive(session, add_contact(session, 6, "webchat", None, address="sms:a"), wrong)
        receive(session, add_contact(session, 7, "webchat", "fr", address="chat:b"), wrong)
        found = recalls.reach(session, wrong, 7)
        assert dict(found.by("channel")) == {"sms": 2, "telegram": 1, "webchat": 2}
        assert dict(found.by("locale")) == {"en": 2, "fr": 2, None: 1}
        assert {(g.channel, g.plain, g.locale) for g in found.groups if g.channel == "webchat"} == {
            ("webchat", True, None),
            ("webchat", False, "fr"),
        }


def test_those_whom_nothing_reaches_are_counted_apart_and_get_nothing(database: Database) -> None:
    now = utcnow()
    with database.write() as session:
        wrong = wrong_answer(session, 1)
        for number, fields in enumerate([{"opted_out_at": now}, {"blocked_at": now}, {"erase_at": now, "opted_out_at": now}], 10):
            receive(session, add_contact(session, number, **fields), wrong)
        found = recalls.reach(session, wrong, 7)
        assert (found.people, found.opted_out, found.blocked, found.erased) == (1, 1, 1, 1)
        send(session, wrong)
    finish(database)
    with database.read() as session:
        assert [address for address, _ in corrections(session)] == ["+306900000000"]


def test_open_cases_among_them_are_counted(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 3)
        people = session.scalars(select(Contact).order_by(Contact.id)).all()
        for number, (person, state) in enumerate(zip(people, ["open", "taken", "closed"], strict=True)):
            session.add(Referral(number=f"W-{number}", contact_id=person.id, state=state, need="-", locale="en", channel="sms"))
        session.flush()
        assert recalls.reach(session, wrong, 7).in_cases == 2


def test_segments_are_those_of_each_language_on_phones_that_pay(database: Database) -> None:
    long_fr = "Rectification : " + "é" * 200
    texts = FIX | {"fr": long_fr, "ar": "تصحيح: " + "ا" * 100}
    with database.write() as session:
        wrong = wrong_answer(session, 3)
        receive(session, add_contact(session, 4, locale="fr"), wrong)
        receive(session, add_contact(session, 5, locale="ar"), wrong)
        receive(session, add_contact(session, 6, "telegram", "ar", address="6"), wrong)
        found = recalls.reach(session, wrong, 7, texts)
        expected = 3 * 1 + sms_text.count(sms_text.economical(long_fr)).segments + 2
        assert recalls.segments(session, found, wrong, texts) == expected == 7
        recall = send(session, wrong, texts)
    finish(database)
    with database.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.recall_id == recall.id, Outbox.channel == "sms")).all()
        assert sum(row.segments for row in rows) == recall.segments == expected


def test_each_person_gets_their_present_language_or_the_one_they_received(database: Database) -> None:
    texts = FIX | {"fr": f"Rectification : {RIGHT_FR}"}
    with database.write() as session:
        wrong = wrong_answer(session)
        for number, locale in enumerate(["en", "fr", "so", None]):
            receive(session, add_contact(session, number, locale=locale), wrong)
        send(session, wrong, texts)
    finish(database)
    with database.read() as session:
        assert [text for _, text in corrections(session)] == [texts["en"], texts["fr"], texts["en"], texts["en"]]


def test_the_prefilled_text_is_what_is_published_now(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session)
        add_answer(session, "fr", 2, "published", sms=RIGHT_FR)
        add_answer(session, "es", 2, "review", sms="todavía no")
        texts = recalls.suggested(wrong, wrong.topic, recalls.present(session, wrong))
        assert texts["en"] == f"Correction: {RIGHT}"
        assert RIGHT_FR in texts["fr"] and set(texts) == {"en", "fr"}


def test_a_withdrawn_text_without_a_successor_is_taken_back(sqlite: Database) -> None:
    with sqlite.write() as session:
        wrong = add_answer(session, "fr", status="withdrawn")
        wrong.topic.titles, wrong.topic.sensitive = {"fr": "Le bureau"}, True
        texts = recalls.suggested(wrong, wrong.topic, {})
        assert "Le bureau" in texts["fr"]
        recalls.check(session, wrong, 7, texts)


def test_a_countrys_own_text_goes_before_the_general_one(sqlite: Database) -> None:
    with sqlite.write() as session:
        wrong = add_answer(session, country="GR")
        add_answer(session, version=4, status="published", sms="everywhere")
        add_answer(session, version=2, status="published", sms="in Greece", country="GR")
        add_answer(session, version=9, status="published", sms="in Türkiye", country="TR")
        assert recalls.present(session, wrong)["en"].sms == "in Greece"


def test_a_crisis_correction_names_the_numbers_of_each_persons_country(database: Database) -> None:
    call = "Call {emergency} now."
    texts = {"en": f"Correction: {call}"}
    with database.write() as session:
        session.add(EmergencyNumber(country="GR", service="any", number="112"))
        session.add(EmergencyNumber(country="KE", service="any", number="999"))
        wrong = add_answer(session, topic_id="crisis_medical", category="crisis")
        add_answer(session, version=2, status="published", sms=call, topic_id="crisis_medical")
        for number, country in enumerate(["GR", "KE", None]):
            receive(session, add_contact(session, number, country=country), wrong)
        send(session, wrong, texts)
        while recalls.resume(session, home="KE"):
            pass
        said = [text for _, text in corrections(session)]
        assert said == [f"Correction: Call {number} now." for number in ("112", "999", "999")]


def test_batches_go_on_where_another_process_died(database: Database) -> None:
    with database.write() as session:
        recall = send(session, wrong_answer(session, 7))
    with pytest.raises(RuntimeError), database.write() as session:
        assert recalls.advance(session, recall.id, 3) == 3
        raise RuntimeError("the process dies before its commit")
    with database.write() as session:
        assert recalls.advance(session, recall.id, 3) == 3
    assert finish(database, 3) == [3, 1]
    with database.read() as session:
        addresses = [address for address, _ in corrections(session)]
        assert len(addresses) == len(set(addresses)) == 7


def test_two_processes_that_send_at_once_reach_everybody_once(database: Database) -> None:
    with database.write() as session:
        recall = send(session, wrong_answer(session, 40))

    def work(_: int) -> int:
        done = 0
        while True:
            with database.write() as session:
                batch = recalls.advance(session, recall.id, 5)
            if not batch:
                return done
            done += batch

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(work, range(3))) == 40
    with database.read() as session:
        addresses = [address for address, _ in corrections(session)]
        assert len(addresses) == len(set(addresses)) == 40


def test_the_database_itself_refuses_the_same_part_twice(database: Database) -> None:
    with database.write() as session:
        recall = send(session, wrong_answer(session, 1))
    finish(database)
    with database.write() as session:
        # As if somebody had lost the mark by which the recall knows its parts.
        session.scalars(select(Outbox).where(Outbox.recall_id == recall.id)).one().recall_id = None
    with pytest.raises(IntegrityError), database.write() as session:
        recalls.advance(session, recall.id)


def test_a_button_pressed_twice_sends_once(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 3)
        first = send(session, wrong)
        again = recalls.begin(session, wrong, 7, FIX, "editor@example.org", (3, 3))
        assert again.id == first.id
    finish(database)
    with database.write() as session:
        assert recalls.begin(session, wrong, 7, FIX, "editor@example.org", (3, 3)).id == first.id
        assert len(corrections(session)) == 3


def test_the_same_words_later_reach_only_those_who_have_not_got_them(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 2)
        receive(session, add_contact(session, 9), wrong, 20)
        send(session, wrong)
    finish(database)
    with database.write() as session:
        found = recalls.reach(session, wrong, 30, FIX)
        assert (found.people, found.told) == (1, 2)
        send(session, wrong, days=30)
    finish(database)
    with database.read() as session:
        assert [address[-1] for address, _ in corrections(session)] == ["0", "1", "9"]


def test_other_words_reach_everybody_again(database: Database) -> None:
    better = {"en": "Correction: the office has closed."}
    with database.write() as session:
        wrong = wrong_answer(session, 2)
        send(session, wrong)
    finish(database)
    with database.write() as session:
        assert recalls.reach(session, wrong, 7, better).people == 2
        send(session, wrong, better)
    finish(database)
    with database.read() as session:
        assert [text for _, text in corrections(session)] == [FIX["en"]] * 2 + [better["en"]] * 2


def test_only_the_language_whose_words_changed_is_sent_again(database: Database) -> None:
    both = FIX | {"fr": f"Rectification : {RIGHT_FR}"}
    with database.write() as session:
        wrong = wrong_answer(session, 2)
        receive(session, add_contact(session, 8, locale="fr"), wrong)
        send(session, wrong, both)
    finish(database)
    with database.write() as session:
        found = recalls.reach(session, wrong, 7, both | {"fr": "Rectification : fermé."})
        assert (found.people, found.by("locale"), found.told) == (1, [("fr", 1)], 2)


def test_numbers_that_changed_since_they_were_confirmed_are_refused(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 3)
        for counted in [(2, 3), (3, 4), (4, 4)]:
            with pytest.raises(RecallError, match="changed"):
                recalls.begin(session, wrong, 7, FIX, "editor@example.org", counted)
        assert session.scalars(select(Recall)).all() == []


def test_another_correction_waits_until_the_first_has_left(database: Database) -> None:
    better = {"en": "Correction: the office has closed."}
    with database.write() as session:
        wrong = wrong_answer(session, 3)
        recall = send(session, wrong)
        recalls.advance(session, recall.id, 1)
        with pytest.raises(RecallError, match="busy"):
            recalls.begin(session, wrong, 7, better, "other@example.org", (3, 3))


def test_somebody_who_opts_out_while_it_is_sent_gets_nothing(database: Database) -> None:
    with database.write() as session:
        recall = send(session, wrong_answer(session, 2))
        recalls.advance(session, recall.id, 1)
        last = session.scalars(select(Contact).order_by(Contact.id.desc())).first()
        assert last is not None
        contacts.opt_out(session, last, utcnow())
    assert finish(database) == []


def test_corrections_are_queued_as_they_leave_so_that_nobody_waits_behind_them(database: Database) -> None:
    most = recalls.MOST_WAITING
    with database.write() as session:
        send(session, wrong_answer(session, most + 15))
    assert finish(database) == [most]
    with database.write() as session:
        rows = session.scalars(select(Outbox).where(Outbox.state == "queued").order_by(Outbox.id)).all()
        rows[0].state, rows[1].state, rows[2].next_try = "sent", "failed", utcnow() + timedelta(minutes=5)
    assert finish(database) == [3]
    with database.write() as session:
        # No sender takes them: a channel that is no longer set up.
        for row in session.scalars(select(Outbox).where(Outbox.state == "queued")):
            row.created_at -= recalls.sending.STUCK_AFTER
    assert finish(database) == [12]


def test_the_end_is_noted_once_and_then_costs_next_to_nothing(database: Database) -> None:
    with database.write() as session:
        recall = send(session, wrong_answer(session, 2))
    finish(database), finish(database)
    with database.read() as session:
        (row,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "recall.finished")).all()
        assert (row.object_id, row.detail, row.actor) == (str(recall.id), {"people": 2}, "system")
    with statements(database) as seen:
        finish(database)
    assert not any("contact" in statement.lower() for statement in seen if "select" in statement.lower())


def test_a_recall_of_yesterday_is_not_taken_up_again(database: Database) -> None:
    with database.write() as session:
        recall = send(session, wrong_answer(session, 2))
        recall.at -= recalls.sending.RESUME_WITHIN + timedelta(minutes=1)
    assert finish(database) == []


def test_a_correction_can_itself_be_corrected(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 2)
        send(session, wrong)
    finish(database)
    with database.write() as session:
        second = session.scalars(select(Answer).where(Answer.version == 2)).one()
        assert recalls.reach(session, second, 1).people == 2


def test_what_must_not_be_sent_is_refused(sqlite: Database) -> None:
    with sqlite.write() as session:
        wrong = wrong_answer(session, 1)
        assert refused(session, wrong, {"en": ""}) == "empty"
        assert refused(session, wrong, {"fr": "Rectification"}) == "empty"
        assert refused(session, wrong, {"en": "x" * (recalls.MAX_TEXT + 1)}) == "long"
        assert refused(session, wrong, FIX, 0) == refused(session, wrong, FIX, recalls.MAX_DAYS + 1) == "days"
        wrong.status = "published"
        assert refused(session, wrong) == "published"


@pytest.mark.parametrize("topic", [{"sensitive": True}, {"category": "crisis"}])
def test_on_a_sensitive_topic_only_approved_words_are_sent(sqlite: Database, topic: dict[str, Any]) -> None:
    with sqlite.write() as session:
        wrong = wrong_answer(session, 1)
        for name, wanted in topic.items():
            setattr(wrong.topic, name, wanted)
        session.flush()
        assert refused(session, wrong, {"en": "Correction: my own words."}) == "approved"
        assert refused(session, wrong, FIX | {"fr": "sans texte publié"}) == "approved"
        recalls.check(session, wrong, 7, FIX)


def test_progress_tells_people_and_parts(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 3)
        recall = send(session, wrong, {"en": "Correction: " + "word " * 200})
    finish(database)
    with database.write() as session:
        rows = session.scalars(select(Outbox).where(Outbox.recall_id == recall.id).order_by(Outbox.id)).all()
        rows[0].state, rows[1].state = "delivered", "failed"
        session.flush()
        found = recalls.progress(session, [recall])[recall.id]
        assert found.people == 3 and found.parts == {"delivered": 1, "failed": 1, "queued": 1}
        assert recalls.progress(session, []) == {}


def test_counting_asks_as_often_for_many_as_for_few(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 2)
    with statements(database) as few, database.read() as session:
        found = recalls.reach(session, wrong, 7, FIX)
        recalls.segments(session, found, wrong, FIX)
    with database.write() as session:
        for number in range(10, 60):
            locale = ("en", "fr", "ar", None)[number % 4]
            receive(session, add_contact(session, number, locale=locale, country=("GR", "KE", None)[number % 3]), wrong)
    with statements(database) as many, database.read() as session:
        found = recalls.reach(session, wrong, 7, FIX)
        recalls.segments(session, found, wrong, FIX)
    assert found.people == 52 and len(many) == len(few)


def test_a_batch_asks_as_often_for_many_as_for_few(sqlite: Database) -> None:
    def selects(people: int) -> int:
        with sqlite.write() as session:
            assert recalls.advance(session, recall.id, people) == people
            return sum("SELECT" in statement.split("(")[0].upper() for statement in seen)

    with sqlite.write() as session:
        recall = send(session, wrong_answer(session, 60))
    with statements(sqlite) as seen:
        few = selects(3)
    with statements(sqlite) as seen:
        assert selects(50) == few


def test_translations_of_a_wrong_version_are_listed_with_their_people(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 1)
        mine = add_answer(session, "fr", translated_from=1)
        add_answer(session, "es", translated_from=2), add_answer(session, "ar", status="draft", translated_from=1)
        receive(session, add_contact(session, 5, locale="fr"), mine)
        receive(session, add_contact(session, 5, locale="fr"), mine)
        found = recalls.translations(session, wrong, 7)
        assert [(row.answer.locale, row.people) for row in found] == [("fr", 1)]
        assert recalls.translations(session, mine, 7) == []


def test_versions_no_longer_said_are_listed_by_when_that_was(database: Database) -> None:
    now = utcnow()
    with database.write() as session:
        add_answer(session, "en", published_at=now - timedelta(days=9))
        add_answer(session, "en", 2, "published", published_at=now - timedelta(days=3))
        add_answer(session, "fr", status="withdrawn", published_at=now - timedelta(days=5))
        add_answer(session, "es", status="published", published_at=now)
        add_answer(session, "en", status="published", country="GR", published_at=now)
        found = recalls.former(session, (), 10)
        assert [(row.answer.locale, row.until is not None) for row in found] == [("en", True), ("fr", False)]
        assert [row.answer.locale for row in recalls.former(session, ["fr"], 10)] == ["fr"]


def test_past_recalls_are_listed_newest_first(database: Database) -> None:
    with database.write() as session:
        wrong = wrong_answer(session, 1)
        first = send(session, wrong)
    finish(database)
    with database.write() as session:
        second = send(session, wrong, {"en": "Correction: closed."})
        assert [row.recall.id for row in recalls.past(session, 10)] == [second.id, first.id]
        assert [row.recall.id for row in recalls.past(session, 1, 1)] == [first.id]
        assert recalls.past(session, 1)[0].topic.id == "office"


def test_the_keeper_sends_what_the_web_process_left(sqlite: Database, make_settings: Callable[..., Settings]) -> None:
    with sqlite.write() as session:
        wrong = wrong_answer(session, people=recalls.BATCH + 5)
        send(session, wrong)
    before = len(all_corrections(sqlite))
    for _ in range(40):
        for _step in clearing.send_corrections(sqlite, make_settings()):
            pass
        with sqlite.write() as session:  # what was queued leaves
            session.execute(update(Outbox).where(Outbox.state == "queued").values(state="sent"))
    assert before < recalls.BATCH + 5 == len(all_corrections(sqlite))


def all_corrections(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return corrections(session)
