"""What a phone shows: the parts sent to it, their states, and whether an answer is still being made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import contacts, outbox
from bot.channels import sms_text
from bot.messages import Outgoing
from bot.tables import Contact, Inbox, Outbox

PAGE = 50  # parts in one reading; the browser asks again for more
WATCHED = 30  # of so many last parts the state is told again


def read(session: Session, contact: Contact, after: int) -> dict[str, Any]:
    """Parts with an id above `after`, oldest first; states of the last ones; number of open inbound messages."""
    mine = select(Outbox).where(Outbox.contact_id == contact.id)
    new = session.scalars(mine.where(Outbox.id > after).order_by(Outbox.id).limit(PAGE)).all()
    last = session.execute(
        select(Outbox.id, Outbox.state).where(Outbox.contact_id == contact.id).order_by(Outbox.id.desc()).limit(WATCHED)
    )
    still_open = (Inbox.contact_id == contact.id) & Inbox.state.in_(["waiting", "leased"])
    return {
        "messages": [shown for row in new if (shown := _shown(row, contact)) is not None],
        "states": {str(row_id): state for row_id, state in last},
        "waiting": session.scalar(select(func.count()).select_from(Inbox).where(still_open)) or 0,
        "contact": {
            "locale": contact.locale,
            "country": contact.country,
            "opted_out": contact.opted_out_at is not None,
        },
    }


def _shown(row: Outbox, contact: Contact) -> dict[str, Any] | None:
    if row.body == "{}":  # erased at the person's word
        return None
    outgoing = outbox.outgoing_of(row, contact)
    if not outgoing.text and outgoing.pin is None:
        return None  # the acknowledgement of a tap is no message
    counted = sms_text.count(outgoing.text) if contacts.speaks_plainly(contact) else None
    return {
        "id": row.id,
        "state": row.state,
        "error": row.error,
        "at": row.created_at.isoformat(),
        "segments": row.segments,
        "encoding": counted.encoding if counted else None,
        "units": counted.units if counted else None,
        **_content(outgoing),
    }


def _content(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "text": outgoing.text,
        "choices": [{"title": choice.title, "token": choice.token} for choice in outgoing.choices],
        "ask_location": outgoing.ask_location,
        "location_label": outgoing.location_label,
        "pin": list(outgoing.pin) if outgoing.pin else None,
    }
