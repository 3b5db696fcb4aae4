"""The console's catalogues: whole, with their placeholders and plural forms, and honest about who has read them."""

from __future__ import annotations

import re

import polib
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from bot import i18n
from bot.console.texts import LOCALES
from bot.settings import ROOT

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "text": None,
    "refuse": None,
    "ngettext": (1, 2),
    "count": (1, 2),
}
TRANSLATED = tuple(locale for locale in LOCALES if locale != "en")
FORMS = {"fr": 2, "es": 2, "ar": 6}
PLACE = re.compile(r"\{\w+\}")
ARABIC = re.compile(r"[\u0600-\u06ff]")


@pytest.fixture(scope="module")
def wanted() -> set[tuple[str, ...]]:
    """What `make messages` would collect now."""
    with (ROOT / "babel-console.cfg").open(encoding="utf-8") as file:
        method_map, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, method_map, options, keywords=KEYWORDS)
    return {message if isinstance(message, tuple) else (message,) for _, _, message, _, _ in found if message}


def catalogue(locale: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locales" / locale / "LC_MESSAGES" / "console.po"))


def key(entry: polib.POEntry) -> tuple[str, ...]:
    return (entry.msgid, entry.msgid_plural) if entry.msgid_plural else (entry.msgid,)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_of_the_console_is_in_the_catalogue_and_no_other(locale: str, wanted: set[tuple[str, ...]]) -> None:
    assert {key(entry) for entry in catalogue(locale)} == wanted


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated_with_all_its_forms(locale: str) -> None:
    for entry in catalogue(locale):
        forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        assert len(forms) == (FORMS[locale] if entry.msgid_plural else 1), entry.msgid
        assert all(form.strip() for form in forms), entry.msgid


@pytest.mark.parametrize("locale", TRANSLATED)
def test_placeholders_are_the_same(locale: str) -> None:
    for entry in catalogue(locale):
        for form in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            # Arabic says "one" and "two" in the noun; its number may then be left out.
            spare = {"{n}"} if entry.msgid_plural else set()
            assert set(PLACE.findall(form)) | spare == set(PLACE.findall(entry.msgid)) | spare, (entry.msgid, form)


def test_arabic_is_in_arabic_letters() -> None:
    names = re.compile(r"^[A-Z0-9_ .,()&/\-]+$|^\w+$", re.ASCII)
    for entry in catalogue("ar"):
        assert ARABIC.search(entry.msgstr or "".join(entry.msgstr_plural.values())) or names.match(entry.msgid), entry.msgid


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_catalogue_says_that_no_native_speaker_has_read_it(locale: str) -> None:
    first = (ROOT / "locales" / locale / "LC_MESSAGES" / "console.po").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# X-Status: drafted; not yet reviewed by a native speaker."


@pytest.mark.parametrize(("number", "form"), [(1, 1), (2, 2), (3, 3), (10, 3), (11, 4), (99, 4), (100, 5), (103, 3)])
def test_arabic_counts_in_its_six_forms(number: int, form: int) -> None:
    (entry,) = [entry for entry in catalogue("ar") if entry.msgid == "{n} segment"]
    said = i18n.translate_count("ar", "{n} segment", "{n} segments", number)
    assert re.sub(r"[\d٠-٩]+", "", said) == re.sub(r"\{n\}", "", entry.msgstr_plural[form])
