"""One text: written with what contacts will get beside it, saved without ever writing over anybody's words."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from bot import differences, editing
from bot.console.access import entry
from bot.console.answers import preview as previews
from bot.console.answers import words
from bot.console.answers.page import Fields, address, page, unsaved
from bot.console.desk import Desk, Form, value, whole
from bot.editing import Conflict, Key, Refused
from bot.i18n import N_
from bot.tables import Answer, Topic

_SAVED = {
    "": N_("Saved as version {version}. It is a draft: contacts do not get it yet."),
    "review": N_("Saved as version {version} and handed in for review."),
    "publish": N_("Version {version} is published. The next message carries it."),
}
_UNCHANGED = N_("Nothing was changed.")


@get("/answers/text", **entry("editor"))
def show(desk: Desk, topic: str = "", locale: str = "", country: str = "") -> Response[str]:
    key = Key(topic, locale, country.upper() or None)
    with desk.database.read() as session:
        return page(desk, session, key)


@get("/answers/{answer_id:int}", **entry("editor"))
def by_number(desk: Desk, answer_id: int) -> Response[str]:
    """To the text of which this is a version."""
    with desk.database.read() as session:
        answer = session.get(Answer, answer_id)
        if answer is None:
            desk.missing()
        return desk.go(address(editing.key_of(answer)))


@post("/answers/text", **entry("editor"))
def save(desk: Desk, data: Form) -> Response[str]:
    key, fields, then = key_in(data), _fields_in(data), value(data, "then", 10)
    base = whole(data, "base") or 0
    may_change(desk, key)
    if then == "publish":
        _prepare(desk, key, fields)
    try:
        with desk.database.write() as session:
            outcome = _saved(session, key, base, fields, desk.member.email)
            if isinstance(outcome, Conflict):
                return _conflict(desk, session, key, fields, outcome)
            done = then if then in _SAVED and _go_on(session, outcome.answer, then, desk.member.email) else ""
            editing.leave(session, key, desk.member.id)
            said = _SAVED[done] if outcome.changed or done else _UNCHANGED
            return desk.go(address(key), desk.text(said, version=desk.words.number(outcome.answer.version)))
    except Refused as refused:
        return _again(desk, key, fields, base, refused)


def key_in(data: dict[str, Any]) -> Key:
    """The text that a form is about."""
    return Key(value(data, "topic", 64), value(data, "locale", 16), value(data, "country", 2).upper() or None)


def may_change(desk: Desk, key: Key) -> None:
    """Refuses who does not edit this language."""
    if not desk.member.may_edit(key.locale):
        desk.refuse(N_("You can read this language but not change it: it is not among yours."), 403)


def _fields_in(data: dict[str, Any]) -> Fields:
    names = ("sms", "chat", "sources", "checked_on", "review_due", "comment")
    texts: dict[str, Any] = {name: value(data, name) for name in names}
    return Fields(**texts, follows=bool(value(data, "follows")))


def _saved(session: Session, key: Key, base: int, fields: Fields, author: str) -> editing.Saved | Conflict:
    source = editing.source_of(session, key) if fields.follows else None
    return editing.save_draft(
        session,
        *key,
        base,
        fields.sms,
        fields.chat,
        author,
        translated_from=source.version if source is not None else None,
        sources=fields.sources.split("\n"),
        checked_on=_day(fields.checked_on, "checked_on"),
        review_due=_day(fields.review_due, "review_due"),
        comment=fields.comment,
    )


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(f"no_day_{name}") from error


def _go_on(session: Session, answer: Answer, then: str, by: str) -> bool:
    """Hand the saved text in or publish it, where that was asked for and is still to be done."""
    if then == "review" and answer.status == "draft":
        editing.submit(session, answer.id, by)
        return True
    if then == "publish" and answer.status in editing.OPEN:
        editing.publish(session, answer.id, by)
        return True
    return False


def _prepare(desk: Desk, key: Key, fields: Fields) -> None:
    """The meaning of new passages is computed before the transaction: others want to write, too."""
    with desk.database.read() as session:
        texts = editing.passages_to_read(session, key.topic_id, key.locale, fields.chat or fields.sms)
    editing.prepare(texts)


def _again(desk: Desk, key: Key, fields: Fields, base: int, refused: Refused) -> Response[str]:
    """The form with what is wrong, and every word that was typed."""
    if refused.code in ("no_topic", "locale", "country"):
        desk.missing()
    wrong = {words.FIELD_OF.get(refused.code, ""): words.sentence(desk, refused)}
    kept = Fields(**{name: getattr(fields, name) for name in Fields.__slots__ if name != "errors"}, errors=wrong)
    with desk.database.read() as session:
        return page(desk, session, key, kept, base, status=422)


def _conflict(desk: Desk, session: Session, key: Key, fields: Fields, conflict: Conflict) -> Response[str]:
    base, theirs = conflict.base, conflict.theirs
    shown = []
    both: dict[str, str] = {}
    for name in ("sms", "chat"):
        before = getattr(base, name) if base is not None else ""
        mine, other = getattr(fields, name), getattr(theirs, name)
        shown.append((name, differences.words(before, other), differences.words(before, mine), differences.words(other, mine)))
        together = differences.merged(before, mine, other)
        both |= {name: together} if together is not None else {}
    topic = session.get_one(Topic, key.topic_id)
    return desk.page(
        "answers/conflict.html",
        status=409,
        key=key,
        title=words.title(topic.titles, topic.id, desk.locale),
        fields=fields,
        base=base,
        theirs=theirs,
        shown=shown,
        both=both if len(both) == 2 else None,
        address=address(key),
        words_of=words,
    )


@post("/answers/preview", status_code=200, **entry("editor"))
def preview(desk: Desk, data: Form) -> Response[str]:
    """What contacts would get of what is typed now."""
    key, fields = key_in(data), _fields_in(data)
    with desk.database.read() as session:
        topic = session.get(Topic, key.topic_id)
        if topic is None:
            desk.missing()
        price, currency = previews.price_of(session)
        made = previews.preview(session, topic, unsaved(session, key, fields), price)
    return desk.page("answers/preview.html", made=made, currency=currency, text_locale=key.locale)


@post("/answers/presence", status_code=200, **entry("editor"))
def presence(desk: Desk, data: Form) -> Response[str]:
    """A page says that it is still open, and hears who else is there and whether something newer was saved."""
    key, base = key_in(data), whole(data, "base") or 0
    with desk.database.write() as session:
        if value(data, "gone"):
            editing.leave(session, key, desk.member.id)
            return desk.page("answers/presence.html", others=[], newer=None, key=key)
        if session.get(Topic, key.topic_id) is None:
            desk.missing()
        may_change(desk, key)
        others = editing.here(session, key, desk.member.id)
        newer = editing.newer(session, key, base)
    return desk.page("answers/presence.html", others=others, newer=newer, key=key)


HANDLERS = [show, by_number, save, preview, presence]
