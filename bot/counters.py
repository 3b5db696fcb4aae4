"""Daily counts that hold nothing personal."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.contacts import insert_ignoring_duplicates
from bot.tables import Counter


def count(session: Session, name: str, day: date) -> None:
    insert_ignoring_duplicates(session, Counter, {"name": name[:80], "day": day, "value": 0}, ["name", "day"])
    mine = (Counter.name == name[:80]) & (Counter.day == day)
    session.execute(update(Counter).where(mine).values(value=Counter.value + 1))
