"""What people asked and did not get: groups of questions that mean the same, the most asked first. Always masked."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, examples, grouping
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, values, whole
from bot.console.examples.words import Topics
from bot.console.unanswered import words
from bot.db import Database
from bot.grouping import Done, Filters
from bot.i18n import N_
from bot.masking import hides, pieces
from bot.tables import Unanswered
from bot.understanding import UNSURE

STATES = {grouping.OPEN: N_("Open"), grouping.SETTLED: N_("Dealt with")}
_AT_ONCE = 10  # questions that a page sorts by itself; the keeper sorts the rest
_PAGE = 25
_SUGGESTED = 2  # topics that one click makes a question an example of
_FIELDS = ("view", "reason", "locale", "country", "topic")


@get("/unanswered", **entry("editor"))
def overview(
    desk: Desk,
    view: str = grouping.OPEN,
    reason: str = "",
    locale: str = "",
    country: str = "",
    topic: str = "",
    undo: int = 0,
    page: int = 1,
) -> Response[str]:
    filters = filters_of(desk, {"view": view, "reason": reason, "locale": locale, "country": country, "topic": topic})
    page = min(max(1, page), 10_000)
    sort_some(desk.database)
    with desk.database.read() as session:
        topics = Topics(session, desk.locale)
        found, more = grouping.groups(session, filters, page, _PAGE)
        facets = grouping.facets(session, desk.member.locales)
        waiting = grouping.waiting(session)
        suggested = _suggested(session, found, topics, desk.settings.models_dir)
        history = grouping.history(session, [group.id for group in found] + ([undo] if undo else []))
    if found:
        with desk.database.write() as session:
            audit.add(session, desk.member.email, "question.listed", grouping.KIND, groups=len(found))
    return desk.page(
        "unanswered/overview.html",
        groups=found,
        more=more,
        page=page,
        filters=filters,
        narrowed=any(getattr(filters, name) for name in _FIELDS if name != "view"),
        states=[(name, desk.text(title), facets.states[name]) for name, title in STATES.items()],
        choices=_choices(desk, facets, topics),
        waiting=waiting,
        history=history,
        undo=undo if undo in history and history[undo][0].action != Done.REOPENED else 0,
        topics=topics,
        suggested=suggested,
        back=query_of(filters, page),
        query=query_of(filters),
        **given(desk),
    )


def _suggested(session: Session, found: list[grouping.Group], topics: Topics, models_dir: Path) -> dict[int, list[str]]:
    """For open groups, the topics that would be offered now. What is offered for nothing would be a wrong example."""
    ids = [group.id for group in found if group.open]
    if not ids:
        return {}
    firsts, index = grouping.heads(session, ids), examples.current(session, models_dir).index
    return {
        group_id: [
            ranked.topic
            for ranked in index.rank(vector, locale, _SUGGESTED)
            if ranked.confidence >= UNSURE and ranked.topic in topics
        ]
        for group_id, locale, vector in zip(firsts.ids, firsts.locales, firsts.vectors, strict=True)
    }


def given(desk: Desk) -> dict[str, Any]:
    """What every template of these screens needs."""
    return {
        "reasons": words.REASON,
        "reason_kinds": words.REASON_KIND,
        "kinds": {kind: desk.text(title) for kind, title in words.KIND.items()},
        "done": words.DONE,
        "pieces": pieces,
        "hides": hides,
    }


def filters_of(desk: Desk, asked: dict[str, str]) -> Filters:
    """The filters of an address; an editor of some languages sees only those."""
    wanted = {name: asked.get(name, "")[:64] for name in _FIELDS}
    state = wanted.pop("view")
    if wanted["reason"] not in grouping.REASONS:
        wanted["reason"] = ""
    return Filters(**wanted, state=state if state in STATES else grouping.OPEN, mine=desk.member.locales)


def query_of(filters: Filters, page: int = 1) -> str:
    """The filters as the query of an address; empty where nothing is narrowed."""
    plain = {name: text for name, text in asdict(filters).items() if name in _FIELDS and text}
    if filters.state != grouping.OPEN:
        plain["view"] = filters.state
    return urlencode(plain | ({"page": str(page)} if page > 1 else {}))


def query_in(data: dict[str, Any]) -> dict[str, str]:
    """The query that a form carries, to come back to the list as it was."""
    return dict(parse_qsl(value(data, "back", 400)))


def sort_some(database: Database) -> None:
    """Questions that nobody has sorted yet come into their groups now, a few at a time."""
    with database.read() as session:
        if session.scalar(select(Unanswered.id).where(Unanswered.group_id.is_(None)).limit(1)) is None:
            return
        prepared = grouping.prepare(session, _AT_ONCE, orphans=False)
    if prepared:
        with database.write() as session:
            grouping.assign(session, prepared)


@post("/unanswered/settle", **entry("editor"))
def settle_several(desk: Desk, data: Form) -> Response[str]:
    """The groups ticked in the list."""
    ids = [int(text) for text in values(data, "group") if text.isascii() and text.isdigit() and len(text) < 10][:_PAGE]
    done = Done.IGNORED if value(data, "done") == "ignored" else Done.SETTLED
    with desk.database.write() as session:
        count = grouping.settle(session, ids, desk.member.email, done, mine=desk.member.locales)
    if not count:
        desk.refuse(N_("Tick the groups first."))
    query = query_in(data)
    back = query_of(filters_of(desk, query), whole(query, "page") or 1)
    said = desk.words.count("{n} question is dealt with.", "{n} questions are dealt with.", count)
    return desk.go(address(back, ids[0] if len(ids) == 1 else 0), said)


def address(back: str, undo: int = 0) -> str:
    """The list as it was, with a way to undo the last step."""
    query = "&".join(part for part in (back, f"undo={undo}" if undo else "") if part)
    return f"/console/unanswered?{query}" if query else "/console/unanswered"


def _choices(desk: Desk, facets: grouping.Facets, topics: Topics) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: only what occurs."""
    countries = [(name, desk.words.country(name)) for name in facets.countries if name != grouping.NO_COUNTRY]
    unknown = [(grouping.NO_COUNTRY, desk.text(N_("Not known")))] if grouping.NO_COUNTRY in facets.countries else []
    return {
        "reason": [(name, desk.text(title)) for name, title in words.REASON.items() if name in facets.reasons],
        "locale": sorted(((name, desk.words.language(name)) for name in facets.locales), key=lambda item: item[1]),
        "country": [*sorted(countries, key=lambda item: item[1]), *unknown],
        "topic": topics.choices(),
    }


def everything(filters: Filters) -> Filters:
    """The same editor's view without the filters."""
    return replace(filters, state="", reason="", locale="", country="", topic="")


def known_group(session: Session, desk: Desk, group_id: int) -> grouping.Group:
    """The group, if it has rows in the editor's languages; else the page does not exist for them."""
    found = grouping.group(session, group_id, desk.member.locales)
    if found is None:
        desk.missing()
    return found


HANDLERS = [overview, settle_several]
