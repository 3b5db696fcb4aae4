"""The example questions of one topic: add several at once, move, remove; what lies nearer to another topic is marked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from sqlalchemy.orm import Session

from bot import examples
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, whole
from bot.console.examples.words import NOT_YOUR_LANGUAGE, Topics, languages, sentence
from bot.examples import Board, Doubt, Refused
from bot.i18n import LANGUAGES, N_
from bot.tables import Question

AT_ONCE = 20  # questions in one form
_PAGE = 100


@dataclass(slots=True)
class Draft:
    """What somebody wants to add, and what speaks against it."""

    locale: str = ""
    lines: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)  # question, sentence
    doubts: list[tuple[str, Doubt]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def address(topic_id: str, locale: str = "") -> str:
    return "/console/examples/topic?" + urlencode({"topic": topic_id} | ({"locale": locale} if locale else {}))


@get("/examples/topic", **entry("editor"))
def show(desk: Desk, topic: str = "", locale: str = "", page: int = 1) -> Response[str]:
    with desk.database.read() as session:
        return _page(desk, session, topic, locale, Draft(), page=min(max(1, page), 10_000))


@post("/examples/check", status_code=200, **entry("editor"))
def check(desk: Desk, data: Form) -> Response[str]:
    """While somebody writes: where each question lies. Stores nothing."""
    topic_id, draft = value(data, "topic", 64), _draft(data)
    with desk.database.read() as session:
        topics, board = Topics(session, desk.locale), examples.current(session, desk.settings.models_dir)
    if topic_id not in topics or draft.locale not in LANGUAGES:
        desk.missing()
    _doubt(board, topic_id, draft)
    return desk.page("examples/doubts.html", draft=draft, topics=topics, topic_id=topic_id)


@post("/examples/add", **entry("editor"))
def add(desk: Desk, data: Form) -> Response[str]:
    topic_id, draft = value(data, "topic", 64), _draft(data)
    _may(desk, draft.locale)
    with desk.database.read() as session:
        topics, board = Topics(session, desk.locale), examples.current(session, desk.settings.models_dir)
        examples.get_ready(session, topic_id, draft.lines)
    if topic_id not in topics:
        desk.missing()
    if not value(data, "sure"):
        _doubt(board, topic_id, draft)
    if not draft.doubts:
        _store(desk, topic_id, draft, topics)
    if draft.problems or draft.doubts:
        with desk.database.read() as session:
            return _page(desk, session, topic_id, "", draft, status=422)
    said = desk.words.count(
        "{n} question added. It counts from the next message on.",
        "{n} questions added. They count from the next message on.",
        len(draft.lines),
    )
    return desk.go(address(topic_id, draft.locale), said)


class _Undone(Exception):
    """Leaves a transaction without keeping anything of it."""


def _store(desk: Desk, topic_id: str, draft: Draft, topics: Topics) -> None:
    """All of them or none: a form that comes back holds everything that is still to be added."""
    if not draft.lines:
        draft.problems.append(("", desk.text(N_("Write a question first."))))
        return
    with suppress(_Undone), desk.database.write() as session:
        for line in draft.lines:
            try:
                examples.add(session, topic_id, draft.locale, line, desk.member.email)
            except Refused as refused:
                draft.problems.append((line, sentence(desk, refused, topics)))
        if draft.problems:
            raise _Undone


@post("/examples/remove", **entry("editor"))
def remove(desk: Desk, data: Form) -> Response[str]:
    row = _own(desk, data)
    with desk.database.read() as session:
        examples.get_ready(session, row.topic_id, ())
    _change(desk, lambda session: examples.remove(session, row.id, desk.member.email))
    return desk.go(_back(data) or address(row.topic_id), desk.text(N_("Removed. It no longer counts.")))


@post("/examples/move", **entry("editor"))
def move(desk: Desk, data: Form) -> Response[str]:
    row, to = _own(desk, data), value(data, "to", 64)
    with desk.database.read() as session:
        examples.get_ready(session, row.topic_id, ())
        name = Topics(session, desk.locale).name(to)
    _change(desk, lambda session: examples.move(session, row.id, to, desk.member.email))
    return desk.go(_back(data) or address(row.topic_id), desk.text(N_("Moved to “{topic}”."), topic=name))


def _own(desk: Desk, data: dict[str, Any]) -> Question:
    """The question that a form names, if it is in a language of the editor."""
    with desk.database.read() as session:
        row = session.get(Question, whole(data, "question") or 0)
    if row is None:
        desk.missing()
    _may(desk, row.locale)
    return row


def _may(desk: Desk, locale: str) -> None:
    if not desk.member.may_edit(locale):
        desk.refuse(NOT_YOUR_LANGUAGE, 403)


def _change(desk: Desk, step: Any) -> None:
    try:
        with desk.database.write() as session:
            step(session)
    except Refused as refused:
        with desk.database.read() as session:
            desk.refuse(sentence(desk, refused, Topics(session, desk.locale)))


def _back(data: dict[str, Any]) -> str:
    """Where the form was, if that is a page of ours."""
    wanted = value(data, "back", 300)
    return wanted if wanted.startswith(("/console/examples/near", "/console/examples/topic?")) else ""


def _draft(data: dict[str, Any]) -> Draft:
    lines = [examples.tidy(line) for line in value(data, "questions").split("\n")]
    return Draft(value(data, "locale", 16), list(dict.fromkeys(line for line in lines if line))[:AT_ONCE])


def _doubt(board: Board, topic_id: str, draft: Draft) -> None:
    for line in draft.lines:
        doubt = examples.doubt(board, line, draft.locale, topic_id)
        if doubt is not None:
            draft.doubts.append((line, doubt))


def _page(
    desk: Desk, session: Session, topic_id: str, locale: str, draft: Draft, page: int = 1, status: int = 200
) -> Response[str]:
    topics, counts = Topics(session, desk.locale), examples.counts(session)
    if topic_id not in topics:
        desk.missing()
    locale = locale if locale in LANGUAGES else ""
    rows, more = examples.of_topic(session, topic_id, locale, page, _PAGE)
    board = examples.current(session, desk.settings.models_dir)
    mine = languages(desk)
    return desk.page(
        "examples/topic.html",
        status=status,
        topic=topics.rows[topic_id],
        topics=topics,
        rows=rows,
        more=more,
        page=page,
        chosen=locale,
        counts={known: counts[topic_id, known] for known in LANGUAGES if (topic_id, known) in counts},
        conflicts={conflict.example.id: conflict for conflict in board.conflicts(topic_id)},
        answered=board.is_answered(topic_id),
        draft=draft,
        writes_in=draft.locale or locale or (desk.locale if desk.member.may_edit(desk.locale) else mine[0][0] if mine else ""),
        languages=mine,
        at_once=AT_ONCE,
        back=desk.link(),
    )


HANDLERS = [show, check, add, remove, move]
