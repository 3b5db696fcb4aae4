"""Saved replies: texts that a caseworker inserts with one key, their own and those shared by all."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.db import utcnow
from bot.tables import SavedReply

MAX_TITLE = 120  # characters
MAX_TEXT = 1500
MOST_READ = 2000  # replies that are looked through at once
CHOICES = 30


class SavedReplyError(ValueError):
    """This reply cannot be kept; `code` says why: title text long locale."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Content:
    """What a form says of a reply."""

    locale: str
    title: str
    text: str
    shared: bool


def visible(session: Session, staff_id: int, locale: str = "", search: str = "", whose: str = "") -> list[SavedReply]:
    """The caseworker's own and the shared ones, by title. `whose`: "own", "shared" or both."""
    query = select(SavedReply).where(_readable(staff_id, whose))
    if locale:
        query = query.where(SavedReply.locale == locale)
    rows = session.scalars(query.order_by(SavedReply.title, SavedReply.id).limit(MOST_READ))
    return [row for row in rows if _matches(row, search)]


def choices(session: Session, staff_id: int, locale: str, search: str = "") -> list[SavedReply]:
    """What fits while writing in this language: own ones first, titles that begin with the words before others."""
    wanted = _plain(search)
    found = visible(session, staff_id, locale, search)
    ranked = sorted(found, key=lambda row: (not _plain(row.title).startswith(wanted), row.staff_id is None))
    return ranked[:CHOICES]


def find(session: Session, staff_id: int, reply_id: int, lock: bool = False) -> SavedReply | None:
    """One that this caseworker may see and change: shared ones belong to all, own ones to nobody else."""
    query = select(SavedReply).where(SavedReply.id == reply_id, _readable(staff_id))
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def add(session: Session, staff_id: int, author: str, content: Content) -> SavedReply:
    """Raises SavedReplyError."""
    _check(content)
    row = SavedReply(
        staff_id=None if content.shared else staff_id,
        locale=content.locale,
        title=content.title,
        text=content.text,
        author=author,
        changed_at=utcnow(),
    )
    session.add(row)
    session.flush()
    return row


def change(session: Session, row: SavedReply, staff_id: int, author: str, content: Content) -> None:
    """Raises SavedReplyError. A reply that stops being shared becomes the one's who changes it."""
    _check(content)
    row.staff_id = None if content.shared else staff_id
    row.locale, row.title, row.text = content.locale, content.title, content.text
    row.author, row.changed_at = author, utcnow()
    session.flush()


def remove(session: Session, row: SavedReply) -> None:
    session.delete(row)
    session.flush()


def edition(row: SavedReply) -> str:
    """Names this state of the reply: a form that was filled in on another one changes nothing."""
    return row.changed_at.isoformat()


def _readable(staff_id: int, whose: str = "") -> ColumnElement[bool]:
    own, shared = SavedReply.staff_id == staff_id, SavedReply.staff_id.is_(None)
    return {"own": own, "shared": shared}.get(whose, or_(own, shared))


def _check(content: Content) -> None:
    if not content.locale:
        raise SavedReplyError("locale")
    if not content.title:
        raise SavedReplyError("title")
    if not content.text:
        raise SavedReplyError("text")
    if len(content.title) > MAX_TITLE or len(content.text) > MAX_TEXT:
        raise SavedReplyError("long")


def _matches(row: SavedReply, search: str) -> bool:
    """All words of the search stand in the title or the text. In Python: SQLite knows no case beyond ASCII."""
    said = _plain(f"{row.title}\n{row.text}")
    return all(word in said for word in _plain(search).split())


def _plain(text: str) -> str:
    """Without case and accents: whoever types "rendez vous a" in a hurry finds "Rendez-vous à …"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("-", " ").strip()
