"""Words of a message or a name, and the one spelling they are compared in."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

import regex

from bot.nlu.spelling import ETHIOPIC

WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"  # written without spaces: one letter is one word
    r"|[\p{L}\p{M}\p{Nd}]++(?:['’ʼʻʿʾ`´\u200c\u200d\u00ad]++[\p{L}\p{M}\p{Nd}]++)*+"
)
APOSTROPHES = "'’ʼʻʿʾ`´"
LONGEST_WORD = 40
LONGEST_MESSAGE = 2_000

_MARKS = regex.compile(r"[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_JOINERS = regex.compile(rf"[{APOSTROPHES}\u200c\u200d\u00ad]")
# Letters that phones and clerks exchange freely. Persian, Urdu, Pashto and Kurdish letters go to the Arabic one.
_LETTERS = str.maketrans(
    dict(zip("ىیېۍێےئ", "ي" * 7, strict=True))
    | dict(zip("ةۀەھہۃۂ", "ه" * 7, strict=True))
    | dict(zip("کڪګٱأإآؤۆۇۋڤٹټڈډڑړںڼ", "ككگااااوووو" + "فتتددررنن", strict=True))
    | {"ء": "", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ə": "e", "ŋ": "n", "ŧ": "t"}
    | {"þ": "th", "æ": "ae", "œ": "oe"}
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a message: as typed, folded, and where it stands (character offsets)."""

    raw: str
    folded: str
    start: int
    end: int


@functools.lru_cache(maxsize=4096)
def fold_word(word: str) -> str:
    """The spelling under which a word is compared: no case, accents, vowel marks, hamza or apostrophes."""
    if word.isascii():
        return _JOINERS.sub("", word.lower())
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    bare = _JOINERS.sub("", _MARKS.sub("", decomposed))
    return unicodedata.normalize("NFC", bare.translate(_LETTERS).translate(ETHIOPIC))


def words_of(text: str) -> list[Word]:
    """The words of the first 2,000 characters of a text; very long ones (links, keys) are left out."""
    found = []
    for match in WORD.finditer(text[:LONGEST_MESSAGE]):
        raw = match.group()
        folded = fold_word(raw) if len(raw) <= LONGEST_WORD else ""
        if folded:
            found.append(Word(raw, folded, match.start(), match.end()))
    return found


def fold_name(name: str) -> str:
    """A place or country name as it is looked up: folded words with one space between."""
    return " ".join(word.folded for word in words_of(name))


def without_articles(folded: str) -> str:
    """An Arabic name without ال before its words; other names unchanged."""
    if "ال" not in folded:
        return folded
    return " ".join(word[2:] if word.startswith("ال") and len(word) > 4 else word for word in folded.split(" "))
