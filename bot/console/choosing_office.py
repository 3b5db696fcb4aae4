"""Finding the office to which a case is referred: by country, need and words in any spelling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import partners
from bot.nlu.spelling import fold
from bot.offices.countries import UNION, UNION_MEMBERS
from bot.offices.needs import fit
from bot.offices.searching import CONSULAR
from bot.tables import Office

PAGE = 20
OPEN = ("active", "temporarily closed")
_LOOKED_AT = (Office.id, Office.organization, Office.names, Office.cities, Office.needs, Office.country, Office.kind)


@dataclass(frozen=True, slots=True)
class Found:
    """An office that fits. `consular`: of a government, from which the person may have fled."""

    id: str
    name: str
    country: str | None
    cities: tuple[str, ...]
    needs: tuple[str, ...]
    email: str
    closed: bool
    verified: bool
    consular: bool


def find(session: Session, locale: str, words: str, country: str, need: str, page: int) -> tuple[list[Found], int]:
    """One page of offices, best first, and how many there are."""
    wanted = fold(words).split()
    query = select(*_LOOKED_AT).where(Office.status.in_(OPEN), Office.merged_into.is_(None))
    if country:
        serves = [Office.country == country, Office.country.is_(None)]
        if country in UNION_MEMBERS:
            serves.append(Office.country == UNION)
        query = query.where(or_(*serves))
    rated = [(_fit(row.needs, need), row) for row in session.execute(query) if _matches(row, wanted)]
    fitting = [pair for pair in rated if pair[0] or not need]
    fitting.sort(key=lambda pair: (pair[1].kind in CONSULAR, -pair[0], pair[1].country is None, pair[1].organization, pair[1].id))
    start = PAGE * (max(1, page) - 1)
    ids = [row.id for _, row in fitting[start : start + PAGE]]
    found = {row.id: row for row in session.scalars(select(Office).where(Office.id.in_(ids)))}
    return [_found(found[office_id], locale) for office_id in ids], len(fitting)


def countries(session: Session) -> list[str]:
    """Those that have offices."""
    query = select(Office.country).where(Office.status.in_(OPEN), Office.country.is_not(None)).distinct()
    return sorted(country for country in session.scalars(query) if country)


def by_id(session: Session, office_id: str) -> Office | None:
    """The office, if one can refer to it."""
    office = session.get(Office, office_id)
    return office if office is not None and office.status in OPEN and office.merged_into is None else None


def _fit(needs: list[str], need: str) -> int:
    return fit(need, needs) if need else 1


def _matches(office: Any, wanted: list[str]) -> bool:
    if not wanted:
        return True
    told = _folded(" ".join([office.id, office.organization, *office.names.values(), *office.cities]))
    return all(word in told for word in wanted)


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    return fold(text)


def _found(office: Office, locale: str) -> Found:
    return Found(
        id=office.id,
        name=partners.name_of(office, locale),
        country=office.country,
        cities=tuple(office.cities),
        needs=tuple(office.needs),
        email=office.email,
        closed=office.status != "active",
        verified=office.verified,
        consular=office.kind in CONSULAR,
    )
