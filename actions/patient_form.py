"""A form for tired people: it can be left at any step, "I don't know" is an answer, a question in between is answered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer
from actions.case_status import ActionCaseStatus
from actions.change_language import ActionChangeLanguage
from actions.context import act_of, picked, turn_of
from actions.delete_my_data import ActionDeleteMyData
from actions.greet import ActionGreet
from actions.menu import ActionMenu
from actions.more import ActionMore
from actions.not_helpful import ActionNotHelpful
from actions.urgent_referral import ActionUrgentReferral
from bot.turn import Turn
from bot.understanding import Outcome

Updates = dict[str, Any]
INTERRUPTIONS: dict[str, type[Action]] = {
    "ask": ActionAnswer,
    "out_of_scope": ActionAnswer,
    "menu": ActionMenu,
    "more": ActionMore,
    "not_helpful": ActionNotHelpful,
    "case_status": ActionCaseStatus,
    "change_language": ActionChangeLanguage,
}
# Acts that mean: leave this, I want something else. Another form follows by name; an action is run at once.
SWITCHES: dict[str, str | type[Action]] = {
    "talk_to_person": "referral_form",
    "find_office": "office_form",
    "delete_my_data": ActionDeleteMyData,
    "greet": ActionGreet,
    "start": ActionGreet,
    "urgent_now": ActionUrgentReferral,
}


class PatientForm(Action, ABC):
    """Base of the forms' validation actions. `form_end` says why a form ended: None, `cancelled`, or an act."""

    form: str
    slots: tuple[str, ...]

    def name(self) -> str:
        return f"validate_{self.form}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            requested = tracker.get_slot("requested_slot")
            end = self._ends(tracker, turn, requested)
            if end:
                return [SlotSet("form_end", end), SlotSet("requested_slot", None)]
            updates = self.fill(dispatcher, tracker, turn, requested)
            said = self._interrupt(dispatcher, tracker, domain) if not updates and requested else []
            values = {slot: tracker.get_slot(slot) for slot in self.slots} | updates
            # `form_end` is set in any case: Rasa refuses to go on with a form whose validation set no slot.
            events = [SlotSet("form_end", None), *(SlotSet(slot, value) for slot, value in updates.items())]
            return [*said, *events, SlotSet("requested_slot", self.next_slot(values))]

    @abstractmethod
    def fill(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, requested: str | None) -> Updates:
        """The slots that this message fills; empty when it is about something else."""

    def next_slot(self, values: Updates) -> str | None:
        return next((slot for slot in self.slots if values.get(slot) is None), None)

    def _ends(self, tracker: Tracker, turn: Turn, requested: str | None) -> str | None:
        if picked(tracker, "form") == "cancel":
            return "cancelled"
        if requested and picked(tracker, "urgent"):
            return "urgent_now"
        if not requested and tracker.get_slot("form_end") == "urgent":
            return "urgent"
        act = act_of(tracker)
        follows = SWITCHES.get(act)
        if not requested or follows in (None, self.form) or not self._means_it(turn, tracker):
            return None
        return act

    def _means_it(self, turn: Turn, tracker: Tracker) -> bool:
        """A free text may only look like another act: leave the form for a picked choice or a confident reading."""
        understanding = turn.understanding
        return understanding is None or understanding.act_confidence >= 0.8

    def _interrupt(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        action = INTERRUPTIONS.get(act_of(tracker))
        events: list[dict[str, Any]] = action().run(dispatcher, tracker, domain) if action else []
        return events


def go_on(end: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
    """What a form that was left for another act does at its end."""
    follows = SWITCHES[end]
    if isinstance(follows, str):
        return [FollowupAction(follows)]
    events: list[dict[str, Any]] = follows().run(dispatcher, tracker, domain)
    return events


def is_question(turn: Turn, tracker: Tracker) -> bool:
    """A message that asks for an answer of its own rather than answering the form."""
    understanding = turn.understanding
    if understanding is None:
        return act_of(tracker) == "ask"
    sure = understanding.outcome is Outcome.SURE and understanding.topics[0].confidence >= 0.6
    return understanding.act == "ask" and (sure or "?" in understanding.text or "؟" in understanding.text)
