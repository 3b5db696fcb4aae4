"""Pages without example questions: found by what they say, in any language, beside topics that have examples."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import pytest

from bot.nlu import encoder, passages, topics
from bot.nlu.encoder import DIMENSIONS
from bot.nlu.matching import Matching, terms
from bot.nlu.topics import TopicIndex
from bot.understanding import Outcome, judge

PAGES = {
    "library": (
        "Town library",
        ["The library lends books and films. A card is free for children."],
    ),
    "kindergarten": (
        "Kindergarten",
        [
            "From the age of three each child may go to a kindergarten.",
            "Register in March; fees depend on income.",
        ],
    ),
    "waste": (
        "Waste and recycling",
        ["Paper goes into the blue bin.", "The bins are emptied on Tuesdays."],
    ),
    "swimming": ("Swimming pool", ["The pool is open from May to September. Lessons for beginners begin each Monday."]),
    "bus": ("Buses and tickets", ["A day ticket costs 6 euros. Buy it from the driver or from the machine at the stop."]),
    "dentist": ("Dentists", ["For toothache call a dentist's practice. Insurance pays for check-ups twice a year."]),
    "driving": ("Driving licence", ["A licence of another country is valid for six months. After that you take a test."]),
    "flat": ("Finding a flat", ["The landlord may ask for a deposit of three months' rent. Read the contract before you sign."]),
}
EXAMPLES = {
    "shelter": ["I have nowhere to sleep tonight", "where is a bed for the night", "we sleep outside", "is there a shelter"],
    "papers": ["I lost my papers", "my passport was stolen", "how do I get new documents", "my identity card is gone"],
}


def index_of(pages: Mapping[str, tuple[str, list[str]]], examples: Mapping[str, list[str]] | None = None) -> TopicIndex:
    names = [*(examples or {}), *pages]
    rows = [(name, "example", text) for name, texts in (examples or {}).items() for text in texts]
    for name, (title, parts) in pages.items():
        rows += [(name, "passage", f"{title}: {part}") for part in parts] + [(name, "title", title)]
    texts = [text for _, _, text in rows]
    owners = [names.index(name) for name, _, _ in rows]
    return topics.build(1, names, owners, encoder.embed(texts), ["en"] * len(rows), texts, [kind for _, kind, _ in rows])


def asked(index: TopicIndex, text: str, locale: str = "en") -> list[topics.Ranked]:
    return index.rank(encoder.embed([text])[0], locale, text=text)


def outcome(index: TopicIndex, text: str, locale: str = "en") -> Outcome:
    return judge(tuple(asked(index, text, locale)), index.nearest(encoder.embed([text])[0], locale))


@pytest.fixture(scope="module")
def index() -> TopicIndex:
    return index_of(PAGES)


@pytest.mark.parametrize(
    ("locale", "text", "page"),
    [
        ("en", "When is the rubbish collected?", "waste"),
        ("en", "Can I drive with my licence from Syria?", "driving"),
        ("fr", "Combien coûte un ticket de bus ?", "bus"),
        ("fr", "À quel âge mon enfant peut-il aller à la maternelle ?", "kindergarten"),
        ("ar", "كيف أسجل طفلي في الروضة؟", "kindergarten"),
        ("ar", "عندي ألم في الأسنان، إلى أين أذهب؟", "dentist"),
        ("uk", "Коли відкритий басейн?", "swimming"),
        ("uk", "Скільки застави може просити власник квартири?", "flat"),
        ("so", "Tikidhka baska immisa ayuu yahay?", "bus"),
    ],
)
def test_a_page_is_found_by_a_question_in_any_language(index: TopicIndex, locale: str, text: str, page: str) -> None:
    assert asked(index, text, locale)[0].topic == page
    assert outcome(index, text, locale) is not Outcome.NOTHING


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Who won the football match yesterday?"),
        ("fr", "Quelle est la capitale du Japon ?"),
        ("ar", "من فاز في المباراة أمس؟"),
        ("uk", "Хто виграв вчорашній матч?"),
    ],
)
def test_what_no_page_speaks_of_is_not_answered_at_once(index: TopicIndex, locale: str, text: str) -> None:
    assert outcome(index, text, locale) is not Outcome.SURE


def test_a_new_page_is_found_at_once_and_the_others_as_before(index: TopicIndex) -> None:
    question = "Where do I register the birth of my baby?"
    assert asked(index, question)[0].topic != "birth"
    more = index_of({**PAGES, "birth": ("Birth certificate", ["Register a birth at the registry office within a week."])})
    assert asked(more, question)[0].topic == "birth"
    assert asked(more, "When is the rubbish collected?")[0].topic == "waste"


def of_made_up(texts: list[str], titles: np.ndarray) -> passages.Pages:
    """Pages whose only passages mean the same; text and title differ."""
    same = np.repeat(directions(3)[2:], len(texts), axis=0)
    rows = np.arange(len(texts)).tolist()
    kinds = ["passage"] * len(texts) + ["title"] * len(texts)
    return passages.build(rows * 2, np.concatenate([same, titles]), ["en"] * len(kinds), [*texts, *texts], kinds)


def directions(count: int) -> np.ndarray:
    found = np.random.default_rng(5).normal(size=(count, DIMENSIONS)).astype(np.float32)
    result: np.ndarray = found / np.linalg.norm(found, axis=1, keepdims=True)
    return result


def test_a_name_that_only_one_of_two_like_pages_says_decides() -> None:
    pages = of_made_up(["the office in Tarnhof", "the office in Belmund"], np.repeat(directions(1), 2, axis=0))
    for place, name in enumerate(("Tarnhof", "Belmund")):
        found = pages.confidences(directions(3)[2], "en", f"when does {name} open?")
        assert found.argmax() == place and found[place] > 1.5 * found[1 - place]


def test_the_title_decides_between_pages_that_say_the_same() -> None:
    titles = directions(2)
    pages = of_made_up(["ask at the counter", "ask at the counter"], titles)
    for place in (0, 1):
        assert pages.confidences(titles[place] + directions(3)[2], "en", "").argmax() == place


def test_confidences_are_shares_of_what_is_left_beside_none_of_them(index: TopicIndex) -> None:
    for text in ("bus", "where can I find books for my children", "qwrtz"):
        confidences = [found.confidence for found in index.rank(encoder.embed([text])[0], "en", most=99, text=text)]
        assert all(0.0 <= confidence <= 1.0 for confidence in confidences) and sum(confidences) <= 1.001


def test_topics_with_examples_and_pages_are_found_beside_each_other() -> None:
    index = index_of(PAGES, EXAMPLES)
    assert asked(index, "we have no bed tonight")[0].topic == "shelter"
    assert asked(index, "somebody stole my passport")[0].topic == "papers"
    assert asked(index, "When are the bins emptied?")[0].topic == "waste"


def test_nothing_is_learnt_from_pages_and_their_rows_do_not_crowd_examples() -> None:
    index = index_of(PAGES, EXAMPLES)
    assert {example.topic for example in index.examples} == set(EXAMPLES)
    assert len(index.owner) == len(index.vectors) == len(index.examples) == 8
    alone = index_of({}, EXAMPLES)
    assert index.fingerprint == alone.fingerprint
    assert alone.pages is None


def test_a_page_in_several_languages_is_one_page() -> None:
    rows = [
        ("en", "passage", "The pool is open from May."),
        ("fr", "passage", "La piscine ouvre en mai."),
        ("en", "title", "Pool"),
    ]
    rows += [("en", "passage", "Bins are emptied on Tuesdays."), ("fr", "passage", "Les poubelles sont vidées le mardi.")]
    texts = [text for _, _, text in rows]
    built = topics.build(
        1, ["pool", "bins"], [0, 0, 0, 1, 1], encoder.embed(texts), [x for x, _, _ in rows], texts, [kind for _, kind, _ in rows]
    )
    assert built.pages is not None and len(built.pages.topics) == 2
    assert asked(built, "quand vide-t-on les poubelles", "fr")[0].topic == "bins"
    assert asked(built, "when does the pool open", "en")[0].topic == "pool"


def test_without_shipped_vectors_pages_are_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "_spoken", dict)
    monkeypatch.setattr(passages, "_background", lambda locale: ([], np.zeros((0, DIMENSIONS), np.float32)))
    index = index_of(PAGES)
    assert asked(index, "When is the rubbish collected?")[0].topic == "waste"
    assert asked(index, "Коли відкритий басейн?", "uk")[0].topic == "swimming"


def test_a_thousand_pages_are_searched_in_a_few_milliseconds() -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(6000, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [" ".join(f"word{n}" for n in random.integers(0, 5000, 60)) for _ in range(6000)]
    kinds = (["passage"] * 5 + ["title"]) * 1000
    pages = passages.build([row // 6 for row in range(6000)], vectors, ["xx"] * 6000, texts, kinds)
    pages.usual("en")
    started = time.perf_counter()
    for row in range(0, 200, 10):
        pages.confidences(vectors[row], "en", texts[row])
    assert (time.perf_counter() - started) / 20 < 0.02 * 5  # five times what is allowed: other processes may be busy


def test_a_rare_word_says_more_than_a_common_one() -> None:
    matching = Matching.learn(["the form X31", "the office", "the school", "the bus"])
    rare, common = matching.scores("X31"), matching.scores("the")
    assert rare.argmax() == 0 and rare[1] == 0 and rare[0] > 3 * common.max()
    assert not matching.scores("nothing known").any() and not matching.scores("").any()


def test_words_are_compared_without_article_accent_and_ending() -> None:
    assert terms("École, ÉCOLE!") == ["ecole", "ecole"]
    assert terms("المدرسة")[0] == terms("والمدرسه")[0] == terms("مدرسة")[0]
    assert terms("квартиру")[0] == terms("квартири")[0]
