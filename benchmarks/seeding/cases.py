"""Cases of every state with their history, notes and partners."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.seeding import Case, Made, Sizes, put
from bot import crypto, tables

STATES = {"open": 6, "taken": 10, "closed": 84}
OUTCOMES = {"helped": 55, "referred": 20, "unreachable": 12, "withdrawn": 8, "not_eligible": 5}
URGENCIES = {"normal": 70, "soon": 25, "now": 5}
ORIGINS = {"asked": 90, "crisis": 7, "failure": 3}
NEED_KINDS = ("legal", "health", "shelter", "documents", "general")


def add_cases(session: Session, made: Made, sizes: Sizes) -> None:
    numbers: set[str] = set()
    while len(numbers) < sizes.cases:
        numbers.add(crypto.case_number())
    begun = sorted(made.ago(0.05 + 150 * made.random.random() ** 2) for _ in range(sizes.cases))
    rows = [_case(made, place + 1, number, begun[place]) for place, number in enumerate(sorted(numbers))]
    put(session, tables.Referral, rows)
    put(session, tables.ReferralEvent, (event for row in rows for event in _history(made, row)))
    put(session, tables.Note, (note for row in rows for note in _notes(made, row)))
    put(session, tables.PartnerReferral, (partner for row in rows for partner in _partners(made, row)))
    put(session, tables.Reading, (reading for row in rows for reading in _readings(made, row)))
    put(session, tables.Revision, [{"name": "referrals", "value": sizes.cases, "detail": {}}])


def _case(made: Made, number: int, name: str, begun: datetime) -> dict[str, Any]:
    chance, contact = made.random.random, made.random.choice(made.contacts)
    # The newest cases are those that wait or are being worked on.
    age = (made.now - begun).total_seconds() / 86400
    state = made.pick(STATES) if age < 60 else "closed"
    taken = min(begun + timedelta(hours=30 * chance()), made.now) if state != "open" else None
    ended = min(begun + timedelta(days=1 + 6 * chance()), made.now)
    assignee = made.random.choice(made.staff) if taken else None
    made.cases.append(Case(number, contact, assignee, taken or begun, ended if state == "closed" else made.now))
    return {
        "id": number,
        "number": name,
        "contact_id": contact.id,
        "state": state,
        "outcome": made.pick(OUTCOMES) if state == "closed" else None,
        "origin": made.pick(ORIGINS),
        "urgency": made.pick(URGENCIES),
        "need": made.sentence(contact.locale, 14),
        "need_kind": made.random.choice(NEED_KINDS),
        "place": json.dumps({"name": "Athens", "country": contact.country}),
        "safe_contact": "only SMS, after 18:00" if chance() < 0.6 else None,
        "topic_id": made.random.choice(made.topics),
        "locale": contact.locale,
        "country": contact.country,
        "office_id": made.random.choice(made.offices)[0] if chance() < 0.2 else None,
        "channel": contact.channel,
        "consent_at": begun,
        "assignee_id": assignee[0] if assignee else None,
        "escalated_at": begun + timedelta(hours=3) if chance() < 0.02 else None,
        "flagged_at": ended if state == "taken" and chance() < 0.02 else None,
        "waiting_since": ended if state == "taken" and chance() < 0.4 else None,
        "promised_by": begun + timedelta(hours=24),
        "slipped_at": begun + timedelta(hours=25) if chance() < 0.1 else None,
        "created_at": begun,
        "taken_at": taken,
        "closed_at": ended if state == "closed" else None,
        "changed_at": ended,
    }


def _history(made: Made, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    def event(kind: str, at: datetime, actor: str = "contact", detail: str | None = None) -> dict[str, Any]:
        return {"referral_id": row["id"], "kind": kind, "actor": actor, "detail": detail, "at": at}

    case = made.cases[row["id"] - 1]
    yield event("consented", row["created_at"])
    yield event("opened", row["created_at"])
    if case.assignee is None:
        return
    staff = case.assignee[1]
    yield event("taken", row["taken_at"], staff)
    for _ in range(2):
        yield event("message", row["taken_at"])
        yield event("replied", row["taken_at"], staff)
    if row["state"] == "closed":
        yield event("closed", row["closed_at"], staff)


def _notes(made: Made, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    case = made.cases[row["id"] - 1]
    if case.assignee is not None:
        for _ in range(made.random.choices((0, 1, 3), (5, 3, 2))[0]):
            yield {"referral_id": row["id"], "author": case.assignee[1], "text": made.sentence("en", 20), "at": row["taken_at"]}


def _partners(made: Made, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    case = made.cases[row["id"] - 1]
    if case.assignee is None or made.random.random() > 0.08:
        return
    office = made.random.choice(made.offices)[0]
    state = made.pick({"asking": 1, "refused": 1, "sent": 2, "seen": 2, "accepted": 3, "declined": 1})
    sent = row["taken_at"] if state in ("sent", "seen", "accepted", "declined") else None
    yield {
        "referral_id": row["id"],
        "office_id": office,
        "office_name": office,
        "fields": ["need", "language"],
        "state": state,
        "consent_at": row["taken_at"] if sent else None,
        "token_hash": f"{row['id']:064x}" if sent else None,
        "expires_at": made.ago(-20),
        "author": case.assignee[1],
        "created_at": row["taken_at"],
        "sent_at": sent,
        "answered_at": row["taken_at"] if state in ("accepted", "declined") else None,
    }


def _readings(made: Made, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    case = made.cases[row["id"] - 1]
    if case.assignee is not None:
        seen = made.now if made.random.random() < 0.7 else row["taken_at"]
        yield {"staff_id": case.assignee[0], "referral_id": row["id"], "at": seen}
