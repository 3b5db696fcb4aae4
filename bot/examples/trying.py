"""What a text would get, as far as finding its topic goes: the same vectors, index and thresholds as in a conversation.

The act classifier, which only workers have, may still take the text for a greeting or a wish to talk to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.examples.board import Board, Neighbour
from bot.nlu import encoder, language
from bot.nlu.lexicon import Lexicon, danger_kind, load_lexicons
from bot.settings import ROOT
from bot.understanding import TOO_FAR, Outcome, judge

OFFERED = 3  # topics that "Did you mean" offers, as actions/answer.py does
CLOSE = 0.55  # nine in ten of the shipped examples lie farther than this from every other topic
_NEIGHBOURS = 3  # examples shown of each topic
_LISTED = 5  # topics


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic that a text may be about, with its nearest examples."""

    topic: str
    confidence: float
    neighbours: list[Neighbour]
    said: bool  # answered, or among those offered


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen to a text."""

    text: str
    locale: str | None
    detected: bool  # the locale is a guess, as for a person's first message
    outcome: Outcome
    nearness: float
    candidates: list[Candidate]
    unpublished: list[Neighbour]  # examples of topics without a published answer that lie nearer than any other
    danger: str | None  # words of danger are answered before anything else

    @property
    def topic(self) -> str | None:
        """The likeliest topic."""
        return self.candidates[0].topic if self.candidates else None


def try_out(board: Board, text: str, locale: str | None) -> Trial:
    """Costs one embedding (10-30 ms). Without a locale it is detected, as for a first message."""
    detected = locale is None
    if locale is None:
        locale = language.identify(text)[0]
    vector = encoder.embed([text])[0]
    ranked = tuple(board.index.rank(vector, locale, text=text))
    nearness = board.index.nearest(vector, locale)
    outcome = judge(ranked, nearness)
    similarities = board.nearness(vector, locale)
    candidates = [
        Candidate(r.topic, r.confidence, board.nearest(similarities, _NEIGHBOURS, topic=r.topic), place < _said(outcome))
        for place, r in enumerate(ranked[:_LISTED])
    ]
    closest = board.nearest(similarities, _NEIGHBOURS)
    drafts = [n for n in closest if not board.is_answered(n.example.topic) and n.nearness >= TOO_FAR]
    return Trial(text, locale, detected, outcome, round(nearness, 4), candidates, drafts, danger_kind(text, _lexicons()))


def _said(outcome: Outcome) -> int:
    return {Outcome.SURE: 1, Outcome.UNSURE: OFFERED}.get(outcome, 0)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a text would be a doubtful example of a topic."""

    own: Neighbour | None
    other: Neighbour


def doubt(board: Board, text: str, locale: str, topic: str) -> Doubt | None:
    """The nearest example of another topic, where the text lies nearer to it than to any of `topic`. None where all is well.

    A topic without examples has nothing to be near to: then only what lies close to another is doubtful.
    """
    similarities = board.nearness(encoder.embed([text])[0], locale)
    own, other = board.nearest(similarities, 1, topic=topic), board.nearest(similarities, 1, without=topic)
    if not other:
        return None
    needed = own[0].nearness if own else CLOSE
    return Doubt(own[0] if own else None, other[0]) if other[0].nearness > needed else None


@lru_cache(maxsize=1)
def _lexicons() -> dict[str, Lexicon]:
    return load_lexicons(ROOT / "data" / "lexicons")
