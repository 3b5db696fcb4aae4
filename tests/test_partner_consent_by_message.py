"""The question to the person, answered through the worker: while a caseworker has the case, without any model."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot import casework, contacts, crypto, inbox, outbox, partners, referrals, staff
from bot.db import Database, utcnow
from bot.messages import Incoming, Kind
from bot.settings import Settings
from bot.tables import ChoiceRow, Contact, Office, Outbox, PartnerReferral, Referral, Staff
from bot.worker import Worker


def no_model() -> None:
    raise AssertionError("consent must not need a model")


@pytest.fixture(params=["sms", "telegram"])
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def asked(sqlite: Database, make_settings: Callable[..., Settings], channel: str) -> Worker:
    with sqlite.write() as session:
        contact = contacts.find_or_create(session, channel, "+306912345678" if channel == "sms" else "4711")
        contact.locale = "en"
        office = Office(id="gcr", organization="GCR", names={"en": "GCR"}, kind="office", needs=["legal"], country="GR")
        by = staff.add(session, "casey@example.org", "Casey", ["caseworker"], "four quiet green kites")
        session.add(office)
        new = referrals.NewReferral(need="a lawyer", consent_at=utcnow())
        case = referrals.open_case(session, contact, new, None, "en")
        casework.take(session, case, by, case.version)
        partners.ask(session, case, office, ["need"], "", by.email)
    return Worker(sqlite, make_settings(), no_model)  # type: ignore[arg-type]  # never called


def write(database: Database, worker: Worker, channel: str, text: str = "", token: str = "") -> None:
    address = "+306912345678" if channel == "sms" else "4711"
    kind = Kind.CHOICE if token else Kind.TEXT
    with database.write() as session:
        inbox.store(session, Incoming(channel, address, crypto.token(8), kind, text=text, token=token))
    assert worker.step()


def state(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(PartnerReferral.state)).one()


def said(database: Database) -> list[str]:
    with database.read() as session:
        return [str(json.loads(row.body).get("text", "")) for row in session.scalars(select(Outbox).order_by(Outbox.id))]


def token_of(database: Database, position: int) -> str:
    with database.read() as session:
        return session.scalars(select(ChoiceRow.token).where(ChoiceRow.position == position)).one()


def test_a_digit_in_any_script_agrees_and_the_person_is_told(sqlite: Database, asked: Worker, channel: str) -> None:
    write(sqlite, asked, channel, "١")
    assert state(sqlite) == "agreed" and "Thank you. GCR" in said(sqlite)[-1]
    with sqlite.read() as session:
        assert session.scalars(select(Referral)).one().waiting_since is not None


def test_the_word_no_refuses(sqlite: Database, asked: Worker, channel: str) -> None:
    write(sqlite, asked, channel, "No.")
    assert state(sqlite) == "refused" and "gets nothing" in said(sqlite)[-1]


def test_another_sentence_is_for_the_caseworker_and_the_question_stays_open(
    sqlite: Database, asked: Worker, channel: str
) -> None:
    before = said(sqlite)
    write(sqlite, asked, channel, "Who are they?")
    assert state(sqlite) == "asking" and said(sqlite) == before
    write(sqlite, asked, channel, "yes")
    assert state(sqlite) == "agreed"


def test_a_yes_to_a_later_message_of_the_caseworker_is_no_consent(sqlite: Database, asked: Worker, channel: str) -> None:
    with sqlite.write() as session:
        case = session.scalars(select(Referral)).one()
        casework.write(session, case, session.scalars(select(Staff)).one(), "Do you have a passport?")
    before = said(sqlite)
    write(sqlite, asked, channel, "yes")
    assert state(sqlite) == "asking" and said(sqlite) == before


def test_a_tapped_answer_counts_at_any_time_and_a_later_no_takes_it_back(sqlite: Database, asked: Worker, channel: str) -> None:
    with sqlite.write() as session:
        case = session.scalars(select(Referral)).one()
        casework.write(session, case, session.scalars(select(Staff)).one(), "Do you have a passport?")
    write(sqlite, asked, channel, token=token_of(sqlite, 1))
    assert state(sqlite) == "agreed"
    write(sqlite, asked, channel, token=token_of(sqlite, 2))
    assert state(sqlite) == "withdrawn"


def test_a_chat_gets_buttons_and_a_phone_gets_numbers(sqlite: Database, asked: Worker, channel: str) -> None:
    with sqlite.read() as session:
        row = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
        assert row is not None
        sent = outbox.outgoing_of(row, session.scalars(select(Contact)).one())
    assert sent.text.endswith("1 Yes\n2 No") == (channel == "sms")
    assert [choice.title for choice in sent.choices] == ([] if channel == "sms" else ["Yes", "No"])
