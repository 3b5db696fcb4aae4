"""Offices as editors look for them: filters, text search in any script, pages, and what waits to be done."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, and_, case, cast, func, not_, or_, select
from sqlalchemy.orm import Session

from bot.offices.needs import NEEDS
from bot.offices.searching import CLOSED
from bot.tables import Office

SOON_DAYS = 30
NOWHERE = "none"  # in the filter for countries: offices for people in every country
ORDERS = ("country", "due", "checked", "name")

Order = Literal["country", "due", "checked", "name"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows. Empty: everything except what is defunct."""

    text: str = ""
    country: str = ""
    kind: str = ""
    need: str = ""
    language: str = ""
    status: str = ""  # one of HSDS, or "all"
    due: str = ""  # "over": the review date has passed; "soon": it is near
    unverified: bool = False
    unplaced: bool = False  # no coordinates
    placed: bool = False
    order: str = "country"


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits to be done, over all offices in use."""

    shown: int
    due: int
    soon: int
    unverified: int
    closed: int
    over: int  # temporarily closed until a day that has passed


@dataclass(frozen=True, slots=True)
class Page:
    offices: Sequence[Office]
    total: int
    number: int
    pages: int


def page(session: Session, wanted: Filter, today: date, number: int = 1, size: int = 50) -> Page:
    """One page, in at most two queries however many offices there are."""
    ids = _matching(session, wanted, today)
    pages = max(1, -(-len(ids) // size))
    number = min(max(1, number), pages)
    shown = ids[(number - 1) * size : number * size]
    found = {office.id: office for office in session.scalars(select(Office).where(Office.id.in_(shown)))} if shown else {}
    return Page([found[one] for one in shown if one in found], len(ids), number, pages)


def everything(session: Session, wanted: Filter, today: date) -> list[Office]:
    """All that fit, in order: for the map and for exports."""
    offices = session.scalars(select(Office).where(*_conditions(wanted, today)).order_by(*_order(wanted)))
    words = _words(wanted.text)
    return [office for office in offices if _holds(words, _text_of(office))]


def counts(session: Session, today: date) -> Counts:
    """In one query."""
    soon = today + timedelta(days=SOON_DAYS)
    used = Office.status.in_(("active", CLOSED))
    conditions = (
        used,
        and_(used, Office.review_due < today),
        and_(used, Office.review_due >= today, Office.review_due <= soon),
        and_(used, Office.verified.is_(False)),
        and_(Office.status == CLOSED, or_(Office.closed_until.is_(None), Office.closed_until >= today)),
        and_(Office.status == CLOSED, Office.closed_until < today),
    )
    row = session.execute(select(*(func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in conditions))).one()
    return Counts(*(int(value) for value in row))


def countries(session: Session) -> list[str]:
    """Countries that have an office, by code."""
    return [code for code in session.scalars(select(Office.country).distinct().order_by(Office.country)) if code]


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(Office.kind).distinct().order_by(Office.kind)))


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """For comparing: no case, no accents, in any script. Names are few and asked for again and again."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _matching(session: Session, wanted: Filter, today: date) -> list[str]:
    columns = (Office.id, Office.organization, Office.names, Office.cities, Office.addresses, Office.phones, Office.url)
    words = _words(wanted.text)
    # JSON escapes letters beyond ASCII, so that the database cannot search names; a few thousand are read at once here.
    query = select(*columns if words else columns[:1]).where(*_conditions(wanted, today)).order_by(*_order(wanted))
    return [row.id for row in session.execute(query) if not words or _holds(words, _text_of(row))]


def _words(text: str) -> list[str]:
    return folded(text).split()


def _holds(words: Sequence[str], text: str) -> bool:
    return all(word in text for word in words)


def _text_of(row: object) -> str:
    office: Office = row  # type: ignore[assignment]  # a row of the same columns is as good
    texts = (*office.names.values(), *office.cities, *office.addresses.values(), *office.phones)
    return " ".join(map(folded, (office.id, office.organization, office.url, *texts)))


def _conditions(wanted: Filter, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.status == "":
        # Nobody has to check what nobody is sent to.
        checking = wanted.due or wanted.unverified
        found.append(Office.status.in_(("active", CLOSED)) if checking else Office.status != "defunct")
    elif wanted.status != "all":
        found.append(Office.status == wanted.status)
    if wanted.country:
        found.append(Office.country.is_(None) if wanted.country == NOWHERE else Office.country == wanted.country)
    if wanted.kind:
        found.append(Office.kind == wanted.kind)
    if wanted.need in NEEDS:
        found.append(_in_list(Office.needs, wanted.need))
    elif wanted.need == NOWHERE:
        found.append(not_(or_(*(_in_list(Office.needs, need) for need in NEEDS))))
    if wanted.language:
        found.append(_in_list(Office.languages, wanted.language))
    if wanted.due == "over":
        found.append(Office.review_due < today)
    elif wanted.due == "soon":
        found.append(and_(Office.review_due >= today, Office.review_due <= today + timedelta(days=SOON_DAYS)))
    if wanted.unverified:
        found.append(Office.verified.is_(False))
    if wanted.unplaced:
        found.append(Office.lat.is_(None))
    if wanted.placed:
        found.append(Office.lat.is_not(None))
    return found


def _in_list(column: object, value: str) -> ColumnElement[bool]:
    """Whether a JSON list of plain codes holds this one. As text: the same in both databases."""
    return cast(column, String).contains(f'"{value}"', autoescape=True)  # type: ignore[arg-type]


def _order(wanted: Filter) -> list[Any]:
    orders: dict[str, list[Any]] = {
        "country": [func.coalesce(Office.country, "~"), func.lower(Office.organization)],
        "due": [Office.review_due.is_(None), Office.review_due],
        "checked": [Office.checked_on.is_not(None), Office.checked_on],
        "name": [func.lower(Office.organization)],
    }
    return [*orders.get(wanted.order, orders["country"]), Office.id]
