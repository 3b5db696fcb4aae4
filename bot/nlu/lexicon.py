"""Words that are acted on before any model runs: opting out, leaving a form, naming a language, danger now.

The lists are `data/lexicons/<locale>.yml`. Pattern syntax: words match whole words; `*` ends a word that may go on;
` & ` joins two parts that must stand within `NEAR` words of each other, in any order; the words of one part are
adjacent. Before comparing, both sides are folded and doubled letters are written once ("heelp", "helllp" and "help"
are one word).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import regex
import yaml

from bot.nlu.spelling import fold

Field = Literal["stop", "start", "start_if_stopped", "help", "delete", "person", "more", "cancel", "skip", "back"]
Force = Literal["danger", "weak", "calm"]
Word = tuple[str, ...]  # one written word, with the other ways to read it
Part = tuple[str, ...]  # adjacent words of a pattern

FIELDS: tuple[str, ...] = get_args(Field)
# When several kinds match, the first here is answered: what kills soonest, or what explains the others.
KINDS = ("sea", "suicide", "captivity", "medical", "violence", "stranded", "child")
NEAR = 8  # words

_KEYS = {"locale", *FIELDS, "language_names", "language_request", "danger", "weak", "calm"}
_MIN_PREFIX = 2  # letters before a `*`

_DOUBLED = regex.compile(r"(\p{L})\1+")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*")
# "and the", "with the", "to the" … are written onto the Arabic word they belong to.
_ARABIC_CLITIC = regex.compile(r"(?:[وفبلكع]?ال|لل|[وفبلكهحت])(?=[\p{Script=Arabic}]{3})")


def _key(text: str) -> str:
    """Folded words with single spaces and no punctuation, for comparing whole messages."""
    return " ".join(word[0] for word in _words(text))


def _words(text: str) -> list[Word]:
    return [_readings(word) for word in _WORD.findall(fold(text))]


def _readings(word: str) -> Word:
    """The word itself first, then without what is written onto its front: l'eau → eau, والقارب → قارب."""
    before, _, after = word.rpartition("'")
    readings = [_DOUBLED.sub(r"\1", word.replace("'", ""))]
    if before:
        readings.append(_DOUBLED.sub(r"\1", after))
    for reading in readings[:2]:
        bare = _ARABIC_CLITIC.sub("", reading, count=1) if reading[0] > "\u0600" else reading
        while bare != readings[-1] and len(readings) < 4:
            readings.append(bare)
            bare = _ARABIC_CLITIC.sub("", bare, count=1)
    return tuple(readings)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a danger, weak or calm list; `kind` is empty for calm ones."""

    parts: tuple[Part, ...]
    force: Force
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """All patterns of one language, found by the first word of each part."""

    exact: Mapping[str, tuple[Part, ...]]
    prefix: Mapping[str, tuple[Part, ...]]
    patterns: Mapping[Part, tuple[Pattern, ...]]  # by first part
    prefix_lengths: tuple[int, ...]

    @classmethod
    def of(cls, patterns: Iterable[Pattern]) -> PatternIndex:
        exact: dict[str, tuple[Part, ...]] = {}
        prefix: dict[str, tuple[Part, ...]] = {}
        by_part: dict[Part, tuple[Pattern, ...]] = {}
        for pattern in patterns:
            by_part[pattern.parts[0]] = (*by_part.get(pattern.parts[0], ()), pattern)
            for part in pattern.parts:
                table = prefix if part[0].endswith("*") else exact
                head = part[0].removesuffix("*")
                if part not in table.get(head, ()):
                    table[head] = (*table.get(head, ()), part)
        return cls(exact, prefix, by_part, tuple(sorted({len(head) for head in prefix})))

    def matches(self, words: list[Word]) -> list[Pattern]:
        """The patterns that `words` contains."""
        places = self._places(words)
        return [
            pattern
            for first in places
            for pattern in self.patterns.get(first, ())
            if len(pattern.parts) == 1 or _near(places[first], places.get(pattern.parts[1], []))
        ]

    def _places(self, words: list[Word]) -> dict[Part, list[int]]:
        places: dict[Part, list[int]] = {}
        for at, word in enumerate(words):
            for part in self._beginning_with(word):
                if _continues(words, at, part):
                    places.setdefault(part, []).append(at)
        return places

    def _beginning_with(self, word: Word) -> list[Part]:
        parts: list[Part] = []
        for reading in word:
            parts.extend(self.exact.get(reading, ()))
            for length in self.prefix_lengths:
                if length > len(reading):
                    break
                parts.extend(self.prefix.get(reading[:length], ()))
        return parts


def _continues(words: list[Word], at: int, part: Part) -> bool:
    if at + len(part) > len(words):
        return False
    return all(_is_word(words[at + step], wanted) for step, wanted in enumerate(part) if step)


def _is_word(word: Word, wanted: str) -> bool:
    if wanted.endswith("*"):
        return any(reading.startswith(wanted[:-1]) for reading in word)
    return wanted in word


def _near(some: list[int], others: list[int]) -> bool:
    return any(0 < abs(one - other) <= NEAR for one in some for other in others)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language. Word lists hold comparison keys, not the spelling in the file."""

    locale: str
    stop: frozenset[str]
    start: frozenset[str]
    start_if_stopped: frozenset[str]  # counts only when the person has opted out
    help: frozenset[str]
    delete: frozenset[str]
    person: frozenset[str]
    more: frozenset[str]
    cancel: frozenset[str]
    skip: frozenset[str]
    back: frozenset[str]
    language_names: frozenset[str]
    language_request: frozenset[str]  # words that may stand around a language's name: "speak", "in", "please"
    index: PatternIndex


def load_lexicons(folder: Path) -> dict[str, Lexicon]:
    """Read every `<locale>.yml` of `folder`, in order of locale. Raises ValueError naming the file and the key."""
    return {path.stem: _lexicon(path) for path in sorted(folder.glob("*.yml"))}


def _lexicon(path: Path) -> Lexicon:
    content = _content(path)
    lists = {key: _keys(content.get(key), f"{path.name}: {key}") for key in (*FIELDS, "language_names")}
    request = _keys(content.get("language_request"), f"{path.name}: language_request")
    patterns = [
        *_patterns_by_kind(content.get("danger"), "danger", path.name),
        *_patterns_by_kind(content.get("weak"), "weak", path.name),
        *_patterns(content.get("calm"), "calm", "", path.name, "calm"),
    ]
    words_of_request = frozenset(word for phrase in request for word in phrase.split())
    return Lexicon(locale=path.stem, index=PatternIndex.of(patterns), language_request=words_of_request, **cast(Any, lists))


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  # texts only: "yes" and "no" stay words
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path.name}: must be a mapping of keys")
    if unknown := content.keys() - _KEYS:
        raise ValueError(f"{path.name}: unknown key {', '.join(sorted(map(str, unknown)))}")
    if content.get("locale") != path.stem:
        raise ValueError(f"{path.name}: locale is {content.get('locale')!r}, the file name says {path.stem!r}")
    return content


def _strings(lines: object, file: str, key: str) -> list[str]:
    if lines is None:
        return []
    if not isinstance(lines, list):
        raise ValueError(f"{file}: {key} must be a list")
    for line in lines:
        # YAML reads a bare yes, no, on or off as true or false.
        if not isinstance(line, str):
            raise ValueError(f"{file}: {key}: {line!r} is not text: put it in quotes")
    return lines


def _keys(lines: object, place: str) -> frozenset[str]:
    file, _, key = place.partition(": ")
    keys = {line: _key(line) for line in _strings(lines, file, key)}
    if empty := [line for line, found in keys.items() if not found]:
        raise ValueError(f"{place}: {empty[0]!r} holds no word")
    return frozenset(keys.values())


def _patterns_by_kind(kinds: object, force: Force, file: str) -> list[Pattern]:
    if kinds is None:
        return []
    if not isinstance(kinds, dict):
        raise ValueError(f"{file}: {force} must map kinds to lists")
    if unknown := kinds.keys() - set(KINDS):
        raise ValueError(f"{file}: {force}: unknown kind {', '.join(sorted(map(str, unknown)))}")
    return [pattern for kind, lines in kinds.items() for pattern in _patterns(lines, force, kind, file, f"{force}.{kind}")]


def _patterns(lines: object, force: Force, kind: str, file: str, key: str) -> list[Pattern]:
    return [_pattern(line, force, kind, f"{file}: {key}") for line in _strings(lines, file, key)]


def _pattern(line: str, force: Force, kind: str, place: str) -> Pattern:
    texts = line.split(" & ")
    parts = tuple(_part(text, line, place) for text in texts)
    if len(parts) > 2:
        raise ValueError(f"{place}: {line!r} joins more than two parts")
    return Pattern(parts, force, kind)


def _part(text: str, line: str, place: str) -> Part:
    part = tuple(_pattern_word(word, line, place) for word in text.split())
    if not part:
        raise ValueError(f"{place}: {line!r} has an empty part")
    return part


def _pattern_word(word: str, line: str, place: str) -> str:
    stem = word.removesuffix("*")
    key = _key(stem)
    if not key or not _WORD.fullmatch(fold(stem)):
        raise ValueError(f"{place}: {line!r}: {word!r} is not a word, or has * before its end")
    if stem == word:
        return key
    if len(key) < _MIN_PREFIX:
        raise ValueError(f"{place}: {line!r}: {word!r} is too short for *")
    return f"{key}*"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the words of a message say about danger now. `kind` is None where neither strong nor weak words count."""

    kind: str | None = None
    strong: bool = False  # words that mean danger and hardly anything else
    weak: bool = False  # words that mean danger unless a calm word stands beside, and none does
    calm: bool = False  # words of questions, of the past, of law


def danger_kind(text: str, lexicons: Mapping[str, Lexicon]) -> str | None:
    """The kind of danger that the writer is in now, or None. All languages are tried, whatever the contact's locale."""
    return danger_evidence(text, lexicons).kind


def danger_evidence(text: str, lexicons: Mapping[str, Lexicon]) -> Evidence:
    """The words of all languages' lists in the message, whatever the contact's locale."""
    words = _words(text)
    found = [lexicon.index.matches(words) for lexicon in lexicons.values()]
    # Languages share words ("suicide"): a word is calm as soon as it is calm in one language that lists it.
    calm = {pattern.parts for patterns in found if _is_calm(patterns) for pattern in patterns}
    counting = [pattern for patterns in found for pattern in patterns if _counts(pattern, calm)]
    kinds = {pattern.kind for pattern in counting}
    return Evidence(
        kind=next((kind for kind in KINDS if kind in kinds), None),
        strong=any(pattern.force == "danger" for pattern in counting),
        weak=any(pattern.force == "weak" for pattern in counting),
        calm=any(_is_calm(patterns) for patterns in found),
    )


def _is_calm(patterns: list[Pattern]) -> bool:
    return any(pattern.force == "calm" for pattern in patterns)


def _counts(pattern: Pattern, calm: set[tuple[Part, ...]]) -> bool:
    return pattern.force == "danger" or (pattern.force == "weak" and pattern.parts not in calm)


def whole_message(text: str, lexicons: Mapping[str, Lexicon], field: Field) -> str | None:
    """The first locale in whose `field` list the whole message stands; case, accents and punctuation do not count."""
    key = _key(text)
    return next((locale for locale, lexicon in lexicons.items() if key in getattr(lexicon, field)), None)


def language_named(text: str, lexicons: Mapping[str, Lexicon]) -> str | None:
    """The locale a message names, alone ("français") or as a request ("speak French please").

    None if other words or a second language stand beside it: "I don't speak French", "where can I learn French".
    """
    words = _words(text)
    named = {locale for locale, lexicon in lexicons.items() if _asks_for(lexicon.language_names, words, lexicons)}
    return named.pop() if len(named) == 1 else None


def _asks_for(names: frozenset[str], words: list[Word], lexicons: Mapping[str, Lexicon]) -> bool:
    for at in range(len(words)):
        for length in (1, 2):
            if _named_at(names, words[at : at + length], length):
                return all(_is_request(word, lexicons) for word in words[:at] + words[at + length :])
    return False


def _named_at(names: frozenset[str], words: list[Word], length: int) -> bool:
    if len(words) < length:
        return False
    if length == 1:
        return any(reading in names for reading in words[0])
    return " ".join(word[0] for word in words) in names


def _is_request(word: Word, lexicons: Mapping[str, Lexicon]) -> bool:
    return any(reading in lexicon.language_request for lexicon in lexicons.values() for reading in word)
