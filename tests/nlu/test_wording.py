"""The wording of texts as features, and the linear classifiers over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.linear import Linear, Means, beside, shares
from bot.nlu.wording import SIZE, Wording

TEXTS = ["where can I sleep", "a bed for tonight", "my boss does not pay", "salary is late", "أين أنام الليلة", "আমার ডাক্তার দরকার"]


@pytest.fixture(scope="module")
def learnt() -> Wording:
    return Wording.learn(TEXTS)


def likeness(wording: Wording, one: str, other: str) -> float:
    first, second = wording.features([one, other])
    return float((first @ second.T).toarray()[0, 0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("where can I sleep", "WHERE can i sleep???"),
        ("مـــكان للنَوم", "مكان للنوم"),
        ("ሐኪም", "ሃኪም"),
        ("আমার ডাক্তার", "আমার  ডাক্তার"),
        ("l’eau", "l'eau"),
    ],
)
def test_habits_of_spelling_make_no_other_wording(learnt: Wording, one: str, other: str) -> None:
    assert likeness(learnt, one, other) == pytest.approx(1.25, abs=0.01)  # letters 1, words at a half each: 0.25


def test_shared_stems_are_seen_and_strangers_are_not(learnt: Wording) -> None:
    assert likeness(learnt, "unpaid salaries", "salary unpaid") > 0.4
    assert likeness(learnt, "unpaid salaries", "boat on fire") < 0.1


def test_a_rare_word_says_more_than_a_common_one() -> None:
    wording = Wording.learn(["the bed", "the boss", "the boat", "the road"])
    assert likeness(wording, "the bed", "bed") > likeness(wording, "the bed", "the")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=200), min_size=1, max_size=4))
def test_any_texts_have_features_of_bounded_length(texts: list[str]) -> None:
    features = Wording.learn(TEXTS).features(texts)
    assert features.shape == (len(texts), SIZE)
    lengths = np.sqrt(np.asarray(features.multiply(features).sum(axis=1))).ravel()
    assert (lengths <= 1.1181).all()


def test_a_classifier_is_written_and_read_back(learnt: Wording, tmp_path: Path) -> None:
    labels = ["sleep", "sleep", "pay", "pay", "sleep", "doctor"]
    model = Linear.svm(learnt.features(TEXTS), labels, 0.5)
    np.savez(tmp_path / "model.npz", **model.arrays("m"))
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        again = Linear.read(stored, "m")
        assert Linear.read(stored, "other") is None
    assert again is not None and again.labels == sorted(set(labels))
    decided = again.decisions(learnt.features(["no salary from my boss"]))[0]
    assert again.labels[int(decided.argmax())] == "pay"
    assert shares(decided[None, :], 3.0).sum() == pytest.approx(1.0)


def test_two_labels_give_two_opposite_decisions(learnt: Wording) -> None:
    model = Linear.logistic(learnt.features(TEXTS), ["calm", "calm", "danger", "danger", "calm", "calm"], 3.0)
    first, second = model.decisions(learnt.features(["my boss"]))[0]
    assert first == pytest.approx(-second) and model.labels == ["calm", "danger"]


def test_the_mean_of_a_language_is_taken_away_and_zeros_stay() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]
    means = Means.learn(vectors, ["en", "en", "fr", "fr"])
    centred = means.centre(np.vstack([vectors, np.zeros((1, 4), np.float32)]), ["en", "en", "fr", "xx", None])
    assert np.linalg.norm(centred[:4], axis=1) == pytest.approx([1.0] * 4) and not centred[4].any()


def test_blocks_stand_side_by_side_with_their_weights() -> None:
    joined = beside((np.ones((2, 3), np.float32), 1.0), (np.ones((2, 2), np.float32), 0.5)).toarray()
    assert joined.shape == (2, 5) and joined[0].tolist() == [1, 1, 1, 0.5, 0.5]
