"""Drafts into the database: a changed text becomes a new version, what is equal stays, what people edited is respected."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from bot.content.drafts import CRISIS, AnswerDraft, TopicDraft
from bot.content.texts import passages
from bot.db import utcnow
from bot.nlu import encoder, romanised
from bot.tables import Answer, Question, Revision, Topic

SOURCE = "en"  # what translations are made from
LOADED_BY = "content folder"  # the author of versions that came from files
_LOADED = "content_questions"  # what questions came from files, so that those added by people are left alone
_BATCH = 100
_TOPIC_FIELDS = ("category", "need", "sensitive", "position", "titles")
_STANDING_FIELDS = ("review", "sources", "facts", "checked_on", "review_due")

Row = tuple[str, str, str]  # locale, kind, text
Vectors = dict[str, bytes]  # text → float32[384], little-endian
Key = tuple[str, str, str | None]  # topic, locale, country


@dataclass(slots=True)
class Stored:
    """What a load has changed."""

    topics: int = 0
    answers_new: int = 0
    answers_changed: int = 0
    answers_same: int = 0
    questions_new: int = 0
    questions_gone: int = 0
    notes: list[str] = field(default_factory=list)
    touched: bool = False  # anything that other processes must read again


def rows_of(draft: TopicDraft) -> list[Row]:
    """By what this topic is found. Texts for danger are never found by a question."""
    if draft.category == CRISIS:
        return []
    rows: list[Row] = [(example.locale, "example", example.text) for example in draft.examples]
    if not rows:
        written = [(a.locale, part) for a in draft.answers for part in passages(a.chat, draft.titles.get(a.locale, ""))]
        rows = [(locale, "passage", part) for locale, part in written if encoder.guarded(part)]
    rows += [(locale, "title", title) for locale, title in draft.titles.items() if encoder.guarded(title)]
    return list(dict.fromkeys(rows))


def embedded(session: Session, drafts: list[TopicDraft], progress: Callable[[str], None]) -> Vectors:
    """The vectors of all texts of the drafts; those stored already are not computed again."""
    texts = {text: romanised.reading(text, locale) for draft in drafts for locale, _, text in rows_of(draft)}
    known = {text: vector for text, vector in _stored_vectors(session).items() if text in texts}
    missing = [text for text in texts if text not in known]
    for start in range(0, len(missing), _BATCH):
        if start % (5 * _BATCH) == 0:
            progress(f"Reading example questions: {start:,} of {len(missing):,}")
        batch = missing[start : start + _BATCH]
        vectors = encoder.embed([texts[text] for text in batch])
        known |= {text: vector.astype("<f4").tobytes() for text, vector in zip(batch, vectors, strict=True)}
    return known


def _stored_vectors(session: Session) -> Vectors:
    # On a connection of its own that only reads: SQLite would otherwise keep everybody else from writing for as
    # long as the embedding takes.
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    query = select(Question.text, Question.embedding).where(Question.encoder == encoder.NAME)
    with engine.execution_options(reads_only=True).connect() as connection:
        rows = connection.execute(query).all()
    return {text: vector for text, vector in rows if len(vector) == 4 * encoder.DIMENSIONS}


def store(session: Session, drafts: list[TopicDraft], vectors: Vectors) -> Stored:
    """Write all drafts. Answers that a person edited after the last load stay, unless the file has changed since."""
    stored = Stored(topics=len(drafts))
    topics = {topic.id: topic for topic in session.scalars(select(Topic))}
    versions: dict[Key, list[Answer]] = defaultdict(list)
    for answer in session.scalars(select(Answer).order_by(Answer.version, Answer.id)):
        versions[answer.topic_id, answer.locale, answer.country].append(answer)
    for draft in drafts:
        _store_topic(session, draft, topics.get(draft.id), stored)
        # The English text first: the others say which version of it they translate.
        for text in sorted(draft.answers, key=lambda text: text.locale != SOURCE):
            source = _source_version(versions, draft.id, text)
            _store_answer(session, draft, text, versions[draft.id, text.locale, text.country], stored, source)
    session.flush()
    _store_questions(session, drafts, vectors, stored)
    left = sorted(set(topics) - {draft.id for draft in drafts})
    if left:
        some = ", ".join(left[:10]) + (", …" if len(left) > 10 else "")
        stored.notes.append(f"{len(left)} topics of the database are not in this folder and stay: {some}")
    return stored


def _store_topic(session: Session, draft: TopicDraft, topic: Topic | None, stored: Stored) -> None:
    values = {name: getattr(draft, name) for name in _TOPIC_FIELDS}
    if topic is None:
        session.add(Topic(id=draft.id, **values))
        stored.touched = True
    else:
        stored.touched |= _assign(topic, values)


def _assign(row: object, values: dict[str, Any]) -> bool:
    """Set what differs; True when anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _source_version(versions: dict[Key, list[Answer]], topic_id: str, text: AnswerDraft) -> int | None:
    """The version of the English text that a translation of this load says; None for English itself."""
    if text.locale == SOURCE:
        return None
    sources = versions.get((topic_id, SOURCE, text.country)) or versions.get((topic_id, SOURCE, None)) or []
    return sources[-1].version if sources else None


def _store_answer(
    session: Session, draft: TopicDraft, text: AnswerDraft, versions: list[Answer], stored: Stored, source: int | None
) -> None:
    newest = versions[-1] if versions else None
    loaded = next((answer for answer in reversed(versions) if answer.author == LOADED_BY), newest)
    if loaded is not None and (loaded.sms, loaded.chat) == (text.sms, text.chat):
        stored.answers_same += 1
        _renew(draft, text, loaded, newest, stored)
        return
    if newest is not None and newest.author not in (None, LOADED_BY):
        stored.notes.append(f"{draft.file}: A newer text replaces what {newest.author} wrote for {_name(draft, text)}.")
    answer = Answer(
        topic_id=draft.id,
        locale=text.locale,
        country=text.country,
        version=1 + max((answer.version for answer in versions), default=0),
        status=text.standing.status,
        sms=text.sms,
        chat=text.chat,
        author=LOADED_BY,
        translated_from=source,
        **{name: getattr(text.standing, name) for name in _STANDING_FIELDS},
    )
    if answer.status == "published":
        _publish(answer, versions)
    versions.append(answer)
    session.add(answer)
    stored.answers_changed += newest is not None
    stored.answers_new += newest is None
    stored.touched = True


def _publish(answer: Answer, versions: Iterable[Answer]) -> None:
    # As answers.publish does, for thousands of answers without a query for each.
    for other in versions:
        if other.status == "published":
            other.status = "replaced"
    answer.status, answer.published_at = "published", utcnow()


def _renew(draft: TopicDraft, text: AnswerDraft, loaded: Answer, newest: Answer | None, stored: Stored) -> None:
    """The text is as before; its sources, dates and review may be newer, and a draft may now be published."""
    if loaded is not newest:
        author = newest.author if newest and newest.author else "somebody"
        stored.notes.append(f"{draft.file}: {_name(draft, text)} keeps what {author} wrote after the last load.")
        return
    stored.touched |= _assign(loaded, {name: getattr(text.standing, name) for name in _STANDING_FIELDS})
    wanted = text.standing.status
    if wanted == "published" and loaded.status in ("draft", "review"):
        _publish(loaded, [])
        stored.touched = True
    elif wanted != loaded.status:
        stored.notes.append(f"{draft.file}: {_name(draft, text)} is {loaded.status} and stays so, though the file says {wanted}.")


def _name(draft: TopicDraft, text: AnswerDraft) -> str:
    return " ".join(part for part in (draft.id, text.locale, text.country) if part)


def _store_questions(session: Session, drafts: list[TopicDraft], vectors: Vectors, stored: Stored) -> None:
    """Add new questions and remove those that an earlier load brought and the files no longer hold."""
    present: dict[str, dict[Row, tuple[int, str]]] = defaultdict(dict)
    query = select(Question.id, Question.topic_id, Question.locale, Question.kind, Question.text, Question.encoder)
    for number, topic_id, locale, kind, text, name in session.execute(query):
        present[topic_id][locale, kind, text] = (number, name)
    loaded = session.get(Revision, _LOADED)
    marks: dict[str, list[str]] = dict(loaded.detail) if loaded else {}
    gone: list[int] = []
    for draft in drafts:
        wanted, here, before = rows_of(draft), present[draft.id], set(marks.get(draft.id, ()))
        for row in set(wanted) - {row for row, (_, name) in here.items() if name == encoder.NAME}:
            gone += [here[row][0]] if row in here else []
        gone += [here[row][0] for row in here.keys() - set(wanted) if row[1] != "example" or _mark(row) in before]
        new = [row for row in wanted if row not in here or here[row][1] != encoder.NAME]
        session.add_all(_question(draft.id, row, vectors) for row in new)
        stored.questions_new += len(new)
        marks[draft.id] = sorted(map(_mark, wanted))
    for start in range(0, len(gone), 500):
        session.execute(delete(Question).where(Question.id.in_(gone[start : start + 500])))
    stored.questions_gone += len(gone)
    stored.touched |= bool(gone or stored.questions_new)
    if loaded is None:
        session.add(Revision(name=_LOADED, value=1, detail=marks))
    elif loaded.detail != marks:
        loaded.detail = marks
    session.flush()


def _question(topic_id: str, row: Row, vectors: Vectors) -> Question:
    locale, kind, text = row
    return Question(topic_id=topic_id, locale=locale, kind=kind, text=text, embedding=vectors[text], encoder=encoder.NAME)


def _mark(row: Row) -> str:
    return hashlib.sha256("\n".join(row).encode()).hexdigest()[:10]
