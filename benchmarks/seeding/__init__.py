"""Fills a database with what a busy installation has after some months. The same seed gives the same database."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Integer, func, insert, select, text
from sqlalchemy.orm import Session

from bot import i18n
from bot.db import Base, Database, utcnow
from bot.tables import Staff

BATCH = 2000
EMAIL, PASSWORD = "bench@example.org", "four quiet green kites"  # of a throw-away database
COUNTRIES = {"GR": 30, "TR": 15, "KE": 10, "LY": 10, "MX": 8, "CO": 8, "TN": 6, "NE": 5, "PL": 5, "IT": 3}
LOCALES = dict(zip(i18n.LANGUAGES, (14, 16, 9, 2, 18, 9, 5, 3, 2, 2, 4, 4, 3, 4, 2, 2, 1), strict=True))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows of each kind. The figures are those of the specification, or what goes with them."""

    contacts: int = 20_000
    messages: int = 200_000  # inbound and outbound together
    cases: int = 5_000
    topics: int = 100
    offices: int = 400
    unanswered: int = 4_000
    audit_events: int = 50_000
    staff: int = 40
    saved_replies: int = 300
    recalls: int = 12

    def scaled(self, factor: float) -> Sizes:
        return Sizes(**{name: max(1, round(getattr(self, name) * factor)) for name in self.__slots__})


@dataclass(slots=True)
class Made:
    """What later parts refer to."""

    random: random.Random
    now: datetime = field(default_factory=utcnow)
    staff: list[tuple[int, str]] = field(default_factory=list)  # id, e-mail address: caseworkers
    contacts: list[Contact] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    offices: list[tuple[str, str]] = field(default_factory=list)  # id, country
    answers: dict[tuple[str, str], list[tuple[datetime, int]]] = field(default_factory=dict)  # versions by when they were said
    cases: list[Case] = field(default_factory=list)

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def pick(self, weights: Mapping[str, float]) -> str:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def sentence(self, locale: str, words: int) -> str:
        """Words of the language, of the length of a real text. They say nothing."""
        return " ".join(self.random.choice(vocabulary(locale)) for _ in range(words))


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    channel: str
    locale: str
    country: str


@dataclass(frozen=True, slots=True)
class Case:
    id: int
    contact: Contact
    assignee: tuple[int, str] | None
    begun: datetime
    ended: datetime


@lru_cache(maxsize=32)
def vocabulary(locale: str) -> list[str]:
    """Names of countries and months, which CLDR has in each of our languages."""
    known = i18n.cldr(locale)
    names = [*known.territories.values(), *known.months["format"]["wide"].values()]
    return [word for name in names for word in name.split() if len(word) > 2 and not word[0].isdigit()]


def put(session: Session, table: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Insert in batches; returns how many."""
    remaining, done = iter(rows), 0
    while batch := list(islice(remaining, BATCH)):
        session.execute(insert(table), batch)
        done += len(batch)
    return done


def is_empty(database: Database) -> bool:
    with database.read() as session:
        return session.scalar(select(Staff.id).limit(1)) is None


def count_on(session: Session) -> None:
    """PostgreSQL's sequences know nothing of ids that were given: the next row would get one of them again."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        key = table.primary_key.columns.values()
        if len(key) == 1 and isinstance(key[0].type, Integer):
            highest = session.scalar(select(func.max(key[0])))
            sequence = session.scalar(select(func.pg_get_serial_sequence(table.name, key[0].name)))
            if sequence and highest:
                session.execute(select(func.setval(sequence, highest)))


def know_the_rows(database: Database) -> None:
    """What PostgreSQL's autovacuum would have done after a while; SQLite's planner is left as installations have it."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("analyze"))
