"""Topics: what can be asked about. Made and changed by editors; those for danger are fixed by the code that says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import regex
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers, audit
from bot.content import texts
from bot.content.drafts import CRISIS
from bot.editing.finding import renew_titles
from bot.editing.keys import Refused, lock
from bot.offices.needs import NEEDS
from bot.tables import Answer, Topic

LONGEST_TITLE = 60  # a button of Telegram shows 64 characters
_ID = regex.compile(r"[a-z0-9][a-z0-9_]{1,63}")
_CATEGORY = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_ -]{0,31}")
_FIELDS = ("category", "need", "sensitive", "position")


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """What a form says of a topic. Languages that `titles` does not name keep theirs; an empty title removes one."""

    category: str
    need: str
    sensitive: bool
    position: int
    titles: Mapping[str, str] = field(default_factory=dict)


def create(session: Session, topic_id: str, draft: TopicDraft, by: str) -> Topic:
    """A new topic without answers. Raises Refused: id, known, crisis, category, need, position, title, no_title."""
    if not _ID.fullmatch(topic_id):
        raise Refused("id")
    if session.get(Topic, topic_id) is not None:
        raise Refused("known")
    titles = _titles({}, draft.titles)
    if not titles:
        raise Refused("no_title")
    _check(draft, before=None)
    topic = Topic(id=topic_id, titles=titles, **{name: getattr(draft, name) for name in _FIELDS})
    session.add(topic)
    session.flush()
    renew_titles(session, topic)
    answers.touch(session)
    audit.add(session, by, "topic.created", "topic", topic_id, category=topic.category, sensitive=topic.sensitive)
    return topic


def change(session: Session, topic_id: str, draft: TopicDraft, by: str, *, may_lift: bool) -> list[str]:
    """Store what differs and return the names of it. `may_lift`: this member of staff may make a topic not sensitive,
    which would let one person publish alone. Raises Refused: no_topic, lift, crisis, category, need, position, title, no_title.
    """
    topic = lock(session, topic_id)
    titles = _titles(topic.titles, draft.titles)
    if not titles:
        raise Refused("no_title")
    _check(draft, before=topic)
    if topic.sensitive and not draft.sensitive and not may_lift:
        raise Refused("lift")
    changed = [name for name in _FIELDS if getattr(topic, name) != getattr(draft, name)]
    for name in changed:
        setattr(topic, name, getattr(draft, name))
    if topic.titles != titles:
        topic.titles = titles
        changed.append("titles")
    if changed:
        session.flush()
        renew_titles(session, topic)
        answers.touch(session)
        audit.add(session, by, "topic.changed", "topic", topic_id, changed=changed)
    return changed


def is_deletable(session: Session, topic: Topic) -> bool:
    """Only what nobody ever received may go: versions that were said are needed to correct them."""
    said = select(Answer.id).where(Answer.topic_id == topic.id, Answer.published_at.is_not(None)).limit(1)
    return topic.category != CRISIS and session.scalar(said) is None and not _is_published(session, topic.id)


def delete(session: Session, topic_id: str, by: str) -> None:
    """Remove a topic of which nothing was ever published. Raises Refused: no_topic, crisis, was_published."""
    topic = lock(session, topic_id)
    if topic.category == CRISIS:
        raise Refused("crisis")
    if not is_deletable(session, topic):
        raise Refused("was_published")
    session.delete(topic)
    session.flush()
    answers.touch(session)
    audit.add(session, by, "topic.deleted", "topic", topic_id)


def proposed_id(title: str) -> str:
    """An id made of an English title; empty where it has no Latin letters."""
    return "_".join(regex.findall(r"[a-z0-9]+", title.lower()))[:64].strip("_")


def _is_published(session: Session, topic_id: str) -> bool:
    query = select(Answer.id).where(Answer.topic_id == topic_id, Answer.status.in_(("published", "withdrawn"))).limit(1)
    return session.scalar(query) is not None


def _titles(before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    titles = dict(before)
    for locale, title in given.items():
        text = " ".join(title.split())
        if len(text) > LONGEST_TITLE or texts.is_unusable(text):
            raise Refused("title", limit=LONGEST_TITLE)
        titles[locale] = text
    return {locale: text for locale, text in titles.items() if text}


def _check(draft: TopicDraft, before: Topic | None) -> None:
    # The kinds of danger are known to triage by their ids; texts for danger are never found by a question.
    was_danger = before is not None and before.category == CRISIS
    if (draft.category == CRISIS) != was_danger or (was_danger and not draft.sensitive):
        raise Refused("crisis")
    if not _CATEGORY.fullmatch(draft.category):
        raise Refused("category")
    if draft.need not in NEEDS and (before is None or before.need != draft.need):
        raise Refused("need")
    if not 0 <= draft.position <= 9999 and (before is None or before.position != draft.position):
        raise Refused("position")
