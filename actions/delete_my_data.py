"""DELETE: says what goes, asks once, then removes it in this transaction."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import payload, picked, say, turn_of
from bot import contacts, referrals
from bot.i18n import N_

ASK = N_("Delete everything we keep about you: your messages, your cases and your number? This cannot be undone.")
YES = N_("Yes, delete")
NO = N_("No, keep")
KEPT = N_("Nothing was deleted.")
DONE = N_("Everything about you is deleted. If you write again we start anew.")


class ActionDeleteMyData(Action):
    def name(self) -> str:
        return "action_delete_my_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            answer = picked(tracker, "confirm")
            if answer is True:
                turn.outcome = "erased"  # the worker then also drops what Rasa writes at the end of the turn
                referrals.erase(turn.session, turn.contact)
                contacts.erase(turn.session, turn.contact, turn.now)
                say(dispatcher, turn, DONE)
            elif answer is False:
                turn.outcome = "erase_declined"
                say(dispatcher, turn, KEPT)
            else:
                turn.outcome = "erase_asked"
                buttons = [
                    (YES, payload("delete_my_data", confirm=True)),
                    (NO, payload("delete_my_data", confirm=False)),
                ]
                say(dispatcher, turn, ASK, buttons=buttons)
        return []
