"""Rows of a table into offices: each checked, refused with a sentence, or stored under its id."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.offices import schedule
from bot.offices.countries import UNION, is_country
from bot.offices.needs import NEEDS
from bot.tables import Office

CONFIDENCES = ("high", "medium", "low")
PRECISIONS = ("exact", "city", "country")
STATUSES = ("active", "inactive", "defunct", "temporarily closed")  # HSDS 3.0, service.status
_PLAIN = ("hours", "note", "alert", "safety", "source_url")
_DIALLED = re.compile(r"[+(]?[0-9][0-9 ()./-]*")


class Refused(ValueError):
    """A row that must not be stored; the message says why in one sentence."""


@dataclass(slots=True)
class Checked:
    """One row on its way: what it says, and what is to be said about it."""

    row: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)

    def text(self, column: str) -> str:
        return " ".join((self.row.get(column) or "").split())

    def several(self, column: str) -> list[str]:
        return [part for part in (piece.strip() for piece in self.text(column).split("|")) if part]

    def one_of(self, column: str, allowed: tuple[str, ...], default: str) -> str:
        said = self.text(column).lower()
        if said and said not in allowed:
            self.warnings.append(f"{column} {said!r} is none of {', '.join(allowed)}; {default} is taken.")
        return said if said in allowed else default


def load_rows(session: Session, rows: Iterable[Mapping[str, str]], source_name: str) -> list[str]:
    """Store rows as offices; a row whose id is known replaces that office, unless a person has verified or changed it.

    Returns a sentence for each row that was refused and for each value that could not be used. `source_name` names the
    file and makes up ids for rows that have none.
    """
    said: list[str] = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):  # as a spreadsheet counts: the header is row 1
        checked = Checked(row)
        label = row.get("id") or row.get("name") or "no id"
        try:
            values = _values(checked, source_name)
            if values["id"] in seen:
                raise Refused("The same id stands in an earlier row.")
            seen.add(values["id"])
            _store(session, values)
        except Refused as refusal:
            said.append(f"row {line} ({label}): Left out. {refusal}")
        else:
            said += [f"row {line} ({label}): {warning}" for warning in checked.warnings]
    session.flush()
    return said


def _store(session: Session, values: dict[str, Any]) -> None:
    office = session.get(Office, values["id"])
    if office is None:
        session.add(Office(**values))
        return
    if office.verified and not values["verified"]:
        raise Refused("A person has verified this office since; what is stored stays.")
    if office.author:
        raise Refused("An editor has changed this office since; what is stored stays.")
    for name, value in values.items():
        setattr(office, name, value)


def _values(checked: Checked, source_name: str) -> dict[str, Any]:
    confidence = _confidence(checked)
    names = _by_locale(checked, "name")
    if not names:
        raise Refused("It has no name.")
    country, kind = _country(checked), checked.text("kind") or "office"
    lat, lon, precision = _point(checked)
    return {
        "id": _id(checked, source_name),
        "organization": checked.text("organization"),
        "names": names,
        "kind": kind[:32],
        "needs": _needs(checked),
        "country": country,
        "cities": checked.several("city"),
        "addresses": _by_locale(checked, "address"),
        "lat": lat,
        "lon": lon,
        "precision": precision,
        "phones": _phones(checked),
        "schedule": _schedule(checked),
        "languages": checked.several("languages"),
        "url": _url(checked),
        "status": checked.one_of("status", STATUSES, "inactive" if checked.text("status") else "active"),
        "confidence": confidence,
        "source_date": checked.text("source_date")[:40],
        "checked_on": _day(checked, "checked_on"),
        "review_due": _day(checked, "review_due"),
        "verified": checked.text("verified").lower() in ("yes", "true", "1"),
        **_known_columns(checked),
    } | {column: checked.text(column) for column in _PLAIN}


def _known_columns(checked: Checked) -> dict[str, Any]:
    """What older files have no column for: without the column, what is stored stays."""
    found: dict[str, Any] = {}
    if "holidays" in checked.row:
        found["holidays"] = _holidays(checked)
    if "closed_until" in checked.row:
        found["closed_until"] = _day(checked, "closed_until")
    if "email" in checked.row:
        found["email"] = checked.text("email")[:200]
    return found


def _confidence(checked: Checked) -> str:
    if "DO-NOT-USE" in checked.text("confidence").upper().replace(" ", "-").replace("_", "-"):
        raise Refused("Its source says that it must not be used.")
    return checked.one_of("confidence", CONFIDENCES, "low")


def _id(checked: Checked, source_name: str) -> str:
    own = checked.text("id")
    made = "-".join((source_name.rsplit(".", 1)[0], checked.text("name"), checked.text("country"), checked.text("city")))
    found = own or re.sub(r"\W+", "-", made.lower()).strip("-")
    if len(found) > 80:
        raise Refused("Its id is longer than 80 characters." if own else "It needs an id.")
    return found


def _by_locale(checked: Checked, column: str) -> dict[str, str]:
    """`name` is English, `name_fr` French, and so on for any language."""
    prefix = column + "_"
    locales = {"en": column} | {key.removeprefix(prefix): key for key in checked.row if key and key.startswith(prefix)}
    return {locale: text for locale, key in locales.items() if (text := checked.text(key))}


def _country(checked: Checked) -> str | None:
    code = checked.text("country")
    if not code:
        return None
    if code != UNION and not (code.isupper() and is_country(code)):
        raise Refused(f"{code!r} is no country code such as GR (ISO 3166).")
    return code


def _needs(checked: Checked) -> list[str]:
    found = checked.several("needs")
    unknown = [need for need in found if need not in NEEDS]
    if unknown:
        checked.warnings.append(f"Unknown needs are left out: {', '.join(unknown)}.")
    return [need for need in found if need in NEEDS]


def _point(checked: Checked) -> tuple[float | None, float | None, str]:
    said = [checked.text(column) for column in ("lat", "lon")]
    if not any(said):
        if checked.text("precision") in ("exact", "city"):
            checked.warnings.append("It has no coordinates, so it is found by country only.")
        return None, None, "country"
    lat, lon = (_number(text) for text in said)
    if not (abs(lat) <= 90 and abs(lon) <= 180) or lat == lon == 0:
        raise Refused(f"{', '.join(said)} is no point on earth in degrees.")
    # Unknown precision must not promise a door.
    return lat, lon, checked.one_of("precision", PRECISIONS, "city")


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(f"{text!r} is no coordinate in degrees, such as 37.98.")
    return value


def _phones(checked: Checked) -> list[str]:
    found = []
    for phone in checked.several("phones"):
        if not _DIALLED.fullmatch(phone) or sum(map(str.isdigit, phone)) < 3:
            checked.warnings.append(f"{phone!r} is no phone number and is left out.")
            continue
        found.append("+" + re.sub(r"\D", "", phone) if phone.startswith("+") else phone)
    return found


def _schedule(checked: Checked) -> str:
    text = checked.text("schedule")
    if text and (schedule.parse(text) is None or len(text) > 200):
        checked.warnings.append(f"The schedule {text[:40]!r} cannot be read; the hours are shown as they are listed.")
        return ""
    return text


def _holidays(checked: Checked) -> list[str]:
    found = set()
    for text in checked.several("holidays"):
        try:
            found.add(date.fromisoformat(text).isoformat())
        except ValueError:
            checked.warnings.append(f"The holiday {text[:20]!r} is no date such as 2026-12-25 and is left out.")
    return sorted(found)


def _url(checked: Checked) -> str:
    text = checked.text("url")
    if text and not text.startswith(("https://", "http://")):
        checked.warnings.append(f"{text[:40]!r} is no web address and is left out.")
        return ""
    return text


def _day(checked: Checked, column: str) -> date | None:
    text = checked.text(column)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        checked.warnings.append(f"{column} must be a date such as 2026-11-24, not {text[:20]!r}.")
        return None
