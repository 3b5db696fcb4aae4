"""Referrals: what a person agreed to hand to a caseworker, and its history."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import crypto
from bot.db import utcnow
from bot.tables import Contact, Referral, ReferralEvent

MAX_TEXT = 2000  # characters of a need or note that are kept


@dataclass(frozen=True, slots=True)
class NewReferral:
    """What a referral is opened with. `consent_at` is None only where the machine failed and nobody could be asked."""

    need: str
    place: dict[str, Any] | None = None
    safe_contact: str = ""
    topic_id: str | None = None
    urgency: str = "normal"
    origin: str = "asked"
    consent_at: datetime | None = None


def open_case(session: Session, contact: Contact, new: NewReferral, inbox_id: int | None, locale: str) -> Referral:
    """Store a referral under a fresh case number. One inbound message opens at most one."""
    known = session.scalars(select(Referral).where(Referral.inbox_id == inbox_id)).first() if inbox_id else None
    if known is not None:
        return known
    referral = Referral(
        number=_free_number(session),
        contact_id=contact.id,
        inbox_id=inbox_id,
        origin=new.origin,
        urgency=new.urgency,
        need=new.need[:MAX_TEXT],
        place=json.dumps(new.place, ensure_ascii=False) if new.place else None,
        safe_contact=new.safe_contact[:MAX_TEXT] or None,
        topic_id=new.topic_id,
        locale=locale,
        country=(new.place or {}).get("country") or contact.country,
        channel=contact.channel,
        consent_at=new.consent_at,
        created_at=utcnow(),
    )
    if new.consent_at is not None:
        referral.events.append(ReferralEvent(kind="consented", at=new.consent_at))
    referral.events.append(ReferralEvent(kind="opened", actor="contact" if new.consent_at else "system"))
    session.add(referral)
    session.flush()
    return referral


def of_contact(session: Session, contact: Contact, limit: int = 5) -> list[Referral]:
    """The contact's own cases, newest first; not the ones that only tell staff of a fault of ours."""
    mine = (Referral.contact_id == contact.id) & (Referral.origin != "failure")
    return list(session.scalars(select(Referral).where(mine).order_by(Referral.id.desc()).limit(limit)))


def with_caseworker(session: Session, contact: Contact) -> bool:
    """True while a caseworker has the conversation: the bot is silent then, except for danger and STOP."""
    taken = (Referral.contact_id == contact.id) & (Referral.state == "taken")
    return session.scalar(select(Referral.id).where(taken).limit(1)) is not None


def add_message(session: Session, contact: Contact, text: str) -> None:
    """Keep what a person writes while a caseworker has their case, where the caseworker sees it."""
    taken = (Referral.contact_id == contact.id) & (Referral.state == "taken")
    for referral in session.scalars(select(Referral).where(taken)):
        referral.events.append(ReferralEvent(kind="message", detail=text[:MAX_TEXT]))


def open_after_failure(session: Session, contact: Contact, inbox_id: int, error: str, locale: str) -> Referral:
    """Our own fault: staff must see that somebody wrote and got no answer. Holds no text of theirs."""
    new = NewReferral(need=f"A message could not be answered ({error}).", urgency="soon", origin="failure")
    return open_case(session, contact, new, inbox_id, locale)


def erase(session: Session, contact: Contact) -> int:
    """Remove the personal parts of a contact's cases; that there was a case, and how it went, stays as a count."""
    rows = list(session.scalars(select(Referral).where(Referral.contact_id == contact.id)))
    for referral in rows:
        referral.need, referral.place, referral.safe_contact = "(erased)", None, None
        for event in referral.events:
            event.detail = None
        if referral.state != "closed":
            referral.state, referral.outcome, referral.closed_at = "closed", "withdrawn", utcnow()
        referral.events.append(ReferralEvent(kind="erased"))
    return len(rows)


def waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Referral).where(Referral.state == "open")) or 0


def place_of(referral: Referral) -> dict[str, Any]:
    return dict(json.loads(referral.place)) if referral.place else {}


def _free_number(session: Session) -> str:
    while True:
        number = crypto.case_number()
        if session.scalar(select(Referral.id).where(Referral.number == number)) is None:
            return number
