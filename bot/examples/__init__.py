"""Example questions: by whose meaning a topic is found. Editors add, move, remove and try them; no model is trained.

board = examples.current(session, models_dir)                  # read once for each revision of the content
trial = examples.try_out(board, text, "fr")          # which topic would this get, and why
doubt = examples.doubt(board, text, "fr", topic)     # nearer to another topic?

with desk.database.read() as session:
    examples.get_ready(session, topic, [text])       # computes the meaning while nobody waits
with desk.database.write() as session:
    examples.add(session, topic, "fr", text, member.email)
"""

from __future__ import annotations

from bot.editing import Refused
from bot.examples.board import CLEAR, Board, Conflict, Example, Neighbour, current, load
from bot.examples.changing import LONGEST, add, counts, get_ready, move, of_topic, remove, tidy
from bot.examples.trying import CLOSE, OFFERED, Candidate, Doubt, Trial, doubt, try_out

__all__ = [
    "CLEAR",
    "CLOSE",
    "LONGEST",
    "OFFERED",
    "Board",
    "Candidate",
    "Conflict",
    "Doubt",
    "Example",
    "Neighbour",
    "Refused",
    "Trial",
    "add",
    "counts",
    "current",
    "doubt",
    "get_ready",
    "load",
    "move",
    "of_topic",
    "remove",
    "tidy",
    "try_out",
]
