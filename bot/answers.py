"""Answers: the newest published text for a topic, language and country, and the index by which topics are found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.contacts import insert_ignoring_duplicates
from bot.db import utcnow
from bot.nlu import encoder, topics
from bot.nlu.topics import TopicIndex
from bot.tables import Answer, Question, Revision, Topic, Unanswered

CONTENT = "content"
# What somebody who reads the first may also read, nearest first; English, then the other widely read ones, come after.
_ALSO_READ = {"pt": ("es",), "ht": ("fr",), "ti": ("am",), "ps": ("fa", "ur"), "uk": ("ru",), "fa": ("ps",)}
_WIDELY_READ = ("en", "fr", "es", "ar", "ru")


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, and whether it is in another language than was asked for."""

    answer: Answer
    topic: Topic
    asked_locale: str
    is_fallback: bool


def find(
    session: Session, topic_id: str, locale: str, country: str | None, today: date, grace_days: int
) -> Found | None:
    """The text to say. The country's own goes before the general one, the language before both; overdue ones are withheld."""
    topic = session.get(Topic, topic_id)
    if topic is None:
        return None
    mine = (Answer.topic_id == topic_id) & (Answer.status == "published")
    published = session.scalars(select(Answer).where(mine).order_by(Answer.version.desc())).all()
    valid = [a for a in published if a.country in (None, country) and not _overdue(a, today, grace_days)]
    for candidate in _locales(locale, valid):
        same = [a for a in valid if a.locale == candidate]
        if same:
            best = next((a for a in same if a.country is not None), same[0])
            return Found(best, topic, locale, is_fallback=candidate != locale)
    return None


def title(topic: Topic, locale: str) -> str:
    """What the topic is called in a list of choices."""
    for candidate in (locale, *_ALSO_READ.get(locale, ()), "en"):
        if topic.titles.get(candidate):
            return topic.titles[candidate]
    return next(iter(topic.titles.values()), topic.id.replace("_", " ").capitalize())


def topics_of_category(session: Session, category: str, locale: str) -> list[Topic]:
    query = select(Topic).where(Topic.category == category, _is_published()).order_by(Topic.position, Topic.id)
    return list(session.scalars(query))


def categories(session: Session) -> list[str]:
    """Categories with something to say, in the order of their first topic. Crisis texts are not for browsing."""
    query = select(Topic.category).where(Topic.category != "crisis", _is_published())
    return list(dict.fromkeys(session.scalars(query.order_by(Topic.position, Topic.id))))


def revision(session: Session) -> int:
    """Rises with each change of the content."""
    return session.scalar(select(Revision.value).where(Revision.name == CONTENT)) or 0


def touch(session: Session) -> None:
    """Say that the content has changed: every worker reads it anew before its next message."""
    insert_ignoring_duplicates(session, Revision, {"name": CONTENT, "value": 0, "detail": {}}, ["name"])
    session.execute(update(Revision).where(Revision.name == CONTENT).values(value=Revision.value + 1))


def load_index(session: Session) -> TopicIndex:
    """The topics that have a published answer, with their questions' embeddings."""
    now = revision(session)
    query = (
        select(Question.topic_id, Question.locale, Question.text, Question.embedding, Question.encoder)
        .join(Topic)
        .where(Topic.category != "crisis", _is_published())
        .order_by(Question.id)
    )
    rows = session.execute(query).all()
    names = sorted({row.topic_id for row in rows})
    position = {name: n for n, name in enumerate(names)}
    vectors = [_vector(row.text, row.embedding, row.encoder) for row in rows]
    matrix = np.stack(vectors) if vectors else np.zeros((0, encoder.DIMENSIONS), np.float32)
    return topics.build(now, names, [position[r.topic_id] for r in rows], matrix, [r.locale for r in rows])


def record_unanswered(
    session: Session,
    contact_id: int | None,
    locale: str,
    country: str | None,
    text: str,
    reason: str,
    topic_id: str | None,
    confidence: float,
) -> None:
    """Keep a question that got no answer, for editors; one row a person and text a day."""
    since = utcnow() - timedelta(days=1)
    recent = (Unanswered.contact_id == contact_id) & (Unanswered.created_at >= since) & (Unanswered.reason == reason)
    if any(row.text == text for row in session.scalars(select(Unanswered).where(recent).limit(50))):
        return
    session.add(
        Unanswered(
            contact_id=contact_id,
            locale=locale,
            country=country,
            text=text[:1000],
            reason=reason,
            topic_id=topic_id,
            confidence=confidence,
        )
    )


def publish(session: Session, answer: Answer) -> None:
    """Make this version the one that is said; the next message gets it."""
    same = (
        (Answer.topic_id == answer.topic_id)
        & (Answer.locale == answer.locale)
        & (Answer.country.is_(None) if answer.country is None else Answer.country == answer.country)
    )
    session.flush()
    older = same & (Answer.id != answer.id) & (Answer.status == "published")
    session.execute(update(Answer).where(older).values(status="replaced"))
    answer.status, answer.published_at = "published", utcnow()
    touch(session)


def _is_published():  # type: ignore[no-untyped-def]  # an SQLAlchemy condition
    return select(Answer.id).where(Answer.topic_id == Topic.id, Answer.status == "published").exists()


def _overdue(answer: Answer, today: date, grace_days: int) -> bool:
    return answer.review_due is not None and today > answer.review_due + timedelta(days=grace_days)


def _locales(wanted: str, valid: list[Answer]) -> list[str]:
    return list(dict.fromkeys((wanted, *_ALSO_READ.get(wanted, ()), *_WIDELY_READ, *(a.locale for a in valid))))


def _vector(text: str, stored: bytes, name: str) -> encoder.Vectors:
    if name == encoder.NAME:
        return np.frombuffer(stored, dtype="<f4")
    return encoder.embed([text])[0]
