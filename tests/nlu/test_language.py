"""Which language a message is in: whole questions, short words, and texts without letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import LANGUAGES
from bot.nlu.language import Words, identify, words_of

MESSAGES = [
    ("en", "Where can I see a doctor without papers?"),
    ("en", "i need food for my kids"),
    ("en", "how do i ask for asylum here"),
    ("en", "my boss does not pay me"),
    ("en", "shelter for tonight please"),
    ("fr", "Où puis-je dormir ce soir ?"),
    ("fr", "je cherche un médecin pour mon fils"),
    ("fr", "comment demander l'asile"),
    ("fr", "mon patron ne me paie pas"),
    ("fr", "besoin de manger"),
    ("es", "¿Dónde puedo dormir esta noche?"),
    ("es", "necesito un médico para mi hijo"),
    ("es", "como pido asilo"),
    ("es", "mi jefe no me paga"),
    ("es", "donde hay comida"),
    ("ar", "أين يمكنني النوم الليلة؟"),
    ("ar", "بدي دكتور لابني"),
    ("ar", "كيف أطلب اللجوء"),
    ("ar", "وين في أكل هون"),
    ("ar", "ضاع جواز سفري"),
    ("pt", "Onde posso dormir esta noite?"),
    ("pt", "não tenho onde morar e preciso de comida"),
    ("fa", "کجا می\u200cتوانم امشب بخوابم؟"),
    ("fa", "چگونه درخواست پناهندگی بدهم"),
    ("ps", "زه چیرته ډاکټر موندلی شم؟"),
    ("ps", "زه مرستې ته اړتیا لرم"),
    ("ur", "میں آج رات کہاں سو سکتا ہوں؟"),
    ("ur", "مجھے ڈاکٹر کی ضرورت ہے"),
    ("ru", "Где я могу переночевать сегодня?"),
    ("ru", "мне нужен врач для ребёнка"),
    ("uk", "Де я можу переночувати сьогодні?"),
    ("uk", "мені потрібен лікар для дитини"),
    ("tr", "Bu gece nerede kalabilirim?"),
    ("tr", "çocuğum için doktora ihtiyacım var"),
    ("am", "ዛሬ ማታ የት መተኛት እችላለሁ?"),
    ("am", "ሐኪም እፈልጋለሁ"),
    ("ti", "ሎሚ ለይቲ ኣበይ ክድቅስ ይኽእል?"),
    ("ti", "ሓኪም የድልየኒ ኣሎ"),
    ("bn", "আজ রাতে আমি কোথায় ঘুমাতে পারি?"),
    ("bn", "আমার ডাক্তার দরকার"),
    ("so", "Halkee baan caawa seexan karaa?"),
    ("sw", "Ninaweza kulala wapi usiku huu?"),
    ("ht", "Ki kote mwen ka dòmi aswè a?"),
]


@pytest.mark.parametrize(("locale", "text"), MESSAGES)
def test_a_question_is_recognised_without_knowing_its_writer(locale: str, text: str) -> None:
    found, confidence = identify(text)
    assert found == locale
    assert confidence >= 0.8  # under it the caller doubts


@pytest.mark.parametrize(("locale", "text"), [(locale, text) for locale, text in MESSAGES if locale in ("en", "fr", "es", "ar")])
def test_a_clear_question_changes_the_language_of_the_conversation(locale: str, text: str) -> None:
    for before in ("en", "fr", "es", "ar"):
        assert identify(text, before)[0] == locale


@pytest.mark.parametrize(
    ("text", "prior"),
    [("ok", "en"), ("ok", "fr"), ("ok", "es"), ("ok", "tr"), ("info", "fr"), ("info", "es"), ("no", "es"), ("Paris", "fr")],
)
def test_a_short_word_keeps_the_language_of_the_conversation(text: str, prior: str) -> None:
    assert identify(text, prior)[0] == prior


@pytest.mark.parametrize("text", ["ok", "Paris", "info"])
def test_a_word_of_many_languages_is_doubted_without_a_conversation(text: str) -> None:
    assert identify(text)[1] < 0.8
    # The script says that these are not Arabic, but no more than that.
    assert identify(text, "ar")[1] < 0.8


@pytest.mark.parametrize("text", ["", "   ", "123", "٣", "👍", "?!", "\x00", "\ud800"])
def test_a_text_without_letters_says_nothing(text: str) -> None:
    assert identify(text) == (None, 0.0)
    assert identify(text, "fr") == ("fr", 0.0)


@pytest.mark.parametrize("text", ["你好", "Ελληνικά", "שלום"])
def test_a_script_of_none_of_our_languages_keeps_the_prior(text: str) -> None:
    assert identify(text, "es") == ("es", 0.0)


def test_bengali_letters_decide_alone() -> None:
    assert identify("হ্যাঁ", "en") == ("bn", 0.99)


def test_the_longer_part_decides_of_a_mixed_message() -> None:
    assert identify("أين يمكنني أن أجد طبيبا في Athens")[0] == "ar"
    assert identify("where is the office شارع")[0] == "en"


def test_a_prior_weighs_as_much_as_it_is_told() -> None:
    assert identify("salut", "es", prior_weight=0.0) == identify("salut")
    assert identify("salut", "es", prior_weight=20.0)[0] == "es"


def test_a_prior_that_is_no_language_of_ours_is_ignored() -> None:
    assert identify("where can i sleep", "xx") == identify("where can i sleep")


def test_words_learnt_from_texts_speak_for_their_language() -> None:
    words = Words.learn([("en", "the water"), ("fr", "l'eau la rue")])
    scores = words.evidence("the WATER", ("en", "fr", "es"))
    assert scores["en"] > 0 > scores["fr"]
    assert scores["es"] == 0  # nothing is known of it
    assert words.evidence("unseen", ("en", "fr")) == {"en": 0.0, "fr": 0.0}


def test_a_typed_and_a_typographic_apostrophe_make_one_word() -> None:
    assert words_of("L’eau") == words_of("l'EAU") == ["l'eau"]


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec=None), max_size=800), st.sampled_from([None, *LANGUAGES]))
def test_any_text_has_one_of_our_languages_or_the_prior(text: str, prior: str | None) -> None:
    locale, confidence = identify(text, prior)
    assert locale in (*LANGUAGES, prior)
    assert 0.0 <= confidence <= 1.0
    assert confidence > 0 or locale == prior


@pytest.mark.parametrize("text", ["٣", "۱۲", "১", "١٢٣؟"])
def test_digits_of_a_script_are_no_letters_of_it(text: str) -> None:
    assert identify(text, "en") == ("en", 0.0)
