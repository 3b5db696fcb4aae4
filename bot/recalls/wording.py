"""The words of a correction: what is published now, in each person's language, shaped for their phone."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import answers, channels, i18n, offices
from bot.channels.base import Part
from bot.i18n import N_, translate
from bot.messages import Reply
from bot.tables import Answer, Topic

CORRECTION = N_("Correction: {text}")
WITHDRAWN = N_("Correction: what we wrote to you about {topic} was not right. Please do not rely on it.")
CRISIS = "crisis"  # the category of texts for danger: these name the emergency numbers of a country


class Wording:
    """What each person is told, shaped for their phone. The same words are shaped once."""

    def __init__(self, session: Session, answer: Answer, texts: Mapping[str, str], home: str | None = None) -> None:
        self._session, self._answer, self._texts, self._home = session, answer, texts, home
        self._phrases: dict[tuple[str | None, str], str] = {}
        self._shaped: dict[tuple[str, bool], list[Part]] = {}

    def parts(self, plain: bool, locale: str | None, country: str | None) -> list[Part]:
        said = self.said(locale, country)
        key = (said, plain)
        if key not in self._shaped:
            self._shaped[key] = channels.shape(Reply(said), plain)
        return self._shaped[key]

    def said(self, locale: str | None, country: str | None) -> str:
        text = text_for(self._texts, locale, self._answer.locale)
        if "{emergency}" not in text:
            return text
        spoken = locale if locale and self._texts.get(locale) else self._answer.locale
        return i18n.fill(text, {"emergency": self._emergency(country or self._home, spoken)})

    def _emergency(self, country: str | None, locale: str) -> str:
        key = (country, locale)
        if key not in self._phrases:
            kind = self._answer.topic_id.removeprefix("crisis_")
            self._phrases[key] = offices.emergency_phrase(self._session, country, locale, kind=kind)
        return self._phrases[key]


def text_for(texts: Mapping[str, str], locale: str | None, own: str) -> str:
    """The correction in a person's language, or else in the language of what they received."""
    return texts.get(locale or own) or texts[own]


def present(session: Session, answer: Answer) -> dict[str, Answer]:
    """What is said now on the topic and country of this answer, by locale; the text for everywhere where it has no other."""
    query = select(Answer).where(
        Answer.topic_id == answer.topic_id,
        Answer.status == "published",
        or_(Answer.country.is_(None), Answer.country == answer.country),
    )
    # A country's own text comes last and so replaces the general one.
    rows = sorted(session.scalars(query), key=lambda row: (row.country is not None, row.version, row.id))
    return {row.locale: row for row in rows}


def suggested(answer: Answer, topic: Topic, published: Mapping[str, Answer]) -> dict[str, str]:
    """The correction by locale: the text that is published now, said to be one. A withdrawn text is at least taken back."""
    texts = {locale: translate(locale, CORRECTION, text=row.sms.strip()) for locale, row in published.items()}
    if answer.locale not in texts:
        texts[answer.locale] = translate(answer.locale, WITHDRAWN, topic=answers.title(topic, answer.locale))
    return texts


def is_fixed(topic: Topic) -> bool:
    """True where nobody may word a correction alone: it then says what two people have approved, and nothing else."""
    return topic.sensitive or topic.category == CRISIS
