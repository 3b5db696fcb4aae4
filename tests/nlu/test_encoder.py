"""The guard before the C engine: nothing reaches its tokenizer that could overflow it."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu import encoder
from bot.nlu.encoder import guarded

ANY = st.text(st.characters(codec=None), max_size=1500)  # surrogates too


@settings(max_examples=400, deadline=None)
@given(ANY)
def test_what_passes_the_guard_is_stable_short_and_readable(text: str) -> None:
    clean = guarded(text)
    assert len(clean) <= encoder.MAX_CHARACTERS
    assert unicodedata.normalize("NFKC", clean) == clean
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cf") for c in clean)
    clean.encode()


@pytest.mark.parametrize("text", ["\ufdfa" * 50, "\ufdfa" * 5000, "a" * 100_000, "x\u0344" * 900, "a\x00b", "\ud800word"])
def test_hostile_texts_are_embedded_without_harm(text: str) -> None:
    vector = encoder.embed([text])
    assert vector.shape == (1, encoder.DIMENSIONS) and np.isclose(np.linalg.norm(vector), 1.0, atol=1e-3)


@pytest.mark.parametrize("text", ["", "   ", "👍👍", "12345", "?!…", "\x00"])
def test_a_text_without_letters_has_no_meaning(text: str) -> None:
    assert not encoder.embed([text]).any()


def test_the_end_of_a_long_story_is_kept() -> None:
    story = "We walked for many days. " * 100 + "Where can I find a doctor?"
    assert guarded(story).endswith("Where can I find a doctor?") and guarded(story).startswith("We walked")


def test_meaning_crosses_languages_and_the_cache_changes_nothing() -> None:
    texts = ["where can I see a doctor", "où puis-je voir un médecin", "the football match is on sunday"]
    first, second = encoder.embed(texts), encoder.embed(texts)
    assert (first == second).all() and first.dtype == np.float32
    assert first[0] @ first[1] > first[0] @ first[2]
