"""How much is kept of what people wrote, how old it is, and how much of that the keeper would empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot import keeping
from bot.tables import AuditEvent, Contact, Inbox, Outbox, Referral, TrackerRow, Unanswered

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
    """Count what the keeper (bot/housekeeping/retention.py) empties for these dates; a test holds both together."""

    def count(table: type, condition: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(condition)) or 0

    return Due(
        cases=count(Referral, keeping.cases_due(cases_before)),
        inbox=count(Inbox, keeping.messages_due(Inbox, messages_before)),
        outbox=count(Outbox, keeping.messages_due(Outbox, messages_before)),
        unanswered=count(Unanswered, and_(Unanswered.created_at < messages_before, _has_words())),
        conversations=count(TrackerRow, TrackerRow.updated_at < messages_before),
    )


def _has_words() -> ColumnElement[bool]:
    # The text is encrypted, so that an emptied one cannot be told by it: emptying also parts it from its contact and settles it.
    return or_(Unanswered.vector.is_not(None), Unanswered.contact_id.is_not(None), Unanswered.settled_at.is_(None))


def kept(session: Session, now: datetime) -> list[Kept]:
    """What there is, by kind and age, in one query a kind."""
    kinds: tuple[tuple[str, InstrumentedAttribute[Any], ColumnElement[bool] | None, ColumnElement[bool] | None], ...] = (
        ("inbox", Inbox.received_at, None, Inbox.lease == keeping.EMPTIED),
        ("outbox", Outbox.created_at, None, Outbox.lease == keeping.EMPTIED),
        ("cases", Referral.created_at, None, keeping.case_emptied()),
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
