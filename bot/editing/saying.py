"""How an answer is put into words for a contact: the editor's text, when it was checked, its source, how to get more."""

from __future__ import annotations

import json

from bot.i18n import N_, short_date, translate
from bot.messages import Choice
from bot.tables import Answer

CHECKED = N_("Checked {date}.")
NOT_REVIEWED = N_("Checked {date}, not yet reviewed.")
MORE = N_("More: MORE")
SOURCE_LINE = N_("Source: {url}")
FIND_OFFICE = N_("Find help near me")
PERSON = N_("Talk to a person")
NO_HELP = N_("This did not help")


def checked(locale: str, answer: Answer) -> str:
    """When somebody last compared the text with its sources, and that nobody has reviewed it where that is so."""
    if answer.checked_on is None:
        return ""
    words = CHECKED if answer.review == "reviewed" else NOT_REVIEWED
    return translate(locale, words, date=short_date(locale, answer.checked_on))


def plain(locale: str, answer: Answer) -> str:
    """What a phone without buttons gets first. MORE is offered where there is more."""
    more = translate(locale, MORE) if answer.chat.strip() != answer.sms.strip() else ""
    footer = " ".join(part for part in (checked(locale, answer), more) if part)
    return "\n".join(part for part in (answer.sms.strip(), footer) if part)


def details(locale: str, answer: Answer) -> str:
    """What MORE brings."""
    return "\n".join(part for part in (answer.chat.strip(), checked(locale, answer), _source(locale, answer)) if part)


def chat(locale: str, answer: Answer) -> str:
    """What a chat gets."""
    footer = "\n".join(part for part in (checked(locale, answer), _source(locale, answer)) if part)
    return "\n\n".join(part for part in (answer.chat.strip(), footer) if part)


def choices(locale: str, need: str, topic_id: str) -> tuple[Choice, ...]:
    """The ways on under an answer in a chat."""
    ways = (
        (FIND_OFFICE, "find_office", {"need": need}),
        (PERSON, "talk_to_person", {"topic": topic_id}),
        (NO_HELP, "not_helpful", {"topic": topic_id}),
    )
    return tuple(Choice(translate(locale, title), f"/{act}{json.dumps(load, ensure_ascii=False)}") for title, act, load in ways)


def _source(locale: str, answer: Answer) -> str:
    return translate(locale, SOURCE_LINE, url=answer.sources[0]) if answer.sources else ""
