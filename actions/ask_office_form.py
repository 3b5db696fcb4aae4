"""The two questions of the office form."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import payload, say_text, turn_of
from actions.places import choices_of, could_be
from bot import offices
from bot.i18n import N_, translate

WHICH_HELP = N_("What kind of help do you need?")
WHERE = N_("Where are you? Write the town, camp or country.")
WHERE_OR_SHARE = N_("Where are you? Write the town, camp or country, or share your location.")
WHICH_PLACE = N_("Which place do you mean?")
DONT_KNOW = N_("I don't know")


class ActionAskOfficeNeed(Action):
    def name(self) -> str:
        return "action_ask_office_form_office_need"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "asked_need"
            buttons = [
                {"title": offices.need_label(need, turn.locale), "payload": payload("find_office", need=need)}
                for need in offices.NEEDS
            ]
            say_text(dispatcher, translate(turn.locale, WHICH_HELP), buttons=buttons)
        return []


class ActionAskOfficePlace(Action):
    def name(self) -> str:
        return "action_ask_office_form_office_place"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            ask_place(dispatcher, tracker, turn)
        return []


def ask_place(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Any) -> None:
    """Ask for the place; with numbers when the one just named could be several."""
    turn.outcome = turn.outcome or "asked_place"
    several = could_be(tracker, turn)
    if several is not None:
        say_text(dispatcher, translate(turn.locale, WHICH_PLACE), buttons=choices_of(several, turn.locale))
        return
    skip = [{"title": translate(turn.locale, DONT_KNOW), "payload": payload("deny", form="skip")}]
    if turn.plain:
        say_text(dispatcher, translate(turn.locale, WHERE), buttons=skip)
    else:
        say_text(dispatcher, translate(turn.locale, WHERE_OR_SHARE), custom={"ask_location": True})
