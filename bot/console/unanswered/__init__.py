"""Questions without an answer: the list of groups, and one group with what can be made of it."""

from __future__ import annotations

from bot.console.unanswered import group, lists

HANDLERS = [*lists.HANDLERS, *group.HANDLERS]
