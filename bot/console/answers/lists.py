"""All texts in a list with filters, and the coverage: topics × languages at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter
from sqlalchemy.orm import Session

from bot import editing, i18n, options
from bot.console.access import Member, entry
from bot.console.answers import words
from bot.console.desk import Desk
from bot.db import utcnow
from bot.editing import Key, Standing, TopicRow
from bot.i18n import N_

PAGE = 50
MINE = "mine"  # the languages of this editor
GENERAL = "-"  # texts without a country
TABS = ("", "review", "draft", "stale", "due", "withheld", "published", "withdrawn")
ORDERS = {"topic": N_("As in the menu"), "changed": N_("Changed last"), "due": N_("Review due first")}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    state: str = ""
    category: str = ""
    locale: str = ""
    country: str = ""
    q: str = ""
    order: str = "topic"


@get("/answers", **entry("editor"))
def overview(
    desk: Desk,
    in_state: Annotated[str, Parameter(query="state")] = "",  # Litestar keeps the plain name for itself
    category: str = "",
    locale: str = "",
    country: str = "",
    q: str = "",
    order: str = "topic",
    page: int = 1,
) -> Response[str]:
    filters = Filters(in_state if in_state in TABS else "", category, locale, country, q.strip()[:80], order)
    with desk.database.read() as session:
        topics, found = _everything(session)
        holding = editing.holding(session, filters.q) if filters.q else set()
    chosen = [each for each in found if _fits(each, topics[each.key.topic_id], filters, desk.member, holding)]
    counts = editing.counts(chosen)
    rows = [each for each in chosen if not filters.state or filters.state in each.states]
    rows = _ordered(rows, topics, filters.order)
    page = min(max(1, page), 10_000)
    return desk.page(
        "answers/overview.html",
        rows=rows[(page - 1) * PAGE : page * PAGE],
        total=len(rows),
        more=len(rows) > page * PAGE,
        page=page,
        topics=topics,
        filters=filters,
        narrowed=filters != Filters(state=filters.state, order=filters.order),
        tabs=[
            (name, desk.text(words.STATE[name]) if name else desk.text(N_("All")), _count(counts, chosen, name)) for name in TABS
        ],
        choices=_choices(desk, topics.values(), found),
        words_of=words,
    )


@get("/answers/coverage", **entry("editor"))
def coverage(desk: Desk, category: str = "", country: str = "", gaps: str = "") -> Response[str]:
    with desk.database.read() as session:
        topics, found = _everything(session)
    languages = editing.languages(found)
    cells = editing.coverage(found, country or None)
    shown = [row for row in topics.values() if category in ("", row.category)]
    complete = {locale: _share(shown, cells, locale) for locale in languages}
    if gaps:
        shown = [row for row in shown if any(_is_gap(cells.get((row.id, locale))) for locale in languages)]
    return desk.page(
        "answers/coverage.html",
        topics=shown,
        languages=languages,
        cells=cells,
        none_cell=editing.Cell(),
        complete=complete,
        category=category,
        country=country,
        gaps=gaps,
        choices=_choices(desk, topics.values(), found),
        words_of=words,
    )


def _everything(session: Session) -> tuple[dict[str, TopicRow], list[Standing]]:
    """Topics in their order and every text: two queries and an option, whatever their number."""
    topics = {row.id: row for row in editing.topic_rows(session)}
    return topics, editing.standings(session, utcnow().date(), options.number(session, "answer_grace_days"))


def _fits(each: Standing, topic: TopicRow, filters: Filters, member: Member, holding: set[Key]) -> bool:
    key = each.key
    if filters.locale == MINE and not member.may_edit(key.locale):
        return False
    if filters.locale not in ("", MINE, key.locale) or filters.category not in ("", topic.category):
        return False
    if filters.country and filters.country != (key.country or GENERAL):
        return False
    wanted = filters.q.casefold()
    return not wanted or key in holding or any(wanted in text.casefold() for text in (key.topic_id, *topic.titles.values()))


def _ordered(rows: list[Standing], topics: dict[str, TopicRow], order: str) -> list[Standing]:
    if order == "changed":
        never = datetime.min.replace(tzinfo=UTC)
        return sorted(rows, key=lambda each: each.newest.published_at or each.newest.created_at or never, reverse=True)
    if order == "due":
        return sorted(rows, key=lambda each: (each.published and each.published.review_due) or date.max)
    place = {topic_id: number for number, topic_id in enumerate(topics)}
    languages = {locale: number for number, locale in enumerate(i18n.LANGUAGES)}
    return sorted(rows, key=lambda e: (place[e.key.topic_id], languages.get(e.key.locale, 99), e.key.locale, e.key.country or ""))


def _count(counts: Counter[str], chosen: list[Standing], state: str) -> int:
    return counts[state] if state else len(chosen)


def _choices(desk: Desk, topics: Iterable[TopicRow], found: list[Standing]) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: only what occurs."""
    present = editing.category_order(row.category for row in topics)
    locales = sorted({each.key.locale for each in found}, key=desk.words.language)
    countries = sorted({each.key.country for each in found if each.key.country}, key=desk.words.country)
    mine = [(MINE, desk.text(N_("My languages")))] if desk.member.locales else []
    return {
        "category": [(name, words.category(desk, name)) for name in present],
        "locale": [*mine, *((locale, desk.words.language(locale)) for locale in locales)],
        "country": [(country, desk.words.country(country)) for country in countries],
        "order": [(name, desk.text(told)) for name, told in ORDERS.items()],
    }


def _is_gap(cell: editing.Cell | None) -> bool:
    return cell is None or cell.said != "published"


def _share(shown: list[TopicRow], cells: dict[tuple[str, str], editing.Cell], locale: str) -> int:
    """Per cent of the topics that have a text in this language with nothing wrong about it."""
    good = sum(not _is_gap(cells.get((row.id, locale))) for row in shown)
    return good * 100 // len(shown) if shown else 0
