"""Offices, hotlines and emergency numbers: loaded from tables, searched by need and place, said in the reader's language."""

from __future__ import annotations

from bot.offices.describing import describe
from bot.offices.editing import is_open_now, resolve
from bot.offices.emergency import emergency_numbers, emergency_phrase, load_emergency
from bot.offices.loading import load_rows
from bot.offices.needs import NEEDS, need_label
from bot.offices.schedule import is_open
from bot.offices.searching import Match, in_use, is_closed, search

__all__ = [
    "NEEDS",
    "Match",
    "describe",
    "emergency_numbers",
    "emergency_phrase",
    "in_use",
    "is_closed",
    "is_open",
    "is_open_now",
    "load_emergency",
    "load_rows",
    "need_label",
    "resolve",
    "search",
]
