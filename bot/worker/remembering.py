"""What a message tells about its contact: their language, their country, that they are there."""

from __future__ import annotations

from bot import i18n
from bot.db import utcnow
from bot.messages import Kind
from bot.nlu.language import identify
from bot.tables import Contact
from bot.triage import Decision, Do
from bot.understanding import Understanding
from bot.worker.claimed import Claimed

UNSURE_LANGUAGE = 0.55


def locale_of(claimed: Claimed, decision: Decision, understanding: Understanding | None) -> tuple[str | None, float]:
    """The locale to answer in, and how sure we are. What the person chose stands; a lexicon word names its language."""
    if claimed.locale_chosen:
        return claimed.locale, 1.0
    if decision.do in (Do.STOP, Do.START) and i18n.negotiate(decision.value):
        # "STOP" is a word in every phone: it says nothing about the language of somebody we know.
        return claimed.locale or decision.value, 0.5
    if understanding is not None:
        locale, confidence = understanding.locale, understanding.locale_confidence
    elif decision.do is Do.DANGER:
        locale, confidence = identify(claimed.incoming.text, claimed.locale)
    else:
        locale, confidence = None, 0.0
    if locale and (confidence >= UNSURE_LANGUAGE or claimed.locale is None):
        return locale, confidence
    return claimed.locale or i18n.negotiate(claimed.incoming.locale_hint), 0.0


def remember(contact: Contact, claimed: Claimed, locale: str | None, confidence: float) -> None:
    """Keep it with the contact. A language they chose is never changed by a guess."""
    contact.last_seen = utcnow()
    if locale and not contact.locale_chosen:
        contact.locale, contact.locale_confidence = locale, confidence
    if claimed.incoming.country_hint:
        contact.country = claimed.incoming.country_hint[:2].upper()
    if claimed.incoming.kind is Kind.BLOCKED:
        contact.blocked_at = utcnow()
    elif contact.channel != "sms":
        contact.blocked_at = None  # whoever writes to us has not blocked us
