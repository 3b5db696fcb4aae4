"""Another language: by its name in the message, or from the list."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import payload, picked, say, say_text, text_of, turn_of
from bot import i18n
from bot.i18n import N_, translate
from bot.nlu.lexicon import language_named
from bot.triage import lexicons

CHANGED = N_("From now on I write in English. Write your question.")
CHOOSE = N_("Choose your language:")


class ActionChangeLanguage(Action):
    def name(self) -> str:
        return "action_change_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "language"
            wanted = i18n.negotiate(picked(tracker, "locale") or language_named(text_of(tracker), lexicons()))
            if wanted is None:
                buttons = [
                    {"title": i18n.language_name(locale), "payload": payload("change_language", locale=locale)}
                    for locale in i18n.available()
                ]
                say_text(dispatcher, translate(turn.locale, CHOOSE), buttons=buttons)
                return []
            turn.contact.locale, turn.contact.locale_confidence, turn.contact.locale_chosen = wanted, 1.0, True
            turn.locale = wanted
            say(dispatcher, turn, CHANGED)
        return []
