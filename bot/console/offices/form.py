"""The form of an office: what stands in it, and what it says when it comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bot import i18n
from bot.console.desk import value, values
from bot.offices import fields, schedule, tabular
from bot.offices.editing import FIELDS, Merged, Snapshot
from bot.offices.fields import Problem, Reading
from bot.offices.schedule import DAYS, HOLIDAY, Spans, Week
from bot.tables import Office

_MONDAY = date(2024, 1, 1)
_LISTS = frozenset({"needs", "city", "phones", "holidays", "languages"})  # one on each line
_SEVERAL = ("needs", "languages")
# Fields that a form does not split by language or list: their column has their name.
COLUMN_OF = {"names": "name", "addresses": "address", "cities": "city"}
# What is not one text of the form: several fields, boxes to tick, and the opening hours by day.
_APART = frozenset({"names", "addresses", "schedule", "verified", *_SEVERAL})
_TEXTS = tuple(COLUMN_OF.get(name, name) for name in FIELDS if name not in _APART)


@dataclass(slots=True)
class Filled:
    """What stands in the form. `row`: texts by column; `hours`: texts by day, PH for holidays."""

    row: dict[str, str]
    hours: dict[str, str]
    always: bool = False
    problems: list[Problem] = field(default_factory=list)
    base: str = "{}"  # JSON of what was stored when the form was opened
    version: int = 0


def of_office(office: Office) -> Filled:
    """The form as the office is stored."""
    week = schedule.parse(office.schedule)
    row = {name: text.replace("|", "\n") if name in _LISTS else text for name, text in tabular.columns_of(office).items()}
    always = schedule.is_always(office.schedule)
    filled = Filled(row, {} if week is None else _by_day(week, always), always, version=office.version)
    filled.base = json.dumps({name: _plain(getattr(office, name)) for name in FIELDS}, ensure_ascii=False, sort_keys=True)
    return filled


def _plain(stored: Any) -> Any:
    return stored.isoformat() if isinstance(stored, date) else stored


def _by_day(week: Week, always: bool) -> dict[str, str]:
    days = {} if always else {day: schedule.on(week, _MONDAY + timedelta(days=n)) for n, day in enumerate(DAYS)}
    return days | {HOLIDAY: schedule.on(week, _MONDAY, [_MONDAY.isoformat()])}


def of_data(data: Mapping[str, Any], stored: Office | None) -> Filled:
    """The form as it was sent."""
    row = {column: value(data, column, 8000) for column in _TEXTS if column in data}
    row |= {column: "\n".join(values(data, column)) for column in _SEVERAL}
    row |= {key: value(data, key, 2000) for key in data if _is_text_by_locale(key)}
    row["verified"] = "yes" if value(data, "verified") else "no"
    row["languages"] = "\n".join([row["languages"], *value(data, "more_languages", 400).replace(",", " ").split()]).strip()
    if stored:
        row |= {column: _in_order(row[column].split("\n"), getattr(stored, column)) for column in _SEVERAL}
    filled = Filled(
        row,
        {day: value(data, f"hours_{day}", 120) for day in (*DAYS, HOLIDAY)},
        always=bool(value(data, "always")),
        base=value(data, "base", 200_000),
    )
    if "version" in data:
        filled.version = int(value(data, "version", 9)) if value(data, "version", 9).isdigit() else 0
    row["schedule"] = _schedule(filled, stored.schedule if stored else "")
    return filled


def _in_order(chosen: list[str], stored: list[str]) -> str:
    """Boxes come in the order of the page; what was stored keeps its own, so that nothing seems changed."""
    return "\n".join([one for one in stored if one in chosen] + [one for one in chosen if one not in stored])


def _is_text_by_locale(key: str) -> bool:
    base, _, locale = key.partition("_")
    return base in ("name", "address") and (locale == "" or locale.replace("-", "").isalpha())


def _schedule(filled: Filled, stored: str) -> str:
    """The hours of the days as one schedule; the stored text where it says the same."""
    spans: dict[str, Spans] = {}
    for day, text in filled.hours.items():
        found = () if filled.always and day != HOLIDAY else schedule.hours_typed(text)
        if found is None:
            filled.problems.append(Problem(f"hours_{day}", "times_unreadable"))
            return stored
        spans[day] = found
    all_day: Spans = ((0, schedule.DAY_MINUTES),)
    week = Week(tuple(all_day if filled.always else spans[day] for day in DAYS), spans[HOLIDAY])
    if not any(week.days):
        return ""
    return stored if schedule.parse(stored) == week else schedule.text_of(week)


def read(filled: Filled, stored: Office | None, today: date) -> Reading:
    """Check the form; problems with its hours come first."""
    reading = fields.read(filled.row, stored, today)
    reading.problems = [*filled.problems, *reading.problems]
    return reading


def base_of(filled: Filled) -> Snapshot:
    """What was stored when the form was opened. Only what it says decides who changed what, never what is stored."""
    try:
        found = json.loads(filled.base)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def settled(merged: Merged, data: Mapping[str, Any], now: Office) -> dict[str, Any] | None:
    """The values after the editor's choices between both; None while a choice is missing."""
    chosen = dict(merged.values)
    for name in merged.values:
        choice = value(data, f"keep_{name}", 10)
        if choice == "theirs":
            chosen[name] = getattr(now, name)
        elif name in merged.conflicts and choice != "mine":
            return None
    return chosen


def locales(office: Office | None) -> tuple[list[str], list[str]]:
    """Languages in which names and addresses are asked for: those contacts are written to, and all others."""
    used = {*office.names, *office.addresses} if office else set()
    first = [locale for locale in i18n.LANGUAGES if locale in {*i18n.available(), *used}]
    first += sorted(used - set(i18n.LANGUAGES))
    return first, [locale for locale in i18n.LANGUAGES if locale not in first]


def column(base: str, locale: str) -> str:
    """`name` for English, `name_fr` for French."""
    return base if locale == "en" else f"{base}_{locale}"
