"""Lines of a page: each character in a font that has it, words kept whole, runs in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

import regex

from bot.dossier import reading

Coverage = Mapping[str, frozenset[int]]  # font → the characters it has, in the order in which fonts are tried
Measure = Callable[[str, str, bool], float]  # text, font, right to left → width


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font that run in one direction, in the order in which they are spoken."""

    text: str
    font: str
    rtl: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Runs from left to right. `rtl`: the paragraph begins at the right edge."""

    runs: tuple[Run, ...]
    width: float
    rtl: bool


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    font: str
    level: int


def lines(text: str, width: float, fonts: Coverage, measure: Measure, rtl: bool = False) -> list[Line]:
    """The text in lines of at most `width`. `rtl`: the direction of paragraphs that have no letter."""
    made: list[Line] = []
    for paragraph in reading.clean(text).split("\n"):
        rtl_here = reading.is_right_to_left(paragraph, rtl)
        shown = reading.pronounceable(paragraph, _known(fonts)).strip()
        letters = _letters(shown, fonts, rtl_here)
        made += [_line(part, rtl_here, measure) for part in _broken(letters, width, measure)]
    return made


def _known(fonts: Coverage) -> frozenset[int]:
    return frozenset().union(*fonts.values())


def _letters(text: str, fonts: Coverage, rtl: bool) -> list[_Letter]:
    letters: list[_Letter] = []
    font = next(iter(fonts))
    for cluster, level in _clusters(text, rtl):
        font = _font(cluster, fonts, font)
        letters.append(_Letter(cluster, font, level))
    return letters


def _clusters(text: str, rtl: bool) -> list[tuple[str, int]]:
    """What a reader takes for one character, so that no mark is ever parted from its letter."""
    levels = reading.levels(text, rtl)
    return [(match[0], levels[match.start()]) for match in regex.finditer(r"\X", text)]


def _font(cluster: str, fonts: Coverage, before: str) -> str:
    """The first font that has all of it; spaces and signs stay in the font of what stands before them."""
    if not any(character.isalpha() for character in cluster) and _has(fonts[before], cluster):
        return before
    return next((font for font, known in fonts.items() if _has(known, cluster)), _for_first(cluster, fonts, before))


def _for_first(cluster: str, fonts: Coverage, before: str) -> str:
    return next((font for font, known in fonts.items() if ord(cluster[0]) in known), before)


def _has(known: frozenset[int], cluster: str) -> bool:
    # Invisible joiners act in every font.
    return all(ord(character) in known or not character.isprintable() for character in cluster)


def _broken(letters: list[_Letter], width: float, measure: Measure) -> list[list[_Letter]]:
    rows: list[list[_Letter]] = [[]]
    used = 0.0
    for word in _words(letters):
        wide, bare = _width(word, measure), _width(_stripped(word), measure)
        if rows[-1] and used + bare > width:
            rows.append([])
            used = 0.0
        if bare > width:
            pieces = _cut(word, width, measure)
            rows[-1:] = pieces
            used = _width(pieces[-1], measure)
        else:
            rows[-1] = rows[-1] + word
            used += wide
    return [_stripped(row) for row in rows]


def _words(letters: list[_Letter]) -> list[list[_Letter]]:
    words: list[list[_Letter]] = []
    after_space = True
    for letter in letters:
        if after_space and not letter.text.isspace():
            words.append([])
        after_space = letter.text.isspace() or letter.text == "\u1361"  # the Ethiopic word space
        if not words:
            words.append([])
        words[-1].append(letter)
    return words


def _cut(word: list[_Letter], width: float, measure: Measure) -> list[list[_Letter]]:
    """A word wider than the line, such as a web address, in pieces that fit."""
    pieces: list[list[_Letter]] = [[]]
    for letter in word:
        if pieces[-1] and _width([*pieces[-1], letter], measure) > width:
            pieces.append([])
        pieces[-1].append(letter)
    return pieces


def _stripped(letters: list[_Letter]) -> list[_Letter]:
    end = len(letters)
    while end and letters[end - 1].text.isspace():
        end -= 1
    return letters[:end]


def _width(letters: list[_Letter], measure: Measure) -> float:
    return sum(measure(run.text, run.font, run.rtl) for _, run in _runs(letters))


def _runs(letters: list[_Letter]) -> list[tuple[int, Run]]:
    return [
        (level, Run("".join(letter.text for letter in group), font, bool(level % 2)))
        for (level, font), group in groupby(letters, key=lambda letter: (letter.level, letter.font))
    ]


def _line(letters: list[_Letter], rtl: bool, measure: Measure) -> Line:
    runs = _runs(letters)
    order = reading.in_order([level for level, _ in runs])
    placed = tuple(runs[place][1] for place in order)
    return Line(placed, sum(measure(run.text, run.font, run.rtl) for run in placed), rtl)
