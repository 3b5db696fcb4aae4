"""Editing what the assistant says: versions, review, publishing, who is at work on what, and where each text stands.

How a text goes: `save_draft` stores a new version (draft) → `submit` (review) → `approve` by somebody else → `publish`. Topics
that are not sensitive may be published right from a draft. Each save is a version of its own; versions are never changed.
A save names the version it began from and returns `Conflict` instead of `Saved` where somebody else has saved since.

Every function that changes something takes `by` or `author` (an account's e-mail address), writes the audit event itself, and
raises `Refused` with a code where it cannot be done. None commits.

    saved = editing.save_draft(session, "asylum_apply", "fr", None, base_version=3, sms=…, chat=…, author=member.email,
                               translated_from=5)           # 5: the version of the English text that it says
    if isinstance(saved, editing.Conflict): …               # saved.theirs, saved.base
    editing.publish(session, saved.answer.id, member.email)
    editing.stale(session, ["fr"])                          # published translations of an older English text
"""

from __future__ import annotations

from bot.content.drafts import CRISIS
from bot.content.storing import SOURCE
from bot.editing.finding import passages_to_read, prepare, to_read_under
from bot.editing.history import Change, Event, events, versions, without
from bot.editing.keys import OPEN, Key, Refused, key_of, may_change, newest, place, published, source_of
from bot.editing.presence import EVERY, Newer, here, leave, newer, others
from bot.editing.publishing import (
    approve,
    confirm_checked,
    mark_reviewed,
    needs_second,
    publish,
    reject,
    submit,
    withdraw,
    writers,
)
from bot.editing.saving import KEEP, LONGEST_CHAT, LONGEST_SMS, Conflict, Keep, Saved, restore, save_draft
from bot.editing.states import (
    STATES,
    Cell,
    Standing,
    TopicRow,
    Version,
    category_order,
    counts,
    coverage,
    holding,
    languages,
    stale,
    standings,
    topic_rows,
)
from bot.editing.topics import LONGEST_TITLE, TopicDraft, change, create, delete, is_deletable, proposed_id
from bot.offices.countries import is_country

__all__ = [
    "CRISIS",
    "EVERY",
    "KEEP",
    "LONGEST_CHAT",
    "LONGEST_SMS",
    "LONGEST_TITLE",
    "OPEN",
    "SOURCE",
    "STATES",
    "Cell",
    "Change",
    "Conflict",
    "Event",
    "Keep",
    "Key",
    "Newer",
    "Refused",
    "Saved",
    "Standing",
    "TopicDraft",
    "TopicRow",
    "Version",
    "approve",
    "category_order",
    "change",
    "confirm_checked",
    "counts",
    "coverage",
    "create",
    "delete",
    "events",
    "here",
    "holding",
    "is_country",
    "is_deletable",
    "key_of",
    "languages",
    "leave",
    "mark_reviewed",
    "may_change",
    "needs_second",
    "newer",
    "newest",
    "others",
    "passages_to_read",
    "place",
    "prepare",
    "proposed_id",
    "publish",
    "published",
    "reject",
    "restore",
    "save_draft",
    "source_of",
    "stale",
    "standings",
    "submit",
    "to_read_under",
    "topic_rows",
    "versions",
    "withdraw",
    "without",
    "writers",
]
