"""Rasa's two outer sides without HTTP: custom actions run in this process, replies land in the turn."""

from __future__ import annotations

import json
from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot import turn as turns
from bot.messages import Choice, Reply
from bot.turn import Turn


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects an action server's address."""

    def __init__(self) -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        call = json or {}
        try:
            return await self._executor.run(call)  # type: ignore[arg-type]  # an ActionCall as Rasa sends it
        except ActionExecutionRejection as rejection:
            raise ClientResponseError(400, "rejected", _rejection(rejection)) from rejection
        except Exception as error:
            # Rasa logs this and carries on with an empty reply. The worker looks here, rolls back and tries again.
            now = turns.in_progress()
            if now is not None and now.failure is None:
                now.failure = error
            raise


def _rejection(rejection: ActionExecutionRejection) -> str:
    return json.dumps({"error": str(rejection), "action_name": rejection.action_name})


class TurnOutput(OutputChannel):
    """Collects what the turn says."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    @classmethod
    def name(cls) -> str:
        return "waymark"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        custom = message.get("custom") or {}
        pin = custom.get("pin")
        text = message.get("text") or ""
        if not text and not pin:
            return
        self._turn.replies.append(
            Reply(
                text=text,
                choices=tuple(Choice(b["title"], b["payload"]) for b in message.get("buttons") or []),
                ask_location=bool(custom.get("ask_location")),
                pin=(float(pin[0]), float(pin[1])) if pin else None,
                answer_id=custom.get("answer_id"),
                keep_choices=bool(custom.get("keep_choices")),
            )
        )
