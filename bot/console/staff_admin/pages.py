"""Who works here, how somebody is invited, and one account."""

from __future__ import annotations

from dataclasses import dataclass, field

from litestar import Response, get, post
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import audit, staff, teams
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, values
from bot.console.staff_admin.accounts import rows_of, set_teams
from bot.console.texts import N_
from bot.i18n import LANGUAGES
from bot.tables import Referral, Staff, TeamMember

ROLES = (
    ("caseworker", N_("Caseworker"), N_("Sees the cases of their teams, writes with people, closes cases.")),
    ("editor", N_("Editor"), N_("Writes and translates answers, keeps offices right, sees what was not answered.")),
    ("admin", N_("Admin"), N_("Staff, teams, settings, audit and the data that is kept. Sees no conversations.")),
)
MAX_ID = 2**31  # larger numbers are no id of the database
PROBLEMS = {
    "email": N_("This is no e-mail address."),
    "roles": N_("Choose at least one role."),
    "known": N_("There is an account with this address already."),
    "last_admin": N_("One admin must stay. Make somebody else an admin first."),
}


@dataclass(slots=True)
class Filled:
    """A form as it was sent, with what is wrong with it by field."""

    email: str = ""
    name: str = ""
    roles: list[str] = field(default_factory=list)
    locales: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


@get("/staff", **entry("admin"))
def overview(desk: Desk, q: str = "", role: str = "", off: str = "") -> Response[str]:
    """Everybody with an account; those that are switched off only where asked for."""
    query = select(Staff).order_by(Staff.active.desc(), func.lower(Staff.name), Staff.id)
    # Not by the database: SQLite knows upper and lower case of English letters only.
    wanted = q.strip()[:80].casefold()
    with desk.database.read() as session:
        people = [one for one in session.scalars(query) if not role or role in one.roles]
        people = [one for one in people if wanted in one.name.casefold() or wanted in one.email]
        rows = rows_of(session, [person for person in people if person.active or off])
    switched_off = sum(not person.active for person in people)
    return desk.page(
        "staff_admin/staff.html",
        rows=rows,
        roles=ROLES,
        role_choices=[("", desk.text(N_("Every role"))), *((name, desk.text(title)) for name, title, _ in ROLES)],
        q=q,
        role=role,
        off=off,
        switched_off=switched_off,
    )


@get("/staff/new", **entry("admin"))
def new(desk: Desk) -> Response[str]:
    return _new_page(desk, Filled(roles=["caseworker"]))


def _new_page(desk: Desk, form: Filled) -> Response[str]:
    with desk.database.read() as session:
        choices = _team_choices(session)
    return desk.page(
        "staff_admin/new.html",
        status=422 if form.problems else 200,
        form=form,
        roles=ROLES,
        languages=_languages(desk),
        teams=choices,
        days=staff.INVITATION_DAYS,
    )


@post("/staff", **entry("admin"))
def invite(desk: Desk, data: Form) -> Response[str]:
    """Make an account and show its link, once: only a digest of it is stored."""
    form = filled(data)
    try:
        with desk.database.write() as session:
            person = staff.add(session, form.email, form.name, form.roles)
            person.locales = form.locales
            joined = set_teams(session, person, form.teams)
            if "caseworker" in person.roles and not joined:
                teams.join_default(session, person)
            token = staff.invite(session, person)
            audit.add(
                session,
                desk.member.email,
                "staff.added",
                "staff",
                str(person.id),
                roles=person.roles,
                locales=person.locales,
                teams=joined,
            )
            staff_id, name, email = person.id, person.name, person.email
    except staff.StaffError as error:
        form.problems["email" if error.code == "known" else error.code] = desk.text(PROBLEMS[error.code])
        return _new_page(desk, form)
    return link_page(desk, staff_id, name, email, token, is_new=True)


def link_page(desk: Desk, staff_id: int, name: str, email: str, token: str, *, is_new: bool) -> Response[str]:
    return desk.page(
        "staff_admin/link.html",
        staff_id=staff_id,
        person_name=name,
        email=email,
        address=f"{desk.settings.public_url}/console/invitation/{token}",
        days=staff.INVITATION_DAYS,
        is_new=is_new,
        openid=desk.settings.openid_name if desk.settings.openid else "",
    )


@get("/staff/{staff_id:int}", **entry("admin"))
def person_page(desk: Desk, staff_id: int) -> Response[str]:
    return person_with(desk, staff_id, {})


def person_with(desk: Desk, staff_id: int, problems: dict[str, str], form: Filled | None = None) -> Response[str]:
    with desk.database.read() as session:
        person = session.get(Staff, staff_id) if staff_id < MAX_ID else None
        if person is None:
            desk.missing()
        (row,) = rows_of(session, [person])
        chosen = set(session.scalars(select(TeamMember.team_id).where(TeamMember.staff_id == staff_id)))
        taken = session.scalar(select(func.count()).where(Referral.assignee_id == staff_id, Referral.state == "taken")) or 0
        choices = _team_choices(session)
    shown = form or Filled(person.email, person.name, list(person.roles), list(person.locales), [str(one) for one in chosen])
    return desk.page(
        "staff_admin/person.html",
        status=422 if problems else 200,
        row=row,
        person=person,
        form=shown,
        problems=problems,
        taken=taken,
        roles=ROLES,
        languages=_languages(desk),
        teams=choices,
        is_me=person.id == desk.member.id,
    )


def filled(data: Form) -> Filled:
    return Filled(
        email=value(data, "email", 200).lower(),
        name=value(data, "name", 120),
        roles=[role for role in staff.ROLES if role in values(data, "roles")],
        locales=[locale for locale in LANGUAGES if locale in values(data, "locales")],
        teams=values(data, "teams"),
    )


def _team_choices(session: Session) -> list[tuple[str, str]]:
    return [(str(team.id), team.name) for team in teams.all_teams(session)]


def _languages(desk: Desk) -> list[tuple[str, str]]:
    return sorted(((locale, desk.words.language(locale)) for locale in LANGUAGES), key=lambda pair: pair[1])
