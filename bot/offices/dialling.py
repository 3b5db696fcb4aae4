"""Telephone numbers as offices give them: international ones, short codes and free lines that work inside a country only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import shortnumberinfo

from bot.offices.countries import UNION, UNION_MEMBERS

Doubt = Literal["", "phone_unreadable", "phone_impossible", "phone_unusual"]
_DIALLED = re.compile(r"\+?[0-9 ()./-]+")
_SHORTEST, _LONGEST_SHORT = 3, 6


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number as it is stored: E.164 where it begins with +, else as it is dialled inside the country."""

    number: str
    doubt: Doubt = ""


def read(text: str, country: str | None) -> Dialled:
    """Check one number. `phone_unusual`: it can be dialled, yet no range of the country's numbering plan holds it."""
    said = " ".join("".join(_plain(character) for character in text).split())
    digits = re.sub(r"\D", "", said)
    if not _DIALLED.fullmatch(said) or len(digits) < _SHORTEST:
        return Dialled(text, "phone_unreadable")
    if said.startswith("+"):
        return _international(digits)
    if digits.startswith("00") and (found := _international(digits[2:])).doubt == "":
        return found
    return Dialled(said, "" if _is_known_inside(digits, country) else "phone_unusual")


def same(number: str, country: str | None) -> str:
    """One form for all spellings of a number, to compare offices by."""
    digits = re.sub(r"\D", "", number)
    if number.startswith("+") or country in (None, UNION):
        return ("+" if number.startswith("+") else "") + digits
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return f"{country}:{digits}"
    if not phonenumbers.is_valid_number(parsed):
        return f"{country}:{digits}"
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _plain(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(character) == "Pd":
        return "-"
    # Marks of direction come along when a number is copied from an Arabic page.
    return "" if unicodedata.category(character) == "Cf" else {"＋": "+"}.get(character, character)


def _international(digits: str) -> Dialled:
    try:
        parsed = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return Dialled("+" + digits, "phone_impossible")
    if not phonenumbers.is_possible_number(parsed):
        return Dialled("+" + digits, "phone_impossible")
    number = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return Dialled(number, "" if phonenumbers.is_valid_number(parsed) else "phone_unusual")


def _is_known_inside(digits: str, country: str | None) -> bool:
    if country is None or country == UNION:
        # Numbers such as 116 000 are the same in all of the union.
        return _SHORTEST <= len(digits) <= _LONGEST_SHORT and any(_is_short(digits, member) for member in UNION_MEMBERS)
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return _is_short(digits, country)
    return bool(phonenumbers.is_valid_number_for_region(parsed, country)) or _is_short(digits, country)


def _is_short(digits: str, country: str) -> bool:
    if len(digits) > _LONGEST_SHORT:
        return False
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return False
    return bool(shortnumberinfo.is_possible_short_number_for_region(parsed, country))
