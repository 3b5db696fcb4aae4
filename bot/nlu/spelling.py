"""The one form in which spellings are compared, whatever keyboard, hurry or habit wrote them."""

from __future__ import annotations

import unicodedata

import regex

# Letters of Arabic, Persian, Urdu and Pashto keyboards that people use for one another, and the Turkish dotless i.
_VARIANTS = {
    "\N{ARABIC LETTER YEH}": "\u0649\u06cc\u06ce\u06d0\u06d2",
    "\N{ARABIC LETTER KAF}": "\u06a9\u06aa",
    "\N{ARABIC LETTER HEH}": "\u0629\u06be\u06c0\u06c1\u06c3\u06d5",
    "\N{ARABIC LETTER ALEF}": "\u0671",
    "i": "\u0131",
}
_UNIFY = str.maketrans({variant: letter for letter, variants in _VARIANTS.items() for variant in variants})
_APOSTROPHES = regex.compile(r"[\u0060\u00b4\u02b9\u02bc\u2018\u2019\u2032\uff07]")
_INVISIBLE = regex.compile(r"[\p{Cf}\p{Cn}\p{Co}\p{Cs}\u0640]")
# Accents and tashkeel, but not the vowel signs of Bengali or other scripts in which they carry the word.
_MARKS = regex.compile(r"[\p{Mn}&&[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Cyrillic}]]", regex.V1)
_ELONGATED = regex.compile(r"(\p{L})\1{2,}")
_SPACE = regex.compile(r"[\s\p{Cc}]+")
# Amharic and Tigrinya write one sound with several letters: rows of seven vowels that are read the same.
_ETHIOPIC_ROWS = {0x1210: 0x1200, 0x1280: 0x1200, 0x1220: 0x1230, 0x12D0: 0x12A0, 0x1340: 0x1338}
ETHIOPIC = {old + vowel: chr(new + vowel) for old, new in _ETHIOPIC_ROWS.items() for vowel in range(7)}
ETHIOPIC |= {0x1203: "\u1200", 0x1213: "\u1200", 0x1283: "\u1200", 0x12A3: "\u12a0", 0x12D3: "\u12a0"}
_UNIFY |= ETHIOPIC


def fold(text: str) -> str:
    """The form of `text` in which spellings are compared: lower case, no accents, one Arabic letter for its variants.

    Idempotent. Three or more of the same letter become one; apostrophes and single spaces stay.
    """
    folded = _fold_once(text)
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFD", _INVISIBLE.sub("", text)))
    text = unicodedata.normalize("NFC", text).translate(_UNIFY)
    text = _ELONGATED.sub(r"\1", _APOSTROPHES.sub("'", text))
    return _SPACE.sub(" ", text).strip()
