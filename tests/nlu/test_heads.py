"""What is learnt from the example questions: a head of its own for each content, read by all processes of a host."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import encoder, heads, topics
from bot.nlu.heads import Heads
from bot.nlu.topic_head import Head, newest_first
from bot.nlu.topics import TopicIndex

SLEEP = [
    "where can I sleep tonight",
    "a bed for my family",
    "is there a shelter here",
    "we have no place to sleep",
    "roof for tonight",
]
DOCTOR = [
    "I need a doctor",
    "where is a clinic",
    "my tooth hurts who can help",
    "medicine for my cough",
    "see a nurse",
]
WORK = [
    "my boss does not pay me",
    "my salary is missing",
    "who helps with unpaid wages",
    "no pay since May",
    "pay me what I worked",
]
FOOD = ["where do I get food", "free meals near here", "we are hungry", "soup kitchen", "food card for my children"]
MORE = {
    "shelter": SLEEP,
    "doctor": DOCTOR,
    "wages": WORK,
    "food": FOOD,
    "school": ["school for my son", "can my girl learn here"] * 2,
}


def index_of(content: dict[str, list[str]], locale: str = "en") -> TopicIndex:
    names = list(content)
    rows = [(names.index(name), text) for name, texts in content.items() for text in texts]
    texts = [text for _, text in rows]
    return topics.build(1, names, [owner for owner, _ in rows], encoder.embed(texts), [locale] * len(rows), texts)


def first(index: TopicIndex, text: str, locale: str = "en") -> str:
    return index.rank(encoder.embed([text])[0], locale, text=text)[0].topic


def without(content: dict[str, list[str]], *names: str) -> dict[str, list[str]]:
    return {name: texts for name, texts in content.items() if name not in names}


@pytest.fixture
def index() -> TopicIndex:
    return index_of(MORE)


def test_what_is_learnt_is_used_and_read_back_by_another_process(index: TopicIndex, tmp_path: Path) -> None:
    Heads(tmp_path).ensure(index)
    assert index.head is not None and index.head.fingerprint == index.fingerprint
    again = index_of(MORE)
    assert Heads(tmp_path).attach(again)
    for text in ("boss keeps my salary", "bed tonight", "clinic near me"):
        vector = encoder.embed([text])[0]
        assert again.rank(vector, "en", text=text) == index.rank(vector, "en", text=text)
    assert [first(again, text) for text in ("boss keeps my salary", "bed tonight", "hungry")] == ["wages", "shelter", "food"]


def test_the_wording_counts_where_the_meaning_does_not(tmp_path: Path) -> None:
    # The encoder is blind to romanised Amharic.
    content = {
        "shelter": ["mata yet new memeteneu", "yemiyadiribet bota", "maref efelgalehu", "mata maderiya yet ale"],
        "doctor": ["hakim efelgalehu", "hospital yet new", "amognal hakim", "medhanit yelegnim"],
    }
    index = index_of(content, "am")
    Heads(tmp_path).ensure(index)
    assert [first(index, text, "am") for text in ("maderiya felgalehu mata", "hakim hospital")] == ["shelter", "doctor"]


def test_a_topic_newer_than_what_was_learnt_is_found_at_once(tmp_path: Path) -> None:
    old = index_of(without(MORE, "school"))
    Heads(tmp_path).ensure(old)
    new = index_of(MORE)
    assert not Heads(tmp_path).attach(new)
    assert new.head is not None and "school" not in new.head.topics
    assert first(new, "school for my son") == "school" and first(new, "no salary from the boss") == "wages"


def test_a_topic_that_is_gone_is_never_found(tmp_path: Path) -> None:
    Heads(tmp_path).ensure(index_of(MORE))
    fewer = index_of(without(MORE, "school"))
    Heads(tmp_path).attach(fewer)
    vector = encoder.embed(["school for my son"])[0]
    assert fewer.head is not None
    assert "school" not in [found.topic for found in fewer.rank(vector, "en", text="school for my son")]


def test_what_was_learnt_of_another_content_is_not_used(index: TopicIndex, tmp_path: Path) -> None:
    Heads(tmp_path).ensure(index)
    other = index_of({"shelter": SLEEP, "laundry": ["wash clothes"] * 5, "showers": ["hot shower"] * 5})
    assert not Heads(tmp_path).attach(other) and other.head is None


@pytest.mark.parametrize("damage", [b"", b"not an archive", b"PK\x03\x04 cut"])
def test_a_damaged_file_is_learnt_again(index: TopicIndex, tmp_path: Path, damage: bytes) -> None:
    Heads(tmp_path).ensure(index)
    (path,) = newest_first(tmp_path)
    path.write_bytes(damage)
    again = index_of(MORE)
    assert Head.read(path) is None and not Heads(tmp_path).attach(again)
    Heads(tmp_path).ensure(again)
    assert again.head is not None and Head.read(path) is not None


def test_what_was_learnt_long_ago_is_removed(tmp_path: Path) -> None:
    for count in range(5, 1, -1):
        Heads(tmp_path).ensure(index_of({name: texts[:count] * 2 for name, texts in MORE.items()}))
    assert len(newest_first(tmp_path)) == 3 and not list(tmp_path.glob("*.draft*"))


def test_a_changed_content_is_learnt_beside_the_answers_once_it_is_quiet(
    index: TopicIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Heads(tmp_path)
    kept.keep_up(index)
    assert index.head is None  # it may change again in a moment
    monkeypatch.setattr(heads, "_QUIET", 0.0)
    kept.keep_up(index)
    until(lambda: index.head is not None)
    assert not (tmp_path / "learning").exists()


def test_only_one_process_of_a_host_learns(index: TopicIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "_QUIET", 0.0)
    (tmp_path / "learning").touch()
    kept = Heads(tmp_path)
    kept.keep_up(index)
    kept.keep_up(index)
    time.sleep(0.3)
    assert index.head is None and newest_first(tmp_path) == []
    # A process that died while learning does not keep the others from it for ever.
    monkeypatch.setattr(heads, "_STALE_LOCK", -1.0)
    kept.keep_up(index)
    until(lambda: index.head is not None)


def test_too_little_to_learn_from_leaves_nearness_to_decide(tmp_path: Path) -> None:
    few = index_of({name: texts[:2] for name, texts in MORE.items()})
    Heads(tmp_path).ensure(few)
    assert few.head is None and first(few, "a bed for my family") == "shelter"


def test_the_names_of_examples_do_not_depend_on_their_order(index: TopicIndex) -> None:
    turned = index_of(dict(reversed(MORE.items())))
    assert turned.fingerprint == index.fingerprint != index_of(without(MORE, "food")).fingerprint


def test_nothing_to_learn_is_no_error(tmp_path: Path) -> None:
    Heads(tmp_path).ensure(topics.empty())
    Heads(tmp_path).keep_up(topics.empty())
    assert newest_first(tmp_path) == []


def test_a_text_without_letters_has_no_topic(index: TopicIndex, tmp_path: Path) -> None:
    Heads(tmp_path).ensure(index)
    assert index.rank(np.zeros(encoder.DIMENSIONS, np.float32), "en", text="!!!") == []


def until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)
