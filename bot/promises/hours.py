"""Working time of teams: when somebody is there who can take a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.offices import schedule
from bot.offices.schedule import Week
from bot.tables import Team

Interval = tuple[datetime, datetime]  # in UTC, the end is not in it


@dataclass(frozen=True, slots=True)
class Hours:
    """One team's week and holidays (ISO dates), by its own clock."""

    week: Week
    holidays: frozenset[str]
    zone: tzinfo


def hours_of(team: Team) -> Hours | None:
    """The team's stated hours; None where it states none, or none that can be read."""
    week = schedule.parse(team.schedule)
    return Hours(week, frozenset(team.holidays), zone(team.timezone)) if week is not None else None


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """The time zone of that name; UTC where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError; OSError: the name of a folder
        return UTC


def open_times(teams: Iterable[Team], start: datetime, end: datetime) -> list[Interval]:
    """When at least one of the teams works between two moments: in order, without overlaps.

    A team that states no hours says nothing beside one that does. Where none states any, every hour counts.
    """
    stated = [hours for team in teams if (hours := hours_of(team)) is not None]
    if not stated:
        return [(start, end)]
    found = (piece for hours in stated for piece in _pieces(hours, start, end))
    return _merged(sorted(found))


def _pieces(hours: Hours, start: datetime, end: datetime) -> Iterable[Interval]:
    day = start.astimezone(hours.zone).date() - timedelta(days=1)  # its night shift may reach into the first day
    last = end.astimezone(hours.zone).date()
    while day <= last:
        midnight = datetime(day.year, day.month, day.day, tzinfo=hours.zone)
        for opens, closes in hours.week.on(day, hours.holidays):
            # Adding to a local time moves its clock: a shift to summer time moves nobody's opening hour.
            since = max(start, (midnight + timedelta(minutes=opens)).astimezone(UTC))
            until = min(end, (midnight + timedelta(minutes=closes)).astimezone(UTC))
            if since < until:
                yield since, until
        day += timedelta(days=1)


def _merged(pieces: list[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for since, until in pieces:
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((since, until))
    return merged


def worked(times: Sequence[Interval], since: datetime, until: datetime) -> timedelta:
    """Working time between two moments."""
    parts = (min(until, closes) - max(since, opens) for opens, closes in times)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def moment_after(times: Sequence[Interval], start: datetime, work: timedelta) -> datetime | None:
    """When so much working time has passed since `start`; None where the times end before."""
    for opens, closes in times:
        opens = max(opens, start)
        if opens + work <= closes:
            return opens + work
        work -= max(closes - opens, timedelta(0))
    return None
