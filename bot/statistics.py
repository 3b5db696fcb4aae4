"""Figures of each day: what was asked, what became of it, what was sent, and how long cases waited.

Days are those of UTC. A finished day is kept as counts, which hold nothing personal and outlive the messages; days that are
not kept yet are counted anew each time.
"""

from __future__ import annotations

import math
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, cast, distinct, func, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.contacts import insert_ignoring_duplicates
from bot.db import UtcTime
from bot.tables import Contact, Counter, Inbox, Outbox, Referral

SETTLED = "settled"  # the counter that says: this day's figures are complete
# What became of a message; stored as "outcome|" and one of these.
OUTCOMES = (
    "answered",
    "office",
    "unsure",
    "unanswered",
    "withheld",
    "failed",
    "not_helpful",
    "out_of_scope",
    "case",
    "caseworker",
    "danger",
    "form",
    "stop",
    "other",
)
# The three that editors watch. Asking back is neither; small talk and forms are no questions.
ANSWERED = ("outcome|answered", "outcome|office")
UNSURE = ("outcome|unsure",)
UNANSWERED = ("outcome|unanswered", "outcome|withheld", "outcome|failed")
_SERIES = ("messages", "people", "parts", "failed", "segments", *(f"outcome|{name}" for name in OUTCOMES))
_NOT_SAID = ("blocked", "unblocked")  # what providers report is not what a person wrote
# A provider tells of a part for up to a day after it was written: only then is a day complete.
_COMPLETE_AFTER = timedelta(days=2)
# SQLite has one writer: a first run over years of messages must not keep everybody else from writing.
_AT_ONCE = timedelta(days=31)

Daily = dict[date, Tally[str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long cases in one language waited for a caseworker. `open_now` wait still, the longest of them since `oldest`."""

    locale: str
    taken: int
    median: timedelta | None
    nine_of_ten: timedelta | None
    open_now: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the overview shows: `days` in order, `series` by name with one number a day, `totals` of the whole time by name."""

    days: list[date]
    series: dict[str, list[int]]
    totals: dict[str, int]
    waiting: list[Waiting]
    kept_until: date | None = None  # the last day whose figures are kept as counts

    def together(self, *names: str) -> list[int]:
        """Several series as one."""
        return [sum(numbers) for numbers in zip(*(self.series[name] for name in names), strict=True)]

    def parts(self, prefix: str) -> dict[str, int]:
        """Totals such as those of `messages|`, by what follows, the largest first."""
        found = {name.removeprefix(prefix): value for name, value in self.totals.items() if name.startswith(prefix) and value}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def settle_days(session: Session, today: date) -> int:
    """Keep the figures of the days that are complete, a month of them at most; returns how many were kept, 0 when all are.

    Days that are kept already stay as they are.
    """
    first, last = _first_open_day(session), today - _COMPLETE_AFTER
    if first is None or first > last:
        return 0
    last = min(last, first + _AT_ONCE - timedelta(days=1))
    daily = _count(session, first, last)
    kept = 0
    for day in _days(first, last):
        # Who stores this row stores the day: two processes at once never count one twice.
        if not insert_ignoring_duplicates(session, Counter, {"name": SETTLED, "day": day, "value": 1}, ["name", "day"]):
            continue
        rows = [{"name": name, "day": day, "value": value} for name, value in sorted(daily[day].items()) if value]
        if rows:
            session.execute(insert(Counter), rows)
        kept += 1
    return kept


def figures(session: Session, days: int, today: date) -> Figures:
    """The last `days` days with today. The number of queries depends on neither the days nor the messages."""
    first = today - timedelta(days=days - 1)
    kept_until = _kept_until(session)
    live_from = max(first, kept_until + timedelta(days=1)) if kept_until else first
    live = _count(session, live_from, today)
    span = list(_days(first, today))
    series, totals = _kept_series(session, first, today), _kept_totals(session, first, today)
    for day, tally in live.items():
        totals.update(tally)
        series[day].update({name: tally[name] for name in _SERIES})
    return Figures(
        days=span,
        series={name: [series[day][name] for day in span] for name in _SERIES},
        totals=dict(totals),
        waiting=waiting_times(session, _midnight(first)),
        kept_until=kept_until,
    )


def outcome_group(outcome: str | None, state: str) -> str | None:
    """Which of OUTCOMES a turn's outcome is; None while the message still waits."""
    if state == "failed":
        return "failed"
    if state != "handled":
        return None
    head, _, tail = (outcome or "").partition(":")
    if head == "office":
        return "unanswered" if tail == "nothing" else "office"
    if head.startswith("asked_") or head.endswith("_cancelled") or head == "referral_refused":
        return "form"
    return _GROUPS.get(head, head if head in OUTCOMES else "other")


_GROUPS = {
    "crisis": "danger",
    "silent": "caseworker",
    "urgent_referral": "case",
    "referral_opened": "case",
    "case_status": "case",
}


def topic_of(outcome: str | None) -> str | None:
    """The topic that a turn's outcome names."""
    head, _, topic = (outcome or "").partition(":")
    return topic or None if head in ("answered", "withheld") else None


def _count(session: Session, first: date, last: date) -> Daily:
    """Counts of each day from the messages themselves, in three queries."""
    daily: Daily = defaultdict(Tally)
    if first > last:
        return daily
    _count_inbox(session, first, last, daily)
    _count_people(session, first, last, daily)
    _count_outbox(session, first, last, daily)
    return daily


def _count_inbox(session: Session, first: date, last: date, daily: Daily) -> None:
    day = _day_of(session, Inbox.received_at)
    query = (
        select(day, Contact.locale, Inbox.state, Inbox.outcome, func.count())
        .join(Contact, Contact.id == Inbox.contact_id)
        .where(_within(Inbox.received_at, first, last), Inbox.kind.not_in(_NOT_SAID))
        .group_by(day, Contact.locale, Inbox.state, Inbox.outcome)
    )
    for on, locale, state, outcome, number in session.execute(query):
        tally = daily[_as_date(on)]
        tally["messages"] += number
        tally[f"messages|{locale or ''}"] += number
        group, topic = outcome_group(outcome, state), topic_of(outcome)
        if group:
            tally[f"outcome|{group}"] += number
        if topic:
            tally[f"topic|{topic}"] += number


def _count_people(session: Session, first: date, last: date, daily: Daily) -> None:
    day = _day_of(session, Inbox.received_at)
    query = (
        select(day, func.count(distinct(Inbox.contact_id)))
        .where(_within(Inbox.received_at, first, last), Inbox.kind.not_in(_NOT_SAID))
        .group_by(day)
    )
    for on, number in session.execute(query):
        daily[_as_date(on)]["people"] += number


def _count_outbox(session: Session, first: date, last: date, daily: Daily) -> None:
    day = _day_of(session, Outbox.created_at)
    # What a provider took is billed, also where it could not be delivered then.
    billed = and_(Outbox.channel == "sms", or_(Outbox.sent_at.is_not(None), Outbox.state == "unknown"))
    query = (
        select(
            day,
            Outbox.channel,
            Outbox.state,
            Outbox.error,
            Contact.country,
            func.count(),
            func.sum(case((billed, Outbox.segments), else_=0)),
        )
        .join(Contact, Contact.id == Outbox.contact_id)
        # A row without segments acknowledges a tapped button; nobody reads it.
        .where(_within(Outbox.created_at, first, last), Outbox.segments > 0)
        .group_by(day, Outbox.channel, Outbox.state, Outbox.error, Contact.country)
    )
    for on, channel, state, error, country, number, segments in session.execute(query):
        tally = daily[_as_date(on)]
        if state in ("sent", "delivered", "failed", "unknown"):
            tally["parts"] += number
            tally[f"parts|{channel}"] += number
        if state in ("failed", "unknown"):
            code = error or state
            tally["failed"] += number
            tally[f"failed|{code}"[:80]] += number
        if segments:
            tally["segments"] += segments
            tally[f"segments|{country or ''}"] += segments


def _kept_series(session: Session, first: date, last: date) -> Daily:
    daily: Daily = defaultdict(Tally)
    query = select(Counter.day, Counter.name, Counter.value)
    for day, name, value in session.execute(query.where(Counter.name.in_(_SERIES), Counter.day.between(first, last))):
        daily[day][name] = value
    return daily


def _kept_totals(session: Session, first: date, last: date) -> Tally[str]:
    query = select(Counter.name, func.sum(Counter.value)).where(Counter.day.between(first, last)).group_by(Counter.name)
    return Tally({name: int(value) for name, value in session.execute(query)})


def _kept_until(session: Session) -> date | None:
    return session.scalar(select(func.max(Counter.day)).where(Counter.name == SETTLED))


def _first_open_day(session: Session) -> date | None:
    kept_until = _kept_until(session)
    if kept_until is not None:
        return kept_until + timedelta(days=1)
    oldest = [session.scalar(select(func.min(column))) for column in (Inbox.received_at, Outbox.created_at)]
    return min((at.astimezone(UTC).date() for at in oldest if at is not None), default=None)


def waiting_times(session: Session, since: datetime) -> list[Waiting]:
    """By language: how long the cases opened since then waited for their first caseworker, and how many wait now."""
    taken = select(Referral.locale, Referral.created_at, Referral.taken_at)
    waits: dict[str, list[timedelta]] = defaultdict(list)
    for locale, opened, first in session.execute(taken.where(Referral.created_at >= since, Referral.taken_at.is_not(None))):
        if first is not None:
            waits[locale].append(first - opened)
    # As the queue counts it: from the person's oldest message without an answer.
    waits_since = func.min(func.coalesce(Referral.waiting_since, Referral.created_at), type_=UtcTime)
    waiting = select(Referral.locale, func.count(), waits_since).where(Referral.state == "open").group_by(Referral.locale)
    now = {locale: (number, oldest) for locale, number, oldest in session.execute(waiting)}
    found = [_waiting(locale, sorted(waits[locale]), *now.get(locale, (0, None))) for locale in {*waits, *now}]
    return sorted(found, key=lambda waiting: (-waiting.taken - waiting.open_now, waiting.locale))


def _waiting(locale: str, waits: list[timedelta], open_now: int, oldest: datetime | None) -> Waiting:
    return Waiting(locale, len(waits), _at_rank(waits, 0.5), _at_rank(waits, 0.9), open_now, oldest)


def _at_rank(ordered: list[timedelta], share: float) -> timedelta | None:
    """The value that this share of all does not exceed (nearest rank: always a wait that somebody had)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _day_of(session: Session, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return func.date(column)  # stored as text, in UTC
    return cast(func.timezone("UTC", column), Date)


def _as_date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _within(column: InstrumentedAttribute[Any], first: date, last: date) -> ColumnElement[bool]:
    return and_(column >= _midnight(first), column < _midnight(last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=step) for step in range((last - first).days + 1))
