"""Topics: new ones, and what an old one is called, where it stands in the menu, whether it needs a second pair of eyes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import editing, i18n, options
from bot.console import labels
from bot.console.access import entry
from bot.console.answers import words
from bot.console.answers.page import address
from bot.console.desk import Desk, Form, value, whole
from bot.db import utcnow
from bot.editing import Key, Refused, TopicDraft
from bot.i18n import N_
from bot.tables import Topic

ONLY_TITLES = N_("You may change the titles of your languages. Everything else is for editors of every language.")


@dataclass(frozen=True, slots=True)
class Fields:
    """What the form holds."""

    id: str = ""
    category: str = "general"
    new_category: str = ""
    need: str = "general"
    sensitive: bool = False
    position: str = "0"
    titles: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@get("/answers/topics/new", **entry("editor"))
def new(desk: Desk, title: str = "", locale: str = "en") -> Response[str]:
    """An empty form; `title` may come from what people asked in vain."""
    _whole_editor(desk)
    titles = {locale: title.strip()[: editing.LONGEST_TITLE]} if title and locale in i18n.LANGUAGES else {}
    with desk.database.read() as session:
        return _page(desk, session, None, Fields(titles=titles, position=str(_last_position(session) + 1)))


@post("/answers/topics/new", **entry("editor"))
def create(desk: Desk, data: Form) -> Response[str]:
    _whole_editor(desk)
    fields = _fields_in(data)
    topic_id = fields.id or editing.proposed_id(fields.titles.get("en", ""))
    editing.prepare(fields.titles.values())
    try:
        with desk.database.write() as session:
            editing.create(session, topic_id, _draft(fields), desk.member.email)
    except Refused as refused:
        return _again(desk, None, fields, refused)
    first = "en" if fields.titles.get("en") else next(locale for locale, text in fields.titles.items() if text)
    return desk.go(address(Key(topic_id, first, None)), desk.text(N_("The topic is there. Now write its first text.")))


@get("/answers/topic", **entry("editor"))
def show(desk: Desk, topic: str = "") -> Response[str]:
    with desk.database.read() as session:
        found = session.get(Topic, topic)
        if found is None:
            desk.missing()
        return _page(desk, session, found, _fields_of(found))


@post("/answers/topic", **entry("editor"))
def change(desk: Desk, data: Form) -> Response[str]:
    topic_id, fields = value(data, "topic", 64), _fields_in(data)
    with desk.database.read() as session:
        texts = editing.to_read_under(session, topic_id, fields.titles)
    editing.prepare(texts)
    try:
        with desk.database.write() as session:
            topic = session.get(Topic, topic_id)
            if topic is None:
                desk.missing()
            # An editor of some languages changes their titles and nothing else, whatever a form says.
            draft = _draft(fields) if not desk.member.locales else _titles_alone(desk, topic, fields)
            changed = editing.change(session, topic_id, draft, desk.member.email, may_lift="admin" in desk.member.roles)
    except Refused as refused:
        return _again(desk, topic_id, fields, refused)
    said = desk.text(N_("Saved.") if changed else N_("Nothing was changed."))
    return desk.go(f"/console/answers/topic?topic={quote(topic_id)}", said)


@post("/answers/topic/delete", **entry("editor"))
def delete(desk: Desk, data: Form) -> Response[str]:
    _whole_editor(desk)
    try:
        with desk.database.write() as session:
            editing.delete(session, value(data, "topic", 64), desk.member.email)
    except Refused as refused:
        desk.refuse(words.sentence(desk, refused))
    return desk.go("/console/answers", desk.text(N_("The topic is deleted.")))


def _whole_editor(desk: Desk) -> None:
    if desk.member.locales:
        desk.refuse(ONLY_TITLES, 403)


def _titles_alone(desk: Desk, topic: Topic, fields: Fields) -> TopicDraft:
    mine = {locale: text for locale, text in fields.titles.items() if desk.member.may_edit(locale)}
    return TopicDraft(topic.category, topic.need, topic.sensitive, topic.position, mine)


def _fields_in(data: dict[str, Any]) -> Fields:
    titles = {name.removeprefix("title-"): value(data, name, 200) for name in data if name.startswith("title-")}
    return Fields(
        id=value(data, "id", 64),
        category=value(data, "category", 40),
        new_category=value(data, "new_category", 40),
        need=value(data, "need", 32),
        sensitive=bool(value(data, "sensitive")),
        position=str(number) if (number := whole(data, "position")) is not None else "-1",
        titles={locale: text for locale, text in titles.items() if locale in i18n.LANGUAGES},
    )


def _fields_of(topic: Topic) -> Fields:
    return Fields(
        id=topic.id,
        category=topic.category,
        need=topic.need,
        sensitive=topic.sensitive,
        position=str(topic.position),
        titles=dict(topic.titles),
    )


def _draft(fields: Fields) -> TopicDraft:
    category = fields.new_category or fields.category
    return TopicDraft(category, fields.need, fields.sensitive, int(fields.position), fields.titles)


def _again(desk: Desk, topic_id: str | None, fields: Fields, refused: Refused) -> Response[str]:
    if refused.code == "no_topic":
        desk.missing()
    wrong = {words.FIELD_OF.get(refused.code, ""): words.sentence(desk, refused)}
    kept = Fields(**{name: getattr(fields, name) for name in Fields.__slots__ if name != "errors"}, errors=wrong)
    with desk.database.read() as session:
        topic = session.get(Topic, topic_id) if topic_id is not None else None
        return _page(desk, session, topic, kept, status=422)


def _page(desk: Desk, session: Session, topic: Topic | None, fields: Fields, status: int = 200) -> Response[str]:
    known = editing.category_order([*words.CATEGORY, *session.scalars(select(Topic.category).distinct())])
    is_danger = topic is not None and topic.category == editing.CRISIS
    categories = [name for name in known if is_danger or name != editing.CRISIS]
    found = []
    if topic is not None:
        found = editing.standings(session, utcnow().date(), options.number(session, "answer_grace_days"), topic.id)
    return desk.page(
        "answers/topic.html",
        status=status,
        topic=topic,
        title=words.title(topic.titles, topic.id, desk.locale) if topic is not None else desk.text(N_("New topic")),
        fields=fields,
        categories=[(name, words.category(desk, name)) for name in categories],
        needs=sorted(((name, desk.text(told)) for name, told in labels.NEED.items()), key=lambda item: item[1]),
        languages=i18n.LANGUAGES,
        is_danger=is_danger,
        whole_editor=not desk.member.locales,
        may_lift="admin" in desk.member.roles,
        can_go=topic is not None and editing.is_deletable(session, topic),
        standings=found,
        longest=editing.LONGEST_TITLE,
        words_of=words,
    )


def _last_position(session: Session) -> int:
    positions = session.scalars(select(Topic.position).order_by(Topic.position.desc()).limit(1)).first()
    return min(positions or 0, 9998)


HANDLERS = [new, create, show, change, delete]
