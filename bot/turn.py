"""The turn in progress: what actions, NLG and the tracker store share without passing it through Rasa."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.db import utcnow
from bot.messages import Incoming, Reply
from bot.nlu.topics import TopicIndex
from bot.settings import Settings
from bot.tables import Contact
from bot.understanding import Understanding


@dataclass(slots=True)
class Turn:
    """One inbound message being answered, inside one database transaction."""

    session: Session
    settings: Settings
    contact: Contact
    incoming: Incoming
    inbox_id: int
    index: TopicIndex
    locale: str
    plain: bool  # no buttons, every message costs
    understanding: Understanding | None = None
    now: datetime = field(default_factory=utcnow)
    replies: list[Reply] = field(default_factory=list)
    failure: Exception | None = None  # Rasa swallows what an action raises; the worker must not
    outcome: str = ""


_current: ContextVar[Turn | None] = ContextVar("turn", default=None)


def current() -> Turn:
    turn = _current.get()
    if turn is None:
        raise LookupError("no turn is in progress")
    return turn


def in_progress() -> Turn | None:
    return _current.get()


@contextmanager
def begin(turn: Turn) -> Iterator[Turn]:
    token = _current.set(turn)
    try:
        yield turn
    finally:
        _current.reset(token)
