"""Answers: which published text a contact gets, what topics are called, and the index by which a question finds them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from sqlalchemy import Exists, select, update
from sqlalchemy.orm import Session

from bot.contacts import insert_ignoring_duplicates
from bot.db import utcnow
from bot.nlu import encoder, romanised, topics
from bot.nlu.topics import TopicIndex
from bot.tables import Answer, Question, Revision, Topic, Unanswered

CONTENT = "content"
_CRISIS = "crisis"  # the category of texts for danger: said by triage, never found by a question, never in a menu
# What somebody may read who has no text in their own language, nearest first.
_NEXT_BEST = {
    "pt": ("es", "en"),
    "ht": ("fr", "en"),
    "ti": ("am", "en"),
    "ps": ("fa", "ur", "en"),
    "uk": ("en", "ru"),
}
_WIDELY_READ = ("en", "fr", "es", "ar")
# The order of the menu; categories that only an installation knows come after these.
_CATEGORIES = ("rights", "work", "children", "protection", "health", "routes", "daily_life")
_TEXT_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """The answer for a contact. `is_fallback`: it is in another language than the one asked for."""

    answer: Answer
    topic: Topic
    asked_locale: str
    is_fallback: bool


def find(session: Session, topic_id: str, locale: str, country: str | None, today: date, grace_days: int) -> Found | None:
    """The newest published text: the language goes before the country, the country's own text before the general one.

    A text more than `grace_days` past its review date is withheld. None when nothing valid is published.
    """
    topic = session.get(Topic, topic_id)
    if topic is None:
        return None
    newest = _newest(session, topic_id)
    valid = {key: a for key, a in newest.items() if key[1] in (None, country) and not _is_overdue(a, today, grace_days)}
    for candidate in _readable(locale, {key[0] for key in valid}):
        answer = valid.get((candidate, country)) or valid.get((candidate, None))
        if answer is not None:
            return Found(answer, topic, locale, is_fallback=_language(candidate) != _language(locale))
    return None


def _newest(session: Session, topic_id: str) -> dict[tuple[str, str | None], Answer]:
    query = select(Answer).where(Answer.topic_id == topic_id, Answer.status == "published")
    return {(a.locale, a.country): a for a in session.scalars(query.order_by(Answer.version, Answer.id))}


def _is_overdue(answer: Answer, today: date, grace_days: int) -> bool:
    return answer.review_due is not None and today > answer.review_due + timedelta(days=grace_days)


def _readable(locale: str, present: Collection[str]) -> Iterator[str]:
    """The locales of `present` in the order this person may read them: own, same language elsewhere, nearest, any."""
    wanted = [_language(other) for other in (locale, *_NEXT_BEST.get(_language(locale), ()), *_WIDELY_READ)]
    rank = {language: place for place, language in reversed(list(enumerate(wanted)))}
    yield from sorted(present, key=lambda p: (p != locale, rank.get(_language(p), len(wanted)), p))


def _language(locale: str) -> str:
    return locale.split("-")[0]


def title(topic: Topic, locale: str) -> str:
    """What the topic is called in a list of choices; its id made readable where nobody has named it."""
    named = {known: name for known, name in topic.titles.items() if name}
    nearest = next(_readable(locale, named), None)
    if nearest is not None:
        return named[nearest]
    return topic.id.replace("_", " ").replace("-", " ").strip().capitalize() or topic.id


def topics_of_category(session: Session, category: str, locale: str) -> list[Topic]:
    """Topics of a menu category that have something published, in the editors' order."""
    query = select(Topic).where(Topic.category == category, _is_answered()).order_by(Topic.position, Topic.id)
    return list(session.scalars(query))


def categories(session: Session) -> list[str]:
    """Categories with something to say, in the order of the menu. Crisis texts are not for browsing."""
    query = select(Topic.category).where(Topic.category != _CRISIS, _is_answered()).distinct()
    present = set(session.scalars(query))
    others = sorted(present - set(_CATEGORIES), key=lambda name: (name == "general", name))
    return [name for name in _CATEGORIES if name in present] + others


def _is_answered() -> Exists:
    return select(Answer.id).where(Answer.topic_id == Topic.id, Answer.status == "published").exists()


def revision(session: Session) -> int:
    """Rises with each change of the content; 0 before anything was loaded."""
    return session.scalar(select(Revision.value).where(Revision.name == CONTENT)) or 0


def touch(session: Session) -> None:
    """Say that the content has changed: every worker reads it anew before its next message."""
    insert_ignoring_duplicates(session, Revision, {"name": CONTENT, "value": 0, "detail": {}}, ["name"])
    # The database adds: two writers at once never lose one of the two changes.
    session.execute(update(Revision).where(Revision.name == CONTENT).values(value=Revision.value + 1))


def publish(session: Session, answer: Answer) -> None:
    """Make this version the one that is said, from the next message on; what it replaces stays for the record."""
    session.add(answer)
    session.flush()
    same = select(Answer).where(
        Answer.topic_id == answer.topic_id,
        Answer.locale == answer.locale,
        Answer.country.is_(None) if answer.country is None else Answer.country == answer.country,
        Answer.status == "published",
        Answer.id != answer.id,
    )
    for earlier in session.scalars(same):
        earlier.status = "replaced"
    answer.status, answer.published_at = "published", utcnow()
    session.flush()
    touch(session)


def load_index(session: Session) -> TopicIndex:
    """The questions by which a topic with a published answer is found. Vectors of another encoder are made anew, in memory."""
    # The number first: content that changes between the two reads is then read once more, never missed.
    number = revision(session)
    query = (
        select(Question.topic_id, Question.locale, Question.kind, Question.text, Question.embedding, Question.encoder)
        .join(Topic, Topic.id == Question.topic_id)
        .where(Topic.category != _CRISIS, _is_answered())
        .order_by(Topic.position, Topic.id, Question.id)
    )
    rows = session.execute(query).all()
    names = {topic_id: place for place, topic_id in enumerate(dict.fromkeys(row.topic_id for row in rows))}
    vectors = np.zeros((len(rows), encoder.DIMENSIONS), np.float32)
    foreign: list[int] = []
    for place, row in enumerate(rows):
        if row.encoder == encoder.NAME and len(row.embedding) == 4 * encoder.DIMENSIONS:
            vectors[place] = np.frombuffer(row.embedding, "<f4")
        else:
            foreign.append(place)
    if foreign:
        vectors[foreign] = encoder.embed([romanised.reading(rows[place].text, rows[place].locale) for place in foreign])
    owners = [names[row.topic_id] for row in rows]
    locales, texts, kinds = ([getattr(row, name) for row in rows] for name in ("locale", "text", "kind"))
    return topics.build(number, list(names), owners, vectors, locales, texts, kinds)


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
    """Keep for editors what somebody asked in vain: one row a day for one person and one text."""
    text, now = text.strip()[:_TEXT_KEPT], utcnow()
    if not text or (contact_id is not None and text in _asked_today(session, contact_id, now)):
        return
    session.add(
        Unanswered(
            contact_id=contact_id,
            locale=locale,
            country=country,
            text=text,
            reason=reason,
            topic_id=topic_id,
            confidence=confidence,
            created_at=now,
        )
    )
    session.flush()


def _asked_today(session: Session, contact_id: int, now: datetime) -> set[str]:
    # Two encryptions of one text differ, so the database cannot compare them.
    midnight = datetime.combine(now.date(), time(), UTC)
    query = select(Unanswered.text).where(Unanswered.contact_id == contact_id, Unanswered.created_at >= midnight)
    return set(session.scalars(query))
