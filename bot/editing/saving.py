"""Saving: each save is a new version, and none is ever written over.

A save says from which version it began. Where somebody else has saved meanwhile, nothing is stored and both texts come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final

import regex
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.content import texts
from bot.content.storing import SOURCE
from bot.db import utcnow
from bot.editing.keys import OPEN, Key, Refused, is_key, key_of, lock, newest, published, source_of
from bot.offices.countries import is_country
from bot.tables import Answer

LONGEST_SMS = 1500  # characters; what is longer leaves as several messages
LONGEST_CHAT = 8000
LONGEST_COMMENT = 400
MOST_SOURCES = 20

_WORDS = ("sms", "chat")
_STANDING = ("sources", "facts", "checked_on", "review_due")
_ADDRESS = regex.compile(r"https?://[^\s<>\"']{3,500}")
_LOCALE = regex.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


class Keep(Enum):
    """A value that stays as it is in the version before."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Saved:
    """The newest version now. `changed` is False where there was nothing new to save."""

    answer: Answer
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was saved: `theirs` is newer than `base`, from which the editor began (None: there was no text, or it is gone)."""

    base: Answer | None
    theirs: Answer


def save_draft(
    session: Session,
    topic_id: str,
    locale: str,
    country: str | None,
    base_version: int,
    sms: str,
    chat: str,
    author: str,
    *,
    translated_from: int | None = None,
    sources: list[str] | None = None,
    checked_on: date | Keep | None = KEEP,
    review_due: date | Keep | None = KEEP,
    comment: str = "",
) -> Saved | Conflict:
    """Store a text as a new draft version. `base_version` is the version it began from, 0 where there was no text.

    `translated_from` is the version of the English text that a translation now says; None leaves that as it was. What is
    not given stays as before; a translation of another version than before rests on the sources and dates of that English
    text. An empty SMS text becomes the first sentences of the chat text, an empty chat text the SMS text. Audited as
    answer.saved. Raises Refused: no_topic, locale, country, empty, unusable, long_sms, long_chat, source, checked_later,
    due_earlier, no_source.
    """
    key = _checked_key(session, topic_id, locale, country)
    before = newest(session, key)
    words = dict(zip(_WORDS, _completed(sms, chat), strict=True))
    values = _inherited(session, key, before, translated_from)
    given = {
        "sources": KEEP if sources is None else _addresses(sources, values["sources"]),
        "checked_on": checked_on,
        "review_due": review_due,
    }
    values |= words | {name: value for name, value in given.items() if value is not KEEP}
    _check_days(values["checked_on"], values["review_due"])
    return _save(session, key, before, base_version, values, author, comment)


def restore(session: Session, answer_id: int, base_version: int, author: str) -> Saved | Conflict:
    """The words, sources and dates of an old version as a new draft. Audited as answer.restored. Raises Refused."""
    old = session.get(Answer, answer_id)
    if old is None:
        raise Refused("no_answer")
    key = key_of(old)
    lock(session, key.topic_id)
    values = {name: getattr(old, name) for name in (*_WORDS, *_STANDING, "translated_from")}
    outcome = _save(session, key, newest(session, key), base_version, values, author, "", restored=old.version)
    if isinstance(outcome, Saved) and outcome.changed:
        outcome.answer.review = old.review
    return outcome


def _checked_key(session: Session, topic_id: str, locale: str, country: str | None) -> Key:
    if len(locale) > 16 or not _LOCALE.fullmatch(locale):
        raise Refused("locale")
    if country is not None and not is_country(country):
        raise Refused("country")
    lock(session, topic_id)
    return Key(topic_id, locale, country)


def _completed(sms: str, chat: str) -> tuple[str, str]:
    sms, chat = _tidy(sms), _tidy(chat)
    if not sms and not chat:
        raise Refused("empty")
    if texts.is_unusable(sms + chat):
        raise Refused("unusable")
    sms, chat = sms or texts.short_of(chat), chat or sms
    if len(sms) > LONGEST_SMS:
        raise Refused("long_sms", limit=LONGEST_SMS)
    if len(chat) > LONGEST_CHAT:
        raise Refused("long_chat", limit=LONGEST_CHAT)
    return sms, chat


def _tidy(text: str) -> str:
    """Line ends as phones know them, and no space where nobody sees it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return regex.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _addresses(sources: list[str], before: list[str]) -> list[str]:
    """Web addresses, each once. What was there before may be anything: a content folder need not name web pages."""
    given = list(dict.fromkeys(line.strip() for line in sources if line.strip()))
    wrong = next((line for line in given if line not in before and not _ADDRESS.fullmatch(line)), None)
    if wrong is not None or len(given) > MOST_SOURCES:
        raise Refused("source", address=(wrong or given[-1])[:80])
    return given


def _check_days(checked_on: date | None, review_due: date | None) -> None:
    # Where the day begins before ours does, tomorrow is today.
    if checked_on is not None and checked_on > utcnow().date() + timedelta(days=1):
        raise Refused("checked_later")
    if checked_on is not None and review_due is not None and review_due < checked_on:
        raise Refused("due_earlier")


def _inherited(session: Session, key: Key, before: Answer | None, translated_from: int | None) -> dict[str, Any]:
    """What a new version rests on where nothing else is said."""
    if key.locale == SOURCE:
        general = published(session, key._replace(country=None)) if before is None and key.country else None
        return _standing(before or general) | {"translated_from": None}
    if translated_from is None or (before is not None and before.translated_from == translated_from):
        said = before.translated_from if before is not None else None
        return _standing(before or source_of(session, key)) | {"translated_from": said}
    return _standing(_version_of_source(session, key, translated_from)) | {"translated_from": translated_from}


def _standing(of: Answer | None) -> dict[str, Any]:
    empty: dict[str, Any] = {"sources": [], "facts": [], "checked_on": None, "review_due": None}
    return empty if of is None else {name: getattr(of, name) for name in _STANDING}


def _version_of_source(session: Session, key: Key, version: int) -> Answer:
    for country in dict.fromkeys((key.country, None)):
        source = Key(key.topic_id, SOURCE, country)
        query = select(Answer).where(is_key(source), Answer.version == version).order_by(Answer.id.desc()).limit(1)
        found = session.scalars(query).first()
        if found is not None:
            return found
    raise Refused("no_source")


def _save(
    session: Session,
    key: Key,
    before: Answer | None,
    base_version: int,
    values: dict[str, Any],
    author: str,
    comment: str,
    restored: int | None = None,
) -> Saved | Conflict:
    if before is not None and _is_same(before, values) and before.status in (*OPEN, "published"):
        return Saved(before, changed=False)  # also the second of two clicks on the same button
    if before is not None and before.version != base_version:
        return Conflict(_version(session, key, base_version), before)
    same_words = before is not None and all(getattr(before, name) == values[name] for name in _WORDS)
    answer = Answer(
        topic_id=key.topic_id,
        locale=key.locale,
        country=key.country,
        version=_next_version(session, key),
        status="draft",
        # Words that nobody has read are not reviewed, whatever was there before.
        review=before.review if before is not None and same_words else "drafted",
        author=author,
        comment=comment.strip()[:LONGEST_COMMENT],
        **values,
    )
    session.execute(update(Answer).where(is_key(key), Answer.status.in_(OPEN)).values(status="replaced"))
    session.add(answer)
    session.flush()
    action, detail = ("answer.restored", {"from_version": restored}) if restored is not None else ("answer.saved", {})
    noted(session, author, action, answer, **detail)
    return Saved(answer)


def _is_same(before: Answer, values: dict[str, Any]) -> bool:
    return all(getattr(before, name) == value for name, value in values.items())


def _version(session: Session, key: Key, version: int) -> Answer | None:
    return session.scalars(select(Answer).where(is_key(key), Answer.version == version).order_by(Answer.id.desc())).first()


def _next_version(session: Session, key: Key) -> int:
    query = select(func.max(Answer.version)).where(Answer.topic_id == key.topic_id, Answer.locale == key.locale)
    # English texts of all countries share their numbers: a translation says which it was made from by number alone.
    return 1 + (session.scalar(query if key.locale == SOURCE else query.where(is_key(key))) or 0)


def noted(session: Session, actor: str, action: str, answer: Answer, **detail: Any) -> None:
    """An audit event about a version."""
    names = {"topic": answer.topic_id, "locale": answer.locale, "country": answer.country, "version": answer.version}
    audit.add(session, actor, action, "answer", str(answer.id), **names, **detail)
