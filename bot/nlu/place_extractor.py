"""Rasa entity extractor: places named in a message, in any script and spelling."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.places import gazetteer

MAX_MENTIONS = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceExtractor(GraphComponent):
    """Adds an entity `place` a mention, whose value is the English name of the likeliest place."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PlaceExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text:
                found = [_entity(m) for m in gazetteer().find(text[:2000])[:MAX_MENTIONS]]
                message.set(ENTITIES, (message.get(ENTITIES) or []) + found, add_to_output=True)
        return messages


def _entity(mention: Any) -> dict[str, Any]:
    return {
        "entity": "place",
        "start": mention.start,
        "end": mention.end,
        "value": mention.candidates[0].name,
        "extractor": "PlaceExtractor",
    }
