"""Text as it is read: paragraphs, their direction, and the level of each character (Unicode bidirectional algorithm, UAX #9)."""

from __future__ import annotations

import re
import unicodedata

import regex
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

# Numbers to call. Written in groups between Arabic letters, "+30 210 123" would be shown as "123 210 30+".
_PHONE = re.compile(r"(?<![\d:/.])(?:(?:\+|00)\d|\d(?=(?:[ \u00a0.()-]{0,2}\d){8}))(?:[ \u00a0.()-]{0,2}\d){5,}(?![\d:/])")
# Embeddings, overrides and isolates that came with copied text could turn around what stands after them.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_LONG_NEUTRAL = 40
_WEAK = frozenset({"ON", "WS", "ES", "ET", "CS", "S", "BN", "NSM"})
_TURNED = frozenset({"R", "AL", "AN"})
_SKIN_OR_VARIANT = regex.compile(r"[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]|(?<=\p{Extended_Pictographic})\u200d")


def clean(text: str) -> str:
    """The text without control characters; lines end with `\\n`."""
    return _CONTROL.sub(" ", _TURNING.sub("", text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")))


def with_numbers(text: str) -> list[tuple[str, bool]]:
    """The text in pieces; True marks a number to call, which reads from left to right in every script."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in _PHONE.finditer(text):
        pieces += [(text[at : match.start()], False), (match[0], True)]
        at = match.end()
    return [(piece, number) for piece, number in [*pieces, (text[at:], False)] if piece]


def is_right_to_left(text: str, otherwise: bool = False) -> bool:
    """The direction of a paragraph: that of its first letter; `otherwise` where it has none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return otherwise


def levels(text: str, rtl: bool) -> list[int]:
    """The embedding level of each character of one paragraph: odd ones run from right to left."""
    base = int(rtl)
    if not rtl and not any(unicodedata.bidirectional(character) in _TURNED for character in text):
        return [0] * len(text)
    kept, places = _shortened(text)
    direction = TextDirection.RTL if rtl else TextDirection.LTR
    found = [c.embedding_level for c in BidiParagraph(kept, direction, preserve_bn_chars=True).get_characters()]
    result = [found[place] for place in places]
    for number, character in enumerate(text):
        # Joiners and other invisible characters belong to what stands before them (rules X9 and L1).
        if unicodedata.bidirectional(character) == "BN":
            result[number] = result[number - 1] if number else base
    for match in _PHONE.finditer(text):
        result[match.start() : match.end()] = [base + base % 2] * len(match[0])
    return result


def _shortened(text: str) -> tuple[str, list[int]]:
    """The text with long runs of signs made short, and for each character its place there.

    fpdf looks for the next letter by recursion: a thousand exclamation marks would end in an error. All characters
    in the middle of such a run get the same level.
    """
    kept: list[str] = []
    places: list[int] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.bidirectional(character) in _WEAK else 0
        if run <= _LONG_NEUTRAL:
            kept.append(character)
        places.append(len(kept) - 1)
    return "".join(kept), places


def in_order(levels_of_runs: list[int]) -> list[int]:
    """The places of a line's runs from left to right (rule L2)."""
    order = list(range(len(levels_of_runs)))
    odd = [level for level in levels_of_runs if level % 2]
    if not odd:
        return order
    for level in range(max(levels_of_runs), min(odd) - 1, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and levels_of_runs[order[end]] >= level:
                end += 1
            order[at:end] = reversed(order[at:end])
            at = max(end, at + 1)
    return order


def pronounceable(text: str, known: frozenset[int]) -> str:
    """The text in characters of our fonts: a picture by its name in brackets, any other unknown letter as U+FFFD."""
    shown: list[str] = []
    for character in _SKIN_OR_VARIANT.sub("", text):
        if ord(character) in known or character == "\n" or unicodedata.category(character) == "Cf":
            shown.append(character)
        else:
            shown.append(_named(character))
    return "".join(shown)


def _named(character: str) -> str:
    is_picture = unicodedata.category(character) in ("So", "Sk", "Sm")
    try:
        return f"[{unicodedata.name(character).lower()}]" if is_picture else "\ufffd"
    except ValueError:
        return "\ufffd"
