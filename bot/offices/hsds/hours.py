"""Opening hours between our schedule and HSDS schedule objects (days and times as in RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.offices import schedule
from bot.offices.hsds import profile
from bot.offices.schedule import DAY_MINUTES, DAYS, Span, Week
from bot.tables import Office

BYDAY = tuple(day.upper() for day in DAYS)
_TIME = re.compile(r"T?([01]?\d|2[0-4]):?([0-5]\d)(?::?\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?")


def objects(office: Office) -> list[dict[str, Any]]:
    """One object for each span of hours with its days, and one without hours for each holiday."""
    week = schedule.parse(office.schedule)
    spans = sorted({span for day in week.days for span in day}) if week else []
    weekly = [_weekly(office, span, [BYDAY[n] for n, day in enumerate(week.days) if span in day]) for span in spans if week]
    return weekly + [_closed(office, day) for day in office.holidays or ()]


def _weekly(office: Office, span: Span, days: list[str]) -> dict[str, Any]:
    found = {
        "id": profile.made("schedule", office.id, *map(str, span)),
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "byday": ",".join(days),
        "opens_at": schedule.clock(span[0]),
        "closes_at": schedule.clock(span[1]),
    }
    return found | ({"description": office.hours} if office.hours else {})


def _closed(office: Office, day: str) -> dict[str, Any]:
    made = profile.made("schedule", office.id, day)
    return {"id": made, "valid_from": day, "valid_to": day, "dtstart": day, "until": day, "description": "Closed on this day"}


def text_of(found: Iterable[Mapping[str, Any]], today: date) -> str:
    """The schedule that the objects of today make; empty where there is none, or one that cannot be said by weekdays."""
    days: list[set[Span]] = [set() for _ in range(7)]
    weekly = [one for one in found if not is_closed_day(one) and _is_valid(one, today)]
    for one in weekly:
        span, which = _span(one), _days(one)
        if span is None or which is None:
            return ""
        for day in which:
            days[day].add(span)
    return schedule.text_of(Week(tuple(tuple(sorted(day)) for day in days))) if any(days) else ""


def holidays_of(found: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({str(one["valid_from"]) for one in found if is_closed_day(one)})


def is_closed_day(one: Mapping[str, Any]) -> bool:
    day = str(one.get("valid_from") or "")
    return bool(day) and day == str(one.get("valid_to") or "") and not one.get("opens_at") and not one.get("closes_at")


def _is_valid(one: Mapping[str, Any], today: date) -> bool:
    begins, ends = (str(one.get(name) or "")[:10] for name in ("valid_from", "valid_to"))
    return (not begins or begins <= today.isoformat()) and (not ends or today.isoformat() <= ends)


def _span(one: Mapping[str, Any]) -> Span | None:
    opens, closes = (_minute(str(one.get(name) or "")) for name in ("opens_at", "closes_at"))
    if opens is None or closes is None or opens >= DAY_MINUTES:
        return None
    return opens, closes if closes > opens else closes + DAY_MINUTES


def _minute(text: str) -> int | None:
    match = _TIME.fullmatch(text.strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else None
    return minute if minute is not None and minute <= DAY_MINUTES else None


def _days(one: Mapping[str, Any]) -> list[int] | None:
    """Weekdays of a rule for every week; none for rules such as the first Monday of a month."""
    every = str(one.get("freq") or "WEEKLY").upper() == "WEEKLY" and str(one.get("interval") or 1) in ("1", "1.0")
    names = [name.strip().upper() for name in str(one.get("byday") or "").split(",") if name.strip()]
    if not every or any(name not in BYDAY for name in names):
        return None
    return [BYDAY.index(name) for name in names] if names else None
