"""What the processes keep of themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, UtcTime, utcnow


class Counter(Base):
    """Counts of a day that hold nothing personal, such as updates of a type we do not know."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Option(Base):
    """A setting that an admin changes while the product runs."""

    __tablename__ = "option"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class Notification(Base):
    """Word to staff that something waits. Holds nothing personal: a case number at most.

    One row for each event, way and target: unique, so that nobody is told twice.
    """

    __tablename__ = "notification"
    __table_args__ = (UniqueConstraint("event", "way", "target"), Index("notification_queue", "state", "next_try"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(80))  # such as "case.opened:W-7K3P-9Q"
    way: Mapped[str] = mapped_column(String(16))  # email webhook
    target: Mapped[str] = mapped_column(String(200))  # staff's e-mail address, or the webhook's address
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(16), default="queued")  # queued sent failed
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(120))
    next_try: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
