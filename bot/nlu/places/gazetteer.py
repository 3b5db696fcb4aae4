"""Finds the places a message names: which words, and which places on earth they may be."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rapidfuzz.distance import OSA

from bot.nlu.places.building import SHORTEST_TYPO, shortened
from bot.nlu.places.folding import without_articles, words_of
from bot.nlu.places.forms import Form, first_forms, last_forms
from bot.nlu.places.index import CACHE, KINDS, Index, load
from bot.nlu.places.message import Message, Span
from bot.nlu.places.words import ordinary_words

LARGE = 15_000  # found in small letters
KNOWN = 50_000  # found with a typing error, with an ending, or although the word is an everyday one
PLAUSIBLE = 0.1  # of the first candidate's size: enough to ask which one is meant
LOCAL = 0.05  # of the largest candidate's size: enough to be meant by someone who is in that country
OTHER_NAME = 0.1  # a Latin-script name that is not the main one counts for less: Atina in Italy, not Athens
SAME_PLACE_KM = 20.0
MOST_CANDIDATES = 5
LONGEST_NAME = 5  # words
MOST_TYPED_WRONG = 3  # words of a message without fillers that are looked up with a typing error
EARTH_RADIUS_KM = 6371.0
WORLD_FAMOUS = 300_000


@dataclass(frozen=True, slots=True)
class Place:
    """A town, camp, island, crossing, district or region. Unknown `population` is 0; `matched` is what was typed."""

    name: str
    country: str
    lat: float
    lon: float
    kind: str
    population: int
    matched: str


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """Words of a message that name a place: their text, offsets, and the places meant, likeliest first."""

    text: str
    start: int
    end: int
    candidates: list[Place]
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place under one name, with the weight that name gives it."""

    place: int
    code: str
    weight: float
    listed: bool
    main: bool


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance between two points in degrees (haversine on a sphere)."""
    north = math.sin(math.radians(lat2 - lat1) / 2) ** 2
    east = math.sin(math.radians(lon2 - lon1) / 2) ** 2
    half = north + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * east
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


class Gazetteer:
    """All places of GeoNames with 500 inhabitants and of the hand-made list, mapped from a file under `models/`."""

    def __init__(self, cache: Path = CACHE) -> None:
        self.index: Index = load(cache)
        columns = self.index.columns
        self._lat, self._lon = columns["lat"], columns["lon"]
        self._population, self._country, self._kind = columns["population"], columns["country"], columns["kind"]

    def find(self, text: str, country: str | None = None) -> list[PlaceMention]:
        """Places named in the first 2,000 characters, in order. `country` (ISO 3166), where the contact is known to
        be, decides between places of one name, as does a country named in the message."""
        message = self._read(text)
        found = [mention for span in message.places if (mention := self._mention(message, span, country))]
        return found or self._misspelt(message, country)

    def country_named(self, text: str) -> str | None:
        """ISO 3166 code of the country named in a text; one that follows "from" only if there is no other."""
        spans = self._read(text).countries
        return next((span.code for span in sorted(spans, key=lambda span: span.origin)), None)

    def nearest(self, lat: float, lon: float) -> Place:
        """The place nearest to a shared position in degrees. Raises ValueError for a position off the globe."""
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError("latitude must be within ±90 and longitude within ±180 degrees")
        for reach in (0.3, 1.0, 4.0, 180.0):
            rows = np.flatnonzero(np.abs(self._lat - lat) <= reach)
            if len(rows):
                distances = self._distances(rows, lat, lon)
                best = int(np.argmin(distances))
                # A degree of latitude is 111 km: nothing outside the band can be nearer than its edge.
                if distances[best] <= reach * 111 or reach == 180.0:
                    return self.place(int(rows[best]), "")
        raise ValueError("the index holds no places")

    def place(self, row: int, matched: str) -> Place:
        """The place in one row of the index."""
        return Place(
            self.index.name(row),
            self.index.codes[self._country[row]],
            round(float(self._lat[row]), 4),
            round(float(self._lon[row]), 4),
            KINDS[self._kind[row]],
            int(self._population[row]),
            matched,
        )

    def rows_named(self, key: str) -> list[int]:
        """Rows of the places with this folded name."""
        position = self.index.look_up([key])[0]
        return [] if position < 0 else [place for place, _, _ in self.index.ids(position)]

    def _distances(self, rows: np.ndarray[tuple[int], np.dtype[np.int64]], lat: float, lon: float) -> list[float]:
        lats, lons = np.radians(self._lat[rows]), np.radians(self._lon[rows] - lon)
        half = np.sin((lats - math.radians(lat)) / 2) ** 2
        half += np.cos(lats) * math.cos(math.radians(lat)) * np.sin(lons / 2) ** 2
        return (2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))).tolist()  # type: ignore[no-any-return]

    # Reading a message: which words are names

    def _read(self, text: str) -> Message:
        message = Message(text, words_of(text))
        spans = list(_spans(message))
        names = [span.key for span in spans]
        for span, position, code in zip(spans, self.index.look_up(names), self.index.country_codes(names), strict=True):
            span.position, span.code = position, code
        known = [span for span in spans if span.position >= 0 or span.code]
        message.mark_countries(known)
        for span in known:
            span.weight = self._weight(span)
        at = 0
        # A large place behind a glued preposition is likelier than a hamlet that is spelt like both together.
        for span in sorted(known, key=lambda span: (span.first, -span.size, span.weight < LARGE, span.changed)):
            if span.first >= at and self._accepts(message, span):
                at = span.last + 1
        return message

    def _accepts(self, message: Message, span: Span) -> bool:
        other_country = not span.code and span.changed and (span.first, span.last) in message.country_runs
        if span.weight and not other_country and accepts(message, span):
            message.places.append(span)
            if span.code:
                message.countries.append(span)
            return True
        if span.code and message.is_country(span):
            message.countries.append(span)
            return True
        return False

    def _weight(self, span: Span) -> float:
        if span.position < 0:
            return 0.0
        candidates = self._candidates(span.position, span.key)
        if span.code:  # Singapore is also a city; Lebanon, Pennsylvania is not meant
            candidates = [one for one in candidates if one.main and one.code == span.code and one.weight >= KNOWN]
        return max((max(one.weight, 1.0) for one in candidates), default=0.0)

    def _candidates(self, position: int, key: str) -> list[Candidate]:
        found = []
        for place, listed, main in self.index.ids(position):
            weight = float(self._population[place])
            if not listed and not main and key[0].isascii():
                weight *= OTHER_NAME
            elif self._kind[place]:  # in the hand-made list, under this name or one in another script
                listed, weight = True, max(weight, KNOWN)
            found.append(Candidate(place, self.index.codes[self._country[place]], weight, listed, main))
        return found

    # Which place a name means

    def _mention(self, message: Message, span: Span, country: str | None) -> PlaceMention | None:
        start, end = message.offsets(span)
        return self._ranked(message, self._candidates(span.position, span.key), start, end, country)

    def _ranked(self, message: Message, candidates: list[Candidate], start: int, end: int, country: str | None) -> PlaceMention:
        named = message.named_countries(end)
        candidates = [one for one in candidates if one.code in named] or candidates
        top = max(one.weight for one in candidates)
        here = {one.place for one in candidates if one.code == country and one.weight >= min(LARGE, top * LOCAL)}
        candidates.sort(key=lambda one: (one.place in here, one.listed, one.weight, one.main), reverse=True)
        candidates = self._distinct(candidates)
        text = message.text[start:end]
        also_meant = _overshadows if here else _also_meant
        ambiguous = any(also_meant(candidates[0], other) for other in candidates[1:])
        return PlaceMention(text, start, end, [self.place(one.place, text) for one in candidates], ambiguous)

    def _distinct(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """The first few, without second entries of one town."""
        kept: list[Candidate] = []
        for one in candidates:
            point = float(self._lat[one.place]), float(self._lon[one.place])
            if all(
                one.code != other.code
                or distance_km(*point, float(self._lat[other.place]), float(self._lon[other.place])) > SAME_PLACE_KM
                for other in kept
            ):
                kept.append(one)
            if len(kept) == MOST_CANDIDATES:
                break
        return kept

    # Typing errors

    def _misspelt(self, message: Message, country: str | None) -> list[PlaceMention]:
        for first, last in message.expected_names(MOST_TYPED_WRONG):
            words = message.words[first : last + 1]
            key = " ".join(word.folded for word in words)
            candidates = self._one_letter_off(key) if message.may_be_misspelt(words) else []
            if candidates:
                return [self._ranked(message, candidates, words[0].start, words[-1].end, country)]
        return []

    def _one_letter_off(self, key: str) -> list[Candidate]:
        if len(without_articles(key)) < SHORTEST_TYPO or self.index.look_up([key])[0] >= 0:
            return []
        names = [
            name
            for name in self.index.names_one_letter_off(sorted(shortened(key)))
            if name[0] == key[0] and OSA.distance(name, key, score_cutoff=1) == 1
        ]
        best: dict[int, Candidate] = {}
        for name, position in zip(names, self.index.look_up(names), strict=True):
            for one in self._candidates(position, name) if position >= 0 else ():
                if one.weight >= KNOWN and one.weight > best.get(one.place, replace(one, weight=0.0)).weight:
                    best[one.place] = one
        return list(best.values())


def accepts(message: Message, span: Span) -> bool:
    """Whether these words are a place name here and not everyday words."""
    weight = span.weight
    capital, expected = message.capital(span), message.expected(span)
    level = "never" if message.small_word(span) else ordinary_words().get(span.key)
    if level == "never" or message.glued_word_is_ordinary(span):
        return capital and expected and weight >= KNOWN
    if level == "often":
        return (capital or expected or message.only(span)) and weight >= KNOWN
    named = capital or expected or message.alone(span)
    if message.everyday(span):
        return capital or (named and weight >= KNOWN and not span.changed)
    if span.changed and not capital:
        return weight >= KNOWN and (expected or not message.inflected(span))
    if len(span.key) < 4 and span.key[0].isascii():
        return named and weight >= LARGE
    return weight >= LARGE or named


def _overshadows(first: Candidate, other: Candidate) -> bool:
    """A small place of the contact's own country does not settle a name that the world knows from elsewhere."""
    return first.code != other.code and other.weight >= max(WORLD_FAMOUS, 25 * first.weight)


def _also_meant(first: Candidate, other: Candidate) -> bool:
    if first.code == other.code:
        return False
    if first.listed and not other.listed:
        return other.weight >= max(WORLD_FAMOUS, first.weight)
    return (first.listed and other.listed) or other.weight >= PLAUSIBLE * first.weight


def _spans(message: Message) -> Iterator[Span]:
    """Every run of up to five words, in every form its first and last word may take."""
    words = message.words
    firsts = [list(first_forms(word)) for word in words]
    lasts = [list(last_forms(word)) for word in words]
    for first in range(len(words)):
        for form in firsts[first] + lasts[first][1:]:
            yield Span(first, first, form.text, form.cut_start, form.cut_end, form.in_place, form.changed)
        middle = ""
        for last in range(first + 1, min(first + LONGEST_NAME, len(words))):
            if not message.joined(last):
                break
            yield from _long_spans(first, last, middle, firsts[first], lasts[last])
            middle += " " + words[last].folded


def _long_spans(first: int, last: int, middle: str, starts: list[Form], ends: list[Form]) -> Iterator[Span]:
    for start in starts:
        for end in ends:
            yield Span(
                first,
                last,
                f"{start.text}{middle} {end.text}",
                start.cut_start,
                end.cut_end,
                start.in_place or end.in_place,
                start.changed or end.changed,
            )


@functools.cache
def gazetteer() -> Gazetteer:
    """The gazetteer of this process."""
    return Gazetteer()
