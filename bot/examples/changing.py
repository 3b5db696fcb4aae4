"""Example questions that editors add, move and remove. The next message is understood with them, in every process."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from bot import answers, audit, i18n
from bot.content import texts
from bot.content.drafts import CRISIS
from bot.editing import Refused
from bot.editing.finding import prepare, published_passages, renew_passages
from bot.editing.keys import lock
from bot.masking import hides
from bot.nlu import encoder
from bot.tables import Question, Topic

LONGEST = 300
_KIND = "example"


def add(session: Session, topic_id: str, locale: str, text: str, by: str) -> Question:
    """Store one example question. Call `get_ready` before, outside a transaction that writes.

    Raises Refused: no_topic, crisis, locale, no_words, long, hidden, unusable, known, elsewhere (with `topic`).
    """
    clean = tidy(text)
    topic = _topic(session, topic_id)
    _check(clean, locale)
    _check_new(session, topic, clean)
    row = Question(
        topic_id=topic.id,
        locale=locale,
        kind=_KIND,
        text=clean,
        embedding=encoder.embed([clean])[0].astype("<f4").tobytes(),
        encoder=encoder.NAME,
        author=by,
    )
    session.add(row)
    session.flush()
    _changed(session, topic)
    audit.add(session, by, "example.added", "example", str(row.id), topic=topic.id, locale=locale)
    return row


def remove(session: Session, question_id: int, by: str) -> Question:
    """Remove an example question; what it was is returned. Raises Refused: gone."""
    row = _example(session, question_id)
    topic = row.topic
    session.delete(row)
    session.flush()
    _changed(session, topic)
    audit.add(session, by, "example.removed", "example", str(question_id), topic=topic.id, locale=row.locale)
    return row


def move(session: Session, question_id: int, topic_id: str, by: str) -> Question:
    """Make it an example of another topic. Raises Refused: gone, no_topic, crisis, known."""
    row, topic = _example(session, question_id), _topic(session, topic_id)
    before = row.topic
    if _same(session, row.text, topic.id):
        raise Refused("known")
    row.topic_id = topic.id
    row.author = by
    session.flush()
    session.expire(row, ["topic"])
    for each in (before, topic):
        _changed(session, each)
    audit.add(session, by, "example.moved", "example", str(question_id), topic=topic.id, before=before.id, locale=row.locale)
    return row


def counts(session: Session) -> dict[tuple[str, str], int]:
    """How many example questions each (topic, locale) has."""
    query = select(Question.topic_id, Question.locale, func.count()).where(Question.kind == _KIND)
    return {(topic, locale): n for topic, locale, n in session.execute(query.group_by(Question.topic_id, Question.locale))}


def of_topic(session: Session, topic_id: str, locale: str = "", page: int = 1, size: int = 100) -> tuple[list[Question], bool]:
    """Example questions of a topic, the newest first within a language; and whether there are more. Without the vectors."""
    query = select(Question).where(Question.topic_id == topic_id, Question.kind == _KIND)
    if locale:
        query = query.where(Question.locale == locale)
    query = query.order_by(Question.locale, Question.id.desc()).offset((page - 1) * size).limit(size + 1)
    rows = list(session.scalars(query.options(defer(Question.embedding))))
    return rows[:size], len(rows) > size


def get_ready(session: Session, topic_id: str, questions: Iterable[str]) -> None:
    """Compute what `add`, `move` and `remove` will need, in a transaction that only reads."""
    prepare(tidy(text) for text in questions)
    examples = select(func.count()).select_from(Question).where(Question.topic_id == topic_id, Question.kind == _KIND)
    if session.scalar(examples) == 1:
        # A topic that loses its last example is found by the passages of its answers again.
        topic = session.get(Topic, topic_id)
        prepare(part for _, part in (published_passages(session, topic) if topic is not None else ()))


def tidy(text: str) -> str:
    """One line, single spaces."""
    return " ".join(text.split())


def _check(text: str, locale: str) -> None:
    if locale not in i18n.LANGUAGES:
        raise Refused("locale")
    if not encoder.guarded(text):
        raise Refused("no_words")
    if len(text) > LONGEST:
        raise Refused("long", limit=LONGEST)
    if hides(text):
        raise Refused("hidden")
    if texts.is_unusable(text):
        raise Refused("unusable")


def _check_new(session: Session, topic: Topic, text: str) -> None:
    query = select(Question.topic_id).where(Question.text == text, Question.kind == _KIND)
    owners = set(session.scalars(query))
    if topic.id in owners:
        raise Refused("known")
    if owners:
        # Two topics with one question: neither could ever be told from the other by it.
        raise Refused("elsewhere", topic=min(owners))


def _same(session: Session, text: str, topic_id: str) -> bool:
    query = select(Question.id).where(Question.text == text, Question.topic_id == topic_id, Question.kind == _KIND).limit(1)
    return session.scalar(query) is not None


def _topic(session: Session, topic_id: str) -> Topic:
    topic = lock(session, topic_id)
    if topic.category == CRISIS:
        raise Refused("crisis")
    return topic


def _example(session: Session, question_id: int) -> Question:
    row = session.get(Question, question_id)
    if row is None or row.kind != _KIND:
        raise Refused("gone")
    return row


def _changed(session: Session, topic: Topic) -> None:
    renew_passages(session, topic)
    answers.touch(session)
