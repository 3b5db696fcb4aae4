"""What happened to a text: its versions, and who did what with each of them when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers
from bot.content.drafts import CRISIS
from bot.editing.keys import Key, is_key, key_of
from bot.tables import Answer, AuditEvent

MOST = 200  # versions on one page


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did with a version; `note` is what they said about it."""

    at: datetime
    actor: str
    action: str
    note: str


@dataclass(frozen=True, slots=True)
class Change:
    """What contacts of a language get now, and would get without a text: None is nothing at all."""

    locale: str
    country: str | None
    now: Answer
    then: Answer | None


def versions(session: Session, key: Key, limit: int = MOST) -> list[Answer]:
    """The versions of a text, newest first."""
    query = select(Answer).where(is_key(key)).order_by(Answer.version.desc(), Answer.id.desc()).limit(limit)
    return list(session.scalars(query))


def events(session: Session, answer_ids: Iterable[int]) -> dict[int, list[Event]]:
    """What was done with each of these versions, oldest first. One query."""
    names = [str(number) for number in answer_ids]
    query = (
        select(AuditEvent)
        .where(AuditEvent.kind == "answer", AuditEvent.object_id.in_(names), AuditEvent.action.like("answer.%"))
        .order_by(AuditEvent.id)
    )
    found: dict[int, list[Event]] = defaultdict(list)
    for row in session.scalars(query):
        found[int(row.object_id)].append(Event(row.at, row.actor, row.action, _note(row.detail)))
    return dict(found)


def _note(detail: dict[str, Any]) -> str:
    return str(detail.get("comment") or detail.get("reason") or "")


def without(session: Session, answer: Answer, locales: Iterable[str], today: date, grace_days: int) -> list[Change]:
    """Who gets this text now, by language, and what they would get if it were withdrawn. Changes nothing.

    A text without a country is looked up for somebody whose country has no text of its own.
    """
    key = key_of(answer)
    # Texts for danger are said even past their review date.
    day, grace = (date.min, 0) if answer.topic.category == CRISIS else (today, grace_days)

    def found(locale: str) -> Answer | None:
        got = answers.find(session, key.topic_id, locale, key.country, day, grace)
        return got.answer if got is not None else None

    now = {locale: got for locale in locales if (got := found(locale)) is not None and got.id == answer.id}
    savepoint = session.begin_nested()
    answer.status = "withdrawn"
    session.flush()
    then = {locale: found(locale) for locale in now}
    savepoint.rollback()
    session.refresh(answer)
    return [Change(locale, key.country, now[locale], then[locale]) for locale in now]
