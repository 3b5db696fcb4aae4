"""Teams: who serves which countries and offices, and so who may see which case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, i18n, referrals
from bot.console.access import entry
from bot.console.desk import Desk, Form, value
from bot.console.teams_admin import form as forms
from bot.console.teams_admin.coverage import Coverage, coverage, rows
from bot.console.teams_admin.form import Filled
from bot.console.texts import N_
from bot.offices import schedule
from bot.tables import Office, Referral, Staff, Team

MEANWHILE = N_("Somebody else changed this team meanwhile. This is how it is now; make your change again.")
MAX_ID = 2**31  # larger numbers are no id of the database
_MONDAY = date(2024, 1, 1)


class Unsure(Exception):
    """The change would leave more cases unseen or unserved than before; nothing is changed until it is confirmed."""

    def __init__(self, after: Coverage) -> None:
        super().__init__()
        self.after = after


@get("/teams", **entry("admin"))
def overview(desk: Desk) -> Response[str]:
    with desk.database.read() as session:
        every, gaps = rows(session), coverage(session)
        names = _office_names(desk, session)
    return desk.page("teams_admin/teams.html", rows=every, gaps=gaps, office_names=names)


@get("/teams/new", **entry("admin"))
def new(desk: Desk) -> Response[str]:
    with desk.database.read() as session:
        return _form_page(desk, session, None, Filled())


@get("/teams/{team_id:int}", **entry("admin"))
def team_page(desk: Desk, team_id: int) -> Response[str]:
    with desk.database.read() as session:
        team = _team(desk, session, team_id)
        return _form_page(desk, session, team, forms.of_team(session, team))


@post("/teams", **entry("admin"))
def add(desk: Desk, data: Form) -> Response[str]:
    return _save(desk, None, data)


@post("/teams/{team_id:int}", **entry("admin"))
def change(desk: Desk, team_id: int, data: Form) -> Response[str]:
    return _save(desk, team_id, data)


def _save(desk: Desk, team_id: int | None, data: Form) -> Response[str]:
    """Store the form. What is wrong, stale, or would leave cases unseen comes back with the reason and changes nothing."""
    filled, confirmed = forms.read(data), value(data, "confirm") == "1"
    try:
        with desk.database.write() as session:
            team = _team(desk, session, team_id, lock=True) if team_id else Team(countries=[], offices=[], holidays=[])
            stale = team_id is not None and value(data, "seen") != forms.digest(forms.standing(session, team))
            forms.check_name(session, filled, team_id)
            if not filled.problems and not stale:
                _store(desk, session, team, filled, is_new=team_id is None, confirmed=confirmed)
    except Unsure as unsure:
        return _again(desk, team_id, filled, unsure.after)
    if stale:
        return _again(desk, team_id, None, said=desk.text(MEANWHILE))
    if filled.problems:
        return _again(desk, team_id, filled)
    return desk.go("/console/teams", desk.text(N_("The team {name} is saved."), name=filled.name))


def _store(desk: Desk, session: Session, team: Team, filled: Filled, *, is_new: bool, confirmed: bool) -> None:
    before_gaps = coverage(session)
    before = {} if is_new else forms.standing(session, team)
    forms.write(session, team, filled)
    after = forms.standing(session, team)
    _hold_back(session, before_gaps, confirmed)
    if is_new:
        audit.add(session, desk.member.email, "team.added", "team", str(team.id), **after)
    else:
        changed = {name: {"before": before[name], "after": after[name]} for name in after if after[name] != before[name]}
        if changed:
            audit.add(session, desk.member.email, "team.changed", "team", str(team.id), **changed)
    referrals.touch(session)  # open queues show what is theirs now


def _hold_back(session: Session, before: Coverage, confirmed: bool) -> None:
    after = coverage(session)
    if after.is_worse_than(before) and not confirmed:
        raise Unsure(after)


@post("/teams/{team_id:int}/delete", **entry("admin"))
def remove(desk: Desk, team_id: int, data: Form) -> Response[str]:
    """Cases of its members stay theirs."""
    try:
        with desk.database.write() as session:
            team = _team(desk, session, team_id, lock=True)
            before, name, was = coverage(session), team.name, forms.standing(session, team)
            session.delete(team)
            session.flush()
            _hold_back(session, before, value(data, "confirm") == "1")
            audit.add(session, desk.member.email, "team.removed", "team", str(team_id), **was)
            referrals.touch(session)
    except Unsure as unsure:
        return desk.page("teams_admin/remove.html", status=422, team_id=team_id, team_name=name, gaps=unsure.after)
    return desk.go("/console/teams", desk.text(N_("The team {name} is removed."), name=name))


def _again(desk: Desk, team_id: int | None, filled: Filled | None, gaps: Coverage | None = None, said: str = "") -> Response[str]:
    with desk.database.read() as session:
        team = _team(desk, session, team_id) if team_id else None
        if filled is None and team is not None:
            filled = forms.of_team(session, team)
        return _form_page(desk, session, team, filled or Filled(), gaps, said, status=422)


def _form_page(
    desk: Desk,
    session: Session,
    team: Team | None,
    filled: Filled,
    gaps: Coverage | None = None,
    problem: str = "",
    status: int = 200,
) -> Response[str]:
    countries = _country_choices(desk, session, filled)
    return desk.page(
        "teams_admin/team.html",
        status=status,
        team=team,
        form=filled,
        problems={name: desk.text(text, **values) for name, (text, values) in filled.problems.items()},
        problem=problem,
        gaps=gaps,
        seen=forms.digest(forms.standing(session, team)) if team is not None else "",
        countries=countries,
        other_countries=" ".join(code for code in filled.countries if code not in dict(countries)),
        offices=_office_choices(desk, session),
        people=_people(session, filled),
        days=[
            (day, format_date(_MONDAY + timedelta(days=n), "EEEE", locale=i18n.cldr(desk.locale)))
            for n, day in enumerate(schedule.DAYS)
        ],
        zones=forms.zones(),
    )


def _team(desk: Desk, session: Session, team_id: int, *, lock: bool = False) -> Team:
    team = session.get(Team, team_id, with_for_update=lock) if team_id < MAX_ID else None
    return team if team is not None else desk.missing()


def _country_choices(desk: Desk, session: Session, filled: Filled) -> list[tuple[str, str]]:
    """Countries that offices, cases and teams know, by name; any other is typed."""
    known = {code for column in (Office.country, Referral.country) for code in session.scalars(select(column).distinct()) if code}
    known |= {code for countries in session.scalars(select(Team.countries)) for code in countries} | set(filled.countries)
    known |= {desk.settings.country} - {""}
    return sorted(((code, desk.words.country(code)) for code in known), key=lambda pair: pair[1])


def _office_choices(desk: Desk, session: Session) -> list[tuple[str, list[tuple[str, str]]]]:
    """Offices by country: (country's name, [(id, title)])."""
    query = select(Office.id, Office.names, Office.organization, Office.country, Office.cities)
    by_country: dict[str, list[tuple[str, str]]] = {}
    for row in session.execute(query.where(Office.status != "defunct", Office.merged_into.is_(None))):
        where = f" ({row.cities[0]})" if row.cities else ""
        country = desk.words.country(row.country) or desk.text(N_("Every country"))
        by_country.setdefault(country, []).append((row.id, _office_name(desk, row) + where))
    return [(country, sorted(by_country[country], key=lambda pair: pair[1])) for country in sorted(by_country)]


def _office_name(desk: Desk, row: Any) -> str:
    return str(row.names.get(desk.locale) or row.names.get("en") or row.organization)


def _office_names(desk: Desk, session: Session) -> dict[str, str]:
    """Titles of the offices that teams serve."""
    wanted = {office for offices in session.scalars(select(Team.offices)) for office in offices}
    query = select(Office.id, Office.names, Office.organization).where(Office.id.in_(wanted))
    return {row.id: _office_name(desk, row) for row in session.execute(query)}


def _people(session: Session, filled: Filled) -> list[tuple[str, str]]:
    """Who may be in the team: active caseworkers, and whoever is in it already."""
    everybody = session.scalars(select(Staff).order_by(Staff.name))
    return [
        (str(one.id), one.name)
        for one in everybody
        if (one.active and "caseworker" in one.roles) or str(one.id) in filled.members
    ]
