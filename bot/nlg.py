"""Rasa's words in the contact's language: the English of `domain.yml` is the message id of the catalogues."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import i18n, turn


class CatalogueNlg(NaturalLanguageGenerator):
    """Looks a response up in the domain and translates its text and buttons."""

    def __init__(self, domain: Domain | None = None, endpoint_config: EndpointConfig | None = None) -> None:
        self.domain = domain or Domain.empty()

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        variations = self.domain.responses.get(utter_action)
        if not variations:
            return None
        locale = locale_of(tracker)
        response = dict(variations[0])
        response["text"] = i18n.translate(locale, response.get("text", ""), **kwargs)
        response["buttons"] = [_translated(button, locale) for button in response.get("buttons") or []]
        return response


def _translated(button: dict[str, Any], locale: str) -> dict[str, Any]:
    title = button["title"]
    return {**button, "title": i18n.translate(locale, title)}


def locale_of(tracker: DialogueStateTracker) -> str:
    """The turn's locale; in `rasa shell`, where there is no turn, the one the message was recognised as."""
    now = turn.in_progress()
    if now is not None:
        return now.locale
    latest = tracker.latest_message
    return i18n.negotiate((latest.parse_data or {}).get("locale") if latest else None) or i18n.DEFAULT
