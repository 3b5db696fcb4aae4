"""The questions of the referral form, in words a person under stress understands."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.ask_office_form import DONT_KNOW, ask_place
from actions.context import Button, payload, say, slot_dict, turn_of
from actions.places import in_words
from bot.i18n import N_, translate
from bot.turn import Turn

CONSENT = N_(
    "A caseworker can help you. It is free and confidential. I pass on your answers and this chat "
    "to the caseworker only. You can delete it at any time (DELETE). Do you agree?"
)
AGREE = N_("Yes, I agree")
REFUSE = N_("No")
NEED = N_("What do you need help with? Write it in your own words. CANCEL to leave.")
SAFE = N_("When and how can we safely reach you? For example: only SMS, after 18:00, no calls.")
ANY_TIME = N_("Any time, by message here")
SUMMARY = N_("Please check:\nNeed: {need}\nPlace: {place}\nReach you: {safe}\nSend it to a caseworker?")
SEND = N_("Yes, send")
CHANGE = N_("Change something")
CANCEL = N_("Cancel")
WHAT_TO_CHANGE = N_("What should be changed?")
CHANGE_NEED = N_("What I need")
CHANGE_PLACE = N_("The place")
CHANGE_SAFE = N_("How to reach me")
NOT_SAID = N_("not said")


class ActionAskReferralConsent(Action):
    def name(self) -> str:
        return "action_ask_referral_form_referral_consent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "asked_consent"
            say(dispatcher, turn, CONSENT, buttons=[(AGREE, payload("affirm")), (REFUSE, payload("deny"))])
        return []


class ActionAskReferralNeed(Action):
    def name(self) -> str:
        return "action_ask_referral_form_referral_need"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "asked_need"
            say(dispatcher, turn, NEED)
        return []


class ActionAskReferralPlace(Action):
    def name(self) -> str:
        return "action_ask_referral_form_referral_place"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            ask_place(dispatcher, tracker, turn)
        return []


class ActionAskReferralSafe(Action):
    def name(self) -> str:
        return "action_ask_referral_form_referral_safe"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "asked_safe_contact"
            any_time = payload("affirm", text=translate(turn.locale, ANY_TIME))
            buttons: list[Button] = [(ANY_TIME, any_time), (DONT_KNOW, payload("deny", form="skip"))]
            say(dispatcher, turn, SAFE, buttons=buttons)
        return []


class ActionAskReferralConfirm(Action):
    def name(self) -> str:
        return "action_ask_referral_form_referral_confirm"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "asked_confirmation"
            if tracker.get_slot("referral_confirm") == "change":
                say(dispatcher, turn, WHAT_TO_CHANGE, buttons=_fields())
            else:
                say(dispatcher, turn, SUMMARY, buttons=_ways(), **_values(tracker, turn))
        return []


def _ways() -> list[Button]:
    return [
        (SEND, payload("affirm")),
        (CHANGE, payload("affirm", confirm="change")),
        (CANCEL, payload("deny", form="cancel")),
    ]


def _fields() -> list[Button]:
    return [
        (CHANGE_NEED, payload("affirm", field="referral_need")),
        (CHANGE_PLACE, payload("affirm", field="referral_place")),
        (CHANGE_SAFE, payload("affirm", field="referral_safe")),
        (SEND, payload("affirm")),
    ]


def _values(tracker: Tracker, turn: Turn) -> dict[str, Any]:
    unsaid = translate(turn.locale, NOT_SAID)
    need, safe = tracker.get_slot("referral_need"), tracker.get_slot("referral_safe")
    return {
        "need": _short(need) if need and need != "-" else unsaid,
        "place": in_words(dict(slot_dict(tracker, "referral_place")), turn.locale) or unsaid,
        "safe": _short(safe) if safe and safe != "-" else unsaid,
    }


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}..."
