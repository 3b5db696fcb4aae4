"""A greeting: who this is, what it costs, what to do next."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import FIND_OFFICE, PERSON, WHAT_CAN_I_ASK
from actions.context import payload, say, turn_of
from bot.i18n import N_

FIRST_PLAIN = N_(
    "Hello, this is {name}, an automatic assistant with checked answers on rights, health and help near you. "
    "You only pay your SMS. STOP ends it. Write your question, or reply with a number:"
)
FIRST_CHAT = N_(
    "Hello, this is {name}, an automatic assistant. I give checked answers on rights, papers, health, work, "
    "safe travel and help near you. It is free. Write STOP to end it.\n"
    "Write your question in your own words, or choose:"
)
AGAIN = N_("Hello. Write your question in your own words, or choose:")


class ActionGreet(Action):
    def name(self) -> str:
        return "action_greet"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            first = FIRST_PLAIN if turn.plain else FIRST_CHAT
            message = AGAIN if turn.contact.greeted_at else first
            turn.contact.greeted_at = turn.now
            turn.outcome = turn.outcome or "greeted"
            buttons = [
                (FIND_OFFICE, payload("find_office")),
                (PERSON, payload("talk_to_person")),
                (WHAT_CAN_I_ASK, payload("menu")),
            ]
            say(dispatcher, turn, message, buttons=buttons, name=turn.settings.organization)
        return []
