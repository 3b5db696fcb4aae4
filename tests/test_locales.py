"""The catalogues: everything the product says exists in each language, whole and at the promised length."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from bot import i18n
from bot.channels import sms_text
from bot.i18n import translate
from bot.settings import ROOT

KEYWORDS = {"_": None, "gettext": None, "N_": None, "translate": (2,)}
SAME = {
    "Tripoli",
    "SMS",
    "SMS: {segments}",
    "Chat",
    "km",
    "Smartphone",
    "Agadez",
    "Tapachula",
    "exact",
    "Beirut",
    "No",
    "fire {number}",
}


def messages() -> list[str]:
    """What `make messages` would collect now."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        method_map, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, method_map, options, keywords=KEYWORDS)
    return sorted({message for _, _, message, _, _ in found if isinstance(message, str) and message} - {"exact"})


@pytest.fixture(scope="module")
def wanted() -> list[str]:
    return messages()


def catalogue(locale: str) -> dict[str, str]:
    with i18n.catalogue_path(locale).open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


@pytest.mark.parametrize("locale", ["fr", "es", "ar"])
def test_every_text_is_translated_with_its_placeholders(locale: str, wanted: list[str]) -> None:
    translated = catalogue(locale)
    assert [m for m in wanted if not translated.get(m)] == []
    for message in wanted:
        names = sorted(re.findall(r"\{\w+\}", message))
        assert sorted(re.findall(r"\{\w+\}", translated[message])) == names, message
        assert translated[message] != message or message in SAME, message


def test_arabic_is_written_in_arabic_letters(wanted: list[str]) -> None:
    translated = catalogue("ar")
    for message in wanted:
        if message not in SAME and re.sub(r"\{\w+\}", "", message).strip():
            assert re.search(r"[\u0600-\u06ff]", translated[message]), message


@pytest.mark.parametrize("path", sorted((ROOT / "data/content/answers").glob("*.yml")), ids=lambda p: p.stem)
def test_an_answer_by_sms_stays_within_its_segments_with_its_footer(path: Path) -> None:
    topic = yaml.safe_load(path.read_text(encoding="utf-8"))
    for texts in [topic["answers"], *(topic.get("country_answers") or {}).values()]:
        for locale, text in texts.items():
            reviewed = translate(locale, "Checked {date}, not yet reviewed.", date="11/2026")
            footer = f"{reviewed} {translate(locale, 'More: MORE')}"
            counted = sms_text.count(sms_text.economical(f"{text['sms'].strip()}\n{footer}"))
            assert counted.segments <= (2 if counted.encoding == "gsm7" else 3), (locale, counted, text["sms"])


def test_negotiation_knows_what_phones_say() -> None:
    assert (i18n.negotiate("fr-CA"), i18n.negotiate("ar_EG"), i18n.negotiate("xx")) == ("fr", "ar", None)
    assert i18n.negotiate(None) is None and i18n.negotiate("") is None


def test_unknown_placeholders_stay_and_never_raise() -> None:
    assert translate("en", "Call {emergency} and {nobody}", emergency="112") == "Call 112 and {nobody}"
    assert i18n.fill("{", {"a": 1}) == "{"
