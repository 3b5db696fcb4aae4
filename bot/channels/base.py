"""What every channel has, in this order: what it is, how replies are shaped, how a part is sent, how a lost send is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.messages import Choice, Outgoing, Reply


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a reply as this channel will send it, and what it costs in billed segments."""

    text: str
    choices: tuple[Choice, ...] = ()
    ask_location: bool = False
    pin: tuple[float, float] | None = None
    segments: int = 1


class Channel(Protocol):
    """One way to reach people. `send` returns the provider's id and raises SendError, which carries its own policy."""

    name: str
    can_look_up: bool
    per_second: float

    async def send(self, outgoing: Outgoing) -> str: ...

    async def look_up(self, outgoing: Outgoing, since: datetime, taken: frozenset[str]) -> str | None:
        """The provider's id of a message equal to this one, sent since then and not in `taken`; None if it has none."""
        ...

    async def close(self) -> None: ...


def numbered(choices: tuple[Choice, ...], digits: str = "0123456789") -> str:
    """Choices as lines of a plain text: a feature phone has no buttons."""
    return "\n".join(f"{_number(n, digits)} {choice.title}" for n, choice in enumerate(choices, start=1))


def _number(value: int, digits: str) -> str:
    return "".join(digits[int(d)] for d in str(value))


def shape_plain(reply: Reply) -> list[Part]:
    """One plain text with numbered choices, for phones without buttons."""
    from bot.channels import sms_text

    lines = [reply.text.strip(), numbered(reply.choices) if reply.choices else ""]
    text = sms_text.economical("\n".join(filter(None, lines)))
    return [
        Part(piece, segments=sms_text.count(piece).segments, choices=reply.choices if last else ())
        for piece, last in _with_last(cut(text, 1500))
    ]


def _with_last(pieces: list[str]) -> list[tuple[str, bool]]:
    return [(piece, n == len(pieces) - 1) for n, piece in enumerate(pieces)]


_LINE_ENDS = ("\n\n", "\n")
# Full stops and question marks of Latin and Cyrillic, Arabic, Urdu, Bengali, and Ethiopic.
_SENTENCE_ENDS = (". ", "? ", "! ", "؟ ", "۔ ", "। ", "። ", "፧ ")


def cut(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` characters, cut at paragraphs, lines, sentences, words, clusters: the best that fits."""
    import regex

    pieces: list[str] = []
    while len(text) > limit:
        window = text[:limit]
        at = _after_last(window, _LINE_ENDS, limit // 2) or _after_last(window, _SENTENCE_ENDS, limit // 3)
        at = at or _after_last(window, (" ",), limit // 3)
        at = at or _last_cluster_end(regex.finditer(r"\X", text[: limit + 64]), limit)
        pieces.append(text[:at].strip())
        text = text[at:].lstrip()
    return [piece for piece in [*pieces, text] if piece]


def _after_last(text: str, marks: tuple[str, ...], least: int) -> int:
    """Where the last of these marks ends, if it stands beyond `least`; else 0."""
    return max((text.rfind(mark) + len(mark) for mark in marks if text.rfind(mark) > least), default=0)


def _last_cluster_end(clusters: object, limit: int) -> int:
    at = 0
    for cluster in clusters:  # type: ignore[attr-defined]  # an iterator of regex matches
        if cluster.end() > limit:
            break
        at = cluster.end()
    return at or limit
