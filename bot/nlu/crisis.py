"""Rasa component: is somebody in danger now. The classifier's odds and the words of the danger lexicons, taken together."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.featurizer import own_script
from bot.nlu.lexicon import Evidence, Lexicon, danger_evidence, load_lexicons
from bot.settings import ROOT

LEXICONS = ROOT / "data" / "lexicons"

# What words add to the logarithm of the odds that the classifier gives. Chosen by `make evaluate`.
_STRONG, _WEAK, _CALM = 2.0, 1.0, -0.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CrisisDetector(GraphComponent):
    """Sets `crisis` to a kind or None, and makes `crisis` the intent where the lexicon says so."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # Probability of danger now, by the classifier and the words together, from which the crisis reply is sent.
        return {"threshold": 0.35, "lexicons": str(LEXICONS)}

    def __init__(self, config: dict[str, Any]) -> None:
        self._threshold = float(config["threshold"])
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
        words = danger_evidence(own_script(message), self._lexicons)
        learnt = message.get("danger")
        share = _share(learnt, words)
        kind = None
        if share >= self._threshold:
            kind = words.kind or message.get("crisis_kind") or "violence"
            message.set(INTENT, {"name": "crisis", "confidence": round(share, 4)}, add_to_output=True)
        elif (message.get(INTENT) or {}).get("name") == "crisis":
            self._second_reading(message)
        message.set("crisis", kind, add_to_output=True)
        message.set("danger", round(share, 4), add_to_output=True)
        message.set("crisis_by_words", bool(kind and words.strong), add_to_output=True)

    def _second_reading(self, message: Message) -> None:
        others = [r for r in message.get("intent_ranking") or [] if r["name"] != "crisis"]
        if others:
            message.set(INTENT, others[0], add_to_output=True)


def _share(learnt: float | None, words: Evidence) -> float:
    """0 to 1: how likely it is that somebody is in danger now. Without a classifier, as in tests, words alone decide."""
    if learnt is None:
        return 1.0 if words.kind else 0.0
    odds = math.log(max(learnt, 1e-6) / max(1.0 - learnt, 1e-6))
    odds += _STRONG * words.strong + _WEAK * words.weak + _CALM * words.calm
    return 1.0 / (1.0 + math.exp(-odds))
