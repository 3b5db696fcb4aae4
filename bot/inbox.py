"""The inbox: stored once, claimed one at a time per conversation and in order, leased so that a crash loses nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot import contacts, crypto
from bot.db import utcnow
from bot.messages import Incoming, Kind
from bot.tables import Contact, Inbox

MAX_STORED_CHARACTERS = 20_000  # far above any SMS; a flood of text is cut, not refused


def store(session: Session, incoming: Incoming) -> bool:
    """Keep a message before anybody thinks about it. False when it was here already (the provider sent it again)."""
    contact = contacts.find_or_create(session, incoming.channel, incoming.address)
    values = {
        "contact_id": contact.id,
        "channel": incoming.channel,
        "provider_id": incoming.provider_id[:128],
        "kind": incoming.kind.value,
        "body": _to_json(incoming),
        "state": "waiting",
        "attempts": 0,
        "received_at": utcnow(),
    }
    return contacts.insert_ignoring_duplicates(session, Inbox, values, ["channel", "provider_id"])


def claim_next(session: Session, lease_seconds: int, now: datetime | None = None) -> Inbox | None:
    """Lease the oldest message whose conversation has no older one open; None when there is nothing to do.

    One conversation is handled by one worker at a time and in order: a row is ready only if no earlier row of the
    same contact is waiting or leased. A lease that ran out (its worker died) makes the row ready again.
    """
    now = now or utcnow()
    earlier = aliased(Inbox)
    ready = or_(
        and_(Inbox.state == "waiting", or_(Inbox.next_try.is_(None), Inbox.next_try <= now)),
        and_(Inbox.state == "leased", Inbox.lease_until < now),
    )
    blocked = select(earlier.id).where(
        earlier.contact_id == Inbox.contact_id, earlier.id < Inbox.id, earlier.state.in_(["waiting", "leased"])
    )
    query = select(Inbox).where(ready, ~blocked.exists()).order_by(Inbox.id).limit(1)
    row = session.scalars(query.with_for_update(skip_locked=True, of=Inbox)).first()
    if row is not None:
        row.state = "leased"
        row.lease = crypto.token(12)
        row.lease_until = now + timedelta(seconds=lease_seconds)
        row.attempts += 1
    return row


def still_ours(session: Session, row_id: int, lease: str) -> Inbox | None:
    """The row, locked for this transaction, if nobody else has taken it over since we claimed it."""
    query = select(Inbox).where(Inbox.id == row_id, Inbox.lease == lease, Inbox.state == "leased").with_for_update()
    return session.scalars(query).one_or_none()


def handled(row: Inbox, outcome: str) -> None:
    row.state, row.lease, row.lease_until = "handled", None, None
    row.outcome, row.handled_at, row.error = outcome[:40], utcnow(), None


def failed(row: Inbox, error: str) -> None:
    row.state, row.lease, row.lease_until = "failed", None, None
    row.error, row.handled_at = error[:120], utcnow()


def try_later(session: Session, row_id: int, lease: str, error: str, delay: float) -> None:
    """Give the message back for another try in `delay` seconds; later messages of the same person wait behind it."""
    mine = (Inbox.id == row_id) & (Inbox.lease == lease)
    values: dict[str, Any] = {
        "state": "waiting",
        "lease": None,
        "lease_until": None,
        "error": error[:120],
        "next_try": utcnow() + timedelta(seconds=delay),
    }
    session.execute(update(Inbox).where(mine).values(**values))


def incoming_of(row: Inbox, contact: Contact) -> Incoming:
    fields = json.loads(row.body)
    sent_at = fields.pop("sent_at", None)
    return Incoming(
        channel=row.channel,
        address=contact.address,
        provider_id=row.provider_id,
        kind=Kind(row.kind),
        sent_at=datetime.fromisoformat(sent_at).astimezone(UTC) if sent_at else None,
        **fields,
    )


def _to_json(incoming: Incoming) -> str:
    fields = {k: v for k, v in asdict(incoming).items() if k not in ("channel", "address", "provider_id", "kind") and v}
    fields["text"] = _storable(incoming.text)
    if incoming.lat is not None:
        fields |= {"lat": incoming.lat, "lon": incoming.lon}
    if incoming.sent_at is not None:
        fields["sent_at"] = incoming.sent_at.isoformat()
    return json.dumps(fields, ensure_ascii=False)


def _storable(text: str) -> str:
    # Lone surrogates cannot be stored as UTF-8; NUL cannot be stored in PostgreSQL. Neither carries meaning.
    return text[:MAX_STORED_CHARACTERS].encode("utf-8", "replace").decode().replace("\x00", "")
