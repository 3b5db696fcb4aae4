"""Who has an office's form open now. A page says every few seconds that it is still there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.contacts import insert_ignoring_duplicates
from bot.tables import Presence, Staff

EVERY = 15  # seconds between two signs
_GONE_AFTER = timedelta(seconds=40)  # two signs may be lost


def here(session: Session, office_id: str, staff_id: int, now: datetime) -> None:
    """Note that this member of staff has the form open."""
    place = _place(office_id)
    insert_ignoring_duplicates(session, Presence, {"place": place, "staff_id": staff_id, "at": now}, ["place", "staff_id"])
    session.execute(update(Presence).where(Presence.place == place, Presence.staff_id == staff_id).values(at=now))


def others(session: Session, office_id: str, staff_id: int, now: datetime) -> list[str]:
    """Names of the others who have it open."""
    query = select(Staff.name).join(Presence, Presence.staff_id == Staff.id)
    mine = Presence.staff_id != staff_id
    return list(
        session.scalars(
            query.where(Presence.place == _place(office_id), mine, Presence.at > now - _GONE_AFTER).order_by(Staff.name)
        )
    )


def _place(office_id: str) -> str:
    return f"office:{office_id}"
