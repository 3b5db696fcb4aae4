"""Small things that run out, and work that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from bot import contacts, grouping, outbox, recalls, statistics
from bot.db import Database, utcnow
from bot.settings import Settings
from bot.staff import LONGEST_SESSION
from bot.tables import Invitation, Notification, Presence, StaffSession, StatusCallback

CHOICES_KEPT = timedelta(days=30)
CALLBACKS_KEPT = timedelta(days=7)  # a provider's word on a part that is not ours, or that never was settled
PRESENCE_KEPT = timedelta(hours=1)
INVITATIONS_KEPT = timedelta(days=1)
NOTIFICATIONS_KEPT = timedelta(days=90)
GROUPED_AT_ONCE = 40  # questions: about a second, in which nothing else is done
# Any fixed numbers: PostgreSQL names its advisory locks so.
ERASURES, FIGURES = 0x5741_0001, 0x5741_0002


@contextmanager
def alone(database: Database, key: int) -> Iterator[Session | None]:
    """A transaction to write in, or None while another keeper does the same. SQLite has one writer anyway."""
    with database.write() as session:
        free = database.is_sqlite or session.scalar(select(func.pg_try_advisory_xact_lock(key)))
        yield session if free else None


def finish_erasures(database: Database, settings: Settings) -> Iterator[None]:
    """Whoever asked to be forgotten is, once the confirmation has left."""
    done = 1
    while done:
        with alone(database, ERASURES) as session:
            done = contacts.forget_erased(session) if session is not None else 0
        yield


def send_corrections(database: Database, settings: Settings) -> Iterator[None]:
    """Go on with corrections: few at a time, so that nobody who asks for help now waits behind thousands."""
    done = 1
    while done:
        with database.write() as session:
            done = recalls.resume(session, home=settings.country or None)
        yield


def group_unanswered(database: Database, settings: Settings) -> Iterator[None]:
    """Put new questions that got no answer beside those that mean the same."""
    while True:
        with database.read() as session:
            prepared = grouping.prepare(session, GROUPED_AT_ONCE)
        if not prepared:
            return
        with database.write() as session:
            grouping.assign(session, prepared)
        yield


def settle_figures(database: Database, settings: Settings) -> Iterator[None]:
    """Keep the figures of finished days."""
    done = 1
    while done:
        with alone(database, FIGURES) as session:
            done = statistics.settle_days(session, utcnow().date()) if session is not None else 0
        yield


def clear(database: Database, settings: Settings) -> Iterator[None]:
    """Take away what has run out. One statement a transaction."""
    now = utcnow()
    idle = now - timedelta(minutes=settings.session_idle_minutes)
    leftovers: tuple[Any, ...] = (
        delete(StatusCallback).where(StatusCallback.received_at < now - CALLBACKS_KEPT),
        delete(StaffSession).where(or_(StaffSession.seen_at < idle, StaffSession.created_at < now - LONGEST_SESSION)),
        delete(Invitation).where(or_(Invitation.expires_at < now, Invitation.used_at < now - INVITATIONS_KEPT)),
        delete(Presence).where(Presence.at < now - PRESENCE_KEPT),
        delete(Notification).where(Notification.state != "queued", Notification.created_at < now - NOTIFICATIONS_KEPT),
    )
    for statement in leftovers:
        with database.write() as session:
            session.execute(statement.execution_options(synchronize_session=False))
        yield
    with database.write() as session:
        outbox.drop_old_choices(session, now - CHOICES_KEPT)
