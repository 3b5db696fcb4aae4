"""Rasa intent classifier: what the person is doing, from the sentence vector, with a confidence that means something.

It weighs the meaning (the sentence vector) and the wording (letters and words) together. Rasa's own
LogisticRegressionClassifier fixes C=1, which on unit vectors gives 0.3 to everything.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import encoder, romanised
from bot.nlu.encoder import Vectors
from bot.nlu.featurizer import own_script, sentence_vector
from bot.nlu.language import identify_tag
from bot.nlu.linear import Linear, Means, beside, shares
from bot.nlu.wording import Wording
from bot.settings import ROOT

FALLBACK = "out_of_scope"
DANGER = "crisis"
_SCALE = 3.0  # of decisions, so that a confidence of 0.8 is right in about eight of ten held-apart messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActClassifier(GraphComponent):
    """A linear classifier over the acts; one of its own for danger now, and one for its kind."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 0.5, "danger_C": 3.0, "questions": str(ROOT / "data" / "content" / "answers")}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The shipped questions are part of what is learnt."""
        return hashlib.sha256(repr(_questions(Path(config["questions"]))).encode()).hexdigest()

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._means: Means | None = None
        self._wording: Wording | None = None
        self._acts: Linear | None = None
        self._danger: Linear | None = None
        self._kinds: Linear | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ActClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ActClassifier:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            path = folder / "acts.npz"
            if path.exists():
                with np.load(path, allow_pickle=False) as stored:
                    component._means, component._wording = Means.read(stored, "means"), Wording(stored["rarity"])
                    component._acts = Linear.read(stored, "acts")
                    component._danger = Linear.read(stored, "danger")
                    component._kinds = Linear.read(stored, "kinds")
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [_Example.of(m) for m in training_data.intent_examples if m.get(TEXT)]
        # The questions that ship with the topics are `ask`, also where they speak of danger: that tells the two apart.
        examples += [_Example.asked(locale, text) for locale, text in _questions(Path(self._config["questions"]))]
        if not examples:
            return self._resource
        texts, locales = [e.wording for e in examples], [e.locale for e in examples]
        vectors = encoder.embed([e.own_script for e in examples])
        self._means, self._wording = Means.learn(vectors, locales), Wording.learn(texts)
        features = self._features(vectors, locales, texts)
        self._acts = Linear.svm(features, [e.act for e in examples], self._config["C"])
        now = [DANGER if e.act == DANGER else "calm" for e in examples]
        if len(set(now)) == 2:
            self._danger = Linear.logistic(features, now, self._config["danger_C"])
        crises = [row for row, e in enumerate(examples) if e.kind]
        if len({examples[row].kind for row in crises}) > 1:
            self._kinds = Linear.svm(features[crises], [str(examples[row].kind) for row in crises], self._config["C"])
        self._write()
        return self._resource

    def _features(self, vectors: Vectors, locales: list[str], texts: list[str]) -> Any:
        if self._means is None or self._wording is None:
            raise RuntimeError("nothing was learnt yet")
        return beside((self._means.centre(vectors, locales), 1.0), (self._wording.features(texts), 1.0))

    def _write(self) -> None:
        if self._means is None or self._wording is None:
            return
        arrays = {"rarity": self._wording.rarity, **self._means.arrays("means")}
        for name, model in (("acts", self._acts), ("danger", self._danger), ("kinds", self._kinds)):
            arrays |= model.arrays(name) if model else {}
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / "acts.npz", **arrays)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._acts is not None and message.get(TEXT):
                self._classify(message, self._acts)
        return messages

    def _classify(self, message: Message, acts: Linear) -> None:
        vector = sentence_vector(message)
        if not vector.any():
            # No letters at all: emoji, digits, punctuation.
            self._set_act(message, [{"name": FALLBACK, "confidence": 1.0}])
            return
        wording = romanised.wording(str(message.get(TEXT)), own_script(message))
        features = self._features(vector[None, :], [message.get("locale") or ""], [wording])
        self._set_act(message, _ranking(acts, features, _SCALE))
        if self._danger is not None:
            odds = dict(zip(self._danger.labels, self._danger.decisions(features)[0].tolist(), strict=True))
            message.set("danger", round(1.0 / (1.0 + math.exp(-odds[DANGER])), 4), add_to_output=True)
        if self._kinds is not None:
            message.set("crisis_kind", _ranking(self._kinds, features, _SCALE)[0]["name"], add_to_output=True)

    def _set_act(self, message: Message, ranking: list[dict[str, Any]]) -> None:
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking[:5], add_to_output=True)


@dataclass(frozen=True, slots=True)
class _Example:
    own_script: str
    wording: str
    locale: str
    act: str
    kind: str | None

    @classmethod
    def of(cls, message: Message) -> _Example:
        """The kind stands beside a crisis example (`metadata: {kind: sea}` at its intent)."""
        metadata = (message.get(METADATA) or {}).get("intent") or {}
        kind = metadata.get("kind") if isinstance(metadata, dict) else None
        text = str(message.get(TEXT))
        return cls._read(text, identify_tag(text)[0] or "", str(message.get(INTENT)), str(kind) if kind else None)

    @classmethod
    def asked(cls, tag: str, text: str) -> _Example:
        return cls._read(text, tag, "ask", None)

    @classmethod
    def _read(cls, text: str, tag: str, act: str, kind: str | None) -> _Example:
        own = romanised.reading(text, tag)
        return cls(own, romanised.wording(text, own), romanised.of_locale(tag), act, kind)


def _ranking(model: Linear, features: Any, scale: float) -> list[dict[str, Any]]:
    confidences = shares(model.decisions(features), scale)[0]
    order = np.argsort(-confidences, kind="stable")
    return [{"name": model.labels[i], "confidence": round(float(confidences[i]), 4)} for i in order]


def _questions(folder: Path) -> list[tuple[str, str]]:
    """(locale, text) of every question that ships with a topic."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.yml")):
        topic = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
        for locale, questions in (topic.get("questions") or {}).items():
            found += [(locale, str(question)) for question in questions]
    return found
