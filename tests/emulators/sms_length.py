"""How many segments an SMS is billed as, counted the simple way: GSM-7 with its extension table, or UCS-2."""

from __future__ import annotations

from collections.abc import Iterable

# GSM 03.38 basic character set; each of the extension table costs two septets.
BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = set("^{}\\[~]|€\f")


def segments(body: str) -> int:
    """The number of messages `body` is sent as; 1 for an empty one. A character is never split between two."""
    if set(body) <= BASIC | EXTENSION:
        return _packed((2 if char in EXTENSION else 1 for char in body), single=160, each=153)
    return _packed((2 if ord(char) > 0xFFFF else 1 for char in body), single=70, each=67)


def _packed(costs: Iterable[int], single: int, each: int) -> int:
    costs = list(costs)
    if sum(costs) <= single:
        return 1
    count, used = 1, 0
    for cost in costs:
        if used + cost > each:
            count, used = count + 1, 0
        used += cost
    return count
