"""The lexicon: folding, danger patterns, whole-message words, language names, and the shipped lists."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import LANGUAGES
from bot.nlu.lexicon import KINDS, Lexicon, danger_kind, language_named, load_lexicons, whole_message
from bot.nlu.spelling import fold

ROOT = Path(__file__).resolve().parents[2]
LEXICONS = load_lexicons(ROOT / "data" / "lexicons")
SHIPPED = LANGUAGES


def written(folder: Path, text: str, locale: str = "en") -> dict[str, Lexicon]:
    (folder / f"{locale}.yml").write_text(f"locale: {locale}\n{text}", encoding="utf-8")
    return load_lexicons(folder)


def examples(locale: str) -> list[tuple[str, str | None, str]]:
    """(intent, kind, text) of every training example of `locale`."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "data" / "nlu" / f"{locale}.yml").read_text(encoding="utf-8"))
    return [
        (item["intent"], item.get("metadata", {}).get("kind"), line.removeprefix("- "))
        for item in content["nlu"]
        for line in item["examples"].splitlines()
    ]


@pytest.mark.parametrize(
    ("written_as", "folded"),
    [
        ("  HÉLP\u200b  me ", "help me"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ｈｅｌｐ", "help"),
        ("heeeelp", "help"),
        ("boat 1000", "boat 1000"),
        ("I can\u2019t", "i can't"),
        ("أُريدُ العربيّة", "اريد العربيه"),
        ("مـــساعدة", "مساعده"),
        ("می\u200cخواهم کمک", "ميخواهم كمك"),
        ("সাহায্য", "সাহায্য"),
    ],
)
def test_spellings_of_one_word_fold_to_one_form(written_as: str, folded: str) -> None:
    assert fold(written_as) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_no_text_makes_the_lexicon_raise(text: str) -> None:
    assert danger_kind(text, LEXICONS) in (None, *KINDS)
    assert whole_message(text, LEXICONS, "stop") in (None, *LEXICONS)
    assert language_named(text, LEXICONS) in (None, *LEXICONS)


def test_two_parts_match_in_any_order_within_eight_words(tmp_path: Path) -> None:
    lexicons = written(tmp_path, 'danger: {sea: ["boat & sink*"]}')
    assert danger_kind("sinking is our boat", lexicons) == "sea"
    assert danger_kind("boat a b c d e f g sinking", lexicons) == "sea"
    assert danger_kind("boat a b c d e f g h sinking", lexicons) is None


def test_words_of_one_part_stand_side_by_side_and_whole(tmp_path: Path) -> None:
    lexicons = written(tmp_path, 'danger: {medical: ["not breathing"]}')
    assert danger_kind("he is NOT breathing!!", lexicons) == "medical"
    assert danger_kind("not really breathing", lexicons) is None
    assert danger_kind("knot breathing", lexicons) is None


def test_stretched_and_doubled_letters_match_both_ways(tmp_path: Path) -> None:
    lexicons = written(tmp_path, 'danger: {medical: ["bleeding"]}')
    assert {danger_kind(text, lexicons) for text in ("bleeding", "bleeeeding", "bleding", "BLEEDINGGGG")} == {"medical"}


def test_an_arabic_word_is_found_with_what_is_written_onto_its_front(tmp_path: Path) -> None:
    lexicons = written(tmp_path, 'danger: {sea: ["قارب & يغرق"]}', "ar")
    assert {danger_kind(text, lexicons) for text in ("القارب يغرق", "والقارب بيغرق", "قارب وبيغرق")} == {"sea"}


def test_an_elided_french_article_does_not_hide_a_word(tmp_path: Path) -> None:
    lexicons = written(tmp_path, 'danger: {sea: ["plus eau"]}', "fr")
    assert danger_kind("plus d\u2019eau", lexicons) == "sea"


def test_a_weak_pattern_counts_only_without_a_calm_one(tmp_path: Path) -> None:
    lexicons = written(tmp_path, "weak: {sea: [drown*]}\ndanger: {sea: [mayday]}\ncalm: [last year]")
    assert danger_kind("drowning", lexicons) == "sea"
    assert danger_kind("he drowned last year", lexicons) is None
    assert danger_kind("mayday, as last year", lexicons) == "sea"


def test_a_word_that_two_languages_share_is_calm_when_one_of_them_is_calm(tmp_path: Path) -> None:
    written(tmp_path, "weak: {suicide: [suicide]}\ncalm: [a crime]")
    lexicons = written(tmp_path, "weak: {suicide: [suicide]}\ncalm: [un crime]", "fr")
    assert danger_kind("is suicide a crime", lexicons) is None
    assert danger_kind("suicide", lexicons) == "suicide"


def test_danger_is_heard_whatever_language_it_is_written_in() -> None:
    texts = ["our boat is sinking", "notre bateau coule", "nuestro bote se hunde", "القارب يغرق"]
    assert [danger_kind(text, LEXICONS) for text in texts] == ["sea"] * 4


@pytest.mark.parametrize(
    "text",
    [
        "is the sea dangerous",
        "my boat ticket",
        "I was beaten last month by police, can I complain",
        "my uncle drowned last year how do i get a certificate",
        "what if the boat breaks down",
        "my phone is dying",
        "mon billet de bateau",
        "me muero de risa",
        "ضاع جوازي",
    ],
)
def test_an_ordinary_question_is_no_danger(text: str) -> None:
    assert danger_kind(text, LEXICONS) is None


@pytest.mark.parametrize(
    ("text", "locale"),
    [("STOP!!", "en"), (" «Arrêt» ", "fr"), ("¡Alto!", "es"), ("توقّف.", "ar"), ("Stoppp", "en")],
)
def test_opting_out_is_understood_through_punctuation_case_and_accents(text: str, locale: str) -> None:
    assert whole_message(text, {locale: LEXICONS[locale]}, "stop") == locale


@pytest.mark.parametrize("word", ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"])
def test_every_opt_out_word_of_the_sms_provider_is_listed(word: str) -> None:
    assert whole_message(word, {"en": LEXICONS["en"]}, "stop") == "en"


def test_a_sentence_with_an_opt_out_word_does_not_opt_out() -> None:
    assert whole_message("how do I stop the pain", LEXICONS, "stop") is None


def test_yes_starts_again_only_in_its_own_list() -> None:
    assert whole_message("Yes", LEXICONS, "start") is None
    assert whole_message("Yes", LEXICONS, "start_if_stopped") == "en"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Français", "fr"),
        ("speak French please", "fr"),
        ("bonjour, en anglais svp", "en"),
        ("habla español?", "es"),
        ("بالعربي", "ar"),
        ("arabic", "ar"),
        ("I don't speak French", None),
        ("where can I learn Arabic", None),
        ("English or French", None),
        ("hello", None),
    ],
)
def test_a_language_is_named_alone_or_as_a_request(text: str, locale: str | None) -> None:
    assert language_named(text, LEXICONS) == locale


def test_a_name_that_two_languages_claim_names_neither(tmp_path: Path) -> None:
    written(tmp_path, "language_names: [creole]", "en")
    assert language_named("creole", written(tmp_path, "language_names: [creole]", "fr")) is None


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("stopp: [x]", "stopp"),
        ("danger: {fire: [x]}", "fire"),
        ('danger: {sea: ["a & b & c"]}', "danger.sea"),
        ('danger: {sea: ["si*nk"]}', "danger.sea"),
        ('weak: {sea: ["boat & "]}', "weak.sea"),
        ('calm: ["*"]', "calm"),
        ("stop: stop", "stop"),
        ('stop: ["?!"]', "stop"),
        ("stop: [[x]]", "stop"),
        ("stop: [", "not valid YAML"),
    ],
)
def test_a_mistake_in_a_list_names_the_file_and_the_key(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"en\.yml") as error:
        written(tmp_path, content)
    assert named in str(error.value)


def test_a_locale_that_is_not_the_file_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fr.yml").write_text("locale: en\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"fr\.yml"):
        load_lexicons(tmp_path)


@pytest.mark.parametrize("locale", SHIPPED)
def test_leaving_a_form_and_opting_out_share_only_the_word_for_cancel(locale: str) -> None:
    lexicon = LEXICONS[locale]
    assert lexicon.stop & lexicon.cancel <= {"cancel", "anuler", "cancelar", "الغاء"}


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_kind_of_danger_has_a_dozen_patterns(locale: str) -> None:
    found = [p for patterns in LEXICONS[locale].index.patterns.values() for p in patterns]
    counts = Counter(pattern.kind for pattern in found)
    assert {kind for kind in KINDS if counts[kind] < 12} == set()


@pytest.mark.parametrize("locale", SHIPPED)
def test_words_alone_hear_danger_where_no_model_helps(locale: str) -> None:
    # Half of them, also of examples that were written after the lists; the classifier hears the rest.
    crises = [(kind, text) for intent, kind, text in examples(locale) if intent == "crisis"]
    heard = [text for kind, text in crises if danger_kind(text, LEXICONS) == kind]
    assert len(heard) / len(crises) >= 0.45


@pytest.mark.parametrize("locale", SHIPPED)
def test_few_other_training_examples_are_taken_for_danger(locale: str) -> None:
    calm = [text for intent, _, text in examples(locale) if intent != "crisis"]
    alarms = [text for text in calm if danger_kind(text, LEXICONS)]
    assert len(alarms) / len(calm) <= 0.015, alarms


def test_no_training_example_stands_twice_or_in_two_intents() -> None:
    twice = [text for locale in SHIPPED for text, n in Counter(t for _, _, t in examples(locale)).items() if n > 1]
    intents: dict[str, set[str]] = {}
    for locale in SHIPPED:
        for intent, _, text in examples(locale):
            intents.setdefault(fold(text), set()).add(intent)
    assert twice == []
    assert {text for text, found in intents.items() if len(found) > 1} == set()


def test_a_message_costs_less_than_a_millisecond() -> None:
    texts = [text for locale in SHIPPED for _, _, text in examples(locale)]
    start = time.process_time()
    for text in texts:
        danger_kind(text, LEXICONS)
    assert (time.process_time() - start) / len(texts) < 0.001
