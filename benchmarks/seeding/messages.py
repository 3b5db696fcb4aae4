"""What people wrote and were answered, what caseworkers wrote, corrections, and what staff did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.seeding import Case, Contact, Made, Sizes, put
from bot import crypto, tables

DAYS = 120.0
IN_A_CASE = 3  # exchanges with a caseworker
TALKATIVE = 10  # people with very long conversations
OUTCOMES = {
    "answered": 50,
    "office:city": 9,
    "office:nothing": 2,
    "unsure": 8,
    "unanswered": 7,
    "greeted": 6,
    "menu": 4,
    "more": 4,
    "not_helpful": 2,
    "out_of_scope": 2,
    "language": 2,
    "stop": 1,
    "crisis:medical": 1,
    "asked_need": 2,
}
DELIVERY = {"delivered": 88, "sent": 6, "failed": 4, "unknown": 1, "cancelled": 1}
ERRORS = {"30003": 5, "30005": 2, "30006": 2, "30008": 1}
ACTIONS = {
    "case.viewed": ("case", 60),
    "case.taken": ("case", 8),
    "case.replied": ("case", 12),
    "case.closed": ("case", 7),
    "answer.published": ("answer", 4),
    "answer.saved": ("answer", 6),
    "office.changed": ("office", 2),
    "session.begun": ("staff", 8),
}


def add_messages(session: Session, made: Made, sizes: Sizes) -> None:
    """Pairs of a message and its reply, ordered by time as they would have come."""
    exchanges = sorted(_moments(made, sizes.messages // 2), key=lambda moment: moment[0])
    pairs = [_pair(made, number, *exchange) for number, exchange in enumerate(exchanges, start=1)]
    put(session, tables.Inbox, (inbound for inbound, _ in pairs))
    put(session, tables.Outbox, (outbound for _, outbound in pairs))


def _moments(made: Made, amount: int) -> Iterator[tuple[datetime, Contact, Case | None]]:
    left = amount
    for case in made.cases:
        if case.assignee is not None and left > IN_A_CASE:
            for _ in range(IN_A_CASE):
                yield case.begun + (case.ended - case.begun) * made.random.random(), case.contact, case
            left -= IN_A_CASE
    talkative = made.contacts[:TALKATIVE]
    for _ in range(left):
        # More lately than long ago: the installation grows.
        at = made.ago(DAYS * (1 - made.random.random() ** 0.5))
        yield at, made.random.choice(talkative if made.random.random() < 0.03 else made.contacts), None


def _pair(made: Made, number: int, at: datetime, contact: Contact, case: Case | None) -> tuple[dict[str, Any], dict[str, Any]]:
    outcome, answer_id = ("silent", None) if case else (made.pick(OUTCOMES), None)
    if outcome == "answered":
        topic = made.random.choice(made.topics)
        outcome, answer_id = f"answered:{topic}", _said_then(made, topic, contact.locale, at)
    inbound = {
        "id": number,
        "contact_id": contact.id,
        "channel": contact.channel,
        "provider_id": f"bench-{number}",
        "kind": "text",
        "body": json.dumps({"text": made.sentence(contact.locale, 8)}, ensure_ascii=False),
        "state": "failed" if number % 997 == 0 else "handled",
        "attempts": 1,
        "outcome": outcome,
        "received_at": at,
        "handled_at": at,
    }
    return inbound, _outbound(made, inbound, answer_id, case)


def _outbound(made: Made, inbound: dict[str, Any], answer_id: int | None, case: Case | None) -> dict[str, Any]:
    at = inbound["received_at"] + timedelta(seconds=2)
    state = made.pick(DELIVERY)
    locale = case.contact.locale if case else made.contacts[inbound["contact_id"] - 1].locale
    left = state in ("delivered", "sent", "unknown")
    return {
        "id": inbound["id"],
        "contact_id": inbound["contact_id"],
        "inbox_id": None if case else inbound["id"],
        "position": 0,
        "channel": inbound["channel"],
        "reference": f"bench-{inbound['id']}",
        "body": json.dumps({"text": made.sentence(locale, 22)}, ensure_ascii=False),
        "answer_id": answer_id,
        "referral_id": case.id if case else None,
        "author": case.assignee[1] if case and case.assignee else None,
        "segments": made.random.choice((1, 2, 2, 3)) if inbound["channel"] == "sms" else 1,
        "state": state,
        "provider_id": f"SM{inbound['id']:032}" if left else None,
        "error": made.pick(ERRORS) if state == "failed" else None,
        "attempts": 1,
        "created_at": at,
        "first_tried_at": at,
        "sent_at": at if left else None,
        "settled_at": at if state in ("delivered", "failed", "cancelled") else None,
    }


def _said_then(made: Made, topic: str, locale: str, at: datetime) -> int | None:
    """The version that was published at that time, in the person's language or in English."""
    versions = made.answers.get((topic, locale)) or made.answers[topic, "en"]
    earlier = [number for since, number in versions if since <= at]
    return earlier[-1] if earlier else None


def add_recalls(session: Session, made: Made, sizes: Sizes) -> None:
    """Corrections of versions that were replaced, each to some people, all delivered."""
    replaced = [versions[0][1] for versions in made.answers.values() if len(versions) > 1]
    chosen = made.random.sample(replaced, min(sizes.recalls, len(replaced)))
    rows, parts = [], []
    for number, answer_id in enumerate(chosen, start=1):
        at = made.ago(2.0 * number)
        people = made.random.sample(made.contacts, min(40, len(made.contacts)))
        texts = {"en": "Correction: " + made.sentence("en", 15)}
        rows.append(
            {"id": number, "answer_id": answer_id, "days": 14, "texts": texts, "people": len(people), "segments": len(people)}
            | {"author": made.staff[0][1], "at": at}
        )
        parts += [_correction(number, contact, texts["en"], at) for contact in people]
    put(session, tables.Recall, rows)
    put(session, tables.Outbox, parts)


def _correction(recall: int, contact: Contact, text: str, at: datetime) -> dict[str, Any]:
    return {
        "contact_id": contact.id,
        "channel": contact.channel,
        "reference": crypto.token(12),
        "body": json.dumps({"text": text}),
        "recall_id": recall,
        "state": "delivered",
        "attempts": 1,
        "created_at": at,
        "sent_at": at,
        "settled_at": at,
    }


def add_audit(session: Session, made: Made, sizes: Sizes) -> None:
    put(session, tables.AuditEvent, (_audit_event(made, n / sizes.audit_events) for n in range(sizes.audit_events)))


def _audit_event(made: Made, share: float) -> dict[str, Any]:
    action = made.pick({name: weight for name, (_, weight) in ACTIONS.items()})
    kind = ACTIONS[action][0]
    objects = {"case": len(made.cases), "answer": len(made.answers), "office": len(made.offices), "staff": len(made.staff)}
    return {
        "at": made.ago(120 * (1 - share)),
        "actor": made.random.choice(made.staff)[1],
        "action": action,
        "kind": kind,
        "object_id": str(1 + made.random.randrange(objects[kind])),
        "detail": {},
    }
