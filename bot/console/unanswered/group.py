"""One group: its questions, what they would get now, and the steps: an example, a new topic, dealt with, ignored, taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from bot import audit, editing, examples, grouping
from bot.console import labels
from bot.console.access import entry
from bot.console.answers import words as answer_words
from bot.console.answers.page import address as text_address
from bot.console.desk import Desk, Form, value, values, whole
from bot.console.examples.trial import shown
from bot.console.examples.words import NOT_YOUR_LANGUAGE, Topics, languages, sentence
from bot.console.unanswered import words
from bot.console.unanswered.lists import address, everything, filters_of, given, known_group, query_in, query_of
from bot.editing import Key, Refused, TopicDraft
from bot.examples import Board, Doubt
from bot.grouping import Done, Filters, Group
from bot.i18n import N_
from bot.masking import without
from bot.understanding import Outcome

_PAGE = 50


@dataclass(slots=True)
class Fields:
    """What the forms hold."""

    text: str = ""
    locale: str = ""
    topic: str = ""
    title: str = ""
    category: str = "general"
    need: str = "general"
    sensitive: bool = False
    settle: bool = True
    problem: str = ""
    topic_problem: str = ""
    doubt: Doubt | None = None
    rows: list[int] = field(default_factory=list)


@get("/unanswered/{group_id:int}", **entry("editor"))
def show(desk: Desk, group_id: int, row: int = 0, page: int = 1, new: str = "") -> Response[str]:
    """`row` names the question whose words fill the form; the newest that has words otherwise."""
    filters, page = filters_of(desk, dict(desk.request.query_params)), min(max(1, page), 10_000)
    with desk.database.read() as session:
        group = known_group(session, desk, group_id)
        rows, _ = grouping.rows(session, group_id, everything(filters), page, _PAGE)
        chosen = grouping.one(session, row, desk.member.locales) if row else None
    with desk.database.write() as session:
        audit.add(session, desk.member.email, "question.viewed", grouping.KIND, str(group_id), rows=len(rows))
    worded = chosen if chosen and chosen.text else next((asked for asked in rows if asked.text), None)
    return _page(
        desk, group, filters, Fields(text=worded.text, locale=worded.locale) if worded else Fields(), page, new=bool(new)
    )


@post("/unanswered/{group_id:int}/example", **entry("editor"))
def make_example(desk: Desk, group_id: int, data: Form) -> Response[str]:
    """Make it an example question of a topic. The words are the masked ones, as the editor left them."""
    fields, filters = _fields_in(data), filters_of(desk, query_in(data))
    _may(desk, fields.locale)
    with desk.database.read() as session:
        group = known_group(session, desk, group_id)
        topics, board = Topics(session, desk.locale), examples.current(session, desk.settings.models_dir)
        examples.get_ready(session, fields.topic, [fields.text])
    if not value(data, "sure") and fields.topic in topics:
        fields.doubt = examples.doubt(board, fields.text, fields.locale, fields.topic)
    if fields.doubt is not None:
        return _page(desk, group, filters, fields, status=422)
    try:
        with desk.database.write() as session:
            examples.add(session, fields.topic, fields.locale, fields.text, desk.member.email)
            _deal(session, desk, group_id, fields, Done.EXAMPLE)
    except Refused as refused:
        fields.problem = sentence(desk, refused, topics)
        return _page(desk, group, filters, fields, status=422)
    said = desk.text(N_("An example of “{topic}” now. The next message knows it."), topic=topics.name(fields.topic))
    return desk.go(_after(group_id, filters, fields), said)


@post("/unanswered/{group_id:int}/topic", **entry("editor"))
def make_topic(desk: Desk, group_id: int, data: Form) -> Response[str]:
    """Begin a topic with this question as its first example. It is found once its first answer is published."""
    fields, filters = _fields_in(data), filters_of(desk, query_in(data))
    if desk.member.locales:
        desk.refuse(N_("New topics are for editors of every language."), 403)
    with desk.database.read() as session:
        group, topics = known_group(session, desk, group_id), Topics(session, desk.locale)
        examples.get_ready(session, "", [fields.text, fields.title])
    topic_id = value(data, "id", 64) or editing.proposed_id(fields.title)
    draft = TopicDraft(fields.category, fields.need, fields.sensitive, _last(topics), {fields.locale: fields.title})
    made = False
    try:
        if not fields.title:
            raise Refused("no_title")
        with desk.database.write() as session:
            made = bool(editing.create(session, topic_id, draft, desk.member.email))
            examples.add(session, topic_id, fields.locale, fields.text, desk.member.email)
            _deal(session, desk, group_id, replace(fields, topic=topic_id), Done.TOPIC)
    except Refused as refused:
        fields.topic_problem = sentence(desk, refused, topics) if made else answer_words.sentence(desk, refused)
        return _page(desk, group, filters, fields, status=422)
    said = desk.text(N_("The topic is there, with its first question. Now write its answer."))
    return desk.go(text_address(Key(topic_id, fields.locale, None)), said)


def _last(topics: Topics) -> int:
    return min(max((row.position for row in topics.rows.values()), default=0) + 1, 9999)


@post("/unanswered/{group_id:int}/settle", **entry("editor"))
def settle(desk: Desk, group_id: int, data: Form) -> Response[str]:
    """Dealt with, or ignored: the whole group, or the rows that are ticked."""
    done = Done.IGNORED if value(data, "done") == "ignored" else Done.SETTLED
    rows, filters = _rows(data), filters_of(desk, query_in(data))
    if value(data, "only") and not rows:
        desk.refuse(N_("Tick the questions first."))
    with desk.database.write() as session:
        count = grouping.settle(session, [group_id], desk.member.email, done, mine=desk.member.locales, rows=rows)
    if not count:
        desk.refuse(words.GONE)
    said = desk.words.count("{n} question is dealt with.", "{n} questions are dealt with.", count)
    return desk.go(_after(group_id, filters, Fields(rows=rows)), said)


@post("/unanswered/{group_id:int}/reopen", **entry("editor"))
def reopen(desk: Desk, group_id: int, data: Form) -> Response[str]:
    with desk.database.write() as session:
        count = grouping.reopen(session, group_id, desk.member.email, mine=desk.member.locales)
    if not count:
        desk.refuse(words.GONE)
    said = desk.words.count("{n} question is open again.", "{n} questions are open again.", count)
    return desk.go(f"/console/unanswered/{group_id}", said)


@post("/unanswered/{group_id:int}/split", **entry("editor"))
def split(desk: Desk, group_id: int, data: Form) -> Response[str]:
    """Ticked questions that mean something else get a group of their own."""
    rows = _rows(data)
    with desk.database.read() as session:
        grouping.prepare_split(session, group_id, rows)
    with desk.database.write() as session:
        made = grouping.split(session, group_id, rows, desk.member.email, mine=desk.member.locales)
    if made is None:
        desk.refuse(N_("Tick some of the questions, but not all."))
    return desk.go(f"/console/unanswered/{made}", desk.text(N_("These questions are a group of their own now.")))


@post("/unanswered/try", status_code=200, **entry("editor"))
def test(desk: Desk, data: Form) -> Response[str]:
    """What the words in the form would get. Stores nothing."""
    fields = _fields_in(data)
    with desk.database.read() as session:
        topics, board = Topics(session, desk.locale), examples.current(session, desk.settings.models_dir)
        found = _shown(desk, session, board, fields)
    return desk.page("examples/trial.html", topics=topics, **found)


def _shown(desk: Desk, session: Session, board: Board, fields: Fields) -> dict[str, Any]:
    text = without(fields.text)
    return shown(desk, session, board, text, fields.locale or None) if text else {"trial": None}


def _deal(session: Session, desk: Desk, group_id: int, fields: Fields, done: Done) -> None:
    if fields.settle:
        grouping.settle(session, [group_id], desk.member.email, done, mine=desk.member.locales, topic=fields.topic)
    else:
        audit.add(session, desk.member.email, done, grouping.KIND, str(group_id), rows=0, topic=fields.topic)


def _after(group_id: int, filters: Filters, fields: Fields) -> str:
    """Back to the list, unless there is more to do in this group."""
    if not fields.settle or fields.rows:
        query = query_of(filters)
        return f"/console/unanswered/{group_id}" + (f"?{query}" if query else "")
    return address(query_of(filters), group_id)


def _fields_in(data: dict[str, Any]) -> Fields:
    return Fields(
        text=examples.tidy(value(data, "text", 2000)),
        locale=value(data, "locale", 16),
        topic=value(data, "topic", 64),
        title=value(data, "title", 200),
        category=value(data, "category", 40),
        need=value(data, "need", 32),
        sensitive=bool(value(data, "sensitive")),
        settle=bool(value(data, "settle")),
    )


def _rows(data: dict[str, Any]) -> list[int]:
    ticked = (whole({"row": text}, "row") for text in values(data, "row"))
    return [number for number in ticked if number is not None][:500]


def _may(desk: Desk, locale: str) -> None:
    if not desk.member.may_edit(locale):
        desk.refuse(NOT_YOUR_LANGUAGE, 403)


def _page(
    desk: Desk, group: Group, filters: Filters, fields: Fields, page: int = 1, status: int = 200, *, new: bool = False
) -> Response[str]:
    with desk.database.read() as session:
        topics, board = Topics(session, desk.locale), examples.current(session, desk.settings.models_dir)
        rows, more = grouping.rows(session, group.id, everything(filters), page, _PAGE)
        history = grouping.history(session, [group.id]).get(group.id, [])
        found = _shown(desk, session, board, fields)
    trial = found["trial"]
    if fields.topic not in topics:
        fields.topic = trial.topic if trial and trial.outcome is Outcome.SURE else ""
    known = editing.category_order([*answer_words.CATEGORY, *(row.category for row in topics.rows.values())])
    return desk.page(
        "unanswered/group.html",
        status=status,
        group=group,
        rows=rows,
        more=more,
        page=page,
        history=history,
        topics=topics,
        fields=fields,
        back=query_of(filters),
        languages=languages(desk),
        categories=[(name, answer_words.category(desk, name)) for name in known if name != editing.CRISIS],
        needs=sorted(((name, desk.text(title)) for name, title in labels.NEED.items()), key=lambda item: item[1]),
        longest=examples.LONGEST,
        longest_title=editing.LONGEST_TITLE,
        new=new or bool(fields.topic_problem),
        whole_editor=not desk.member.locales,
        **found,
        **given(desk),
    )


HANDLERS = [show, make_example, make_topic, settle, reopen, split, test]
