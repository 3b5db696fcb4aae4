"""The topics with how many example questions each has in which language, and the questions nearer to another topic."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from bot import editing, examples, i18n
from bot.console.access import entry
from bot.console.answers import words as answer_words
from bot.console.desk import Desk
from bot.console.examples.topic import address
from bot.console.examples.trial import LONGEST
from bot.console.examples.words import Topics, languages

FEW = 5  # examples in a language; fewer find a topic badly
_SHOWN = 50  # conflicts on one page


@get("/examples", **entry("editor"))
def overview(desk: Desk, category: str = "", q: str = "", few: str = "", topic: str = "") -> Response[str]:
    if topic:
        return desk.go(address(topic))
    with desk.database.read() as session:
        topics, counts = Topics(session, desk.locale), examples.counts(session)
    present = [locale for locale in i18n.LANGUAGES if any(locale == known for _, known in counts)]
    rows = [row for row in topics.rows.values() if category in ("", row.category) and _named(topics, row, q.strip()[:80])]
    if few:
        rows = [
            row
            for row in rows
            if any(counts.get((row.id, locale), 0) < FEW for locale in present if desk.member.may_edit(locale))
        ]
    return desk.page(
        "examples/overview.html",
        rows=rows,
        topics=topics,
        counts=counts,
        totals={row.id: sum(counts.get((row.id, locale), 0) for locale in present) for row in rows},
        present=present,
        few=FEW,
        filters={"category": category, "q": q, "few": few},
        categories=[
            (name, answer_words.category(desk, name))
            for name in editing.category_order(row.category for row in topics.rows.values())
        ],
        languages=languages(desk, only_mine=False),
        longest=LONGEST,
        trial=None,
        text="",
        chosen="",
    )


def _named(topics: Topics, row: editing.TopicRow, wanted: str) -> bool:
    return not wanted or any(wanted.casefold() in text.casefold() for text in (row.id, *row.titles.values()))


@get("/examples/near", **entry("editor"))
def near(desk: Desk, page: int = 1, now: str = "") -> Response[str]:
    """Comparing each with each takes a moment when the content has changed: the page comes at once, its list by itself."""
    if not desk.is_fragment and not now:
        return desk.page("examples/near.html", conflicts=None)
    page = min(max(1, page), 10_000)
    with desk.database.read() as session:
        topics, board = Topics(session, desk.locale), examples.current(session, desk.settings.models_dir)
    found = [conflict for topic in board.all_conflicts() for conflict in board.conflicts(topic) if conflict.is_clear]
    mine = [conflict for conflict in found if desk.member.may_edit(conflict.example.locale)]
    mine.sort(key=lambda conflict: -conflict.gap)
    given: dict[str, Any] = {
        "conflicts": mine[(page - 1) * _SHOWN : page * _SHOWN],
        "total": len(mine),
        "page": page,
        "more": len(mine) > page * _SHOWN,
        "topics": topics,
        "back": "/console/examples/near",
    }
    return desk.page("examples/near_list.html" if desk.is_fragment else "examples/near.html", **given)


HANDLERS = [overview, near]
