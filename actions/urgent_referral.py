"""Before the referral form: somebody in danger who chose "Tell a caseworker now" has a case at once, without questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.context import Button, payload, picked, say, turn_of
from bot import casework, i18n, notifications, options, promises, referrals
from bot.i18n import N_
from bot.tables import Referral
from bot.turn import Turn

TOLD = N_(
    "A caseworker is told now. Case {number}. Write here where you are and what happens: the caseworker can read it. "
    "This does not replace the emergency call."
)
TOLD_BY = N_(
    "A caseworker is told now and should answer {when}. Case {number}. Write here where you are and what happens: "
    "the caseworker can read it. This does not replace the emergency call."
)

SAME_MATTER = N_("Your case {number} was closed on {date}. Is it about the same?")
SAME = N_("Yes, the same")
NEW = N_("No, something new")
REOPENED = N_("Your case {number} is open again. A caseworker will write to you here.")


class ActionUrgentReferral(Action):
    """Choosing it is the consent: its words say what happens. Otherwise only topic and need are noted for the form."""

    def name(self) -> str:
        return "action_urgent_referral"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            kind = picked(tracker, "urgent")
            if kind:
                return self._open(dispatcher, tracker, turn, str(kind))
            if again := self._closed_before(tracker, turn):
                return self._ask_or_reopen(dispatcher, tracker, turn, again)
            topic = picked(tracker, "topic")
            return [SlotSet("last_topic", topic)] if topic else []

    def _closed_before(self, tracker: Tracker, turn: Turn) -> Referral | None:
        """A case of theirs that was closed lately, unless they have said that this is something new."""
        if picked(tracker, "new"):
            return None
        since = turn.now - timedelta(days=options.number(turn.session, "reopen_days"))
        return referrals.last_closed(turn.session, turn.contact, since)

    def _ask_or_reopen(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, case: Referral
    ) -> list[dict[str, Any]]:
        if picked(tracker, "reopen") == case.id:
            referrals.reopen(turn.session, case, "contact")
            if case.state == "open":
                promises.make(turn.session, case, turn.now)
            notifications.notify(turn.session, notifications.Event.REOPENED, case, turn.settings)
            turn.outcome = "reopened"
            say(dispatcher, turn, REOPENED, number=case.number)
        else:
            turn.outcome = "asked_reopen"
            buttons: list[Button] = [
                (SAME, payload("talk_to_person", reopen=case.id)),
                (NEW, payload("talk_to_person", new=True)),
            ]
            closed = i18n.long_date(turn.locale, case.closed_at.date() if case.closed_at else None)
            say(dispatcher, turn, SAME_MATTER, number=case.number, date=closed, buttons=buttons)
        return [SlotSet("form_end", "urgent")]

    def _open(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, kind: str) -> list[dict[str, Any]]:
        new = referrals.NewReferral(
            need=f"{kind}: {picked(tracker, 'text') or ''}",
            topic_id=f"crisis_{kind}",
            urgency="now",
            origin="crisis",
            consent_at=turn.now,
        )
        case = referrals.open_case(turn.session, turn.contact, new, turn.inbox_id or None, turn.locale)
        casework.route(turn.session, case)
        turn.outcome = "urgent_referral"
        promise = promises.make(turn.session, case, turn.now)
        notifications.notify(turn.session, notifications.Event.URGENT, case, turn.settings)
        text, when = (TOLD_BY, promise.words(turn.locale)) if promise else (TOLD, "")
        say(dispatcher, turn, text, number=case.number, when=when)
        return [SlotSet("form_end", "urgent")]
