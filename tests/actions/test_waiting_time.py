"""What people are told about the wait when their case is opened and when they ask: real actions, a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import case_status, submit_referral, urgent_referral
from bot import contacts, i18n, turn
from bot.channels.base import shape_plain
from bot.db import Database
from bot.i18n import translate
from bot.messages import Incoming, Kind, Reply
from bot.nlu import topics
from bot.promises import wording
from bot.settings import Settings
from bot.tables import Contact, Notification, Referral, ReferralEvent, Staff, Team, TeamMember

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday
Make = Callable[..., Settings]


def tracker(entities: list[dict[str, Any]] | None = None, **slots: Any) -> Tracker:
    latest = {"text": "/x", "intent": {"name": "x"}, "entities": entities or []}
    return Tracker("c", slots, latest, [], False, None, {}, "action_listen")


def run(session: Session, config: Settings, action: Any, given: Tracker, now: datetime = NOW, locale: str = "en") -> str:
    """What the action says."""
    contact = contacts.find_or_create(session, "sms", "+306900000001")
    contact.country = "GR"
    incoming = Incoming("sms", contact.address, "1", Kind.TEXT, text="x")
    dispatcher = CollectingDispatcher()
    with turn.begin(turn.Turn(session, config, contact, incoming, 0, topics.empty(), locale, plain=True, now=now)):
        action.run(dispatcher, given, {})
    session.flush()
    return "\n".join(str(message["text"]) for message in dispatcher.messages)


def staff_and_past(session: Session, waited: timedelta, urgency: str = "normal", count: int = 12) -> None:
    if session.scalar(select(Team.id)) is None:
        team = Team(name="Greece", countries=["GR"], offices=[], holidays=[])
        team.members.append(TeamMember(staff=Staff(email="anna@example.org", name="Anna", roles=["caseworker"], locales=[])))
        session.add(team)
    for number in range(count):
        created = NOW - timedelta(days=9, minutes=number)
        fields: dict[str, Any] = {"locale": "en", "country": "GR", "channel": "sms", "need": "-", "urgency": urgency}
        row = Referral(number=f"{urgency}-{number}", state="taken", created_at=created, taken_at=created + waited, **fields)
        row.events.append(ReferralEvent(kind="taken", at=created + waited))
        session.add(row)
    session.flush()


def case(session: Session) -> Referral:
    return session.scalars(select(Referral).where(Referral.contact_id.is_not(None))).one()


FORM = {"referral_consent": True, "referral_need": "a bed", "form_end": None}
DANGER = [{"entity": "urgent", "value": "violence", "extractor": "choice"}]


def test_who_opens_a_case_is_told_what_the_last_ones_waited_and_it_is_kept(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        staff_and_past(session, timedelta(hours=20))
        said = run(session, make_settings(), submit_referral.ActionSubmitReferral(), tracker(**FORM))
        assert "by tomorrow evening" in said and case(session).number in said
        assert case(session).promised_by == datetime(2026, 11, 25, 18, tzinfo=UTC)  # 20:00 in Athens


def test_who_opens_a_case_is_told_that_nothing_can_be_said_where_that_is_so(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        said = run(session, make_settings(), submit_referral.ActionSubmitReferral(), tracker(**FORM))
        assert "We cannot say yet how long it takes" in said and case(session).promised_by is None


def test_who_is_in_danger_is_told_in_hours(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        staff_and_past(session, timedelta(minutes=90), urgency="now")
        said = run(session, make_settings(), urgent_referral.ActionUrgentReferral(), tracker(DANGER))
        assert "should answer within 2 hours" in said
        assert case(session).promised_by == NOW + timedelta(hours=2)


def test_who_is_in_danger_where_nothing_is_known_is_promised_nothing(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        said = run(session, make_settings(), urgent_referral.ActionUrgentReferral(), tracker(DANGER))
        assert said.startswith("A caseworker is told now. Case") and case(session).promised_by is None


def test_staff_are_told_in_the_same_transaction(sqlite: Database, make_settings: Make) -> None:
    config = make_settings(SMTP_HOST="127.0.0.1", MAIL_FROM="waymark@example.org")
    with sqlite.write() as session:
        staff_and_past(session, timedelta(hours=1))
        run(session, config, submit_referral.ActionSubmitReferral(), tracker(**FORM))
        rows = session.scalars(select(Notification)).all()
        assert [(row.event, row.target) for row in rows] == [(f"case.opened:{case(session).number}", "anna@example.org")]
    with sqlite.write() as session:
        session.delete(case(session))
        run(session, config, urgent_referral.ActionUrgentReferral(), tracker(DANGER))
        assert f"case.urgent:{case(session).number}" in session.scalars(select(Notification.event)).all()


def test_who_asks_hears_the_promise_in_the_words_of_the_day(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        staff_and_past(session, timedelta(hours=50))
        run(session, make_settings(), submit_referral.ActionSubmitReferral(), tracker(**FORM))
        case(session).created_at = NOW
        ask = case_status.ActionCaseStatus()
        said = [run(session, make_settings(), ask, tracker(), now=NOW + timedelta(days=days)) for days in (0, 1, 2)]
        assert ["by Thursday evening" in said[0], "by tomorrow evening" in said[1], "today" in said[2]] == [True] * 3
        assert case(session).slipped_at is None


def test_who_asks_after_the_promised_time_is_told_so_and_not_once_more(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        staff_and_past(session, timedelta(hours=1))
        run(session, make_settings(), submit_referral.ActionSubmitReferral(), tracker(**FORM))
        late = NOW + timedelta(days=2)
        said = run(session, make_settings(), case_status.ActionCaseStatus(), tracker(), now=late)
        assert "It takes longer than we said" in said and case(session).slipped_at == late
        run(session, make_settings(), case_status.ActionCaseStatus(), tracker(), now=late + timedelta(days=1))
        assert case(session).slipped_at == late


def test_who_asks_without_a_promise_gets_one_as_soon_as_there_is_one(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        run(session, make_settings(), submit_referral.ActionSubmitReferral(), tracker(**FORM))
        case(session).created_at = NOW
        ask = case_status.ActionCaseStatus()
        assert "We write to you here when it is taken" in run(session, make_settings(), ask, tracker())
        staff_and_past(session, timedelta(hours=30))
        assert "by tomorrow evening" in run(session, make_settings(), ask, tracker())
        assert case(session).promised_by is not None


def test_a_case_opened_again_waits_since_then(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        run(session, make_settings(), submit_referral.ActionSubmitReferral(), tracker(**FORM))
        staff_and_past(session, timedelta(hours=30))
        case(session).created_at = NOW - timedelta(days=20)
        ask = case_status.ActionCaseStatus()
        assert "We write to you here when it is taken" in run(session, make_settings(), ask, tracker())
        opened = case(session)  # held: the session alone does not keep it alive
        opened.events.append(ReferralEvent(kind="reopened", at=NOW))
        assert "by tomorrow evening" in run(session, make_settings(), ask, tracker())


def test_a_taken_case_is_said_to_be_taken_whatever_was_promised(sqlite: Database, make_settings: Make) -> None:
    with sqlite.write() as session:
        contact = contacts.find_or_create(session, "sms", "+306900000001")
        session.add(taken_case(contact))
        session.flush()
        said = run(session, make_settings(), case_status.ActionCaseStatus(), tracker())
        assert "a caseworker has it" in said and case(session).slipped_at is None


def taken_case(contact: Contact) -> Referral:
    fields: dict[str, Any] = {"locale": "en", "channel": "sms", "need": "-", "state": "taken"}
    return Referral(number="W-1", contact_id=contact.id, promised_by=NOW - timedelta(days=1), **fields)


@pytest.mark.parametrize(("locale", "segments"), [("en", 2), ("fr", 2), ("es", 2), ("ar", 3)])
def test_the_longest_form_of_each_text_stays_within_its_segments(locale: str, segments: int) -> None:
    days = [NOW + timedelta(days=days) for days in range(31)]
    whens = [wording.in_words(day, NOW, UTC, locale, urgent=False) for day in days]
    whens += [translate(locale, text) for text in wording.WITHIN.values()]
    emergency = {"es": "Policía 100, ambulancia 101", "ar": "الشرطة 100، الإسعاف 101"}.get(locale, "Police 100, ambulance 101")
    texts = [submit_referral.OPENED_BY, urgent_referral.TOLD_BY, *case_status.STATES.values()]
    for text in texts:
        for when in whens:
            values = {"number": "W-7K3P-9Q", "date": i18n.long_date(locale, NOW.date()), "when": when, "emergency": emergency}
            (part,) = shape_plain(Reply(translate(locale, text, **values)))
            assert part.segments <= segments and "{" not in part.text, part.text
