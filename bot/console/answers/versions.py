"""The versions of a text, who did what with them, and the differences between any two."""

from __future__ import annotations

from litestar import Response, get

from bot import differences, editing
from bot.console.access import entry
from bot.console.answers import words
from bot.console.answers.page import address
from bot.console.desk import Desk
from bot.editing import Key
from bot.tables import Answer, Topic

COMPARED = ("sms", "chat")


@get("/answers/versions", **entry("editor"))
def versions(
    desk: Desk, topic: str = "", locale: str = "", country: str = "", old: int | None = None, new: int | None = None
) -> Response[str]:
    key = Key(topic, locale, country.upper() or None)
    with desk.database.read() as session:
        about = session.get(Topic, key.topic_id)
        found = editing.versions(session, key)
        if about is None or not found:
            desk.missing()
        events = editing.events(session, [answer.id for answer in found])
    after = next((answer for answer in found if answer.version == new), found[0])
    before = next((answer for answer in found if answer.version == old), _before(found, after))
    return desk.page(
        "answers/versions.html",
        key=key,
        title=words.title(about.titles, about.id, desk.locale),
        found=found,
        events=events,
        before=before,
        after=after,
        shown={name: differences.words(getattr(before, name), getattr(after, name)) for name in COMPARED} if before else None,
        rests=_rests(before, after) if before else [],
        newest=found[0].version,
        may_edit=desk.member.may_edit(key.locale),
        address=address(key),
        text_locale=key.locale,
        words_of=words,
    )


def _before(found: list[Answer], after: Answer) -> Answer | None:
    """What a version is compared with unless somebody chooses: for a draft what contacts get, else the version before."""
    older = [answer for answer in found if answer.version < after.version]
    said = next((answer for answer in older if answer.status == "published"), None) if after.status in editing.OPEN else None
    return said or (older[0] if older else None)


def _rests(before: Answer, after: Answer) -> list[tuple[str, object, object]]:
    """What else differs: sources, dates, the English version."""
    names = ("sources", "checked_on", "review_due", "translated_from", "review")
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in names]
    return [(name, old, new) for name, old, new in pairs if old != new]


HANDLERS = [versions]
