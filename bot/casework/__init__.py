"""What caseworkers do with cases: find them, take them, write to the person, hand over, close."""

from bot.casework.conversation import Said, conversation, periods
from bot.casework.queue import Filters, Row, count_new, counts, queue
from bot.casework.routing import route
from bot.casework.steps import (
    OUTCOMES,
    Changed,
    acknowledge,
    add_note,
    close,
    escalate,
    hand_over,
    mark_read,
    reopen,
    return_to_queue,
    take,
)
from bot.casework.writing import CannotWrite, retry, write

__all__ = [
    "OUTCOMES",
    "CannotWrite",
    "Changed",
    "Filters",
    "Row",
    "Said",
    "acknowledge",
    "add_note",
    "close",
    "conversation",
    "count_new",
    "counts",
    "escalate",
    "hand_over",
    "mark_read",
    "periods",
    "queue",
    "reopen",
    "retry",
    "return_to_queue",
    "route",
    "take",
    "write",
]
