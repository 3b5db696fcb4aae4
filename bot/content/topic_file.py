"""One topic as its file says it, checked. Everything but `topic` and one answer has a default."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.channels import sms_text

KEYS = {
    "topic",
    "category",
    "sensitive",
    "need",
    "titles",
    "facts",
    "sources",
    "checked_on",
    "review_due",
    "status",
    "review",
    "answers",
    "country_answers",
    "questions",
    "position",
}
ANSWER_KEYS = {"sms", "chat", "sources", "facts", "checked_on", "review_due", "status", "review", "author"}
STATUSES = ("draft", "review", "published")
GSM_LIMIT, UCS_LIMIT = 306, 201  # two segments of GSM-7, three of UCS-2


class ContentError(ValueError):
    """Something in a content file is wrong; the message says what and where, in one sentence."""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """One answer of a file."""

    locale: str
    country: str | None
    sms: str
    chat: str
    status: str
    review: str
    sources: list[str]
    facts: list[str]
    checked_on: date | None
    review_due: date | None
    author: str | None


@dataclass(slots=True)
class TopicText:
    """One topic of a file."""

    id: str
    category: str
    need: str
    sensitive: bool
    position: int | None
    titles: dict[str, str]
    answers: list[AnswerText]
    questions: list[tuple[str, str]]  # locale, text
    warnings: list[str] = field(default_factory=list)


def read(path: Path) -> list[TopicText]:
    """The topics of a file: one mapping, or a list under `topics`. Raises ContentError."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{path.name} is not readable YAML: {_first_line(error)}.") from error
    topics = data.get("topics") if isinstance(data, dict) and "topics" in data else [data]
    if not isinstance(topics, list) or not all(isinstance(t, dict) for t in topics):
        raise ContentError(f"{path.name} holds no topic: it must be a mapping with the key topic.")
    return [_topic(topic, path.name) for topic in topics]


def _topic(data: dict[str, Any], where: str) -> TopicText:
    name = str(data.get("topic") or "")
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
        raise ContentError(f"{where}: topic must be an id of letters, digits, _ . -, not {name!r}.")
    where = f"{where} ({name})"
    unknown = set(data) - KEYS
    if unknown:
        raise ContentError(f"{where}: unknown key {sorted(map(str, unknown))[0]!r}.")
    answers = _answers(data.get("answers"), None, data, where)
    for country, texts in _mapping(data.get("country_answers"), f"{where}: country_answers").items():
        if not re.fullmatch(r"[A-Z]{2}", str(country)):
            raise ContentError(f"{where}: country_answers names {country!r}, which is no two-letter country code.")
        answers += _answers(texts, str(country), data, where)
    if not answers:
        raise ContentError(f"{where}: it has no answer.")
    topic = TopicText(
        id=name,
        category=str(data.get("category") or "general"),
        need=str(data.get("need") or "general"),
        sensitive=bool(data.get("sensitive", False)),
        position=data.get("position"),
        titles={str(k): str(v) for k, v in _mapping(data.get("titles"), f"{where}: titles").items()},
        answers=answers,
        questions=_questions(data.get("questions"), where),
    )
    topic.warnings = [w for answer in answers if (w := _too_long(answer, where))]
    return topic


def _answers(texts: Any, country: str | None, topic: dict[str, Any], where: str) -> list[AnswerText]:
    return [
        _answer(str(locale), country, _mapping(text, f"{where}: answers.{locale}"), topic, f"{where}: answers.{locale}")
        for locale, text in _mapping(texts, f"{where}: answers").items()
    ]


def _answer(locale: str, country: str | None, text: dict[str, Any], topic: dict[str, Any], where: str) -> AnswerText:
    if not re.fullmatch(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*", locale):
        raise ContentError(f"{where}: {locale!r} is no language code such as en or pt-BR.")
    unknown = set(text) - ANSWER_KEYS
    if unknown:
        raise ContentError(f"{where}: unknown key {sorted(map(str, unknown))[0]!r}.")
    sms, chat = str(text.get("sms") or "").strip(), str(text.get("chat") or "").strip()
    if not sms and not chat:
        raise ContentError(f"{where}: neither sms nor chat is given.")
    status = str(text.get("status") or topic.get("status") or "published")
    if status not in STATUSES:
        raise ContentError(f"{where}: status must be one of {', '.join(STATUSES)}, not {status!r}.")

    def own(key: str) -> Any:
        return text.get(key, topic.get(key))

    return AnswerText(
        locale=locale,
        country=country,
        sms=sms or shortened(chat),
        chat=chat or sms,
        status=status,
        review=str(own("review") or "drafted"),
        sources=_strings(own("sources"), f"{where}: sources"),
        facts=_strings(own("facts"), f"{where}: facts"),
        checked_on=_day(own("checked_on"), f"{where}: checked_on"),
        review_due=_day(own("review_due"), f"{where}: review_due"),
        author=text.get("author"),
    )


def shortened(chat: str) -> str:
    """The first sentences of a long text that an SMS of two (GSM-7) or three (UCS-2) segments holds."""
    text = " ".join(chat.split())
    limit = GSM_LIMIT if sms_text.count(sms_text.economical(text[:GSM_LIMIT])).encoding == "gsm7" else UCS_LIMIT
    if len(text) <= limit:
        return text
    ends = [m.end() for m in re.finditer(r"[.!?؟።۔।](?=\s|$)", text[: limit + 1])]
    at = ends[-1] if ends and ends[-1] > limit // 3 else text.rfind(" ", 0, limit - 3)
    return text[: at if at > 0 else limit - 3].strip() + ("" if ends and at == ends[-1] else "...")


def _too_long(answer: AnswerText, where: str) -> str | None:
    counted = sms_text.count(sms_text.economical(answer.sms))
    most = 2 if counted.encoding == "gsm7" else 3
    if counted.segments <= most:
        return None
    return f"{where}: the sms text in {answer.locale} takes {counted.segments} segments, more than {most}."


def _questions(data: Any, where: str) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for locale, texts in _mapping(data, f"{where}: questions").items():
        for text in _strings(texts, f"{where}: questions.{locale}"):
            found[(str(locale), text.strip())] = None
    return [pair for pair in found if pair[1]]


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ContentError(f"{where} must be a mapping.")
    return value


def _strings(value: Any, where: str) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or any(isinstance(v, dict | list) for v in value):
        raise ContentError(f"{where} must be a list of texts.")
    return [str(v) for v in value if v is not None]


def _day(value: Any, where: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ContentError(f"{where} must be a date such as 2026-11-24, not {value!r}.") from None


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f" in line {mark.line + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or type(error).__name__}{line}"
