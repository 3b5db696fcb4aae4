"""The test box: which topic a question would get, with scores and the nearest examples, and what would be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, post
from sqlalchemy.orm import Session

from bot import answers, examples, options
from bot.console import labels
from bot.console.access import entry
from bot.console.desk import Desk, Form, value
from bot.console.examples.words import Topics, languages
from bot.examples import Board, Trial
from bot.i18n import LANGUAGES
from bot.understanding import Outcome

LONGEST = 1000  # characters of a message that is tried


@dataclass(frozen=True, slots=True)
class Said:
    """What a person would get who asks about the likeliest topic."""

    withheld: bool = False
    locale: str | None = None  # another language than theirs


def shown(desk: Desk, session: Session, board: Board, text: str, locale: str | None) -> dict[str, Any]:
    """What examples/trial.html needs."""
    trial = examples.try_out(board, text, locale)
    return {"trial": trial, "gets": _said(desk, session, trial), "outcomes": Outcome, "dangers": labels.DANGER}


def _said(desk: Desk, session: Session, trial: Trial) -> Said:
    """Whether the answer would be said: it may be withheld because nobody has checked it for too long."""
    if trial.topic is None or trial.outcome is not Outcome.SURE:
        return Said()
    locale, grace = trial.locale or "en", options.number(session, "answer_grace_days")
    found = answers.find(session, trial.topic, locale, None, desk.now.date(), grace)
    if found is None:
        return Said(withheld=True)
    return Said(locale=found.answer.locale if found.is_fallback else None)


@post("/examples/test", status_code=200, **entry("editor"))
def test(desk: Desk, data: Form) -> Response[str]:
    text, locale = value(data, "text", LONGEST), value(data, "locale", 16)
    with desk.database.read() as session:
        topics = Topics(session, desk.locale)
        board = examples.current(session, desk.settings.models_dir)
        found = shown(desk, session, board, text, locale if locale in LANGUAGES else None) if text else {}
    return desk.page(
        "examples/trial.html" if desk.is_fragment else "examples/test.html",
        topics=topics,
        text=text,
        chosen=locale,
        languages=languages(desk, only_mine=False),
        longest=LONGEST,
        **({"trial": None} | found),
    )


HANDLERS = [test]
