"""Answers: the list, the coverage, one text with its preview and its versions, topics."""

from __future__ import annotations

from bot.console.answers import costs, lists, steps, text, topics, versions

HANDLERS = [
    lists.overview,
    lists.coverage,
    *text.HANDLERS,
    *steps.HANDLERS,
    *versions.HANDLERS,
    *topics.HANDLERS,
    *costs.HANDLERS,
]
