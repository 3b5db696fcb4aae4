"""Translating what the assistant says: the list of what is to do, one text beside its English, files in and out."""

from __future__ import annotations

from bot.console.translations import exchange, text, worklist

HANDLERS = [*worklist.HANDLERS, *text.HANDLERS, *exchange.HANDLERS]
