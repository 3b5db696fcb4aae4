"""A place on its own: remember it, then look for help near it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.context import turn_of
from actions.places import place_said, remember_country


class ActionInformPlace(Action):
    def name(self) -> str:
        return "action_inform_place"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            place = place_said(tracker, turn)
            if place is None:
                return []
            remember_country(turn, place)
            return [SlotSet("office_place", place)]
