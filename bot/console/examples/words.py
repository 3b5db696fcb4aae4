"""What refusals and outcomes are called on the screens of example and unanswered questions, and how topics are named there."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import editing
from bot.console.answers.words import title
from bot.console.desk import Desk
from bot.editing import CRISIS, Refused, TopicRow
from bot.i18n import LANGUAGES, N_

REFUSED = {
    "no_topic": N_("This topic does not exist."),
    "crisis": N_("Danger texts are found by words of danger alone. They have no example questions."),
    "locale": N_("This language is not known."),
    "no_words": N_("Write the question in words."),
    "long": N_("A question can have {limit} characters at most."),
    "hidden": N_("Some details are hidden here, such as ▮name▮. Write the question without them."),
    "unusable": N_("The text holds characters that no phone can show. Type it again instead of pasting it."),
    "known": N_("This topic has this question already."),
    "elsewhere": N_("This is a question of “{topic}” already. Move it there, or word this one in another way."),
    "gone": N_("This question is not there any more."),
}
NOT_YOUR_LANGUAGE = N_("Your account is for other languages. Ask an admin if you should change this one, too.")


class Topics:
    """The topics that can have example questions, in the order of the menu, and what they are called for this reader."""

    def __init__(self, session: Session, locale: str) -> None:
        self.rows: dict[str, TopicRow] = {row.id: row for row in editing.topic_rows(session) if row.category != CRISIS}
        self._locale = locale

    def __contains__(self, topic_id: object) -> bool:
        return topic_id in self.rows

    def name(self, topic_id: str | None) -> str:
        row = self.rows.get(topic_id or "")
        return title(row.titles, row.id, self._locale) if row else topic_id or ""

    def choices(self) -> list[tuple[str, str]]:
        """For a select, by name."""
        return sorted(((topic_id, self.name(topic_id)) for topic_id in self.rows), key=lambda item: item[1].casefold())


def sentence(desk: Desk, refused: Refused, topics: Topics) -> str:
    values = dict(refused.values)
    if "topic" in values:
        values["topic"] = topics.name(str(values["topic"]))
    return desk.text(REFUSED[refused.code], **values)


def languages(desk: Desk, *, only_mine: bool = True) -> list[tuple[str, str]]:
    """Languages for a select: those the editor may change, by name."""
    mine = [locale for locale in LANGUAGES if not only_mine or desk.member.may_edit(locale)]
    return sorted(((locale, desk.words.language(locale)) for locale in mine), key=lambda item: item[1])
