"""Danger that reached Rasa all the same (the worker answers it before): the same reply from the same place."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import say_text, text_of, turn_of
from bot import crisis


class ActionCrisis(Action):
    def name(self) -> str:
        return "action_crisis"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            kind = (tracker.latest_message or {}).get("crisis") or "violence"
            country = turn.contact.country or turn.settings.country or None
            reply = crisis.reply(turn.session, kind, turn.locale, country, turn.plain, text_of(tracker))
            buttons = [{"title": choice.title, "payload": choice.payload} for choice in reply.choices]
            say_text(dispatcher, reply.text, buttons=buttons, custom={"answer_id": reply.answer_id})
        return []
