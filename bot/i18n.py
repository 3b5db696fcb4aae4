"""Interface texts (gettext through Babel), dates, numbers and names of countries in each locale."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.settings import ROOT

LOCALES_DIR = ROOT / "locales"
DEFAULT = "en"
# The product's languages (BCP 47). A catalogue under locales/ makes one available to contacts.
LANGUAGES = ("en", "fr", "es", "pt", "ar", "fa", "ps", "ur", "tr", "ru", "uk", "so", "am", "ti", "sw", "ht", "bn")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ps", "ur"})
# CLDR has no Haitian Creole: its readers know French forms of dates and country names.
_CLDR_STAND_IN = {"ht": "fr"}


@lru_cache(maxsize=1)
def available() -> tuple[str, ...]:
    """Locales that have a catalogue, English first."""
    found = {path.parent.parent.name for path in LOCALES_DIR.glob("*/LC_MESSAGES/messages.po")}
    return tuple(locale for locale in LANGUAGES if locale in found | {DEFAULT})


def negotiate(wanted: str | None) -> str | None:
    """The available locale for a language tag such as `fr-CA` or `prs`, or None."""
    if not wanted:
        return None
    language = re.split("[-_]", wanted.lower())[0]
    language = {"prs": "fa", "iw": "he", "zz": ""}.get(language, language)
    return language if language in available() else None


@lru_cache(maxsize=64)
def catalogue(locale: str, domain: str = "messages") -> NullTranslations:
    """The compiled catalogue. Compiled in memory: a checkout needs no build step, and no stale .mo can be read.

    Domain `messages` is what contacts read, `console` what staff read: they are translated apart, into other languages.
    """
    path = LOCALES_DIR / locale / "LC_MESSAGES" / f"{domain}.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        parsed = read_po(file, locale=_cldr_name(locale))
    compiled = BytesIO()
    write_mo(compiled, parsed)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(locale: str, message: str, /, **values: object) -> str:
    """The text in the locale (English where the catalogue has none), with {names} filled in."""
    text = catalogue(locale).gettext(message) if message else ""
    return fill(text, values) if values else text


def translate_for_staff(locale: str, message: str, /, **values: object) -> str:
    """As `translate`, from the catalogue of the console."""
    text = catalogue(locale, "console").gettext(message) if message else ""
    return fill(text, values) if values else text


def translate_count(locale: str, singular: str, plural: str, number: int, /, **values: object) -> str:
    """A text of the console that depends on a number, which it may name as {n}."""
    text = catalogue(locale, "console").ngettext(singular, plural, number)
    return fill(text, {"n": format_decimal(number, locale=cldr(locale)), **values})


def fill(text: str, values: dict[str, object]) -> str:
    """Put values into {names}. Unknown names stay as they are: a text of an editor must never stop a turn."""
    return re.sub(r"\{(\w+)\}", lambda m: str(values[m[1]]) if m[1] in values else m[0], text)


def N_(message: str) -> str:
    """Marks a text for extraction where it is translated later."""
    return message


KM = N_("km")


def _cldr_name(locale: str) -> str:
    return _CLDR_STAND_IN.get(locale, locale)


@lru_cache(maxsize=64)
def cldr(locale: str) -> Locale:
    try:
        return Locale.parse(_cldr_name(locale), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(DEFAULT)


def short_date(locale: str, day: date | None) -> str:
    """Month and year with the digits the locale's phones show; empty for None."""
    return format_date(day, "MM/yyyy", locale=cldr(locale)) if day else ""


def long_date(locale: str, day: date | None) -> str:
    return format_date(day, "long", locale=cldr(locale)) if day else ""


def distance(locale: str, kilometres: float) -> str:
    number = round(kilometres, 1) if kilometres < 10 else round(kilometres)
    return f"{format_decimal(number, locale=cldr(locale))} {translate(locale, KM)}"


def country_name(locale: str, country: str | None) -> str:
    return cldr(locale).territories.get(country or "", country or "")


def language_name(locale: str) -> str:
    """The language's own name for itself, capitalised as at the start of a line."""
    name = "Kreyòl ayisyen" if locale == "ht" else cldr(locale).get_display_name(locale) or locale
    return name[:1].upper() + name[1:]


def catalogue_path(locale: str) -> Path:
    return LOCALES_DIR / locale / "LC_MESSAGES" / "messages.po"
