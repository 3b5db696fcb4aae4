"""Vectors of the texts that ship with the product, kept as files: the first start does not compute 15,000 of them.

`python -m bot.nlu.vectors` (`make vectors`) writes them anew; a text that is not among them is computed as any other.
Each vector is kept in bytes, with its own scale: its cosine to the computed one is above 0.999.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.settings import ROOT

FOLDER = ROOT / "data" / "vectors"
Vectors = npt.NDArray[np.float32]
_PARTS = ("keys", "scales", "values")


class Store:
    """Vectors by the text that an encoder would have read. Files are mapped, not loaded: what is not asked costs nothing."""

    def __init__(self, keys: npt.NDArray[np.uint64], scales: Vectors, values: npt.NDArray[np.int8]) -> None:
        self._keys, self._scales, self._values = keys, scales, values

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, text: str) -> Vectors | None:
        """float32[d], unit length, or None."""
        key = _key(text)
        row = int(np.searchsorted(self._keys, key))
        if row >= len(self._keys) or self._keys[row] != key:
            return None
        vector = self._values[row].astype(np.float32) * self._scales[row]
        result: Vectors = vector / np.linalg.norm(vector)
        return result


def _key(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little"))


@lru_cache(maxsize=4)
def store(name: str, folder: Path = FOLDER) -> Store:
    """The vectors of an encoder (its NAME; other vectors are other files); empty where there are none."""
    base = folder / name.replace("/", "-")
    try:
        keys, scales, values = (np.load(base.with_suffix(f".{part}.npy"), mmap_mode="r") for part in _PARTS)
    except (OSError, ValueError):
        return Store(np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros((0, 1), np.int8))
    return Store(keys, scales, values)


def write(name: str, texts: Iterable[str], vectors: Vectors, folder: Path = FOLDER) -> None:
    """Replace the files of an encoder. `vectors` is float32[n, d] in the order of the texts."""
    keys = np.array([_key(text) for text in texts], np.uint64)
    order = np.argsort(keys, kind="stable")
    scales = (np.abs(vectors).max(axis=1) / 127.0).astype(np.float32)
    values = np.rint(vectors / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / name.replace("/", "-")
    for part, array in zip(_PARTS, (keys, scales, values), strict=True):
        np.save(base.with_suffix(f".{part}.npy"), array[order])


def main() -> int:
    """Compute and write the vectors of everything that ships."""
    from bot.nlu import encoder, romanised, second, shipped

    read: dict[str, str] = {}
    for tag, text in shipped.embedded():
        clean = encoder.guarded(romanised.reading(text, tag))
        if clean:
            read.setdefault(clean, romanised.of_locale(tag))
    texts = list(read)
    print(f"{len(texts):,} texts", file=sys.stderr)
    write(encoder.NAME, texts, encoder.embed(texts))
    known = [text for text, locale in read.items() if locale in second.LOCALES]
    write(second.NAME, known, second.embed(known, [read[text] for text in known]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
