"""Which text is meant, who may change it, and why a change is refused."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.content.storing import SOURCE
from bot.tables import Answer, Topic

OPEN = ("draft", "review")


class Key(NamedTuple):
    """One text: topic × locale × country (none: everywhere). Its versions are rows of Answer."""

    topic_id: str
    locale: str
    country: str | None


class Refused(ValueError):
    """What was asked for cannot be done; `code` names why, `values` fill the sentence that the console has for it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def key_of(answer: Answer) -> Key:
    return Key(answer.topic_id, answer.locale, answer.country)


def is_key(key: Key) -> ColumnElement[bool]:
    """The condition on Answer for the versions of one text."""
    country = Answer.country.is_(None) if key.country is None else Answer.country == key.country
    return and_(Answer.topic_id == key.topic_id, Answer.locale == key.locale, country)


def place(key: Key) -> str:
    """The name under which editors of this text see each other."""
    return f"answer:{key.topic_id}:{key.locale}:{key.country or ''}"


def may_change(locales: Collection[str], locale: str) -> bool:
    """Whether an editor with these languages may change a text in this one. No languages means all of them."""
    return not locales or locale in locales


def lock(session: Session, topic_id: str) -> Topic:
    """The topic, locked until the transaction ends: two who save at once get one version after the other."""
    topic = session.get(Topic, topic_id, with_for_update=True, populate_existing=True)
    if topic is None:
        raise Refused("no_topic")
    return topic


def newest(session: Session, key: Key) -> Answer | None:
    """The last version of a text, whatever its state."""
    return session.scalars(select(Answer).where(is_key(key)).order_by(Answer.version.desc(), Answer.id.desc()).limit(1)).first()


def published(session: Session, key: Key) -> Answer | None:
    """The version that contacts get."""
    query = select(Answer).where(is_key(key), Answer.status == "published")
    return session.scalars(query.order_by(Answer.version.desc(), Answer.id.desc()).limit(1)).first()


def source_of(session: Session, key: Key) -> Answer | None:
    """The published English text that this one translates: the country's own, else the general one. None for English."""
    if key.locale == SOURCE:
        return None
    own = published(session, key._replace(locale=SOURCE))
    return own or (published(session, Key(key.topic_id, SOURCE, None)) if key.country else None)
