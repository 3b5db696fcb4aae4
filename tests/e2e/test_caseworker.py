"""A person and a caseworker: through the real worker and model on one side, the console's steps on the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot import casework, staff, teams
from bot.db import Database
from bot.tables import Contact, Inbox, Outbox, Referral, Staff
from tests.console.conftest import PASSWORD
from tests.e2e.phone import Phone

pytestmark = pytest.mark.slow


@pytest.fixture
def anna(database: Database) -> int:
    with database.write() as session:
        person = staff.add(session, "anna@example.org", "Anna", ["caseworker"], PASSWORD)
        teams.ensure_first(session)
        return person.id


def open_case(one: Phone, database: Database) -> int:
    one.say("I want to talk to a person")
    one.say("1")
    one.say("my employer keeps my passport")
    one.say("Athens")
    one.say("any time")
    one.say("1")
    with database.read() as session:
        (case,) = session.scalars(select(Referral)).all()
        return case.id


def step(database: Database, case: int, by: int, name: str, *arguments: str) -> None:
    with database.write() as session:
        referral, person = session.get_one(Referral, case), session.get_one(Staff, by)
        getattr(casework, name)(session, referral, person, *arguments, referral.version)


def test_while_a_caseworker_has_the_case_the_assistant_is_silent_but_for_danger_and_stop(
    phone: Callable[..., Phone], database: Database, anna: int
) -> None:
    one = phone()
    case = open_case(one, database)
    step(database, case, anna, "take")
    said = one.say("thank you")
    assert "caseworker now has your case" in said, "what was queued before is delivered"
    assert one.say("how do I ask for asylum?") == ""
    assert one.say("2") == ""
    with database.read() as session:
        texts = [
            entry.text for entry in casework.conversation(session, session.get_one(Referral, case)) if entry.who == "contact"
        ]
        assert texts[-3:] == ["thank you", "how do I ask for asylum?", "2"]
    assert "112" in one.say("help he has a knife he wants to kill me")
    with database.read() as session:
        assert session.get_one(Referral, case).flagged_at is not None
    assert "START" in one.say("STOP")
    with database.write() as session, pytest.raises(casework.CannotWrite, match="opted_out"):
        casework.write(session, session.get_one(Referral, case), session.get_one(Staff, anna), "Are you safe?")


def test_a_persons_right_to_delete_is_not_in_a_caseworkers_hands(
    phone: Callable[..., Phone], database: Database, anna: int
) -> None:
    one = phone()
    case = open_case(one, database)
    step(database, case, anna, "take")
    asked = one.say("DELETE")
    assert "cannot be undone" in asked
    assert "deleted" in one.say("1")
    with database.read() as session:
        referral = session.get_one(Referral, case)
        assert (referral.need, referral.state, referral.outcome) == ("(erased)", "closed", "withdrawn")
        assert all(row.body == "{}" for row in session.scalars(select(Inbox)))


def test_after_closing_the_assistant_answers_again_and_the_case_can_be_opened_again(
    phone: Callable[..., Phone], database: Database, anna: int
) -> None:
    one = phone()
    case = open_case(one, database)
    step(database, case, anna, "take")
    step(database, case, anna, "close", "helped", "")
    assert "asylum" in one.say("how do I ask for asylum?").lower()
    with database.read() as session:
        number = session.get_one(Referral, case).number
    asked = one.say("I want to talk to a person")
    assert number in asked and "Is it about the same?" in asked
    assert "is open again" in one.say("1")
    with database.read() as session:
        referral = session.get_one(Referral, case)
        assert (referral.state, referral.assignee_id) == ("taken", anna)
    step(database, case, anna, "close", "helped", "")
    one.say("I want to talk to a person")
    assert "Do you agree" in one.say("2"), "something new begins with consent"


def test_writing_the_number_of_a_closed_case_opens_it_again(phone: Callable[..., Phone], database: Database, anna: int) -> None:
    one = phone()
    case = open_case(one, database)
    step(database, case, anna, "take")
    step(database, case, anna, "close", "unreachable", "")
    with database.read() as session:
        number = session.get_one(Referral, case).number
    assert "is open again" in one.say(f"hello, {number.lower()}, I could not answer last week")
    with database.read() as session:
        assert session.get_one(Referral, case).state == "taken"


def test_what_a_caseworker_writes_reaches_the_phone_in_order_and_with_its_delivery(
    phone: Callable[..., Phone], database: Database, anna: int
) -> None:
    one = phone()
    case = open_case(one, database)
    step(database, case, anna, "take")
    with database.write() as session:
        referral, by = session.get_one(Referral, case), session.get_one(Staff, anna)
        casework.write(session, referral, by, "Hello, I am Anna.")
        casework.write(session, referral, by, "Can you come on Thursday?")
    said = one.say("yes")
    assert said.index("caseworker now has") < said.index("I am Anna") < said.index("Thursday")
    with database.read() as session:
        mine = [entry for entry in casework.conversation(session, session.get_one(Referral, case)) if entry.who == "staff"]
        assert [entry.state for entry in mine] == ["delivered", "delivered"]
        assert session.scalar(select(Contact.id)) and session.scalar(select(Outbox.id))
