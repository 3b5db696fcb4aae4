"""What one message means, where the classifier of danger and the topics disagree."""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu import encoder, topics
from bot.nlu.topics import TopicIndex
from bot.understanding import Understanding, combine

LOST = ["I lost my passport", "my passport fell in the water", "passport destroyed by water", "papers lost in the sea"]
BOAT = ["who do we call if a boat is in trouble", "number of the coast guard", "boat of my brother is late", "call for a boat"]
CONTENT = {"documents_lost": LOST, "sea_distress": BOAT, "food": ["where is food", "we are hungry", "free meals", "soup kitchen"]}


@pytest.fixture(scope="module")
def index() -> TopicIndex:
    names = list(CONTENT)
    rows = [(names.index(name), text) for name, texts in CONTENT.items() for text in texts]
    vectors = encoder.embed([text for _, text in rows])
    return topics.build(1, names, [owner for owner, _ in rows], vectors, ["en"] * len(rows))


def understood(index: TopicIndex, text: str, danger: float, **parse: Any) -> Understanding:
    said = {"intent": {"name": "crisis", "confidence": danger}, "danger": danger, "crisis": "sea", "locale": "en", **parse}
    return combine(text, said, index, None)


def test_a_plain_question_with_words_of_danger_is_answered(index: TopicIndex) -> None:
    found = understood(index, "my passport fell in the water", 0.6)
    assert (found.crisis, found.act, found.topic) == (None, "ask", "documents_lost")


@pytest.mark.parametrize(
    ("text", "danger", "parse"),
    [
        ("my passport fell in the water", 0.95, {}),  # too sure
        ("my passport fell in the water", 0.6, {"crisis_by_words": True}),  # words that mean danger and hardly anything else
        ("number of the coast guard", 0.6, {}),  # a topic whose questions are close to a cry for help
        ("something about water and a thing", 0.6, {}),  # no clear topic
    ],
)
def test_in_doubt_danger_is_answered_first(index: TopicIndex, text: str, danger: float, parse: dict[str, Any]) -> None:
    assert understood(index, text, danger, **parse).crisis == "sea"


def test_calm_messages_are_not_touched(index: TopicIndex) -> None:
    found = combine("free meals", {"intent": {"name": "ask", "confidence": 0.9}, "locale": "en"}, index, None)
    assert (found.crisis, found.act, found.topic) == (None, "ask", "food")


ASKING = {"intent": {"name": "ask", "confidence": 0.9}, "locale": "en"}


def test_a_second_need_in_the_same_message_is_remembered(index: TopicIndex) -> None:
    found = combine("I lost my passport on the way. Where is free food for us?", ASKING, index, None)
    assert {found.topic, found.also} == {"documents_lost", "food"}


def test_one_need_in_two_sentences_is_one_need(index: TopicIndex) -> None:
    found = combine("I lost my passport on the way. My passport fell in the water.", ASKING, index, None)
    assert (found.topic, found.also) == ("documents_lost", None)


def test_a_need_after_a_long_story_is_found(index: TopicIndex) -> None:
    story = (
        "We left home in spring and walked for many weeks with my mother and the two little ones. "
        "It rained a lot and people were kind to us in some villages and not in others. "
        "My uncle told jokes all the time. Now we are hungry, where is food?"
    )
    assert combine(story, ASKING, index, None).topic == "food"


def test_talk_around_a_need_is_no_second_need(index: TopicIndex) -> None:
    found = combine("Good morning my friend. I lost my passport. Thank you very much.", ASKING, index, None)
    assert (found.topic, found.also) == ("documents_lost", None)
