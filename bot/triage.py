"""Before Rasa: what must work in any language, at once, and whatever the model thinks.

Pure: looks at a message and a snapshot of its contact, changes nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex

from bot import i18n
from bot.messages import Incoming, Kind
from bot.nlu.crisis import LEXICONS
from bot.nlu.lexicon import Lexicon, danger_kind, language_named, load_lexicons, whole_message
from bot.nlu.spelling import fold


class Do(StrEnum):
    """What to do with a message."""

    STOP = "stop"
    START = "start"
    SILENT = "silent"  # opted out, blocked, or nothing to say
    HELP = "help"
    LANGUAGE = "language"
    PAYLOAD = "payload"  # a picked choice, or a word that means one
    NO_CHOICE = "no_choice"  # a number, but nothing was offered
    DANGER = "danger"
    LOCATION = "location"
    MEDIA = "media"
    EDIT = "edit"
    GROUP = "group"
    EMPTY = "empty"
    TEXT = "text"  # for Rasa


@dataclass(frozen=True, slots=True)
class Offered:
    """A choice of the contact's current set."""

    position: int
    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What triage needs to know of a contact."""

    opted_out: bool = False
    form: str | None = None
    choices: tuple[Offered, ...] = ()
    group_told: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    do: Do
    value: str = ""  # locale of the matched word, payload, or kind of danger
    by_choice: bool = False


_WORDS_TO_PAYLOADS = (("delete", "/delete_my_data"), ("person", "/talk_to_person"), ("more", "/more"))
# Around the digits: also the marks of keycap emoji (1️⃣) and the invisible ones of right-to-left keyboards.
_AROUND = r"[\s\p{P}\p{S}\p{M}\p{Cf}]*"
_NUMBER = regex.compile(rf"{_AROUND}(?:n[o°º]?[\s.:]*|option\s+|#)?(\p{{Nd}}{{1,3}}){_AROUND}", regex.IGNORECASE)


@lru_cache(maxsize=1)
def lexicons() -> Mapping[str, Lexicon]:
    return load_lexicons(LEXICONS)


def triage(incoming: Incoming, contact: Snapshot) -> Decision:
    """The first of these rules that applies."""
    return _by_kind(incoming, contact) or _by_words(incoming.text.strip(), contact)


def _by_kind(incoming: Incoming, contact: Snapshot) -> Decision | None:
    kind = incoming.kind
    if kind is Kind.OPT_OUT:
        return Decision(Do.STOP, _locale_of("stop", incoming.text))
    if kind in (Kind.OPT_IN, Kind.UNBLOCKED):
        return Decision(Do.START, _locale_of("start", incoming.text)) if contact.opted_out else Decision(Do.SILENT)
    if kind is Kind.BLOCKED:
        return Decision(Do.SILENT)
    if contact.opted_out:
        return _while_opted_out(incoming)
    if kind is Kind.CHOICE:
        return Decision(Do.PAYLOAD, by_choice=True)  # its token names the payload
    if kind is Kind.GROUP:
        return Decision(Do.SILENT if contact.group_told else Do.GROUP)
    if kind is Kind.COMMAND:
        return Decision(Do.HELP) if incoming.text == "/help" else Decision(Do.PAYLOAD, "/greet")
    if kind is Kind.MEDIA and incoming.text.strip() and (danger := danger_kind(incoming.text, lexicons())):
        return Decision(Do.DANGER, danger)
    simple = {Kind.MEDIA: Do.MEDIA, Kind.EDIT: Do.EDIT, Kind.LOCATION: Do.LOCATION}
    return Decision(simple[kind]) if kind in simple else None


def _while_opted_out(incoming: Incoming) -> Decision:
    """Nothing leaves until the person starts again: neither an answer nor a second confirmation."""
    # Telegram's own button for somebody who comes back sends /start.
    back = incoming.kind is Kind.COMMAND and incoming.text == "/start"
    if back:
        return Decision(Do.START)
    fields = ("start", "start_if_stopped") if incoming.kind is Kind.TEXT else ()
    field = next((field for field in fields if _matches(incoming.text, field)), None)
    return Decision(Do.START, _locale_of(field, incoming.text)) if field else Decision(Do.SILENT)


def _by_words(text: str, contact: Snapshot) -> Decision:
    if not text:
        return Decision(Do.EMPTY)
    plain = text.lstrip("/").strip()
    leaves_form = bool(contact.form) and _matches(plain, "cancel")
    if not leaves_form and _matches(plain, "stop"):
        return Decision(Do.STOP, _locale_of("stop", plain))
    picked = _picked(plain, contact.choices)
    if picked:
        return Decision(Do.PAYLOAD, picked, by_choice=True)
    if locale := language_named(plain, lexicons()):
        return Decision(Do.LANGUAGE, locale)
    if danger := danger_kind(plain, lexicons()):
        return Decision(Do.DANGER, danger)
    if _matches(plain, "help"):
        return Decision(Do.HELP)
    return _by_command_words(plain, contact)


def _by_command_words(text: str, contact: Snapshot) -> Decision:
    if contact.form:
        for field in ("cancel", "skip", "back"):
            if _matches(text, field):
                return Decision(Do.PAYLOAD, f'/deny{{"form": "{field}"}}')
    for field, payload in _WORDS_TO_PAYLOADS:
        if _matches(text, field):
            return Decision(Do.PAYLOAD, payload)
    if _matches(text, "start"):
        return Decision(Do.PAYLOAD, "/greet")
    if number(text) is not None and not contact.form:
        return Decision(Do.NO_CHOICE)
    return Decision(Do.TEXT)


def number(text: str) -> int | None:
    """The number that a whole message is, in any script's digits: `1`, `١`, `۱`, `১`, `1.`, `no 1`."""
    match = _NUMBER.fullmatch(text)
    # `regex` may know digits of a newer Unicode than Python does.
    digits = [unicodedata.digit(digit, None) for digit in match[1]] if match else []
    if not digits or None in digits:
        return None
    return int("".join(map(str, digits)))


def _picked(text: str, choices: tuple[Offered, ...]) -> str | None:
    """The payload of the choice that the message names by its number or its words."""
    wanted = number(text)
    folded = fold(text).strip(" .!?؟،")
    for choice in choices:
        if choice.position == wanted or (folded and folded == fold(choice.title).strip(" .!?؟،")):
            return choice.payload
    return None


def _matches(text: str, field: str) -> str | None:
    return whole_message(text, lexicons(), field)  # type: ignore[arg-type]  # a Field


def _locale_of(field: str, text: str) -> str:
    """The locale whose word the message is; English for one that every list has, such as STOP; empty in doubt."""
    found = [locale for locale, lexicon in lexicons().items() if whole_message(text, {locale: lexicon}, field)]  # type: ignore[arg-type]  # a Field
    if i18n.DEFAULT in found:
        return i18n.DEFAULT
    return i18n.negotiate(found[0]) or "" if len(found) == 1 else ""
