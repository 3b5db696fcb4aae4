"""Which topic a question is about: the nearest example questions by meaning, in any language.

The index is read from the database when its content changes; nothing is retrained by Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bot.nlu import passages, romanised, topic_head
from bot.nlu.encoder import DIMENSIONS, Vectors
from bot.nlu.linear import Means
from bot.nlu.passages import Pages
from bot.nlu.topic_head import Example, Head

Floats = npt.NDArray[np.float64]
_T = TypeVar("_T")

_SHARES = (0.6, 0.25, 0.15)  # how much the nearest, second and third example of a topic speak for it
_ROWS_READ = 400  # of the nearest rows; what is farther speaks for nothing

# Set on held-apart questions, so that a confidence of 0.5 is right about nine times in ten.
_HEAD = 0.5  # how much the learnt head's scores count beside nearness
_SCALE = 10.0  # of both together, before the softmax
# Without a learnt head: a quick one in closed form, and nearness.
_BLEND = 0.3  # the quick head's part; nearness has the rest
_RIDGE = 1.0
_SCALE_QUICK = 30.0
_SCALE_NEARNESS = 20.0  # thousands of pages, or few examples each: a small lead says less
# What a learnt head would say of a topic that it has not learnt yet, from how near its best examples are.
_UNLEARNT = (-1.6, 1.5)  # at nearness 0, and more for each 1 of nearness
# "None of them" takes part in the softmax with this similarity: a text near to nothing gets no high confidence.
_NONE = 0.3
_NONE_HEAD = 0.05  # the same where a head's scores count too


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
    means: Means = field(default_factory=lambda: Means(np.zeros(DIMENSIONS, dtype=np.float32), {}))
    quick: _Quick | None = None
    examples: list[Example] = field(default_factory=list)  # in the order of the rows; empty where nobody gave texts
    head: Head | None = None  # learnt apart; None until there is one
    pages: Pages | None = None  # topics without example questions; they have no rows here
    _fingerprint: str = ""

    @property
    def fingerprint(self) -> str:
        """Names what can be learnt from the examples."""
        if not self._fingerprint:
            self._fingerprint = topic_head.fingerprint(self.examples)
        return self._fingerprint

    def rank(self, vector: Vectors, locale: str | None, most: int = 8, text: str = "", typed: str = "") -> list[Ranked]:
        """The likeliest topics, best first. `vector` is float32[384] as `encoder.embed` gives it for `text`.

        Without the text only its meaning counts, not its wording. `typed` is given where it was typed in other letters.
        """
        if not len(self.topics) or not vector.any():
            return []
        confidences = self._confidences(vector, locale, text, typed)
        order = np.argsort(-confidences, kind="stable")[:most]
        return [Ranked(self.topics[i], round(float(confidences[i]), 4)) for i in order]

    def nearest(self, vector: Vectors, locale: str | None) -> float:
        """Cosine of the nearest example after centring, -1 to 1: how close the message is to anything we know."""
        if not len(self.topics) or not vector.any():
            return -1.0
        examples = self.vectors @ self.centre(vector[None, :], [locale])[0]
        return max(float(examples.max(initial=-1.0)), self.pages.nearest(vector, locale) if self.pages else -1.0)

    def _confidences(self, vector: Vectors, locale: str | None, text: str, typed: str) -> Floats:
        if self.pages is None:
            return self._by_examples(vector, locale, text, typed)
        found = np.zeros(len(self.topics)) if not len(self.owner) else self._by_examples(vector, locale, text, typed)
        written = np.zeros(len(self.topics))
        written[self.pages.topics] = self.pages.confidences(vector, locale, text)
        return _joined(found, written)

    def _by_examples(self, vector: Vectors, locale: str | None, text: str, typed: str) -> Floats:
        centred = self.centre(vector[None, :], [locale])[0]
        nearness = self._nearness(centred)
        if self.head is not None and text:
            scores = self._learnt(self.head, nearness, self.head.scores(text, vector, locale, typed))
            return _confidences(nearness + _HEAD * scores, _SCALE, _NONE_HEAD)
        if self.quick is not None:
            return _confidences(_BLEND * self.quick.scores(centred) + (1 - _BLEND) * nearness, _SCALE_QUICK, _NONE)
        return _confidences(nearness, _SCALE_NEARNESS, _NONE)

    def _learnt(self, head: Head, nearness: Floats, scores: npt.NDArray[np.float32]) -> Floats:
        """The head's scores in the order of our topics; a guess for topics that are newer than the head."""
        places = {topic: place for place, topic in enumerate(head.topics)}
        guess, slope = _UNLEARNT
        ours = guess + slope * nearness
        for place, topic in enumerate(self.topics):
            if topic in places:
                ours[place] = scores[places[topic]]
        return ours

    def centre(self, vectors: Vectors, locales: Sequence[str | None]) -> Vectors:
        """Subtract the mean of the language: what all messages of a language share says nothing about their topic."""
        return self.means.centre(vectors, locales)

    def _nearness(self, centred: Vectors) -> Floats:
        return _per_topic(self.vectors @ centred, self.owner, len(self.topics))


@dataclass(frozen=True, slots=True)
class _Quick:
    """A linear classifier over the topics, in closed form: learnt while the index is built."""

    weights: Vectors  # float32[topics, 384]

    def scores(self, centred: Vectors) -> Floats:
        """float64[topics]: about 1 for the topic meant and 0 for the others."""
        return (self.weights @ centred).astype(np.float64)


def empty() -> TopicIndex:
    """The index of a process that has not read the content yet; older than any revision."""
    return build(-1, [], [], np.zeros((0, DIMENSIONS), np.float32), [])


def build(
    revision: int,
    topics: Sequence[str],
    owners: Sequence[int],
    vectors: Vectors,
    locales: Sequence[str],
    texts: Sequence[str] = (),
    kinds: Sequence[str] = (),
) -> TopicIndex:
    """An index of n questions: `owners[i]` is the position in `topics` that question i belongs to.

    With `kinds` (example, title, passage), topics that have no example are found as pages are.
    """
    if len(set(owners)) > len({owner for owner, kind in zip(owners, kinds, strict=False) if kind == "example"}) and kinds:
        return _with_pages(revision, topics, owners, vectors, locales, texts, kinds)
    if not len(owners):
        return TopicIndex(revision, [], np.zeros(0, np.int32), np.zeros((0, DIMENSIONS), np.float32))
    spoken = [romanised.of_locale(locale) for locale in locales]
    index = TopicIndex(revision, list(topics), np.asarray(owners, np.int32), vectors, Means.learn(vectors, spoken))
    index.vectors = index.centre(vectors, spoken)
    index.quick = _learn(index)
    if texts:
        rows = zip(owners, locales, texts, strict=True)
        index.examples = [Example(topics[owner], locale, text) for owner, locale, text in rows]
    return index


def _with_pages(
    revision: int,
    topics: Sequence[str],
    owners: Sequence[int],
    vectors: Vectors,
    locales: Sequence[str],
    texts: Sequence[str],
    kinds: Sequence[str],
) -> TopicIndex:
    """An index in which some topics have no example questions, or none has."""
    asked = {owner for owner, kind in zip(owners, kinds, strict=True) if kind == "example"}
    there = [row for row, owner in enumerate(owners) if owner in asked]
    pages = [row for row, owner in enumerate(owners) if owner not in asked]

    def of(rows: list[int], values: Sequence[_T]) -> list[_T]:
        return [values[row] for row in rows]

    index = build(revision, topics, of(there, owners), vectors[there], of(there, locales), of(there, texts))
    index.topics = list(topics)
    if not there:
        index.means = Means.learn(vectors, locales)
    index.pages = passages.build(of(pages, owners), vectors[pages], of(pages, locales), of(pages, texts), of(pages, kinds))
    return index


def _learn(index: TopicIndex) -> _Quick | None:
    """Ridge regression onto one-against-rest targets, in closed form: 70 ms for 1,500 questions and 67 topics."""
    rows, topics = len(index.owner), len(index.topics)
    if topics < 2 or rows < 4 * len(np.unique(index.owner)) or topics > 2000:
        return None
    features = index.vectors.astype(np.float64)
    targets = np.full((rows, topics), -1.0 / topics)
    targets[np.arange(rows), index.owner] = 1.0
    # Each topic weighs the same, however many examples it has.
    weight = 1.0 / np.bincount(index.owner, minlength=topics)[index.owner]
    weight *= rows / weight.sum()
    gram = (features * weight[:, None]).T @ features + _RIDGE * np.eye(DIMENSIONS)
    solution = np.linalg.solve(gram, (features * weight[:, None]).T @ targets)
    return _Quick(np.ascontiguousarray(solution.T, dtype=np.float32))


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


def _joined(found: Floats, written: Floats) -> Floats:
    """Confidences of examples and of pages, of which each knows only its own topics: the odds against none of them add up."""
    odds = found / max(1.0 - float(found.sum()), 1e-3) + written / max(1.0 - float(written.sum()), 1e-3)
    result: Floats = odds / (1.0 + odds.sum())
    return result


def _confidences(similarity: Floats, scale: float, none: float) -> Floats:
    """Softmax over the topics and "none of them"."""
    highest = max(float(similarity.max()), none)
    shares = np.exp(scale * (similarity - highest))
    result: Floats = shares / (shares.sum() + np.exp(scale * (none - highest)))
    return result
