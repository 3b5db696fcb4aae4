"""What the checks see in a translation, and what they leave alone."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.interchange.facts import facts
from bot.interchange.findings import findings
from bot.settings import ROOT

LONG_FR = (
    "Vous pouvez demander l'asile à la frontière, à l'aéroport ou à la police. Dites que vous avez peur de retourner dans votre "
    "pays. Gardez une copie de vos papiers et demandez un interprète."
)


def codes(source: str, target: str, locale: str = "fr", part: str = "chat") -> list[str]:
    return [finding.code for finding in findings(source, target, locale, part)]


def blocking(source: str, target: str, locale: str = "fr", part: str = "chat") -> list[str]:
    return [finding.code for finding in findings(source, target, locale, part) if finding.blocks]


@pytest.mark.parametrize(
    ("source", "target", "locale"),
    [
        ("Call 112 now.", "Appelez le 112 maintenant.", "fr"),
        ("Call 112 now.", "اتصل بالرقم ١١٢ الآن.", "ar"),
        ("Call 112 now.", "اکنون با ۱۱۲ تماس بگیرید.", "fa"),
        ("Call 116 000 now.", "এখন ১১৬০০০ নম্বরে ফোন করুন।", "bn"),
        ("Call +39 06 1234 567.", "Appelez le +39-06-1234567.", "fr"),
        ("Call 0800-123 456.", "Llame al 0800 123 456.", "es"),
        ("Until 10 Sept 2018.", "Jusqu'au 10-9-2018.", "fr"),
        ("It costs 1,000 euros.", "Cela coûte 1 000 euros.", "fr"),
        ("It costs 1.5 euros in 16 days.", "Cela coûte 1,5 euro en 16 jours.", "fr"),
        ("Wait 3 days.", "Attendez trois jours.", "fr"),
        ("Wait two days.", "Attendez 2 jours.", "fr"),
        ("See https://help.unhcr.org/greece.", "Voir https://help.unhcr.org/greece", "fr"),
        ("See help.unhcr.org, then write.", "راجع help.unhcr.org، ثم اكتب.", "ar"),
        ("Write to a@b.org.", "Écrivez à a@b.org", "fr"),
        ("Hello {name}, write PERSON.", "Bonjour {name}, écrivez PERSONNE.", "fr"),
        ("Write PERSON, DELETE or STOP.", "اكتب PERSON أو DELETE أو STOP.", "ar"),
        ("Write PERSON or MORE.", "اكتب: شخص أو المزيد.", "ar"),
        ("Write PERSON or MORE.", "PERSON ወይም MORE ብለው ይጻፉ።", "am"),
        ("1. Go now.\n2. Wait there.", "١. اذهب الآن.\n٢. انتظر هناك.", "ar"),
        ("Say it in private.", "می‌خواهم تنها صحبت کنم.", "fa"),
        ("Mixed with Latin.", "مع \u2066UNHCR\u2069 هنا.", "ar"),
    ],
)
def test_a_right_translation_is_left_alone(source: str, target: str, locale: str) -> None:
    assert codes(source, target, locale) == []


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("Call 112 now.", "Appelez maintenant.", "number_missing"),
        ("Call 112 now.", "Appelez le 113 maintenant.", "number_missing"),
        ("Best within 72 hours.", "Mieux avant 27 heures.", "number_missing"),
        ("You are under 18.", "Vous avez moins de 2018 ans.", "number_missing"),
        ("Call 091 035 4839.", "Appelez le 091 035 4838.", "phone_missing"),
        ("Call +39 06 123456.", "Appelez le 06 123456.", "phone_missing"),
        ("Call us.", "Appelez le 06 12 34 56.", "phone_added"),
        ("See unhcr.org.", "Voir le site.", "link_missing"),
        ("See https://help.unhcr.org.", "Voir https://help.unhcr.example.com.", "link_added"),
        ("See the site.", "Voir http://mal.example.com.", "link_added"),
        ("Hello {name}.", "Bonjour {nom}.", "placeholder_missing"),
        ("Hello you.", "Bonjour {nom}.", "placeholder_added"),
        ("Go to the hospital now.", "Go to the hospital now.", "copy"),
        ("Go to the hospital now.", "GO to the  hospital now.", "copy"),
        ("Go to the hospital in the town now.", "Go to the hospital in this town now", "almost_copy"),
        ("Go now.", "Идите сейчас.", "script"),
        ("Go now.", "Allez\u0007 maintenant.", "control"),
        ("Go now.", "Allez\ufffe maintenant.", "control"),
        ("Go now.", "Allez\U000e0041 maintenant.", "control"),
        ("Go now.", "Allez \u202emaintenant.", "bidi"),
        ("Go now.", "Allez maintenant\u202c.", "bidi"),
        ("Go now.", "Allez \u2067maintenant\n\u2069.", "bidi"),
        ("Go now.", "Allez \u2067main\u202ctenant\u2069.", "bidi"),
        ("Go now.", " \n", "empty"),
        ("Go now.", "x" * 8001, "chat_too_long"),
    ],
)
def test_what_would_hurt_somebody_blocks_an_import(source: str, target: str, code: str) -> None:
    assert code in blocking(source, target)


@pytest.mark.parametrize(
    ("locale", "target"),
    [
        ("ar", "Appelez maintenant"),
        ("am", "اتصل الآن"),
        ("bn", "Call now please"),
        ("ru", "Позвоните agora mesmo por favor"),
        ("sw", "Звоните"),
    ],
)
def test_a_text_in_another_script_is_seen(locale: str, target: str) -> None:
    assert "script" in blocking("Please ring us.", target, locale)


def test_a_text_in_another_language_of_the_same_script_is_doubted_and_not_refused() -> None:
    (finding,) = findings("x " * 20, LONG_FR, "pt", "chat")
    assert (finding.code, finding.blocks, finding.values) == ("language", False, {"language": "fr"})
    assert codes("x " * 20, LONG_FR, "fr") == []


def test_what_may_be_meant_is_only_remarked() -> None:
    assert codes("See unhcr.org/en.", "Voir unhcr.org/fr.") == ["link_differs"] and not blocking(
        "See unhcr.org/en.", "Voir unhcr.org/fr."
    )
    assert codes("Day and night.", "24 heures sur 24.") == ["number_added"] and not blocking(
        "Day and night.", "24 heures sur 24."
    )
    assert codes("Write PERSON or STOP.", "Écrivez QUELQU'UN ou STOP.") == ["reply_missing"]
    assert codes("Write PERSON.", "Schreiben Sie MENSCH.", "de") == ["reply_missing"], "no word of this language is known"
    shorter = codes("Do:\n- one\n- two\n- three", "Faites :\n- un\n- deux et trois")
    assert shorter == ["list_shorter"]


def test_the_length_is_that_of_the_part() -> None:
    assert codes("Documents", "Documents", part="title") == []
    assert blocking("Lost papers", "Lost papers", part="title") == ["copy"]
    assert blocking("Papers", "Que faire quand on a perdu tous ses papiers dans un pays étranger ?", part="title") == [
        "title_too_long"
    ]
    assert blocking("Papers", "Papiers\nperdus", part="title") == ["title_lines"]
    text = "Vous pouvez demander l'asile ici. " * 9
    assert blocking("Ask for asylum.", text, part="sms") == []
    (finding,) = findings("Ask for asylum.", text + "Oui.", "fr", "sms")
    assert (finding.code, finding.values) == ("sms_too_long", {"segments": "3"})


def test_the_grave_comes_first() -> None:
    assert codes("Call 112.\n- a\n- b", "Appelez, 24 heures.\n- a") == ["number_missing", "number_added", "list_shorter"]


@given(
    st.text(max_size=200),
    st.text(max_size=200),
    st.sampled_from(["fr", "ar", "am", "xx"]),
    st.sampled_from(["sms", "chat", "title"]),
)
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_checked(source: str, target: str, locale: str, part: str) -> None:
    findings(source, target, locale, part)


@given(st.text(st.sampled_from("0123456789 ()+-./,٠١٢"), max_size=40))
@settings(max_examples=300, deadline=None)
def test_a_text_says_all_of_its_own_numbers(text: str) -> None:
    found = facts(text)
    assert all(map(found.says, found.phones | found.numbers))


def test_hostile_lengths_are_checked_quickly() -> None:
    for text in ("1" * 20_000, "1 " * 10_000, "a." * 10_000, "a@" * 10_000, "(" * 20_000, "{a" * 10_000, "1,111" * 4_000):
        findings(text, text + "é", "fr", "chat")


def test_the_texts_that_ship_pass_but_for_numbers_left_out_to_save_a_segment() -> None:
    found: Counter[str] = Counter()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in (ROOT / "data/content").glob("*/*.yml"):
        topic = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
        for texts in (topic.get("answers") or {}, *(topic.get("country_answers") or {}).values()):
            for locale in texts.keys() - {"en"}:
                for part in texts[locale].keys() & {"sms", "chat"}:
                    found.update(codes(texts["en"][part], texts[locale][part], locale, part))
                    found["texts"] += 1
    texts = found.pop("texts")
    assert texts > 1500
    assert found.keys() <= {"number_missing", "phone_missing", "number_added", "list_shorter", "reply_missing"}
    assert found.total() < texts / 10
    assert found["phone_missing"] < 5
