"""Messages that belong to a case: silence while a caseworker has it, an answer about a partner, the number of a closed one."""

from __future__ import annotations

import json
from datetime import timedelta

from bot import notifications, options, partners, promises, referrals
from bot.i18n import N_, translate
from bot.messages import Kind, Reply
from bot.triage import Decision, Do
from bot.turn import Turn
from bot.worker.claimed import Claimed

REOPENED = N_("Your case {number} is open again. A caseworker reads what you wrote.")
PARTNER_CONSENT = "/partner_consent"  # what bot.partners asks
ERASURE = "/delete_my_data"  # a right that no caseworker stands in the way of


def silent(turn: Turn) -> None:
    """A caseworker has the conversation: they see what was written, and are told."""
    turn.outcome = "silent"
    for case in referrals.add_message(turn.session, turn.contact):
        notifications.notify(turn.session, "case.message", case, turn.settings)


def breaks_silence(claimed: Claimed, decision: Decision) -> bool:
    """What is answered also while a caseworker has the conversation."""
    erasure = ERASURE in (decision.value.partition("{")[0], claimed.tapped.partition("{")[0])
    return decision.do in (Do.STOP, Do.START, Do.DANGER) or (decision.do is Do.PAYLOAD and erasure)


def partner_consent(claimed: Claimed, decision: Decision) -> tuple[int, bool] | None:
    """What a tapped or numbered choice answers to "may we share this with …?"; None for anything else.

    Answered without Rasa, also while a caseworker has the conversation: it is their question.
    """
    payload = decision.value if decision.do is Do.PAYLOAD else ""
    if claimed.incoming.kind is Kind.CHOICE:
        payload = claimed.tapped
    if not payload.startswith(PARTNER_CONSENT):
        return None
    try:
        fields = json.loads(payload.removeprefix(PARTNER_CONSENT))
        return int(fields["id"]), fields["agree"] is True
    except (ValueError, KeyError, TypeError):
        return None


def answer_partner(turn: Turn, consent: tuple[int, bool]) -> None:
    """Store a yes or no (referral to a partner, agreed) and say what follows; whoever has the case is told."""
    turn.outcome = "partner_consent"
    tapped = turn.incoming.kind is Kind.CHOICE
    said = partners.answer_consent(turn.session, turn.contact, *consent, tapped=tapped)
    if said:
        turn.replies.append(Reply(said))
    for case in referrals.add_message(turn.session, turn.contact):
        notifications.notify(turn.session, "case.message", case, turn.settings)


def reopen(turn: Turn) -> bool:
    """Somebody who writes the number of their closed case means that case: it is open again, and a person reads this."""
    since = turn.now - timedelta(days=options.number(turn.session, "reopen_days"))
    case = referrals.named_in(turn.session, turn.contact, turn.incoming.text, since)
    if case is None or turn.contact.form:
        return False
    referrals.reopen(turn.session, case, "contact")
    if case.state == "open":
        promises.make(turn.session, case, turn.now)
    notifications.notify(turn.session, "case.reopened", case, turn.settings)
    turn.outcome = "reopened"
    turn.replies.append(Reply(translate(turn.locale, REOPENED, number=case.number), keep_choices=True))
    return True
