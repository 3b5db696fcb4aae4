"""What was said in a case: only what the person's consent covers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.tables import Inbox, Outbox, Referral, ReferralEvent

SHOWN = 200  # of the newest messages


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `who` is contact, assistant or staff; `state` and `error` are those of its delivery."""

    at: datetime
    who: str
    text: str
    kind: str
    row_id: int
    author: str | None = None
    state: str = ""
    error: str | None = None
    segments: int = 0
    choices: tuple[str, ...] = ()
    danger: str = ""
    retry_of: int | None = None
    kept: bool = True  # its text has not been emptied

    @property
    def failed(self) -> bool:
        return self.state in ("failed", "unknown")


def periods(session: Session, referral: Referral) -> list[tuple[datetime, datetime | None]]:
    """From consent to closing, and from each reopening to the next closing: what was said between is nobody's to read."""
    if referral.consent_at is None:
        return []
    query = (
        select(ReferralEvent.kind, ReferralEvent.at)
        .where(ReferralEvent.referral_id == referral.id, ReferralEvent.kind.in_(["closed", "reopened"]))
        .order_by(ReferralEvent.id)
    )
    found: list[tuple[datetime, datetime | None]] = []
    begun: datetime | None = referral.consent_at
    for kind, at in session.execute(query):
        if kind == "closed" and begun is not None:
            found.append((begun, at))
            begun = None
        elif kind == "reopened" and begun is None:
            begun = at
    return [*found, (begun, None)] if begun is not None else found


def conversation(session: Session, referral: Referral) -> list[Said]:
    """The newest messages of the covered periods, oldest first."""
    spans = periods(session, referral)
    if referral.contact_id is None or not spans:
        # Without consent a caseworker sees what they themselves wrote in this case, and no more.
        return [_sent(row) for row in _own(session, referral)]
    written = session.scalars(
        select(Inbox)
        .where(Inbox.contact_id == referral.contact_id, _within(Inbox.received_at, spans))
        .order_by(Inbox.id.desc())
        .limit(SHOWN)
    )
    sent = session.scalars(
        select(Outbox)
        .where(
            Outbox.contact_id == referral.contact_id,
            or_(Outbox.referral_id == referral.id, and_(Outbox.referral_id.is_(None), _within(Outbox.created_at, spans))),
        )
        .order_by(Outbox.id.desc())
        .limit(SHOWN)
    )
    said = [*(_heard(row) for row in written), *(_sent(row) for row in sent if row.segments or row.body != "{}")]
    return sorted(said, key=lambda one: (one.at, one.who != "contact", one.row_id))[-SHOWN:]


def _own(session: Session, referral: Referral) -> list[Outbox]:
    query = select(Outbox).where(Outbox.referral_id == referral.id).order_by(Outbox.id.desc()).limit(SHOWN)
    return list(reversed(session.scalars(query).all()))


def _within(column: InstrumentedAttribute[datetime], spans: list[tuple[datetime, datetime | None]]) -> ColumnElement[bool]:
    return or_(false(), *(and_(column >= begun, column <= ended) if ended else column >= begun for begun, ended in spans))


def _heard(row: Inbox) -> Said:
    fields = json.loads(row.body)
    outcome = row.outcome or ""
    danger = outcome.partition(":")[2] if outcome.startswith("crisis:") else ""
    return Said(
        at=row.received_at,
        who="contact",
        text=str(fields.get("text") or ""),
        kind=row.kind,
        row_id=row.id,
        danger=danger,
        kept=row.body != "{}",
    )


def _sent(row: Outbox) -> Said:
    fields = json.loads(row.body)
    return Said(
        at=row.created_at,
        who="staff" if row.author else "assistant",
        text=str(fields.get("text") or ""),
        kind="text",
        row_id=row.id,
        author=row.author,
        state=row.state,
        error=row.error,
        segments=row.segments,
        choices=tuple(str(choice["title"]) for choice in fields.get("choices", ())),
        retry_of=row.retry_of,
        kept=row.body != "{}",
    )
