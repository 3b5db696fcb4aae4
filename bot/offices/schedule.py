"""Opening hours such as `Mo-Fr 08:00-16:30; Sa 09:00-12:00,13:00-15:00; Su closed; PH off` or `24/7`.

A small part of OpenStreetMap's opening_hours. Days that are not named are closed, and so are holidays unless a rule for
`PH` gives their hours. Which days are holidays is not in the text: callers hand them over as ISO dates.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
HOLIDAY = "PH"
DAY_MINUTES = 24 * 60
_LOOK_AHEAD = 92  # days in which the next opening is looked for: a summer's break
_RULE = re.compile(r"(?P<days>PH|[A-Z][a-z](?:[-,][A-Z][a-z])*) +(?P<times>closed|off|[0-9:,\- ]+)")
_SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d) ?- ?([01]?\d|2[0-4]):([0-5]\d)")
# One span as people type it: "8-12", "08.00 – 16.30", "8h-16h30".
_TYPED = re.compile(r"(\d{1,2})(?:[:.hH](\d\d)?)?\s*[-–—]\s*(\d{1,2})(?:[:.hH](\d\d)?)?")

Span = tuple[int, int]  # minutes after midnight; an end beyond 1440 is on the next day
Spans = tuple[Span, ...]
_ALL_DAY: Spans = ((0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True)
class Week:
    """Opening times by weekday, Monday first, and those of a holiday."""

    days: tuple[Spans, ...]
    holiday: Spans = ()

    def on(self, day: date, holidays: Collection[str] = ()) -> Spans:
        return self.holiday if day.isoformat() in holidays else self.days[day.weekday()]


@lru_cache(maxsize=256)
def parse(schedule: str) -> Week | None:
    """Opening times by weekday, or None where the text is empty or says something else."""
    week: dict[int, Spans] = {}
    holiday: Spans = ()
    for rule in filter(None, (part.strip() for part in schedule.split(";"))):
        if rule == "24/7":
            week.update(dict.fromkeys(range(7), _ALL_DAY))
            continue
        match = _RULE.fullmatch(rule)
        spans = _spans(match["times"]) if match else None
        if match is None or spans is None:
            return None
        if match["days"] == HOLIDAY:
            holiday = spans
            continue
        days = _days(match["days"])
        if days is None:
            return None
        week.update(dict.fromkeys(days, spans))
    return Week(tuple(week.get(day, ()) for day in range(7)), holiday) if week else None


def _days(text: str) -> list[int] | None:
    found: list[int] = []
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2 or any(end not in DAYS for end in ends):
            return None
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]  # Su-Th goes over the end of the week
    return found


def _spans(text: str) -> Spans | None:
    if text in ("closed", "off"):
        return ()
    matches = [_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    spans = [_span(*map(int, match.groups())) for match in matches if match]
    return tuple(sorted(spans)) if len(spans) == len(matches) and all(end <= 2 * DAY_MINUTES for _, end in spans) else None


def hours_typed(text: str) -> Spans | None:
    """The hours of one day as people type them: `8-12, 13:00 – 16.30`, `8h30-12h`. None where they cannot be read."""
    if text.strip().lower() in ("", "-", "closed", "off"):
        return ()
    found: list[str] = []
    for part in re.split(r"\s*[,;]\s*|\s+(?=\d{1,2}(?:[:.h]\d\d)?h?\s*[-–—])", text):
        match = _TYPED.fullmatch(part.strip())
        if match is None:
            return None
        found.append(f"{match[1]}:{match[2] or '00'}-{match[3]}:{match[4] or '00'}")
    return _spans(",".join(found))


def _span(from_hour: int, from_minute: int, to_hour: int, to_minute: int) -> Span:
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    return (start, end if end > start else end + DAY_MINUTES)


def is_always(schedule: str) -> bool:
    week = parse(schedule)
    return week is not None and week.days == (_ALL_DAY,) * 7


def is_open(schedule: str, local: datetime, holidays: Collection[str] = ()) -> bool | None:
    """Whether it is open at a local time; None where the schedule cannot be read. `holidays` are ISO dates."""
    week = parse(schedule)
    if week is None:
        return None
    minute, today = local.hour * 60 + local.minute, local.date()
    since_yesterday = minute + DAY_MINUTES
    return any(start <= minute < end for start, end in week.on(today, holidays)) or any(
        start <= since_yesterday < end for start, end in week.on(today - timedelta(days=1), holidays)
    )


def on(week: Week, day: date, holidays: Collection[str] = ()) -> str:
    """The hours of a day as `08:00-12:00, 13:00-16:30`; empty when closed."""
    return ", ".join(f"{clock(start)}-{clock(end)}" for start, end in week.on(day, holidays))


def next_opening(week: Week, after: date, minute: int, holidays: Collection[str] = ()) -> tuple[date, str] | None:
    """The day and time of the next opening later than a minute of a day; None for what does not open for months."""
    for ahead in range(_LOOK_AHEAD):
        day = after + timedelta(days=ahead)
        for start, _ in week.on(day, holidays):
            if ahead or start > minute:
                return day, clock(start)
    return None


def text_of(week: Week) -> str:
    """The shortest schedule that says the same: days in a row that have the same hours are one rule."""
    if week.days == (_ALL_DAY,) * 7:
        rules = ["24/7"]
    else:
        rules = [f"{_run(first, last)} {_times(week.days[first])}" for first, last in _runs(week.days) if week.days[first]]
    return "; ".join([*rules, *([f"{HOLIDAY} {_times(week.holiday)}"] if week.holiday else [])])


def _runs(days: tuple[Spans, ...]) -> list[tuple[int, int]]:
    """First and last day of each run of days with the same hours. Sunday first where that makes fewer rules (Su-Th)."""
    by_monday = _runs_from(days, 0)
    by_sunday = _runs_from(days, 6)
    opens = [sum(1 for first, _ in runs if days[first]) for runs in (by_monday, by_sunday)]
    return by_monday if opens[0] <= opens[1] else by_sunday


def _runs_from(days: tuple[Spans, ...], start: int) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for step in range(7):
        day = (start + step) % 7
        if runs and days[runs[-1][0]] == days[day]:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _run(first: int, last: int) -> str:
    return DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"


def _times(spans: Spans) -> str:
    return ",".join(f"{clock(start)}-{clock(end)}" for start, end in spans) or "off"


def clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour if minute == DAY_MINUTES else hour % 24:02}:{rest:02}"
