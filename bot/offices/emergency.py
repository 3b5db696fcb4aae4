"""Emergency numbers by country: only those on which independent lists agree. docs/decisions/0005-emergency-numbers.md"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.i18n import N_, RIGHT_TO_LEFT, translate
from bot.offices.countries import is_country
from bot.tables import EmergencyNumber

_WORDS = {
    "any": "{number}",
    "police": N_("police {number}"),
    "ambulance": N_("ambulance {number}"),
    "fire": N_("fire {number}"),
    "sea": N_("coast guard {number}"),
}
# Where no number is agreed. Mobile phones know 112 in every network as an emergency number (3GPP TS 22.101).
_ANYWHERE = N_("112 or ask anyone near you for help")
_FIRST = {"medical": "ambulance", "suicide": "ambulance", "sea": "sea"}
_NUMBER = re.compile(r"[0-9]{2,6}")


def load_emergency(session: Session, rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Store numbers by country and service. Returns a sentence for each row that was left out."""
    problems: list[str] = []
    for line, row in enumerate(rows, start=2):
        country, service, number = (row.get(key, "").strip() for key in ("country", "service", "number"))
        problem = _problem(country, service, number)
        if problem:
            problems.append(f"row {line} ({country} {service}): {problem}")
            continue
        stored = session.get(EmergencyNumber, (country, service)) or EmergencyNumber(country=country, service=service)
        stored.number, stored.source = number, row.get("source", "").strip()
        stored.checked_on = _day(row.get("checked_on", ""))
        session.add(stored)
    session.flush()
    return problems


def _problem(country: str, service: str, number: str) -> str:
    if not is_country(country):
        return f"{country!r} is no country code such as GR (ISO 3166)."
    if service not in _WORDS:
        return f"The service must be one of {', '.join(_WORDS)}, not {service!r}."
    return "" if _NUMBER.fullmatch(number) else f"An emergency number has 2 to 6 digits, not {number!r}."


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def emergency_numbers(session: Session, country: str | None) -> list[EmergencyNumber]:
    """The country's numbers, the one for everything first."""
    query = select(EmergencyNumber).where(EmergencyNumber.country == (country or "").upper())
    return sorted(session.scalars(query), key=lambda found: list(_WORDS).index(found.service))


def emergency_phrase(session: Session, country: str | None, locale: str, kind: str = "") -> str:
    """Whom to call, to be put after "call": `112`, or `Police 100, ambulance 101`.

    `kind` of danger puts the fitting service first; a coast guard is named for `sea` only.
    """
    numbers = {found.service: found.number for found in emergency_numbers(session, country)}
    services = _services(set(numbers), kind)
    if not services:
        return translate(locale, _ANYWHERE)
    said = [translate(locale, _WORDS[service], number=numbers[service]) for service in services]
    phrase = ("، " if locale in RIGHT_TO_LEFT else ", ").join(said)
    return phrase[:1].upper() + phrase[1:]


def _services(known: set[str], kind: str) -> list[str]:
    groups = (("any",), ("police", "ambulance"), ("fire",))
    by_land = next((found for group in groups if (found := [service for service in group if service in known])), [])
    by_sea = ["sea"] if kind == "sea" and "sea" in known else []
    return sorted(by_land + by_sea, key=lambda service: service != _FIRST.get(kind))
