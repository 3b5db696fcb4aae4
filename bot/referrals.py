"""Referrals: what a person agreed to hand to a caseworker, and its history."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot import crypto
from bot.contacts import insert_ignoring_duplicates
from bot.db import utcnow
from bot.tables import Contact, Note, PartnerReferral, Referral, ReferralEvent, Revision, Staff, Topic

MAX_TEXT = 2000  # characters of a need or note that are kept
CASES = "referrals"  # the revision that rises with each change of any case
_NUMBER = re.compile(r"\bW[-\s\u2010-\u2015]?([2-9A-HJKMNP-TV-Z]{4})[-\s\u2010-\u2015]?([2-9A-HJKMNP-TV-Z]{2})\b", re.IGNORECASE)


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
        need_kind=_need_kind(session, new.topic_id),
        locale=locale,
        country=(new.place or {}).get("country") or contact.country,
        channel=contact.channel,
        consent_at=new.consent_at,
        created_at=utcnow(),
        changed_at=utcnow(),
    )
    if new.consent_at is not None:
        referral.events.append(ReferralEvent(kind="consented", at=new.consent_at))
    referral.events.append(ReferralEvent(kind="opened", actor="contact" if new.consent_at else "system"))
    session.add(referral)
    session.flush()
    touch(session)
    return referral


def _need_kind(session: Session, topic_id: str | None) -> str:
    topic = session.get(Topic, topic_id) if topic_id else None
    return topic.need if topic is not None else "general"


def touch(session: Session) -> None:
    """Say that a case has changed: open queues show it without being loaded anew."""
    insert_ignoring_duplicates(session, Revision, {"name": CASES, "value": 0, "detail": {}}, ["name"])
    session.execute(update(Revision).where(Revision.name == CASES).values(value=Revision.value + 1))


def revision(session: Session) -> int:
    return session.scalar(select(Revision.value).where(Revision.name == CASES)) or 0


def of_contact(session: Session, contact: Contact, limit: int = 5) -> list[Referral]:
    """The contact's own cases, newest first; not the ones that only tell staff of a fault of ours."""
    mine = (Referral.contact_id == contact.id) & (Referral.origin != "failure")
    return list(session.scalars(select(Referral).where(mine).order_by(Referral.id.desc()).limit(limit)))


def with_caseworker(session: Session, contact: Contact) -> bool:
    """True while a caseworker has the conversation: the bot is silent then, except for danger and STOP."""
    taken = (Referral.contact_id == contact.id) & (Referral.state == "taken")
    return session.scalar(select(Referral.id).where(taken).limit(1)) is not None


def taken_of(session: Session, contact: Contact) -> list[Referral]:
    """The cases in which a caseworker has this conversation."""
    return list(session.scalars(select(Referral).where(Referral.contact_id == contact.id, Referral.state == "taken")))


def add_message(session: Session, contact: Contact, danger: str = "") -> list[Referral]:
    """The person wrote while a caseworker has their case: note it, and flag danger. Returns the cases.

    What they wrote stays in the inbox; the history says only that they did.
    """
    now, cases = utcnow(), taken_of(session, contact)
    for referral in cases:
        referral.changed_at = now
        referral.waiting_since = referral.waiting_since or now
        if danger:
            referral.flagged_at = referral.flagged_at or now
        referral.events.append(ReferralEvent(kind="danger" if danger else "message", detail=danger or None, at=now))
    if cases:
        touch(session)
    return cases


def heard(session: Session, contact: Contact) -> None:
    """The person wrote while their case waits: who takes it will find something new."""
    mine = (Referral.contact_id == contact.id) & (Referral.state == "open") & Referral.consent_at.is_not(None)
    if session.scalar(select(Referral.id).where(mine).limit(1)) is not None:
        session.execute(update(Referral).where(mine).values(changed_at=utcnow()))
        touch(session)


def named_in(session: Session, contact: Contact, text: str, since: datetime) -> Referral | None:
    """The contact's own case, closed after `since`, whose number stands in the text."""
    numbers = {f"W-{a}-{b}".upper() for a, b in _NUMBER.findall(text[:MAX_TEXT])}
    if not numbers:
        return None
    mine = (Referral.contact_id == contact.id) & Referral.number.in_(numbers) & _closed_after(since)
    return session.scalars(select(Referral).where(mine).order_by(Referral.id.desc()).limit(1)).first()


def last_closed(session: Session, contact: Contact, since: datetime) -> Referral | None:
    """The contact's newest case that was closed after `since` and may be opened again."""
    mine = (Referral.contact_id == contact.id) & _closed_after(since)
    return session.scalars(select(Referral).where(mine).order_by(Referral.closed_at.desc()).limit(1)).first()


def _closed_after(since: datetime) -> Any:
    may = (Referral.outcome.is_distinct_from("withdrawn")) & (Referral.origin != "failure")
    return (Referral.state == "closed") & (Referral.closed_at >= since) & may


def reopen(session: Session, referral: Referral, actor: str) -> None:
    """Open again. Whoever had it finds it among theirs; where they are gone it waits in the queue for anybody."""
    now = utcnow()
    had = session.get(Staff, referral.assignee_id) if referral.assignee_id is not None else None
    still_here = had is not None and had.active and "caseworker" in had.roles
    referral.state, referral.assignee_id = ("taken", referral.assignee_id) if still_here else ("open", None)
    referral.outcome = referral.outcome_detail = referral.closed_at = referral.slipped_at = referral.promised_by = None
    referral.waiting_since = referral.changed_at = now
    referral.version += 1
    referral.events.append(ReferralEvent(kind="reopened", actor=actor, at=now))
    session.flush()
    touch(session)


def open_after_failure(session: Session, contact: Contact, inbox_id: int, error: str, locale: str) -> Referral:
    """Our own fault: staff must see that somebody wrote and got no answer. Holds no text of theirs."""
    new = NewReferral(need=f"A message could not be answered ({error}).", urgency="soon", origin="failure")
    return open_case(session, contact, new, inbox_id, locale)


def erase(session: Session, contact: Contact) -> int:
    """Remove the personal parts of a contact's cases; that there was a case, and how it went, stays as a count."""
    rows = list(session.scalars(select(Referral).where(Referral.contact_id == contact.id)))
    for referral in rows:
        referral.need, referral.place, referral.safe_contact = "(erased)", None, None
        referral.outcome_detail = None
        for event in referral.events:
            event.detail = None
        if referral.state != "closed":
            referral.state, referral.outcome, referral.closed_at = "closed", "withdrawn", utcnow()
        referral.events.append(ReferralEvent(kind="erased"))
        session.execute(delete(Note).where(Note.referral_id == referral.id))
        # A link that an office has not opened yet opens nothing any more.
        gone = {"content": None, "note": None, "answer": None, "state": "withdrawn", "token_hash": None}
        session.execute(update(PartnerReferral).where(PartnerReferral.referral_id == referral.id).values(**gone))
    if rows:
        touch(session)
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
