"""How much is kept of what people wrote, how old it is, and how much of that the keeper would empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from bot import audit
from bot.tables import AuditEvent, Contact, Inbox, Outbox, Referral, ReferralEvent, TrackerRow, Unanswered

EMPTIED = "emptied"  # stands where the lease was once the keeper has emptied a message
AGES = (timedelta(days=7), timedelta(days=30), timedelta(days=90), timedelta(days=365))


@dataclass(frozen=True, slots=True)
class Due:
    """What would be emptied now, by kind."""

    inbox: int
    outbox: int
    cases: int
    unanswered: int
    conversations: int

    @property
    def total(self) -> int:
        return self.inbox + self.outbox + self.cases + self.unanswered + self.conversations


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data. `by_age`: how many are younger than 7, 30, 90, 365 days, and how many older; `emptied` of all."""

    name: str
    by_age: tuple[int, ...]
    oldest: datetime | None
    emptied: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_age)


def due(session: Session, messages_before: datetime, cases_before: datetime) -> Due:
    """Count what the keeper empties for these dates (bot/housekeeping/retention.py; a test holds both together)."""

    def count(table: type, condition: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(condition)) or 0

    cases = _closed_long_ago(cases_before)
    return Due(
        cases=count(Referral, cases),
        inbox=count(Inbox, _messages_due(Inbox, messages_before)),
        outbox=count(Outbox, _messages_due(Outbox, messages_before)),
        unanswered=count(Unanswered, and_(Unanswered.created_at < messages_before, _has_words())),
        conversations=count(TrackerRow, TrackerRow.updated_at < messages_before),
    )


def _messages_due(table: type[Inbox] | type[Outbox], before: datetime) -> ColumnElement[bool]:
    settled: ColumnElement[bool] = Inbox.state.in_(["handled", "failed"])
    old = Inbox.received_at < before
    if table is Outbox:
        lost = and_(Outbox.state == "unknown", Outbox.next_try.is_(None))
        settled = or_(Outbox.state.in_(["sent", "delivered", "failed", "cancelled"]), lost)
        old = Outbox.created_at < before
    worked_on = select(Referral.contact_id).where(
        Referral.state.in_(["open", "taken"]), Referral.consent_at.is_not(None), Referral.contact_id.is_not(None)
    )
    return and_(old, settled, table.lease.is_distinct_from(EMPTIED), table.contact_id.not_in(worked_on))


def _closed_long_ago(before: datetime) -> ColumnElement[bool]:
    return and_(Referral.state == "closed", Referral.closed_at < before, ~_emptied_by_age())


def _emptied_by_age() -> ColumnElement[bool]:
    event = aliased(ReferralEvent)
    done = select(event.id).where(
        event.referral_id == Referral.id,
        event.kind == "erased",
        event.actor == audit.SYSTEM,
        event.at >= Referral.closed_at,
    )
    return done.exists()


def _has_words() -> ColumnElement[bool]:
    # The text is encrypted, so that an emptied one cannot be told by it: emptying also parts it from its contact and settles it.
    return or_(Unanswered.vector.is_not(None), Unanswered.contact_id.is_not(None), Unanswered.settled_at.is_(None))


def kept(session: Session, now: datetime) -> list[Kept]:
    """What there is, by kind and age, in one query a kind."""
    kinds: tuple[tuple[str, InstrumentedAttribute[Any], ColumnElement[bool] | None, ColumnElement[bool] | None], ...] = (
        ("inbox", Inbox.received_at, None, Inbox.lease == EMPTIED),
        ("outbox", Outbox.created_at, None, Outbox.lease == EMPTIED),
        ("cases", Referral.created_at, None, _emptied_by_age()),
        ("unanswered", Unanswered.created_at, None, ~_has_words()),
        ("conversations", TrackerRow.updated_at, None, None),
        ("contacts", Contact.last_seen, Contact.address_hash != "", None),
        ("audit", AuditEvent.at, None, None),
    )
    return [_kept(session, name, at, only, emptied, now) for name, at, only, emptied in kinds]


def _kept(
    session: Session,
    name: str,
    at: InstrumentedAttribute[Any],
    only: ColumnElement[bool] | None,
    emptied: ColumnElement[bool] | None,
    now: datetime,
) -> Kept:
    edges = [now - age for age in AGES]
    spans = [at >= edges[0], *(and_(at < young, at >= old) for young, old in pairwise(edges)), at < edges[-1]]
    counts = [func.sum(case((span, 1), else_=0)) for span in spans]
    gone = func.sum(case((emptied, 1), else_=0)) if emptied is not None else func.sum(0)
    query = select(func.min(at), gone, *counts)
    row = session.execute(query.where(only) if only is not None else query).one()
    return Kept(name, tuple(int(number or 0) for number in row[2:]), row[0], int(row[1] or 0))
