"""Rasa's tracker as one row a conversation: bounded, compressed, encrypted, in the turn's own transaction."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session

from bot import crypto
from bot import turn as turns
from bot.db import utcnow
from bot.tables import TrackerRow

# Rasa's cost per turn grows with the events it replays. Rules look at the present form and a few events: these suffice.
MOST_EVENTS = 60
KEPT_EVENTS = 30


class TurnTrackerStore(TrackerStore):
    """Reads and writes through the session of the turn in progress; without a turn there is nothing to remember."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        now = turns.in_progress()
        if now is None:
            return None
        row = now.session.get(TrackerRow, sender_id)
        if row is None:
            return None
        events = deserialise_events(unpack(row.data))
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    open_form: str | None = None  # the active loop of the tracker that was saved last

    async def save(self, tracker: DialogueStateTracker) -> None:
        self.open_form = tracker.active_loop_name
        now = turns.in_progress()
        if now is not None:
            store(now.session, tracker)

    async def keys(self) -> Iterable[str]:
        return []

    async def delete(self, sender_id: str) -> None:
        now = turns.in_progress()
        if now is not None:
            now.session.query(TrackerRow).where(TrackerRow.conversation_id == sender_id).delete()


def store(session: Session, tracker: DialogueStateTracker) -> None:
    data = pack([event.as_dict() for event in bounded(tracker)])
    row = session.get(TrackerRow, tracker.sender_id)
    if row is None:
        session.add(TrackerRow(conversation_id=tracker.sender_id, data=data))
    else:
        row.data, row.updated_at = data, utcnow()


def bounded(tracker: DialogueStateTracker) -> list[Event]:
    """The latest events, with what the dropped ones had set (slots, open form) written before them.

    Between forms every rule begins with what the person does next, so nothing but the slots is kept: a turn costs the
    same at message 5 and at message 5,000, and a shared position is gone once it was used.
    """
    if tracker.active_loop_name is None:
        return [*_slots(tracker), ActionExecuted(ACTION_LISTEN_NAME)]
    events = list(tracker.events)
    if len(events) <= MOST_EVENTS:
        return events
    cut = _turn_start(events, len(events) - KEPT_EVENTS)
    before = DialogueStateTracker.from_events(tracker.sender_id, events[:cut], list(tracker.slots.values()))
    loop = [ActiveLoop(before.active_loop_name)] if before.active_loop_name else []
    return [*_slots(before), *loop, ActionExecuted(ACTION_LISTEN_NAME), *events[cut:]]


def _slots(tracker: DialogueStateTracker) -> list[Event]:
    return [SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value is not None]


def _turn_start(events: Sequence[Event], at: int) -> int:
    """The nearest place at or before `at` where somebody spoke to us: turns are kept whole."""
    for position in range(at, 0, -1):
        if isinstance(events[position], UserUttered):
            return position
    return at


def pack(events: list[dict[str, Any]]) -> bytes:
    return crypto.keyring().encrypt(zlib.compress(json.dumps(events).encode()))


def unpack(data: bytes) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(zlib.decompress(crypto.keyring().decrypt(data)))
    return events
