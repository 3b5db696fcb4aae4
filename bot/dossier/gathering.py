"""What a case holds, read from the tables: the form's answers, notes, history, and the conversation that consent covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot import casework, contacts, inbox, outbox, referrals
from bot.messages import Incoming, Kind
from bot.tables import ChoiceRow, Contact, Inbox, Note, Outbox, Referral, ReferralEvent

MOST = 2000  # messages in one document
CONTACT, ASSISTANT = "contact", "assistant"
EMPTIED = "{}"  # the body of a message that was erased
PHONE_CHANNELS = frozenset({"sms", "whatsapp"})


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a case. `who`: contact, assistant, or a member of staff's e-mail address; `id` names its row."""

    at: datetime
    who: str
    text: str
    kind: str = "text"  # of a message: text choice location media …; of the history: the event's kind
    state: str = ""  # of a message that was sent: queued sent delivered …
    erased: bool = False
    id: str = ""


def facts(session: Session, referral: Referral, note: str = "") -> dict[str, Any]:
    """The answers of the form and how the person can be reached; empty ones are left out."""
    place = referrals.place_of(referral)
    found = {
        "need": "" if referral.need == "-" else referral.need,
        "place": {key: place[key] for key in ("name", "country") if place.get(key)},
        "safe_contact": referral.safe_contact,
        "language": language_of(session, referral),
        "address": address_of(session, referral),
        "note": note.strip(),
    }
    return {name: value for name, value in found.items() if value}


def language_of(session: Session, referral: Referral) -> str:
    contact = session.get(Contact, referral.contact_id) if referral.contact_id else None
    return (contact.locale if contact else None) or referral.locale


def address_of(session: Session, referral: Referral) -> str:
    """The phone number; empty for a channel whose address is of no use to anybody else, such as a chat's number."""
    contact = session.get(Contact, referral.contact_id) if referral.contact_id else None
    if contact is None or contact.erase_at is not None:
        return ""
    # The simulator's SMS phone has an address made of its channel and a name.
    return contact.address if contact.channel in PHONE_CHANNELS or contacts.speaks_plainly(contact) else ""


def course(referral: Referral) -> dict[str, Any]:
    """Where the case stands."""
    found = {
        "state": referral.state,
        "urgency": referral.urgency,
        "need_kind": referral.need_kind,
        "channel": referral.channel,
        "opened_at": referral.created_at.isoformat(timespec="seconds"),
        "consent_at": referral.consent_at.isoformat(timespec="seconds") if referral.consent_at else None,
        "closed_at": referral.closed_at.isoformat(timespec="seconds") if referral.closed_at else None,
        "outcome": referral.outcome,
        "outcome_detail": referral.outcome_detail,
    }
    return {name: value for name, value in found.items() if value}


def notes(session: Session, referral: Referral) -> tuple[Said, ...]:
    rows = session.scalars(select(Note).where(Note.referral_id == referral.id).order_by(Note.id))
    return tuple(Said(row.at, row.author, row.text, id=str(row.id)) for row in rows)


def history(session: Session, referral: Referral) -> tuple[Said, ...]:
    query = select(ReferralEvent).where(ReferralEvent.referral_id == referral.id).order_by(ReferralEvent.id)
    return tuple(Said(row.at, row.actor, row.detail or "", row.kind, id=str(row.id)) for row in session.scalars(query))


def conversation(session: Session, referral: Referral, most: int = MOST) -> tuple[Said, ...]:
    """The newest messages that the person's consent covers, oldest first; without consent, what staff wrote in this case."""
    contact = session.get(Contact, referral.contact_id) if referral.contact_id else None
    if contact is None:
        return ()
    heard = select(Inbox).where(heard_in(session, referral)).order_by(Inbox.id.desc()).limit(most)
    said = select(Outbox).where(said_in(session, referral)).order_by(Outbox.id.desc()).limit(most)
    received = list(session.scalars(heard))
    titles = _titles(session, contact, received)
    lines = [_received(row, contact, titles) for row in received]
    lines += [line for row in session.scalars(said) if (line := _sent(row, contact)) is not None]
    return tuple(sorted(lines, key=lambda line: (line.at, line.who != CONTACT))[-most:])


def heard_in(session: Session, referral: Referral) -> ColumnElement[bool]:
    """The condition on Inbox for what the person wrote and caseworkers of this case may read."""
    return and_(Inbox.contact_id == referral.contact_id, _within(Inbox.received_at, casework.periods(session, referral)))


def said_in(session: Session, referral: Referral) -> ColumnElement[bool]:
    """The condition on Outbox for what was written to the person in this case, or beside it in a covered time."""
    beside = and_(Outbox.referral_id.is_(None), _within(Outbox.created_at, casework.periods(session, referral)))
    return and_(Outbox.contact_id == referral.contact_id, or_(Outbox.referral_id == referral.id, beside))


def _within(column: InstrumentedAttribute[datetime], spans: list[tuple[datetime, datetime | None]]) -> ColumnElement[bool]:
    return or_(false(), *(and_(column >= begun, column <= ended) if ended else column >= begun for begun, ended in spans))


def _titles(session: Session, contact: Contact, rows: Iterable[Inbox]) -> dict[str, str]:
    tokens = [inbox.incoming_of(row, contact).token for row in rows if row.kind == Kind.CHOICE.value]
    mine = select(ChoiceRow.token, ChoiceRow.title).where(ChoiceRow.contact_id == contact.id, ChoiceRow.token.in_(tokens))
    return dict(session.execute(mine).tuples().all()) if tokens else {}


def _received(row: Inbox, contact: Contact, titles: dict[str, str]) -> Said:
    incoming = inbox.incoming_of(row, contact)
    text = titles.get(incoming.token, "") if incoming.kind is Kind.CHOICE else _text(incoming)
    return Said(row.received_at, CONTACT, text, row.kind, erased=row.body == EMPTIED, id=f"in-{row.id}")


def _text(incoming: Incoming) -> str:
    return "" if incoming.kind is Kind.LOCATION else incoming.text


def _sent(row: Outbox, contact: Contact) -> Said | None:
    who, name = row.author or ASSISTANT, f"out-{row.id}"
    if row.body == EMPTIED:
        return Said(row.created_at, who, "", state=row.state, erased=True, id=name)
    text = outbox.outgoing_of(row, contact).text
    return Said(row.created_at, who, text, state=row.state, id=name) if text else None
