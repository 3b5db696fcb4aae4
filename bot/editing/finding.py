"""What a topic is found by, kept in step with what editors change: its titles, and passages where it has no example questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import answers
from bot.content.drafts import CRISIS
from bot.content.texts import passages
from bot.nlu import encoder
from bot.tables import Answer, Question, Topic

Row = tuple[str, str]  # locale, text


def prepare(texts: Iterable[str]) -> None:
    """Compute what storing these texts will need. Call it before a transaction that writes: SQLite lets nobody else in."""
    encoder.embed([text for text in texts if encoder.guarded(text)])


def passages_to_read(session: Session, topic_id: str, locale: str, chat: str) -> list[str]:
    """The passages by which this text would be found once published; none where its topic has example questions."""
    topic = session.get(Topic, topic_id)
    is_found_otherwise = topic is None or topic.category == CRISIS or _has_examples(session, topic_id)
    return [] if topic is None or is_found_otherwise else _parts(topic, locale, chat)


def published_passages(session: Session, topic: Topic) -> list[Row]:
    """What the published texts of a topic would be found by, had it no example questions."""
    query = select(Answer.locale, Answer.chat).where(Answer.topic_id == topic.id, Answer.status == "published")
    rows = session.execute(query.order_by(Answer.id))
    return [(locale, part) for locale, chat in rows for part in _parts(topic, locale, chat)]


def _parts(topic: Topic, locale: str, chat: str) -> list[str]:
    return [part for part in passages(chat, topic.titles.get(locale, "")) if encoder.guarded(part)]


def to_read_under(session: Session, topic_id: str, titles: Mapping[str, str]) -> list[str]:
    """What a topic would be found by under new titles: those, and its passages, each of which begins with one."""
    topic = session.get(Topic, topic_id)
    if topic is None or _has_examples(session, topic_id):
        return list(titles.values())
    named = Topic(id=topic_id, titles={**topic.titles, **titles})
    return [*titles.values(), *(part for _, part in published_passages(session, named))]


def renew_titles(session: Session, topic: Topic) -> None:
    """Titles are questions, too: find the topic by those it has now. Texts for danger are never found by a question."""
    titles = [] if topic.category == CRISIS else [(locale, title) for locale, title in topic.titles.items()]
    _renew(session, topic.id, "title", [row for row in titles if encoder.guarded(row[1])])
    renew_passages(session, topic)  # each begins with the title


def renew_passages(session: Session, topic: Topic) -> None:
    """Passages of what is published now. Topics with example questions are found by those, and have none."""
    rows: list[Row] = []
    if topic.category != CRISIS and not _has_examples(session, topic.id):
        rows = published_passages(session, topic)
    _renew(session, topic.id, "passage", rows)


def _has_examples(session: Session, topic_id: str) -> bool:
    query = select(Question.id).where(Question.topic_id == topic_id, Question.kind == "example").limit(1)
    return session.scalar(query) is not None


def _renew(session: Session, topic_id: str, kind: str, rows: list[Row]) -> None:
    query = select(Question.id, Question.locale, Question.text).where(Question.topic_id == topic_id, Question.kind == kind)
    present = {(locale, text): number for number, locale, text in session.execute(query)}
    gone = [number for row, number in present.items() if row not in set(rows)]
    new = [row for row in dict.fromkeys(rows) if row not in present]
    if gone:
        session.execute(delete(Question).where(Question.id.in_(gone)))
    for (locale, text), vector in zip(new, encoder.embed([text for _, text in new]), strict=True):
        embedding = vector.astype("<f4").tobytes()
        session.add(Question(topic_id=topic_id, locale=locale, kind=kind, text=text, embedding=embedding, encoder=encoder.NAME))
    session.flush()
    if gone or new:
        answers.touch(session)
