"""What a translation must carry over unchanged: placeholders, links, phone numbers, numbers. In any of our digits."""

from __future__ import annotations

from dataclasses import dataclass

import regex

_PLACEHOLDER = regex.compile(r"\{\w+\}")
# With a scheme, an e-mail address, or a bare domain: texts for SMS leave the scheme out.
_LINK = regex.compile(
    r"https?://[^\s<>\"'()\]،؛。।]+"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,8}(?:org|com|net|int|info|gov|edu|[a-z]{2})\b(?:/[^\s<>\"'()\]،؛。।]*)?",
    regex.IGNORECASE | regex.ASCII,
)
_SENTENCE_MARKS = ".,;:!?"
_BETWEEN = r"[ \u00a0\u202f.,'’٬٫()/\-]"
_DAY = regex.compile(r"(?<!\d)(?:\d{4}-\d\d?-\d\d?|\d\d?[./-]\d\d?[./-]\d{4})(?!\d)")
_PHONE = regex.compile(r"\+?\(?\d(?:(?:[ \u00a0\u202f.\-/]|\) ?| ?\()?\d){4,}")
_GROUPED = regex.compile(r"\d{1,3}(?:[.,'’٬ \u00a0\u202f]\d{3})+")
_NUMBER = regex.compile(r"\d+(?:[.,٫]\d+)?")
# What people may well write as a word: "two days".
_SPELT = frozenset(map(str, range(13)))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says that is not language: links as written, phone numbers and numbers in ASCII digits alone.

    `runs` are the digits that follow each other when nothing stands between them: the same number may be grouped in
    another way elsewhere.
    """

    placeholders: frozenset[str]
    links: frozenset[str]
    phones: frozenset[str]
    numbers: frozenset[str]
    runs: frozenset[str]

    def says(self, number: str) -> bool:
        """True when the number stands anywhere in the text, however it is grouped."""
        return number in self.numbers | self.phones or number.replace(".", "") in self.runs


def facts(text: str) -> Facts:
    text = plain_digits(text)
    runs = regex.findall(r"\d+", regex.sub(rf"(?<=\d){_BETWEEN}{{1,2}}(?=\d)", "", text))
    placeholders, text = _taken(_PLACEHOLDER, text)
    links, text = _taken(_LINK, text)
    days, text = _taken(_DAY, text)
    numbers = {part for day in days for part in regex.split(r"\D", day)}
    long, text = _taken(_PHONE, text)
    phones = {found for found in long if not _GROUPED.fullmatch(found) or found.startswith("0")}
    numbers |= {_digits(found) for found in long - phones}
    numbers |= {found.replace(",", ".").replace("٫", ".") for found in _NUMBER.findall(text)}
    return Facts(
        placeholders=frozenset(placeholders),
        links=frozenset(link.rstrip(_SENTENCE_MARKS) for link in links),
        phones=frozenset(map(_digits, phones)),
        numbers=frozenset(number.lstrip("0") or "0" for number in numbers) - _SPELT,
        runs=frozenset(runs) | {run.lstrip("0") for run in runs},
    )


def _taken(pattern: regex.Pattern[str], text: str) -> tuple[set[str], str]:
    """What the pattern finds, and the text without it."""
    return set(pattern.findall(text)), pattern.sub("\n", text)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def prose(text: str) -> str:
    """The text without what no translator changes."""
    return _LINK.sub(" ", _PLACEHOLDER.sub(" ", text))


def plain_digits(text: str) -> str:
    """Digits of every script as 0 to 9."""
    return "".join(str(int(c)) if not c.isascii() and c.isdecimal() else c for c in text)


def host(link: str) -> str:
    """Whose page a link leads to, or the whole e-mail address."""
    return link.lower() if "@" in link else link.lower().split("://")[-1].split("/")[0].removeprefix("www.")
