"""What about my case: the contact's own cases and where they stand."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import PERSON
from actions.context import payload, say, say_text, turn_of
from bot import i18n, referrals
from bot.i18n import N_, translate
from bot.tables import Referral

NO_CASE = N_("You have no case with us from this number. Would you like to talk to a person?")
STATES = {
    "open": N_("Case {number} of {date}: waiting for a caseworker. We write to you here when it is taken."),
    "taken": N_("Case {number} of {date}: a caseworker has it and will write to you here."),
    "closed": N_("Case {number} of {date}: closed."),
}
SHOWN = 3


class ActionCaseStatus(Action):
    def name(self) -> str:
        return "action_case_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        with turn_of(tracker) as turn:
            turn.outcome = turn.outcome or "case_status"
            cases = referrals.of_contact(turn.session, turn.contact, SHOWN)
            if not cases:
                say(dispatcher, turn, NO_CASE, buttons=[(PERSON, payload("talk_to_person"))])
            else:
                say_text(dispatcher, "\n".join(describe(case, turn.locale) for case in cases))
        return []


def describe(case: Referral, locale: str) -> str:
    """One line a case."""
    date = i18n.long_date(locale, case.created_at.date())
    return translate(locale, STATES[case.state], number=case.number, date=date)
