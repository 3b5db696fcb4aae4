"""Opening hours such as `Mo-Fr 08:00-16:30; Sa 09:00-12:00,13:00-15:00; Su closed` or `24/7`.

A small part of OpenStreetMap's opening_hours. Days that are not named are closed; holidays are not known.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_MINUTES = 24 * 60
_RULE = re.compile(r"(?P<days>[A-Z][a-z](?:[-,][A-Z][a-z])*) +(?P<times>closed|off|[0-9:,\- ]+)")
_SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d) ?- ?([01]?\d|2[0-4]):([0-5]\d)")

Span = tuple[int, int]  # minutes after midnight; an end beyond 1440 is on the next day
Week = tuple[tuple[Span, ...], ...]  # Monday first


@lru_cache(maxsize=256)
def parse(schedule: str) -> Week | None:
    """Opening times by weekday, or None where the text is empty or says something else."""
    if schedule.strip() == "24/7":
        return (((0, _DAY_MINUTES),),) * 7
    week: dict[int, tuple[Span, ...]] = {}
    for rule in filter(None, (part.strip() for part in schedule.split(";"))):
        match = _RULE.fullmatch(rule)
        days, spans = (_days(match["days"]), _spans(match["times"])) if match else (None, None)
        if days is None or spans is None:
            return None
        week.update(dict.fromkeys(days, spans))
    return tuple(week.get(day, ()) for day in range(7)) if week else None


def _days(text: str) -> list[int] | None:
    found: list[int] = []
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2 or any(end not in DAYS for end in ends):
            return None
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]  # Su-Th goes over the end of the week
    return found


def _spans(text: str) -> tuple[Span, ...] | None:
    if text in ("closed", "off"):
        return ()
    matches = [_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    spans = [_span(*map(int, match.groups())) for match in matches if match]
    return tuple(sorted(spans)) if len(spans) == len(matches) and all(end <= 2 * _DAY_MINUTES for _, end in spans) else None


def _span(from_hour: int, from_minute: int, to_hour: int, to_minute: int) -> Span:
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    return (start, end if end > start else end + _DAY_MINUTES)


def is_always(schedule: str) -> bool:
    return parse(schedule) == parse("24/7")


def is_open(schedule: str, local: datetime) -> bool | None:
    """Whether it is open at a local time; None where the schedule cannot be read."""
    week = parse(schedule)
    if week is None:
        return None
    minute, today = local.hour * 60 + local.minute, local.weekday()
    since_yesterday = minute + _DAY_MINUTES
    return any(start <= minute < end for start, end in week[today]) or any(
        start <= since_yesterday < end for start, end in week[today - 1]
    )


def on(week: Week, day: date) -> str:
    """The hours of a day as `08:00-12:00, 13:00-16:30`; empty when closed."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in week[day.weekday()])


def next_opening(week: Week, after: date, minute: int) -> tuple[date, str] | None:
    """The day and time of the next opening later than a minute of a day; None for what never opens."""
    for ahead in range(8):
        day = after + timedelta(days=ahead)
        for start, _ in week[day.weekday()]:
            if ahead or start > minute:
                return day, _clock(start)
    return None


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour if minute == _DAY_MINUTES else hour % 24:02}:{rest:02}"
