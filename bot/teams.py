"""Teams: which caseworkers serve which countries and offices, and so who may see a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true
from sqlalchemy.orm import Session

from bot.tables import Referral, Staff, Team, TeamMember


def of_staff(session: Session, staff_id: int) -> list[Team]:
    query = select(Team).join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.staff_id == staff_id)
    return list(session.scalars(query.order_by(Team.name)))


def all_teams(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).order_by(Team.name)))


def visible(session: Session, staff_id: int) -> ColumnElement[bool]:
    """The condition on Referral for what this caseworker may see.

    Their teams' cases, and those that are theirs by name. A case that no team serves is everybody's: it must not be lost.
    """
    teams = all_teams(session)
    mine = {team.id for team in of_staff(session, staff_id)}
    return or_(
        Referral.assignee_id == staff_id,
        *(serves(team) for team in teams if team.id in mine),
        unserved(teams),
    )


def serves(team: Team) -> ColumnElement[bool]:
    if team.everywhere:
        return true()
    return or_(
        Referral.country.in_(team.countries) if team.countries else false(),
        Referral.office_id.in_(team.offices) if team.offices else false(),
    )


def unserved(teams: Iterable[Team]) -> ColumnElement[bool]:
    """The condition on Referral for cases that no team serves."""
    # A missing country is in no list: SQL would say NULL there, which is neither true nor false.
    return and_(true(), *(not_(_definite(team)) for team in teams))


def _definite(team: Team) -> ColumnElement[bool]:
    if team.everywhere:
        return true()
    return or_(
        and_(Referral.country.is_not(None), Referral.country.in_(team.countries or [""])),
        and_(Referral.office_id.is_not(None), Referral.office_id.in_(team.offices or [""])),
    )


def serving(session: Session, referral: Referral) -> list[Team]:
    """The teams that serve this case."""
    return [team for team in all_teams(session) if _serves_case(team, referral)]


def _serves_case(team: Team, referral: Referral) -> bool:
    in_country = referral.country is not None and referral.country in team.countries
    in_office = referral.office_id is not None and referral.office_id in team.offices
    return team.everywhere or in_country or in_office


def colleagues(session: Session, referral: Referral) -> list[Staff]:
    """Active caseworkers who may take this case, by name."""
    serving_teams = serving(session, referral)
    query = select(Staff).where(Staff.active.is_(True))
    if serving_teams:
        members = select(TeamMember.staff_id).where(TeamMember.team_id.in_([team.id for team in serving_teams]))
        query = query.where(Staff.id.in_(members))
    return [staff for staff in session.scalars(query.order_by(Staff.name)) if "caseworker" in staff.roles]


def ensure_first(session: Session) -> None:
    """A team that serves everywhere, with every caseworker in it, where nobody has made a team yet."""
    if session.scalar(select(Team.id).limit(1)) is not None:
        return
    team = Team(name="Everywhere", everywhere=True, **_empty())
    session.add(team)
    session.flush()
    for staff in session.scalars(select(Staff)):
        if "caseworker" in staff.roles:
            session.add(TeamMember(team_id=team.id, staff_id=staff.id))
    session.flush()


def _empty() -> dict[str, Any]:
    return {"countries": [], "offices": [], "holidays": []}


def join_default(session: Session, staff: Staff) -> None:
    """A new caseworker joins the teams that serve everywhere where there is no other team to choose from."""
    teams = all_teams(session)
    if len(teams) == 1 and teams[0].everywhere and session.get(TeamMember, (teams[0].id, staff.id)) is None:
        session.add(TeamMember(team_id=teams[0].id, staff_id=staff.id))
        session.flush()
