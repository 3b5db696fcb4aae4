"""Which topic a question is about: the nearest example questions by meaning, in any language.

The index is read from the database when its content changes; nothing is retrained by Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.nlu.encoder import DIMENSIONS, Vectors

Floats = npt.NDArray[np.float64]

_SHARES = (0.6, 0.25, 0.15)  # how much the nearest, second and third example of a topic speak for it
_ROWS_READ = 400  # of the nearest rows; what is farther speaks for nothing

# Set by cross-validation over the example questions, so that a confidence of 0.5 is right nine times in ten.
_BLEND = 0.3  # the classifier's part; nearness has the rest
_RIDGE = 1.0
_SCALE = 30.0  # of a similarity, before the softmax
_SCALE_WITHOUT_HEAD = 20.0  # thousands of pages, or few examples each: a small lead says less
# "None of them" takes part in the softmax with this similarity: a text near to nothing gets no high confidence.
_NONE = 0.3


@dataclass(frozen=True, slots=True)
class Ranked:
    """A topic and how sure we are that it is what was asked, 0 to 1."""

    topic: str
    confidence: float


@dataclass(slots=True)
class TopicIndex:
    """All example questions of published topics. Immutable once built; replaced as a whole."""

    revision: int
    topics: list[str]
    owner: npt.NDArray[np.int32]  # row → position in `topics`
    vectors: Vectors  # float32[n, 384], centred by language, unit length
    means: dict[str, Vectors] = field(default_factory=dict)
    mean: Vectors = field(default_factory=lambda: np.zeros(DIMENSIONS, dtype=np.float32))
    head: _Head | None = None

    def rank(self, vector: Vectors, locale: str | None, most: int = 8) -> list[Ranked]:
        """The likeliest topics, best first. `vector` is float32[384] as `encoder.embed` gives it."""
        if not len(self.topics) or not vector.any():
            return []
        centred = self.centre(vector[None, :], [locale])[0]
        similarity, scale = self._nearness(centred), _SCALE_WITHOUT_HEAD
        if self.head is not None:
            similarity, scale = _BLEND * self.head.scores(centred) + (1 - _BLEND) * similarity, _SCALE
        confidences = _confidences(similarity, scale)
        order = np.argsort(-confidences, kind="stable")[:most]
        return [Ranked(self.topics[i], round(float(confidences[i]), 4)) for i in order]

    def nearest(self, vector: Vectors, locale: str | None) -> float:
        """Cosine of the nearest example after centring, -1 to 1: how close the message is to anything we know."""
        if not len(self.topics) or not vector.any():
            return -1.0
        return float((self.vectors @ self.centre(vector[None, :], [locale])[0]).max())

    def centre(self, vectors: Vectors, locales: Sequence[str | None]) -> Vectors:
        """Subtract the mean of the language: what all messages of a language share says nothing about their topic."""
        means = np.stack([self.means.get(locale or "", self.mean) for locale in locales])
        return _unit(vectors - means)

    def _nearness(self, centred: Vectors) -> Floats:
        return _per_topic(self.vectors @ centred, self.owner, len(self.topics))


@dataclass(frozen=True, slots=True)
class _Head:
    """A linear classifier over the topics, learnt from the examples when the index is built."""

    weights: Vectors  # float32[topics, 384]

    def scores(self, centred: Vectors) -> Floats:
        """float64[topics]: about 1 for the topic meant and 0 for the others."""
        return (self.weights @ centred).astype(np.float64)


def empty() -> TopicIndex:
    """The index of a process that has not read the content yet; older than any revision."""
    return build(-1, [], [], np.zeros((0, DIMENSIONS), np.float32), [])


def build(revision: int, topics: Sequence[str], owners: Sequence[int], vectors: Vectors, locales: Sequence[str]) -> TopicIndex:
    """An index of n questions: `owners[i]` is the position in `topics` that question i belongs to."""
    if not len(owners):
        return TopicIndex(revision, [], np.zeros(0, np.int32), np.zeros((0, DIMENSIONS), np.float32))
    mean = vectors.mean(axis=0)
    index = TopicIndex(revision, list(topics), np.asarray(owners, np.int32), vectors, _means(vectors, locales, mean), mean)
    index.vectors = index.centre(vectors, list(locales))
    index.head = _learn(index)
    return index


def _means(vectors: Vectors, locales: Sequence[str], mean: Vectors) -> dict[str, Vectors]:
    by_locale: dict[str, list[int]] = {}
    for row, locale in enumerate(locales):
        by_locale.setdefault(locale, []).append(row)
    # A handful of texts says little about a language: lean on the mean of all until there are enough.
    return {locale: (vectors[rows].sum(axis=0) + 20.0 * mean) / (len(rows) + 20.0) for locale, rows in by_locale.items()}


def _learn(index: TopicIndex) -> _Head | None:
    """Ridge regression onto one-against-rest targets, in closed form: 70 ms for 1,500 questions and 67 topics."""
    rows, topics = len(index.owner), len(index.topics)
    if topics < 2 or rows < 4 * topics or topics > 2000:
        return None
    features = index.vectors.astype(np.float64)
    targets = np.full((rows, topics), -1.0 / topics)
    targets[np.arange(rows), index.owner] = 1.0
    # Each topic weighs the same, however many examples it has.
    weight = 1.0 / np.bincount(index.owner, minlength=topics)[index.owner]
    weight *= rows / weight.sum()
    gram = (features * weight[:, None]).T @ features + _RIDGE * np.eye(DIMENSIONS)
    solution = np.linalg.solve(gram, (features * weight[:, None]).T @ targets)
    return _Head(np.ascontiguousarray(solution.T, dtype=np.float32))


def _per_topic(similarities: Vectors, owner: npt.NDArray[np.int32], topics: int) -> Floats:
    """For each topic the mean of its best examples' similarities, the best counting most; -1 for topics far away."""
    rows = np.arange(len(similarities))
    if len(rows) > _ROWS_READ:
        rows = np.argpartition(-similarities, _ROWS_READ)[:_ROWS_READ]
    rows = rows[np.argsort(-similarities[rows], kind="stable")]
    totals, counts = np.zeros(topics), np.zeros(topics, np.int64)
    for topic, similarity in zip(owner[rows].tolist(), similarities[rows].tolist(), strict=True):
        taken = counts[topic]
        if taken < len(_SHARES):
            totals[topic] += _SHARES[taken] * similarity
            counts[topic] += 1
    weights = np.cumsum((0.0, *_SHARES))[counts]
    # One example that happens to be near says a little less than three.
    return np.where(weights > 0, totals / np.maximum(weights, 1e-9) - 0.05 * (1 - weights), -1.0)


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Vectors = (vectors / np.maximum(norms, 1e-9)).astype(np.float32)
    return result


def _confidences(similarity: Floats, scale: float) -> Floats:
    """Softmax over the topics and "none of them"."""
    highest = max(float(similarity.max()), _NONE)
    shares = np.exp(scale * (similarity - highest))
    result: Floats = shares / (shares.sum() + np.exp(scale * (_NONE - highest)))
    return result
