"""What differs between two texts, word by word, in every script; and two changes of one text brought together.

Pieces hold plain text: a template escapes them, and `<ins>` and `<del>` around them are the template's.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import regex

# Scripts that write no spaces are compared by character; a combining mark stays with its letter.
_WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
    r"|https?://[^\s<>\"]+"
    r"|[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}]|[\u200c\u200d](?=[\p{L}\p{M}\p{N}])|['’ʼ](?=\p{L})|[.,](?=\p{N}))*"
    r"|\n|[^\S\n]+|\X"
)
_PLAIN_SPACE = frozenset({" ", "\n"})
_MOST_STEPS = 4_000_000  # of comparing; a longer comparison is worth nobody's waiting


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: kind `same`, `removed` or `added`."""

    kind: str
    text: str

    @property
    def shown(self) -> str:
        """The text to show. A change that nobody could see, such as another kind of space, is named by its code."""
        if self.kind == "same" or not all(_is_invisible(character) for character in self.text):
            return self.text
        return "".join(_named(character) for character in self.text)


def words(before: str, after: str) -> list[Piece]:
    """The two texts as one run of pieces: those not added make `before`, those not removed make `after`."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces: list[Piece] = []
    for kind, i1, i2, j1, j2 in _operations(old, new):
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[i1:i2])))
            continue
        pieces += [Piece("removed", "".join(old[i1:i2]))] if i2 > i1 else []
        pieces += [Piece("added", "".join(new[j1:j2]))] if j2 > j1 else []
    return pieces


def merged(base: str, ours: str, theirs: str) -> str | None:
    """Both changes of `base` in one text; None where they touch the same words, and a person has to decide."""
    tokens = _WORD.findall(base)
    changes = sorted([*_changes(tokens, _WORD.findall(ours)), *_changes(tokens, _WORD.findall(theirs))])
    made: list[str] = []
    at, last = 0, None
    for start, end, text in changes:
        if last == (start, end, text):
            continue  # both did the same
        # Changes that touch are one change to whoever reads the text.
        if last is not None and start <= at:
            return None
        made += [*tokens[at:start], text]
        at, last = end, (start, end, text)
    return "".join([*made, *tokens[at:]])


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[int, int, str]]:
    for kind, i1, i2, j1, j2 in _operations(old, new):
        if kind != "equal":
            yield i1, i2, "".join(new[j1:j2])


Operation = tuple[str, int, int, int, int]  # as difflib's: kind, old[i1:i2], new[j1:j2]


def _operations(old: list[str], new: list[str]) -> list[Operation]:
    """Equal and different stretches in turn. Spaces between two changed words belong to the change."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = _compared(old[start : len(old) - end], new[start : len(new) - end])
    found = [("equal", 0, start, 0, start)] if start else []
    found += [(kind, i1 + start, i2 + start, j1 + start, j2 + start) for kind, i1, i2, j1, j2 in middle]
    if end:
        found.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return _joined(found, old)


def _common(old: list[str], new: list[str]) -> int:
    """How many tokens are equal at the beginning."""
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _compared(old: list[str], new: list[str]) -> list[Operation]:
    if not old and not new:
        return []
    counted = Counter(new)
    if not old or not new or sum(counted[token] for token in old) > _MOST_STEPS:
        return [("replace", 0, len(old), 0, len(new))]
    matcher = SequenceMatcher(str.isspace, old, new, autojunk=False)
    return [(str(kind), i1, i2, j1, j2) for kind, i1, i2, j1, j2 in matcher.get_opcodes()]


def _joined(found: list[Operation], old: list[str]) -> list[Operation]:
    """Stretches that are equal only by a space between two changes become part of one change."""
    joined: list[Operation] = []
    for place, (kind, i1, i2, j1, j2) in enumerate(found):
        between = kind == "equal" and 0 < place < len(found) - 1 and all(token.isspace() for token in old[i1:i2])
        # A line break is a landmark: changes of two lines stay two changes.
        changed = kind != "equal" or (between and "\n" not in old[i1:i2])
        if changed and joined and joined[-1][0] != "equal":
            _, a1, _, b1, _ = joined[-1]
            joined[-1] = ("replace", a1, i2, b1, j2)
        else:
            joined.append(("replace" if changed else "equal", i1, i2, j1, j2))
    return joined


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc")


def _named(character: str) -> str:
    if character in _PLAIN_SPACE:
        return "␣" if character == " " else "↵\n"
    return f"[U+{ord(character):04X}]"
