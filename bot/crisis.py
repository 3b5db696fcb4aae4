"""What is said to somebody in danger. Depends on no action and no model: texts and numbers come from the database."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy.orm import Session

from bot import answers, i18n, offices
from bot.i18n import N_
from bot.messages import Choice, Reply

# Said when the content holds no text for a kind: still better than nothing.
_LAST_RESORT = N_("You may be in danger. Call {emergency} now. If you cannot call, ask anyone near you for help.")
TELL_CASEWORKER = N_("Tell a caseworker now")
FIND_HELP = N_("Find help near me")
_NEEDS = {"medical": "health", "violence": "protection", "captivity": "protection", "suicide": "mental_health"}


def reply(session: Session, kind: str, locale: str, country: str | None, plain: bool, text: str) -> Reply:
    """The reply for a kind of danger, with the emergency numbers of the country. `text` is what the person wrote."""
    emergency = offices.emergency_phrase(session, country, locale, kind=kind)
    # Danger texts are said even past their review date: an old calm sentence beats none.
    found = answers.find(session, f"crisis_{kind}", locale, country, date.min, 0)
    words = (found.answer.sms if plain else found.answer.chat) if found else i18n.translate(locale, _LAST_RESORT)
    urgent = {"urgent": kind, "text": text[:500]}
    choices = (
        Choice(i18n.translate(locale, TELL_CASEWORKER), "/talk_to_person" + json.dumps(urgent, ensure_ascii=False)),
        Choice(i18n.translate(locale, FIND_HELP), "/find_office" + json.dumps({"need": _NEEDS.get(kind, "general")})),
    )
    said = i18n.fill(words, {"emergency": emergency})
    return Reply(text=said, choices=choices, answer_id=found.answer.id if found else None)
