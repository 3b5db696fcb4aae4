"""What the assistant can say: topics with their answers and example questions, offices, emergency numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Float, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db import Base, Encrypted, UtcTime, utcnow


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
    translated_from: Mapped[int | None] = mapped_column(Integer)  # version of the English text that it says
    comment: Mapped[str] = mapped_column(String(400), default="")  # why it was changed
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
    author: Mapped[str | None] = mapped_column(String(120))  # none: came with the content folder
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
    holidays: Mapped[list[str]] = mapped_column(JSON, default=list)  # ISO dates on which it is closed
    closed_until: Mapped[date | None] = mapped_column(Date)  # with the status "temporarily closed"; none: until further notice
    email: Mapped[str] = mapped_column(String(200), default="")
    merged_into: Mapped[str | None] = mapped_column(String(80))  # the office that this duplicate became
    author: Mapped[str | None] = mapped_column(String(120))  # who changed it last in the console
    version: Mapped[int] = mapped_column(default=1)


class EmergencyNumber(Base):
    """A number to call in danger. Only numbers on which independent sources agree are loaded."""

    __tablename__ = "emergency_number"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    service: Mapped[str] = mapped_column(String(16), primary_key=True)  # any ambulance police fire sea
    number: Mapped[str] = mapped_column(String(40))
    checked_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text, default="")


class Unanswered(Base):
    """What somebody asked and did not get, for editors."""

    __tablename__ = "unanswered"
    __table_args__ = (
        # Holds all that the list counts by: it is then read without the rows and their texts.
        Index("unanswered_list", "group_id", "settled_at", "locale", "reason", "country", "topic_id", "contact_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    locale: Mapped[str] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Encrypted)
    reason: Mapped[str] = mapped_column(String(16))  # nothing_near unsure not_helpful
    topic_id: Mapped[str | None] = mapped_column(String(64))  # the nearest
    confidence: Mapped[float] = mapped_column(Float, default=0.0)
    # "encoder name, space, base64 of its float32[384]", of a group's first row alone: a meaning can be read back, too.
    vector: Mapped[str | None] = mapped_column(Encrypted)
    group_id: Mapped[int | None] = mapped_column(Integer, index=True)  # the first row that means the same
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)  # an editor has dealt with it
    settled_by: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class Revision(Base):
    """A number that rises with each change of the content, so that each process knows when to read it anew."""

    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Presence(Base):
    """Somebody has this text open: the next editor is told."""

    __tablename__ = "presence"

    place: Mapped[str] = mapped_column(String(120), primary_key=True)  # such as "answer:asylum_apply:fr:"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class Recall(Base):
    """A correction sent to those who had received a wrong answer."""

    __tablename__ = "recall"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), index=True)
    days: Mapped[int] = mapped_column(Integer)
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # locale → correction
    people: Mapped[int] = mapped_column(default=0)
    segments: Mapped[int] = mapped_column(default=0)
    author: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
