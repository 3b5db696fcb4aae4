"""Rasa intent classifier: what the person is doing, from the sentence vector, with a confidence that means something.

Rasa's own LogisticRegressionClassifier fixes C=1, which on unit vectors gives 0.3 to everything.
"""

from __future__ import annotations

import hashlib
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

from bot.nlu import encoder
from bot.nlu.encoder import Vectors
from bot.nlu.featurizer import sentence_vector
from bot.settings import ROOT

FALLBACK = "out_of_scope"
DANGER = "crisis"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActClassifier(GraphComponent):
    """Multinomial logistic regression on centred vectors; one of its own for danger now, and one for its kind."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # Danger is learnt with more regularisation: few examples, and missing one costs more than a false alarm.
        return {"C": 0.4, "danger_C": 0.1, "scale": 10.0, "questions": str(ROOT / "data" / "content" / "answers")}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The shipped questions are part of what is learnt."""
        return hashlib.sha256("\n".join(_questions(Path(config["questions"]))).encode()).hexdigest()

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._acts: _Linear | None = None
        self._danger: _Linear | None = None
        self._kinds: _Linear | None = None

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
            component._acts = _Linear.read(folder / "acts.npz")
            component._danger = _Linear.read(folder / "danger.npz")
            component._kinds = _Linear.read(folder / "kinds.npz")
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        vectors = np.stack([sentence_vector(m) for m in examples])
        # The questions that ship with the topics are `ask`, also where they speak of danger: that tells the two apart.
        asked = _questions(Path(self._config["questions"]))
        everything = np.vstack([vectors, encoder.embed(asked)])
        acts = [m.get(INTENT) for m in examples] + ["ask"] * len(asked)
        self._acts = _Linear.fit(everything, acts, self._config["C"], self._config["scale"])
        now = [DANGER if act == DANGER else "calm" for act in acts]
        if DANGER in now:
            self._danger = _Linear.fit(everything, now, self._config["danger_C"], self._config["scale"])
        crises = [(v, kind) for v, m in zip(vectors, examples, strict=True) if (kind := _kind(m))]
        if len({kind for _, kind in crises}) > 1:
            kinds = [kind for _, kind in crises]
            self._kinds = _Linear.fit(np.stack([v for v, _ in crises]), kinds, self._config["C"], self._config["scale"])
        with self._storage.write_to(self._resource) as folder:
            self._acts.write(folder / "acts.npz")
            if self._danger:
                self._danger.write(folder / "danger.npz")
            if self._kinds:
                self._kinds.write(folder / "kinds.npz")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._acts is not None and message.get(TEXT):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        vector = sentence_vector(message)
        if self._acts is None or not vector.any():
            # No letters at all: emoji, digits, punctuation.
            ranking = [{"name": FALLBACK, "confidence": 1.0}]
        else:
            ranking = self._acts.ranking(vector)
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking[:5], add_to_output=True)
        if self._danger is not None and vector.any():
            shares = {r["name"]: r["confidence"] for r in self._danger.ranking(vector)}
            message.set("danger", shares.get(DANGER, 0.0), add_to_output=True)
        if self._kinds is not None and vector.any():
            message.set("crisis_kind", self._kinds.ranking(vector)[0]["name"], add_to_output=True)


def _questions(folder: Path) -> list[str]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        topic = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
        for questions in (topic.get("questions") or {}).values():
            found += [str(question) for question in questions]
    return found


def _kind(message: Message) -> str | None:
    """The kind written beside a crisis example (`metadata: {kind: sea}` at its intent)."""
    intent_metadata = (message.get(METADATA) or {}).get("intent") or {}
    kind = intent_metadata.get("kind") if isinstance(intent_metadata, dict) else None
    return str(kind) if kind else None


class _Linear:
    """Weights of a softmax classifier. Stored as plain arrays: nothing is unpickled."""

    def __init__(self, labels: list[str], mean: Vectors, weights: Vectors, bias: Vectors) -> None:
        self.labels, self.mean, self.weights, self.bias = labels, mean, weights, bias

    @classmethod
    def fit(cls, vectors: Vectors, labels: list[str], strength: float, scale: float) -> _Linear:
        from sklearn.linear_model import LogisticRegression

        mean = vectors.mean(axis=0)
        model = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")
        model.fit((vectors - mean) * scale, labels)
        weights, bias = model.coef_ * scale, model.intercept_
        if len(model.classes_) == 2:
            weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        return cls([str(c) for c in model.classes_], mean, weights.astype(np.float32), bias.astype(np.float32))

    def ranking(self, vector: Vectors) -> list[dict[str, Any]]:
        logits = self.weights @ (vector - self.mean) + self.bias
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return [{"name": self.labels[i], "confidence": round(float(shares[i]), 4)} for i in np.argsort(-shares)]

    def write(self, path: Any) -> None:
        np.savez(path, labels=np.array(self.labels), mean=self.mean, weights=self.weights, bias=self.bias)

    @classmethod
    def read(cls, path: Any) -> _Linear | None:
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as stored:
            return cls([str(x) for x in stored["labels"]], stored["mean"], stored["weights"], stored["bias"])
