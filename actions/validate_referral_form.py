"""The referral form: consent, need, place, how it is safe to reach the person, and a summary to confirm."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.context import act_of, picked, was_picked
from actions.patient_form import PatientForm, Updates, is_question
from actions.places import could_be, place_said, remember_country
from bot.turn import Turn

FIELDS = ("referral_need", "referral_place", "referral_safe")
MAX_TEXT = 1000


class ValidateReferralForm(PatientForm):
    form = "referral_form"
    slots = ("referral_consent", "referral_need", "referral_place", "referral_safe", "referral_confirm")

    def fill(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, requested: str | None) -> Updates:
        if requested is None:
            return self._known_already(tracker)
        field = picked(tracker, "field")
        if field in FIELDS:
            return {field: None, "referral_confirm": None}
        if picked(tracker, "form") == "back":
            return self._back(requested)
        filled: Updates = getattr(self, f"_{requested.removeprefix('referral_')}")(tracker, turn)
        return filled or self._correction(tracker, turn, requested)

    def next_slot(self, values: Updates) -> str | None:
        if values.get("referral_consent") is False:
            return None
        if values.get("referral_confirm") == "change":
            return "referral_confirm"  # the question then is what to change
        return super().next_slot(values)

    def _means_it(self, turn: Turn, tracker: Tracker) -> bool:
        # What people write as their need often looks like another act ("I need to find a doctor"): only a choice leaves.
        return was_picked(tracker)

    def _known_already(self, tracker: Tracker) -> Updates:
        place = tracker.get_slot("known_place")
        return {"referral_place": place} if isinstance(place, dict) and place.get("name") else {}

    def _back(self, requested: str) -> Updates:
        at = self.slots.index(requested)
        return {self.slots[max(1, at - 1)]: None, "referral_confirm": None}

    def _consent(self, tracker: Tracker, turn: Turn) -> Updates:
        if act_of(tracker) == "affirm":
            return {"referral_consent": True}
        return {"referral_consent": False} if act_of(tracker) == "deny" else {}

    def _need(self, tracker: Tracker, turn: Turn) -> Updates:
        if picked(tracker, "form") == "skip":
            return {"referral_need": "-"}
        return {} if was_picked(tracker) else {"referral_need": turn.incoming.text.strip()[:MAX_TEXT] or None}

    def _place(self, tracker: Tracker, turn: Turn) -> Updates:
        if picked(tracker, "form") == "skip":
            return {"referral_place": {"unknown": True}}
        place = place_said(tracker, turn)
        if place:
            remember_country(turn, place)
            return {"referral_place": place}
        if could_be(tracker, turn) or was_picked(tracker) or is_question(turn, tracker):
            return {}
        # A place that no list knows ("the church behind the market") still helps the caseworker.
        return {"referral_place": {"name": turn.incoming.text.strip()[:200]}}

    def _safe(self, tracker: Tracker, turn: Turn) -> Updates:
        if picked(tracker, "form") == "skip":
            return {"referral_safe": "-"}
        chosen = picked(tracker, "text")
        if chosen:
            return {"referral_safe": str(chosen)}
        if was_picked(tracker) or is_question(turn, tracker):
            return {}
        return {"referral_safe": turn.incoming.text.strip()[:MAX_TEXT] or None}

    def _confirm(self, tracker: Tracker, turn: Turn) -> Updates:
        if picked(tracker, "confirm") == "change":
            return {"referral_confirm": "change"}
        if act_of(tracker) == "affirm":
            return {"referral_confirm": "yes"}
        return {}

    def _correction(self, tracker: Tracker, turn: Turn, requested: str) -> Updates:
        """At the summary, "no, I am in Athens" changes the place without starting over."""
        if requested != "referral_confirm" or was_picked(tracker):
            return {}
        place = place_said(tracker, turn)
        if place:
            remember_country(turn, place)
            return {"referral_place": place}
        return {"referral_confirm": "change"} if act_of(tracker) == "deny" else {}
