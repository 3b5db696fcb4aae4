"""Everything that is kept about a person, as they may ask for it. Staff are named by what they are, never by their address."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import contacts
from bot.db import utcnow
from bot.tables import Contact, Inbox, Note, Outbox, PartnerReferral, Referral, ReferralEvent, TrackerRow, Unanswered

FORMAT = "waymark.person/1"
_PHONE_CHANNELS = ("sms", "whatsapp")
_OTHER_CHANNELS = ("telegram", "webchat")


def normalised(address: str, country: str) -> str:
    """A phone number in the form it is stored in (E.164), however it was typed; other addresses as they are."""
    text = address.strip()
    for region in (None, country or None):
        try:
            number = phonenumbers.parse(f"+{text[2:]}" if text.startswith("00") else text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return text


def find(session: Session, address: str, country: str) -> list[Contact]:
    """The contacts at this address, one for each channel; by keyed hash, so that the number of queries is that of channels."""
    typed = address.strip()[:120]
    wanted = [(channel, normalised(typed, country)) for channel in _PHONE_CHANNELS]
    wanted += [(channel, typed) for channel in _OTHER_CHANNELS]
    found = (contacts.find(session, channel, where) for channel, where in wanted if where)
    return [contact for contact in found if contact is not None]


def everything(session: Session, people: Sequence[Contact]) -> dict[str, Any]:
    """All that is kept under these contacts, ready for JSON; in eight queries whatever there is."""
    ids = [contact.id for contact in people]
    cases = _cases(session, ids)
    received, sent = _received(session, ids), _sent(session, ids)
    asked, remembered = _asked(session, ids), _remembered(session, people)
    return {
        "format": FORMAT,
        "made_at": _moment(utcnow()),
        "contacts": [
            _contact(contact)
            | {
                "messages": sorted(received[contact.id] + sent[contact.id], key=lambda message: str(message["at"])),
                "cases": cases[contact.id],
                "questions_kept_for_editors": asked[contact.id],
                "assistant_remembers_since": remembered.get(contact.conversation_id),
            }
            for contact in people
        ],
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return _without_gaps(
        {
            "channel": contact.channel,
            "address": contact.address,
            "language": contact.locale,
            "country": contact.country,
            "first_seen": _moment(contact.created_at),
            "last_seen": _moment(contact.last_seen),
            "stopped_at": _moment(contact.opted_out_at),
        }
    )


def _received(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in session.scalars(select(Inbox).where(Inbox.contact_id.in_(ids)).order_by(Inbox.id)):
        said = json.loads(row.body)
        found[row.contact_id].append(
            _without_gaps(
                {"at": _moment(row.received_at), "from": "you", "kind": row.kind, "text": said.get("text"), "led_to": row.outcome}
            )
        )
    return found


def _sent(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    query = select(Outbox).where(Outbox.contact_id.in_(ids), Outbox.segments > 0).order_by(Outbox.id)
    for row in session.scalars(query):
        who = "caseworker" if row.author else "assistant"
        said = json.loads(row.body)
        found[row.contact_id].append(
            _without_gaps({"at": _moment(row.created_at), "from": who, "text": said.get("text"), "delivery": row.state})
        )
    return found


def _cases(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    cases = list(session.scalars(select(Referral).where(Referral.contact_id.in_(ids)).order_by(Referral.id)))
    numbers = [case.id for case in cases]
    notes, history, partners = (_by_case(session, table, numbers) for table in (Note, ReferralEvent, PartnerReferral))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        found[case.contact_id or 0].append(
            _case(case)
            | {
                "notes": [{"at": _moment(note.at), "text": note.text} for note in notes[case.id]],
                "history": [_event(one) for one in history[case.id]],
                "given_to": [_partner(one) for one in partners[case.id]],
            }
        )
    return found


def _by_case(session: Session, table: Any, numbers: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.scalars(select(table).where(table.referral_id.in_(numbers)).order_by(table.id)):
        found[row.referral_id].append(row)
    return found


def _case(case: Referral) -> dict[str, Any]:
    return _without_gaps(
        {
            "number": case.number,
            "state": case.state,
            "outcome": case.outcome,
            "outcome_detail": case.outcome_detail,
            "need": case.need,
            "place": json.loads(case.place) if case.place else None,
            "how_to_reach_you_safely": case.safe_contact,
            "topic": case.topic_id,
            "opened_at": _moment(case.created_at),
            "you_agreed_at": _moment(case.consent_at),
            "taken_at": _moment(case.taken_at),
            "closed_at": _moment(case.closed_at),
        }
    )


def _event(event: ReferralEvent) -> dict[str, Any]:
    # Handing over names a colleague: that is about staff, not about the person.
    detail = None if event.kind == "handed_over" else event.detail
    who = {"contact": "you", "system": "assistant"}.get(event.actor, "caseworker")
    return _without_gaps({"at": _moment(event.at), "kind": event.kind, "by": who, "detail": detail})


def _partner(share: PartnerReferral) -> dict[str, Any]:
    return _without_gaps(
        {
            "office": share.office_name,
            "state": share.state,
            "fields": share.fields,
            "content": json.loads(share.content) if share.content else None,
            "you_agreed_at": _moment(share.consent_at),
            "sent_at": _moment(share.sent_at),
            "seen_at": _moment(share.seen_at),
            "their_answer": share.answer,
        }
    )


def _asked(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in session.scalars(select(Unanswered).where(Unanswered.contact_id.in_(ids)).order_by(Unanswered.id)):
        found[row.contact_id or 0].append({"at": _moment(row.created_at), "text": row.text, "reason": row.reason})
    return found


def _remembered(session: Session, people: Iterable[Contact]) -> dict[str, str | None]:
    wanted = [contact.conversation_id for contact in people]
    query = select(TrackerRow.conversation_id, TrackerRow.updated_at).where(TrackerRow.conversation_id.in_(wanted))
    return {conversation: _moment(at) for conversation, at in session.execute(query)}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _without_gaps(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: given for name, given in fields.items() if given not in (None, "", [], {})}
