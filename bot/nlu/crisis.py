"""Rasa component: is somebody in danger now. The danger lexicon or the act classifier, either suffices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.lexicon import Lexicon, danger_kind, load_lexicons
from bot.settings import ROOT

LEXICONS = ROOT / "data" / "lexicons"
KINDS = ("medical", "sea", "violence", "captivity", "suicide", "child", "stranded")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CrisisDetector(GraphComponent):
    """Sets `crisis` to a kind or None, and makes `crisis` the intent where the lexicon says so."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # Probability of danger now from which the classifier alone suffices. Set by `make evaluate`.
        # Words of the danger lexicon count unless the classifier is nearly certain that it is a calm question.
        return {"threshold": 0.5, "doubt": 0.15, "lexicons": str(LEXICONS)}

    def __init__(self, config: dict[str, Any]) -> None:
        self._threshold = float(config["threshold"])
        self._doubt = float(config["doubt"])
        self._lexicons: dict[str, Lexicon] = load_lexicons(Path(config["lexicons"]))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CrisisDetector:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self._detect(message)
        return messages

    def _detect(self, message: Message) -> None:
        kind = danger_kind(message.get(TEXT), self._lexicons)
        danger = message.get("danger")
        if kind and danger is not None and danger < self._doubt:
            kind = None
        by_words = kind is not None
        intent = message.get(INTENT) or {}
        if kind:
            message.set(INTENT, {"name": "crisis", "confidence": 1.0}, add_to_output=True)
        elif (danger or 0.0) >= self._threshold:
            kind = message.get("crisis_kind") or "violence"
            message.set(INTENT, {"name": "crisis", "confidence": danger}, add_to_output=True)
        elif intent.get("name") == "crisis":
            self._second_reading(message)
        message.set("crisis", kind, add_to_output=True)
        message.set("crisis_by_words", by_words, add_to_output=True)

    def _second_reading(self, message: Message) -> None:
        others = [r for r in message.get("intent_ranking") or [] if r["name"] != "crisis"]
        if others:
            message.set(INTENT, others[0], add_to_output=True)
