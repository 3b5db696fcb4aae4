"""The texts that ship with the product, by language: what people of each write and read. Read once a process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT

Pair = tuple[str, str]  # locale, text
_NOT_SPEECH = ("inform_place", "change_language")  # names of places and languages are alike everywhere


@lru_cache(maxsize=1)
def spoken() -> tuple[Pair, ...]:
    """What people write: training examples and questions, with the tag of their file (`ar-Latn` for Latin letters)."""
    return tuple(_spoken(ROOT / "data"))


def texts_of(locale: str) -> Iterator[str]:
    """What people of one language write and read: examples, questions, titles and answers."""
    yield from (text for tag, text in spoken() if tag == locale)
    for topic in _topics(ROOT / "data"):
        yield str((topic.get("titles") or {}).get(locale) or "")
        answer = (topic.get("answers") or {}).get(locale) or {}
        yield from (str(answer.get(field) or "") for field in ("sms", "chat")) if isinstance(answer, dict) else (str(answer),)


def embedded() -> Iterator[Pair]:
    """Everything whose vector training or loading asks for: all examples and questions, and the titles of topics."""
    for path in sorted((ROOT / "data").glob("nlu/*.yml")):
        for item in _read(path)["nlu"]:
            yield from ((path.stem, line.removeprefix("- ")) for line in item["examples"].splitlines())
    for topic in _topics(ROOT / "data"):
        for locale, questions in (topic.get("questions") or {}).items():
            yield from ((locale, str(question)) for question in questions)
        yield from ((locale, str(title)) for locale, title in (topic.get("titles") or {}).items())


def _spoken(data: Path) -> Iterator[Pair]:
    for path in sorted(data.glob("nlu/*.yml")):
        for item in _read(path)["nlu"]:
            if item["intent"] not in _NOT_SPEECH:
                yield from ((path.stem, line.removeprefix("- ")) for line in item["examples"].splitlines())
    for topic in _topics(data):
        for locale, questions in (topic.get("questions") or {}).items():
            yield from ((locale, str(question)) for question in questions)


def _topics(data: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(data.glob("content/answers/*.yml")):
        yield _read(path)


def _read(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
