"""Sends a correction: decided once, queued in batches, each a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from bot import audit, contacts, crypto, outbox
from bot.db import utcnow
from bot.messages import Outgoing
from bot.recalls.reaching import left, reach, segments
from bot.recalls.wording import Wording, is_fixed, present, suggested
from bot.tables import Answer, AuditEvent, Contact, Outbox, Recall, Topic

MAX_DAYS = 90
MAX_TEXT = 1200  # characters
BATCH = 500
# Somebody who opts in again weeks later has forgotten the wrong answer, and did not ask for this.
RESUME_WITHIN = timedelta(hours=24)
MOST_WAITING = 40  # parts: what a sender at its usual rate sends in four seconds
STUCK_AFTER = timedelta(hours=1)
DOUBLE_PRESS = timedelta(minutes=10)


class RecallError(ValueError):
    """This correction cannot be sent; `code` says why: published days empty long approved busy nobody changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(
    session: Session,
    answer: Answer,
    days: int,
    texts: Mapping[str, str],
    author: str,
    counted: tuple[int, int],
    home: str | None = None,
    now: datetime | None = None,
) -> Recall:
    """Store the decision to send; `advance` then sends. `counted`: the people and segments that were confirmed.

    A button pressed twice gives the same recall. Raises RecallError, with the code `changed` where a count is no longer
    what was confirmed.
    """
    now = now or utcnow()
    _lock(session, answer.id)
    latest = session.scalars(select(Recall).where(Recall.answer_id == answer.id).order_by(Recall.id.desc())).first()
    if latest is not None:
        unfinished = is_unfinished(session, latest, answer, now)
        equal = (latest.days, latest.texts) == (days, dict(texts))
        if equal and (unfinished or now - latest.at < DOUBLE_PRESS):
            return latest
        if unfinished:
            raise RecallError("busy")
    check(session, answer, days, texts)
    found = reach(session, answer, days, texts, now)
    if not found.people:
        raise RecallError("nobody")
    if counted != (found.people, segments(session, found, answer, texts, home)):
        raise RecallError("changed")
    recall = Recall(
        answer_id=answer.id,
        days=days,
        texts=dict(texts),
        people=counted[0],
        segments=counted[1],
        author=author,
        at=now,
    )
    session.add(recall)
    session.flush()
    return recall


def check(session: Session, answer: Answer, days: int, texts: Mapping[str, str]) -> None:
    """Raises RecallError where this correction must not be sent, whoever it would reach."""
    if answer.status == "published":
        raise RecallError("published")  # people still get it: nobody would correct what they read tomorrow
    if not 1 <= days <= MAX_DAYS:
        raise RecallError("days")
    if not texts.get(answer.locale):
        raise RecallError("empty")
    if max(map(len, texts.values())) > MAX_TEXT:
        raise RecallError("long")
    topic = session.get_one(Topic, answer.topic_id)
    if is_fixed(topic):
        approved = suggested(answer, topic, present(session, answer))
        if any(text != approved.get(locale) for locale, text in texts.items()):
            raise RecallError("approved")


def advance(session: Session, recall_id: int, limit: int = BATCH, home: str | None = None, now: datetime | None = None) -> int:
    """Put the correction for the next people into the outbox; returns how many they are, 0 when all have it."""
    recall = session.get(Recall, recall_id)
    if recall is None:
        return 0
    _lock(session, recall.answer_id)
    answer = session.get_one(Answer, recall.answer_id)
    if (now or utcnow()) - recall.at > RESUME_WITHIN:
        return 0
    people = list(session.scalars(left(session, recall, answer, recall.at + RESUME_WITHIN).limit(limit)))
    published = present(session, answer)
    wording = Wording(session, answer, recall.texts, home)
    for contact in people:
        _queue(session, recall, contact, wording, published)
    session.flush()
    return len(people)


def resume(session: Session, limit: int = BATCH, home: str | None = None, now: datetime | None = None) -> int:
    """The next people of whatever recall is unfinished, of any process; returns how many, 0 when there is nothing to do now.

    Few at a time: parts leave in the order in which they were queued, and somebody who asks for help now must not wait
    behind thousands of corrections.
    """
    now = now or utcnow()
    limit = min(limit, room(session, now))
    if limit <= 0:
        return 0
    recent = session.scalars(select(Recall).where(Recall.at >= now - RESUME_WITHIN).order_by(Recall.id)).all()
    finished = _finished(session, [recall.id for recall in recent])
    for recall in recent:
        if str(recall.id) in finished:
            continue
        done = advance(session, recall.id, limit, home, now)
        if done:
            return done
        audit.add(session, audit.SYSTEM, "recall.finished", "recall", str(recall.id), people=_people(session, recall))
    return 0


def room(session: Session, now: datetime) -> int:
    """How many more corrections may be queued. Those that wait for another try, or that no sender takes, hold nobody up."""
    waiting = select(func.count()).where(
        Outbox.recall_id.is_not(None),
        Outbox.state.in_(["queued", "sending"]),
        Outbox.created_at >= now - STUCK_AFTER,
        or_(Outbox.next_try.is_(None), Outbox.next_try <= now),
    )
    return MOST_WAITING - (session.scalar(waiting) or 0)


def _finished(session: Session, recall_ids: list[int]) -> set[str]:
    mine = AuditEvent.object_id.in_([str(recall_id) for recall_id in recall_ids])
    return set(
        session.scalars(
            select(AuditEvent.object_id).where(AuditEvent.kind == "recall", mine, AuditEvent.action == "recall.finished")
        )
    )


def _people(session: Session, recall: Recall) -> int:
    found = progress(session, [recall]).get(recall.id)
    return found.people if found else 0


def is_unfinished(session: Session, recall: Recall, answer: Answer, now: datetime | None = None) -> bool:
    if (now or utcnow()) - recall.at > RESUME_WITHIN:
        return False
    return session.scalars(left(session, recall, answer, recall.at + RESUME_WITHIN).limit(1)).first() is not None


def _lock(session: Session, answer_id: int) -> None:
    """One at a time for each answer. Weak enough to let the outbox go on naming this answer."""
    session.execute(select(Answer.id).where(Answer.id == answer_id).with_for_update(key_share=True))


def _queue(session: Session, recall: Recall, contact: Contact, wording: Wording, published: Mapping[str, Answer]) -> None:
    plain = contacts.speaks_plainly(contact)
    said = wording.said(contact.locale, contact.country)
    new = next((row.id for row in published.values() if row.sms.strip() in said), None)
    for position, part in enumerate(wording.parts(plain, contact.locale, contact.country)):
        row = outbox.add(
            session,
            contact,
            Outgoing(contact.channel, contact.address, part.text),
            inbox_id=None,
            position=position,
            segments=part.segments,
            answer_id=new,  # so that a correction of the correction finds these people
        )
        row.recall_id = recall.id
        # Unique in the table: the database itself refuses a second one.
        row.reference = crypto.keyring().lookup("recall", str(recall.id), str(contact.id), str(position))[:32]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recall has come: people it was queued for, and its parts by what became of them."""

    people: int
    parts: Mapping[str, int]


def progress(session: Session, recalls: Iterable[Recall]) -> dict[int, Progress]:
    """By recall id, in one query over the days in which their parts were queued."""
    mine = [and_(Outbox.recall_id == r.id, Outbox.created_at.between(r.at, r.at + RESUME_WITHIN)) for r in recalls]
    if not mine:
        return {}
    first = case((and_(Outbox.position == 0, Outbox.retry_of.is_(None)), 1), else_=0)
    query = select(Outbox.recall_id, Outbox.state, func.count(), func.sum(first)).where(or_(*mine))
    people: Counter[int] = Counter()
    parts: dict[int, Counter[str]] = {}
    for recall_id, state, number, firsts in session.execute(query.group_by(Outbox.recall_id, Outbox.state)):
        people[recall_id] += firsts
        parts.setdefault(recall_id, Counter())[state] += number
    return {recall_id: Progress(people[recall_id], counts) for recall_id, counts in parts.items()}
