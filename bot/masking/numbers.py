"""Numbers that lead to a person: telephones, cases, papers, dates, positions. Digits of every script count."""

# ruff: noqa: E501  # a line holds the words of one language, or one pattern

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from bot import i18n
from bot.i18n import LANGUAGES
from bot.masking.wording import BIRTH, MONEY, MONTHS, PAPERS, UNITS, either

Span = tuple[int, int, str]  # start, end, kind

_D = r"\p{Nd}"
_D2 = rf"{_D}{{1,2}}"
# What people write between the digits of one number; keycap emoji and marks of right-to-left keyboards among it.
_BETWEEN = r"(?:[\s\p{Pd}.·•/\\()_*+'’\u200c\u200d\ufe0f\u20e3]|,(?!\s)){0,4}"
_RUN = regex.compile(rf"(?:\+|00)?{_BETWEEN}{_D}(?:{_BETWEEN}{_D})*[\ufe0f\u20e3]*")
_YEARS = regex.compile(rf"(?:19|20){_D}{{2}}\s*[\p{{Pd}}/]\s*(?:19|20){_D}{{2}}")
_MONEY_AFTER = regex.compile(rf"[\s.,]*(?:\p{{Sc}}|(?:{either(MONEY)})(?!\p{{L}}))", regex.IGNORECASE)
_MONEY_BEFORE = regex.compile(rf"(?:\p{{Sc}}|(?<!\p{{L}})(?:{either(MONEY)}))\s*$", regex.IGNORECASE)
_MOST_OF_MONEY = 9  # digits; longer ones are telephones whatever follows
_PHONE, _LONG = 7, 5  # digits

_OURS = regex.compile(
    r"(?<![\p{L}\p{N}])W[\s\p{Pd}]?[2-9A-HJKMNP-TV-Z]{4}[\s\p{Pd}]?[2-9A-HJKMNP-TV-Z]{2}(?![\p{L}\p{N}])", regex.I
)
_TOKEN = regex.compile(r"[\p{L}\p{M}\p{Nd}]+(?:[-/_.#][\p{L}\p{M}\p{Nd}]+)*")
_MEASURE = regex.compile(
    rf"{_D}+(?:[.,]{_D}+)?(?:{either(UNITS)}|{either(MONEY)})|{_D2}h{_D}{{0,2}}(?:-{_D2}h{_D}{{0,2}})?", regex.I
)
_FORM = regex.compile(r"(?:I|DS)-?\d{2,4}[A-Z]?", regex.IGNORECASE)  # names of forms that people ask about
_PAPER = regex.compile(
    rf"(?<!\p{{L}})(?:{either(PAPERS)})(?!\p{{L}})(?:[\s:#=]{{1,3}}[\p{{L}}\p{{M}}°º]+\.?){{0,3}}?[\s:#=°º\-]{{1,3}}((?:(?<!\p{{L}})(?-i:\p{{Lu}}){{1,4}}[-/ ]?)?{_D}[\p{{L}}{_D}/\p{{Pd}}.]*)",
    regex.IGNORECASE,
)
_YEAR = regex.compile(rf"[\s]?(?:19|20|13|14){_D}{{2}}[.]?")

_NUMERIC = regex.compile(
    rf"(?<!{_D}|{_D}[./)\p{{Pd}}]){_D}{{1,4}}\s?([./\p{{Pd}}])\s?{_D2}\s?\1\s?{_D}{{1,4}}(?!{_D}|[./\p{{Pd}}]{_D})"
)
_POSITION = regex.compile(
    rf"[-+]?{_D}{{1,3}}[.,]{_D}{{3,}}°?\s*[NS]?[\s,;،/]+[-+]?{_D}{{1,3}}[.,]{_D}{{3,}}°?\s*[EWO]?|{_D2}°\s*{_D2}['′’][^\n]{{0,30}}?[EWO]"
)


def numbers(text: str) -> Iterator[Span]:
    """Telephones (7 digits and more, however they are written apart) and other long numbers (5 in a row)."""
    for found in _RUN.finditer(text):
        start, end = _trimmed(text, found.start(), found.end())
        digits = sum(letter.isdecimal() for letter in text[start:end])
        if digits < _LONG or _YEARS.fullmatch(text, start, end) or _is_money(text, start, end, digits):
            continue
        if digits >= _PHONE:
            yield start, end, "phone" if digits <= 15 else "number"
        else:
            yield from ((start + a, start + b, "number") for a, b in _in_a_row(text[start:end]))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not (text[start].isdecimal() or text[start] in "+("):
        start += 1
    return start, end


def _in_a_row(part: str) -> Iterator[tuple[int, int]]:
    for found in regex.finditer(rf"{_D}{{{_LONG},}}", part):
        yield found.span()


def _is_money(text: str, start: int, end: int, digits: int) -> bool:
    if digits > _MOST_OF_MONEY or text[start] in "+0(":
        return False
    return bool(_MONEY_AFTER.match(text, end) or _MONEY_BEFORE.search(text[max(0, start - 16) : start]))


def cases(text: str) -> Iterator[Span]:
    """Our own case numbers, such as W-7K3P-9Q."""
    yield from ((*found.span(), "case") for found in _OURS.finditer(text) if any(c.isdigit() or c == "-" for c in found[0]))


def papers(text: str) -> Iterator[Span]:
    """Numbers of passports, files and registrations: letters and digits in one word, or digits after such a paper's name."""
    for found in _TOKEN.finditer(text):
        word = found[0]
        digits = sum(letter.isdecimal() for letter in word)
        # Two digits within a word are how Arabic is written in Latin letters: "3arabi7".
        if digits >= 3 and any(letter.isalpha() for letter in word) and not _is_harmless(word):
            yield *found.span(), "id"
    for found in _PAPER.finditer(text):
        start, end = found.span(1)
        digits = sum(letter.isdecimal() for letter in found[1])
        # Seven digits and no letter are a telephone, whatever word stands before.
        long = not any(letter.isalpha() for letter in found[1]) and _digits_from(text, start) >= _PHONE
        if digits >= 3 and not (
            long or _YEAR.fullmatch(found[1]) or _is_harmless(found[1]) or _is_money(text, start, end, digits)
        ):
            yield start, end, "id"


def _digits_from(text: str, start: int) -> int:
    run = _RUN.match(text, start)
    return sum(letter.isdecimal() for letter in run[0]) if run else 0


def _is_harmless(word: str) -> bool:
    return bool(_MEASURE.fullmatch(word) or _FORM.fullmatch(word))


def dates(text: str) -> Iterator[Span]:
    """Full dates in digits or with a month's name; near words for birth also a year alone."""
    if not any(letter.isdecimal() for letter in text):
        return
    yield from ((*found.span(), "date") for found in _NUMERIC.finditer(text) if _is_full(found[0]))
    for pattern in _patterns():
        yield from ((*found.span("date"), "date") for found in pattern.finditer(text))


def _is_full(written: str) -> bool:
    parts = regex.split(r"\D+", written)
    return sum(map(len, parts)) >= 4 and max(map(len, parts)) >= 2


@lru_cache(maxsize=1)
def _patterns() -> tuple[regex.Pattern[str], ...]:
    month = rf"(?:{either(sorted(_months(), key=len, reverse=True))})\.?"
    small = r"(?:\s|de|of|del|da|the|di|'|,|،|ო|º|°|st|nd|rd|th|er|\.|-|/)"
    birth = rf"(?:{either(BIRTH)})"
    loose = rf"(?:{_D2}{small}{{0,3}})?(?:{month}{small}{{0,3}})?(?:{_D2}{small}{{1,3}})?{_D}{{4}}(?!{_D})"
    return tuple(
        regex.compile(pattern, regex.IGNORECASE)
        for pattern in (
            rf"(?P<date>(?<!{_D}){_D2}{small}{{0,4}}(?<!\p{{L}}){month}{small}{{0,4}}{_D}{{2,4}}(?!{_D}))",
            rf"(?P<date>(?<!\p{{L}}){month}\s*{_D2}{small}{{0,4}}\s{_D}{{4}}(?!{_D}))",
            rf"(?P<date>{_D}{{4}}\s+{month}\s+{_D2}(?!{_D}))",
            rf"(?<!\p{{L}}){birth}\p{{L}}*[^\p{{Nd}}\n]{{0,28}}?(?P<date>{loose})",
            rf"(?P<date>(?<!{_D})(?:{_D2}[./ ])?(?:{month}\s*)?(?:19|20|13|14|١٩|٢٠|۱۳|۱۴|۱۹|۲۰|১৯|২০){_D}{{2}})[^\p{{Nd}}\n]{{0,16}}?(?<!\p{{L}}){birth}",
        )
    )


def _months() -> set[str]:
    names = set(MONTHS)
    for locale in LANGUAGES:
        for form in ("wide", "abbreviated"):
            for way in ("format", "stand-alone"):
                names |= {name.rstrip(".") for name in i18n.cldr(locale).months[way][form].values()}
    # A month that is a number, as some languages abbreviate it, is matched by digits already.
    return {name for name in names if len(name) > 2 and not any(c.isdigit() for c in name)}


def positions(text: str) -> Iterator[Span]:
    """Latitude and longitude."""
    yield from ((*found.span(), "address") for found in _POSITION.finditer(text))
