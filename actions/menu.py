"""The menu: categories, then their topics, so that everything can be reached with numbers alone."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import FIND_OFFICE, PERSON
from actions.context import Button, payload, picked, say, say_text, turn_of
from bot import answers
from bot.i18n import N_, translate
from bot.turn import Turn

CHOOSE = N_("What is it about? Choose, or write your question:")
CHOOSE_TOPIC = N_("Choose:")
NEXT = N_("More topics")
PAGE = 7
CATEGORIES = {
    "rights": N_("Rights and papers"),
    "work": N_("Work and pay"),
    "children": N_("Children"),
    "protection": N_("Violence and danger"),
    "health": N_("Health"),
    "routes": N_("Travel and family"),
    "daily_life": N_("Shelter, food, daily life"),
    "general": N_("Other topics"),
}


class ActionMenu(Action):
    def name(self) -> str:
        return "action_menu"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "menu"
            category = picked(tracker, "category")
            if category:
                _topics(dispatcher, turn, str(category), int(picked(tracker, "page") or 0))
            else:
                _categories(dispatcher, turn)
        return []


def _categories(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    buttons: list[Button] = [
        (CATEGORIES.get(name, name.replace("_", " ").capitalize()), payload("menu", category=name))
        for name in answers.categories(turn.session)
    ]
    buttons += [(FIND_OFFICE, payload("find_office")), (PERSON, payload("talk_to_person"))]
    say(dispatcher, turn, CHOOSE, buttons=buttons)


def _topics(dispatcher: CollectingDispatcher, turn: Turn, category: str, page: int) -> None:
    topics = answers.topics_of_category(turn.session, category, turn.locale)
    shown = topics[page * PAGE : (page + 1) * PAGE]
    buttons = [{"title": answers.title(topic, turn.locale), "payload": payload("ask", topic=topic.id)} for topic in shown]
    if len(topics) > (page + 1) * PAGE:
        following = payload("menu", category=category, page=page + 1)
        buttons.append({"title": translate(turn.locale, NEXT), "payload": following})
    say_text(dispatcher, translate(turn.locale, CHOOSE_TOPIC), buttons=buttons)
