"""The queue: cases a caseworker may see, by urgency and waiting time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from bot import teams
from bot.tables import Reading, Referral, Staff

VIEWS = ("waiting", "mine", "unread", "taken", "closed")
PAGE = 50
_URGENCY = case((Referral.urgency == "now", 0), (Referral.urgency == "soon", 1), else_=2)
# A case without a message waits since it was opened.
_WAITS = func.coalesce(Referral.waiting_since, Referral.created_at)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to; empty: everything."""

    view: str = "waiting"
    urgency: str = ""
    country: str = ""
    locale: str = ""
    channel: str = ""
    need: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the list."""

    referral: Referral
    assignee: str | None
    unread: bool

    @property
    def waits_since(self) -> datetime:
        return self.referral.waiting_since or self.referral.created_at


def queue(session: Session, staff_id: int, filters: Filters, page: int = 1) -> tuple[list[Row], bool]:
    """One page of cases, the most urgent and longest waiting first, and whether there are more."""
    unread = _unread(staff_id)
    query = (
        select(Referral, Staff.name, unread.label("unread"))
        .outerjoin(Staff, Staff.id == Referral.assignee_id)
        .outerjoin(Reading, and_(Reading.referral_id == Referral.id, Reading.staff_id == staff_id))
        .where(teams.visible(session, staff_id), _view(filters.view, staff_id), *_narrowed(filters))
        .order_by(*_order(filters.view))
        .limit(PAGE + 1)
        .offset(PAGE * (max(1, page) - 1))
    )
    rows = [Row(referral, name, bool(new)) for referral, name, new in session.execute(query)]
    return rows[:PAGE], len(rows) > PAGE


def counts(session: Session, staff_id: int) -> dict[str, int]:
    """How many cases each view holds, in one query; closed ones are not counted."""
    open_views = [view for view in VIEWS if view != "closed"]
    columns = [func.count(case((_view(view, staff_id), 1))) for view in open_views]
    query = (
        select(*columns)
        .select_from(Referral)
        .outerjoin(Reading, and_(Reading.referral_id == Referral.id, Reading.staff_id == staff_id))
        .where(Referral.state != "closed", teams.visible(session, staff_id))
    )
    return dict(zip(open_views, session.execute(query).one(), strict=True))


def count_new(session: Session, staff_id: int) -> int:
    """What needs this caseworker now: cases that wait for anybody, and news in their own."""
    found = counts(session, staff_id)
    return found["waiting"] + found["unread"]


def next_waiting(session: Session, staff_id: int, but: int = 0) -> Referral | None:
    """The case to take next."""
    query = (
        select(Referral)
        .where(teams.visible(session, staff_id), Referral.state == "open", Referral.id != but)
        .order_by(*_order("waiting"))
        .limit(1)
    )
    return session.scalars(query).first()


def _unread(staff_id: int) -> ColumnElement[bool]:
    return or_(Reading.at.is_(None), Reading.at < Referral.changed_at)


def _view(view: str, staff_id: int) -> ColumnElement[bool]:
    mine = and_(Referral.assignee_id == staff_id, Referral.state == "taken")
    views: dict[str, ColumnElement[bool]] = {
        "waiting": Referral.state == "open",
        "mine": mine,
        "unread": and_(mine, _unread(staff_id)),
        "taken": Referral.state == "taken",
        "closed": Referral.state == "closed",
    }
    return views.get(view, true())


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    same: dict[Any, str] = {
        Referral.urgency: filters.urgency,
        Referral.country: filters.country,
        Referral.locale: filters.locale,
        Referral.channel: filters.channel,
        Referral.need_kind: filters.need,
    }
    found = [column == wanted for column, wanted in same.items() if wanted]
    if filters.number:
        found.append(Referral.number.contains(filters.number.upper().strip(), autoescape=True))
    return found


def _order(view: str) -> list[Any]:
    if view == "closed":
        return [Referral.closed_at.desc(), Referral.id.desc()]
    # Danger first, then what was escalated, then urgency; among equals who has waited longest.
    return [Referral.flagged_at.is_(None), Referral.escalated_at.is_(None), _URGENCY, _WAITS, Referral.id]
