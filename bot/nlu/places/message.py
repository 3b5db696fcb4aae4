"""What the words around a name say: capitals, prepositions, whether it stands alone, countries beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from bot.nlu.places.folding import Word
from bot.nlu.places.words import BEHIND, FILLERS, ORIGIN, STRONG, WEAK, ordinary_words

SENTENCE_END = regex.compile(r"[.!?؟。:\n]")
MOST_WORDS = 400
# What may stand inside a name: spaces, hyphens, hashtag signs; a full stop only in "St. Louis".
INSIDE_NAME = regex.compile(r"[\s\-‐‑–_#/'’`´]*|\.\s*")
LONGEST_ABBREVIATION = 3


@dataclass(slots=True)
class Span:
    """A run of words (first and last inclusive) read as one folded name, and what the look-up found for it."""

    first: int
    last: int
    key: str
    cut_start: int = 0
    cut_end: int = 0
    in_place: bool = False
    changed: bool = False
    position: int = -1
    weight: float = 0.0  # inhabitants of the largest place of this name
    code: str | None = None
    origin: bool = False

    @property
    def size(self) -> int:
        return self.last - self.first + 1


@dataclass(slots=True)
class Message:
    """A text, its words, and the places and countries accepted so far."""

    text: str
    words: list[Word]
    places: list[Span] = field(default_factory=list)
    countries: list[Span] = field(default_factory=list)
    capitals_tell: bool = False
    country_words: frozenset[int] = frozenset()
    country_runs: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        self.words = self.words[:MOST_WORDS]
        cased = [word.raw[0].isupper() for word in self.words if word.raw[0].lower() != word.raw[0].upper()]
        # In a message all in capitals, or with a capital on every word, they say nothing.
        self.capitals_tell = any(cased) and sum(cased) <= 0.6 * len(cased)

    def offsets(self, span: Span) -> tuple[int, int]:
        """Where the name stands in the text, without what was glued to it."""
        return self.words[span.first].start + span.cut_start, self.words[span.last].end - span.cut_end

    def joined(self, at: int) -> bool:
        """Whether a word and the one before it may belong to one name."""
        before = self.words[at - 1]
        gap = self.text[before.end : self.words[at].start]
        return bool(INSIDE_NAME.fullmatch(gap)) and ("." not in gap or len(before.raw) <= LONGEST_ABBREVIATION)

    def mark_countries(self, spans: list[Span]) -> None:
        """Remembers which words name countries, so that "Tripoli Lebanon" is still only a name."""
        countries = [span for span in spans if span.code and self.is_country(span)]
        self.country_words = frozenset(at for span in countries for at in range(span.first, span.last + 1))
        self.country_runs = frozenset((span.first, span.last) for span in countries)

    def is_country(self, span: Span) -> bool:
        """Whether a country's name is one here; also notes that somebody only comes from there."""
        before = self.words[span.first - 1].folded if span.first else ""
        span.origin = before in ORIGIN
        return not span.changed or span.in_place or self.capital(span) or len(span.key) > 4

    def named_countries(self, end: int) -> set[str]:
        """Codes of the countries that say where a place ending at this offset is."""
        return {
            span.code
            for span in self.countries
            if span.code and (not span.origin or 0 <= self.words[span.first].start - end <= 6)
        }

    def capital(self, span: Span) -> bool:
        """A capital that means a name: not the first of a sentence, not a shouted word."""
        word = self.words[span.first]
        start, end = word.start + span.cut_start, self.words[span.last].end
        typed = self.text[start:end]
        if not self.capitals_tell or not typed[:1].isupper() or (typed.isupper() and len(typed) > 1):
            return False
        return span.first > 0 and not SENTENCE_END.search(self.text[self.words[span.first - 1].end : word.start])

    def expected(self, span: Span) -> bool:
        """A word or an ending that means "in", "near" or "at" goes with the name."""
        if span.in_place:
            return True
        before = self.words[span.first - 1].folded if span.first else ""
        if span.first and self.words[span.first - 1].raw in (
            "à",
            "À",
        ):  # without its accent it is English and Spanish "a"
            return True
        after = self.words[span.last + 1].folded if span.last + 1 < len(self.words) else ""
        return before in STRONG or after in BEHIND

    def alone(self, span: Span) -> bool:
        """Nothing but greetings, "I am in" and a country stands beside the name."""
        return all(
            span.first <= at <= span.last or at in self.country_words or word.folded in FILLERS or word.folded in WEAK
            for at, word in enumerate(self.words)
        )

    def only(self, span: Span) -> bool:
        """Nothing at all stands beside the name but a country or a preposition."""
        return self.alone(span) and all(
            span.first <= at <= span.last or at in self.country_words or word.folded in STRONG
            for at, word in enumerate(self.words)
        )

    def small_word(self, span: Span) -> bool:
        """One word such as "I", "here" or "from"."""
        return span.size == 1 and (span.key in FILLERS or span.key in WEAK)

    def everyday(self, span: Span) -> bool:
        """A name of several words that are everyday ones, or that holds a single letter or an "I am"."""
        words = [word.folded for word in self.words[span.first : span.last + 1]]
        if span.size == 1:
            return False
        table = ordinary_words()
        if any((len(word) == 1 and word.isascii()) or word in FILLERS - STRONG for word in words):
            return True
        return all(word in table or word in STRONG or word in WEAK for word in words)

    def inflected(self, span: Span) -> bool:
        """In Cyrillic letters, with an ending cut or replaced."""
        return span.changed and "\u0400" <= span.key[0] <= "\u04ff"

    def may_be_misspelt(self, words: list[Word]) -> bool:
        """Words of which none is a well-spelt everyday word, a small word or one with an apostrophe."""
        table = ordinary_words()
        return all(
            word.raw.isalpha() and word.folded not in table and word.folded not in FILLERS and word.folded not in WEAK
            for word in words
        )

    def glued_word_is_ordinary(self, span: Span) -> bool:
        """The word as typed is an everyday one, so that no preposition may be cut from it."""
        return span.changed and ordinary_words().get(self.words[span.first].folded) in ("never", "often")

    def expected_names(self, most: int) -> Iterator[tuple[int, int]]:
        """Runs of words that ought to be a place: all of a short answer, or what follows "in". Longest first."""
        rest = [at for at, word in enumerate(self.words) if word.folded not in FILLERS and at not in self.country_words]
        if 0 < len(rest) <= most and rest[-1] - rest[0] < most:
            yield rest[0], rest[-1]
        for at, word in enumerate(self.words[:-1]):
            if word.folded in STRONG and at + 1 not in self.country_words:
                for last in range(min(at + most, len(self.words) - 1), at, -1):
                    yield at + 1, last
