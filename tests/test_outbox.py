"""The outbox on both databases: in order per contact, settled whatever comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import contacts, inbox, outbox
from bot.db import Database, utcnow
from bot.messages import Choice, Incoming, Kind, Outgoing, State, StatusUpdate
from bot.tables import Contact, Inbox, Outbox, StatusCallback

CHANNELS = ["sms"]


def put(session: Session, address: str, text: str, inbox_id: int | None = None, position: int = 0) -> Outbox:
    contact = contacts.find_or_create(session, "sms", address)
    outgoing = Outgoing("sms", address, text)
    row = outbox.add(session, contact, outgoing, inbox_id=inbox_id, position=position)
    session.flush()
    return row


def status(provider_id: str, state: State, reference: str = "", error: str = "") -> StatusUpdate:
    return StatusUpdate("sms", provider_id, state, error, reference)


def test_parts_of_one_contact_are_claimed_in_order_and_one_at_a_time(database: Database) -> None:
    with database.write() as session:
        put(session, "+301", "one"), put(session, "+301", "two"), put(session, "+302", "other")
    with database.write() as session:
        first = outbox.claim_next(session, CHANNELS, 60)
        assert first is not None
        first.state = "sending"
    with database.write() as session:
        second = outbox.claim_next(session, CHANNELS, 60)
        assert second is not None and second.contact_id != first.contact_id
        second.state = "sending"
    with database.write() as session:
        assert outbox.claim_next(session, CHANNELS, 60) is None
        outbox.sent(session, session.get_one(Outbox, first.id), "SM1")
    with database.write() as session:
        third = outbox.claim_next(session, CHANNELS, 60)
        assert third is not None
        assert outbox.outgoing_of(third, session.get_one(Contact, third.contact_id)).text == "two"


def test_a_part_that_only_a_callback_can_settle_holds_nothing_back(database: Database) -> None:
    with database.write() as session:
        outbox.put_back(put(session, "+301", "one"), State.UNKNOWN, "TimedOut", None)
        put(session, "+301", "two")
    with database.write() as session:
        row = outbox.claim_next(session, CHANNELS, 60)
        assert row is not None and row.state == "queued"


def test_a_part_in_doubt_holds_back_the_later_ones_until_it_was_looked_up(database: Database) -> None:
    with database.write() as session:
        outbox.put_back(put(session, "+301", "one"), State.UNKNOWN, "ReadTimeout", 30)
        put(session, "+301", "two")
    with database.write() as session:
        assert outbox.claim_next(session, CHANNELS, 60) is None
        row = outbox.claim_next(session, CHANNELS, 60, now=utcnow() + timedelta(seconds=31))
        assert row is not None and row.state == "unknown"


@pytest.mark.parametrize(
    ("callbacks", "end"),
    [
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["delivered", "sent", "sent", "delivered"], "delivered"),
        (["failed", "sent"], "failed"),
        (["sent", "failed"], "failed"),
        (["delivered", "failed"], "delivered"),
    ],
)
def test_callbacks_settle_a_part_in_whatever_order_they_come(database: Database, callbacks: list[str], end: str) -> None:
    with database.write() as session:
        row = put(session, "+301", "one")
        outbox.sent(session, row, "SM1")
        for state in callbacks:
            assert outbox.apply_status(session, status("SM1", State(state)))
        assert row.state == end


def test_a_callback_that_overtakes_the_answer_of_the_call_is_kept(database: Database) -> None:
    with database.write() as session:
        row = put(session, "+301", "one")
        assert not outbox.apply_status(session, status("SM1", State.DELIVERED))
    with database.write() as session:
        row = session.get_one(Outbox, row.id)
        outbox.sent(session, row, "SM1")
        assert row.state == "delivered"
        assert session.scalars(select(StatusCallback)).all() == []


def test_a_callback_names_a_part_in_doubt_by_its_reference(database: Database) -> None:
    with database.write() as session:
        row = put(session, "+301", "one")
        outbox.put_back(row, State.UNKNOWN, "ReadTimeout", None)
        assert outbox.apply_status(session, status("SM9", State.SENT, row.reference))
        assert (row.state, row.provider_id) == ("sent", "SM9")
        # The reference alone does not let another message's callback in.
        assert not outbox.apply_status(session, status("SM-other", State.FAILED, row.reference))
        assert row.state == "sent"


def test_a_turn_cannot_answer_twice(database: Database) -> None:
    with database.write() as session:
        inbox.store(session, Incoming("sms", "+301", "SM1", Kind.TEXT, text="hi"))
        inbox_id = session.scalars(select(Inbox.id)).one()
        put(session, "+301", "answer", inbox_id, 0)
    with pytest.raises(IntegrityError), database.write() as session:
        put(session, "+301", "answer again", inbox_id, 0)


def test_a_choice_belongs_to_the_contact_it_was_offered_to(database: Database) -> None:
    with database.write() as session:
        one = contacts.find_or_create(session, "sms", "+301")
        two = contacts.find_or_create(session, "sms", "+302")
        offered = outbox.offer(session, one, 7, (Choice("Yes", "/affirm"), Choice("No", "/deny")))
        session.flush()
        assert [c.title for c in outbox.current_choices(session, one)] == ["Yes", "No"]
        assert outbox.choice_by_token(session, one, offered[1].token).payload == "/deny"  # type: ignore[union-attr]
        assert outbox.choice_by_token(session, two, offered[1].token) is None
        assert outbox.choice_by_token(session, one, "made up") is None


def test_opting_out_cancels_what_still_waits(database: Database) -> None:
    with database.write() as session:
        row = put(session, "+301", "one")
        contacts.opt_out(session, session.get_one(Contact, row.contact_id), utcnow())
        session.expire(row)
        assert row.state == "cancelled"
        assert outbox.claim_next(session, CHANNELS, 60) is None
