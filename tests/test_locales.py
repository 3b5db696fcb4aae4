"""The catalogues: everything the product says exists in each language, whole and at the promised length."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
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
TRANSLATED = ("fr", "es", "ar")
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
    "ar": {"STOP": "توقف", "START": "START", "MORE": "المزيد", "PERSON": "شخص", "DELETE": "حذف", "CANCEL": "إلغاء"},
}
WORD = re.compile(rf"\b({'|'.join(WORDS['fr'])})\b")
TYPOGRAPHIC = set("…“”„«»‘’‚–—\u00a0\u202f\u2009\u200b\u00ad")
LONGEST_FOOTER = {"en": 50, "fr": 52, "es": 52, "ar": 44}  # characters
SEGMENTS = {"en": 2, "fr": 2, "es": 2, "ar": 3}  # of an answer with its footer
VALUES = {
    "name": "Waymark Network",
    "number": "ABCD-2345",
    "date": "24 septembre 2026",
    "emergency": "Policía 100, ambulancia 101",
    "need": "مكان للنوم",
    "place": "Ain Zara",
    "safe": "SMS 18:00",
}


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
        assert translated[message] != message or message in SAME[locale], message


@pytest.mark.parametrize("locale", TRANSLATED)
def test_what_a_person_gets_is_the_translation(locale: str, wanted: dict[str, set[str]]) -> None:
    translated = catalogue(locale)
    assert [m for m in wanted if translate(locale, m) != translated[m]] == []


def test_the_english_catalogue_has_every_text_and_changes_none(wanted: dict[str, set[str]]) -> None:
    english = catalogue("en")
    assert [m for m in wanted if m not in english] == []
    assert [m for m, text in english.items() if text] == []


def test_arabic_is_written_in_arabic_letters(wanted: dict[str, set[str]]) -> None:
    translated = catalogue("ar")
    for message in wanted:
        assert re.search(r"[\u0621-\u064a]", translated[message]), message
        assert not re.search(r"[\u064b-\u0652]", translated[message]), message  # vowel signs: a character each


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
            answer = Answer(sms=text["sms"], chat=text["chat"], review=topic["review"], checked_on=topic["checked_on"])
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
