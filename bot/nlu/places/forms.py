"""Forms under which a name may stand in a sentence: glued prepositions, articles, case endings, apostrophes."""

# ruff: noqa: SIM905 - other alphabets are the subject; word lists read best as text

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from bot.nlu.places.folding import APOSTROPHES, Word, fold_word
from bot.nlu.places.words import BENGALI_ENDINGS, CYRILLIC_ENDINGS, TURKISH_ENDINGS

# Longest first: "and in the" before "and in" before "and".
_ARABIC_PREFIXES = tuple(
    sorted("ال و ف ب ل ك ع لل بال وال فال كال عال وب ول فب فل وبال ولل فبال فلل ولال".split(), key=len, reverse=True)
)
_ETHIOPIC_PREFIXES = ("በ", "ከ", "ለ", "የ", "ብ", "ን", "ናይ", "እንደ")
_APOSTROPHE = regex.compile(rf"[{APOSTROPHES}]")
_LETTER = regex.compile(r"[\p{L}\p{Nd}]")
_ARABIC = regex.compile(r"\p{Arabic}")
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True)
class Form:
    """One reading of a word: the folded text, letters cut at both ends of what was typed, and what the cut says."""

    text: str
    cut_start: int = 0
    cut_end: int = 0
    in_place: bool = False  # what was cut means "in", "to" or "from"
    changed: bool = False  # more than an article was cut


def first_forms(word: Word) -> Iterator[Form]:
    """The word as it stands, then without what may be glued before a name."""
    yield Form(word.folded)
    letter = word.folded[0]
    if _ARABIC.match(letter):
        yield from _without_prefixes(word, _ARABIC_PREFIXES, "بلع")
    elif "\u1200" <= letter <= "\u137f":
        yield from _without_prefixes(word, _ETHIOPIC_PREFIXES, "በከለብንናእ")
    else:
        yield from _after_elision(word)


def last_forms(word: Word) -> Iterator[Form]:
    """The word as it stands, then without case endings, with the ending a dictionary would show."""
    yield Form(word.folded)
    letter = word.folded[0]
    if "а" <= letter <= "я" or letter in "іїєґ":
        yield from _cyrillic(word)
    elif "\u0980" <= letter <= "\u09ff":
        yield from _without_endings(word, BENGALI_ENDINGS, 2)
    else:
        yield from _latin(word)


def _without_prefixes(word: Word, prefixes: tuple[str, ...], meaning_in: str) -> Iterator[Form]:
    for prefix in prefixes:
        rest = word.folded[len(prefix) :]
        if word.folded.startswith(prefix) and len(rest) >= (2 if letter_is_syllable(rest) else 3):
            in_place = any(letter in meaning_in for letter in prefix.removesuffix("ال").replace("لل", "ل"))
            yield Form(rest, _typed(word.raw, len(prefix)), 0, in_place, changed=prefix != "ال")


def letter_is_syllable(text: str) -> bool:
    """Ethiopic letters are whole syllables: two are already a name."""
    return bool(text) and "\u1200" <= text[0] <= "\u137f"


def _after_elision(word: Word) -> Iterator[Form]:
    parts = _APOSTROPHE.split(word.raw, maxsplit=1)
    if len(parts) == 2 and len(parts[0]) <= 2 and len(parts[1]) >= 3:  # d'Agadez, l'île, al'Aïn
        yield Form(fold_word(parts[1]), len(parts[0]) + 1, 0, in_place=False)


def _latin(word: Word) -> Iterator[Form]:
    parts = _APOSTROPHE.split(word.raw, maxsplit=1)
    if len(parts) == 2 and len(parts[0]) >= 3:  # Atina'da, Paris's
        yield Form(fold_word(parts[0]), 0, len(word.raw) - len(parts[0]), fold_word(parts[1]) in TURKISH_ENDINGS)
    elif word.folded.isascii() and len(parts) == 1:
        yield from _without_endings(word, TURKISH_ENDINGS, 5)


def _without_endings(word: Word, endings: tuple[str, ...], shortest: int) -> Iterator[Form]:
    for ending in endings:
        stem = word.folded.removesuffix(ending)
        if stem != word.folded and len(stem) >= shortest:
            yield Form(stem, 0, len(word.raw) - len(stem), in_place=True, changed=True)


def _cyrillic(word: Word) -> Iterator[Form]:
    for ending, dictionary in CYRILLIC_ENDINGS.items():
        stem = word.folded.removesuffix(ending)
        if stem != word.folded and len(stem + dictionary[0]) >= _SHORTEST_STEM:
            for other in dictionary:
                yield Form(stem + other, 0, 0, in_place=False, changed=True)


def _typed(raw: str, letters: int) -> int:
    """Characters of the typed word that hold so many letters, vowel marks included."""
    seen = 0
    for at, character in enumerate(raw):
        if _LETTER.match(character):
            if seen == letters:
                return at
            seen += 1
    return len(raw)
