"""The steps of a case. Each says who did it, rises the version, and tells open queues."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot import audit, referrals
from bot.casework.writing import tell
from bot.db import utcnow
from bot.i18n import N_, translate
from bot.tables import Contact, Note, Reading, Referral, ReferralEvent, Staff

OUTCOMES = ("helped", "referred", "unreachable", "withdrawn", "not_eligible")
MAX_NOTE = 4000
TAKEN = N_("A caseworker now has your case {number} and writes to you here. You can answer in your language.")


class Changed(Exception):
    """Somebody else changed the case meanwhile: what was meant for its earlier state must not be done to this one."""


def take(session: Session, referral: Referral, by: Staff, version: int) -> None:
    """The case is theirs from here on; the person is told once, and the assistant falls silent for them."""
    _only(referral, version, "open")
    now = utcnow()
    first = referral.taken_at is None
    referral.state, referral.assignee_id = "taken", by.id
    referral.taken_at = referral.taken_at or now
    referral.waiting_since = referral.waiting_since or referral.created_at
    _happened(session, referral, by, "taken", now)
    contact = session.get(Contact, referral.contact_id) if referral.contact_id else None
    if first and contact is not None and referral.consent_at is not None:
        tell(session, referral, contact, translate(referral.locale, TAKEN, number=referral.number), author=None)


def hand_over(session: Session, referral: Referral, by: Staff, to: Staff, version: int) -> None:
    """To a colleague, who finds it among theirs as unread."""
    _only(referral, version, "taken", "open")
    referral.state, referral.assignee_id = "taken", to.id
    referral.taken_at = referral.taken_at or utcnow()
    referral.changed_at = utcnow()
    _happened(session, referral, by, "handed_over", detail=to.email)


def return_to_queue(session: Session, referral: Referral, by: Staff, version: int) -> None:
    """Anybody may take it again. Its waiting time goes on: the person has waited all along."""
    _only(referral, version, "taken")
    referral.state, referral.assignee_id = "open", None
    referral.changed_at = utcnow()
    _happened(session, referral, by, "returned")


def escalate(session: Session, referral: Referral, by: Staff, reason: str, version: int) -> None:
    """It goes to the top of every list, and the team is told."""
    _only(referral, version, "taken", "open")
    referral.escalated_at, referral.urgency = utcnow(), "now"
    referral.changed_at = utcnow()
    _happened(session, referral, by, "escalated", detail=reason[:MAX_NOTE] or None)


def close(session: Session, referral: Referral, by: Staff, outcome: str, detail: str, version: int) -> None:
    """The end of a case. Raises ValueError for an outcome that is none."""
    _only(referral, version, "taken", "open")
    if outcome not in OUTCOMES:
        raise ValueError(outcome)
    now = utcnow()
    referral.state, referral.outcome, referral.closed_at = "closed", outcome, now
    referral.outcome_detail = detail[:400] or None
    referral.assignee_id = referral.assignee_id or by.id
    referral.flagged_at = referral.waiting_since = referral.escalated_at = None
    _happened(session, referral, by, "closed", now, detail=outcome)


def reopen(session: Session, referral: Referral, by: Staff, version: int) -> None:
    _only(referral, version, "closed")
    referrals.reopen(session, referral, by.email)
    audit.add(session, by.email, "case.reopened", "case", str(referral.id))


def acknowledge(session: Session, referral: Referral, by: Staff) -> None:
    """A caseworker has seen the message of danger."""
    if referral.flagged_at is not None:
        referral.flagged_at = None
        _happened(session, referral, by, "danger_seen")


def add_note(session: Session, referral: Referral, by: Staff, text: str) -> None:
    """A note for colleagues; the person never sees it."""
    referral.notes.append(Note(author=by.email, text=text[:MAX_NOTE], at=utcnow()))
    audit.add(session, by.email, "case.noted", "case", str(referral.id))
    session.flush()


def mark_read(session: Session, referral: Referral, staff_id: int) -> None:
    row = session.get(Reading, (staff_id, referral.id))
    if row is None:
        session.add(Reading(staff_id=staff_id, referral_id=referral.id, at=utcnow()))
    else:
        row.at = utcnow()


def _only(referral: Referral, version: int, *states: str) -> None:
    if referral.version != version or referral.state not in states:
        raise Changed


def _happened(
    session: Session, referral: Referral, by: Staff, kind: str, at: datetime | None = None, detail: str | None = None
) -> None:
    referral.version += 1
    referral.events.append(ReferralEvent(kind=kind, actor=by.email, detail=detail, at=at or utcnow()))
    audit.add(session, by.email, f"case.{kind}", "case", str(referral.id))
    mark_read(session, referral, by.id)
    session.flush()
    referrals.touch(session)
