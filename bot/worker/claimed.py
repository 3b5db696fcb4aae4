"""What is known before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

from bot.messages import Incoming
from bot.triage import Snapshot


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed message and what was known of its contact then."""

    row_id: int
    lease: str
    attempts: int
    incoming: Incoming
    snapshot: Snapshot
    locale: str | None
    locale_chosen: bool
    country: str | None
    silent: bool  # a caseworker has the conversation
    tapped: str  # the payload of a tapped choice
