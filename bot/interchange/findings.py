"""What is wrong with a translation, as far as one can tell without knowing the language. No database, no file format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import regex
from rapidfuzz import fuzz

from bot.channels import sms_text
from bot.content import texts
from bot.editing import LONGEST_CHAT, LONGEST_TITLE
from bot.interchange.facts import Facts, facts, host, plain_digits, prose
from bot.interchange.units import CHAT, SMS, TITLE
from bot.nlu.lexicon import Field, Lexicon, load_lexicons, whole_message
from bot.settings import ROOT

_SCRIPTS = {
    **dict.fromkeys(("en", "fr", "es", "pt", "tr", "so", "sw", "ht"), "Latin"),
    **dict.fromkeys(("ar", "fa", "ps", "ur"), "Arabic"),
    **dict.fromkeys(("ru", "uk"), "Cyrillic"),
    **dict.fromkeys(("am", "ti"), "Ethiopic"),
    "bn": "Bengali",
}
_OWN_SCRIPT = 0.5  # the share of its letters that a text has in its language's script: names and STOP stay Latin
_ALMOST = 92  # of 100: as alike as a text and itself with a few words changed
_FEW_LETTERS = 60  # a shorter text tells too little of its language
_CERTAIN = 0.99
_OPENING, _CLOSING = {"\u202a", "\u202b", "\u202d", "\u202e"}, "\u202c"
_ISOLATES, _ISOLATE_END = {"\u2066", "\u2067", "\u2068"}, "\u2069"
_INVISIBLE = regex.compile(r"[\p{Noncharacter_Code_Point}\p{Co}\u2028\u2029\ufff9-\ufffd\U000e0000-\U000e007f]")
_LIST_ITEM = regex.compile(r"^\s*(?:\d+[.)]|[-*•])\s", regex.MULTILINE)


# What people are told to reply, and the list of words by which triage understands it.
_REPLIES: dict[str, Field] = {
    "PERSON": "person",
    "DELETE": "delete",
    "STOP": "stop",
    "START": "start",
    "MORE": "more",
    "HELP": "help",
    "CANCEL": "cancel",
}
_WORD = regex.compile(r"[\p{L}\p{M}]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names a sentence of the console, `values` fill its {names}. `blocks`: an import leaves the text out."""

    code: str
    blocks: bool = True
    values: dict[str, str] = field(default_factory=dict)


def findings(source: str, target: str, locale: str, part: str) -> list[Finding]:
    """What there is to say about a text, the grave first. A text without any finding may still be wrong."""
    if not target.strip():
        return [Finding("empty")]
    broken = [*_unreadable(target)]
    if broken:
        return broken
    found = [
        *_copied(source, target, part),
        *_of_another_script(target, locale),
        *_lost(facts(source), facts(target)),
        *_unknown_replies(source, target),
        *_too_long(target, part),
        *_another_shape(source, target, part),
    ]
    if not any(finding.code in ("copy", "almost_copy", "script") for finding in found):
        found += _of_another_language(target, locale)
    return sorted(found, key=lambda finding: not finding.blocks)


def _unreadable(target: str) -> Iterator[Finding]:
    if texts.is_unusable(target) or _INVISIBLE.search(target):
        yield Finding("control")
    if not all(map(_is_balanced, target.split("\n"))):
        yield Finding("bidi")


def _is_balanced(line: str) -> bool:
    """Each mark that turns the direction of writing is taken back within its line."""
    waiting: list[str] = []
    for character in line:
        if character in _OPENING:
            waiting.append(_CLOSING)
        elif character in _ISOLATES:
            waiting.append(_ISOLATE_END)
        elif character in (_CLOSING, _ISOLATE_END) and (not waiting or waiting.pop() != character):
            return False
    return not waiting


def _copied(source: str, target: str, part: str) -> Iterator[Finding]:
    one, other = texts.folded(source), texts.folded(target)
    words = regex.findall(r"\p{L}+", one)
    if one == other:
        # A title of one word may be the same in two languages: "Documents".
        if len(words) > 1 or (words and part != TITLE):
            yield Finding("copy")
    elif len(words) > 5 and fuzz.ratio(one, other) >= _ALMOST:
        yield Finding("almost_copy")


def script_of(locale: str) -> str | None:
    return _SCRIPTS.get(locale.split("-")[0])


@cache
def _letters(script: str) -> regex.Pattern[str]:
    return regex.compile(rf"[\p{{{script}}}&&\p{{L}}]", regex.V1)


def _of_another_script(target: str, locale: str) -> Iterator[Finding]:
    script = script_of(locale)
    rest = prose(target)
    if script != "Latin":  # words in capitals are names, or what to reply: they stay as they are
        rest = regex.sub(r"\b[A-Z]{2,}\b", "", rest)
    letters = len(regex.findall(r"\p{L}", rest))
    if script and letters and len(_letters(script).findall(rest)) < letters * _OWN_SCRIPT:
        yield Finding("script", values={"script": script})


def _of_another_language(target: str, locale: str) -> Iterator[Finding]:
    if len(regex.findall(r"\p{L}", target)) < _FEW_LETTERS:
        return
    from bot.nlu import language  # its models are large: only who imports texts pays for them

    found, certainty = language.identify(target)
    if found and found != locale.split("-")[0] and certainty >= _CERTAIN:
        yield Finding("language", blocks=False, values={"language": found})


def _lost(source: Facts, target: Facts) -> Iterator[Finding]:
    yield from _differing("placeholder", source.placeholders, target.placeholders)
    hosts = {host(link) for link in source.links}, {host(link) for link in target.links}
    yield from _differing("link", *map(frozenset, hosts))
    if hosts[0] == hosts[1] and source.links != target.links:
        yield Finding("link_differs", blocks=False, values=_named(source.links - target.links or target.links - source.links))
    for code, wanted, text, blocks in (
        ("phone_missing", source.phones, target, True),
        ("phone_added", target.phones, source, True),
        ("number_missing", source.numbers, target, True),
        ("number_added", target.numbers, source, False),
    ):
        missing = [number for number in wanted if not text.says(number)]
        if missing:
            yield Finding(code, blocks, _named(missing))


def _differing(what: str, source: frozenset[str], target: frozenset[str]) -> Iterator[Finding]:
    if source - target:
        yield Finding(f"{what}_missing", values=_named(source - target))
    if target - source:
        yield Finding(f"{what}_added", values=_named(target - source))


def _named(several: Iterable[str]) -> dict[str, str]:
    return {"what": ", ".join(sorted(several))}


@cache
def _lexicons() -> Mapping[str, Lexicon]:
    return load_lexicons(ROOT / "data" / "lexicons")


def _unknown_replies(source: str, target: str) -> Iterator[Finding]:
    """Words to reply that the assistant would not understand: whoever sends one gets no answer, or no person."""
    wanted = [word for word in _REPLIES if regex.search(rf"\b{word}\b", source)]
    # Where a script has capitals, such a word is written in them.
    words = {word for word in _WORD.findall(target) if word.upper() == word and len(word) > 1} if wanted else set()
    lost = [word for word in wanted if not any(whole_message(each, _lexicons(), _REPLIES[word]) for each in words)]
    if lost:
        yield Finding("reply_missing", blocks=False, values=_named(lost))


def _too_long(target: str, part: str) -> Iterator[Finding]:
    if part == SMS and not texts.fits_sms(target):
        yield Finding("sms_too_long", values={"segments": str(sms_text.count(sms_text.economical(target)).segments)})
    if part == CHAT and len(target) > LONGEST_CHAT:
        yield Finding("chat_too_long", values={"length": str(len(target)), "limit": str(LONGEST_CHAT)})
    if part == TITLE and len(target) > LONGEST_TITLE:
        yield Finding("title_too_long", values={"length": str(len(target)), "limit": str(LONGEST_TITLE)})
    if part == TITLE and "\n" in target:
        yield Finding("title_lines")


def _another_shape(source: str, target: str, part: str) -> Iterator[Finding]:
    """Points of a list that got lost."""
    if part != CHAT:
        return
    wanted, found = (len(_LIST_ITEM.findall(plain_digits(text))) for text in (source, target))
    if found < wanted:
        yield Finding("list_shorter", blocks=False, values={"wanted": str(wanted), "found": str(found)})
