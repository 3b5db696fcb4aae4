"""The wording of texts as features: which letters and words stand in them, whatever the encoder makes of the meaning.

Sentence vectors are weak where a language or dialect was rare in the encoder's training, and blind to Latin spellings of
other scripts. What people of one language write about one need shares words and stems; these features see those.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import regex
import scipy.sparse as sp

from bot.nlu.spelling import fold

BITS = 15
SIZE = 2 * 2**BITS  # letters first, then words
_CHARACTERS = 600  # of a text; what is beyond says little more
_LETTERS, _WORDS = (2, 5), (1, 2)  # n-grams
_SIGNS = regex.compile(r"[\p{P}\p{S}--']+", regex.V1)
_WORDS_COUNT = 0.5  # beside letters
# Not \w: Python's does not take the vowel signs of Bengali for parts of a word.
_WORD = r"\S+"

Floats = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def _counters() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    common = {"n_features": 2**BITS, "alternate_sign": False, "norm": None, "lowercase": False, "dtype": np.float32}
    letters = HashingVectorizer(analyzer="char_wb", ngram_range=_LETTERS, **common)
    words = HashingVectorizer(analyzer="word", ngram_range=_WORDS, token_pattern=_WORD, **common)
    return letters, words


class Wording:
    """Hashed n-grams of letters and words, each weighed by how rare it is in the texts that were learnt from."""

    def __init__(self, rarity: Floats) -> None:
        self.rarity = rarity  # float32[SIZE]

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Wording:
        counts = sp.hstack(_counts(texts)).tocsc()
        present = np.diff(counts.indptr)
        return cls((np.log((1.0 + len(texts)) / (1.0 + present)) + 1.0).astype(np.float32))

    def features(self, texts: Sequence[str]) -> sp.csr_matrix:
        """float32 csr[n, SIZE]; the letters' part and the words' part of a row have a fixed length each."""
        half = 2**BITS
        letters, words = _counts(texts)
        parts = [_weighed(letters, self.rarity[:half]), _weighed(words, self.rarity[half:]) * np.float32(_WORDS_COUNT)]
        return sp.hstack(parts, format="csr", dtype=np.float32)


def _counts(texts: Sequence[str]) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    folded = [_SIGNS.sub(" ", fold(text[:_CHARACTERS])) for text in texts]
    letters, words = _counters()
    return letters.transform(folded), words.transform(folded)


def _weighed(counts: sp.csr_matrix, rarity: Floats) -> sp.csr_matrix:
    counts = counts.astype(np.float32)
    counts.data = (1.0 + np.log(counts.data)) * rarity[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    return sp.diags(1.0 / np.maximum(lengths, 1e-9)).astype(np.float32) @ counts
