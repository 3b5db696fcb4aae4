"""The office form: what kind of help, and near where."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import act_of, picked, say, text_of, was_picked
from actions.patient_form import PatientForm, Updates, is_question
from actions.places import could_be, place_said, remember_country
from bot.i18n import N_
from bot.tables import Topic
from bot.turn import Turn

UNKNOWN_PLACE = N_("I do not know that place.")
NEED_CONFIDENCE = 0.3


class ValidateOfficeForm(PatientForm):
    form = "office_form"
    slots = ("office_need", "office_place")

    def fill(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, requested: str | None) -> Updates:
        updates: Updates = {}
        skipped = picked(tracker, "form") == "skip"
        need = self._need(tracker, turn, requested, skipped)
        if need and (requested in (None, "office_need") or picked(tracker, "need") or act_of(tracker) == "find_office"):
            updates["office_need"] = need
        place = self._place(tracker, turn, requested, skipped)
        if place:
            remember_country(turn, place)
            updates["office_place"] = place
        elif requested and could_be(tracker, turn):
            updates["office_place"] = None  # a new place that could be several: ask which
        elif not updates and requested == "office_place" and self._tried_a_place(tracker, turn):
            say(dispatcher, turn, UNKNOWN_PLACE)
            updates["form_end"] = None  # understood as an attempt: ask again
        return updates

    def _need(self, tracker: Tracker, turn: Turn, requested: str | None, skipped: bool) -> str | None:
        chosen = picked(tracker, "need")
        if chosen:
            return str(chosen)
        if requested == "office_need" and skipped:
            return "general"
        if requested is None and act_of(tracker) == "inform_place":
            # "Write your town" was the last thing we said: the need is what they had asked about.
            return _need_of_topic(turn, tracker.get_slot("last_topic"))
        return None if was_picked(tracker) else _need_in_text(turn, at_once=requested is None)

    def _place(self, tracker: Tracker, turn: Turn, requested: str | None, skipped: bool) -> dict[str, Any] | None:
        if requested == "office_place" and skipped:
            country = turn.contact.country
            return {"country": country} if country else {"unknown": True}
        if requested is None and tracker.get_slot("office_place"):
            return None  # prefilled by the action before the form
        said = place_said(tracker, turn)
        known = tracker.get_slot("known_place")
        if said or requested or could_be(tracker, turn) or not isinstance(known, dict):
            return said
        return known  # said a moment ago; the reply names it, so a person who has moved on can correct it

    def _tried_a_place(self, tracker: Tracker, turn: Turn) -> bool:
        if was_picked(tracker) or could_be(tracker, turn):
            return False
        understanding = turn.understanding
        hesitant = understanding is None or understanding.act_confidence < 0.6
        few_words = len(text_of(tracker).split()) <= 4
        return act_of(tracker) == "inform_place" or (few_words and hesitant and not is_question(turn, tracker))


def _need_in_text(turn: Turn, *, at_once: bool) -> str | None:
    """The need of the topic that the text is about: "doctor" leads to health without a list of our own."""
    understanding = turn.understanding
    if understanding is None or not understanding.topics:
        return None
    # Several topics may share a need: "an office for asylum" is a little of each asylum topic and surely about asylum.
    needs: dict[str, float] = {}
    for ranked in understanding.topics:
        need = _need_of_topic(turn, ranked.topic)
        if need:
            needs[need] = needs.get(need, 0.0) + ranked.confidence
    best = max(needs, key=lambda need: needs[need], default=None)
    enough = NEED_CONFIDENCE if at_once else NEED_CONFIDENCE / 2
    return best if best is not None and needs[best] >= enough else None


def _need_of_topic(turn: Turn, topic_id: str | None) -> str | None:
    topic = turn.session.get(Topic, topic_id) if topic_id else None
    return topic.need if topic else None
