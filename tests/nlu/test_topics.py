"""The topic index: which topic is nearest, and how sure that is. Vectors are made up; no engine is loaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu import topics
from bot.nlu.encoder import DIMENSIONS, Vectors
from bot.nlu.topics import Ranked, TopicIndex

NAMES = ("asylum", "food", "health", "shelter", "work", "family")


def unit(vectors: np.ndarray) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def directions(count: int, seed: int = 7) -> Vectors:
    """Random directions: in 384 dimensions nearly at right angles."""
    return unit(np.random.default_rng(seed).normal(size=(count, DIMENSIONS)))


def around(centres: Vectors, each: int, spread: float = 0.5) -> Vectors:
    noise = directions(len(centres) * each, seed=8)
    return unit(np.repeat(centres, each, axis=0) + spread * noise)


def index_of(centres: Vectors, each: int, names: Sequence[str] = NAMES, locales: Sequence[str] = ("en", "fr")) -> TopicIndex:
    owners = np.repeat(np.arange(len(centres)), each).tolist()
    spoken = [locales[row % len(locales)] for row in range(len(owners))]
    return topics.build(3, names, owners, around(centres, each), spoken)


CENTRES = directions(len(NAMES))


@pytest.fixture(scope="module")
def index() -> TopicIndex:
    return index_of(CENTRES, 8)


@pytest.mark.parametrize("topic", NAMES)
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_topic_of_the_nearest_questions_comes_first(index: TopicIndex, topic: str, locale: str) -> None:
    first, second = index.rank(CENTRES[NAMES.index(topic)], locale)[:2]
    assert first.topic == topic
    assert first.confidence > 0.9 > second.confidence


def test_a_question_between_two_topics_is_doubted_and_names_both(index: TopicIndex) -> None:
    ranked = index.rank(unit(CENTRES[0] + CENTRES[1]), "en")
    assert {ranked[0].topic, ranked[1].topic} == {"asylum", "food"}
    assert ranked[0].confidence < 0.95


def test_a_question_near_to_nothing_gets_no_confidence(index: TopicIndex) -> None:
    far = directions(1, seed=99)[0]
    assert max(found.confidence for found in index.rank(far, "en")) < 0.1
    assert index.nearest(far, "en") < 0.4


def test_the_best_come_first_and_no_more_than_asked(index: TopicIndex) -> None:
    ranked = index.rank(CENTRES[2], "en", most=4)
    assert len(ranked) == 4 and len(index.rank(CENTRES[2], "en")) == len(NAMES)
    assert [found.confidence for found in ranked] == sorted((found.confidence for found in ranked), reverse=True)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([None, "en", "fr", "ti", ""]))
def test_confidences_are_shares_and_some_is_left_for_none_of_them(index: TopicIndex, seed: int, locale: str | None) -> None:
    text = directions(1, seed)[0] + CENTRES[seed % len(NAMES)] * (seed % 5) / 2
    confidences = [found.confidence for found in index.rank(unit(text), locale)]
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences)
    assert sum(confidences) <= 1.0 + 1e-3  # each is rounded


def test_a_language_without_examples_is_centred_on_all_of_them(index: TopicIndex) -> None:
    assert index.rank(CENTRES[3], "ti") == index.rank(CENTRES[3], None)
    assert index.rank(CENTRES[3], "ti")[0].topic == "shelter"


def test_what_all_messages_of_a_language_share_does_not_decide_the_topic() -> None:
    # French speaks of food only, and every French text leans one way; a French question about health still is one.
    lean = directions(1, seed=5)[0] * 1.5
    english, french = around(CENTRES[:3], 20), unit(around(CENTRES[1:2], 60) + lean)
    owners = [*np.repeat(np.arange(3), 20).tolist(), *[1] * 60]
    built = topics.build(1, NAMES[:3], owners, np.concatenate([english, french]), ["en"] * 60 + ["fr"] * 60)
    assert built.rank(unit(CENTRES[2] + lean), "fr")[0].topic == "health"


def test_an_empty_index_knows_nothing_and_is_older_than_any_content() -> None:
    empty = topics.empty()
    assert empty.revision < 0
    assert empty.rank(CENTRES[0], "en") == [] and empty.nearest(CENTRES[0], "en") == -1.0


def test_topics_without_any_question_make_an_empty_index() -> None:
    built = topics.build(4, NAMES, [], np.zeros((0, DIMENSIONS), np.float32), [])
    assert built.revision == 4 and built.rank(CENTRES[0], "en") == []


def test_a_text_without_meaning_has_no_topic(index: TopicIndex) -> None:
    nothing = np.zeros(DIMENSIONS, np.float32)
    assert index.rank(nothing, "en") == [] and index.nearest(nothing, "en") == -1.0


def test_a_topic_without_questions_beside_others_is_never_named_first() -> None:
    owners = np.repeat([0, 1, 3], 8).tolist()
    built = topics.build(1, NAMES[:4], owners, around(CENTRES[[0, 1, 3]], 8), ["en"] * 24)
    assert [built.rank(CENTRES[place], "en")[0].topic for place in (0, 1, 3)] == ["asylum", "food", "shelter"]
    assert Ranked("health", 0.0) in built.rank(CENTRES[2], "en")


def test_few_examples_a_topic_do_without_the_classifier(index: TopicIndex) -> None:
    few = index_of(CENTRES, 3)
    assert index.quick is not None and few.quick is None
    assert [few.rank(centre, "en")[0].topic for centre in CENTRES] == list(NAMES)


def test_thousands_of_topics_are_ranked_without_the_classifier() -> None:
    centres = directions(2500)
    many = index_of(centres, 4, names=[f"page {place}" for place in range(2500)])
    assert many.quick is None
    for place in (0, 1250, 2499):
        first = many.rank(centres[place], "en")[0]
        assert first.topic == f"page {place}" and first.confidence > 0.5


def test_one_topic_with_one_question_is_found_by_it() -> None:
    built = topics.build(1, ["asylum"], [0], CENTRES[:1], ["en"])
    assert built.nearest(CENTRES[0], "fr") <= 1.0 + 1e-6
    assert [found.topic for found in built.rank(CENTRES[0], "en")] == ["asylum"]


def test_building_leaves_the_given_vectors_as_they_are() -> None:
    vectors = around(CENTRES, 8)
    before = vectors.copy()
    built = topics.build(1, NAMES, np.repeat(np.arange(6), 8).tolist(), vectors, ["en"] * 48)
    assert (vectors == before).all()
    assert np.allclose(np.linalg.norm(built.vectors, axis=1), 1.0, atol=1e-5)
