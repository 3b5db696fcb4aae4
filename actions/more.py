"""MORE: the long text of the last answer, sent only because it was asked for."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ways_on
from actions.answering import say_details
from actions.context import say, turn_of
from bot.i18n import N_

NOTHING_MORE = N_("There is nothing more to show. Write your question in your own words.")


class ActionMore(Action):
    def name(self) -> str:
        return "action_more"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            topic = tracker.get_slot("last_topic")
            turn.outcome = turn.outcome or "more"
            if not topic or not say_details(dispatcher, turn, topic):
                say(dispatcher, turn, NOTHING_MORE, buttons=ways_on())
        return []
