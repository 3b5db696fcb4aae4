"""A team as a form: read, checked, and compared with what is stored."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.console.desk import value, values
from bot.console.texts import N_
from bot.offices import schedule
from bot.offices.countries import is_country
from bot.tables import Office, Staff, Team, TeamMember

MOST_HOLIDAYS = 200
_MONDAY = date(2024, 1, 1)

NO_NAME = N_("A team needs a name.")
NAME_TAKEN = N_("Another team has this name.")
NOTHING_SERVED = N_("Choose countries or offices, or let the team serve everywhere.")
BAD_COUNTRY = N_("{code} is no code of a country. Write two letters, such as GR.")
BAD_HOURS = N_("Write hours as 08:00-16:30, several with a comma between them. Leave the day empty when nobody works.")
BAD_DATE = N_("{text} is no date. Write one on each line, such as 2026-12-25.")
MANY_DATES = N_("Keep at most {n} dates. Remove those that have passed.")
BAD_ZONE = N_("This time zone is not known. Choose one of the list, such as Europe/Athens.")


@dataclass(slots=True)
class Filled:
    """What the form says. `hours` by day, with PH for holidays; `problems` are sentences by field, with their values."""

    name: str = ""
    everywhere: bool = False
    countries: list[str] = field(default_factory=list)
    offices: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    hours: dict[str, str] = field(default_factory=dict)
    holidays: str = ""
    timezone: str = "UTC"
    problems: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)


def of_team(session: Session, team: Team) -> Filled:
    """The form as the team is stored."""
    members = select(TeamMember.staff_id).where(TeamMember.team_id == team.id)
    return Filled(
        name=team.name,
        everywhere=team.everywhere,
        countries=list(team.countries),
        offices=list(team.offices),
        members=[str(staff_id) for staff_id in session.scalars(members)],
        hours=_by_day(team.schedule),
        holidays="\n".join(team.holidays),
        timezone=team.timezone,
    )


def read(data: Mapping[str, Any]) -> Filled:
    """The form as it was sent, checked as far as that goes without the database."""
    filled = Filled(
        name=value(data, "name", 120),
        everywhere=value(data, "everywhere") == "1",
        offices=values(data, "offices"),
        members=values(data, "members"),
        hours={day: value(data, f"hours-{day}", 80) for day in (*schedule.DAYS, schedule.HOLIDAY)},
        holidays=value(data, "holidays"),
        timezone=value(data, "timezone", 64) or "UTC",
    )
    _read_countries(filled, data)
    if not filled.name:
        filled.problems["name"] = (NO_NAME, {})
    if not (filled.everywhere or filled.countries or filled.offices or "other_countries" in filled.problems):
        filled.problems["everywhere"] = (NOTHING_SERVED, {})
    if filled.timezone not in zones():
        filled.problems["timezone"] = (BAD_ZONE, {})
    if _week(filled.hours) is None:
        filled.problems["hours"] = (BAD_HOURS, {})
    _check_holidays(filled)
    return filled


def _read_countries(filled: Filled, data: Mapping[str, Any]) -> None:
    typed = re.split(r"[\s,;]+", value(data, "other_countries", 1000).upper())
    codes = dict.fromkeys([*values(data, "countries"), *filter(None, typed)])
    wrong = next((code for code in codes if not is_country(code)), None)
    if wrong is not None:
        filled.problems["other_countries"] = (BAD_COUNTRY, {"code": wrong[:20]})
    filled.countries = sorted(code for code in codes if is_country(code))


def _check_holidays(filled: Filled) -> None:
    lines = filled.holidays.split()
    wrong = next((line for line in lines if not _is_date(line)), None)
    if wrong is not None:
        filled.problems["holidays"] = (BAD_DATE, {"text": wrong[:20]})
    elif len(lines) > MOST_HOLIDAYS:
        filled.problems["holidays"] = (MANY_DATES, {"n": MOST_HOLIDAYS})
    else:
        filled.holidays = "\n".join(sorted(set(lines)))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_name(session: Session, filled: Filled, but: int | None) -> None:
    """Names are unique: staff tell teams apart by them."""
    query = select(Team.id).where(Team.name == filled.name, Team.id != (but or 0))
    if session.scalar(query) is not None:
        filled.problems["name"] = (NAME_TAKEN, {})


def write(session: Session, team: Team, filled: Filled) -> None:
    """Put a checked form into the team. Offices and people that are not there (any more) are left out."""
    team.name, team.everywhere = filled.name, filled.everywhere
    team.countries, team.timezone = filled.countries, filled.timezone
    week = _week(filled.hours)
    team.schedule = schedule.text_of(week) if week is not None else ""
    team.holidays = filled.holidays.split()
    known = select(Office.id).where(Office.id.in_(filled.offices)).order_by(Office.id)
    team.offices = list(session.scalars(known)) if filled.offices else []
    session.add(team)
    session.flush()
    people = [staff_id for staff_id in session.scalars(select(Staff.id).order_by(Staff.id)) if str(staff_id) in filled.members]
    session.execute(delete(TeamMember).where(TeamMember.team_id == team.id))
    session.add_all(TeamMember(team_id=team.id, staff_id=staff_id) for staff_id in people)
    session.flush()


def standing(session: Session, team: Team) -> dict[str, Any]:
    """What of a team the audit compares."""
    members = select(TeamMember.staff_id).where(TeamMember.team_id == team.id).order_by(TeamMember.staff_id)
    names = ("name", "everywhere", "countries", "offices", "schedule", "holidays", "timezone")
    return {name: getattr(team, name) for name in names} | {"members": list(session.scalars(members))}


def digest(standing_now: Mapping[str, Any]) -> str:
    """Changes with the team: a form that was open meanwhile does not undo what somebody else did."""
    return hashlib.sha256(json.dumps(standing_now, sort_keys=True).encode()).hexdigest()[:16]


def _by_day(text: str) -> dict[str, str]:
    week = schedule.parse(text)
    if week is None:
        return {}
    hours = {day: schedule.on(week, _MONDAY + timedelta(days=n)) for n, day in enumerate(schedule.DAYS)}
    return hours | {schedule.HOLIDAY: schedule.on(week, _MONDAY, [_MONDAY.isoformat()])}


def _week(hours: Mapping[str, str]) -> schedule.Week | None:
    """The hours as a week; an empty week where none are given, None where one cannot be read."""
    given = [f"{day} {text.replace('–', '-')}" for day, text in hours.items() if text]
    if any(";" in rule for rule in given):
        return None  # a rule of its own would change other days
    return schedule.parse("; ".join(given)) if given else schedule.Week(((),) * 7)


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Names of time zones that mean a place, or UTC."""
    places = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(places)))
