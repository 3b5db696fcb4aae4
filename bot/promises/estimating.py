"""How long a case will wait, judged by the recent cases of those who will take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from bot import teams
from bot.promises.hours import Interval, moment_after, open_times, worked
from bot.tables import Referral, ReferralEvent, Staff, Team, TeamMember

SHARE = 0.8  # of the recent cases were taken within the time that is promised
RECENT = 50  # cases
ENOUGH = 10  # of them taken; with fewer nothing is promised
WINDOW = timedelta(days=120)  # how it went before says little about today
LEAST = timedelta(hours=1)  # of working time: nobody is promised less
FURTHEST = timedelta(days=30)  # what takes longer cannot be told in good faith
# Urgent cases are taken first and say nothing about the others; ordinary ones wait at least as long as pressing ones.
ALIKE = {"now": ("now",), "soon": ("soon", "normal"), "normal": ("normal",)}


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a case waited, in working time; at least so long where nobody has taken it."""

    time: timedelta
    taken: bool


def due(session: Session, referral: Referral, serving: Sequence[Team], since: datetime, now: datetime) -> datetime | None:
    """By when a case that waits since then is most likely taken; None where nothing honest can be said.

    `serving` are the teams that serve it. Reads at most a few dozen cases, in one to three queries.
    """
    staffed = _staffed(session, serving)
    if serving and not staffed:
        return None
    times = open_times(staffed, now - WINDOW, now + 2 * FURTHEST)
    expected = _expected(session, referral, staffed, times, now)
    at = moment_after(times, since, max(expected, LEAST)) if expected is not None else None
    # Somebody who asks late has waited longer than most already: they are not given a time of the past.
    return at if at is not None and now + LEAST <= at <= now + FURTHEST else None


def _staffed(session: Session, serving: Sequence[Team]) -> list[Team]:
    """Those in which a caseworker can take a case: an empty team's hours promise nothing."""
    if not serving:
        return []
    query = select(TeamMember.team_id, Staff.roles).join(Staff, Staff.id == TeamMember.staff_id)
    members = session.execute(query.where(Staff.active.is_(True), TeamMember.team_id.in_([team.id for team in serving])))
    staffed = {team_id for team_id, roles in members if "caseworker" in roles}
    return [team for team in serving if team.id in staffed]


def _expected(
    session: Session, referral: Referral, staffed: Sequence[Team], times: Sequence[Interval], now: datetime
) -> timedelta | None:
    """The time by the most alike cases of which there are enough."""
    for alike in _alike(session, referral, staffed):
        waits = list(_waits(session, referral, alike, times, now))
        if sum(wait.taken for wait in waits) >= ENOUGH:
            return taken_within(waits)
    return None


def _alike(session: Session, referral: Referral, staffed: Sequence[Team]) -> Iterator[ColumnElement[bool]]:
    served = [teams.serves(team) for team in staffed] or [teams.unserved(teams.all_teams(session))]
    # Few caseworkers may speak the person's language: then those who do decide how long it takes.
    yield and_(*served, Referral.locale == referral.locale)
    yield and_(*served)
    if len(served) > 1:
        yield or_(*served)


def _waits(
    session: Session, referral: Referral, alike: ColumnElement[bool], times: Sequence[Interval], now: datetime
) -> Iterator[Wait]:
    # A case may be handed back and taken again: the person waited for the first time.
    first_taken = (
        select(func.min(ReferralEvent.at))
        .where(ReferralEvent.referral_id == Referral.id, ReferralEvent.kind == "taken")
        .correlate(Referral)
        .scalar_subquery()
    )
    query = (
        select(Referral.created_at, first_taken, Referral.taken_at, Referral.closed_at)
        .where(alike, Referral.urgency.in_(ALIKE.get(referral.urgency, ("normal",))), Referral.origin != "failure")
        .where(Referral.id != referral.id, Referral.created_at > now - WINDOW, Referral.created_at <= now)
        .order_by(Referral.id.desc())
        .limit(RECENT)
    )
    for created, first, taken, closed in session.execute(query):
        began = first or taken
        yield Wait(worked(times, created, min(began or closed or now, now)), began is not None)


def taken_within(waits: Iterable[Wait], share: float = SHARE) -> timedelta | None:
    """The time within which that share of the cases was taken; None where too many still wait to tell.

    Kaplan and Meier's estimate: a case that nobody has taken yet counts as "at least so long". Leaving those out would
    promise most on the days when most wait.
    """
    ordered = sorted(waits, key=lambda wait: (wait.time, not wait.taken))
    waiting = 1.0
    for position, wait in enumerate(ordered):
        if not wait.taken:
            continue
        waiting *= 1 - 1 / (len(ordered) - position)
        if waiting <= 1 - share + 1e-9:
            return wait.time
    return None
