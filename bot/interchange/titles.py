"""Titles of topics in other languages: which English title each of them was made from.

Titles have no versions. The English title that a translation was made from is kept beside the revision of the content, so that
a changed one makes its translations stale. A title that came with the content folder names none, and is taken for right.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import editing
from bot.contacts import insert_ignoring_duplicates
from bot.editing import SOURCE, TopicDraft
from bot.interchange.units import MISSING, PUBLISHED, STALE
from bot.tables import Revision, Topic

_NAME = "titles"


def sources(session: Session) -> dict[str, dict[str, str]]:
    """The English title that a translated title was made from, by topic and language."""
    return session.scalar(select(Revision.detail).where(Revision.name == _NAME)) or {}


def state(titles: Mapping[str, str], locale: str, made_from: Mapping[str, str]) -> str:
    if not titles.get(SOURCE):
        return ""
    if not titles.get(locale):
        return MISSING
    return STALE if made_from.get(locale, titles[SOURCE]) != titles[SOURCE] else PUBLISHED


def save(session: Session, topic_id: str, locale: str, title: str, by: str) -> bool:
    """Name the topic in a language, as a translation of its present English title; True when the title has changed.

    Works from the next message on. Raises editing.Refused: no_topic, title.
    """
    topic = session.get(Topic, topic_id)
    if topic is None:
        raise editing.Refused("no_topic")
    draft = TopicDraft(topic.category, topic.need, topic.sensitive, topic.position, {locale: title})
    changed = editing.change(session, topic_id, draft, by, may_lift=False)
    _mark(session, topic_id, locale, topic.titles.get(SOURCE, ""))
    return bool(changed)


def _mark(session: Session, topic_id: str, locale: str, english: str) -> None:
    insert_ignoring_duplicates(session, Revision, {"name": _NAME, "value": 0, "detail": {}}, ["name"])
    row = session.get_one(Revision, _NAME, with_for_update=True, populate_existing=True)
    row.detail = row.detail | {topic_id: row.detail.get(topic_id, {}) | {locale: english}}
    session.flush()
