"""Babel extractor for the responses and buttons of `domain.yml` (`make messages`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import yaml

Found = tuple[int, str, str, list[str]]


def domain_responses(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Yields (line, function, message, comments) as Babel's extraction interface asks."""
    domain = yaml.safe_load(fileobj.read().decode())
    for name, variations in domain["responses"].items():
        for variation in variations:
            titles = [button["title"] for button in variation.get("buttons") or []]
            for message in (variation["text"], *titles):
                yield 1, "_", message, [name]
