"""Example questions: by which a topic is found. The list, one topic, the test box, and what lies too near to another topic."""

from __future__ import annotations

from bot.console.examples import lists, topic, trial

HANDLERS = [*lists.HANDLERS, *topic.HANDLERS, *trial.HANDLERS]
