"""Contacts: found by a keyed hash of their address, never by the address itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import phonenumbers
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from bot import crypto
from bot.db import utcnow
from bot.tables import ChoiceRow, Contact, Inbox, Outbox, TrackerRow


def insert_ignoring_duplicates(session: Session, table: type, values: Mapping[str, object], unique: list[str]) -> bool:
    """Insert one row; False when a row with the same unique columns is there already. One statement, so no race."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    columns = table.__table__.c  # type: ignore[attr-defined]  # one of our mapped classes
    statement = insert(table.__table__).values(**values).on_conflict_do_nothing(index_elements=unique)  # type: ignore[attr-defined]
    return session.execute(statement.returning(columns[unique[0]])).first() is not None


def find_or_create(session: Session, channel: str, address: str) -> Contact:
    address_hash = crypto.keyring().lookup(channel, address)
    contact = _by_hash(session, channel, address_hash)
    if contact is None:
        values = {
            "channel": channel,
            "address": address,
            "address_hash": address_hash,
            "conversation_id": uuid.uuid4().hex,
            "country": country_of_number(address) if channel == "sms" else None,
            "locale_confidence": 0.0,
            "locale_chosen": False,
            "last_seen": utcnow(),
            "created_at": utcnow(),
        }
        insert_ignoring_duplicates(session, Contact, values, ["channel", "address_hash"])
        contact = _by_hash(session, channel, address_hash)
    if contact is None:
        raise LookupError("a contact that was just stored is not there")
    return contact


def find(session: Session, channel: str, address: str) -> Contact | None:
    return _by_hash(session, channel, crypto.keyring().lookup(channel, address))


def _by_hash(session: Session, channel: str, address_hash: str) -> Contact | None:
    query = select(Contact).where(Contact.channel == channel, Contact.address_hash == address_hash)
    return session.scalars(query).one_or_none()


def country_of_number(number: str) -> str | None:
    """ISO 3166 country of a number in E.164, or None where the number tells none (+1 alone, satellite phones)."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    return region if region and len(region) == 2 and region.isalpha() else None


def speaks_plainly(contact: Contact) -> bool:
    """True where messages cost money and have no buttons: SMS, and the simulator's SMS phone."""
    return contact.channel == "sms" or (contact.channel == "webchat" and contact.address.startswith("sms:"))


def opt_out(session: Session, contact: Contact, now: datetime) -> None:
    """From here on nothing is sent: what still waits is cancelled in the same transaction."""
    contact.opted_out_at = now
    cancel_waiting(session, contact)


def opt_in(contact: Contact) -> None:
    contact.opted_out_at = None
    contact.blocked_at = None


def cancel_waiting(session: Session, contact: Contact) -> None:
    waiting = (Outbox.contact_id == contact.id) & Outbox.state.in_(["queued"])
    session.execute(update(Outbox).where(waiting).values(state="cancelled", settled_at=utcnow()))


def erase(session: Session, contact: Contact, now: datetime) -> None:
    """Remove what this person wrote and what we remember of them. Counts stay; the address goes when the last word is sent."""
    session.execute(update(Inbox).where(Inbox.contact_id == contact.id).values(body="{}"))
    settled = (Outbox.contact_id == contact.id) & Outbox.state.not_in(["queued", "sending", "unknown"])
    session.execute(update(Outbox).where(settled).values(body="{}"))
    for table in (ChoiceRow,):
        session.query(table).where(table.contact_id == contact.id).delete()
    session.query(TrackerRow).where(TrackerRow.conversation_id == contact.conversation_id).delete()
    contact.choice_set = None
    contact.greeted_at = None
    contact.country = None
    contact.erase_at = now


def forget_erased(session: Session) -> int:
    """Finish erasures whose confirmation has left. An opted-out address stays as a keyed hash alone, so that STOP holds."""
    done = 0
    query = select(Contact).where(Contact.erase_at.is_not(None)).limit(100)
    for contact in session.scalars(query):
        open_rows = (Outbox.contact_id == contact.id) & Outbox.state.in_(["queued", "sending", "unknown"])
        unread = (Inbox.contact_id == contact.id) & Inbox.state.in_(["waiting", "leased"])
        if session.scalar(select(Outbox.id).where(open_rows).limit(1)) or session.scalar(select(Inbox.id).where(unread).limit(1)):
            continue
        if contact.opted_out_at is None:
            session.delete(contact)
        else:
            contact.address, contact.erase_at = "", None
        done += 1
    return done
