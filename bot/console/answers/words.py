"""What states, steps and refusals of editing are called on the screen."""

from __future__ import annotations

from bot.console.desk import Desk
from bot.editing import LONGEST_TITLE, Refused, TopicRow
from bot.i18n import N_

STATE = {
    "draft": N_("Draft"),
    "review": N_("In review"),
    "published": N_("Published"),
    "stale": N_("English has changed"),
    "due": N_("Review due"),
    "withheld": N_("Withheld"),
    "withdrawn": N_("Withdrawn"),
    "replaced": N_("Replaced"),
    "missing": N_("No text"),
}
STATE_KIND = {"published": "good", "stale": "warn", "due": "warn", "withheld": "bad", "review": "info", "draft": "info"}
STATE_MARK = {"published": "✓", "stale": "≠", "due": "!", "withheld": "✕", "missing": "·"}
WORK_MARK = {"draft": "✎", "review": "?"}
CATEGORY = {
    "rights": N_("Rights and papers"),
    "work": N_("Work and pay"),
    "children": N_("Children"),
    "protection": N_("Violence and danger"),
    "health": N_("Health"),
    "routes": N_("Travel and family"),
    "daily_life": N_("Shelter, food, daily life"),
    "general": N_("Other topics"),
    "crisis": N_("Danger texts"),
}
ACTION = {
    "answer.saved": N_("Saved"),
    "answer.restored": N_("Restored"),
    "answer.submitted": N_("Handed in for review"),
    "answer.approved": N_("Approved"),
    "answer.rejected": N_("Sent back"),
    "answer.published": N_("Published"),
    "answer.withdrawn": N_("Withdrawn"),
    "answer.checked": N_("Compared with its sources"),
    "answer.reviewed": N_("Read by a native speaker or a lawyer"),
    "answer.recalled": N_("Correction sent"),
}
REFUSED = {
    "no_topic": N_("This topic does not exist."),
    "no_answer": N_("This text does not exist."),
    "locale": N_("This language is not known."),
    "country": N_("This country is not known."),
    "empty": N_("Write a text first."),
    "unusable": N_("The text holds characters that no phone can show. Type it again instead of pasting it."),
    "long_sms": N_("The SMS text can have {limit} characters at most."),
    "long_chat": N_("The chat text can have {limit} characters at most."),
    "source": N_("This is not a web address: {address}"),
    "checked_later": N_("This day is still to come."),
    "due_earlier": N_("The next review must be on a later day."),
    "no_day_checked_on": N_("This is not a date."),
    "no_day_review_due": N_("This is not a date."),
    "no_source": N_("The English text that this translates does not exist any more. Load the page again."),
    "newer": N_("Somebody has saved a newer version of this text. Look at it first."),
    "not_open": N_("This version is no longer a draft."),
    "not_draft": N_("This text is already in review."),
    "not_in_review": N_("This text is not in review."),
    "not_published": N_("This version is not published any more."),
    "own": N_("Somebody else has to do this: you wrote this text."),
    "second": N_("Somebody else has to approve this text before it is published."),
    "no_comment": N_("Say why."),
    "id": N_("The name can have small letters without accents, digits and _ only."),
    "known": N_("There is a topic with this name already."),
    "no_title": N_("Give the topic a title in one language at least."),
    "title": N_("A title can have {limit} characters at most."),
    "crisis": N_("Danger texts are tied to what the assistant recognises as danger. This cannot be changed here."),
    "category": N_("Choose a category."),
    "need": N_("Choose a kind of office."),
    "position": N_("The place in the menu is a number from 0 to 9999."),
    "lift": N_("Only an admin can make a sensitive topic not sensitive."),
    "was_published": N_("People have received this topic. Withdraw its texts instead of deleting it."),
}
FIELD_OF = {
    "empty": "sms",
    "unusable": "sms",
    "long_sms": "sms",
    "long_chat": "chat",
    "source": "sources",
    "checked_later": "checked_on",
    "no_day_checked_on": "checked_on",
    "no_day_review_due": "review_due",
    "due_earlier": "review_due",
    "id": "id",
    "known": "id",
    "no_title": "titles",
    "title": "titles",
    "category": "category",
    "need": "need",
    "position": "position",
}


def sentence(desk: Desk, refused: Refused) -> str:
    return desk.text(REFUSED[refused.code], **({"limit": LONGEST_TITLE} | refused.values))


def category(desk: Desk, name: str) -> str:
    return desk.text(CATEGORY[name]) if name in CATEGORY else name.replace("_", " ").capitalize()


def title(titles: dict[str, str], topic_id: str, locale: str) -> str:
    """What a topic is called on the screen: in the reader's language, else in English, else in any."""
    return titles.get(locale) or titles.get("en") or next((text for text in titles.values() if text), topic_id)


def title_of(row: TopicRow, locale: str) -> str:
    return title(row.titles, row.id, locale)
