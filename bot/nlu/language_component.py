"""Rasa component: the message's locale, as `locale` and `locale_confidence` of the parse (never as an entity)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import romanised
from bot.nlu.language import identify_tag


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageComponent(GraphComponent):
    """Reads the conversation's locale so far from the message's metadata (`locale`) as the prior."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageComponent:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            prior = (message.get(METADATA) or {}).get("locale")
            text = message.get(TEXT) or ""
            tag, confidence = identify_tag(text, prior)
            locale = romanised.of_locale(tag) if tag else tag
            if tag and tag != locale:
                message.set("own_script", romanised.restored(text, locale or ""), add_to_output=True)
            message.set("locale", locale, add_to_output=True)
            message.set("locale_confidence", round(confidence, 4), add_to_output=True)
        return messages
