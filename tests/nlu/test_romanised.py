"""Latin spellings of languages that have another script: recognised as the language, and read in its script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu import romanised
from bot.nlu.language import identify, identify_tag
from bot.nlu.romanised import LOCALES, is_latin, reading, restored, vocabulary, wording

ANY = st.text(st.characters(codec=None), max_size=300)


@pytest.mark.parametrize(
    ("locale", "typed", "meant"),
    [
        ("ar", "ana mehtaj doctor", "محتاج دكتور"),
        ("ar", "ana m7taj doktor", "محتاج دكتور"),
        ("fa", "mikham ba yek adam harf bezanam", "آدم حرف"),
        ("ur", "mujhe doctor chahiye", "مجھے ڈاکٹر چاہیے"),
        ("ru", "nuzhen vrach", "нужен врач"),
        ("ru", "gde mozhno spat", "где можно спат"),
        ("am", "hakim efelgalehu", "ሐኪም እፈልጋለሁ"),
        ("bn", "amar passport hariye gese", "আমার"),
    ],
)
def test_a_message_gets_its_script_back(locale: str, typed: str, meant: str) -> None:
    assert meant in restored(typed, locale)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("ana mehtaj doctor", "ar-Latn"),
        ("baddi e7ki ma3 7ada", "ar-Latn"),
        ("mujhe doctor chahiye", "ur-Latn"),
        ("mikham ba yek nafar harf bezanam", "fa-Latn"),
        ("amar thakar jayga nai", "bn-Latn"),
        ("gde mozhno perenochevat segodnya", "ru-Latn"),
        ("hakim efelgalehu birr yelegnim", "am-Latn"),
        ("where can I sleep tonight", "en"),
        ("où puis-je dormir ce soir", "fr"),
        ("ninaweza kulala wapi leo", "sw"),
        ("xaggee baan seexan karaa caawa", "so"),
        ("bu gece nerede kalabilirim", "tr"),
        ("أين أنام الليلة", "ar"),
    ],
)
def test_latin_spellings_are_told_from_latin_languages(text: str, tag: str) -> None:
    found, confidence = identify_tag(text)
    assert found == tag and confidence >= 0.8
    assert identify(text)[0] == tag.split("-")[0]


def test_who_has_written_arabic_before_writes_it_in_latin_letters_too() -> None:
    alone, before = identify_tag("salam khoya"), identify_tag("salam khoya", "ar")
    assert before[0] == "ar-Latn" and before[1] > alone[1] * (alone[0] == "ar-Latn")


@pytest.mark.parametrize("text", ["محتاج دكتور", "нужен врач", "ሐኪም", "123 !", ""])
def test_what_is_in_its_script_stays(text: str) -> None:
    assert all(restored(text, locale) == text for locale in LOCALES)


def test_other_languages_are_never_changed() -> None:
    assert restored("I need a doctor", "en") == "I need a doctor" == reading("I need a doctor", "en")
    assert reading("ana mehtaj doctor", "ar") == "ana mehtaj doctor"  # only the tag says that it is spelt otherwise
    assert "محتاج" in reading("ana mehtaj doctor", "ar-Latn")


@settings(max_examples=300, deadline=None)
@given(ANY, st.sampled_from(LOCALES))
def test_any_text_is_read_without_an_error(text: str, locale: str) -> None:
    assert isinstance(restored(text, locale), str)


def test_a_long_word_costs_no_time_and_stays() -> None:
    assert restored("a" * 5000, "ar") == "a" * 5000


def test_words_are_found_by_their_consonants_the_nearest_in_sound() -> None:
    known = vocabulary(["كتاب كتاب كاتب", "مدرسة"], "ar")
    sounds = {word for words in known.values() for _, word in words}
    assert sounds == {"كتاب", "كاتب", "مدرسة"}
    assert any({"كتاب", "كاتب"} <= {word for _, word in words} for words in known.values())


def test_the_wording_holds_what_was_typed_and_what_was_meant() -> None:
    assert wording("mehtaj", "محتاج") == "mehtaj محتاج"
    assert wording("محتاج", "محتاج") == "محتاج"


def test_most_letters_decide_whether_a_text_is_latin() -> None:
    assert is_latin("ana mehtaj دكتور") and not is_latin("محتاج doctor دكتور") and not is_latin("123")


def test_a_tag_names_its_language() -> None:
    assert romanised.of_locale("fa-Latn") == "fa" and romanised.of_locale("fr") == "fr"
