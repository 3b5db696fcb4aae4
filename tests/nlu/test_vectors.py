"""The vectors that ship: those of the encoder, found by their text, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import encoder, romanised, second, shipped, vectors
from bot.nlu.encoder import Encoder, guarded


def test_what_is_written_is_found_again_and_nothing_else(tmp_path: Path) -> None:
    rows = np.random.default_rng(3).normal(size=(50, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    texts = [f"text {number}" for number in range(50)]
    vectors.write("some/1", texts, rows, tmp_path)
    kept = vectors.store("some/1", tmp_path)
    found = np.stack([kept.get(text) for text in texts])  # type: ignore[arg-type]  # none is missing
    assert len(kept) == 50 and ((found * rows).sum(axis=1) > 0.999).all()
    assert kept.get("another text") is None


def test_without_files_or_with_damaged_ones_everything_is_computed(tmp_path: Path) -> None:
    assert vectors.store("none/1", tmp_path).get("text") is None
    vectors.write("cut/1", ["text"], np.ones((1, 4), np.float32) / 2, tmp_path)
    (tmp_path / "cut-1.values.npy").write_bytes(b"cut")
    assert vectors.store("cut/1", tmp_path).get("text") is None


def test_every_shipped_text_has_its_vector_of_each_encoder() -> None:
    first, other = vectors.store(encoder.NAME), vectors.store(second.NAME)
    missing = []
    for tag, text in shipped.embedded():
        clean = guarded(romanised.reading(text, tag))
        if clean and (first.get(clean) is None or (tag in second.LOCALES and other.get(clean) is None)):
            missing.append((tag, text))
    # After a change of data/nlu or data/content: make vectors. Loading computes what is missing, at 25 ms a text.
    assert len(missing) < 200, missing[:20]


@pytest.mark.slow
def test_shipped_vectors_are_what_the_encoder_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [guarded(romanised.reading(text, tag)) for tag, text in list(shipped.embedded())[::701]]
    kept = np.stack([vector for text in texts if (vector := vectors.store(encoder.NAME).get(text)) is not None])
    monkeypatch.setattr(encoder, "store", lambda name: vectors.store("none/1", Path("nowhere")))
    computed = Encoder().embed([text for text in texts if vectors.store(encoder.NAME).get(text) is not None])
    assert len(kept) > 20 and ((kept * computed).sum(axis=1) > 0.999).all()
