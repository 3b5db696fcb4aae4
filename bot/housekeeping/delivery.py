"""Sends what bot/notifications.py has kept: claimed in one transaction, sent outside of any, settled in another.

A process that dies between sending and settling leaves the row to be sent again when its lease has run out: then, and
where a connection broke before the server's answer, a mail may arrive twice, with the same Message-ID (a webhook: with the
same id). Otherwise each is sent once.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from bot import i18n, notifications
from bot.db import Database, utcnow
from bot.housekeeping import mail, webhook
from bot.housekeeping.mail import Undelivered
from bot.notifications import AT_ONCE, EMAIL, Word
from bot.settings import Settings
from bot.tables import Notification, Staff

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)  # longer than the slowest delivery
IN_ONE_MAIL = 50
GIVE_UP_AFTER = timedelta(hours=24)  # what waits that long is seen in the console first


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes to one target at once: the rows, with the try each of them is at."""

    way: str
    target: str
    locale: str
    words: tuple[Word, ...]
    tries: tuple[tuple[int, int], ...]  # row id, attempts


def send_waiting(database: Database, settings: Settings) -> Iterator[None]:
    while True:
        with database.write() as session:
            batch = claim(session, settings)
        if batch is None:
            return
        if batch.words:
            _deliver(database, settings, batch)
        yield


def claim(session: Session, settings: Settings, now: datetime | None = None) -> Batch | None:
    """Lease what is due for one target, the most urgent first; None when nothing is.

    What has become old news meanwhile is settled without being sent: the batch may be left without words.
    """
    now = now or utcnow()
    at_once = or_(*(Notification.event.startswith(f"{event.value}:", autoescape=True) for event in AT_ONCE))
    due = (Notification.state == "queued") & (Notification.next_try <= now)
    query = select(Notification).where(due).order_by(case((at_once, 0), else_=1), Notification.id).limit(1)
    first = session.scalars(query.with_for_update(skip_locked=True)).first()
    if first is None:
        return None
    rows = [first]
    if first.way == EMAIL:
        same = due & (Notification.way == EMAIL) & (Notification.target == first.target) & (Notification.id != first.id)
        others = select(Notification).where(same).order_by(Notification.id).limit(IN_ONE_MAIL - 1)
        rows += session.scalars(others.with_for_update(skip_locked=True))
    wanted = [row for row in rows if not _set_aside(session, row, settings)]
    for row in wanted:
        row.attempts += 1
        row.next_try = now + LEASE
    staff = session.scalars(select(Staff).where(Staff.email == first.target)).one_or_none()
    return Batch(
        way=first.way,
        target=first.target,
        locale=(staff.locale if staff else None) or i18n.DEFAULT,
        words=tuple(notifications.word_of(row) for row in wanted),
        tries=tuple((row.id, row.attempts) for row in wanted),
    )


def _set_aside(session: Session, row: Notification, settings: Settings) -> bool:
    """Settle what must not or need not be sent any more."""
    if row.way == EMAIL:
        reachable = bool(settings.smtp_host)
    else:
        # Only the address of the settings is ever called, whatever a row says.
        reachable = bool(settings.notify_webhook) and row.target == settings.notify_webhook[:200]
    reason = "not configured" if not reachable else "settled meanwhile" if notifications.is_settled(session, row) else ""
    if reason:
        row.state, row.error, row.next_try = "skipped", reason, None
    return bool(reason)


def _deliver(database: Database, settings: Settings, batch: Batch) -> None:
    failure: Undelivered | None = None
    try:
        if batch.way == EMAIL:
            subject = notifications.subject(batch.words, batch.locale)
            text = notifications.text(batch.words, batch.locale, settings)
            reference = mail.reference_of(row_id for row_id, _ in batch.tries)
            mail.send(settings, mail.compose(settings, batch.target, subject, text, reference))
        else:
            webhook.post(settings, notifications.payload(batch.words[0], settings))
    except Undelivered as error:
        failure = error
        # Never the target: it is somebody's address.
        log.log(logging.ERROR if error.ours else logging.WARNING, "%s not delivered: %s", batch.way, error)
    with database.write() as session:
        settle(session, batch.tries, failure)


def settle(session: Session, tries: Sequence[tuple[int, int]], failure: Undelivered | None, now: datetime | None = None) -> None:
    """Write down how it ended, for the rows that nobody has claimed anew meanwhile."""
    now = now or utcnow()
    query = select(Notification).where(Notification.id.in_([row_id for row_id, _ in tries])).order_by(Notification.id)
    attempts = dict(tries)
    for row in session.scalars(query.with_for_update()):
        if row.state != "queued" or row.attempts != attempts[row.id]:
            continue
        if failure is None:
            row.state, row.error, row.next_try, row.sent_at = "sent", None, None, now
        elif failure.permanent or now - row.created_at > GIVE_UP_AFTER:
            row.state, row.error, row.next_try = "failed", str(failure)[:120], None
        else:
            row.error = str(failure)[:120]
            row.next_try = now + timedelta(seconds=failure.retry_after or backoff(row.attempts))


def backoff(attempts: int) -> float:
    """Seconds: half a minute at first, doubling to an hour at most, with jitter."""
    return float(min(3600.0, 30.0 * 2.0 ** min(10, attempts - 1)) * (0.75 + random.random() / 2))  # noqa: S311  # not a secret
