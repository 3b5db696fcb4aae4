"""The name of a place in the reader's language, where one is known, else its main name."""

from __future__ import annotations

import csv
import functools

import regex
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from rapidfuzz.distance import Levenshtein

from bot.nlu.places.folding import fold_name
from bot.nlu.places.gazetteer import Place, gazetteer
from bot.nlu.places.index import LISTED_CSV

# GeoNames does not say in which language a name is. These letters tell: all letters a name may have, and for
# languages that share the Arabic script, letters of which it must not have any.
ALPHABETS: dict[str, regex.Pattern[str]] = {
    "ar": regex.compile(r"[\u0621-\u063a\u0641-\u0652\s\-]+"),
    "fa": regex.compile(r"[\u0621-\u063a\u0641\u0642\u0644-\u0648پچژگکی\u200c\s\-]+(?<![ةأإ].*)"),
    "ps": regex.compile(r"[\u0621-\u063a\u0641\u0642\u0644-\u0648پچژګکیېټډړڼښ\u200c\s\-]+(?<![ةأإ].*)"),
    "ur": regex.compile(r"[\u0621-\u063a\u0641\u0642\u0644-\u0648پچژگکیےٹڈڑںہھ\u200c\s\-]+(?<![ةأإه].*)"),
    "ru": regex.compile(r"[А-Яа-яЁё\s\-]+"),
    "uk": regex.compile(r"[А-ЩЬЮЯІЇЄҐа-щьюяіїєґ'’\s\-]+"),
    "am": regex.compile(r"[\p{Ethiopic}\s]+"),
    "ti": regex.compile(r"[\p{Ethiopic}\s]+"),
    "bn": regex.compile(r"[\p{Bengali}\s]+"),
}
LISTED_COLUMNS = {"en": "names_en", "fr": "names_fr", "es": "names_es", "ar": "names_ar", "ht": "names_fr"}


def place_name(place: Place, locale: str) -> str:
    """The place's name for a reader of `locale` (BCP 47 or Babel's form): from the hand-made list, CLDR's city names,
    or GeoNames where the letters settle the language; else the main name."""
    language = locale.replace("_", "-").split("-")[0].lower()
    listed = _listed().get((place.name, place.country), {})
    if names := listed.get(LISTED_COLUMNS.get(language, "")):
        return names.split("|")[0]
    if city := _cldr_cities(language).get((place.country, fold_name(place.name))):
        return city
    alphabet = ALPHABETS.get(language)
    if not alphabet:
        return place.name
    for name in listed.get("names_other", "").split("|"):
        if name and alphabet.fullmatch(name):
            return name
    return _agreed([name for name in _local_names(place) if alphabet.fullmatch(name)]) or place.name


@functools.cache
def _listed() -> dict[tuple[str, str], dict[str, str]]:
    with LISTED_CSV.open(encoding="utf-8", newline="") as file:
        return {(row["name"], row["country"]): row for row in csv.DictReader(file)}


@functools.cache
def _cldr_cities(language: str) -> dict[tuple[str, str], str]:
    """Cities that give a time zone its name, by country and folded English name."""
    try:
        english, reader = Locale.parse("en"), Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return {}
    cities = {}
    for zone, country in get_global("zone_territories").items():
        name = (reader.time_zones.get(zone) or {}).get("city")
        shown = (english.time_zones.get(zone) or {}).get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
        if name:
            cities[country, fold_name(shown)] = name
    return cities


def _local_names(place: Place) -> list[str]:
    index = gazetteer()
    for row in index.rows_named(fold_name(place.name)):
        found = index.place(row, place.matched)
        if (found.country, found.lat, found.lon) == (place.country, place.lat, place.lon):
            return index.index.local_names(row)
    return []


def _agreed(names: list[str]) -> str | None:
    """The spelling nearest to all the others, unless it is far from each: then it is another name."""
    folded = [fold_name(name) for name in names]
    distances = [[Levenshtein.distance(one, other) for other in folded] for one in folded]
    order = sorted(range(len(names)), key=lambda at: sum(distances[at]))
    for at in order:
        others = [distance for other, distance in enumerate(distances[at]) if other != at]
        if not others or min(others) <= len(folded[at]) // 2:
            return names[at]
    return None
