"""Cases for caseworkers, what was done about them, and what was handed to partners."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db import Base, Encrypted, UtcTime, utcnow


class Referral(Base):
    """A case for a caseworker: `open` → `taken` → `closed` with an outcome."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("referral_contact", "contact_id", "id"),
        Index("referral_state", "state", "id"),
        Index("referral_assignee", "assignee_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="open")
    outcome: Mapped[str | None] = mapped_column(String(40))  # helped referred unreachable withdrawn not_eligible
    outcome_detail: Mapped[str | None] = mapped_column(Encrypted)  # to whom it was referred
    origin: Mapped[str] = mapped_column(String(16), default="asked")  # asked crisis failure
    urgency: Mapped[str] = mapped_column(String(16), default="normal")  # now soon normal
    need: Mapped[str] = mapped_column(Encrypted)
    need_kind: Mapped[str] = mapped_column(String(32), default="general")  # an office's need: legal health shelter …
    place: Mapped[str | None] = mapped_column(Encrypted)
    safe_contact: Mapped[str | None] = mapped_column(Encrypted)
    topic_id: Mapped[str | None] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    office_id: Mapped[str | None] = mapped_column(String(80))  # whose team serves it
    channel: Mapped[str] = mapped_column(String(16))
    consent_at: Mapped[datetime | None] = mapped_column(UtcTime)  # what was said before is not the caseworker's to read
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    escalated_at: Mapped[datetime | None] = mapped_column(UtcTime)
    flagged_at: Mapped[datetime | None] = mapped_column(UtcTime)  # danger in a message that no caseworker has seen yet
    waiting_since: Mapped[datetime | None] = mapped_column(UtcTime)  # the person's oldest message without an answer
    promised_by: Mapped[datetime | None] = mapped_column(UtcTime)  # what the person was told
    slipped_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when the person was told that it takes longer
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    taken_at: Mapped[datetime | None] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)  # by the contact: newer than Reading.at is unread
    version: Mapped[int] = mapped_column(default=1)  # rises with each change by staff: a stale form changes nothing
    events: Mapped[list[ReferralEvent]] = relationship(
        back_populates="referral", cascade="all, delete-orphan", order_by="ReferralEvent.id"
    )
    notes: Mapped[list[Note]] = relationship(cascade="all, delete-orphan", order_by="Note.id")


class ReferralEvent(Base):
    """The history of a referral: only ever added to."""

    __tablename__ = "referral_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    # opened consented changed message danger taken handed_over returned escalated replied closed reopened slipped erased
    # partner_asked partner_agreed partner_refused partner_sent partner_seen partner_accepted partner_declined exported
    kind: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str | None] = mapped_column(Encrypted)
    actor: Mapped[str] = mapped_column(String(120), default="contact")
    at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    referral: Mapped[Referral] = relationship(back_populates="events")


class Note(Base):
    """A caseworker's note on a case. The contact never sees it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Encrypted)
    at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class Reading(Base):
    """When a member of staff last looked at a case: what changed later is unread for them."""

    __tablename__ = "reading"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)


class PartnerReferral(Base):
    """A case handed to an office with consent to exactly these fields.

    `asking` (the person is asked by message) → `agreed` | `refused`; `agreed` → `sent` → `seen` → `accepted` | `declined`.
    `withdrawn` at any time.
    """

    __tablename__ = "partner_referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    office_id: Mapped[str] = mapped_column(String(80))
    office_name: Mapped[str] = mapped_column(String(200))
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)  # need place safe_contact language address note
    note: Mapped[str | None] = mapped_column(Encrypted)  # what the caseworker adds for the office
    content: Mapped[str | None] = mapped_column(Encrypted)  # JSON of what was shared, fixed when it is sent
    state: Mapped[str] = mapped_column(String(16), default="asking")
    consent_way: Mapped[str] = mapped_column(String(16), default="message")  # message phone in_person
    consent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the link that the office opens
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answer: Mapped[str | None] = mapped_column(Encrypted)  # what the office wrote when it accepted or declined
    author: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)


class SavedReply(Base):
    """A text a caseworker inserts with one key. `staff_id` none: shared by all."""

    __tablename__ = "saved_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    locale: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
