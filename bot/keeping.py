"""What is old enough to be emptied: conditions for the keeper, which empties it, and for the console, which counts it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from bot import audit
from bot.tables import Inbox, Outbox, Referral, ReferralEvent

# Settled rows have no lease: there it says that their words are gone, so that each is emptied once.
EMPTIED = "emptied"


def messages_due(table: type[Inbox] | type[Outbox], before: datetime) -> ColumnElement[bool]:
    """What nobody handles or sends any more, is old, still has its words, and belongs to no case that is being worked on."""
    settled: ColumnElement[bool] = Inbox.state.in_(["handled", "failed"])
    old = Inbox.received_at < before
    if table is Outbox:
        # An `unknown` part without a next try waits for a provider's word alone, which needs no text.
        lost = and_(Outbox.state == "unknown", Outbox.next_try.is_(None))
        settled = or_(Outbox.state.in_(["sent", "delivered", "failed", "cancelled"]), lost)
        old = Outbox.created_at < before
    # Contacts with a case that waits or is taken, and who agreed that a caseworker reads along.
    held = (Referral.state.in_(["open", "taken"]), Referral.consent_at.is_not(None), Referral.contact_id.is_not(None))
    worked_on = select(Referral.contact_id).where(*held)
    return and_(settled, old, table.lease.is_distinct_from(EMPTIED), table.contact_id.not_in(worked_on))


def cases_due(before: datetime) -> ColumnElement[bool]:
    """Cases that were closed before this and have not been emptied since."""
    return and_(Referral.state == "closed", Referral.closed_at < before, ~case_emptied())


def case_emptied() -> ColumnElement[bool]:
    """Whether the keeper has emptied the case since it was closed last."""
    event = aliased(ReferralEvent)
    done = select(event.id).where(
        event.referral_id == Referral.id,
        event.kind == "erased",
        event.actor == audit.SYSTEM,
        event.at >= Referral.closed_at,  # a case may be opened again after it was emptied
    )
    return done.exists()
