"""A long message in its sentences: the need often stands last, and there may be two of them."""

from __future__ import annotations

import regex

MOST_PARTS = 4  # of more sentences the first and the last ones: each costs the encoder 10 to 25 ms
FEWEST_WORDS = 3  # shorter sentences go with the one before them: "Help me. Please."
LONGEST = 2_000  # characters looked at

# Sentence ends of the scripts we read: Latin, Arabic, Urdu, Bengali, Ethiopic. A full stop inside "3.5" ends nothing.
_END = regex.compile(r"(?:[!?؟۔।॥።፧\n\r]+|(?<!\p{N})\.+|\.+(?!\p{N}))\s*")


def parts(text: str) -> tuple[str, ...]:
    """The sentences of a text, at most four; nothing where it is a single one."""
    found: list[str] = []
    for piece in _END.split(text[:LONGEST]):
        sentence = piece.strip()
        if not sentence:
            continue
        if found and min(len(sentence.split()), len(found[-1].split())) < FEWEST_WORDS:
            found[-1] = f"{found[-1]} {sentence}"
        else:
            found.append(sentence)
    if len(found) > MOST_PARTS:
        found = [found[0], *found[-(MOST_PARTS - 1) :]]
    return tuple(found) if len(found) > 1 else ()
