"""What editors see of the groups: how often, in which languages, with which words. Texts are masked here and nowhere later."""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.masking import mask
from bot.tables import Unanswered

OPEN, SETTLED = "open", "settled"
REASONS = ("nothing_near", "unsure", "not_helpful")
NO_COUNTRY = "-"
_SHOWN = 2  # texts of a group in the list
_KEPT = 4096  # masked texts
_READ_FOR_THEM = 5  # of the newest; people write the same words
# Without the vector: it is as long as a page of text, and encrypted.
_COLUMNS = select(
    *(Unanswered.id, Unanswered.group_id, Unanswered.text, Unanswered.locale, Unanswered.country, Unanswered.reason),
    *(Unanswered.topic_id, Unanswered.created_at, Unanswered.settled_at, Unanswered.settled_by),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked at. `mine`: the languages that the editor may see; empty means all."""

    state: str = OPEN
    reason: str = ""
    locale: str = ""
    country: str = ""
    topic: str = ""
    mine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One row as it may be shown: `text` is masked, and empty where the words are gone."""

    id: int
    text: str
    locale: str
    country: str | None
    reason: str
    topic_id: str | None
    at: datetime
    settled_at: datetime | None
    settled_by: str | None


@dataclass(slots=True)
class Group:
    """Questions that mean the same, counted over the rows that the filters let through."""

    id: int
    count: int
    open: int
    people: int
    first: datetime
    last: datetime
    locales: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    texts: list[Asked] = field(default_factory=list)

    @property
    def topic(self) -> str | None:
        """The topic that was nearest most often."""
        return self.topics.most_common(1)[0][0] if self.topics else None


@dataclass(slots=True)
class Facets:
    """What the filters can offer, and how many questions there are in each state."""

    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    locales: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The filters as conditions on Unanswered."""
    open_ = Unanswered.settled_at.is_(None)
    found: list[ColumnElement[bool]] = [Unanswered.group_id.is_not(None)]
    if filters.state:
        found.append(open_ if filters.state == OPEN else Unanswered.settled_at.is_not(None))
    if filters.mine:
        found.append(Unanswered.locale.in_(filters.mine))
    if filters.country:
        found.append(Unanswered.country.is_(None) if filters.country == NO_COUNTRY else Unanswered.country == filters.country)
    for column, wanted in (
        (Unanswered.reason, filters.reason),
        (Unanswered.locale, filters.locale),
        (Unanswered.topic_id, filters.topic),
    ):
        if wanted:
            found.append(column == wanted)
    return found


def groups(session: Session, filters: Filters, page: int = 1, size: int = 25) -> tuple[list[Group], bool]:
    """One page of groups, the largest first, and whether there are more. Three queries, whatever their number."""
    count = func.count()
    query = select(Unanswered.group_id).where(*conditions(filters)).group_by(Unanswered.group_id)
    query = query.order_by(count.desc(), Unanswered.group_id.desc()).offset((page - 1) * size).limit(size + 1)
    numbers = [number for number in session.scalars(query) if number is not None]
    found = _counted(session, numbers[:size], filters)
    if found:
        _quote(session, found, filters)
    return [found[number] for number in numbers[:size]], len(numbers) > size


def group(session: Session, group_id: int, mine: Sequence[str] = ()) -> Group | None:
    """One group over all its rows that the editor may see."""
    return _counted(session, [group_id], Filters(state="", mine=tuple(mine))).get(group_id)


def rows(session: Session, group_id: int, filters: Filters, page: int = 1, size: int = 50) -> tuple[list[Asked], bool]:
    """The rows of a group, open ones first, newest first; and whether there are more."""
    query = _COLUMNS.where(*conditions(filters), Unanswered.group_id == group_id)
    query = query.order_by(Unanswered.settled_at.is_not(None), Unanswered.id.desc())
    found = session.execute(query.offset((page - 1) * size).limit(size + 1)).all()
    return [_asked(row) for row in found[:size]], len(found) > size


def one(session: Session, row_id: int, mine: Sequence[str] = ()) -> Asked | None:
    """One row, if the editor may see it."""
    row = session.execute(_COLUMNS.where(Unanswered.id == row_id)).one_or_none()
    return _asked(row) if row is not None and (not mine or row.locale in mine) else None


def facets(session: Session, mine: Sequence[str] = ()) -> Facets:
    """Counts over all groups for the filters, in one query."""
    settled = Unanswered.settled_at.is_not(None)
    columns = (settled, Unanswered.reason, Unanswered.locale, Unanswered.country)
    query = select(*columns, func.count()).where(*conditions(Filters(state="", mine=tuple(mine)))).group_by(*columns)
    found = Facets()
    for is_settled, reason, locale, country, count in session.execute(query):
        found.states[SETTLED if is_settled else OPEN] += count
        found.reasons[reason] += count
        found.locales[locale] += count
        found.countries[country or NO_COUNTRY] += count
    return found


def _counted(session: Session, numbers: Sequence[int], filters: Filters) -> dict[int, Group]:
    mine = (*conditions(filters), Unanswered.group_id.in_(numbers))
    number = Unanswered.group_id
    first, last = func.min(Unanswered.created_at), func.max(Unanswered.created_at)
    people, settled = func.count(func.distinct(Unanswered.contact_id)), func.count(Unanswered.settled_at)
    totals = select(number, func.count(), settled, people, first, last).where(*mine).group_by(number)
    found: dict[int, Group] = {}
    for group_id, count, done, persons, since, until in session.execute(totals):
        found[group_id or 0] = Group(group_id or 0, count, count - done, persons, since, until)
    columns = (number, Unanswered.locale, Unanswered.reason, Unanswered.country, Unanswered.topic_id)
    for group_id, locale, reason, country, topic, count in session.execute(
        select(*columns, func.count()).where(*mine).group_by(*columns)
    ):
        group = found[group_id or 0]
        group.locales[locale] += count
        group.reasons[reason] += count
        if country:
            group.countries[country] += count
        if topic:
            group.topics[topic] += count
    return found


def _quote(session: Session, found: dict[int, Group], filters: Filters) -> None:
    """The newest texts of each group, without repeating one. Only these are decrypted."""
    place = func.row_number().over(partition_by=Unanswered.group_id, order_by=Unanswered.id.desc()).label("place")
    numbered = select(Unanswered.id, place).where(*conditions(filters), Unanswered.group_id.in_(found)).subquery()
    newest = select(numbered.c.id).where(numbered.c.place <= _READ_FOR_THEM)
    said: set[tuple[int, str]] = set()
    for row in session.execute(_COLUMNS.where(Unanswered.id.in_(newest)).order_by(Unanswered.id.desc())):
        group, same = found[row.group_id], (row.group_id, row.text.casefold())
        if row.text and same not in said and len(group.texts) < _SHOWN:
            said.add(same)
            group.texts.append(_asked(row))


def _masked(text: str) -> str:
    """Masking costs half a millisecond: what was masked lately is kept, under a digest and never beside its words."""
    if not text:
        return ""
    digest = hashlib.sha256(text.encode()).digest()
    found = _lately.get(digest)
    if found is None:
        found = mask(text)
        with _lock:
            _lately[digest] = found
            while len(_lately) > _KEPT:
                _lately.popitem(last=False)
    return found


_lately: OrderedDict[bytes, str] = OrderedDict()
_lock = Lock()


def _asked(row: Any) -> Asked:
    return Asked(
        id=row.id,
        text=_masked(row.text),
        locale=row.locale,
        country=row.country,
        reason=row.reason,
        topic_id=row.topic_id,
        at=row.created_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
    )
