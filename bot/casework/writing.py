"""A caseworker's words to the person: through the outbox and the channel, part by part, like any reply."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, channels, contacts, outbox, referrals
from bot.db import utcnow
from bot.messages import Outgoing, Reply
from bot.tables import Contact, Outbox, Referral, ReferralEvent, Staff

MAX_TEXT = 4000


class CannotWrite(Exception):
    """Nothing may or can be sent; `code` says why: gone opted_out blocked not_yours empty not_failed sent_again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def write(session: Session, referral: Referral, by: Staff, text: str) -> list[Outbox]:
    """Queue a text of the caseworker who has the case. Raises CannotWrite."""
    if referral.state != "taken" or referral.assignee_id != by.id:
        raise CannotWrite("not_yours")
    if not text.strip():
        raise CannotWrite("empty")
    contact = reachable(session, referral)
    rows = tell(session, referral, contact, text.strip()[:MAX_TEXT], author=by.email)
    referral.waiting_since = None
    referral.events.append(ReferralEvent(kind="replied", actor=by.email, at=utcnow()))
    audit.add(session, by.email, "case.replied", "case", str(referral.id), parts=len(rows))
    session.flush()
    referrals.touch(session)
    return rows


def reachable(session: Session, referral: Referral) -> Contact:
    """The person, where something may be sent to them. Raises CannotWrite."""
    contact = session.get(Contact, referral.contact_id) if referral.contact_id else None
    if contact is None or contact.erase_at is not None or not contact.address:
        raise CannotWrite("gone")
    if contact.opted_out_at is not None:
        raise CannotWrite("opted_out")
    if contact.blocked_at is not None:
        raise CannotWrite("blocked")
    return contact


def tell(session: Session, referral: Referral, contact: Contact, text: str, author: str | None) -> list[Outbox]:
    """Queue a text about this case; nothing where the person said STOP or cannot be reached."""
    if contact.opted_out_at is not None or contact.blocked_at is not None or not contact.address:
        return []
    rows = []
    for position, part in enumerate(channels.shape(Reply(text), contacts.speaks_plainly(contact))):
        outgoing = Outgoing(contact.channel, contact.address, part.text)
        row = outbox.add(session, contact, outgoing, inbox_id=None, position=position, segments=part.segments)
        row.referral_id, row.author = referral.id, author
        rows.append(row)
    session.flush()
    return rows


def retry(session: Session, referral: Referral, by: Staff, outbox_id: int) -> Outbox:
    """Send a failed part again, once. Raises CannotWrite where it did not fail, or where this was done before."""
    if referral.state != "taken" or referral.assignee_id != by.id:
        raise CannotWrite("not_yours")
    failed = session.get(Outbox, outbox_id, with_for_update=True)
    if failed is None or failed.referral_id != referral.id or failed.state not in ("failed", "unknown", "cancelled"):
        raise CannotWrite("not_failed")
    if session.scalar(select(Outbox.id).where(Outbox.retry_of == failed.id).limit(1)) is not None:
        raise CannotWrite("sent_again")
    contact = reachable(session, referral)
    text = str(json.loads(failed.body).get("text") or "")
    if not text:
        raise CannotWrite("empty")
    outgoing = Outgoing(contact.channel, contact.address, text)
    row = outbox.add(session, contact, outgoing, inbox_id=None, position=0, segments=failed.segments)
    row.referral_id, row.author, row.retry_of = referral.id, by.email, failed.id
    audit.add(session, by.email, "case.retried", "case", str(referral.id), part=failed.id)
    session.flush()
    referrals.touch(session)
    return row
