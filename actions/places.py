"""How a person says where they are: a picked choice, a shared position, a name in any spelling, a country, "I don't know"."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.context import as_slot, payload, picked, places_in, text_of, was_picked
from bot import i18n
from bot.nlu.places import PlaceMention, gazetteer, place_name
from bot.turn import Turn

MOST_OFFERED = 4


def place_said(tracker: Tracker, turn: Turn) -> dict[str, Any] | None:
    """The place in this message as a slot value; None when there is none, or when it could be several."""
    chosen = picked(tracker, "place_id")
    if isinstance(chosen, dict):
        return dict(chosen)
    if was_picked(tracker):
        return None
    mentions = places_in(tracker, turn)
    if mentions:
        # The last one named: "I came from Agadez and am now in Sebha".
        mention = mentions[-1]
        return None if mention.ambiguous else as_slot(mention.candidates[0], turn.locale)
    country = gazetteer().country_named(text_of(tracker)[:300])
    return {"country": country} if country else None


def could_be(tracker: Tracker, turn: Turn) -> PlaceMention | None:
    """The ambiguous mention of this message, for asking back."""
    mentions = places_in(tracker, turn)
    return mentions[-1] if mentions and mentions[-1].ambiguous else None


def choices_of(mention: PlaceMention, locale: str) -> list[dict[str, str]]:
    """One choice a candidate, told apart by country: `Tripoli, Libya`."""
    seen: dict[str, str] = {}
    for place in mention.candidates:
        title = f"{place_name(place, locale)}, {i18n.country_name(locale, place.country)}"
        seen.setdefault(title, payload("inform_place", place_id=as_slot(place, locale)))
    return [{"title": title, "payload": load} for title, load in list(seen.items())[:MOST_OFFERED]]


def in_words(value: dict[str, Any], locale: str) -> str:
    """A place slot as a person reads it."""
    country = i18n.country_name(locale, value.get("country"))
    return ", ".join(part for part in (str(value.get("name") or ""), country) if part)


def remember_country(turn: Turn, value: dict[str, Any]) -> None:
    """Where somebody is decides which answers and emergency numbers they get from here on."""
    if value.get("country"):
        turn.contact.country = value["country"]
