"""The answer was wrong or none of the offered topics fits: remember it for editors, offer a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ways_on
from actions.context import picked, say, turn_of
from bot import answers
from bot.i18n import N_

SORRY = N_("Sorry that this did not help. Write it again in other words, or choose:")


class ActionNotHelpful(Action):
    def name(self) -> str:
        return "action_not_helpful"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "not_helpful"
            question = tracker.get_slot("last_question")
            if question:
                none_fits = picked(tracker, "topic") == "none"
                answers.record_unanswered(
                    turn.session,
                    turn.contact.id,
                    turn.locale,
                    turn.contact.country,
                    question,
                    "unsure" if none_fits else "not_helpful",
                    tracker.get_slot("last_topic"),
                    0.0,
                )
            say(dispatcher, turn, SORRY, buttons=ways_on())
        return [SlotSet("last_question", None)]
