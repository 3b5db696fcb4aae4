"""What the staff screens read and change of accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot import casework, staff
from bot.db import utcnow
from bot.tables import Invitation, Referral, Staff, StaffSession, Team, TeamMember


@dataclass(frozen=True, slots=True)
class Row:
    """One account of the list. `state`: active invited link_expired locked off."""

    person: Staff
    state: str
    teams: list[str]
    sessions: int


def rows_of(session: Session, people: list[Staff]) -> list[Row]:
    """The lines of the list, in three queries whatever their number."""
    in_teams: dict[int, list[str]] = defaultdict(list)
    joined = select(TeamMember.staff_id, Team.name).join(Team, Team.id == TeamMember.team_id).order_by(Team.name)
    for staff_id, team in session.execute(joined):
        in_teams[staff_id].append(team)
    open_links = {
        staff_id: expires
        for staff_id, expires in session.execute(
            select(Invitation.staff_id, Invitation.expires_at).where(Invitation.used_at.is_(None))
        )
    }
    counted = select(StaffSession.staff_id, func.count()).group_by(StaffSession.staff_id)
    sessions = {staff_id: number for staff_id, number in session.execute(counted)}
    return [
        Row(
            person,
            state_of(person, person.id in open_links and open_links[person.id] > utcnow()),
            in_teams[person.id],
            sessions.get(person.id, 0),
        )
        for person in people
    ]


def state_of(person: Staff, has_link: bool) -> str:
    if not person.active:
        return "off"
    if staff.is_locked(person):
        return "locked"
    if person.password_hash is None and person.seen_at is None:
        return "invited" if has_link else "link_expired"
    return "active"


def standing(session: Session, person: Staff) -> dict[str, object]:
    """What of an account the audit compares."""
    session.flush()
    joined = select(TeamMember.team_id).where(TeamMember.staff_id == person.id).order_by(TeamMember.team_id)
    return {
        "name": person.name,
        "roles": list(person.roles),
        "locales": list(person.locales),
        "teams": list(session.scalars(joined)),
    }


def set_teams(session: Session, person: Staff, wanted: Collection[str]) -> list[int]:
    """Make these the person's teams; unknown ones are left out. Returns their ids."""
    chosen = [team_id for team_id in session.scalars(select(Team.id).order_by(Team.id)) if str(team_id) in wanted]
    session.execute(delete(TeamMember).where(TeamMember.staff_id == person.id))
    session.add_all(TeamMember(team_id=team_id, staff_id=person.id) for team_id in chosen)
    session.flush()
    return chosen


def return_cases(session: Session, person: Staff, by: Staff) -> int:
    """While a case is taken the assistant is silent for its person: nobody may be left with a colleague who is gone."""
    query = select(Referral).where(Referral.assignee_id == person.id, Referral.state == "taken")
    cases = list(session.scalars(query.with_for_update()))
    for referral in cases:
        casework.return_to_queue(session, referral, by, referral.version)
    return len(cases)
