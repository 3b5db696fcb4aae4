"""What is done with a version: handed in, approved, sent back, published, restored, confirmed, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from bot import editing, i18n, options
from bot.console.access import entry
from bot.console.answers import words
from bot.console.answers.page import REVIEW_AFTER, address
from bot.console.answers.text import may_change
from bot.console.desk import Desk, Form, value, whole
from bot.db import utcnow
from bot.editing import Conflict, Key, Refused
from bot.i18n import N_
from bot.tables import Answer

PUBLISHED = N_("Published. The next message carries it.")


@post("/answers/{answer_id:int}/submit", **entry("editor"))
def submit(desk: Desk, answer_id: int) -> Response[str]:
    return _do(desk, answer_id, N_("Handed in for review."), editing.submit)


@post("/answers/{answer_id:int}/approve", **entry("editor"))
def approve(desk: Desk, answer_id: int) -> Response[str]:
    return _do(desk, answer_id, N_("Approved. It can be published now."), editing.approve)


@post("/answers/{answer_id:int}/approve-and-publish", **entry("editor"))
def approve_and_publish(desk: Desk, answer_id: int) -> Response[str]:
    def both(session: Session, number: int, by: str) -> None:
        editing.approve(session, number, by)
        editing.publish(session, number, by)

    _prepare(desk, answer_id)
    return _do(desk, answer_id, PUBLISHED, both)


@post("/answers/{answer_id:int}/reject", **entry("editor"))
def reject(desk: Desk, answer_id: int, data: Form) -> Response[str]:
    comment = value(data, "comment", 400)
    return _do(desk, answer_id, N_("Sent back. It is a draft again."), lambda s, n, by: editing.reject(s, n, by, comment))


@post("/answers/{answer_id:int}/publish", **entry("editor"))
def publish(desk: Desk, answer_id: int) -> Response[str]:
    _prepare(desk, answer_id)
    return _do(desk, answer_id, PUBLISHED, editing.publish)


@post("/answers/{answer_id:int}/reviewed", **entry("editor"))
def reviewed(desk: Desk, answer_id: int) -> Response[str]:
    return _do(desk, answer_id, N_("From now on contacts are no longer told that nobody has reviewed it."), editing.mark_reviewed)


@post("/answers/{answer_id:int}/checked", **entry("editor"))
def checked(desk: Desk, answer_id: int, data: Form) -> Response[str]:
    """The published text was compared with its sources and still holds."""
    text = value(data, "review_due", 10)
    try:
        due = date.fromisoformat(text) if text else utcnow().date() + REVIEW_AFTER
    except ValueError:
        desk.refuse(words.REFUSED["no_day_review_due"])
    locales = tuple(desk.member.locales)
    told = N_("Checked today. The next review is due on {day}.")
    confirm = lambda s, n, by: editing.confirm_checked(s, n, by, due, locales)  # noqa: E731 - one line says it
    return _do(desk, answer_id, told, confirm, day=desk.words.day(due))


@post("/answers/{answer_id:int}/restore", **entry("editor"))
def restore(desk: Desk, answer_id: int, data: Form) -> Response[str]:
    """An old version becomes the newest draft, if nothing newer was saved than what the page showed."""
    base = whole(data, "base") or 0
    key = _key(desk, answer_id)
    may_change(desk, key)
    try:
        with desk.database.write() as session:
            outcome = editing.restore(session, answer_id, base, desk.member.email)
            if isinstance(outcome, Conflict):
                raise Refused("newer")
    except Refused as refused:
        desk.refuse(words.sentence(desk, refused))
    number = desk.words.number(outcome.answer.version)
    return desk.go(address(key), desk.text(N_("The old text is back as version {version}, a draft."), version=number))


@get("/answers/{answer_id:int}/withdraw", **entry("editor"))
def withdrawing(desk: Desk, answer_id: int) -> Response[str]:
    """Asks once more, and says what contacts get then."""
    key = _key(desk, answer_id)
    may_change(desk, key)
    # Trying it out and taking it back: the rules by which contacts get another text are in one place.
    with desk.database.write() as session:
        answer = session.get_one(Answer, answer_id)
        if answer.status != "published":
            desk.refuse(words.REFUSED["not_published"])
        grace = options.number(session, "answer_grace_days")
        changes = editing.without(session, answer, i18n.available(), utcnow().date(), grace)
        topic = answer.topic
        title = words.title(topic.titles, topic.id, desk.locale)
    is_danger = topic.category == editing.CRISIS
    return desk.page(
        "answers/withdraw.html",
        answer=answer,
        key=key,
        title=title,
        changes=changes,
        is_danger=is_danger,
        address=address(key),
    )


@post("/answers/{answer_id:int}/withdraw", **entry("editor"))
def withdraw(desk: Desk, answer_id: int, data: Form) -> Response[str]:
    reason = value(data, "reason", 400)
    told = N_("Withdrawn. Contacts no longer get it. Were people sent something wrong? Then send them a correction.")
    return _do(desk, answer_id, told, lambda s, n, by: editing.withdraw(s, n, by, reason))


Step = Callable[[Session, int, str], Any]


def _do(desk: Desk, answer_id: int, told: str, step: Step, **said: object) -> Response[str]:
    """One step with a version of a language that this editor may change, then back to the text."""
    key = _key(desk, answer_id)
    may_change(desk, key)
    try:
        with desk.database.write() as session:
            step(session, answer_id, desk.member.email)
    except Refused as refused:
        desk.refuse(words.sentence(desk, refused))
    return desk.go(address(key), desk.text(told, **said))


def _key(desk: Desk, answer_id: int) -> Key:
    with desk.database.read() as session:
        answer = session.get(Answer, answer_id)
        if answer is None:
            desk.missing()
        return editing.key_of(answer)


def _prepare(desk: Desk, answer_id: int) -> None:
    """Computed before the transaction: SQLite lets nobody else write during it."""
    with desk.database.read() as session:
        answer = session.get(Answer, answer_id)
        texts = editing.passages_to_read(session, answer.topic_id, answer.locale, answer.chat) if answer is not None else []
    editing.prepare(texts)


HANDLERS = [
    submit,
    approve,
    approve_and_publish,
    reject,
    publish,
    reviewed,
    checked,
    restore,
    withdrawing,
    withdraw,
]
