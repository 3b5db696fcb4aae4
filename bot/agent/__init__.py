"""Rasa's agent as a library: it shares the turn's transaction, and what it fails at reaches the worker."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import Domain

from bot import turn as turns
from bot.agent.in_process import InProcessActions, TurnOutput
from bot.agent.tracker_store import TurnTrackerStore
from bot.nlg import CatalogueNlg
from bot.nlu import encoder
from bot.nlu.places import gazetteer
from bot.nlu.topics import TopicIndex
from bot.turn import Turn
from bot.understanding import Understanding, combine

_PAYLOAD = re.compile(r"/(\w+)(\{.*\})?", re.DOTALL)


class Assistant:
    """One loaded model. Not for use by two threads at once: a worker process has one."""

    def __init__(self, model: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._store = TurnTrackerStore(Domain.empty())
        self.open_form: str | None = None  # of the turn that was answered last
        nlg = CatalogueNlg()
        self._agent = Agent.load(
            str(model),
            generator=nlg,
            tracker_store=self._store,
            lock_store=InMemoryLockStore(),
            action_endpoint=InProcessActions(),
        )
        if self._agent.processor is None:
            raise RuntimeError(f"no model could be loaded from {model}")
        domain = self._agent.processor.domain
        nlg.domain = domain
        self._store.domain = domain

    def warm(self) -> None:
        """Load what the first message would otherwise wait for."""
        encoder.embed(["hello"])
        gazetteer()
        self.parse("hello", None)

    def parse(self, text: str, locale: str | None) -> dict[str, Any]:
        """Rasa's pipeline on a text as typed: a leading `/` is text here, never an intent."""
        if self._agent.processor is None:
            raise RuntimeError("no model is loaded")
        message = UserMessage(_typed(text), metadata={"locale": locale} if locale else None)
        result: dict[str, Any] = self._run(self._agent.processor.parse_message(message))
        return result

    def understand(self, text: str, index: TopicIndex, locale: str | None, country: str | None) -> Understanding:
        return combine(text, self.parse(text, locale), index, country)

    def answer(self, turn: Turn, parse: dict[str, Any]) -> None:
        """Run one turn; replies are in `turn.replies` after it. Raises what an action raised."""
        message = UserMessage(
            text=parse["text"],
            output_channel=TurnOutput(turn),
            sender_id=turn.contact.conversation_id,
            input_channel=turn.contact.channel,
            parse_data=parse,
            metadata={"locale": turn.locale},
        )
        self.open_form = None
        with turns.begin(turn):
            self._run(self._agent.handle_message(message))
            self.open_form = self._store.open_form
        if turn.failure is not None:
            raise turn.failure

    def _run(self, coroutine: Any) -> Any:
        return self._loop.run_until_complete(coroutine)


def parse_of(understanding: Understanding) -> dict[str, Any]:
    """What Rasa's dialogue side is told of a typed message."""
    return {
        **understanding.parse,
        "text": _typed(understanding.text),
        "intent": {"name": understanding.act, "confidence": understanding.act_confidence},
        "entities": [e for e in understanding.parse.get("entities") or [] if e.get("entity") == "place"],
    }


def parse_of_payload(payload: str) -> dict[str, Any]:
    """What Rasa is told of a picked choice: `/act{"entity": value}`, which only our own choices can hold."""
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        raise ValueError("a payload that is not /act{…}")
    values = json.loads(match[2]) if match[2] else {}
    entities = [{"entity": name, "value": value, "extractor": "choice"} for name, value in values.items()]
    return {"text": payload, "intent": {"name": match[1], "confidence": 1.0}, "entities": entities}


def _typed(text: str) -> str:
    """Rasa runs text that begins with `/` as an intent; nobody who types may do that."""
    return text.strip().lstrip("/").strip() or "…"
