"""What about my case: the contact's own cases and where they stand."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import PERSON
from actions.context import payload, say, say_text, turn_of
from bot import i18n, promises, referrals
from bot.i18n import N_, translate
from bot.tables import Referral
from bot.turn import Turn

NO_CASE = N_("You have no case with us from this number. Would you like to talk to a person?")
STATES = {
    "open": N_("Case {number} of {date}: waiting for a caseworker. We write to you here when it is taken."),
    "promised": N_("Case {number} of {date}: waiting for a caseworker, who should write to you here {when}."),
    "late": N_(
        "Case {number} of {date}: waiting for a caseworker. It takes longer than we said. We write to you here when it is taken."
    ),
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
                say_text(dispatcher, "\n".join(describe(turn, case) for case in cases))
        return []


def describe(turn: Turn, case: Referral) -> str:
    """One line a case. Who asks hears what was promised, what can be promised by now, or that it takes longer."""
    promise = _promise(turn, case) if case.state == "open" else None
    late = promises.is_late(case, turn.now)
    if late and case.slipped_at is None:
        case.slipped_at = turn.now  # told herewith: not once more by a message of its own
    state = "promised" if promise else "late" if late else case.state
    values = {"number": case.number, "date": i18n.long_date(turn.locale, case.created_at.date())}
    return translate(turn.locale, STATES[state], when=promise.words(turn.locale) if promise else "", **values)


def _promise(turn: Turn, case: Referral) -> promises.Promise | None:
    if case.promised_by is not None:
        return promises.remaining(turn.session, case, turn.now)
    return promises.make(turn.session, case, turn.now, since=promises.waits_since(turn.session, case))
