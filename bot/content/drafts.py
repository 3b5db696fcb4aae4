"""What a content file says, checked: topics with their answers and questions, or sentences about what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import regex

from bot.content import texts
from bot.content.reading import Document
from bot.nlu import encoder
from bot.offices.countries import UNION, UNION_MEMBERS, is_country

CRISIS = "crisis"  # the category of texts for danger: said by triage, never found by a question
STATUSES = ("draft", "review", "published")
REVIEWS = ("drafted", "reviewed")
_STANDING_KEYS = ("status", "review", "sources", "facts", "checked_on", "review_due")
_ANSWER_KEYS = ("sms", "chat", *_STANDING_KEYS)
_TOPIC_KEYS = (
    *("topic", "category", "sensitive", "need", "position", "titles", "answers", "country_answers", "questions"),
    *_STANDING_KEYS,
)
_ID = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_.:/-]{0,63}")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_ -]{0,31}")
_LOCALE = regex.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")


@dataclass(frozen=True, slots=True)
class Standing:
    """What an answer rests on. Said for a whole topic, and for one answer where that differs."""

    status: str = "published"
    review: str = "drafted"
    sources: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    checked_on: date | None = None
    review_due: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    locale: str
    country: str | None
    sms: str
    chat: str
    standing: Standing = Standing()  # frozen, and nothing changes its lists


@dataclass(frozen=True, slots=True)
class Example:
    locale: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """One topic as a file describes it."""

    id: str
    file: str
    line: int
    category: str = "general"
    need: str = "general"
    sensitive: bool = False
    position: int = 0
    titles: dict[str, str] = field(default_factory=dict)
    answers: tuple[AnswerDraft, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(slots=True)
class Problems:
    """Sentences about one file, each with its line."""

    file: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, sentence: str, line: int = 0) -> None:
        self.errors.append(self._located(sentence, line))

    def warn(self, sentence: str, line: int = 0) -> None:
        self.warnings.append(self._located(sentence, line))

    def _located(self, sentence: str, line: int) -> str:
        return f"{self.file}:{line}: {sentence}" if line else f"{self.file}: {sentence}"


def topics_in(document: Document, problems: Problems, in_crisis_folder: bool) -> list[TopicDraft]:
    """All topics of a file: one, or a list under `topics`. What is wrong goes to `problems`."""
    for path in document.repeated:
        problems.error(f"The key {path[-1]!r} is written twice in the same place.", document.line(*path))
    data = document.data
    if not isinstance(data, dict):
        problems.error("The file must hold a topic (keys such as `topic` and `answers`) or a list under `topics`.", 1)
        return []
    if "topics" not in data:
        return [_Entry(document, (), problems, in_crisis_folder, 0).topic()]
    for key in data:
        if key != "topics":
            problems.error(f"The key {key!r} does not belong beside `topics`.", document.line(key))
    if not isinstance(data["topics"], list):
        problems.error("`topics` must be a list of topics.", document.line("topics"))
        return []
    entries = [_Entry(document, ("topics", n), problems, in_crisis_folder, n) for n in range(len(data["topics"]))]
    return [entry.topic() for entry in entries]


class _Entry:
    """One topic being read. Every method returns something usable, so that all problems are found in one go."""

    def __init__(
        self, document: Document, path: tuple[Hashable, ...], problems: Problems, in_crisis_folder: bool, position: int
    ) -> None:
        self._document, self._path, self._problems = document, path, problems
        self._in_crisis_folder, self._position = in_crisis_folder, position
        data: Any = document.data
        for step in path:
            data = data[step]
        if not isinstance(data, dict):
            self._error("This must be a topic with keys such as `topic` and `answers`.")
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}

    def topic(self) -> TopicDraft:
        self._known(self._data, _TOPIC_KEYS)
        standing = self._standing((), Standing())
        answers = (*self._answers(("answers",), None, standing), *self._country_answers(standing))
        if not answers:
            self._error("The topic has no answer: write `answers`, then a language, then `sms` or `chat`.", "answers")
        return TopicDraft(
            id=self._id(),
            file=self._problems.file,
            line=self._document.line(*self._path),
            category=self._category(),
            need=self._word("need", "general"),
            sensitive=self._flag("sensitive"),
            position=self._whole("position", self._position),
            titles=self._titles(),
            answers=answers,
            examples=self._examples(),
        )

    def _standing(self, path: tuple[Hashable, ...], around: Standing) -> Standing:
        """The standing written at a place; what is not written there is as in the topic around it."""
        checked_on = self._day(*path, "checked_on") or around.checked_on
        review_due = self._day(*path, "review_due") or around.review_due
        if checked_on and review_due and review_due < checked_on:
            self._warn("`review_due` lies before `checked_on`.", *path, "review_due")
        return Standing(
            status=self._one_of(STATUSES, around.status, *path, "status"),
            review=self._one_of(REVIEWS, around.review, *path, "review"),
            sources=[text for _, text in self._items(*path, "sources")] or around.sources,
            facts=[text for _, text in self._items(*path, "facts")] or around.facts,
            checked_on=checked_on,
            review_due=review_due,
        )

    def _error(self, sentence: str, *path: Hashable) -> None:
        self._problems.error(sentence, self._document.line(*self._path, *path))

    def _warn(self, sentence: str, *path: Hashable) -> None:
        self._problems.warn(sentence, self._document.line(*self._path, *path))

    def _known(self, data: dict[str, Any], known: tuple[str, ...], *path: Hashable) -> None:
        for key in data:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}."
                self._error(f"The key {key!r} is unknown; {hint}", *path, key)

    def _value(self, *path: Hashable) -> Any:
        value: Any = self._data
        for step in path:
            if isinstance(value, list) and isinstance(step, int):
                value = value[step]
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value

    def _text(self, *path: Hashable) -> str:
        """The text at a place within this topic; empty where there is none."""
        value = self._value(*path)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._error(f"`{path[-1]}` must be text.", *path)
            return ""
        if texts.is_unusable(value):
            self._error(f"`{path[-1]}` holds control characters that no phone can show.", *path)
        return value.strip()

    def _map(self, *path: Hashable) -> dict[str, Any]:
        value = self._value(*path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._error(f"`{path[-1]}` must hold keys with values.", *path)
            return {}
        return value

    def _id(self) -> str:
        text = self._text("topic")
        if not text:
            self._error("The key `topic` is missing: the id by which this topic is known everywhere.", "topic")
        elif not _ID.fullmatch(text):
            self._error(f"The id {text!r} must be one word of letters, digits and _ . : / - (at most 64).", "topic")
        return text

    def _word(self, key: str, default: str) -> str:
        text = self._text(key) or default
        if not _WORD.fullmatch(text):
            self._error(f"`{key}` must be a short name of at most 32 letters, not {text[:40]!r}.", key)
        return text

    def _category(self) -> str:
        category = self._word("category", CRISIS if self._in_crisis_folder else "general")
        if self._in_crisis_folder and category != CRISIS:
            self._error(f"A topic in the folder crisis has the category {CRISIS}, not {category!r}.", "category")
        return category

    def _one_of(self, allowed: tuple[str, ...], default: str, *path: Hashable) -> str:
        text = self._text(*path) or default
        if text not in allowed:
            self._error(f"`{path[-1]}` must be one of {', '.join(allowed)}, not {text!r}.", *path)
        return text

    def _flag(self, key: str) -> bool:
        text = self._text(key).lower()
        if text not in ("", "true", "yes", "on", "false", "no", "off"):
            self._error(f"`{key}` must be true or false, not {text!r}.", key)
        return text in ("true", "yes", "on")

    def _whole(self, key: str, default: int) -> int:
        text = self._text(key)
        if not regex.fullmatch(r"-?[0-9]{1,9}|", text):
            self._error(f"`{key}` must be a whole number, not {text!r}.", key)
            return default
        return int(text) if text else default

    def _day(self, *path: Hashable) -> date | None:
        text = self._text(*path)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._error(f"`{path[-1]}` must be a date such as 2026-11-24, not {text!r}.", *path)
            return None

    def _items(self, *path: Hashable) -> Iterator[tuple[int, str]]:
        """Line and text of each item of a list; one text alone counts as a list of one. Empty items are left out."""
        value = self._value(*path)
        if isinstance(value, list):
            positions = [((*path, n), self._text(*path, n)) for n in range(len(value))]
        else:
            positions = [(path, self._text(*path))]
        for place, text in positions:
            if text:
                yield self._document.line(*self._path, *place), text

    def _locale(self, text: str, *path: Hashable) -> str:
        """A language tag in the form we store: `pt_br` becomes `pt-BR`."""
        match = _LOCALE.fullmatch(text)
        if not match:
            self._error(f"{text!r} is no language code such as en, ar or pt-BR.", *path, text)
            return text[:16]
        language, script, region = match.groups()
        parts = (language.lower(), script.title() if script else "", region.upper() if region else "")
        return "-".join(part for part in parts if part)

    def _titles(self) -> dict[str, str]:
        named = {key: self._text("titles", key) for key in self._map("titles")}
        return {self._locale(key, "titles"): text for key, text in named.items() if text}

    def _answers(self, path: tuple[Hashable, ...], country: str | None, around: Standing) -> Iterator[AnswerDraft]:
        seen: set[str] = set()
        for key in self._map(*path):
            locale = self._locale(key, *path)
            if locale in seen:
                self._error(f"There are two answers in {locale}.", *path, key)
            seen.add(locale)
            draft = self._answer((*path, key), locale, country, around)
            if draft is not None:
                yield draft

    def _answer(self, path: tuple[Hashable, ...], locale: str, country: str | None, around: Standing) -> AnswerDraft | None:
        # A text in place of keys is the long text: a plain page needs no more.
        is_page = isinstance(self._value(*path), str)
        if not is_page:
            self._known(self._map(*path), _ANSWER_KEYS, *path)
        sms = "" if is_page else self._text(*path, "sms")
        chat = self._text(*path) if is_page else self._text(*path, "chat")
        standing = around if is_page else self._standing(path, around)
        if not sms and not chat:
            self._error(f"The answer in {locale} has neither `sms` nor `chat`.", *path)
            return None
        if sms and not texts.fits_sms(sms):
            self._warn(f"The `sms` text in {locale} is longer than an SMS answer should be.", *path, "sms")
        return AnswerDraft(locale, country, sms or texts.short_of(chat), chat or sms, standing)

    def _country_answers(self, around: Standing) -> Iterator[AnswerDraft]:
        named = {key: self._countries(key) for key in self._map("country_answers")}
        alone = {countries[0] for countries in named.values() if len(countries) == 1}
        seen: set[str] = set()
        for key, countries in named.items():
            # A country's own text goes before that of a group.
            meant = countries if len(countries) == 1 else [country for country in countries if country not in alone]
            twice = seen.intersection(meant)
            if twice:
                self._error(f"There are two texts for {', '.join(sorted(twice))}.", "country_answers", key)
            seen.update(meant)
            drafts = list(self._answers(("country_answers", key), None, around))
            for country in meant:
                yield from (replace(draft, country=country) for draft in drafts)

    def _countries(self, key: str) -> list[str]:
        """The countries a key names: GR, several such as "GR IT", or EU for every member of the European Union."""
        countries: dict[str, None] = {}
        for code in key.split() or [key]:
            members = sorted(UNION_MEMBERS) if code.upper() == UNION else [code.upper()]
            if not all(map(is_country, members)):
                self._error(f"{code!r} is no country code such as GR or TR (ISO 3166).", "country_answers", key)
                continue
            countries.update(dict.fromkeys(members))
        return list(countries)

    def _examples(self) -> tuple[Example, ...]:
        examples: dict[tuple[str, str], Example] = {}
        for key in self._map("questions"):
            locale = self._locale(key, "questions")
            for line, text in self._items("questions", key):
                if encoder.guarded(text):
                    examples.setdefault((locale, texts.folded(text)), Example(locale, text, line))
                else:
                    self._problems.warn(f"The question {text[:40]!r} has no letters and is left out.", line)
        return tuple(examples.values())
