"""All tables. ("Models" means trained Rasa models here.) Personal text is `Encrypted`; addresses are found by keyed hash."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    body: Mapped[str] = mapped_column(Encrypted)  # JSON of the Outgoing's fields less the address
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="SET NULL"))
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


class Topic(Base):
    """One thing the assistant can answer. Its id is the key everywhere."""

    __tablename__ = "topic"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    category: Mapped[str] = mapped_column(String(32))
    need: Mapped[str] = mapped_column(String(32), default="general")
    sensitive: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    titles: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    answers: Mapped[list[Answer]] = relationship(back_populates="topic", cascade="all, delete-orphan")
    questions: Mapped[list[Question]] = relationship(back_populates="topic", cascade="all, delete-orphan")


class Answer(Base):
    """One version of an answer: topic × locale × country (none: everywhere)."""

    __tablename__ = "answer"
    __table_args__ = (Index("answer_find", "topic_id", "status", "locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(16), default="draft")  # draft review published replaced
    review: Mapped[str] = mapped_column(String(16), default="drafted")  # drafted: no native speaker or lawyer read it
    sms: Mapped[str] = mapped_column(Text)
    chat: Mapped[str] = mapped_column(Text)
    sources: Mapped[list[str]] = mapped_column(JSON, default=list)
    facts: Mapped[list[str]] = mapped_column(JSON, default=list)
    checked_on: Mapped[date | None] = mapped_column(Date)
    review_due: Mapped[date | None] = mapped_column(Date)
    translated_from: Mapped[int | None] = mapped_column(Integer)
    author: Mapped[str | None] = mapped_column(String(120))
    approver: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)
    topic: Mapped[Topic] = relationship(back_populates="answers")


class Question(Base):
    """An example question, title or passage by whose meaning the topic is found. `embedding`: float32, little-endian."""

    __tablename__ = "question"
    __table_args__ = (Index("question_topic", "topic_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16), default="example")  # example title passage
    text: Mapped[str] = mapped_column(Text)
    embedding: Mapped[bytes] = mapped_column(LargeBinary)
    encoder: Mapped[str] = mapped_column(String(64))
    topic: Mapped[Topic] = relationship(back_populates="questions")


class Office(Base):
    """A place or line that helps: Open Referral HSDS service_at_location, flattened, with our profile's fields."""

    __tablename__ = "office"
    __table_args__ = (Index("office_country", "country", "status"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    organization: Mapped[str] = mapped_column(String(200))
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    kind: Mapped[str] = mapped_column(String(32))
    needs: Mapped[list[str]] = mapped_column(JSON, default=list)
    country: Mapped[str | None] = mapped_column(String(2))  # none: every country
    cities: Mapped[list[str]] = mapped_column(JSON, default=list)
    addresses: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    precision: Mapped[str] = mapped_column(String(16), default="country")  # exact city country
    phones: Mapped[list[str]] = mapped_column(JSON, default=list)
    hours: Mapped[str] = mapped_column(Text, default="")
    schedule: Mapped[str] = mapped_column(String(200), default="")  # such as "Mo-Fr 08:00-16:30; Sa closed"
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    url: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    alert: Mapped[str] = mapped_column(Text, default="")
    safety: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(24), default="active")  # HSDS: active inactive defunct, temporarily closed
    confidence: Mapped[str] = mapped_column(String(16), default="low")
    source_url: Mapped[str] = mapped_column(Text, default="")
    source_date: Mapped[str] = mapped_column(String(40), default="")
    checked_on: Mapped[date | None] = mapped_column(Date)  # HSDS: assured_date
    review_due: Mapped[date | None] = mapped_column(Date)
    verified: Mapped[bool] = mapped_column(default=False)  # a person has confirmed it


class EmergencyNumber(Base):
    """A number to call in danger. Only numbers on which independent sources agree are loaded."""

    __tablename__ = "emergency_number"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    service: Mapped[str] = mapped_column(String(16), primary_key=True)  # any ambulance police fire sea
    number: Mapped[str] = mapped_column(String(40))
    checked_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text, default="")


class Referral(Base):
    """A case for a caseworker: `open` → `taken` → `closed` with an outcome."""

    __tablename__ = "referral"
    __table_args__ = (Index("referral_contact", "contact_id", "id"), Index("referral_state", "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="open")
    outcome: Mapped[str | None] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(16), default="asked")  # asked crisis failure
    urgency: Mapped[str] = mapped_column(String(16), default="normal")  # now soon normal
    need: Mapped[str] = mapped_column(Encrypted)
    place: Mapped[str | None] = mapped_column(Encrypted)
    safe_contact: Mapped[str | None] = mapped_column(Encrypted)
    topic_id: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(16))
    consent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    assignee: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    taken_at: Mapped[datetime | None] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    events: Mapped[list[ReferralEvent]] = relationship(
        back_populates="referral", cascade="all, delete-orphan", order_by="ReferralEvent.id"
    )


class ReferralEvent(Base):
    """The history of a referral: only ever added to."""

    __tablename__ = "referral_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(32))  # opened consented changed message taken closed erased
    detail: Mapped[str | None] = mapped_column(Encrypted)
    actor: Mapped[str] = mapped_column(String(120), default="contact")
    at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    referral: Mapped[Referral] = relationship(back_populates="events")


class Unanswered(Base):
    """What somebody asked and did not get, for editors."""

    __tablename__ = "unanswered"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    locale: Mapped[str] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Encrypted)
    reason: Mapped[str] = mapped_column(String(16))  # nothing_near unsure not_helpful
    topic_id: Mapped[str | None] = mapped_column(String(64))  # the nearest
    confidence: Mapped[float] = mapped_column(Float, default=0.0)
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class Counter(Base):
    """Counts of a day that hold nothing personal, such as updates of a type we do not know."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Revision(Base):
    """A number that rises with each change of the content, so that each process knows when to read it anew."""

    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
