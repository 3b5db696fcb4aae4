"""What one message means: act, topic, crisis, places, language. The same for the worker, `parse` and the evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.nlu import encoder
from bot.nlu.parts import parts
from bot.nlu.places import PlaceMention, gazetteer
from bot.nlu.topics import Ranked, TopicIndex


class Outcome(StrEnum):
    """How sure retrieval is of its topic."""

    SURE = "sure"  # answer
    UNSURE = "unsure"  # "Did you mean 1 … 2 … 3 none of these"
    NOTHING = "nothing"  # say so, offer a person, record it


# What a message must reach to be answered, and to be offered as one of three. Set by `make evaluate`.
SURE = 0.5
UNSURE = 0.2
# A message that looks like small talk is answered only when a topic is this likely and this near.
SURE_AGAINST_SMALL_TALK = 0.85
NEAR_AGAINST_SMALL_TALK = 0.55
# The nearest example of a real question is nearly always closer than this.
TOO_FAR = 0.25
SHORT = 6  # words
CERTAIN = 0.9
# A question that names danger is calm where its topic is this clear and the danger less sure than that; not for topics whose
# own questions are close to a cry for help.
CLEARLY_ASKED = 0.9
DOUBTFUL_DANGER = 0.8
_CLOSE_TO_DANGER = frozenset(
    {"sea_distress", "child_missing", "gender_violence", "pregnancy", "desert_crossing", "health_emergency"}
)
ASKING = frozenset({"ask", "nlu_fallback"})
# Acts that a message may be mistaken for when it is a question about a topic.
_CLOSE_TO_ASKING = frozenset({"out_of_scope", "not_helpful", "more", "menu", "goodbye", "thank", "greet", "deny", "affirm"})
_NEVER_ASKING = frozenset({"inform_place", "find_office", "change_language", "crisis", "ask"})
_UNSURE_ACT = 0.45
# A sentence of a longer message must be this likely, and this near to an example, to be a need of its own.
SURE_OF_PART = 0.8
NEAR_FOR_PART = 0.45


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message, understood. `topics` best first; `outcome` says whether the first may be answered.

    `also` names a topic that another sentence of the message asked for.
    """

    text: str
    locale: str | None = None
    locale_confidence: float = 0.0
    act: str = "out_of_scope"
    act_confidence: float = 0.0
    topics: tuple[Ranked, ...] = ()
    outcome: Outcome = Outcome.NOTHING
    also: str | None = None
    crisis: str | None = None
    places: tuple[PlaceMention, ...] = ()
    parse: dict[str, Any] = field(default_factory=dict)

    @property
    def topic(self) -> str | None:
        """The topic that would be answered or offered first; None where the assistant would not answer."""
        answers = self.act in ASKING and self.outcome is not Outcome.NOTHING
        return self.topics[0].topic if answers and self.topics else None


def combine(text: str, parse: dict[str, Any], index: TopicIndex, country: str | None) -> Understanding:
    """Join what Rasa's pipeline says with what retrieval finds in the content of this moment."""
    act = str((parse.get("intent") or {}).get("name") or "out_of_scope")
    confidence = float((parse.get("intent") or {}).get("confidence") or 0.0)
    locale = parse.get("locale")
    written = str(parse.get("own_script") or text)
    vector = encoder.embed([written])[0]
    topics = tuple(index.rank(vector, locale, text=written, typed=text))
    nearness = index.nearest(vector, locale)
    needs = _needs(written, text, index, locale) if act in ASKING or act in _CLOSE_TO_ASKING else []
    if needs and judge(topics, nearness) is not Outcome.SURE:
        topics, nearness = needs[-1]
    places = tuple(gazetteer().find(text[:2000], country))
    crisis = parse.get("crisis")
    if crisis and _only_a_place(text, parse, places):
        crisis, act = None, "inform_place"
    elif crisis and _clearly_asked(parse, topics):
        crisis, act = None, "ask"
    if crisis is None:
        act = _reconsidered(act, confidence, topics, nearness)
    return Understanding(
        text=text,
        locale=locale,
        locale_confidence=float(parse.get("locale_confidence") or 0.0),
        act=act,
        act_confidence=confidence,
        topics=topics,
        outcome=judge(topics, nearness),
        also=next((ranked[0].topic for ranked, _ in reversed(needs) if ranked[0].topic != topics[0].topic), None),
        crisis=crisis,
        places=places,
        parse=parse,
    )


def _needs(written: str, typed: str, index: TopicIndex, locale: str | None) -> list[tuple[tuple[Ranked, ...], float]]:
    """The ranking of each sentence that surely asks for a topic, in order. Empty where there is one sentence only."""
    sentences, as_typed = parts(written), parts(typed)
    if len(as_typed) != len(sentences):
        as_typed = sentences
    found: list[tuple[tuple[Ranked, ...], float]] = []
    for sentence, letters, vector in zip(sentences, as_typed, encoder.embed(list(sentences)), strict=True):
        ranked = tuple(index.rank(vector, locale, text=sentence, typed=letters))
        nearness = index.nearest(vector, locale)
        if ranked and ranked[0].confidence >= SURE_OF_PART and nearness >= NEAR_FOR_PART:
            found.append((ranked, nearness))
    return found


def _only_a_place(text: str, parse: dict[str, Any], places: tuple[PlaceMention, ...]) -> bool:
    """ "No, I am in Patras": the classifier alone hears danger in short words around a place."""
    short = len(text.split()) <= SHORT
    return bool(places) and short and not parse.get("crisis_by_words") and float(parse.get("danger") or 0.0) < CERTAIN


def _clearly_asked(parse: dict[str, Any], topics: tuple[Ranked, ...]) -> bool:
    """ "My passport fell in the water": words of danger, but what is asked is plain."""
    if parse.get("crisis_by_words") or float(parse.get("danger") or 0.0) >= DOUBTFUL_DANGER or not topics:
        return False
    return topics[0].confidence >= CLEARLY_ASKED and topics[0].topic not in _CLOSE_TO_DANGER


def judge(topics: tuple[Ranked, ...], nearness: float) -> Outcome:
    if not topics or nearness < TOO_FAR:
        return Outcome.NOTHING
    if topics[0].confidence >= SURE:
        return Outcome.SURE
    return Outcome.UNSURE if topics[0].confidence >= UNSURE else Outcome.NOTHING


def _reconsidered(act: str, confidence: float, topics: tuple[Ranked, ...], nearness: float) -> str:
    """New topics need no retraining: what the classifier takes for small talk is a question if a topic fits it well."""
    if act in _NEVER_ASKING or not topics:
        return act
    sure = act in _CLOSE_TO_ASKING and topics[0].confidence >= SURE_AGAINST_SMALL_TALK and nearness >= NEAR_AGAINST_SMALL_TALK
    hesitant = confidence < _UNSURE_ACT and topics[0].confidence >= SURE and nearness >= TOO_FAR
    return "ask" if sure or hesitant else act
