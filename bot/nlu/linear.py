"""Linear classifiers over the meaning and the wording of texts, stored as plain arrays: nothing is unpickled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from bot.nlu.encoder import Vectors

Floats = npt.NDArray[np.float32]
_LEAN = 20.0  # texts of a language that weigh as much as the mean of all


class Means:
    """The mean vector of each language: what all its messages share says nothing about any of them."""

    def __init__(self, of_all: Vectors, by_locale: dict[str, Vectors]) -> None:
        self.of_all, self.by_locale = of_all, by_locale

    @classmethod
    def learn(cls, vectors: Vectors, locales: Sequence[str]) -> Means:
        """From float32[n, d]. A handful of texts says little: it leans on the mean of all until there are enough."""
        of_all = vectors.mean(axis=0)
        by_locale: dict[str, list[int]] = {}
        for row, locale in enumerate(locales):
            by_locale.setdefault(locale, []).append(row)
        return cls(
            of_all,
            {
                locale: ((vectors[rows].sum(axis=0) + _LEAN * of_all) / (len(rows) + _LEAN)).astype(np.float32)
                for locale, rows in by_locale.items()
            },
        )

    def centre(self, vectors: Vectors, locales: Sequence[str | None]) -> Vectors:
        """float32[n, d] less the mean of each one's language, unit length; rows of zeros stay."""
        means = np.stack([self.by_locale.get(locale or "", self.of_all) for locale in locales])
        present = vectors.any(axis=1, keepdims=True)
        centred = np.where(present, vectors - means, 0.0)
        norms = np.linalg.norm(centred, axis=1, keepdims=True)
        result: Vectors = (centred / np.maximum(norms, 1e-9)).astype(np.float32)
        return result

    def arrays(self, prefix: str) -> dict[str, Any]:
        return {
            f"{prefix}_locales": np.array(list(self.by_locale), dtype=str),
            f"{prefix}_means": np.stack([self.of_all, *self.by_locale.values()]).astype(np.float32),
        }

    @classmethod
    def read(cls, stored: Any, prefix: str) -> Means:
        means = stored[f"{prefix}_means"]
        return cls(means[0], {str(x): means[i + 1] for i, x in enumerate(stored[f"{prefix}_locales"])})


@dataclass(frozen=True, slots=True)
class Linear:
    """One row of weights a label; `decisions` grow with how much a text speaks for a label."""

    labels: list[str]
    weights: Floats  # float32[labels, dimensions]
    bias: Floats  # float32[labels]

    @classmethod
    def svm(cls, features: sp.csr_matrix, labels: Sequence[str], strength: float) -> Linear:
        """One label against the rest, each label weighing the same. Needs two labels."""
        from sklearn.svm import LinearSVC

        model = LinearSVC(C=strength, class_weight="balanced", tol=1e-2, random_state=0, max_iter=2000)
        return cls._of(model.fit(features, list(labels)))

    @classmethod
    def logistic(cls, features: sp.csr_matrix, labels: Sequence[str], strength: float) -> Linear:
        """As `svm`, but a decision is the logarithm of the odds."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=strength, class_weight="balanced", solver="liblinear", random_state=0, max_iter=500)
        return cls._of(model.fit(features, list(labels)))

    @classmethod
    def _of(cls, model: Any) -> Linear:
        weights, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        return cls([str(c) for c in model.classes_], weights.astype(np.float32), bias.astype(np.float32))

    def decisions(self, features: sp.csr_matrix) -> Floats:
        """float32[n, labels] of csr[n, dimensions]."""
        found: Floats = np.asarray(features @ self.weights.T, dtype=np.float32) + self.bias
        return found

    def arrays(self, prefix: str) -> dict[str, Any]:
        return {
            f"{prefix}_labels": np.array(self.labels, dtype=str),
            f"{prefix}_weights": self.weights.astype(np.float16),
            f"{prefix}_bias": self.bias,
        }

    @classmethod
    def read(cls, stored: Any, prefix: str) -> Linear | None:
        if f"{prefix}_labels" not in stored:
            return None
        labels = [str(x) for x in stored[f"{prefix}_labels"]]
        return cls(labels, stored[f"{prefix}_weights"].astype(np.float32), stored[f"{prefix}_bias"])


def shares(decisions: Floats, scale: float) -> Floats:
    """float32[n, labels] that add up to 1 a row."""
    grown = np.exp(scale * (decisions - decisions.max(axis=1, keepdims=True)))
    result: Floats = (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def beside(*blocks: tuple[Any, float]) -> sp.csr_matrix:
    """Blocks of features, each with its weight, side by side: csr[n, sum of dimensions]."""
    parts = [sp.csr_matrix(block) * np.float32(weight) for block, weight in blocks]
    return sp.hstack(parts, format="csr", dtype=np.float32)
