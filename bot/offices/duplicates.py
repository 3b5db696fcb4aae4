"""Offices that may be one and the same: found by name, distance and phone; joined by a person, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Any, Literal

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contacts import insert_ignoring_duplicates
from bot.nlu.places import distance_km
from bot.offices import dialling, editing
from bot.offices.editing import FIELDS, Differences
from bot.offices.filtering import folded
from bot.offices.searching import LINES
from bot.tables import Office, Revision

DISTINCT = "offices_distinct"  # pairs that somebody has looked at and found to be two offices
NEAR_KM = 0.5
_SAME_NAME, _ALIKE, _SOMEWHAT_ALIKE = 92.0, 80.0, 55.0
_SAME_TOWN = 85.0
_GRID = 100.0  # cells of a hundredth of a degree: about a kilometre
_LARGEST_BLOCK = 600
# Lists of which both may be kept.
JOINABLE = frozenset({"needs", "cities", "phones", "languages", "holidays"})
TEXTS_BY_LOCALE = frozenset({"names", "addresses"})

Choice = Literal["kept", "other", "both"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two offices and what speaks for their being one. `name` is 0 to 100."""

    first: str
    second: str
    name: float
    phone: str = ""  # one that both have
    km: float | None = None  # between two doors; none where one of them is only a town's centre
    same_city: bool = False

    @property
    def strength(self) -> float:
        nearness = 0.0 if self.km is None else max(0.0, 1 - self.km / NEAR_KM) * 40
        return self.name + (50 if self.phone else 0) + nearness + (15 if self.same_city else 0)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of an office is compared."""

    id: str
    country: str
    organization: str
    names: tuple[tuple[str, str], ...]
    cities: frozenset[str]
    phones: frozenset[str]
    point: tuple[float, float] | None
    exact: bool
    is_line: bool


def candidates(session: Session, limit: int = 200) -> list[Pair]:
    """The pairs worth a look, the surest first. In two queries, whatever the number of offices."""
    columns = (Office.id, Office.country, Office.organization, Office.names, Office.cities, Office.phones)
    query = select(*columns, Office.kind, Office.lat, Office.lon, Office.precision).where(Office.status != "defunct")
    seen = [_seen(row) for row in session.execute(query)]
    settled = distinct(session)
    pairs = [pair for one, other in _blocks(seen) if (one.id, other.id) not in settled and (pair := _compare(one, other))]
    return sorted(pairs, key=lambda pair: (-pair.strength, pair.first, pair.second))[:limit]


def of(session: Session, office: Office, limit: int = 5) -> list[Pair]:
    """Pairs of this office with others, for a warning beside its form. `office` need not be stored."""
    query = select(Office).where(Office.status != "defunct", Office.id != office.id, Office.country == office.country)
    own = _seen(office)
    settled = distinct(session)
    others = [one for one in map(_seen, session.scalars(query)) if tuple(sorted((own.id, one.id))) not in settled]
    pairs = [replace(pair, first=own.id, second=one.id) for one in others if (pair := _compare(own, one))]
    return sorted(pairs, key=lambda pair: -pair.strength)[:limit]


def _seen(row: Any) -> _Seen:
    point = (row.lat, row.lon) if row.lat is not None and row.lon is not None else None
    return _Seen(
        id=row.id,
        country=row.country or "",
        organization=folded(row.organization),
        names=tuple((locale, _words(name)) for locale, name in row.names.items()),
        cities=frozenset(_words(city) for city in row.cities),
        phones=frozenset(dialling.same(phone, row.country) for phone in row.phones),
        point=point,
        exact=row.precision == "exact",
        is_line=row.kind in LINES,
    )


@lru_cache(maxsize=100_000)
def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", folded(text)))


def _blocks(seen: Sequence[_Seen]) -> Iterator[tuple[_Seen, _Seen]]:
    """Pairs that share a phone, a square of the map, a town or an organization: all others are not compared."""
    blocks: dict[tuple[str, ...], list[_Seen]] = {}
    for one in seen:
        for key in _keys(one):
            blocks.setdefault(key, []).append(one)
    done: set[tuple[str, str]] = set()
    for block in blocks.values():
        if len(block) > _LARGEST_BLOCK:
            continue  # a mark that so many share says nothing; its members meet in their other blocks
        for one, other in combinations(sorted(block, key=lambda member: member.id), 2):
            if (one.id, other.id) not in done:
                done.add((one.id, other.id))
                yield one, other


def _keys(one: _Seen) -> Iterator[tuple[str, ...]]:
    yield from (("phone", phone) for phone in one.phones)
    yield from (("city", one.country, city) for city in one.cities)
    yield "organization", one.country, one.organization
    if one.point:
        row, column = (int(degrees * _GRID) for degrees in one.point)
        yield from (("cell", str(row + up), str(column + right)) for up in (0, 1) for right in (0, 1))


def _compare(one: _Seen, other: _Seen) -> Pair | None:
    phone = next(iter(sorted(one.phones & other.phones)), "")
    doors = one.exact and other.exact and one.point and other.point
    km = distance_km(*one.point, *other.point) if doors and one.point and other.point else None
    city = any(fuzz.ratio(a, b) >= _SAME_TOWN for a in one.cities for b in other.cities)
    name, translated = _likeness(one, other)
    pair = Pair(one.id, other.id, round(name), phone, km, city)
    apart = bool(one.cities and other.cities and not city) or (km is not None and km > NEAR_KM)
    near = km is not None and km <= NEAR_KM
    if apart:
        return None  # branches in two towns often share a name and a line
    if phone:
        # Two names in two scripts cannot be compared: there the number has to do.
        return pair if name >= _SOMEWHAT_ALIKE or not translated else None
    if one.is_line != other.is_line:
        return None  # a line and a door of one organization are two ways to it
    if near and name >= _ALIKE:
        return pair
    return pair if name >= _SAME_NAME and one.country == other.country else None


def _likeness(one: _Seen, other: _Seen) -> tuple[float, bool]:
    """How alike their names are in the languages that both have, and whether there are any such languages."""
    own, others = dict(one.names), dict(other.names)
    shared = [(own[locale], others[locale]) for locale in own if locale in others]
    pairs = shared or [(a, b) for a in list(own.values())[:1] for b in list(others.values())[:1]]
    towns = one.cities | other.cities
    ratios = [float(fuzz.token_sort_ratio(_without(a, towns), _without(b, towns))) for a, b in pairs]
    return (sum(ratios) / len(ratios) if ratios else 0.0), bool(shared)


def _without(name: str, towns: Iterable[str]) -> str:
    """The name without its town, which is compared by itself."""
    bare = f" {name} "
    for town in towns:
        bare = bare.replace(f" {town} ", " ")
    return bare.strip() or name


def distinct(session: Session) -> set[tuple[str, str]]:
    """Pairs of ids, each in order, that somebody has found to be two offices."""
    row = session.get(Revision, DISTINCT)
    found: Iterable[Sequence[str]] = (row.detail or {}).get("pairs", []) if row else []
    return {(pair[0], pair[1]) for pair in found}


def keep_apart(session: Session, one: str, other: str) -> None:
    """Remember that these are two offices; they are not offered again."""
    insert_ignoring_duplicates(session, Revision, {"name": DISTINCT, "value": 0, "detail": {}}, ["name"])
    query = select(Revision).where(Revision.name == DISTINCT).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    pairs = {tuple(pair) for pair in (row.detail or {}).get("pairs", [])} | {tuple(sorted((one, other)))}
    row.detail, row.value = {"pairs": sorted(list(pair) for pair in pairs)}, row.value + 1
    session.flush()


def joined(kept: Office, other: Office, choices: Mapping[str, Choice]) -> dict[str, Any]:
    """The values of the office that stays: for each field its own, the other's, or both. Own where nothing is chosen."""
    values: dict[str, Any] = {}
    for name in FIELDS:
        own, theirs = getattr(kept, name), getattr(other, name)
        chosen = choices.get(name, "kept")
        if chosen == "other":
            values[name] = theirs
        elif chosen == "both" and name in JOINABLE:
            values[name] = list(dict.fromkeys([*own, *theirs]))
        elif chosen == "both" and name in TEXTS_BY_LOCALE:
            values[name] = {**theirs, **own}
        else:
            values[name] = own
    return values


def merge(
    session: Session, kept: Office, other: Office, choices: Mapping[str, Choice], author: str
) -> tuple[Differences, Differences]:
    """Make one of two: `other` becomes defunct and leads to `kept`, as does what had been merged into it before.

    Returns what changed in each.
    """
    of_kept = editing.change(session, kept, joined(kept, other, choices), author)
    of_other = editing.change(session, other, {"status": "defunct"}, author)
    other.merged_into = kept.id
    for earlier in session.scalars(select(Office).where(Office.merged_into == other.id)):
        earlier.merged_into = kept.id
    session.flush()
    return of_kept, of_other
