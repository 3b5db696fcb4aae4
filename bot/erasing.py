"""Deleting what a person asks to delete: single messages and notes, a whole case, or everything about them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import audit, channels, contacts, outbox, referrals
from bot.db import utcnow
from bot.i18n import N_, translate
from bot.messages import Outgoing, Reply
from bot.tables import Contact, Inbox, Note, Outbox, PartnerReferral, Referral, ReferralEvent, TrackerRow, Unanswered

EMPTY, ERASED = "{}", "(erased)"
FACTS = ("need", "place", "safe_contact", "outcome_detail")
# The words of the deletion that a person starts by writing DELETE.
DONE = N_("Everything about you is deleted. If you write again we start anew.")


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was emptied. `on_their_way`: messages that are being sent or read just now, to be erased in a moment."""

    messages: int = 0
    notes: int = 0
    facts: int = 0
    on_their_way: int = 0


def erase_parts(
    session: Session,
    referral: Referral,
    by: str,
    *,
    messages: Collection[str] = (),
    notes: Collection[int] = (),
    facts: Collection[str] = (),
) -> Erased:
    """Empty single parts of a case. Messages are named `in-<id>` and `out-<id>`; who calls has checked that they are its own."""
    emptied, waiting = _messages(session, referral, messages)
    mine = (Note.referral_id == referral.id) & Note.id.in_(notes)
    gone = len(session.scalars(delete(Note).where(mine).returning(Note.id)).all())
    session.expire(referral, ["notes"])
    done = Erased(emptied, gone, _facts(referral, facts), waiting)
    withdraw_shares(session, referral, facts)
    if done.messages or done.notes or done.facts:
        _noted(session, referral, by, "case.parts_erased", messages=done.messages, notes=done.notes, facts=sorted(facts))
    return done


def erase_case(session: Session, referral: Referral, by: str, messages: Collection[str]) -> Erased:
    """Empty the whole case and close it. That there was one, when, of what kind and how it ended stays as a count."""
    emptied, waiting = _messages(session, referral, messages)
    mine = Note.referral_id == referral.id
    gone = len(session.scalars(delete(Note).where(mine).returning(Note.id)).all())
    session.execute(update(ReferralEvent).where(ReferralEvent.referral_id == referral.id).values(detail=None))
    session.expire(referral, ["notes", "events"])
    facts = _facts(referral, FACTS)
    withdraw_shares(session, referral)
    if referral.state != "closed":
        referral.state, referral.outcome, referral.closed_at = "closed", "withdrawn", utcnow()
        referral.flagged_at = referral.waiting_since = referral.escalated_at = None
        referral.version += 1
    _noted(session, referral, by, "case.erased", messages=emptied, notes=gone)
    return Erased(emptied, gone, facts, waiting)


def erase_contact(session: Session, contact: Contact, by: str, *, tell: bool) -> int:
    """Everything about the person, on every case; returns the number of cases. The address goes when the last word is sent."""
    now = utcnow()
    contacts.cancel_waiting(session, contact)
    cases = list(session.scalars(select(Referral.id).where(Referral.contact_id == contact.id)))
    referrals.erase(session, contact)
    contacts.erase(session, contact, now)
    asked = update(Unanswered).where(Unanswered.contact_id == contact.id)
    session.execute(asked.values(text="", vector=None, contact_id=None, settled_at=now, settled_by=by))
    for case_id in cases:
        audit.add(session, by, "contact.erased", "case", str(case_id))
    if tell and contact.opted_out_at is None and contact.blocked_at is None:
        _say(session, contact, translate(contact.locale or "en", DONE))
    session.flush()
    return len(cases)


def withdraw_shares(session: Session, referral: Referral, fields: Collection[str] | None = None) -> None:
    """No office can open anything of this case any more; with `fields`, nothing that shows one of these."""
    for share in session.scalars(select(PartnerReferral).where(PartnerReferral.referral_id == referral.id).with_for_update()):
        if fields is not None and not set(fields) & set(share.fields):
            continue
        share.content = share.note = share.answer = share.token_hash = None
        if share.state in ("asking", "agreed", "sent", "seen", "accepted"):
            share.state = "withdrawn"


def _facts(referral: Referral, names: Collection[str]) -> int:
    done = 0
    for name in FACTS:
        empty = ERASED if name == "need" else None
        if name in names and getattr(referral, name) != empty:
            setattr(referral, name, empty)
            done += 1
    return done


def _messages(session: Session, referral: Referral, names: Collection[str]) -> tuple[int, int]:
    received = _ids(names, "in-")
    sent = _ids(names, "out-")
    inbound = _locked(session, Inbox, referral, received)
    outbound = _locked(session, Outbox, referral, sent)
    ready_in = [row for row in inbound if row.state not in ("waiting", "leased")]
    # What still waits is not sent; what a sender holds would break in its hands.
    ready_out = [row for row in outbound if row.state not in ("sending", "unknown")]
    texts = {_text(row) for row in ready_in} - {""}
    _forget(session, referral, ready_in, texts)
    for row in ready_in:
        row.body = EMPTY
    for part in ready_out:
        part.body = EMPTY
        if part.state == "queued":
            part.state, part.settled_at = "cancelled", utcnow()
    done = len(ready_in) + len(ready_out)
    return done, len(inbound) + len(outbound) - done


def _ids(names: Collection[str], kind: str) -> list[int]:
    digits = [name.removeprefix(kind) for name in names if name.startswith(kind)]
    return [int(text) for text in digits if text.isascii() and text.isdigit()]


def _locked(session: Session, table: Any, referral: Referral, ids: list[int]) -> list[Any]:
    """Those of this person that still have a text."""
    mine = (table.contact_id == referral.contact_id) & table.id.in_(ids)
    if not ids or referral.contact_id is None:
        return []
    return [row for row in session.scalars(select(table).where(mine).with_for_update()) if row.body != EMPTY]


def _text(row: Inbox) -> str:
    return str(json.loads(row.body).get("text") or "").strip()


def _forget(session: Session, referral: Referral, rows: list[Inbox], texts: set[str]) -> None:
    """Copies of the messages: in the assistant's memory, among questions for editors, in the history of older cases."""
    contact = session.get(Contact, referral.contact_id) if referral.contact_id and rows else None
    if contact is None:
        return
    if any(row.outcome != "silent" for row in rows):
        session.execute(delete(TrackerRow).where(TrackerRow.conversation_id == contact.conversation_id))
        contact.form = None
    for asked in session.scalars(select(Unanswered).where(Unanswered.contact_id == contact.id)):
        if _is_copy(asked, rows, texts):
            asked.text, asked.vector, asked.contact_id = "", None, None
    for event in referral.events:
        if event.kind == "message" and event.detail and event.detail.strip() in texts:
            event.detail = None


def _is_copy(asked: Unanswered, rows: list[Inbox], texts: set[str]) -> bool:
    """By its words, or by the turn in which it was kept: personal details may have been masked in it."""
    in_turn = any(row.received_at <= asked.created_at <= (row.handled_at or row.received_at) for row in rows)
    return in_turn or any(asked.text and text.startswith(asked.text) for text in texts)


def _noted(session: Session, referral: Referral, by: str, action: str, **counts: Any) -> None:
    referral.events.append(ReferralEvent(kind="erased", actor=by, at=utcnow()))
    audit.add(session, by, action, "case", str(referral.id), **counts)
    session.flush()
    referrals.touch(session)


def _say(session: Session, contact: Contact, text: str) -> None:
    for position, part in enumerate(channels.shape(Reply(text), contacts.speaks_plainly(contact))):
        outgoing = Outgoing(contact.channel, contact.address, part.text)
        outbox.add(session, contact, outgoing, inbox_id=None, position=position, segments=part.segments)
