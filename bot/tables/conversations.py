"""What is said: contacts, their messages, the choices offered, what Rasa remembers of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, Encrypted, UtcTime, utcnow


class Contact(Base):
    """One person at one address of one channel, and their one conversation."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("channel", "address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(Encrypted)
    address_hash: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str] = mapped_column(String(32), unique=True)  # Rasa's sender_id; random
    locale: Mapped[str | None] = mapped_column(String(16))
    locale_confidence: Mapped[float] = mapped_column(Float, default=0.0)
    locale_chosen: Mapped[bool] = mapped_column(default=False)  # said by the person, so never guessed again
    country: Mapped[str | None] = mapped_column(String(2))
    opted_out_at: Mapped[datetime | None] = mapped_column(UtcTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UtcTime)  # the provider says this address never accepts
    choice_set: Mapped[int | None] = mapped_column(Integer)  # the numbered choice a digit answers now
    form: Mapped[str | None] = mapped_column(String(32))  # the open form: "cancel" then leaves it instead of opting out
    group_told_at: Mapped[datetime | None] = mapped_column(UtcTime)
    greeted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    erase_at: Mapped[datetime | None] = mapped_column(UtcTime)  # asked for deletion; row goes when the last word is sent
    last_seen: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class Inbox(Base):
    """One inbound message. `waiting` → `leased` → `handled`, or `failed` after the last try."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index("inbox_open", "contact_id", "id", postgresql_where=text("state IN ('waiting', 'leased')")),
        Index("inbox_queue", "state", "id"),
        Index("inbox_contact", "contact_id", "id"),
        Index("inbox_received", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(16))
    provider_id: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(16))
    body: Mapped[str] = mapped_column(Encrypted)  # JSON of the Incoming's fields
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))  # fences off a worker that came back too late
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    next_try: Mapped[datetime | None] = mapped_column(UtcTime)
    error: Mapped[str | None] = mapped_column(String(120))
    outcome: Mapped[str | None] = mapped_column(String(40))  # what the turn did: act, triage decision, topic outcome
    received_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    handled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Outbox(Base):
    """One part to send, one row. Unique per inbound message and position: a turn cannot answer twice."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("inbox_id", "position"),
        Index("outbox_open", "contact_id", "id", postgresql_where=text("state IN ('queued', 'sending', 'unknown')")),
        Index("outbox_queue", "state", "id"),
        Index("outbox_provider", "channel", "provider_id"),
        Index("outbox_contact", "contact_id", "id"),
        Index("outbox_created", "created_at"),
        Index("outbox_answer", "answer_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    body: Mapped[str] = mapped_column(Encrypted)  # JSON of the Outgoing's fields less the address
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="SET NULL"))
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id", ondelete="SET NULL"))  # said about this case
    author: Mapped[str | None] = mapped_column(String(120))  # the caseworker who wrote it; none: the assistant
    recall_id: Mapped[int | None] = mapped_column(ForeignKey("recall.id", ondelete="SET NULL"))
    retry_of: Mapped[int | None] = mapped_column(Integer)  # the failed part that this one sends again
    segments: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    provider_id: Mapped[str | None] = mapped_column(String(128))
    error: Mapped[str | None] = mapped_column(String(120))
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    next_try: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class StatusCallback(Base):
    """A provider's word on a part that we do not know yet: callbacks may overtake the answer to our own call."""

    __tablename__ = "status_callback"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    provider_id: Mapped[str] = mapped_column(String(128), index=True)
    state: Mapped[str] = mapped_column(String(16))
    error: Mapped[str] = mapped_column(String(120), default="")
    received_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class ChoiceRow(Base):
    """One offered choice. A tap names its token; a digit its position in the contact's current set."""

    __tablename__ = "choice"
    __table_args__ = (Index("choice_set", "contact_id", "set_id"),)

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    set_id: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Encrypted)
    payload: Mapped[str] = mapped_column(Encrypted)
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class TrackerRow(Base):
    """Rasa's memory of one conversation: compressed, encrypted, bounded. The table `events` is Rasa's own; this is ours."""

    __tablename__ = "tracker"

    conversation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow, onupdate=utcnow)
