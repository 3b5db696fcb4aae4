"""`python -m bot parse`: what the worker would understand of a text, by the same code."""

from __future__ import annotations

from typing import Any

from bot import answers, i18n
from bot.agent import Assistant
from bot.db import Database
from bot.model import ensure
from bot.nlu.heads import Heads
from bot.settings import Settings
from bot.understanding import Understanding


class Parser:
    """Holds one assistant and the content of the moment it was made."""

    def __init__(self, database: Database, config: Settings) -> None:
        self._assistant = Assistant(ensure(config.models_dir))
        with database.read() as session:
            self._index = answers.load_index(session)
        Heads(config.models_dir).ensure(self._index)

    def understand(self, text: str, locale: str | None = None, country: str | None = None) -> Understanding:
        return self._assistant.understand(text, self._index, i18n.negotiate(locale) or None, country)

    def parse(self, text: str, locale: str | None = None, country: str | None = None) -> dict[str, Any]:
        """The documented JSON object. Raises TypeError when `text` is no string."""
        if not isinstance(text, str):
            raise TypeError("text must be a string")
        found = self.understand(text, locale, country)
        return {
            "text": text,
            "locale": found.locale,
            "locale_confidence": round(found.locale_confidence, 4),
            "act": "crisis" if found.crisis else found.act,
            "act_confidence": round(found.act_confidence, 4),
            "topic": None if found.crisis else found.topic,
            "topic_confidence": found.topics[0].confidence if found.topics else 0.0,
            "alternatives": [{"topic": r.topic, "confidence": r.confidence} for r in found.topics[:3]],
            "crisis": found.crisis,
            "places": [_place(m.candidates[0]) for m in found.places],
        }


def _place(place: Any) -> dict[str, Any]:
    return {"name": place.name, "country": place.country, "lat": place.lat, "lon": place.lon}
