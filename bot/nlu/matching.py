"""Words that a question and a passage share (BM25): names, numbers and terms that sentence vectors blur."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex
import scipy.sparse as sp

from bot.nlu.spelling import fold

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_LATIN = regex.compile(r"[\p{Latin}\p{N}]+")
# The article and the letters that Arabic writes together with it; endings of other scripts are cut instead of understood.
_ARTICLE = regex.compile(r"^(?:[وفبك]?ال|لل)(?=\p{Arabic}{3})")
_STEM = 5
_K, _B = 1.2, 0.75  # the usual constants: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009


@dataclass(frozen=True, slots=True)
class Matching:
    """How much each term speaks for each of n texts."""

    columns: dict[str, int]
    weights: sp.csr_matrix  # float32[terms, n]

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Matching:
        counts = [Counter(terms(text)) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], np.float64)
        usual = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
        columns: dict[str, int] = {}
        for count in counts:
            for term in count:
                columns.setdefault(term, len(columns))
        row = np.array([columns[term] for count in counts for term in count], np.int64)
        column = np.repeat(np.arange(len(counts)), [len(count) for count in counts])
        often = np.array([number for count in counts for number in count.values()], np.float64)
        found = np.bincount(row, minlength=len(columns))
        rarity = np.log(1.0 + (len(texts) - found + 0.5) / (found + 0.5)) / np.log(2.0 + len(texts))
        data = rarity[row] * often * (_K + 1) / (often + _K * (1 - _B + _B * lengths[column] / usual))
        return cls(columns, sp.csr_matrix((data.astype(np.float32), (row, column)), shape=(len(columns), len(texts))))

    def scores(self, text: str) -> npt.NDArray[np.float32]:
        """float32[n]; a rare term that is in a text counts about 1."""
        known = [self.columns[term] for term in dict.fromkeys(terms(text)) if term in self.columns]
        found: npt.NDArray[np.float32] = np.asarray(self.weights[known].sum(axis=0), dtype=np.float32).ravel()
        return found


def terms(text: str) -> list[str]:
    """The words of a text in the form in which they are compared."""
    words = _WORD.findall(fold(text))
    return [word if _LATIN.fullmatch(word) else _ARTICLE.sub("", word)[:_STEM] for word in words]
