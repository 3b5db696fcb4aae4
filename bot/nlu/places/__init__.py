"""Places named in a message: towns, camps, islands and border points, in any script and most spellings."""

from __future__ import annotations

from bot.nlu.places.building import build
from bot.nlu.places.gazetteer import Gazetteer, Place, PlaceMention, distance_km, gazetteer
from bot.nlu.places.naming import place_name


def nearest(lat: float, lon: float) -> Place:
    """The place nearest to a shared position in degrees. Raises ValueError for a position off the globe."""
    return gazetteer().nearest(lat, lon)


def country_named(text: str) -> str | None:
    """ISO 3166 code of the country named in a text, in any of our languages."""
    return gazetteer().country_named(text)


__all__ = [
    "Gazetteer",
    "Place",
    "PlaceMention",
    "build",
    "country_named",
    "distance_km",
    "gazetteer",
    "nearest",
    "place_name",
]
