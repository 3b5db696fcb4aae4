"""Who has a text open now, so that the second editor is told. A page says every few seconds that it is still there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.contacts import insert_ignoring_duplicates
from bot.db import utcnow
from bot.editing.keys import Key, newest, place
from bot.tables import Presence, Staff

EVERY = 15  # seconds between two signs of a page
GONE_AFTER = timedelta(seconds=40)  # two signs may be lost


@dataclass(frozen=True, slots=True)
class Newer:
    """A version that somebody saved after the one that an editor began from."""

    version: int
    author: str
    at: datetime


def here(session: Session, key: Key, staff_id: int, now: datetime | None = None) -> list[str]:
    """Note that this member of staff has the text open; returns the names of others who have."""
    now, where = now or utcnow(), place(key)
    insert_ignoring_duplicates(session, Presence, {"place": where, "staff_id": staff_id, "at": now}, ["place", "staff_id"])
    session.execute(update(Presence).where(Presence.place == where, Presence.staff_id == staff_id).values(at=now))
    session.execute(delete(Presence).where(Presence.at < now - timedelta(hours=1)))
    return others(session, key, staff_id, now)


def others(session: Session, key: Key, staff_id: int, now: datetime | None = None) -> list[str]:
    """The names of those who have the text open now, apart from this one."""
    query = (
        select(Staff.name)
        .join(Presence, Presence.staff_id == Staff.id)
        .where(Presence.place == place(key), Presence.staff_id != staff_id, Presence.at > (now or utcnow()) - GONE_AFTER)
    )
    return list(session.scalars(query.order_by(Staff.name)))


def leave(session: Session, key: Key, staff_id: int) -> None:
    session.execute(delete(Presence).where(Presence.place == place(key), Presence.staff_id == staff_id))


def newer(session: Session, key: Key, base_version: int) -> Newer | None:
    """What was saved since `base_version`; None where that is still the last version."""
    last = newest(session, key)
    if last is None or last.version <= base_version:
        return None
    return Newer(last.version, last.author or "", last.created_at)
