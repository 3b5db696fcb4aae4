"""What is too old is emptied: the words go, that there was a message or a case stays as a count.

Rows are found in a transaction that only reads, and emptied a few hundred at a time in short ones that look again whether
they still may be: a case that is opened meanwhile keeps its messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import audit, keeping, options, referrals
from bot.db import Database, utcnow
from bot.erasing import EMPTY, ERASED
from bot.settings import Settings
from bot.tables import Contact, Inbox, Note, Outbox, PartnerReferral, Referral, ReferralEvent, TrackerRow, Unanswered

Done = tuple[int | None, int]  # the last id looked at, None at the end; how many rows were emptied
Step = Callable[[Database, datetime, int], Done]

BATCH = 300
BY_AGE = "retention"


def empty_what_is_old(database: Database, settings: Settings) -> Iterator[None]:
    """One round over everything; yields after each transaction."""
    now = utcnow()
    with database.read() as session:
        messages_before = now - timedelta(days=options.get(session, "retention_days"))
        cases_before = now - timedelta(days=options.get(session, "case_retention_days"))
    # Cases first: what a case no longer holds its messages need not stay for.
    rounds: tuple[tuple[str, Step, datetime], ...] = (
        ("cases", _cases, cases_before),
        ("inbox", partial(_messages, Inbox), messages_before),
        ("outbox", partial(_messages, Outbox), messages_before),
        ("unanswered", _unanswered, messages_before),
        ("conversations", _trackers, messages_before),
    )
    counts: dict[str, Any] = {}
    for name, step, before in rounds:
        after: int | None = 0
        while after is not None:
            after, done = step(database, before, after)
            counts[name] = counts.get(name, 0) + done
            yield
    if any(counts.values()):
        with database.write() as session:
            audit.add(session, audit.SYSTEM, "retention.emptied", "retention", **counts)


def _messages(table: type[Inbox] | type[Outbox], database: Database, before: datetime, after: int) -> Done:
    """Empty a batch of messages whose id is above `after`."""
    due = keeping.messages_due(table, before)
    with database.read() as session:
        ids = session.scalars(select(table.id).where(table.id > after, due).order_by(table.id).limit(BATCH)).all()
    if not ids:
        return None, 0
    with database.write() as session:
        changes = update(table).where(table.id.in_(ids), due).values(body=EMPTY, lease=keeping.EMPTIED)
        done: Any = session.execute(changes.execution_options(synchronize_session=False))
        return ids[-1], done.rowcount


def _unanswered(database: Database, before: datetime, after: int) -> Done:
    """Questions are for editors, so no case keeps them. Their row stays, settled, for the figures."""
    old = select(Unanswered).where(Unanswered.id > after, Unanswered.created_at < before)
    with database.read() as session:
        rows = session.execute(
            old.with_only_columns(Unanswered.id, Unanswered.text, Unanswered.vector).order_by(Unanswered.id).limit(BATCH)
        ).all()
    if not rows:
        return None, 0
    ids = [row.id for row in rows if row.text or row.vector]
    if ids:
        with database.write() as session:
            mine = update(Unanswered).where(Unanswered.id.in_(ids)).execution_options(synchronize_session=False)
            session.execute(mine.values(text="", vector=None, contact_id=None))
            session.execute(mine.where(Unanswered.settled_at.is_(None)).values(settled_at=utcnow(), settled_by=BY_AGE))
    return rows[-1].id, len(ids)


def _trackers(database: Database, before: datetime, after: int) -> Done:
    """Rasa's memory of a conversation holds what was written in a form that was left open."""
    with database.read() as session:
        ids = session.scalars(select(TrackerRow.conversation_id).where(TrackerRow.updated_at < before).limit(BATCH)).all()
    if not ids:
        return None, 0
    with database.write() as session:
        old = (TrackerRow.conversation_id.in_(ids), TrackerRow.updated_at < before)
        locked = session.scalars(select(TrackerRow.conversation_id).where(*old).with_for_update()).all()
        session.execute(update(Contact).where(Contact.conversation_id.in_(locked)).values(form=None))
        session.execute(delete(TrackerRow).where(TrackerRow.conversation_id.in_(locked)))
    return 0, len(locked)


def _cases(database: Database, before: datetime, after: int) -> Done:
    due = keeping.cases_due(before)
    with database.read() as session:
        ids = session.scalars(select(Referral.id).where(Referral.id > after, due).order_by(Referral.id).limit(BATCH // 10)).all()
    if not ids:
        return None, 0
    with database.write() as session:
        query = select(Referral).where(Referral.id.in_(ids), due).with_for_update(of=Referral, skip_locked=True)
        cases = session.scalars(query).all()
        for referral in cases:
            empty_case(session, referral)
        if cases:
            referrals.touch(session)
    return ids[-1], len(cases)


def empty_case(session: Session, referral: Referral) -> None:
    """Remove what a case says about a person, and whose it was. Its dates, language, country, need's kind and outcome stay."""
    referral.need, referral.place, referral.safe_contact, referral.outcome_detail = ERASED, None, None, None
    referral.contact_id = referral.inbox_id = None
    mine: Any = {"synchronize_session": False}
    session.execute(delete(Note).where(Note.referral_id == referral.id), execution_options=mine)
    session.execute(
        update(ReferralEvent).where(ReferralEvent.referral_id == referral.id).values(detail=None), execution_options=mine
    )
    # A link that an office never opened opens nothing any more.
    gone: dict[str, Any] = {"content": None, "note": None, "answer": None, "token_hash": None}
    session.execute(
        update(PartnerReferral).where(PartnerReferral.referral_id == referral.id).values(**gone), execution_options=mine
    )
    session.execute(update(Outbox).where(Outbox.referral_id == referral.id).values(referral_id=None), execution_options=mine)
    session.add(ReferralEvent(referral_id=referral.id, kind="erased", actor=audit.SYSTEM, at=utcnow()))
    audit.add(session, audit.SYSTEM, "case.emptied", "case", str(referral.id))
