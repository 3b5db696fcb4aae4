"""The guard before the C engine: nothing reaches its tokenizer that could overflow it."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
import regex
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


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_the_guard_leaves_alone_what_it_has_let_through(text: str) -> None:
    assert guarded(guarded(text)) == guarded(text)


# `regex` knows letters of a newer Unicode than Python does, so it is asked here too.
@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=["L"]), max_size=60))
def test_without_a_letter_nothing_passes(text: str) -> None:
    # A few signs become letters when normalised: ™ does, an emoji does not.
    letters = regex.search(r"\p{L}", unicodedata.normalize("NFKC", text))
    assert bool(guarded(text)) == bool(letters)


def test_a_text_that_grows_eighteenfold_is_cut() -> None:
    assert len(unicodedata.normalize("NFKC", "\ufdfa" * 50)) > encoder.MAX_CHARACTERS
    assert 0 < len(guarded("\ufdfa" * 50)) <= encoder.MAX_CHARACTERS


def test_a_short_text_passes_as_it_is() -> None:
    assert guarded("où dormir ce soir ?") == "où dormir ce soir ?"
    assert guarded("  where\n\tto  sleep\u200b ") == "where to sleep"


def test_rows_are_unit_vectors_or_zeros_in_the_order_of_the_texts() -> None:
    vectors = encoder.embed(["food", "👍👍👍", "doctor", "", "food"])
    assert vectors.shape == (5, encoder.DIMENSIONS) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1, 0, 1], abs=1e-3)
    assert (vectors[0] == vectors[4]).all() and not (vectors[0] == vectors[2]).all()


def test_no_texts_make_no_rows() -> None:
    assert encoder.embed([]).shape == (0, encoder.DIMENSIONS)


def test_a_caller_who_changes_a_vector_does_not_change_the_cache() -> None:
    first = encoder.embed(["a quiet place"])
    kept = first.copy()
    first[:] = 0
    assert (encoder.embed(["a quiet place"]) == kept).all()


def test_the_engine_is_asked_once_for_a_text_and_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Engine:
        def query(self, text: str) -> encoder.Vectors:
            asked.append(text)
            return np.full(encoder.DIMENSIONS, len(asked), np.float32)

    monkeypatch.setattr(encoder, "_CACHE_SIZE", 2)
    ours = encoder.Encoder()
    monkeypatch.setattr(ours, "_load", Engine)
    for text in ("one", " one ", "two", "one", "three", "one", "two", "\x00"):
        ours.embed([text])
    assert asked == ["one", "two", "three", "two"]
