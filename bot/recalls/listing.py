"""What editors choose from: corrections already sent, versions no longer said, and translations of a wrong one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased, load_only

from bot.db import utcnow
from bot.recalls.reaching import received, since
from bot.tables import Answer, Outbox, Recall, Topic

_NAMES = load_only(Answer.id, Answer.topic_id, Answer.locale, Answer.country, Answer.version, Answer.status)


@dataclass(frozen=True, slots=True)
class Past:
    """One recall with what it was about."""

    recall: Recall
    answer: Answer
    topic: Topic


@dataclass(frozen=True, slots=True)
class Former:
    """A version that was said once and is no longer. `until`: when the next one was published; None where there is none."""

    answer: Answer
    topic: Topic
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation of a version, and how many people received it in the same days."""

    answer: Answer
    people: int


def past(session: Session, limit: int, offset: int = 0) -> list[Past]:
    """Newest first."""
    query = select(Recall, Answer, Topic).join(Answer, Answer.id == Recall.answer_id).join(Topic, Topic.id == Answer.topic_id)
    rows = session.execute(query.options(_NAMES).order_by(Recall.id.desc()).limit(limit).offset(offset))
    return [Past(*row) for row in rows]


def former(session: Session, locales: Collection[str], limit: int) -> list[Former]:
    """The versions that were replaced or withdrawn last, of these locales (none: of all)."""
    following = aliased(Answer)
    same = and_(
        following.topic_id == Answer.topic_id,
        following.status == "published",
        following.locale == Answer.locale,
        or_(following.country == Answer.country, and_(following.country.is_(None), Answer.country.is_(None))),
    )
    query = (
        select(Answer, Topic, following.published_at)
        .join(Topic, Topic.id == Answer.topic_id)
        .outerjoin(following, same)
        .where(Answer.status.in_(["replaced", "withdrawn"]))
        .order_by(func.coalesce(following.published_at, Answer.published_at, Answer.created_at).desc(), Answer.id.desc())
    )
    if locales:
        query = query.where(Answer.locale.in_(locales))
    return [Former(*row) for row in session.execute(query.options(_NAMES).limit(limit))]


def translations(session: Session, answer: Answer, days: int, now: datetime | None = None) -> list[Translation]:
    """What was translated from this English version and may hold the same mistake, with the people who received it."""
    if answer.locale != "en":
        return []
    now = now or utcnow()
    mine = select(Answer).where(
        Answer.topic_id == answer.topic_id,
        Answer.locale != "en",
        Answer.translated_from == answer.version,
        Answer.country.is_(None) if answer.country is None else Answer.country == answer.country,
        Answer.status.in_(["published", "replaced", "withdrawn"]),
    )
    rows = list(session.scalars(mine.order_by(Answer.locale, Answer.version.desc())))
    counted = received([row.id for row in rows], since(days, now), now)
    people = counted.with_only_columns(Outbox.answer_id, func.count(Outbox.contact_id.distinct())).group_by(Outbox.answer_id)
    counts: dict[int | None, int] = {answer_id: number for answer_id, number in session.execute(people)}
    return [Translation(row, counts.get(row.id, 0)) for row in rows]
