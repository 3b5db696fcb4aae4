"""Recalls: who received a version of an answer, and the correction sent after it. Editors see numbers, never addresses.

A recall is sent in batches, each a transaction of its own. What is left to do is always read from the outbox itself, so
any process may go on where another one died, and nobody gets the same words twice.
"""

from __future__ import annotations

from bot.recalls.listing import Former, Past, Translation, former, past, translations
from bot.recalls.reaching import Group, Reach, reach, segments, since
from bot.recalls.sending import (
    BATCH,
    MAX_DAYS,
    MAX_TEXT,
    MOST_WAITING,
    Progress,
    RecallError,
    advance,
    begin,
    check,
    is_unfinished,
    progress,
    resume,
    room,
)
from bot.recalls.wording import Wording, is_fixed, present, suggested, text_for

__all__ = [
    "BATCH",
    "MAX_DAYS",
    "MAX_TEXT",
    "MOST_WAITING",
    "Former",
    "Group",
    "Past",
    "Progress",
    "Reach",
    "RecallError",
    "Translation",
    "Wording",
    "advance",
    "begin",
    "check",
    "former",
    "is_fixed",
    "is_unfinished",
    "past",
    "present",
    "progress",
    "reach",
    "resume",
    "room",
    "segments",
    "since",
    "suggested",
    "text_for",
    "translations",
]
