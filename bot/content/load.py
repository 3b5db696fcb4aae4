"""From files to tables. Loading twice changes nothing; a changed text becomes a new version."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import answers, offices
from bot.channels.base import cut
from bot.content.report import Report
from bot.content.topic_file import AnswerText, ContentError, TopicText, read
from bot.nlu import encoder
from bot.tables import Answer, Question, Topic

Progress = Callable[[str], None]
PASSAGE = 400  # characters of a page that stand for its meaning
BATCH = 200


def is_empty(session: Session) -> bool:
    return session.scalar(select(Topic.id).limit(1)) is None


def load(session: Session, folder: Path, progress: Progress = lambda _: None) -> Report:
    """Load what the folder holds. One broken file does not stop the others, and nothing of it is loaded."""
    report = Report()
    topics = _read_topics(folder, report)
    for position, topic in enumerate(topics):
        _store_topic(session, topic, position, report)
    _store_questions(session, topics, report, progress)
    _load_tables(session, folder, report)
    if report.topics or report.offices or report.emergency_numbers:
        answers.touch(session)
    return report


def _read_topics(folder: Path, report: Report) -> list[TopicText]:
    files = [*sorted(folder.glob("answers/*.yml")), *sorted(folder.glob("answers/*.yaml")), *sorted(folder.glob("crisis/*.yml"))]
    topics: dict[str, TopicText] = {}
    for path in files:
        try:
            for topic in read(path):
                if topic.id in topics:
                    report.errors.append(f"{path.name}: topic {topic.id!r} is in an earlier file already.")
                else:
                    topics[topic.id] = topic
                    report.warnings += topic.warnings
        except ContentError as error:
            report.errors.append(str(error))
    _warn_of_doubles(list(topics.values()), report)
    report.topics = len(topics)
    return list(topics.values())


def _warn_of_doubles(topics: list[TopicText], report: Report) -> None:
    owner: dict[str, str] = {}
    for topic in topics:
        for _, text in topic.questions:
            other = owner.setdefault(text.casefold(), topic.id)
            if other != topic.id:
                report.warnings.append(f"the question {text!r} is an example of both {other} and {topic.id}.")


def _store_topic(session: Session, text: TopicText, position: int, report: Report) -> None:
    topic = session.get(Topic, text.id) or Topic(id=text.id)
    topic.category, topic.need, topic.sensitive = text.category, text.need, text.sensitive
    topic.position = text.position if text.position is not None else position
    topic.titles = text.titles
    session.add(topic)
    session.flush()
    for answer in text.answers:
        report.new_answers += _store_answer(session, topic, answer)


def _store_answer(session: Session, topic: Topic, text: AnswerText) -> bool:
    country = Answer.country.is_(None) if text.country is None else Answer.country == text.country
    same = (Answer.topic_id == topic.id) & (Answer.locale == text.locale) & country
    newest = session.scalars(select(Answer).where(same).order_by(Answer.version.desc()).limit(1)).first()
    if newest is not None and _unchanged(newest, text):
        return False
    answer = Answer(
        topic_id=topic.id,
        locale=text.locale,
        country=text.country,
        version=newest.version + 1 if newest else 1,
        status="draft" if text.status == "published" else text.status,
        review=text.review,
        sms=text.sms,
        chat=text.chat,
        sources=text.sources,
        facts=text.facts,
        checked_on=text.checked_on,
        review_due=text.review_due,
        author=text.author,
    )
    session.add(answer)
    if text.status == "published":
        answers.publish(session, answer)
    return True


def _unchanged(answer: Answer, text: AnswerText) -> bool:
    fields = ("sms", "chat", "status", "review", "sources", "facts", "checked_on", "review_due")
    return all(getattr(answer, name) == getattr(text, name) for name in fields)


def _store_questions(session: Session, topics: list[TopicText], report: Report, progress: Progress) -> None:
    """Only what is new is embedded: that is what takes time."""
    missing: list[tuple[str, str, str, str]] = []  # topic, locale, kind, text
    for topic in topics:
        wanted = _wanted(topic)
        stored = session.scalars(select(Question).where(Question.topic_id == topic.id)).all()
        current = {(q.locale, q.kind, q.text) for q in stored if q.encoder == encoder.NAME}
        gone = [q.id for q in stored if (q.locale, q.kind, q.text) not in wanted or q.encoder != encoder.NAME]
        if gone:
            session.execute(delete(Question).where(Question.id.in_(gone)))
        missing += [(topic.id, *entry) for entry in wanted if entry not in current]
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        vectors = encoder.embed([text for *_, text in batch])
        session.add_all(_question(*entry, vector) for entry, vector in zip(batch, vectors, strict=True) if vector.any())
        progress(f"{min(start + BATCH, len(missing))} of {len(missing)} questions read")
    report.new_questions = len(missing)


def _question(topic: str, locale: str, kind: str, text: str, vector: encoder.Vectors) -> Question:
    data = np.asarray(vector, dtype="<f4").tobytes()
    return Question(topic_id=topic, locale=locale, kind=kind, text=text, embedding=data, encoder=encoder.NAME)


def _wanted(topic: TopicText) -> dict[tuple[str, str, str], None]:
    """What stands for the topic's meaning, as (locale, kind, text), each once."""
    if topic.category == "crisis":
        return {}
    entries = [(locale, "example", text) for locale, text in topic.questions]
    entries += [(locale, "title", text) for locale, text in topic.titles.items() if text.strip()]
    if not topic.questions:  # a plain page: its own text is all there is to find it by
        for answer in topic.answers:
            entries += [(answer.locale, "passage", passage) for passage in passages(answer.chat)]
    return dict.fromkeys(entries)


def passages(text: str) -> list[str]:
    """The text in pieces of at most 400 characters, cut where sentences or lines end."""
    return cut(" ".join(text.split()), PASSAGE)[:12]


def _load_tables(session: Session, folder: Path, report: Report) -> None:
    for path in sorted(folder.glob("offices/*.csv")):
        rows = _rows(path, report)
        problems = offices.load_rows(session, rows, path.name)
        report.warnings += problems
        report.offices += len(rows) - len(problems)
    for path in sorted(folder.glob("emergency/*.csv")):
        rows = _rows(path, report)
        problems = offices.load_emergency(session, rows)
        report.warnings += problems
        report.emergency_numbers += len(rows) - len(problems)


def _rows(path: Path, report: Report) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        report.errors.append(f"{path.name} is not a readable CSV file: {type(error).__name__}.")
        return []

