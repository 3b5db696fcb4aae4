"""Which open cases nobody would see, and which everybody sees because no team serves them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import Session

from bot import teams
from bot.tables import Referral, Staff, Team, TeamMember

EXAMPLES = 5  # case numbers that are named


@dataclass(frozen=True, slots=True)
class Gap:
    """Open cases of one country that share a fate, with the numbers of the oldest."""

    country: str | None
    cases: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """`unseen`: the teams that serve them have no active caseworker. `unserved`: no team serves them, so everybody sees them."""

    unseen: tuple[Gap, ...]
    unserved: tuple[Gap, ...]
    without_members: tuple[str, ...]  # names of teams

    @property
    def unseen_cases(self) -> int:
        return sum(gap.cases for gap in self.unseen)

    @property
    def unserved_cases(self) -> int:
        return sum(gap.cases for gap in self.unserved)

    def is_worse_than(self, before: Coverage) -> bool:
        return self.unseen_cases > before.unseen_cases or self.unserved_cases > before.unserved_cases


def coverage(session: Session) -> Coverage:
    """How things stand now, in six queries whatever the number of teams and cases."""
    every = teams.all_teams(session)
    staffed_ids = _with_caseworkers(session)
    staffed = [team for team in every if team.id in staffed_ids]
    nobody_serves = teams.unserved(every)
    return Coverage(
        unseen=_gaps(session, and_(teams.unserved(staffed), not_(nobody_serves))),
        unserved=_gaps(session, nobody_serves),
        without_members=tuple(team.name for team in every if team.id not in staffed_ids),
    )


def _with_caseworkers(session: Session) -> set[int]:
    query = select(TeamMember.team_id, Staff.roles).join(Staff, Staff.id == TeamMember.staff_id).where(Staff.active.is_(True))
    return {team_id for team_id, roles in session.execute(query) if "caseworker" in roles}


def _gaps(session: Session, fate: ColumnElement[bool]) -> tuple[Gap, ...]:
    """Open cases by country, the most first. A taken case is seen by whoever has it."""
    query = select(Referral.country, func.count()).where(Referral.state == "open", fate).group_by(Referral.country)
    counts = {country: number for country, number in session.execute(query)}
    numbers: dict[str | None, list[str]] = defaultdict(list)
    oldest = select(Referral.country, Referral.number).where(Referral.state == "open", fate).order_by(Referral.id).limit(200)
    for country, number in session.execute(oldest):
        if len(numbers[country]) < EXAMPLES:
            numbers[country].append(number)
    return tuple(
        Gap(country, cases, tuple(numbers[country]))
        for country, cases in sorted(counts.items(), key=lambda item: (-item[1], item[0] or ""))
    )


def rows(session: Session) -> list[tuple[Team, list[Staff], int]]:
    """Each team with its active caseworkers and the number of open cases it serves, in three queries."""
    members: dict[int, list[Staff]] = defaultdict(list)
    query = select(TeamMember.team_id, Staff).join(Staff, Staff.id == TeamMember.staff_id).where(Staff.active.is_(True))
    for team_id, person in session.execute(query.order_by(Staff.name)):
        if "caseworker" in person.roles:
            members[team_id].append(person)
    every = teams.all_teams(session)
    counted = [func.count().filter(_surely(team)) for team in every]
    numbers = session.execute(select(*counted).where(Referral.state == "open")).one() if counted else ()
    return [(team, members[team.id], number) for team, number in zip(every, numbers, strict=True)]


def _surely(team: Team) -> ColumnElement[bool]:
    return not_(teams.unserved([team]))
