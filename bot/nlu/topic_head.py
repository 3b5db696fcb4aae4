"""A classifier over the topics, learnt from the example questions: meaning by two encoders, and wording.

It is learnt when the content has changed (half a minute for 15,000 questions), kept as a file that all processes of a host
read, and used beside the nearest examples, which know a new question at once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import scipy.sparse as sp

from bot.nlu import romanised, second
from bot.nlu.encoder import NAME, Vectors
from bot.nlu.linear import Floats, Linear, Means, beside
from bot.nlu.wording import Wording

VERSION = "2"  # changes when what is learnt from the same examples does
MOST_TOPICS = 1500  # thousands of pages are found by their nearest passages alone
_STRENGTH = 0.3
_SECOND = 0.7  # the second encoder's weight beside the first
_KEPT = 3  # files


@dataclass(frozen=True, slots=True)
class Example:
    """A question by which a topic is found. `locale` may be a tag such as `ar-Latn`."""

    topic: str
    locale: str
    text: str


def fingerprint(examples: Sequence[Example]) -> str:
    """Names what a head of these examples is; the order of the examples does not matter."""
    lines = sorted(f"{e.topic}\t{e.locale}\t{e.text}" for e in examples)
    return hashlib.sha256("\n".join([VERSION, NAME, *lines]).encode("utf-8", "replace")).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Head:
    """What was learnt. `scores` are about 1 for the topic meant and -1 for the others."""

    fingerprint: str
    model: Linear
    means: Means
    second_means: Means
    wording: Wording

    @property
    def topics(self) -> list[str]:
        return self.model.labels

    def scores(self, text: str, vector: Vectors, locale: str | None, typed: str = "") -> Floats:
        """float32[topics] for a text and its float32[384] as `encoder.embed` gives it; `typed` where its letters were others."""
        other = second.embed([text], [locale])
        centred = self.means.centre(vector[None, :], [locale])
        return self.model.decisions(self._features(centred, other, [locale], [romanised.wording(typed or text, text)]))[0]

    def _features(self, centred: Vectors, others: Vectors, locales: Sequence[str | None], texts: Sequence[str]) -> sp.csr_matrix:
        return beside(
            (centred, 1.0),
            (self.second_means.centre(others, locales), _SECOND),
            (self.wording.features(texts), 1.0),
        )

    @classmethod
    def learn(cls, examples: Sequence[Example], centred: Vectors, means: Means) -> Head | None:
        """From n examples, their float32[n, 384] less `means`. None where there is too little, or too much, to learn from."""
        topics = {e.topic for e in examples}
        if not 2 <= len(topics) <= MOST_TOPICS or len(examples) < 4 * len(topics):
            return None
        own = [romanised.reading(e.text, e.locale) for e in examples]
        texts = [romanised.wording(e.text, meant) for e, meant in zip(examples, own, strict=True)]
        locales = [romanised.of_locale(e.locale) for e in examples]
        others = second.embed(own, locales)
        known = others.any(axis=1)
        second_means = Means.learn(others[known], [x for x, k in zip(locales, known, strict=True) if k]) if known.any() else None
        head = cls(fingerprint(examples), _NOTHING, means, second_means or Means(others[0], {}), Wording.learn(texts))
        features = head._features(centred, others, locales, texts)
        return replace(head, model=Linear.svm(features, [e.topic for e in examples], _STRENGTH))

    def write(self, folder: Path) -> Path:
        """Put the file in its place at once, and remove those of long ago."""
        folder.mkdir(parents=True, exist_ok=True)
        path = path_of(folder, self.fingerprint)
        draft = path.with_suffix(f".{os.getpid()}.draft.npz")
        np.savez(
            draft,
            rarity=self.wording.rarity,
            **self.model.arrays("topics"),
            **self.means.arrays("first"),
            **self.second_means.arrays("second"),
        )
        os.replace(draft, path)
        for old in newest_first(folder)[_KEPT:]:
            old.unlink(missing_ok=True)
        return path

    @classmethod
    def read(cls, path: Path) -> Head | None:
        """None where there is no such file, or none that can be read."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                model = Linear.read(stored, "topics")
                if model is None:
                    return None
                first, other = Means.read(stored, "first"), Means.read(stored, "second")
                return cls(path.stem.removeprefix(_PREFIX), model, first, other, Wording(stored["rarity"]))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None


_PREFIX = "topics-"
_NOTHING = Linear([], np.zeros((0, 0), np.float32), np.zeros(0, np.float32))


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{_PREFIX}{name}.npz"


def newest_first(folder: Path) -> list[Path]:
    """Files of heads, also of earlier content."""

    def changed(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except OSError:
            return 0.0

    return sorted((p for p in folder.glob(f"{_PREFIX}*.npz") if not p.name.endswith(".draft.npz")), key=changed, reverse=True)
