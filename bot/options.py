"""Settings that an admin changes while the product runs: safe ones only, each with its check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.db import utcnow
from bot.i18n import N_
from bot.tables import Option


class BadOption(ValueError):
    """The value cannot be used; the message is one sentence of the console's catalogue."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One option. `read` turns the text of a form into its value and raises BadOption."""

    name: str
    title: str
    explanation: str
    default: Any
    read: Callable[[str], Any]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.strip().isascii() or not text.strip().isdigit() or not low <= int(text) <= high:
            raise BadOption(N_("This must be a whole number between {low} and {high}."), {"low": low, "high": high})
        return int(text)

    return read


def _amount(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise BadOption(N_("This must be an amount such as 0.05."))
    return value


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise BadOption(N_("This must be a currency code of three letters, such as EUR."))
    return code


def _flag(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "yes", "on")


OPTIONS: tuple[Kind, ...] = (
    Kind(
        "retention_days",
        N_("Days that messages are kept"),
        N_("After this, the texts of messages are emptied. Messages of a person with an open case stay until it closes."),
        30,
        _whole(1, 3650),
    ),
    Kind(
        "case_retention_days",
        N_("Days that closed cases are kept"),
        N_("After this, what a closed case says about a person is emptied. That there was a case, and how it went, stays."),
        180,
        _whole(1, 3650),
    ),
    Kind(
        "answer_grace_days",
        N_("Days that an answer is still given after its review was due"),
        N_("After this, the assistant no longer says the answer until an editor has checked it."),
        90,
        _whole(0, 3650),
    ),
    Kind(
        "reopen_days",
        N_("Days within which a closed case can be reopened by the person"),
        N_("After this, a new case is opened."),
        30,
        _whole(0, 365),
    ),
    Kind(
        "segment_price",
        N_("Price of one SMS segment"),
        N_("Used to show what a text costs. 0 shows segments only."),
        0.0,
        _amount,
    ),
    Kind("currency", N_("Currency"), N_("Three letters, such as EUR."), "", _currency),
    Kind(
        "notify_email",
        N_("Tell caseworkers by e-mail"),
        N_("The mails hold a case number and no personal details."),
        True,
        _flag,
    ),
    Kind(
        "totp_for_admins",
        N_("Admins need a second factor"),
        N_("An admin without an authenticator app must set one up before going on."),
        False,
        _flag,
    ),
)
_BY_NAME = {kind.name: kind for kind in OPTIONS}


def get(session: Session, name: str) -> Any:
    """The option's value, or its default. Raises KeyError for a name that is no option."""
    kind = _BY_NAME[name]
    stored = session.scalars(select(Option.value).where(Option.name == name)).first()
    return kind.default if stored is None else stored


def everything(session: Session) -> dict[str, Any]:
    """All options, in one query."""
    stored = {row.name: row.value for row in session.scalars(select(Option))}
    return {kind.name: stored.get(kind.name, kind.default) for kind in OPTIONS}


def put(session: Session, name: str, text: str, author: str) -> Any:
    """Check and store what a form says; returns the value. Raises BadOption, or KeyError for a name that is no option."""
    value = _BY_NAME[name].read(text)
    row = session.get(Option, name)
    if row is None:
        session.add(Option(name=name, value=value, author=author, changed_at=utcnow()))
    else:
        row.value, row.author, row.changed_at = value, author, utcnow()
    session.flush()
    return value


def number(session: Session, name: str) -> int:
    return cast(int, get(session, name))
