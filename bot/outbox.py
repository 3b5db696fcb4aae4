"""The outbox: one row a part, sent in order per contact, settled by the provider's answer or its callbacks."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session, aliased

from bot import crypto
from bot.db import utcnow
from bot.messages import Choice, Outgoing, State, StatusUpdate
from bot.tables import ChoiceRow, Contact, Outbox, StatusCallback


def add(
    session: Session,
    contact: Contact,
    outgoing: Outgoing,
    *,
    inbox_id: int | None,
    position: int,
    segments: int = 1,
    answer_id: int | None = None,
) -> Outbox:
    row = Outbox(
        contact_id=contact.id,
        inbox_id=inbox_id,
        position=position,
        channel=contact.channel,
        reference=crypto.token(12),
        body=_to_json(outgoing),
        segments=segments,
        answer_id=answer_id,
    )
    session.add(row)
    return row


def offer(session: Session, contact: Contact, set_id: int, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Store the choices a reply offers and make them the ones a digit answers. Returns them with their tokens."""
    offered = tuple(Choice(c.title, c.payload, crypto.token(12)) for c in choices)
    for position, choice in enumerate(offered, start=1):
        session.add(
            ChoiceRow(
                token=choice.token,
                contact_id=contact.id,
                set_id=set_id,
                position=position,
                title=choice.title,
                payload=choice.payload,
            )
        )
    contact.choice_set = set_id if offered else None
    return offered


def current_choices(session: Session, contact: Contact) -> list[ChoiceRow]:
    if contact.choice_set is None:
        return []
    mine = (ChoiceRow.contact_id == contact.id) & (ChoiceRow.set_id == contact.choice_set)
    return list(session.scalars(select(ChoiceRow).where(mine).order_by(ChoiceRow.position)))


def choice_by_token(session: Session, contact: Contact, token: str) -> ChoiceRow | None:
    """A tapped button, also one of an older message; never somebody else's."""
    row = session.get(ChoiceRow, token)
    return row if row is not None and row.contact_id == contact.id else None


def drop_old_choices(session: Session, before: datetime) -> None:
    session.execute(delete(ChoiceRow).where(ChoiceRow.created_at < before))


def claim_next(session: Session, channels: list[str], lease_seconds: int, now: datetime | None = None) -> Outbox | None:
    """Lease the oldest part whose contact has no earlier part still open, so that parts arrive in order.

    A part found `sending` with its lease run out was in a sender that died: the provider may have it, so the caller
    looks it up before sending again (its `provider_id` is empty and `attempts` is above zero).
    """
    now = now or utcnow()
    earlier = aliased(Outbox)
    ready = or_(
        and_(Outbox.state.in_(["queued", "unknown"]), or_(Outbox.next_try.is_(None), Outbox.next_try <= now)),
        and_(Outbox.state == "sending", Outbox.lease_until < now),
    )
    ahead = select(earlier.id).where(
        earlier.contact_id == Outbox.contact_id,
        earlier.id < Outbox.id,
        earlier.state.in_(["queued", "sending", "unknown"]),
        or_(earlier.state != "unknown", earlier.next_try.is_not(None)),
    )
    # An `unknown` part without a next try is settled by a callback alone: nothing waits behind it.
    settled_elsewhere = and_(Outbox.state == "unknown", Outbox.next_try.is_(None))
    query = select(Outbox).where(Outbox.channel.in_(channels), ready, ~settled_elsewhere, ~ahead.exists())
    row = session.scalars(query.order_by(Outbox.id).limit(1).with_for_update(skip_locked=True, of=Outbox)).first()
    if row is not None:
        row.lease = crypto.token(12)
        row.lease_until = now + timedelta(seconds=lease_seconds)
        row.first_tried_at = row.first_tried_at or now
    return row


def still_ours(session: Session, row_id: int, lease: str) -> Outbox | None:
    query = select(Outbox).where(Outbox.id == row_id, Outbox.lease == lease).with_for_update()
    return session.scalars(query).one_or_none()


def sent(session: Session, row: Outbox, provider_id: str) -> None:
    """The provider has it. Callbacks that overtook its answer are applied now."""
    row.provider_id = provider_id or row.provider_id
    _settle(row, State.SENT, "")
    early = (StatusCallback.channel == row.channel) & (StatusCallback.provider_id == row.provider_id)
    for callback in session.scalars(select(StatusCallback).where(early).order_by(StatusCallback.id)).all():
        _settle(row, State(callback.state), callback.error)
        session.delete(callback)


def put_back(row: Outbox, state: State, error: str, delay: float | None) -> None:
    """Not settled: try again in `delay` seconds; None leaves it to a callback."""
    row.state, row.error = state.value, error[:120]
    row.lease = row.lease_until = None
    row.next_try = None if delay is None else utcnow() + timedelta(seconds=delay)


def give_up(row: Outbox, state: State, error: str) -> None:
    row.state, row.error, row.settled_at = state.value, error[:120], utcnow()
    row.lease = row.lease_until = row.next_try = None


def apply_status(session: Session, update: StatusUpdate) -> bool:
    """Apply a callback, in whatever order they come. False when we know no such part (kept for a while)."""
    row = _by_reference(session, update) or _by_provider_id(session, update)
    if row is None:
        session.add(
            StatusCallback(
                channel=update.channel,
                provider_id=update.provider_id,
                state=update.state.value,
                error=update.error,
            )
        )
        return False
    row.provider_id = row.provider_id or update.provider_id
    _settle(row, update.state, update.error)
    return True


def outgoing_of(row: Outbox, contact: Contact) -> Outgoing:
    fields = json.loads(row.body)
    choices = tuple(Choice(**choice) for choice in fields.pop("choices", ()))
    pin = fields.pop("pin", None)
    return Outgoing(
        channel=row.channel,
        address=contact.address,
        reference=row.reference,
        choices=choices,
        pin=(pin[0], pin[1]) if pin else None,
        **fields,
    )


def _settle(row: Outbox, state: State, error: str) -> None:
    # `sent` after `delivered` is a late callback; `failed` and `delivered` are both final: the first one stands.
    if state.rank <= State(row.state).rank:
        return
    row.state = state.value
    row.error = error[:120] if error else row.error if state == State.FAILED else None
    row.lease = row.lease_until = row.next_try = None
    row.sent_at = row.sent_at or (utcnow() if state in (State.SENT, State.DELIVERED) else None)
    if state.rank == State.DELIVERED.rank:
        row.settled_at = utcnow()


def _by_reference(session: Session, update: StatusUpdate) -> Outbox | None:
    if not update.reference:
        return None
    row = session.scalars(select(Outbox).where(Outbox.reference == update.reference).with_for_update()).one_or_none()
    fits = row is not None and row.channel == update.channel and row.provider_id in (None, update.provider_id)
    return row if fits else None


def _by_provider_id(session: Session, update: StatusUpdate) -> Outbox | None:
    same = (Outbox.channel == update.channel) & (Outbox.provider_id == update.provider_id)
    return session.scalars(select(Outbox).where(same).with_for_update()).first()


def _to_json(outgoing: Outgoing) -> str:
    fields = {k: v for k, v in asdict(outgoing).items() if k not in ("channel", "address", "reference") and v}
    fields["text"] = outgoing.text
    # The payload is ours alone; the part needs the title and the token.
    if "choices" in fields:
        fields["choices"] = [{"title": c.title, "payload": "", "token": c.token} for c in outgoing.choices]
    return json.dumps(fields, ensure_ascii=False)


def delivered(row: Outbox) -> None:
    """For a channel whose send is its delivery."""
    _settle(row, State.DELIVERED, "")
