"""One office as texts by column, from a form or a file, into values that may be stored. Strict: what is wrong is named.

The columns are those of the tables under data/content/offices. A column that is missing says nothing about its field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel.core import get_global

from bot.i18n import cldr
from bot.offices import dialling, schedule
from bot.offices.countries import UNION, is_country
from bot.offices.loading import CONFIDENCES, PRECISIONS, STATUSES
from bot.offices.needs import NEEDS
from bot.offices.searching import CLOSED
from bot.tables import Office

EVERYWHERE = "*"  # in the column country: an office for people in every country
DOUBTS = frozenset({"phone_unusual", "needs_missing", "already_there"})  # what may be right all the same
_TEXTS = {"hours": 300, "note": 4000, "alert": 300, "safety": 300, "source_url": 500, "source_date": 40}
_LONGEST = {"organization": 200, "name": 200, "address": 400, "city": 120, "url": 500, "email": 200, "schedule": 200}
_KIND = re.compile(r"[a-z][a-z0-9_]{1,31}")
_ID = re.compile(r"[\w.-]{1,80}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_URL = re.compile(r"https?://[^\s/?#]+\.[^\s]+")
_YES, _NO = frozenset({"yes", "true", "1", "on", "y"}), frozenset({"no", "false", "0", "off", "n", ""})
_HOLIDAYS_AT_ONCE = 366


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a column. `code` is the key of a sentence, `values` go into it."""

    column: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_doubt(self) -> bool:
        return self.code in DOUBTS


class Wrong(ValueError):
    """A value that must not be stored."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(slots=True)
class Reading:
    """What a row says: values by attribute of Office, and what is wrong in it."""

    row: Mapping[str, str]
    stored: Office | None
    today: date
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.is_doubt]

    @property
    def doubts(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_doubt]

    def text(self, column: str) -> str:
        return " ".join((self.row.get(column) or "").split())

    def several(self, column: str) -> list[str]:
        pieces = re.split(r"[|\n]", self.row.get(column) or "")
        return list(dict.fromkeys(text for text in (" ".join(piece.split()) for piece in pieces) if text))

    def wrong(self, column: str, code: str, **values: str) -> None:
        self.problems.append(Problem(column, code, values))

    def take(self, column: str, attribute: str, read: Callable[[str], Any]) -> None:
        """Store what `read` makes of a column's text; nothing where the column is missing or wrong."""
        if column not in self.row:
            return
        try:
            self.values[attribute] = read(self.text(column))
        except Wrong as wrong:
            self.wrong(column, wrong.code, **wrong.values)

    def now(self, attribute: str) -> Any:
        """The value as it will be: the row's, else what is stored."""
        return self.values.get(attribute, getattr(self.stored, attribute) if self.stored else None)


def read(row: Mapping[str, str], stored: Office | None, today: date) -> Reading:
    """Check a row against what is stored (None: a new office)."""
    reading = Reading({key: value for key, value in row.items() if key}, stored, today)
    _names(reading)
    _where(reading)
    _reach(reading)
    _open(reading)
    _trust(reading)
    for column, limit in _TEXTS.items():
        reading.take(column, column, _short(limit))
    return reading


def made_id(values: Mapping[str, Any]) -> str:
    """An id from what an office is called, at most 72 characters: there is room for a number behind it."""
    names: Mapping[str, str] = values.get("names") or {}
    name = names.get("en") or next(iter(names.values()), "")
    parts = (name, values.get("country") or "", *(values.get("cities") or [])[:1])
    return re.sub(r"\W+", "-", "-".join(filter(None, parts)).lower()).strip("-")[:72].strip("-") or "office"


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def by_locale(row: Mapping[str, str], column: str) -> dict[str, str]:
    """Locale → column: `name` is English, `name_fr` French, and so on for any language."""
    prefix = column + "_"
    own = {"en": column} if column in row else {}
    return own | {key.removeprefix(prefix): key for key in row if key and key.startswith(prefix)}


def _names(reading: Reading) -> None:
    reading.take("organization", "organization", _needed("organization_missing", _LONGEST["organization"]))
    if reading.stored is None and "organization" not in reading.row:
        reading.wrong("organization", "organization_missing")
    names = _texts(reading, "name", "names")
    if not names:
        reading.wrong("name", "name_missing")
    _texts(reading, "address", "addresses")
    reading.take("kind", "kind", _kind)
    if reading.stored is None and not reading.now("kind"):
        reading.values.setdefault("kind", "office")


def _texts(reading: Reading, column: str, attribute: str) -> dict[str, str]:
    """Texts by locale: the row's columns over what is stored, empty ones taken away."""
    found: dict[str, str] = dict(getattr(reading.stored, attribute) if reading.stored else {})
    for locale, key in by_locale(reading.row, column).items():
        text = reading.text(key)
        if len(text) > _LONGEST[column]:
            reading.wrong(key, "too_long", limit=str(_LONGEST[column]))
        found.pop(locale, None)
        if text:
            found[locale] = text
    reading.values[attribute] = found
    return found


def _where(reading: Reading) -> None:
    reading.take("country", "country", _country)
    if reading.stored is None and "country" not in reading.row:
        reading.wrong("country", "country_missing")
    if "city" in reading.row:
        reading.values["cities"] = reading.several("city")
        if any(len(city) > _LONGEST["city"] for city in reading.values["cities"]):
            reading.wrong("city", "too_long", limit=str(_LONGEST["city"]))
    if "lat" in reading.row or "lon" in reading.row:
        _point(reading)
    reading.take("precision", "precision", _one_of(PRECISIONS, "city"))
    if reading.now("lat") is None:
        reading.values["precision"] = "country"
    elif "precision" not in reading.row and reading.now("precision") in (None, "country"):
        reading.values["precision"] = "city"  # unknown precision must not promise a door


def _point(reading: Reading) -> None:
    said = {column: reading.text(column) for column in ("lat", "lon")}
    if not any(said.values()):
        reading.values.update(lat=None, lon=None)
        return
    for column, limit in (("lat", 90), ("lon", 180)):
        number = _number(said[column])
        if not said[column]:
            reading.wrong(column, "coordinate_missing")
        elif number is None:
            reading.wrong(column, "coordinate_unreadable", value=said[column][:20])
        elif abs(number) > limit:
            reading.wrong(column, "coordinate_off_earth", limit=str(limit))
        else:
            reading.values[column] = round(number, 6)
    if reading.values.get("lat") == reading.values.get("lon") == 0:
        # What spreadsheets make of an empty cell.
        reading.wrong("lat", "coordinate_zero")


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _reach(reading: Reading) -> None:
    if "phones" in reading.row:
        _phones(reading)
    reading.take("url", "url", _url)
    reading.take("email", "email", _email)
    for column, known, code in (("needs", NEEDS, "need_unknown"), ("languages", None, "language_unknown")):
        if column not in reading.row:
            continue
        found = reading.several(column)
        reading.values[column] = found
        unknown = [one for one in found if (one not in known if known else not _is_language(one))]
        if unknown:
            reading.wrong(column, code, value=", ".join(unknown)[:60])
    if not reading.now("needs") and (reading.stored is None or reading.stored.needs):
        reading.wrong("needs", "needs_missing")


def _phones(reading: Reading) -> None:
    stored = set(reading.stored.phones) if reading.stored else set()
    found = []
    for text in reading.several("phones"):
        dialled = dialling.read(text, reading.now("country"))
        # What somebody has already looked at and kept is not asked about again.
        if text in stored:
            dialled = dialling.Dialled(text)
        if dialled.doubt and dialled.number not in stored:
            reading.wrong("phones", dialled.doubt, value=text[:40])
        found.append(dialled.number)
    reading.values["phones"] = list(dict.fromkeys(found))


def _open(reading: Reading) -> None:
    reading.take("schedule", "schedule", _schedule)
    if "holidays" in reading.row:
        _holidays(reading)
    reading.take("status", "status", _status)
    reading.take("closed_until", "closed_until", _day)
    if reading.now("status") != CLOSED:
        reading.values["closed_until"] = None


def _holidays(reading: Reading) -> None:
    found: set[str] = set()
    for text in reading.several("holidays"):
        days = _days(text)
        if days is None:
            reading.wrong("holidays", "holiday_unreadable", value=text[:30])
        else:
            found.update(days)
    reading.values["holidays"] = sorted(found)


def _days(text: str) -> list[str] | None:
    """ISO dates of `2026-12-25`, or of each day of `2026-12-24/2026-12-26`; None for anything else."""
    ends = text.split("/")
    try:
        first, last = date.fromisoformat(ends[0].strip()), date.fromisoformat(ends[-1].strip())
    except ValueError:
        return None
    count = (last - first).days + 1
    if len(ends) > 2 or not 1 <= count <= _HOLIDAYS_AT_ONCE:
        return None
    return [(first + timedelta(days=step)).isoformat() for step in range(count)]


def _trust(reading: Reading) -> None:
    reading.take("confidence", "confidence", _one_of(CONFIDENCES, "low"))
    reading.take("checked_on", "checked_on", _day)
    reading.take("review_due", "review_due", _day)
    reading.take("verified", "verified", _flag)
    checked, due = reading.now("checked_on"), reading.now("review_due")
    if "checked_on" in reading.row and checked and checked > reading.today + timedelta(days=1):
        reading.wrong("checked_on", "checked_in_future")
    if "review_due" in reading.row and checked and due and due < checked:
        reading.wrong("review_due", "review_before_check")


def _needed(code: str, limit: int) -> Callable[[str], str]:
    def read_it(text: str) -> str:
        if not text:
            raise Wrong(code)
        return _short(limit)(text)

    return read_it


def _short(limit: int) -> Callable[[str], str]:
    def read_it(text: str) -> str:
        if len(text) > limit:
            raise Wrong("too_long", limit=str(limit))
        return text

    return read_it


def _one_of(allowed: tuple[str, ...], default: str) -> Callable[[str], str]:
    def read_it(text: str) -> str:
        said = text.lower() or default
        if said not in allowed:
            raise Wrong("not_one_of", value=text[:40], allowed=", ".join(allowed))
        return said

    return read_it


def _status(text: str) -> str:
    return _one_of(STATUSES, "active")(re.sub("[_-]", " ", text))


def _kind(text: str) -> str:
    said = text.lower().replace(" ", "_") or "office"
    if not _KIND.fullmatch(said):
        raise Wrong("kind_unreadable", value=text[:40])
    return said


def _country(text: str) -> str | None:
    code = text.upper()
    if not code:
        raise Wrong("country_missing")
    if code == EVERYWHERE:
        return None
    if code != UNION and not is_country(code):
        raise Wrong("country_unknown", value=text[:20])
    return code


def _schedule(text: str) -> str:
    if text and schedule.parse(text) is None:
        raise Wrong("schedule_unreadable", value=text[:40])
    return _short(_LONGEST["schedule"])(text)


def _url(text: str) -> str:
    address = text if not text or "://" in text or ":" in text else f"https://{text}"
    if address and not _URL.fullmatch(address):
        raise Wrong("url_unreadable", value=text[:40])
    return _short(_LONGEST["url"])(address)


def _email(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise Wrong("email_unreadable", value=text[:40])
    return _short(_LONGEST["email"])(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Wrong("date_unreadable", value=text[:20]) from None


def _flag(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise Wrong("not_one_of", value=text[:40], allowed="yes, no")
    return text.lower() in _YES


def _is_language(code: str) -> bool:
    tag = code.replace("-", "_")
    # CLDR names few of the languages that it knows: Dari (prs) is only an alias there.
    return tag in cldr("en").languages or any(tag in get_global(table) for table in ("likely_subtags", "language_aliases"))
