"""The worker: claims one message, decides, and commits everything the turn changed at once."""

from __future__ import annotations

from bot.worker.cases import ERASURE, PARTNER_CONSENT, REOPENED
from bot.worker.claimed import Claimed
from bot.worker.loop import FAILED, TakenOver, Worker
from bot.worker.outcomes import EDITED, EMPTY, GROUP, HELP, LANGUAGE, MEDIA, NO_CHOICE, STARTED, STOPPED, WAYS_ON
from bot.worker.remembering import UNSURE_LANGUAGE
from bot.worker.replying import SHARE_LOCATION, put_in_outbox

__all__ = [
    "EDITED",
    "EMPTY",
    "ERASURE",
    "FAILED",
    "GROUP",
    "HELP",
    "LANGUAGE",
    "MEDIA",
    "NO_CHOICE",
    "PARTNER_CONSENT",
    "REOPENED",
    "SHARE_LOCATION",
    "STARTED",
    "STOPPED",
    "UNSURE_LANGUAGE",
    "WAYS_ON",
    "Claimed",
    "TakenOver",
    "Worker",
    "put_in_outbox",
]
