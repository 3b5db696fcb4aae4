"""What could tell who wrote a text is hidden before staff see it: ▮phone▮, ▮name▮ … Better too much than too little.

A second line of defence, not the first: texts are encrypted, purged, and shown to editors alone. No list of words finds
every name, so what is shown is still treated as personal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import regex

from bot.masking import contacts, numbers, people, places

MARK = "▮"
KINDS = ("phone", "number", "email", "link", "handle", "case", "id", "date", "name", "address")

_SIGNS = {kind: chr(0xE000 + place) for place, kind in enumerate(KINDS)}  # while rules run: no letter, digit or space
_KIND_OF = {sign: kind for kind, sign in _SIGNS.items()}
_SIGN = regex.compile(r"[\ue000-\ue0ff]")
_REPEATED = regex.compile(r"([\ue000-\ue0ff])(?:[\s,./\-،:]{0,3}\1)+")
# Format characters but the joiners, which Persian, Bengali and emoji are written with; and what is no character at all.
_UNSEEN = regex.compile(r"[[\p{Cf}--[\u200c\u200d]]\p{Co}\p{Cs}\p{Cn}▮]", regex.V1)
_CONTROL = regex.compile(r"[^\S\n]|\p{Cc}(?<!\n)")
_PLACEHOLDER = regex.compile(rf"{MARK}({'|'.join(KINDS)}){MARK}")
_LONGEST = 4000

Rule = Callable[[str], Iterator[tuple[int, int, str]]]
# In this order: an address holds a number, a link holds a name.
_RULES: tuple[Rule, ...] = (
    contacts.mail,
    contacts.links,
    contacts.handles,
    numbers.cases,
    numbers.positions,
    numbers.dates,
    numbers.papers,
    numbers.numbers,
    places.streets,
    people.names,
)


def mask(text: str) -> str:
    """The text with a placeholder such as ▮phone▮ for each personal detail found. Compatibility forms are written plainly."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST])
    text = _CONTROL.sub(" ", _UNSEEN.sub("", text))
    for rule in _RULES:
        text = _hide(text, rule(text))
    text = _REPEATED.sub(r"\1", text)
    return _SIGN.sub(lambda found: f"{MARK}{_KIND_OF[found[0]]}{MARK}", text).strip()


def _hide(text: str, spans: Iterator[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            parts += [text[done:start], _SIGNS[kind]]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def pieces(masked: str) -> list[tuple[str, str | None]]:
    """A masked text in parts: (words, None) or (placeholder, its kind)."""
    found: list[tuple[str, str | None]] = []
    done = 0
    for placeholder in _PLACEHOLDER.finditer(masked):
        found += [(masked[done : placeholder.start()], None), (placeholder[0], placeholder[1])]
        done = placeholder.end()
    return [part for part in (*found, (masked[done:], None)) if part[0]]


def without(masked: str) -> str:
    """The words that are left, without the placeholders: what a text means, and not whom it is about."""
    return " ".join("".join(" " if kind else part for part, kind in pieces(masked)).split())


def hides(masked: str) -> bool:
    """Something in it is hidden."""
    return MARK in masked
