"""Names of people: after words that introduce one, after kinship and titles, and well-known given names anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from bot.masking.common_words import NOT_A_NAME, PEOPLES
from bot.masking.given import KNOWN, LIKELY, fold
from bot.masking.introductions import AFTERWARDS, CLOSINGS, INTRODUCTIONS, KIN, LINKING, SELVES, TITLES
from bot.masking.wording import either

Span = tuple[int, int, str]

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*+(?:['’`\-\u200c]\p{L}[\p{L}\p{M}]*+)*+")
_FIRST_GAP = regex.compile(r"[\s\"'«“„:=()\-\u200c\u200d]{0,4}")
_GAP = regex.compile(r"[ \u00a0]{1,2}|(?<=(?<!\p{L})\p{L})\.\s?")  # "J. Smith"
_LONGEST = 4  # words of a name
_PARTICLES = frozenset({"al", "el", "bin", "ben", "bint", "abu", "abou", "de", "da", "van", "ould", "von", "بن", "ابن"})
_CASED = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}]")
# San Miguel, Ciudad Juárez, Saint-Louis: places, and what the question is about.
_OF_A_PLACE = regex.compile(
    r"(?<!\p{L})(?:bani|beni|ouled|bab|san|santa|santo|st|saint|sainte|são|port|puerto|ciudad|villa|camp|campo|mount|lake)[\s.-]{1,2}$",
    regex.I,
)
_WRITTEN_ON = ("و", "ل", "ب", "ف", "ك", "ال")  # "and", "to", "by" … stand on the front of the Arabic word
_PERSIAN_ALI = "علی"  # with an Arabic ي it is also "on me"


def names(text: str) -> Iterator[Span]:
    """Where names of people stand, kind "name". Better a word too many."""
    introduced, weak, title, before = _patterns()
    for found in introduced.finditer(text):
        yield from _taken(text, found.end(), strong=True)
    for found in weak.finditer(text):
        yield from _taken(text, found.end(), strong=False)
    for found in title.finditer(text):
        yield from _taken(text, found.end(), strong=not _is_cased(found[0]))
    for found in before.finditer(text):
        yield found.start("name"), found.end("name"), "name"
    for found in _WORD.finditer(text):
        if is_known(found[0]) and not _OF_A_PLACE.search(text, max(0, found.start() - 10), found.start()):
            yield from _taken(text, found.start(), strong=False)


@lru_cache(maxsize=1)
def _patterns() -> tuple[regex.Pattern[str], ...]:
    start, end = r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])"
    last = r"[,.!،]?\s*+(?=\p{L}[\p{L}\p{M}]*+(?: \p{L}[\p{L}\p{M}]*+)?[\s.!]*$)"
    return tuple(
        regex.compile(pattern, regex.IGNORECASE)
        for pattern in (
            rf"{start}(?:(?:{either(INTRODUCTIONS)}){end}|(?:{either(CLOSINGS)}){end}{last})",
            rf"{start}(?:{either((*SELVES, *KIN))}){end}(?:[\s,]{{1,2}}(?:{either(LINKING)}){end})?,?",
            rf"{start}(?:{either(TITLES)}){end}\.?",
            rf"{start}(?P<name>\p{{L}}[\p{{L}}\p{{M}}]++(?:\s\p{{L}}[\p{{L}}\p{{M}}]++)?)\s(?:{either(AFTERWARDS)}){end}",
        )
    )


def _taken(text: str, at: int, *, strong: bool) -> Iterator[Span]:
    """The words from `at` on that are a name. `strong`: the first is one whatever it looks like, unless it cannot be."""
    start = end = -1
    lower = False
    for position in range(_LONGEST):
        gap = _GAP.match(text, at) if position else _FIRST_GAP.match(text, at)
        word = _WORD.match(text, gap.end()) if gap else None
        if word is None or not _continues(word[0], position, strong, lower):
            break
        lower = lower or word[0][0].islower()
        start, end, at = (word.start() if start < 0 else start), word.end(), word.end()
    if start >= 0:
        yield start, end, "name"


def _continues(word: str, position: int, strong: bool, lower: bool) -> bool:
    folded, cased = fold(word), _is_cased(word)
    if folded in NOT_A_NAME and not (position and folded in _PARTICLES):
        return False
    large = word[0].isupper() or not cased
    if is_known(word) or (folded in LIKELY and large) or (position and folded in _PARTICLES):
        return True
    if not strong:
        return cased and large and not (len(word) > 1 and word.isupper()) and folded not in PEOPLES
    if position == 0:
        return True
    # Written without capitals, a second word may be the family's name; a third is more likely the next sentence.
    return large or (lower and position == 1) if cased else position <= 2


@lru_cache(maxsize=8192)
def is_known(word: str) -> bool:
    """A given name that is no common word of our languages."""
    if word == _PERSIAN_ALI:
        return True
    folded = fold(word)
    return folded in KNOWN or any(folded.startswith(front) and folded[len(front) :] in KNOWN for front in _WRITTEN_ON)


def _is_cased(word: str) -> bool:
    return bool(_CASED.search(word))
