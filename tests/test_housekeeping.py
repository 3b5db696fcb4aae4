"""The keeper: broken promises told once and by day, what is old emptied, what has run out cleared, on both databases."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot import channels, contacts, housekeeping, i18n, inbox, options, outbox, staff
from bot.channels.base import shape_plain
from bot.db import Database, utcnow
from bot.housekeeping import clearing, retention, slipping
from bot.keeping import EMPTIED
from bot.messages import Choice, Incoming, Kind, Outgoing, Reply
from bot.settings import Settings
from bot.tables import (
    AuditEvent,
    ChoiceRow,
    Contact,
    Counter,
    Inbox,
    Invitation,
    Note,
    Notification,
    Outbox,
    PartnerReferral,
    Presence,
    Referral,
    ReferralEvent,
    Staff,
    StaffSession,
    StatusCallback,
    Team,
    TeamMember,
    TrackerRow,
    Unanswered,
)

Make = Callable[..., Settings]
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # in Athens
NIGHT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def new_contact(session: Session, address: str = "+306900000001", **fields: Any) -> Contact:
    contact = contacts.find_or_create(session, "sms", address)
    for name, value in {"locale": "en", "country": "GR", **fields}.items():
        setattr(contact, name, value)
    session.flush()
    return contact


def new_case(session: Session, contact: Contact | None, **fields: Any) -> Referral:
    number = f"W-{(session.scalar(select(func.count()).select_from(Referral)) or 0) + 1}"
    given: dict[str, Any] = {"locale": "en", "country": "GR", "channel": "sms", "need": "a bed", "consent_at": NOON - 40 * DAY}
    row = Referral(number=number, contact_id=contact.id if contact else None, **(given | fields))
    session.add(row)
    session.flush()
    return row


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def said(session: Session, contact: Contact) -> list[str]:
    rows = session.scalars(select(Outbox).where(Outbox.contact_id == contact.id).order_by(Outbox.id))
    return [outbox.outgoing_of(row, contact).text for row in rows]


def kinds(session: Session, case: Referral) -> list[str]:
    query = select(ReferralEvent.kind).where(ReferralEvent.referral_id == case.id).order_by(ReferralEvent.id)
    return list(session.scalars(query))


# Broken promises


@pytest.fixture
def late(database: Database) -> Iterator[Database]:
    """A team with Anna, and a case that should have been taken an hour ago."""
    with database.write() as session:
        team = Team(name="Greece", countries=["GR"], offices=[], holidays=[])
        team.members.append(TeamMember(staff=Staff(email="anna@example.org", name="Anna", roles=["caseworker"], locales=[])))
        session.add(team)
        new_case(session, new_contact(session), promised_by=NOON - timedelta(hours=12), created_at=NOON - 2 * DAY)
    yield database


@pytest.fixture
def config(make_settings: Make) -> Settings:
    return make_settings(SMTP_HOST="127.0.0.1", MAIL_FROM="waymark@example.org")


def tell_all(database: Database, config: Settings, now: datetime) -> list[bool]:
    with database.read() as session:
        waiting = slipping.to_tell(session, now)
    return [slipping.tell(database, config, referral_id, now) for referral_id in waiting]


def the_case(session: Session) -> tuple[Referral, Contact]:
    case = session.scalars(select(Referral).order_by(Referral.id)).first()
    assert case is not None
    return case, session.get_one(Contact, case.contact_id)


def test_the_person_is_told_once_that_it_takes_longer(late: Database, config: Settings) -> None:
    assert tell_all(late, config, NOON) == [True]
    assert tell_all(late, config, NOON + DAY) == []
    with late.read() as session:
        case, contact = the_case(session)
        (text,) = said(session, contact)
        assert case.number in text and "it takes longer than we said" in text
        assert case.slipped_at == NOON and case.promised_by is not None
        row = session.scalars(select(Outbox)).one()
        assert (row.referral_id, row.author, row.state, row.segments) == (case.id, None, "queued", 2)
        assert [e.action for e in session.scalars(select(AuditEvent))] == ["case.slipped"]


def test_the_person_is_told_in_their_language(late: Database, config: Settings) -> None:
    with late.write() as session:
        the_case(session)[1].locale = "ar"
    tell_all(late, config, NOON)
    with late.read() as session:
        assert "نعتذر" in said(session, the_case(session)[1])[0]


def test_no_phone_rings_at_night(late: Database, config: Settings) -> None:
    assert tell_all(late, config, NIGHT + DAY) == []
    assert tell_all(late, config, NOON + DAY) == [True]


def test_the_night_is_the_one_of_the_place_where_the_person_is(late: Database, config: Settings) -> None:
    with late.write() as session:
        the_case(session)[0].country = "TH"  # UTC+7
    assert tell_all(late, config, NOON + timedelta(hours=5)) == []
    assert tell_all(late, config, NIGHT + DAY) == [True]


@pytest.mark.parametrize("state", ["opted_out_at", "blocked_at", "erase_at"])
def test_whoever_cannot_or_will_not_hear_from_us_is_not_told(late: Database, config: Settings, state: str) -> None:
    with late.write() as session:
        setattr(the_case(session)[1], state, NOON - DAY)
    assert tell_all(late, config, NOON) == []
    assert slipping.note(late, config, NOON) == 1  # staff are
    with late.read() as session:
        assert count(session, Outbox) == 0 and the_case(session)[0].slipped_at is None


def test_whoever_writes_with_a_caseworker_is_not_told_of_another_case_by_a_machine(late: Database, config: Settings) -> None:
    with late.write() as session:
        new_case(session, the_case(session)[1], state="taken")
    assert tell_all(late, config, NOON) == []


def test_a_case_taken_at_the_last_moment_breaks_no_promise(late: Database, config: Settings) -> None:
    with late.read() as session:
        waiting = slipping.to_tell(session, NOON)
    with late.write() as session:
        the_case(session)[0].state = "taken"
    assert [slipping.tell(late, config, one, NOON) for one in waiting] == [False]
    with late.read() as session:
        assert count(session, Outbox) == 0


def test_staff_are_told_at_once_and_once_and_the_history_says_so(late: Database, config: Settings) -> None:
    assert [slipping.note(late, config, now) for now in (NIGHT, NOON, NOON + DAY)] == [1, 0, 0]
    with late.read() as session:
        case, _ = the_case(session)
        assert kinds(session, case) == ["slipped"] and case.slipped_at is None
        (row,) = session.scalars(select(Notification)).all()
        assert row.event.startswith(f"case.slipped:{case.number}:") and row.target == "anna@example.org"


def test_a_case_that_was_opened_again_may_slip_again(late: Database, config: Settings) -> None:
    slipping.note(late, config, NOON), tell_all(late, config, NOON)
    with late.write() as session:
        case, _ = the_case(session)
        session.add(ReferralEvent(referral_id=case.id, kind="taken", at=NOON))
        session.add(ReferralEvent(referral_id=case.id, kind="reopened", at=NOON + 5 * DAY))
        case.slipped_at, case.promised_by = None, NOON + 6 * DAY
    later = NOON + 7 * DAY
    assert slipping.note(late, config, later) == 1 and tell_all(late, config, later) == [True]


def test_many_cases_are_noted_in_small_steps(late: Database, config: Settings) -> None:
    with late.write() as session:
        for number in range(slipping.AT_ONCE + 4):
            new_case(session, new_contact(session, f"+3069{number:08}"), promised_by=NOON - DAY)
    steps = sum(1 for _ in slipping.watch(late, config))
    with late.read() as session:
        slips = session.scalar(select(func.count()).where(ReferralEvent.kind == "slipped"))
    assert slips == slipping.AT_ONCE + 5 and steps >= 2


def test_two_keepers_tell_one_person_once(late: Database, config: Settings) -> None:
    with late.read() as session:
        (waiting,) = slipping.to_tell(session, NOON)
    begin = threading.Barrier(4)
    told: list[bool] = []

    def keeper() -> None:
        begin.wait()
        told.append(slipping.tell(late, config, waiting, NOON))

    threads = [threading.Thread(target=keeper) for _ in range(4)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    with late.read() as session:
        assert sorted(told) == [False, False, False, True] and count(session, Outbox) == 1


@pytest.mark.parametrize(("locale", "segments"), [("en", 2), ("fr", 2), ("es", 2), ("ar", 3)])
def test_the_apology_stays_within_its_segments(locale: str, segments: int) -> None:
    emergency = {"es": "Policía 100, ambulancia 101", "ar": "الشرطة 100، الإسعاف 101"}.get(locale, "Police 100, ambulance 101")
    (part,) = shape_plain(Reply(i18n.translate(locale, slipping.LATER, number="W-7K3P-9Q", emergency=emergency)))
    assert part.segments <= segments and "{" not in part.text and channels.shape(Reply(part.text), False)


# Retention


def message(session: Session, contact: Contact, age: float, text: str = "I am Anna, my number is 5", **fields: Any) -> Inbox:
    number = str((session.scalar(select(func.count()).select_from(Inbox)) or 0) + 1)
    incoming = Incoming("sms", contact.address, number, Kind.TEXT, text=text)
    assert inbox.store(session, incoming)
    row = session.scalars(select(Inbox).where(Inbox.provider_id == number)).one()
    row.received_at = utcnow() - timedelta(days=age)
    for name, value in {"state": "handled", **fields}.items():
        setattr(row, name, value)
    session.flush()
    return row


def part(session: Session, contact: Contact, age: float, text: str = "Dear Anna", **fields: Any) -> Outbox:
    row = outbox.add(session, contact, Outgoing("sms", contact.address, text), inbox_id=None, position=0)
    row.created_at = utcnow() - timedelta(days=age)
    for name, value in {"state": "delivered", **fields}.items():
        setattr(row, name, value)
    session.flush()
    return row


def round_of_retention(database: Database, make_settings: Make) -> int:
    return sum(1 for _ in retention.empty_what_is_old(database, make_settings()))


def bodies(database: Database, table: type[Inbox] | type[Outbox]) -> list[bool]:
    """Whether each message still has its words."""
    with database.read() as session:
        return [row.body != "{}" for row in session.scalars(select(table).order_by(table.id))]


def test_words_go_after_thirty_days_and_that_there_was_a_message_stays(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        contact = new_contact(session)
        for age in (29, 31, 300):
            message(session, contact, age, outcome="answer"), part(session, contact, age)
    round_of_retention(database, make_settings)
    assert bodies(database, Inbox) == bodies(database, Outbox) == [True, False, False]
    with database.read() as session:
        assert session.scalars(select(Inbox.outcome)).all() == ["answer"] * 3
        assert session.scalars(select(Outbox.state)).all() == ["delivered"] * 3
        (audited,) = session.scalars(select(AuditEvent)).all()
        assert audited.detail == {"cases": 0, "inbox": 2, "outbox": 2, "unanswered": 0, "conversations": 0}
        contact = session.scalars(select(Contact)).one()
        assert inbox.incoming_of(session.scalars(select(Inbox).order_by(Inbox.id.desc())).first(), contact).text == ""  # type: ignore[arg-type]


def test_an_admin_says_after_how_many_days(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        options.put(session, "retention_days", "7", "admin@example.org")
        contact = new_contact(session)
        message(session, contact, 6), message(session, contact, 8)
    round_of_retention(database, make_settings)
    assert bodies(database, Inbox) == [True, False]


@pytest.mark.parametrize("text", ["", "1", "ok", "x" * 5000, "ملف"])
def test_every_length_of_text_is_emptied(database: Database, make_settings: Make, text: str) -> None:
    with database.write() as session:
        message(session, new_contact(session), 31, text)
    round_of_retention(database, make_settings)
    assert bodies(database, Inbox) == [False]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"state": "open"}, True),
        ({"state": "taken"}, True),
        ({"state": "closed", "closed_at": utcnow()}, False),
        ({"state": "open", "consent_at": None, "origin": "failure"}, False),
    ],
)
def test_messages_stay_while_a_caseworker_needs_them_and_may_read_them(
    database: Database, make_settings: Make, fields: dict[str, Any], kept: bool
) -> None:
    with database.write() as session:
        mine, other = new_contact(session), new_contact(session, "+306900000002")
        new_case(session, mine, **fields)
        new_case(session, None)  # whose person was forgotten: it holds nothing back
        for contact in (mine, other):
            message(session, contact, 31), part(session, contact, 31)
    round_of_retention(database, make_settings)
    assert bodies(database, Inbox) == bodies(database, Outbox) == [kept, False]


def test_messages_go_with_the_next_round_once_the_case_is_closed(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        contact = new_contact(session)
        case = new_case(session, contact, state="taken")
        message(session, contact, 31)
    round_of_retention(database, make_settings)
    with database.write() as session:
        closed = session.get_one(Referral, case.id)
        closed.state, closed.closed_at = "closed", utcnow()
    round_of_retention(database, make_settings)
    assert bodies(database, Inbox) == [False]


def test_what_is_still_to_be_handled_or_sent_keeps_its_words(database: Database, make_settings: Make) -> None:
    soon = utcnow() + DAY
    with database.write() as session:
        contact = new_contact(session)
        message(session, contact, 31, state="waiting"), message(session, contact, 31, state="failed")
        part(session, contact, 31, state="queued"), part(session, contact, 31, state="unknown", next_try=soon)
        part(session, contact, 31, state="unknown")
    round_of_retention(database, make_settings)
    assert bodies(database, Inbox) == [True, False] and bodies(database, Outbox) == [True, True, False]


def test_an_emptied_part_is_still_settled_by_its_callback(database: Database, make_settings: Make) -> None:
    from bot.messages import State, StatusUpdate

    with database.write() as session:
        row = part(session, new_contact(session), 31, state="unknown", provider_id="SM1")
    round_of_retention(database, make_settings)
    with database.write() as session:
        assert outbox.apply_status(session, StatusUpdate("sms", "SM1", State.DELIVERED))
        assert session.get_one(Outbox, row.id).state == "delivered"
    round_of_retention(database, make_settings)


def test_nothing_is_emptied_twice(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        contact = new_contact(session)
        message(session, contact, 31), part(session, contact, 31)
        session.add(Unanswered(locale="en", text="where is Anna", reason="unsure", created_at=utcnow() - 31 * DAY))
        new_case(session, contact, state="closed", closed_at=utcnow() - 181 * DAY)
    round_of_retention(database, make_settings)
    changes: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: changes.append(a[2].split()[0].upper()))
    round_of_retention(database, make_settings)
    assert not {"UPDATE", "DELETE", "INSERT"} & set(changes)


def test_a_backlog_is_emptied_in_steps(database: Database, make_settings: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    with database.write() as session:
        contact = new_contact(session)
        held = new_contact(session, "+306900000002")
        new_case(session, held)
        for number in range(10):
            message(session, contact if number % 3 else held, 31)
    assert round_of_retention(database, make_settings) >= 6
    assert bodies(database, Inbox) == [number % 3 == 0 for number in range(10)]


def test_a_case_opened_between_finding_and_emptying_keeps_its_messages(
    database: Database, make_settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        contact = new_contact(session)
        message(session, contact, 31), message(session, new_contact(session, "+306900000002"), 31)
    write = database.write

    def after_the_case() -> Any:
        monkeypatch.setattr(database, "write", write)
        with write() as session:
            new_case(session, session.get_one(Contact, contact.id))
        return write()

    monkeypatch.setattr(database, "write", after_the_case)
    _, done = retention._messages(Inbox, database, utcnow() - 30 * DAY, 0)
    assert done == 1 and bodies(database, Inbox) == [True, False]


def test_unanswered_questions_are_emptied_and_settled_but_counted(database: Database, make_settings: Make) -> None:
    settled = utcnow() - 40 * DAY
    with database.write() as session:
        contact = new_contact(session)
        new_case(session, contact)  # editors' lists are no part of a case
        for age, fields in ((29, {}), (31, {}), (60, {"settled_at": settled, "settled_by": "editor@example.org"})):
            created = utcnow() - timedelta(days=age)
            row = Unanswered(locale="fr", text="ok", vector="AAAA", reason="unsure", created_at=created, contact_id=contact.id)
            for name, value in fields.items():
                setattr(row, name, value)
            session.add(row)
    round_of_retention(database, make_settings)
    with database.read() as session:
        young, old, done = session.scalars(select(Unanswered).order_by(Unanswered.id))
        assert young.text == "ok" and young.settled_at is None
        assert (old.text, old.vector, old.contact_id, old.settled_by, old.locale) == ("", None, None, "retention", "fr")
        assert (done.text, done.settled_at, done.settled_by) == ("", settled, "editor@example.org")


def test_a_form_left_open_is_forgotten_with_what_was_written_in_it(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        old, new = new_contact(session, form="referral_form"), new_contact(session, "+306900000002", form="referral_form")
        for contact, age in ((old, 31), (new, 29)):
            updated = utcnow() - timedelta(days=age)
            session.add(TrackerRow(conversation_id=contact.conversation_id, data=b"x", updated_at=updated))
    round_of_retention(database, make_settings)
    with database.read() as session:
        assert [contact.form for contact in session.scalars(select(Contact).order_by(Contact.id))] == [None, "referral_form"]
        assert session.scalars(select(TrackerRow.conversation_id)).all() == [new.conversation_id]


def full_case(session: Session, age: float) -> Referral:
    closed = utcnow() - timedelta(days=age)
    given = {"place": '{"name": "Patras"}', "safe_contact": "SMS", "outcome": "referred", "outcome_detail": "to Anna"}
    case = new_case(session, new_contact(session), state="closed", closed_at=closed, need_kind="shelter", **given)
    case.events.append(ReferralEvent(kind="closed", detail="to Anna", at=closed, actor="anna@example.org"))
    case.notes.append(Note(author="anna@example.org", text="has two children"))
    session.add(
        PartnerReferral(
            referral_id=case.id,
            office_id="o",
            office_name="Shelter",
            state="accepted",
            content='{"need": "a bed"}',
            note="two children",
            answer="she may come",
            token_hash="x",
            author="anna@example.org",
        )
    )
    part(session, session.get_one(Contact, case.contact_id), 1, referral_id=case.id)
    session.flush()
    return case


def test_a_case_closed_long_ago_says_nothing_about_anybody(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        case = full_case(session, 181)
    round_of_retention(database, make_settings)
    with database.read() as session:
        emptied = session.get_one(Referral, case.id)
        assert (emptied.need, emptied.place, emptied.safe_contact, emptied.outcome_detail) == ("(erased)", None, None, None)
        assert emptied.contact_id is None and emptied.inbox_id is None
        assert (emptied.outcome, emptied.need_kind, emptied.country, emptied.closed_at) == (
            "referred",
            "shelter",
            "GR",
            case.closed_at,
        )
        assert [(e.kind, e.detail) for e in emptied.events] == [("closed", None), ("erased", None)] and emptied.notes == []
        shared = session.scalars(select(PartnerReferral)).one()
        assert (shared.content, shared.note, shared.answer, shared.token_hash) == (None, None, None, None)
        assert (shared.state, shared.office_name) == ("accepted", "Shelter")
        assert session.scalars(select(Outbox.referral_id)).one() is None
        audited = session.scalars(select(AuditEvent).where(AuditEvent.action == "case.emptied")).one()
        assert audited.object_id == str(emptied.id) and audited.detail == {}


def test_a_case_closed_lately_or_not_at_all_is_left_alone(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        full_case(session, 179)
        new_case(session, new_contact(session), created_at=utcnow() - 400 * DAY)
    round_of_retention(database, make_settings)
    with database.read() as session:
        assert [case.need for case in session.scalars(select(Referral))] == ["a bed", "a bed"]


def test_a_case_emptied_and_opened_again_is_emptied_again(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        case = full_case(session, 400)
        erased = utcnow() - 200 * DAY
        session.add(ReferralEvent(referral_id=case.id, kind="erased", actor="system", at=erased))
    round_of_retention(database, make_settings)
    with database.write() as session:
        again = session.get_one(Referral, case.id)
        assert again.need == "a bed"  # done already
        again.closed_at = utcnow() - 190 * DAY
    round_of_retention(database, make_settings)
    with database.read() as session:
        assert session.get_one(Referral, case.id).need == "(erased)"


def test_keepers_that_empty_at_the_same_time_do_not_hinder_each_other(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        contact = new_contact(session)
        for number in range(40):
            message(session, contact, 31 + number), part(session, contact, 31 + number)
        for _ in range(5):
            new_case(session, contact, state="closed", closed_at=utcnow() - 181 * DAY)
        session.add(TrackerRow(conversation_id=contact.conversation_id, data=b"x", updated_at=utcnow() - 31 * DAY))
    errors: list[BaseException] = []

    def keeper() -> None:
        try:
            round_of_retention(database, make_settings)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=keeper) for _ in range(3)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    assert errors == [] and not any(bodies(database, Inbox) + bodies(database, Outbox))
    with database.read() as session:
        assert session.scalar(select(func.count()).where(ReferralEvent.kind == "erased")) == 5
        assert set(session.scalars(select(Inbox.lease))) == {EMPTIED}


# What has run out


def test_what_has_run_out_is_cleared_and_what_has_not_stays(database: Database, make_settings: Make) -> None:
    now = utcnow()
    with database.write() as session:
        anna = Staff(email="anna@example.org", name="Anna", roles=["caseworker"], locales=[])
        session.add(anna)
        session.flush()
        for age in (1, 6.9, 7.1):
            session.add(StatusCallback(channel="sms", provider_id=str(age), state="sent", received_at=now - age * DAY))
        for name, began, seen in (("on", 1, 0), ("idle", 2, 1.5), ("long", 12.5, 0)):
            hour = timedelta(hours=1)
            session.add(StaffSession(token_hash=name, staff_id=anna.id, created_at=now - began * hour, seen_at=now - seen * hour))
        for name, expires, used in (("open", 1, None), ("expired", -1, None), ("used", 5, 2), ("just", 5, 0)):
            at = None if used is None else now - used * DAY
            session.add(Invitation(token_hash=name, staff_id=anna.id, expires_at=now + expires * DAY, used_at=at))
        session.add(Presence(place="here", staff_id=anna.id, at=now))
        session.add(Presence(place="gone", staff_id=anna.id, at=now - timedelta(hours=2)))
        for number, (state, age) in enumerate((("sent", 91), ("sent", 89), ("queued", 91), ("skipped", 91))):
            mail = {"event": f"case.opened:W-{number}", "way": "email", "target": "anna@example.org"}
            session.add(Notification(**mail, state=state, created_at=now - age * DAY))
        contact = new_contact(session)
        outbox.offer(session, contact, 1, (Choice("old", "/x"),))
        outbox.offer(session, contact, 2, (Choice("new", "/x"),))
        for row in session.scalars(select(ChoiceRow).where(ChoiceRow.set_id == 1)):
            row.created_at = now - 31 * DAY
    for _ in clearing.clear(database, make_settings()):
        pass
    with database.read() as session:
        assert sorted(session.scalars(select(StatusCallback.provider_id))) == ["1", "6.9"]
        assert session.scalars(select(StaffSession.token_hash)).all() == ["on"]
        assert sorted(session.scalars(select(Invitation.token_hash))) == ["just", "open"]
        assert session.scalars(select(Presence.place)).all() == ["here"]
        assert sorted(session.scalars(select(Notification.event))) == ["case.opened:W-1", "case.opened:W-2"]
        assert session.scalars(select(ChoiceRow.set_id)).all() == [2]


def test_a_signed_in_browser_is_not_signed_out_by_the_keeper(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        anna = staff.add(session, "anna@example.org", "Anna", ["caseworker"])
        token = staff.begin_session(session, anna, "password", totp_passed=True)
    for _ in clearing.clear(database, make_settings(SESSION_IDLE_MINUTES="5")):
        pass
    with database.read() as session:
        assert staff.signed_in(session, token, 5) is not None


def test_whoever_asked_to_be_forgotten_is_once_the_last_word_has_left(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        gone, waits = new_contact(session, erase_at=utcnow()), new_contact(session, "+306900000002", erase_at=utcnow())
        part(session, gone, 0), part(session, waits, 0, state="queued")
    for _ in clearing.finish_erasures(database, make_settings()):
        pass
    with database.read() as session:
        assert session.scalars(select(Contact.id)).all() == [waits.id]


def test_the_figures_of_finished_days_are_kept(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        message(session, new_contact(session), 9)
    for _ in clearing.settle_figures(database, make_settings()):
        pass
    with database.read() as session:
        days = set(session.scalars(select(Counter.day)))
    assert min(days) == (utcnow() - 9 * DAY).date() and max(days) < date.today()


def test_questions_that_mean_the_same_are_put_together(sqlite: Database, make_settings: Make) -> None:
    texts = ("How do I ask for asylum?", "how can i ask for asylum", "My tooth hurts, where is a dentist?")
    with sqlite.write() as session:
        for text in texts:
            session.add(Unanswered(locale="en", text=text, reason="unsure"))
    for _ in clearing.group_unanswered(sqlite, make_settings()):
        pass
    with sqlite.read() as session:
        first, second, third = session.scalars(select(Unanswered).order_by(Unanswered.id))
        assert first.group_id == second.group_id == first.id and third.group_id == third.id


def test_one_keeper_works_where_two_would_do_the_same(database: Database) -> None:
    with clearing.alone(database, clearing.FIGURES) as first:
        assert first is not None
        if not database.is_sqlite:  # where the second would wait for the only writer
            with clearing.alone(database, clearing.FIGURES) as second, clearing.alone(database, clearing.ERASURES) as third:
                assert second is None and third is not None
    with clearing.alone(database, clearing.FIGURES) as again:
        assert again is not None


# The loop


def test_a_job_that_fails_keeps_none_of_the_others_from_working(
    database: Database, make_settings: Make, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def broken(*_: Any) -> Iterator[None]:
        yield
        raise RuntimeError("+306900000001 wrote: help")

    def steady(*_: Any) -> Iterator[None]:
        for _step in range(3):
            done.append("step")
            yield

    keeper = housekeeping.Keeper(database, make_settings())
    keeper._jobs = [housekeeping.Job("broken", 60, broken), housekeeping.Job("steady", 60, steady)]
    with caplog.at_level(logging.ERROR):
        while keeper.step():
            pass
    assert done == ["step"] * 3
    assert "broken failed: RuntimeError" in caplog.text and "help" not in caplog.text


def test_jobs_take_turns_and_rest_between_rounds(database: Database, make_settings: Make) -> None:
    order: list[str] = []

    def work(name: str) -> Callable[..., Iterator[None]]:
        def steps(*_: Any) -> Iterator[None]:
            for _step in range(2):
                order.append(name)
                yield

        return steps

    keeper = housekeeping.Keeper(database, make_settings())
    keeper._jobs = [housekeeping.Job(name, 60, work(name)) for name in "ab"]
    while keeper.step():
        pass
    assert order == ["a", "b", "a", "b"]
    assert keeper.step() is False and len(order) == 4
    keeper._jobs[0].due = 0.0
    keeper.step()
    assert order[4:] == ["a"]


def test_the_keeper_does_all_its_jobs_and_stops_when_told(database: Database, make_settings: Make) -> None:
    with database.write() as session:
        contact = new_contact(session)
        message(session, contact, 31)
        new_case(session, contact, promised_by=utcnow() - DAY, consent_at=None)
        new_contact(session, "+306900000002", erase_at=utcnow())
        session.add(StatusCallback(channel="sms", provider_id="x", state="sent", received_at=utcnow() - 8 * DAY))
    stop = threading.Event()
    thread = threading.Thread(target=housekeeping.Keeper(database, make_settings()).run, args=(stop, 0.01))
    thread.start()
    try:
        for _ in range(400):
            with database.read() as session:
                left = count(session, StatusCallback) + count(session, Contact) - 1
                slipped = session.scalar(select(func.count()).where(ReferralEvent.kind == "slipped"))
            if not left and slipped and bodies(database, Inbox) == [False]:
                break
            stop.wait(0.05)
        else:
            raise AssertionError("not all was done")
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_a_database_that_is_away_for_a_while_is_tried_again(
    sqlite: Database, make_settings: Make, caplog: pytest.LogCaptureFixture
) -> None:
    away = Database(f"sqlite:///{sqlite.engine.url.database}.other")  # without tables
    keeper = housekeeping.Keeper(away, make_settings())
    with caplog.at_level(logging.ERROR):
        assert keeper.step() is False
    assert "OperationalError" in caplog.text and keeper.step() is False
    away.close()
