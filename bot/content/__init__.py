"""Loads answers, offices, emergency numbers and crisis texts from a folder (docs/content.md) into any database."""

from bot.content.load import is_empty, load
from bot.content.report import Report

__all__ = ["Report", "is_empty", "load"]
