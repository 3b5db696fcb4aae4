"""The end of the referral form: a case with a number, or nothing at all, and the person told which."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import FIND_OFFICE, WHAT_CAN_I_ASK
from actions.context import payload, say, slot_dict, turn_of
from actions.patient_form import go_on
from bot import casework, notifications, offices, promises, referrals
from bot.i18n import N_
from bot.tables import Topic
from bot.turn import Turn

# Both of about the same length: two SMS at most, with the words for the time.
OPENED = N_(
    "Your case number is {number}. A caseworker will write to you here. We cannot say yet how long it takes. "
    'To ask about it, write "my case". In danger do not wait: call {emergency}.'
)
OPENED_BY = N_(
    "Your case number is {number}. A caseworker should write to you here {when}. If it takes longer, we tell you. "
    'To ask about it, write "my case". In danger do not wait: call {emergency}.'
)
REFUSED = N_("All right. Nothing was passed on. You can still ask me questions here.")
CANCELLED = N_("Cancelled. Nothing was sent. You can start again at any time.")
FORM_SLOTS = (
    "referral_consent",
    "referral_need",
    "referral_place",
    "referral_safe",
    "referral_confirm",
    "form_end",
)


class ActionSubmitReferral(Action):
    def name(self) -> str:
        return "action_submit_referral"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = [SlotSet(slot, None) for slot in FORM_SLOTS]
        with turn_of(tracker) as turn:
            end = tracker.get_slot("form_end")
            if end == "cancelled":
                turn.outcome = "referral_cancelled"
                say(dispatcher, turn, CANCELLED)
            elif end == "urgent":
                pass  # the case is open already
            elif end:
                events += go_on(end, dispatcher, tracker, domain)
            elif tracker.get_slot("referral_consent") is not True:
                turn.outcome = "referral_refused"
                buttons = [(FIND_OFFICE, payload("find_office")), (WHAT_CAN_I_ASK, payload("menu"))]
                say(dispatcher, turn, REFUSED, buttons=buttons)
            else:
                self._open(dispatcher, tracker, turn)
        return events

    def _open(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> None:
        place = dict(slot_dict(tracker, "referral_place"))
        topic_id = tracker.get_slot("last_topic")
        topic = turn.session.get(Topic, topic_id) if topic_id else None
        new = referrals.NewReferral(
            need=str(tracker.get_slot("referral_need") or "-"),
            place=place or None,
            safe_contact=str(tracker.get_slot("referral_safe") or ""),
            topic_id=topic_id,
            urgency="soon" if topic and topic.sensitive else "normal",
            consent_at=turn.now,
        )
        case = referrals.open_case(turn.session, turn.contact, new, turn.inbox_id or None, turn.locale)
        casework.route(turn.session, case)
        turn.outcome = "referral_opened"
        country = place.get("country") or turn.contact.country or turn.settings.country or None
        emergency = offices.emergency_phrase(turn.session, country, turn.locale)
        promise = promises.make(turn.session, case, turn.now)
        notifications.notify(turn.session, notifications.Event.OPENED, case, turn.settings)
        text, when = (OPENED_BY, promise.words(turn.locale)) if promise else (OPENED, "")
        say(dispatcher, turn, text, number=case.number, emergency=emergency, when=when)
