"""Questions that got no answer, or an unhelpful one, grouped by what they mean, for editors to deal with.

The keeper sorts new ones in two steps, so that nobody waits while meanings are computed:

    with database.read() as session:
        prepared = grouping.prepare(session, 200)
    if prepared:
        with database.write() as session:
            grouping.assign(session, prepared)
"""

from __future__ import annotations

from bot.grouping.listing import (
    NO_COUNTRY,
    OPEN,
    REASONS,
    SETTLED,
    Asked,
    Facets,
    Filters,
    Group,
    facets,
    group,
    groups,
    one,
    rows,
)
from bot.grouping.meanings import Heads, heads
from bot.grouping.settling import (
    KIND,
    Done,
    history,
    prepare_split,
    reopen,
    settle,
    split,
)
from bot.grouping.sorting import NEAR, NO_WORDS_LEFT, Prepared, assign, group_new, prepare, waiting

__all__ = [
    "KIND",
    "NEAR",
    "NO_COUNTRY",
    "NO_WORDS_LEFT",
    "OPEN",
    "REASONS",
    "SETTLED",
    "Asked",
    "Done",
    "Facets",
    "Filters",
    "Group",
    "Heads",
    "Prepared",
    "assign",
    "facets",
    "group",
    "group_new",
    "groups",
    "heads",
    "history",
    "one",
    "prepare",
    "prepare_split",
    "reopen",
    "rows",
    "settle",
    "split",
    "waiting",
]
