"""How an answer is put into words: the text of an editor, when it was checked, how to get more. Shared by several actions."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict  # noqa: F401  # re-exported for the actions

from actions.context import Button, payload, say_text
from bot import answers, i18n, options
from bot.i18n import N_, translate
from bot.tables import Answer, Topic
from bot.turn import Turn

CHECKED = N_("Checked {date}.")
NOT_REVIEWED = N_("Checked {date}, not yet reviewed.")
MORE = N_("More: MORE")
SOURCE = N_("Source: {url}")
OTHER_LANGUAGE = N_("We have no text in {language} for this yet. Here it is in {other}:")
FIND_OFFICE = N_("Find help near me")
PERSON = N_("Talk to a person")
NO_HELP = N_("This did not help")
WHAT_CAN_I_ASK = N_("What can I ask?")


def say_answer(dispatcher: CollectingDispatcher, turn: Turn, topic_id: str, *, keep_choices: bool = False) -> bool:
    """Say the answer for the contact's language and country. False when no valid one is published."""
    found = answers.find(
        turn.session,
        topic_id,
        turn.locale,
        turn.contact.country,
        turn.now.date(),
        options.number(turn.session, "answer_grace_days"),
    )
    if found is None:
        return False
    text = _plain(turn, found.answer) if turn.plain else _chat(turn, found.answer)
    if found.is_fallback:
        names = {"language": i18n.language_name(turn.locale), "other": i18n.language_name(found.answer.locale)}
        text = f"{translate(turn.locale, OTHER_LANGUAGE, **names)}\n{text}"
    custom = {"answer_id": found.answer.id, "keep_choices": keep_choices}
    say_text(dispatcher, text, buttons=[] if turn.plain else _buttons(turn, found.topic), custom=custom)
    return True


def say_details(dispatcher: CollectingDispatcher, turn: Turn, topic_id: str) -> bool:
    """Say the long text, with its source. False when there is none."""
    found = answers.find(
        turn.session,
        topic_id,
        turn.locale,
        turn.contact.country,
        turn.now.date(),
        options.number(turn.session, "answer_grace_days"),
    )
    if found is None:
        return False
    source = translate(turn.locale, SOURCE, url=found.answer.sources[0]) if found.answer.sources else ""
    parts = [found.answer.chat.strip(), checked(turn.locale, found.answer), source]
    say_text(dispatcher, "\n".join(p for p in parts if p), custom={"answer_id": found.answer.id, "keep_choices": True})
    return True


def checked(locale: str, answer: Answer) -> str:
    """When somebody last compared the text with its sources, and that nobody has reviewed it where that is so."""
    if answer.checked_on is None:
        return ""
    words = CHECKED if answer.review == "reviewed" else NOT_REVIEWED
    return translate(locale, words, date=i18n.short_date(locale, answer.checked_on))


def _plain(turn: Turn, answer: Answer) -> str:
    more = translate(turn.locale, MORE) if answer.chat.strip() != answer.sms.strip() else ""
    footer = " ".join(part for part in (checked(turn.locale, answer), more) if part)
    return "\n".join(part for part in (answer.sms.strip(), footer) if part)


def _chat(turn: Turn, answer: Answer) -> str:
    source = translate(turn.locale, SOURCE, url=answer.sources[0]) if answer.sources else ""
    return "\n\n".join(
        part for part in (answer.chat.strip(), "\n".join(p for p in (checked(turn.locale, answer), source) if p)) if part
    )


def _buttons(turn: Turn, topic: Topic) -> list[dict[str, str]]:
    choices: list[Button] = [
        (FIND_OFFICE, payload("find_office", need=topic.need)),
        (PERSON, payload("talk_to_person", topic=topic.id)),
        (NO_HELP, payload("not_helpful", topic=topic.id)),
    ]
    return [{"title": translate(turn.locale, title), "payload": load} for title, load in choices]


def _find(turn: Turn, topic_id: str) -> answers.Found | None:
    grace_days = options.number(turn.session, "answer_grace_days")
    return answers.find(turn.session, topic_id, turn.locale, turn.contact.country, turn.now.date(), grace_days)
