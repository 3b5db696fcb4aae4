"""Saying the text of an editor: found for the contact's language and country, put into words, with the ways on."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.context import say_text
from bot import answers, i18n, options
from bot.editing import saying
from bot.editing.saying import FIND_OFFICE, NO_HELP, PERSON
from bot.i18n import N_, translate
from bot.turn import Turn

OTHER_LANGUAGE = N_("We have no text in {language} for this yet. Here it is in {other}:")
WHAT_CAN_I_ASK = N_("What can I ask?")

__all__ = ["FIND_OFFICE", "NO_HELP", "PERSON", "WHAT_CAN_I_ASK", "say_answer", "say_details"]


def say_answer(dispatcher: CollectingDispatcher, turn: Turn, topic_id: str, *, keep_choices: bool = False) -> bool:
    """Say the answer for the contact's language and country. False when no valid one is published."""
    found = _find(turn, topic_id)
    if found is None:
        return False
    text = saying.plain(turn.locale, found.answer) if turn.plain else saying.chat(turn.locale, found.answer)
    if found.is_fallback:
        names = {"language": i18n.language_name(turn.locale), "other": i18n.language_name(found.answer.locale)}
        text = f"{translate(turn.locale, OTHER_LANGUAGE, **names)}\n{text}"
    ways = [] if turn.plain else saying.choices(turn.locale, found.topic.need, found.topic.id)
    buttons = [{"title": way.title, "payload": way.payload} for way in ways]
    say_text(dispatcher, text, buttons=buttons, custom={"answer_id": found.answer.id, "keep_choices": keep_choices})
    return True


def say_details(dispatcher: CollectingDispatcher, turn: Turn, topic_id: str) -> bool:
    """Say the long text, with its source. False when there is none."""
    found = _find(turn, topic_id)
    if found is None:
        return False
    text = saying.details(turn.locale, found.answer)
    say_text(dispatcher, text, custom={"answer_id": found.answer.id, "keep_choices": True})
    return True


def _find(turn: Turn, topic_id: str) -> answers.Found | None:
    grace_days = options.number(turn.session, "answer_grace_days")
    return answers.find(turn.session, topic_id, turn.locale, turn.contact.country, turn.now.date(), grace_days)
