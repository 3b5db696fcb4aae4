"""The catalogues: everything the product says exists in each language, whole and at the promised length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import regex
import yaml
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from bot import i18n
from bot.channels import sms_text
from bot.channels.base import shape_plain
from bot.editing.saying import MORE, NOT_REVIEWED, plain
from bot.i18n import translate
from bot.messages import Incoming, Kind, Reply
from bot.nlu.lexicon import danger_kind
from bot.settings import ROOT
from bot.tables import Answer
from bot.triage import Snapshot, lexicons, triage
from bot.worker import LANGUAGE, STOPPED

KEYWORDS = {"_": None, "gettext": None, "N_": None, "translate": (2,)}
TRANSLATED = tuple(locale for locale in i18n.LANGUAGES if locale != "en")
LOCALES = ("en", *TRANSLATED)
# Words, names and signs that are written alike. Nothing else may stay English.
SAME = {
    "fr": {"Agadez", "Chat", "SMS", "Smartphone", "Tapachula", "Tripoli", "ambulance {number}", "km", "police {number}"},
    "es": {"Agadez", "Beirut", "Chat", "No", "SMS", "SMS: {segments}", "Smartphone", "Tapachula", "km"},
    "ar": set(),
}
# What a person is told to write. START stays: where a carrier has blocked us, no word of another language lifts that.
WORDS = {
    "fr": {"STOP": "STOP", "START": "START", "MORE": "PLUS", "PERSON": "PERSONNE", "DELETE": "SUPPRIMER", "CANCEL": "ANNULER"},
    "es": {"STOP": "STOP", "START": "START", "MORE": "MAS", "PERSON": "PERSONA", "DELETE": "BORRAR", "CANCEL": "CANCELAR"},
    "pt": {"STOP": "STOP", "START": "START", "MORE": "MAIS", "PERSON": "PESSOA", "DELETE": "APAGAR", "CANCEL": "CANCELAR"},
    "ar": {"STOP": "توقف", "START": "START", "MORE": "المزيد", "PERSON": "شخص", "DELETE": "حذف", "CANCEL": "إلغاء"},
    "fa": {"STOP": "توقف", "START": "START", "MORE": "بیشتر", "PERSON": "مددکار", "DELETE": "حذف", "CANCEL": "لغو"},
    "ps": {"STOP": "بند", "START": "START", "MORE": "نور", "PERSON": "مرستندوی", "DELETE": "پاک", "CANCEL": "لغوه"},
    "ur": {"STOP": "بند", "START": "START", "MORE": "مزید", "PERSON": "انسان", "DELETE": "مٹائیں", "CANCEL": "منسوخ"},
    "tr": {"STOP": "STOP", "START": "START", "MORE": "DEVAM", "PERSON": "İNSAN", "DELETE": "SİL", "CANCEL": "İPTAL"},
    "ru": {"STOP": "СТОП", "START": "START", "MORE": "ЕЩЕ", "PERSON": "ЧЕЛОВЕК", "DELETE": "УДАЛИТЬ", "CANCEL": "ОТМЕНА"},
    "uk": {"STOP": "СТОП", "START": "START", "MORE": "ЩЕ", "PERSON": "ЛЮДИНА", "DELETE": "ВИДАЛИТИ", "CANCEL": "СКАСУВАТИ"},
    "so": {"STOP": "STOP", "START": "START", "MORE": "DHEERAAD", "PERSON": "QOF", "DELETE": "TIRTIR", "CANCEL": "BAAJI"},
    "am": {"STOP": "አቁም", "START": "START", "MORE": "ተጨማሪ", "PERSON": "ሰው", "DELETE": "ሰርዝ", "CANCEL": "ይቅር"},
    "ti": {"STOP": "ደው", "START": "START", "MORE": "ተወሳኺ", "PERSON": "ሰብ", "DELETE": "ደምስስ", "CANCEL": "ግደፍ"},
    "sw": {"STOP": "STOP", "START": "START", "MORE": "ZAIDI", "PERSON": "MTU", "DELETE": "FUTA", "CANCEL": "GHAIRI"},
    "ht": {"STOP": "STOP", "START": "START", "MORE": "PLIS", "PERSON": "MOUN", "DELETE": "EFASE", "CANCEL": "ANILE"},
    "bn": {"STOP": "বন্ধ", "START": "START", "MORE": "আরও", "PERSON": "মানুষ", "DELETE": "মুছুন", "CANCEL": "বাতিল"},
}
WORD = re.compile(rf"\b({'|'.join(WORDS['fr'])})\b")
TYPOGRAPHIC = set("…“”„«»‘’‚–—\u00a0\u202f\u2009\u200b\u00ad")
# Scripts that GSM-7 cannot carry: 201 characters fill three segments, elsewhere 306 fill two.
SCRIPTS = {
    **dict.fromkeys(("ar", "fa", "ps", "ur"), "Arabic"),
    **dict.fromkeys(("ru", "uk"), "Cyrillic"),
    **dict.fromkeys(("am", "ti"), "Ethiopic"),
    "bn": "Bengali",
}
LONGEST_FOOTER = {locale: 46 if locale in SCRIPTS else 54 for locale in i18n.LANGUAGES}  # characters
SEGMENTS = {locale: 3 if locale in SCRIPTS else 2 for locale in i18n.LANGUAGES}  # of an answer with its footer
CHAT = ("en", "fr", "es", "pt", "ar", "fa", "ru", "uk", "tr")  # languages whose answers have a longer text for chats
WRITTEN_ALIKE = {"SMS", "SMS: {segments}", "km", "Tapachula", "Tripoli", "Agadez", "Beirut", "Chat", "Smartphone"}
FOREIGN_LETTERS = {
    "fa": "يكىةټډړږښۍېٹڈڑںے",
    "ps": "كةٹڈڑںےہ",
    "ur": "يكىةټډړږښۍې",
    "ru": "іїєґ",
    "uk": "ыэёъ",
    "ar": "یکپچژگٹڈڑںے",
}
VALUES = {
    "name": "Waymark Network",
    "number": "ABCD-2345",
    "date": "24 septembre 2026",
    "emergency": "Policía 100, ambulancia 101",
    "need": "مكان للنوم",
    "place": "Ain Zara",
    "safe": "SMS 18:00",
}


Text = tuple[str, str | None, str, str]  # topic, country, field, text


@lru_cache(maxsize=1)
def _topics() -> tuple[dict[str, Any], ...]:
    paths = sorted((ROOT / "data/content").glob("answers/*.yml")) + sorted((ROOT / "data/content").glob("crisis/*.yml"))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(yaml.load(path.read_text(encoding="utf-8"), loader) for path in paths)  # noqa: S506  # a safe loader


def shipped(locale: str) -> Iterator[Text]:
    """Titles and texts of all topics in a language, with those for countries."""
    for topic in _topics():
        if locale in topic["titles"]:
            yield topic["topic"], None, "title", topic["titles"][locale]
        for country, texts in [(None, topic["answers"]), *(topic.get("country_answers") or {}).items()]:
            for field, text in (texts.get(locale) or {}).items():
                if field in ("sms", "chat"):
                    yield topic["topic"], country, field, text


ENGLISH = {(topic, field): text for topic, country, field, text in shipped("en") if country is None}


def messages() -> dict[str, set[str]]:
    """What `make messages` would collect now, and the files it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        method_map, options = parse_mapping_cfg(file)
    found: dict[str, set[str]] = {}
    for path, _, message, _, _ in extract_from_dir(ROOT, method_map, options, keywords=KEYWORDS):
        if isinstance(message, str) and message and message != "exact":
            found.setdefault(message, set()).add(path)
    return found


@pytest.fixture(scope="module")
def wanted() -> dict[str, set[str]]:
    return messages()


@pytest.fixture(scope="module")
def sent(wanted: dict[str, set[str]]) -> list[str]:
    """Those that reach a phone; the others stand on web pages."""
    return [message for message, paths in wanted.items() if not all(path.startswith("bot/simulator/") for path in paths)]


def catalogue(locale: str) -> dict[str, str]:
    with i18n.catalogue_path(locale).open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def test_texts_of_code_domain_and_pages_are_collected(wanted: dict[str, set[str]], sent: list[str]) -> None:
    files = {path for paths in wanted.values() for path in paths}
    assert {"actions/greet.py", "bot/worker/outcomes.py", "domain.yml", "bot/simulator/templates/try.html"} <= files
    assert 0 < len(sent) < len(wanted)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated_with_its_placeholders(locale: str, wanted: dict[str, set[str]]) -> None:
    translated = catalogue(locale)
    assert [m for m in wanted if not translated.get(m)] == []
    for message in wanted:
        names = sorted(re.findall(r"\{\w+\}", message))
        assert sorted(re.findall(r"\{\w+\}", translated[message])) == names, message
        assert translated[message] != message or message in SAME.get(locale, WRITTEN_ALIKE), message


@pytest.mark.parametrize("locale", TRANSLATED)
def test_what_a_person_gets_is_the_translation(locale: str, wanted: dict[str, set[str]]) -> None:
    translated = catalogue(locale)
    assert [m for m in wanted if translate(locale, m) != translated[m]] == []


def test_the_english_catalogue_has_every_text_and_changes_none(wanted: dict[str, set[str]]) -> None:
    english = catalogue("en")
    assert [m for m in wanted if m not in english] == []
    assert [m for m, text in english.items() if text] == []


@pytest.mark.parametrize("locale", SCRIPTS)
def test_each_language_is_written_in_its_letters(locale: str, wanted: dict[str, set[str]]) -> None:
    own = regex.compile(rf"\p{{{SCRIPTS[locale]}}}")
    translated = catalogue(locale)
    for message in wanted:
        assert own.search(translated[message]) or message in SAME.get(locale, WRITTEN_ALIKE), message
        assert not re.search(r"[\u064b-\u0652]", translated[message]), message  # vowel signs: a character each


@pytest.mark.parametrize(("locale", "letters"), FOREIGN_LETTERS.items())
def test_no_letter_of_a_neighbouring_language_slips_in(locale: str, letters: str) -> None:
    texts = [*catalogue(locale).values(), *(text for _, _, _, text in shipped(locale))]
    assert [text for text in texts if set(text) & set(letters)] == []


@pytest.mark.parametrize("locale", i18n.LANGUAGES)
def test_no_text_holds_direction_marks_or_invisible_characters(locale: str) -> None:
    # Phones order digits and names themselves; a mark costs a character and turns an SMS into UCS-2.
    texts = [*catalogue(locale).values(), *(text for _, _, _, text in shipped(locale))]
    assert [text for text in texts if regex.search(r"[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]", text)] == []


@pytest.mark.parametrize("locale", i18n.LANGUAGES)
def test_numbers_to_call_are_written_in_the_digits_of_a_keypad(locale: str) -> None:
    for topic, _, field, text in shipped(locale):
        assert not regex.search(r"[\p{Nd}--0-9]{3}", text, flags=regex.V1), (topic, field)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_topic_and_crisis_has_its_text_and_none_is_the_english_one(locale: str) -> None:
    texts = {(topic, field): text for topic, country, field, text in shipped(locale) if country is None}
    for (topic, field), english in ENGLISH.items():
        if field == "chat" and locale not in CHAT and not topic.startswith("crisis_"):
            continue
        text = texts.get((topic, field))
        assert text, (topic, field)
        assert text != english, (topic, field)
        assert ("{emergency}" in text) == ("{emergency}" in english), (topic, field)
        if locale in SCRIPTS:
            assert len(regex.findall(rf"\p{{{SCRIPTS[locale]}}}", text)) > len(text) / 3, (topic, field)


@pytest.mark.parametrize("locale", i18n.LANGUAGES)
def test_what_is_said_first_in_danger_fits_a_few_segments(locale: str) -> None:
    for topic, _, field, text in shipped(locale):
        if topic.startswith("crisis_") and field == "sms":
            said = sms_text.economical(text.replace("{emergency}", "112"))
            assert sms_text.count(said).segments <= SEGMENTS[locale], topic


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_translation_holds_characters_that_make_an_sms_dearer(locale: str, wanted: dict[str, set[str]]) -> None:
    assert [m for m in wanted if TYPOGRAPHIC & set(translate(locale, m))] == []


def test_english_texts_for_phones_are_in_gsm_letters(sent: list[str]) -> None:
    assert [m for m in sent if sms_text.count(m).encoding != "gsm7"] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_alone_is_longer_than_an_answer(locale: str, sent: list[str]) -> None:
    said = {m: shape_plain(Reply(translate(locale, m, **VALUES))) for m in sent}
    assert [m for m, parts in said.items() if len(parts) > 1 or parts[0].segments > SEGMENTS[locale]] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_drafted_catalogue_says_so(locale: str) -> None:
    # In the comment on top: `make messages` drops header fields that Babel does not know.
    first = i18n.catalogue_path(locale).read_text(encoding="utf-8").splitlines()[0]
    assert first == "# X-Status: drafted; not yet reviewed by a native speaker."


@pytest.mark.parametrize("locale", LOCALES)
def test_the_footer_of_an_answer_is_short(locale: str) -> None:
    checked = translate(locale, NOT_REVIEWED, date=i18n.short_date(locale, date(2026, 11, 24)))
    assert len(f"{checked} {translate(locale, MORE)}") <= LONGEST_FOOTER[locale]


@pytest.mark.parametrize("path", sorted((ROOT / "data/content/answers").glob("*.yml")), ids=lambda p: p.stem)
def test_an_answer_by_sms_stays_within_its_segments_with_its_footer(path: Path) -> None:
    topic = yaml.safe_load(path.read_text(encoding="utf-8"))
    for texts in [topic["answers"], *(topic.get("country_answers") or {}).values()]:
        for locale, text in texts.items():
            chat = text.get("chat") or text["sms"]
            answer = Answer(sms=text["sms"], chat=chat, review=topic["review"], checked_on=topic["checked_on"])
            (part,) = shape_plain(Reply(plain(locale, answer)))
            assert part.segments <= SEGMENTS[locale], (locale, part)


def decided(word: str, **state: Any) -> tuple[str, str]:
    decision = triage(Incoming("sms", "+15550001111", "id", Kind.TEXT, text=word), Snapshot(**state))
    return decision.do.value, decision.value if decision.value.startswith("/") else ""


@pytest.mark.parametrize("locale", TRANSLATED)
@pytest.mark.parametrize("word", WORDS["fr"])
def test_a_word_people_are_told_to_write_does_what_the_english_one_does(locale: str, word: str) -> None:
    state: dict[str, Any] = {"START": {"opted_out": True}, "CANCEL": {"form": "referral_form"}}.get(word, {})
    assert decided(WORDS[locale][word], **state) == decided(word, **state) != decided("blah", **state)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_names_the_words_of_its_own_language(locale: str, wanted: dict[str, set[str]]) -> None:
    for message in wanted:
        ours = {WORDS[locale][word] for word in WORD.findall(message)}
        said = translate(locale, message)
        assert [word for word in ours if word not in said] == [], message
        assert set(WORD.findall(said)) <= set(WORDS[locale].values()), message


def test_arabic_names_a_word_in_arabic_letters_to_come_back() -> None:
    assert "ابدأ" in translate("ar", STOPPED) and decided("ابدأ", opted_out=True)[0] == "start"


@pytest.mark.parametrize(("locale", "own"), [("en", "English"), ("fr", "français"), ("es", "español"), ("ar", "العربية")])
def test_the_language_now_spoken_is_the_catalogues_own(locale: str, own: str) -> None:
    assert own in translate(locale, LANGUAGE)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_suggested_cry_for_help_is_understood_as_one(locale: str) -> None:
    assert danger_kind(translate(locale, "Our boat is sinking"), lexicons()) == "sea"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_catalogue_names_its_language_encoding_and_plural_rule(locale: str) -> None:
    head = i18n.catalogue_path(locale).read_text(encoding="utf-8").split("\n\n")[0]
    assert "Project-Id-Version: Waymark" in head and f'"Language: {locale}\\n"' in head
    assert "charset=utf-8" in head and "Plural-Forms: nplurals=" in head


def test_distances_are_said_in_the_letters_of_the_language() -> None:
    assert (i18n.distance("ar", 3.0), i18n.distance("fr", 3.5)) == ("3 كم", "3,5 km")


def test_negotiation_knows_what_phones_say() -> None:
    assert (i18n.negotiate("fr-CA"), i18n.negotiate("ar_EG"), i18n.negotiate("xx")) == ("fr", "ar", None)
    assert i18n.negotiate(None) is None and i18n.negotiate("") is None


def test_unknown_placeholders_stay_and_never_raise() -> None:
    assert translate("en", "Call {emergency} and {nobody}", emergency="112") == "Call 112 and {nobody}"
    assert i18n.fill("{", {"a": 1}) == "{"
