"""Rasa featurizer: one sentence vector a message, from `bot.nlu.encoder`."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbeddingFeaturizer(GraphComponent):
    """Adds float32[1, 384] as sentence features under the alias `e5`."""

    ALIAS = "e5"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # Changes when the vectors do, so that Rasa trains anew.
        return {"encoder": encoder.NAME}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbeddingFeaturizer:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                vector = encoder.embed([own_script(message)])
                message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self.ALIAS))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


def sentence_vector(message: Message) -> encoder.Vectors:
    """float32[384] of a featurized message; zeros where it has none."""
    for features in message.features:
        if features.origin == SentenceEmbeddingFeaturizer.ALIAS:
            vector: encoder.Vectors = features.features[0]
            return vector
    return encoder.embed([message.get(TEXT) or ""])[0]


def own_script(message: Message) -> str:
    """What was written, in the script of its language: `own_script` where the language component restored it."""
    return str(message.get("own_script") or message.get(TEXT) or "")
