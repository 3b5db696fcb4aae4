"""Before the referral form: somebody in danger who chose "Tell a caseworker now" has a case at once, without questions."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.context import picked, say, turn_of
from bot import notifications, promises, referrals
from bot.i18n import N_

TOLD = N_(
    "A caseworker is told now. Case {number}. Write here where you are and what happens: the caseworker can read it. "
    "This does not replace the emergency call."
)
TOLD_BY = N_(
    "A caseworker is told now and should answer {when}. Case {number}. Write here where you are and what happens: "
    "the caseworker can read it. This does not replace the emergency call."
)


class ActionUrgentReferral(Action):
    """Choosing it is the consent: its words say what happens. Otherwise only topic and need are noted for the form."""

    def name(self) -> str:
        return "action_urgent_referral"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            kind = picked(tracker, "urgent")
            if kind:
                return self._open(dispatcher, tracker, turn, str(kind))
            topic = picked(tracker, "topic")
            return [SlotSet("last_topic", topic)] if topic else []

    def _open(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Any, kind: str) -> list[dict[str, Any]]:
        new = referrals.NewReferral(
            need=f"{kind}: {picked(tracker, 'text') or ''}",
            topic_id=f"crisis_{kind}",
            urgency="now",
            origin="crisis",
            consent_at=turn.now,
        )
        case = referrals.open_case(turn.session, turn.contact, new, turn.inbox_id or None, turn.locale)
        turn.outcome = "urgent_referral"
        promise = promises.make(turn.session, case, turn.now)
        notifications.notify(turn.session, notifications.Event.URGENT, case, turn.settings)
        text, when = (TOLD_BY, promise.words(turn.locale)) if promise else (TOLD, "")
        say(dispatcher, turn, text, number=case.number, when=when)
        return [SlotSet("form_end", "urgent")]
