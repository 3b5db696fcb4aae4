"""What an admin does to an account: roles, teams, locking out and letting in again."""

from __future__ import annotations

from litestar import Response, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, staff
from bot.console.access import entry
from bot.console.desk import Desk, Form
from bot.console.staff_admin.accounts import return_cases, set_teams, standing
from bot.console.staff_admin.pages import PROBLEMS, filled, link_page, person_with
from bot.console.texts import N_
from bot.tables import Staff

OWN_ROLE = N_("You cannot take the admin role from yourself. Another admin can.")
OWN_ACCOUNT = N_("You cannot do this to your own account. Use your account page, or ask another admin.")


@post("/staff/{staff_id:int}", **entry("admin"))
def change(desk: Desk, staff_id: int, data: Form) -> Response[str]:
    """Name, roles, languages and teams. New roles end the person's sessions."""
    form, problem = filled(data), ""
    with desk.database.write() as session:
        person = _person(desk, session, staff_id)
        if person.id == desk.member.id and "admin" not in form.roles:
            problem = OWN_ROLE
        else:
            before = standing(session, person)
            try:
                staff.set_roles(session, person, form.roles)
            except staff.StaffError as error:
                problem = PROBLEMS[error.code]
            else:
                person.name, person.locales = form.name or person.name, form.locales
                set_teams(session, person, form.teams)
                returned = (
                    return_cases(session, person, session.get_one(Staff, desk.member.id))
                    if "caseworker" not in person.roles
                    else 0
                )
                _note_changes(session, desk, person, before, returned)
    if problem:
        form.email = person.email
        return person_with(desk, staff_id, {"roles": desk.text(problem)}, form)
    return desk.go(f"/console/staff/{staff_id}", desk.text(N_("Saved.")))


def _note_changes(session: Session, desk: Desk, person: Staff, before: dict[str, object], returned: int) -> None:
    after = standing(session, person)
    changed = {name: {"before": before[name], "after": after[name]} for name in after if after[name] != before[name]}
    if changed:
        given = {"returned_cases": returned} if returned else {}
        audit.add(session, desk.member.email, "staff.changed", "staff", str(person.id), **changed, **given)


@post("/staff/{staff_id:int}/off", **entry("admin"))
def deactivate(desk: Desk, staff_id: int) -> Response[str]:
    """No more signing in; their cases go back to the queue, since somebody waits for an answer."""
    problem = ""
    with desk.database.write() as session:
        person = _other(desk, session, staff_id)
        try:
            staff.deactivate(session, person)
        except staff.StaffError as error:
            problem = PROBLEMS[error.code]
        else:
            returned = return_cases(session, person, session.get_one(Staff, desk.member.id))
            audit.add(session, desk.member.email, "staff.deactivated", "staff", str(person.id), returned_cases=returned)
    if problem:
        return person_with(desk, staff_id, {"account": desk.text(problem)})
    return desk.go(f"/console/staff/{staff_id}", desk.text(N_("{name} can no longer sign in."), name=person.name))


@post("/staff/{staff_id:int}/on", **entry("admin"))
def activate(desk: Desk, staff_id: int) -> Response[str]:
    with desk.database.write() as session:
        person = _other(desk, session, staff_id)
        person.active, person.failures, person.locked_until = True, 0, None
        audit.add(session, desk.member.email, "staff.activated", "staff", str(person.id))
    return desk.go(f"/console/staff/{staff_id}", desk.text(N_("{name} can sign in again."), name=person.name))


@post("/staff/{staff_id:int}/link", **entry("admin"))
def new_link(desk: Desk, staff_id: int) -> Response[str]:
    """A link to set a new password, shown once. The present password works until it is used."""
    with desk.database.write() as session:
        person = _other(desk, session, staff_id)
        if not person.active:
            desk.refuse(N_("This account is switched off. Switch it on first."))
        token = staff.invite(session, person)
        audit.add(session, desk.member.email, "staff.link_made", "staff", str(person.id))
    return link_page(desk, person.id, person.name, person.email, token, is_new=False)


@post("/staff/{staff_id:int}/second-factor", **entry("admin"))
def reset_second_factor(desk: Desk, staff_id: int) -> Response[str]:
    """For somebody who has lost their phone."""
    with desk.database.write() as session:
        person = _other(desk, session, staff_id)
        person.totp_secret, person.totp_step = None, 0
        staff.end_sessions(session, person)
        audit.add(session, desk.member.email, "staff.second_factor_reset", "staff", str(person.id))
    return desk.go(f"/console/staff/{staff_id}", desk.text(N_("The second factor is taken away. Their sessions have ended.")))


@post("/staff/{staff_id:int}/unlock", **entry("admin"))
def unlock(desk: Desk, staff_id: int) -> Response[str]:
    with desk.database.write() as session:
        person = _person(desk, session, staff_id)
        person.failures, person.locked_until = 0, None
        audit.add(session, desk.member.email, "staff.unlocked", "staff", str(person.id))
    return desk.go(f"/console/staff/{staff_id}", desk.text(N_("The account is open again.")))


@post("/staff/{staff_id:int}/sessions", **entry("admin"))
def end_sessions(desk: Desk, staff_id: int) -> Response[str]:
    with desk.database.write() as session:
        person = _other(desk, session, staff_id)
        staff.end_sessions(session, person)
        audit.add(session, desk.member.email, "staff.sessions_ended", "staff", str(person.id))
    return desk.go(f"/console/staff/{staff_id}", desk.text(N_("They are signed out everywhere.")))


def _person(desk: Desk, session: Session, staff_id: int) -> Staff:
    """The account, with every account locked: two admins who remove each other at once must leave one."""
    everybody = {person.id: person for person in session.scalars(select(Staff).order_by(Staff.id).with_for_update())}
    return everybody[staff_id] if staff_id in everybody else desk.missing()


def _other(desk: Desk, session: Session, staff_id: int) -> Staff:
    """Somebody else's account: whoever has stolen an admin's session must not be able to keep it for good."""
    if staff_id == desk.member.id:
        desk.refuse(OWN_ACCOUNT)
    return _person(desk, session, staff_id)
