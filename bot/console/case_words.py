"""What the parts of a case are called in documents, previews and on the page of a partner."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot import audit, dossier
from bot.console import labels
from bot.console.desk import Desk
from bot.console.texts import N_
from bot.tables import Referral

FIELD = {
    "need": N_("What the person needs"),
    "place": N_("Place"),
    "safe_contact": N_("How to reach the person safely"),
    "language": N_("Language"),
    "address": N_("Phone number"),
    "note": N_("Note from the caseworker"),
}
SECTION = {
    "course": N_("State, urgency, dates and outcome"),
    "conversation": N_("Conversation"),
    "notes": N_("Notes of caseworkers"),
    "history": N_("History"),
}
COURSE = {
    "state": N_("State"),
    "urgency": N_("Urgency"),
    "need_kind": N_("Need"),
    "channel": N_("Channel"),
    "opened_at": N_("Opened"),
    "consent_at": N_("Consent"),
    "closed_at": N_("Closed"),
    "outcome": N_("Outcome"),
    "outcome_detail": N_("To whom, or why"),
}
DOCUMENT = {
    "case": N_("Case {number}"),
    "made": N_("Written on {time} by {organization}"),
    "confidential": N_("Confidential. Keep it no longer than you need it, and show it to nobody else."),
    "page": N_("Page {n} of {total}"),
    "erased": N_("(erased)"),
    "contact": N_("The person"),
    "assistant": N_("Assistant"),
    "partner": N_("Partner"),
    "system": N_("System"),
    "shortened": N_("Only the newest messages are in this document."),
    "unreadable": N_("No font of this document has the signs shown as \ufffd. The JSON file has them."),
    "message.location": N_("(shared a place)"),
    "message.media": N_("(sent a picture, a voice message or a file)"),
    "message.choice": N_("(chose a button)"),
}
OTHER_MESSAGE = N_("(a message without text)")
PARTNER_STATE = {
    "asking": N_("Waits for the person's answer"),
    "agreed": N_("The person agreed"),
    "refused": N_("The person said no"),
    "sent": N_("Sent, not opened yet"),
    "seen": N_("Opened by the office"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
}
PARTNER_KIND = {"asking": "warn", "agreed": "info", "sent": "info", "seen": "info", "accepted": "good", "declined": "bad"}
CONSENT_WAY = {
    "message": N_("by message"),
    "phone": N_("by phone"),
    "in_person": N_("in person"),
}
_VALUES = {
    "state": labels.STATE,
    "urgency": labels.URGENCY,
    "outcome": labels.OUTCOME,
    "need_kind": labels.NEED,
    "channel": labels.CHANNEL,
    "event": labels.EVENT,
}


def label(name: str) -> str:
    """The English text of a label such as `need`, `state.open` or `message.failed`."""
    group, _, key = name.partition(".")
    if group == "message" and name not in DOCUMENT:
        return labels.DELIVERY.get(key, OTHER_MESSAGE)
    if key and group in _VALUES:
        return _VALUES[group].get(key, key)
    known: dict[str, str] = {**FIELD, **SECTION, **COURSE, **DOCUMENT}
    return known.get(name, name)


def wording(desk: Desk) -> dossier.Wording:
    """The reader's language for a document."""

    def text(name: str, **values: Any) -> str:
        return desk.text(label(name), **values)

    words = desk.words
    organization = desk.settings.organization
    return dossier.Wording(desk.locale, organization, text, words.time, words.language, words.country)


def facts(desk: Desk, session: Session, case: Referral, note: str = "") -> dict[str, Any]:
    """The facts of a case that this caseworker may see; seeing them is an audit event.

    The number or address is for whoever has the case, and for nobody before the person has agreed.
    """
    found = dossier.facts(session, case, note)
    if case.state != "taken" or case.assignee_id != desk.member.id or case.consent_at is None:
        found.pop("address", None)
    action = "case.address_shown" if "address" in found else "case.facts_viewed"
    audit.add(session, desk.member.email, action, "case", str(case.id))
    return found


def shown(desk: Desk, facts: dict[str, Any]) -> list[tuple[str, str, list[tuple[str, bool]]]]:
    """Facts as a page shows them: field, its name, and its text in pieces of which some are numbers to call."""
    said = wording(desk)
    return [
        (name, desk.text(FIELD[name]), dossier.with_numbers(dossier.in_words(name, value, said))) for name, value in facts.items()
    ]
