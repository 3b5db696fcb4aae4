"""Pages without example questions, found by their passages: a question in any language against what a page says.

Three things differ from example questions. A question does not look like prose, so questions and passages are centred each on
their own mean. Passages of the right page need not say what the question says, so the title and the page as a whole count too,
and words that both share. And how near is near depends on the language and the pages: it is measured against questions that
ask for other things. Nothing is trained; a new page is found at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bot.nlu import encoder, shipped, vectors
from bot.nlu.encoder import DIMENSIONS, NAME, Vectors
from bot.nlu.linear import Means
from bot.nlu.matching import Matching

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

# Beside the nearest passage. Chosen on questions kept apart from those that are reported.
_TITLE = 0.25
_WHOLE = 0.3
_WORDS = 0.1
# What is asked of a page, so that the mean of such questions is known before anybody asks; of its title alone elsewhere.
_PATTERNS = {
    "en": ("Where can I find {}?", "What is {}?"),
    "fr": ("Où trouver {} ?", "Qu'est-ce que {} ?"),
    "es": ("¿Dónde puedo encontrar {}?", "¿Qué es {}?"),
    "pt": ("Onde posso encontrar {}?", "O que é {}?"),
    "ar": ("أين يمكنني أن أجد {}؟", "ما هو {}؟"),
}
_IMAGINED, _TITLE_READ = 40, 100  # titles asked for in this way, and characters of each
_LEARNT = 0.75  # how far the mean of a language moves from the shipped questions to those imagined
_BACKGROUND = 120  # questions of a language that say how near a question comes to pages it does not ask for
_USUAL = (0.5, 0.11)  # how near they come, and how much that varies, where nothing is known
# From how unusually near a page is to how sure we are that the pages answer, and that it is this one.
_USUALLY_NEAR, _NEARER = 0.25, 0.1  # what others come to, and more for each deviation that a page is nearer
_LEVEL, _STEEP, _SHARP = 1.6, 1.0, 1.5


@dataclass(slots=True)
class Pages:
    """The passages of pages, by page. `confidences` are in the order of `topics`."""

    topics: Rows  # page → position in the index's topics
    starts: Rows  # page → its first passage
    passages: Vectors  # float32[n, 384], in the order of the pages, centred, unit length
    titles: Vectors  # float32[pages, 384]
    wholes: Vectors  # float32[pages, 384]: the direction of all passages of a page
    matching: Matching
    asked: Mapping[str, Vectors]  # the mean question by language; "" where the language is not known
    _usual: dict[tuple[str | None, bool], tuple[float, float]] = field(default_factory=dict)

    def confidences(self, vector: Vectors, locale: str | None, text: str) -> Floats:
        """float64[pages]: how sure it is that the page answers `text`, whose float32[384] is `vector`; at most 1 together."""
        scores = self._scores(vector[None, :], locale, [text])[0]
        mean, deviation = self.usual(locale)
        answered = 1.0 / (1.0 + np.exp(-_STEEP * ((scores.max() - mean) / deviation - _LEVEL)))
        shares = np.exp(_SHARP * (scores - scores.max()) / deviation)
        result: Floats = answered * shares / shares.sum()
        return result

    def nearest(self, vector: Vectors, locale: str | None) -> float:
        """How near the best page comes, -1 to 1, on the scale of the cosine to the nearest example question."""
        mean, deviation = self.usual(locale, worded=False)
        best = float(self._scores(vector[None, :], locale, [""]).max())
        return min(max(_USUALLY_NEAR + _NEARER * (best - mean) / deviation, -1.0), 1.0)

    def usual(self, locale: str | None, worded: bool = True) -> tuple[float, float]:
        """Mean and deviation of the best page's score over questions of the language that ask for something else."""
        key = locale if locale in _spoken() else ""
        if (key, worded) not in self._usual:
            texts, known = _background(key or "")
            if not texts:
                return _USUAL
            best = self._scores(known, key, texts if worded else [""] * len(texts)).max(axis=1)
            self._usual[key, worded] = (float(best.mean()), max(float(best.std()), 0.03))
        return self._usual[key, worded]

    def _scores(self, questions: Vectors, locale: str | None, texts: Sequence[str]) -> Floats:
        """float64[questions, pages]."""
        centred = self._centred(questions, locale)
        nearest = np.maximum.reduceat(centred @ self.passages.T, self.starts, axis=1).astype(np.float64)
        words = np.stack([np.maximum.reduceat(self.matching.scores(text), self.starts) for text in texts])
        result: Floats = nearest + _TITLE * (centred @ self.titles.T) + _WHOLE * (centred @ self.wholes.T) + _WORDS * words
        return result

    def _centred(self, questions: Vectors, locale: str | None) -> Vectors:
        return _unit(questions - self.asked.get(locale or "", self.asked[""]))


def build(owners: Sequence[int], vectors_: Vectors, locales: Sequence[str], texts: Sequence[str], kinds: Sequence[str]) -> Pages:
    """Of n rows, passages and titles; `owners` are positions in the index's topics. A page with a title alone is that."""
    titled = [row for row, kind in enumerate(kinds) if kind == "title"]
    written = {owner for owner, kind in zip(owners, kinds, strict=True) if kind != "title"}
    rows = [row for row, kind in enumerate(kinds) if kind != "title" or owners[row] not in written]
    rows.sort(key=lambda row: owners[row])
    owner = np.array([owners[row] for row in rows], np.int32)
    topics, starts = np.unique(owner, return_index=True)
    passages = _centred_rows(vectors_, locales, rows)
    wholes = _unit(np.add.reduceat(passages, starts, axis=0))
    titles = wholes.copy()
    for row, vector in zip(titled, _centred_rows(vectors_, locales, titled), strict=True):
        titles[np.searchsorted(topics, owners[row])] = vector
    return Pages(
        topics=topics.astype(np.int32),
        starts=starts.astype(np.int32),
        passages=passages,
        titles=titles,
        wholes=wholes,
        matching=Matching.learn([texts[row] for row in rows]),
        asked=_asked([texts[row] for row in titled], [locales[row] for row in titled], vectors_[rows].mean(axis=0)),
    )


def _centred_rows(vectors_: Vectors, locales: Sequence[str], rows: Sequence[int]) -> Vectors:
    if not rows:
        return np.zeros((0, DIMENSIONS), np.float32)
    spoken = [locales[row] for row in rows]
    return Means.learn(vectors_[rows], spoken).centre(vectors_[rows], spoken)


def _asked(titles: Sequence[str], locales: Sequence[str], mean: Vectors) -> dict[str, Vectors]:
    """The mean question by language: that of the shipped questions, moved to what is asked of these pages."""
    shift, imagined = np.zeros(DIMENSIONS, np.float32), mean
    if titles:
        chosen = np.linspace(0, len(titles) - 1, min(_IMAGINED, len(titles))).astype(int).tolist()
        questions = [
            (locales[i], pattern.format(titles[i][:_TITLE_READ]))
            for i in chosen
            for pattern in _PATTERNS.get(locales[i], ("{}",))
        ]
        embedded = encoder.embed([text for _, text in questions])
        imagined = embedded.mean(axis=0)
        own = [_spoken()[locale] for locale, _ in questions if locale in _spoken()]
        if own:
            shift = _LEARNT * (imagined - np.mean(own, axis=0))
    asked = {locale: (average + shift).astype(np.float32) for locale, average in _spoken().items()}
    return {"": imagined.astype(np.float32)} | asked


@lru_cache(maxsize=1)
def _spoken() -> dict[str, Vectors]:
    """The mean vector of the shipped questions by language, and of all under ""; empty where no vectors ship."""
    sums = {locale: _background(locale)[1] for locale in sorted({tag for tag, _ in shipped.spoken()})}
    means = {locale: known.mean(axis=0) for locale, known in sums.items() if len(known)}
    return means | ({"": np.mean(list(means.values()), axis=0)} if means else {})


@lru_cache(maxsize=64)
def _background(locale: str) -> tuple[list[str], Vectors]:
    """Shipped questions of a language, of every language under "", and their float32[n, 384]. Nothing is computed anew."""
    spoken = [text for tag, text in shipped.spoken() if tag == locale or not locale]
    store = vectors.store(NAME)
    picked = [spoken[i] for i in np.unique(np.linspace(0, len(spoken) - 1, 3 * _BACKGROUND).astype(int))] if spoken else []
    known = [(text, vector) for text in picked if (vector := store.get(encoder.guarded(text))) is not None][::3]
    return [text for text, _ in known], np.stack([v for _, v in known]) if known else np.zeros((0, DIMENSIONS), np.float32)


def _unit(rows: Vectors) -> Vectors:
    result: Vectors = (rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)).astype(np.float32)
    return result
