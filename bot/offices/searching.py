"""Which offices to offer: near the place, else lines and offices of the country, else its national organisations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.nlu.places import Place, distance_km
from bot.offices.countries import UNION, UNION_MEMBERS
from bot.offices.loading import CONFIDENCES
from bot.offices.needs import fit
from bot.tables import Office

NEAR_KM = 50.0  # a day's way without a car
FAR_KM = 150.0
ABROAD_KM = 60.0  # an office beyond a border is offered only to those who live at that border
_KM_PER_DEGREE = 111.0

LINES = frozenset({"hotline", "helpline", "infoline", "counselling_line", "call_centre", "medical_line"})
NATIONAL = frozenset({"country_office", "national_society", "network"})
# Of a government: never offered unasked, for the person may have fled from it.
CONSULAR = frozenset({"embassy", "consulate", "consulate_general", "honorary_consulate"})

CLOSED = "temporarily closed"

Scope = Literal["near", "country", "national", "everywhere"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Match:
    """An office found. `km` is the distance to it where that says something; `abroad`: in another country than the place."""

    office: Office
    km: float | None
    scope: Scope
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class _Rated:
    office: Office
    fit: int
    km: float | None
    home: str | None

    @property
    def is_line(self) -> bool:
        """A phone line serves its whole country, unless it also has a door."""
        return self.office.kind in LINES and not (self.office.addresses and self.office.lat is not None)

    @property
    def is_abroad(self) -> bool:
        return self.home is not None and self.office.country not in (None, UNION, self.home)

    @property
    def is_everywhere(self) -> bool:
        return self.office.country in (None, UNION)

    @property
    def is_near(self) -> bool:
        reach = ABROAD_KM if self.is_abroad else FAR_KM
        return self.km is not None and self.km <= reach and not self.is_line

    def match(self) -> Match:
        """The match as it is said. Distances to phone lines and to what is far away in the capital say nothing."""
        if self.is_near:
            return Match(self.office, self.km, "near", self.is_abroad)
        if self.is_everywhere:
            return Match(self.office, None, "everywhere")
        if self.office.kind in NATIONAL:
            return Match(self.office, None, "national")
        return Match(self.office, None if self.is_line else self.km, "country")


def search(
    session: Session,
    need: str,
    place: Place | None,
    country: str | None,
    position: Point | None,
    today: date,
    limit: int = 3,
) -> list[Match]:
    """Offices for a need, best first. `position` is (latitude, longitude) and goes before the place's own.

    `country` (ISO 3166) is where the person is, if the place does not say so. An office past its review date is
    found all the same and flagged by `describe`; among equals it comes last. One near that is closed for now comes after
    all that are open, so that nobody who knows it goes there in vain.
    """
    home = place.country if place else (country or None)
    point = position or ((place.lat, place.lon) if place else None)
    rated = [_rate(office, need, point, home) for office in _candidates(session, home, point)]
    # One sort for what is equal everywhere: sure before unsure, verified and fresh before what is overdue.
    fitting = sorted((found for found in rated if found.fit), key=lambda found: _trust(found.office, today))
    usable = [found for found in fitting if not is_closed(found.office, today)]
    shut = [found for found in fitting if is_closed(found.office, today) and found.is_near and found.fit > 1]
    return [found.match() for found in _without_repeats(_in_order(usable) + _in_order(shut))][:limit]


def is_closed(office: Office, today: date) -> bool:
    """Whether it is temporarily closed. `closed_until` is the last day on which it is: after that it is open again."""
    return office.status == CLOSED and (office.closed_until is None or office.closed_until >= today)


def in_use(today: date) -> ColumnElement[bool]:
    """The condition on Office for those in use: active, or closed for a while that is over."""
    return or_(Office.status == "active", and_(Office.status == CLOSED, Office.closed_until < today))


def _candidates(session: Session, home: str | None, point: Point | None) -> list[Office]:
    within: list[ColumnElement[bool]] = [Office.country.is_(None)]
    if home:
        within.append(Office.country == home)
    if home in UNION_MEMBERS:
        within.append(Office.country == UNION)
    if point:
        reach = (FAR_KM + 1) / _KM_PER_DEGREE
        within.append(and_(Office.lat.between(point[0] - reach, point[0] + reach), Office.lon.is_not(None)))
    query = select(Office).where(Office.status.in_(("active", CLOSED)), Office.kind.not_in(CONSULAR), or_(*within))
    found = session.scalars(query.order_by(Office.id))
    return [office for office in found if office.country in (None, UNION, home) or _distance(office, point) <= FAR_KM]


def _distance(office: Office, point: Point | None) -> float:
    if point is None or office.lat is None or office.lon is None:
        return math.inf
    return distance_km(*point, office.lat, office.lon)


def _rate(office: Office, need: str, point: Point | None, home: str | None) -> _Rated:
    km = _distance(office, point)
    return _Rated(office, fit(need, office.needs), km if math.isfinite(km) else None, home)


def _trust(office: Office, today: date) -> tuple[bool, bool, int, str]:
    overdue = office.review_due is not None and office.review_due < today
    sure = CONFIDENCES.index(office.confidence) if office.confidence in CONFIDENCES else len(CONFIDENCES)
    return overdue, not office.verified, sure, office.id


def _in_order(found: list[_Rated]) -> list[_Rated]:
    """What fits before what helps in general; the near, then lines, then national organisations, then the far."""
    near = sorted((one for one in found if one.is_near), key=_nearness)
    # What is abroad and not at the border is not for this person.
    rest = sorted((one for one in found if not one.is_near and not one.is_abroad), key=_nearness)
    good_near = [one for one in near if one.fit > 1]
    ordered = [one for one in good_near if not one.is_abroad]
    for belongs in (_line, _national, _elsewhere, _everywhere):
        if belongs is _elsewhere and ordered and ordered[0].is_near:
            continue  # a town days away adds nothing to an office that can be reached
        ordered += _each_organisation_once([one for one in rest if one.fit > 1 and belongs(one)])
    ordered += [one for one in good_near if one.is_abroad]
    # General help is better than nothing, and only then: every further office costs the reader time or money.
    if not good_near:
        ordered += [one for one in near if one.fit == 1]
        for belongs in (_national, _line, _elsewhere, _everywhere):
            ordered += _each_organisation_once([one for one in rest if one.fit == 1 and belongs(one)])
    return ordered


def _nearness(one: _Rated) -> tuple[bool, bool, int, float]:
    km = math.inf if one.km is None else one.km
    return one.is_abroad, km > NEAR_KM, -one.fit, round(km) if math.isfinite(km) else km


def _line(one: _Rated) -> bool:
    return one.is_line and not one.is_everywhere


def _national(one: _Rated) -> bool:
    return one.office.kind in NATIONAL and not one.is_everywhere


def _elsewhere(one: _Rated) -> bool:
    return not (one.is_line or one.is_everywhere or one.office.kind in NATIONAL)


def _everywhere(one: _Rated) -> bool:
    return one.is_everywhere


def _each_organisation_once(found: list[_Rated]) -> list[_Rated]:
    """Without a distance to choose by, two towns of one organisation tell less than two organisations."""
    seen: set[str] = set()
    first: list[_Rated] = []
    further: list[_Rated] = []
    for one in found:
        (further if one.office.organization in seen else first).append(one)
        seen.add(one.office.organization)
    return first + further


def _without_repeats(found: list[_Rated]) -> list[_Rated]:
    """One line that answers for two towns is offered once."""
    kept: list[_Rated] = []
    called: set[tuple[str, ...]] = set()
    for one in found:
        phones = tuple(one.office.phones)
        if not (one.is_line and phones in called):
            kept.append(one)
        called.add(phones)
    return kept
