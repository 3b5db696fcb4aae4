"""Duplicates: pairs that may be one office, compared side by side and made one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from litestar import Response, get, post
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import audit, teams
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, whole
from bot.console.offices import words
from bot.console.offices.listing import PATH, ROLES, address
from bot.console.texts import N_
from bot.offices import duplicates
from bot.offices.duplicates import JOINABLE, TEXTS_BY_LOCALE, Choice
from bot.offices.editing import FIELDS, locked
from bot.tables import Office, Referral

PAGE = 25
CHANGED = N_("Somebody changed one of the two meanwhile. Nothing was joined; look at them again.")
NOT_BOTH = N_("Only two offices that are not yet joined can be made one.")
JOINED = N_("The two are one now. What pointed to {name} leads to this office.")
APART = N_("Noted: these are two offices.")
# What follows from joining, and is not chosen.
_NOT_CHOSEN = frozenset({"status", "closed_until"})
PLACE = ("lat", "lon", "precision")  # chosen together: half of a point is somewhere else


@get("/offices/duplicates", **entry(*ROLES))
def overview(desk: Desk, page: int = 1) -> Response[str]:
    page = max(1, page)
    with desk.database.read() as session:
        found = duplicates.candidates(session)
        pairs = found[(page - 1) * PAGE : page * PAGE]
        ids = {one for pair in pairs for one in (pair.first, pair.second)}
        rows = {row.id: row for row in session.scalars(select(Office).where(Office.id.in_(ids)))}
    return desk.page(
        "offices/duplicates.html",
        pairs=[(pair, rows[pair.first], rows[pair.second]) for pair in pairs if pair.first in rows and pair.second in rows],
        page=page,
        more=len(found) > page * PAGE,
        total=len(found),
        words_of=words,
    )


@get("/offices/merge", **entry(*ROLES))
def compare(desk: Desk, one: str, other: str) -> Response[str]:
    """Both side by side; `one` stays."""
    with desk.database.read() as session:
        kept, away = _both(session, desk, one, other)
        left = _left_behind(session, away)
    return desk.page("offices/merge.html", kept=kept, other=away, rows=_rows(desk, kept, away), left=left, words_of=words)


@post("/offices/merge", **entry(*ROLES))
def merge(desk: Desk, data: Form) -> Response[str]:
    with desk.database.write() as session:
        kept, away = _both(session, desk, value(data, "one", 80), value(data, "other", 80), lock=True)
        if (kept.version, away.version) != (whole(data, "one_version"), whole(data, "other_version")):
            desk.refuse(CHANGED, 409)
        of_kept, of_away = duplicates.merge(session, kept, away, _choices(data), desk.member.email)
        _note(session, desk, "office.merged", kept, other=away.id, changes=of_kept)
        _note(session, desk, "office.merged_away", away, other=kept.id, changes=of_away)
    return desk.go(address(kept), desk.text(JOINED, name=words.name(away, desk.locale)))


@post("/offices/duplicates/apart", **entry(*ROLES))
def keep_apart(desk: Desk, data: Form) -> Response[str]:
    with desk.database.write() as session:
        one, other = _both(session, desk, value(data, "one", 80), value(data, "other", 80))
        duplicates.keep_apart(session, one.id, other.id)
        _note(session, desk, "office.kept_apart", one, other=other.id)
        _note(session, desk, "office.kept_apart", other, other=one.id)
    return desk.go(f"{PATH}/duplicates", desk.text(APART))


def _both(session: Session, desk: Desk, one: str, other: str, lock: bool = False) -> tuple[Office, Office]:
    """Two different offices that are in no chain of duplicates yet. Held in the order of their ids, so that two never wait."""
    if one == other:
        desk.refuse(NOT_BOTH)
    found = {name: locked(session, name) if lock else session.get(Office, name) for name in sorted((one, other))}
    kept, away = found[one] or desk.missing(), found[other] or desk.missing()
    if kept.merged_into or away.merged_into or kept.status == "defunct":
        desk.refuse(NOT_BOTH)
    return kept, away


def _choices(data: Mapping[str, Any]) -> dict[str, Choice]:
    said = {name: value(data, f"take_{'place' if name in PLACE else name}", 8) for name in FIELDS if name not in _NOT_CHOSEN}
    return {name: cast(Choice, choice) for name, choice in said.items() if choice in ("kept", "other", "both")}


def _rows(desk: Desk, kept: Office, away: Office) -> list[dict[str, Any]]:
    """Each field of both, as lines of text, and what is proposed: what one lacks, it gets."""
    rows = []
    for name in FIELDS:
        own, theirs = getattr(kept, name), getattr(away, name)
        if name == "lat" and not (kept.lat is None and away.lat is None):
            sides = _place(desk, kept), _place(desk, away)
            proposed: Choice = "other" if kept.lat is None else "kept"
            rows.append(_row(desk, "place", sides, proposed, sides[0] == sides[1]))
        elif name not in (*PLACE, *_NOT_CHOSEN) and (own or theirs or name == "country"):
            joinable = name in JOINABLE or name in TEXTS_BY_LOCALE
            sides = words.value(desk, name, own), words.value(desk, name, theirs)
            rows.append(_row(desk, name, sides, _proposed(name, own, theirs, joinable), own == theirs, joinable))
    return rows


def _row(
    desk: Desk, name: str, sides: tuple[list[str], list[str]], proposed: Choice, same: bool, joinable: bool = False
) -> dict[str, Any]:
    title = desk.text(words.FIELD[name])
    own, theirs = sides
    return {"name": name, "title": title, "kept": own, "other": theirs, "chosen": proposed, "same": same, "joinable": joinable}


def _place(desk: Desk, office: Office) -> list[str]:
    if office.lat is None:
        return []
    return [f"{office.lat}, {office.lon}", *words.value(desk, "precision", office.precision)]


def _proposed(name: str, own: Any, theirs: Any, joinable: bool) -> Choice:
    if name != "country" and own in (None, "", [], {}):
        return "other"
    return "both" if joinable and theirs else "kept"


def _left_behind(session: Session, away: Office) -> dict[str, Any]:
    """What points to the office that goes: teams that serve it, and open cases."""
    cases = select(func.count()).where(Referral.office_id == away.id, Referral.state != "closed")
    return {
        "teams": [team.name for team in teams.all_teams(session) if away.id in team.offices],
        "cases": session.scalar(cases) or 0,
    }


def _note(session: Session, desk: Desk, action: str, office: Office, **detail: Any) -> None:
    audit.add(session, desk.member.email, action, "office", office.id, version=office.version, **detail)
