"""Texts made from other texts: a short message from a long one, passages of a page."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

import regex

from bot.channels import sms_text

SMS_UNITS = {"gsm7": 306, "ucs2": 201}  # two segments of 153, three of 67: what an answer by SMS may cost
PASSAGE = 400  # characters; the encoder reads 512 of a text
_TITLE = 100  # of these for the title

# After a full stop of any of our scripts, but not after the number of a list item.
_SENTENCE_END = regex.compile(r"(?<=[.!?؟۔।።])(?<!\d\.)\s+|\n+")
_UNUSABLE = regex.compile(r"[\x00-\x08\x0b-\x1f\x7f\p{Cs}]")


def fits_sms(text: str) -> bool:
    """True when the text, made economical as it will be, costs no more than an SMS answer may."""
    if len(text) > 2 * SMS_UNITS["gsm7"]:
        return False  # spares counting whole pages
    counted = sms_text.count(text)
    if counted.encoding == "ucs2" and counted.units > SMS_UNITS["ucs2"]:
        counted = sms_text.count(sms_text.economical(text))
    return counted.units <= SMS_UNITS[counted.encoding]


def short_of(chat: str) -> str:
    """The first sentences of a long text that fit into one SMS answer; part of the first where even that does not."""
    if fits_sms(chat):
        return chat
    beginnings = list(accumulate(_sentences(chat), "{} {}".format))
    fitting = bisect_left(beginnings, True, key=lambda beginning: not fits_sms(beginning))
    return beginnings[fitting - 1] if fitting else _cut(beginnings[0])


def _cut(sentence: str) -> str:
    beginnings = [f"{beginning}..." for beginning in accumulate(sentence.split(" "), "{} {}".format)]
    fitting = bisect_left(beginnings, True, key=lambda beginning: not fits_sms(beginning))
    if fitting:
        return beginnings[fitting - 1]
    # One word longer than a message: a script that writes no spaces.
    length = bisect_left(range(len(sentence)), True, key=lambda n: not fits_sms(f"{sentence[:n]}..."))
    return f"{sentence[: length - 1]}..."


def passages(text: str, title: str = "") -> list[str]:
    """A page cut at sentence ends into parts of at most 400 characters, each about as much as a question can match.

    The page's title goes before each: a part alone often does not say what it is about.
    """
    title = title.strip()[:_TITLE].strip()
    return [f"{title}: {part}" if title and not part.startswith(title) else part for part in _parts(text)]


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for sentence in _sentences(text):
        for piece in _pieces(sentence):
            if parts and len(parts[-1]) + 1 + len(piece) <= PASSAGE:
                parts[-1] = f"{parts[-1]} {piece}"
            else:
                parts.append(piece)
    return parts


def _pieces(sentence: str) -> list[str]:
    return regex.findall(rf".{{1,{PASSAGE}}}(?:\s+|$)|.{{{PASSAGE}}}", sentence) if len(sentence) > PASSAGE else [sentence]


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]


def is_unusable(text: str) -> bool:
    """Control characters and halves of characters: no phone shows them and no database keeps them."""
    return _UNUSABLE.search(text) is not None


def folded(text: str) -> str:
    """The same for two questions that differ only in case and spaces."""
    return " ".join(text.casefold().split())
