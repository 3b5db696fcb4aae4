"""The inbox on both databases: stored once, in order per conversation, never lost by a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import contacts, inbox
from bot.db import Database, utcnow
from bot.messages import Incoming, Kind
from bot.tables import Contact, Inbox


def text(address: str, provider_id: str, words: str = "hello") -> Incoming:
    return Incoming("sms", address, provider_id, Kind.TEXT, text=words)


def store(database: Database, *messages: Incoming) -> list[bool]:
    with database.write() as session:
        return [inbox.store(session, message) for message in messages]


def claim(database: Database, **options: object) -> Inbox | None:
    with database.write() as session:
        return inbox.claim_next(session, 60, **options)  # type: ignore[arg-type]


def finish(database: Database, row: Inbox) -> None:
    with database.write() as session:
        mine = inbox.still_ours(session, row.id, row.lease or "")
        assert mine is not None
        inbox.handled(mine, "done")


def test_a_second_delivery_of_the_same_message_is_stored_once(database: Database) -> None:
    assert store(database, text("+301", "SM1"), text("+301", "SM1"), text("+301", "SM2")) == [True, False, True]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 2


def test_the_same_message_delivered_by_many_at_once_is_stored_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda _: store(database, text("+301", "SM1"))[0], range(16)))
    assert stored.count(True) == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_messages_of_one_conversation_are_claimed_one_at_a_time_and_in_order(database: Database) -> None:
    store(database, text("+301", "SM1"), text("+301", "SM2"), text("+302", "SM3"))
    first, second = claim(database), claim(database)
    assert first is not None and second is not None
    assert (first.provider_id, second.provider_id) == ("SM1", "SM3")
    assert claim(database) is None
    finish(database, first)
    third = claim(database)
    assert third is not None and third.provider_id == "SM2"


def test_no_two_workers_claim_the_same_message(database: Database) -> None:
    store(database, *(text(f"+30{n}", f"SM{n}") for n in range(24)))
    with ThreadPoolExecutor(8) as pool:
        claimed = [row.id for row in pool.map(lambda _: claim(database), range(24)) if row is not None]
    assert len(claimed) == len(set(claimed))
    while (row := claim(database)) is not None:
        claimed.append(row.id)
    assert len(claimed) == len(set(claimed)) == 24


def test_a_lease_that_ran_out_lets_another_worker_take_over(database: Database) -> None:
    store(database, text("+301", "SM1"))
    dead = claim(database)
    assert dead is not None and claim(database) is None
    later = claim(database, now=utcnow() + timedelta(seconds=61))
    assert later is not None and later.id == dead.id and later.attempts == 2
    with database.write() as session:
        assert inbox.still_ours(session, dead.id, dead.lease or "") is None
        assert inbox.still_ours(session, later.id, later.lease or "") is not None


def test_a_message_that_waits_for_another_try_holds_back_the_later_ones(database: Database) -> None:
    store(database, text("+301", "SM1"), text("+301", "SM2"))
    first = claim(database)
    assert first is not None
    with database.write() as session:
        inbox.try_later(session, first.id, first.lease or "", "KeyError", delay=30)
    assert claim(database) is None
    again = claim(database, now=utcnow() + timedelta(seconds=31))
    assert again is not None and again.id == first.id


def test_a_failed_message_lets_the_next_one_through(database: Database) -> None:
    store(database, text("+301", "SM1"), text("+301", "SM2"))
    first = claim(database)
    assert first is not None
    with database.write() as session:
        row = inbox.still_ours(session, first.id, first.lease or "")
        assert row is not None
        inbox.failed(row, "KeyError")
    second = claim(database)
    assert second is not None and second.provider_id == "SM2"


@pytest.mark.parametrize(
    "words", ["", "a\x00b", "\ud800 lone", "ﷺ" * 300, "x" * 50_000, "👩‍👩‍👧‍👦" * 40], ids=lambda w: repr(w[:8])
)
def test_any_text_can_be_stored_and_read_back(database: Database, words: str) -> None:
    store(database, text("+301", "SM1", words))
    with database.read() as session:
        row = session.scalars(select(Inbox)).one()
        contact = session.get_one(Contact, row.contact_id)
        read = inbox.incoming_of(row, contact)
    assert read.text.replace("?", "") == words[:20_000].replace("\x00", "").replace("\ud800", "")
    assert read.address == "+301"


def test_neither_number_nor_text_is_readable_in_the_database_file(sqlite: Database) -> None:
    store(sqlite, text("+306912345678", "SM1", "they took my passport"))
    file = Path(sqlite.url.removeprefix("sqlite:///"))
    raw = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert b"SM1" in raw  # the row is there
    assert b"6912345678" not in raw and b"passport" not in raw


def test_a_contact_is_found_by_its_address_on_its_channel_only(database: Database) -> None:
    with database.write() as session:
        one = contacts.find_or_create(session, "sms", "+306912345678")
        again = contacts.find_or_create(session, "sms", "+306912345678")
        other = contacts.find_or_create(session, "telegram", "+306912345678")
        assert one.id == again.id != other.id
        assert one.conversation_id != other.conversation_id and "6912345678" not in one.conversation_id
        assert one.country == "GR" and other.country is None
