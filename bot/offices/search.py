"""Which offices serve a need near a place: nearest first, then the country's lines, then the national organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.nlu.places import distance_km
from bot.tables import Office

NEAR_KM = 50.0
FAR_KM = 150.0
ACROSS_BORDER_KM = 60.0  # a neighbouring country's office is offered only when it is this close
_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}
_NATIONAL = ("national_society", "country_office")


@dataclass(frozen=True, slots=True)
class Match:
    """An office, how far it is in kilometres (None: a line, or a country-wide organisation), and why it is offered."""

    office: Office
    km: float | None
    scope: str  # near country national everywhere


def search(
    session: Session,
    need: str,
    place: Any,
    country: str | None,
    position: tuple[float, float] | None,
    today: date,
    limit: int = 3,
) -> list[Match]:
    """At most `limit` matches. `place` may be a gazetteer Place; `position` is (latitude, longitude) in degrees."""
    if position is None and place is not None:
        position, country = (place.lat, place.lon), country or place.country
    offices = list(session.scalars(select(Office).where(Office.status == "active", _around(country, position))))
    near = _near(offices, need, country, position)
    lines = _lines(offices, need, country)
    matches = [*near[:limit], *lines]
    if len(matches) < limit:
        matches += _national(offices, country, {match.office.id for match in matches})
    if not matches:
        matches = [Match(o, None, "everywhere") for o in offices if o.country is None and _serves(o, need)]
    return _mixed(matches, limit)


def _around(country: str | None, position: tuple[float, float] | None) -> Any:
    """Only rows that could match are read: the country's, the ones for every country, and those around the position."""
    conditions = [Office.country.is_(None)]
    if country:
        conditions.append(Office.country == country)
    if position:
        lat, lon = position
        conditions.append(Office.lat.between(lat - 1.5, lat + 1.5) & Office.lon.between(lon - 6, lon + 6))
    return or_(*conditions)


def _near(offices: list[Office], need: str, country: str | None, position: tuple[float, float] | None) -> list[Match]:
    if position is None:
        return []
    found = []
    for office in offices:
        if office.lat is None or office.lon is None or not _serves(office, need):
            continue
        km = distance_km(position[0], position[1], office.lat, office.lon)
        if km <= (FAR_KM if office.country == country else ACROSS_BORDER_KM):
            found.append(Match(office, km, "near"))
    found.sort(key=lambda match: (_fit(match.office, need), match.km > NEAR_KM, match.km, _trust(match.office)))  # type: ignore[operator]
    return found


def _lines(offices: list[Office], need: str, country: str | None) -> list[Match]:
    """Phone lines that serve a whole country need no distance."""
    if country is None:
        return []
    lines = [o for o in offices if o.country == country and o.lat is None and o.phones and _serves(o, need)]
    lines.sort(key=lambda o: (_fit(o, need), _trust(o)))
    return [Match(office, None, "country") for office in lines]


def _national(offices: list[Office], country: str | None, taken: set[str]) -> list[Match]:
    own = [o for o in offices if o.country == country and country and o.id not in taken and o.kind != "headquarters"]
    own = [o for o in own if o.kind in _NATIONAL or o.phones or o.addresses.get("")]
    own.sort(key=lambda o: (o.kind != "country_office", not o.phones, _trust(o)))
    return [Match(office, None, "national") for office in own]


def _mixed(matches: list[Match], limit: int) -> list[Match]:
    """Two offices of one organisation in one town help less than an office and a line: keep one of each name."""
    seen: set[str] = set()
    kept = []
    for match in matches:
        name = match.office.names.get("", match.office.id)
        if name not in seen:
            seen.add(name)
            kept.append(match)
    return kept[:limit]


def _serves(office: Office, need: str) -> bool:
    return need == "general" or need in office.needs or "general" in office.needs


def _fit(office: Office, need: str) -> int:
    return 0 if need in office.needs else 1


def _trust(office: Office) -> int:
    return _CONFIDENCE.get(office.confidence, 3) - (1 if office.verified else 0)
