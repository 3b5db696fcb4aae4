"""One office: its form with a live preview, saved so that nobody overwrites what somebody else has just changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, i18n
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, whole
from bot.console.offices import form, presence, seeing, words
from bot.console.offices.form import Filled
from bot.console.offices.listing import ROLES, address
from bot.console.texts import N_
from bot.i18n import LANGUAGES
from bot.offices import duplicates, editing, filtering
from bot.offices.countries import is_country
from bot.offices.editing import FIELDS, Differences
from bot.offices.fields import EVERYWHERE, Problem, Reading
from bot.offices.listed import LISTED
from bot.tables import AuditEvent, Office

HISTORY = 30
SAVED = N_("Saved. The next message carries it.")
SAVED_BOTH = N_("Saved. {name} had changed other fields meanwhile; both changes are kept.")
ADDED = N_("The office is added. Contacts can be sent there from the next message on.")
NOTHING = N_("Nothing was changed.")


@get("/offices/new", **entry(*ROLES))
def new(desk: Desk) -> Response[str]:
    office = editing.blank()
    filled = form.of_office(office)
    # Nobody should get an office offered everywhere because a field was overlooked.
    filled.row["country"] = ""
    return _page(desk, None, filled, office)


@post("/offices/new", **entry(*ROLES))
def add(desk: Desk, data: Form) -> Response[str]:
    today = desk.now.date()
    filled = form.of_data(data, None)
    reading = form.read(filled, None, today)
    if _is_refused(reading, data):
        return _page(desk, None, filled, editing.preview(None, reading.values), reading, status=422)
    draft = editing.preview(None, reading.values)
    with desk.database.write() as session:
        known = not value(data, "sure") and bool(_pairs(session, draft))
        office = draft if known else editing.create(session, reading.values, desk.member.email)
        if not known:
            changes = editing.differences({}, {name: getattr(office, name) for name in FIELDS if getattr(office, name)})
            audit.add(session, desk.member.email, "office.added", "office", office.id, changes=changes, version=office.version)
    if known:
        reading.problems.append(Problem("name", "already_there"))
        return _page(desk, None, filled, draft, reading, status=422)
    return desk.go(address(office), desk.text(ADDED))


@get("/offices/edit/{office_id:str}", **entry(*ROLES))
def edit(desk: Desk, office_id: str) -> Response[str]:
    with desk.database.read() as session:
        office = session.get(Office, office_id) or desk.missing()
    return _page(desk, office, form.of_office(office), office)


@post("/offices/edit/{office_id:str}", **entry(*ROLES))
def save(desk: Desk, office_id: str, data: Form) -> Response[str]:
    with desk.database.write() as session:
        office = editing.locked(session, office_id) or desk.missing()
        filled = form.of_data(data, office)
        reading = form.read(filled, office, desk.now.date())
        outcome = Outcome() if _is_refused(reading, data) else _store(session, desk, office, filled, reading, data)
        _note(session, desk, office, outcome.found or {})
    if outcome.merged is None:
        return _page(desk, office, filled, editing.preview(office, reading.values), reading, status=422)
    if outcome.found is None:
        mine = editing.preview(office, outcome.merged.values)
        return _page(desk, office, _again(mine, office), mine, merged=outcome.merged, status=409)
    said = SAVED_BOTH if outcome.found and outcome.merged.theirs else SAVED if outcome.found else NOTHING
    return desk.go(address(office), desk.text(said, name=outcome.author))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a save. No `merged`: the form was wrong. No `found`: the editor has to choose first."""

    merged: editing.Merged | None = None
    found: Differences | None = None
    author: str = ""  # who had saved before


def _store(session: Session, desk: Desk, office: Office, filled: Filled, reading: Reading, data: Mapping[str, Any]) -> Outcome:
    """Store the form over what is stored by now, unless both changed the same field and nobody has chosen yet."""
    now = {name: getattr(office, name) for name in FIELDS}
    # The form is as new as what is stored: whatever it says is a change on purpose, and choices made are carried out.
    base = form.base_of(filled) if office.version != filled.version else now
    merged = editing.merge_edits(base, reading.values, now)
    chosen = form.settled(merged, data, office)
    if chosen is None:
        return Outcome(merged)
    author = office.author or ""
    return Outcome(merged, editing.change(session, office, chosen, desk.member.email), author)


@post("/offices/preview", **entry(*ROLES))
def preview(desk: Desk, data: Form) -> Response[str]:
    """The form as it stands, as contacts would read it. Nothing is stored."""
    with desk.database.read() as session:
        stored = session.get(Office, value(data, "office_id", 80)) if value(data, "office_id", 80) else None
        filled = form.of_data(data, stored)
        reading = form.read(filled, stored, desk.now.date())
        wrong = {form.COLUMN_OF.get(problem.column, problem.column) for problem in reading.errors}
        office = editing.preview(stored, reading.values)
        seen = seeing.see(session, desk, office, value(data, "preview_locale", 16) or desk.locale)
        pairs = _pairs(session, office)
    return desk.page("offices/preview.html", seen=seen, pairs=pairs, wrong=len(wrong), words_of=words)


@post("/offices/edit/{office_id:str}/here", **entry(*ROLES))
def here(desk: Desk, office_id: str, data: Form) -> Response[str]:
    """The page says that it is open, and learns who else has it open and who has saved meanwhile."""
    with desk.database.write() as session:
        office = session.get(Office, office_id) or desk.missing()
        presence.here(session, office.id, desk.member.id, desk.now)
        names = presence.others(session, office.id, desk.member.id, desk.now)
    saved_by = office.author if office.version != whole(data, "version") else ""
    return desk.page("offices/here.html", names=names, saved_by=saved_by or "")


def _is_refused(reading: Reading, data: Mapping[str, Any]) -> bool:
    """Errors always; doubts until the editor says that it is right all the same."""
    return bool(reading.errors) or (bool(reading.doubts) and not value(data, "sure"))


def _again(mine: Office, now: Office) -> Filled:
    """The form after somebody else has saved: it starts from what is stored now."""
    again, stored = form.of_office(mine), form.of_office(now)
    again.base, again.version = stored.base, now.version
    return again


def _note(session: Session, desk: Desk, office: Office, found: Differences) -> None:
    if found:
        audit.add(session, desk.member.email, "office.changed", "office", office.id, changes=found, version=office.version)


def _page(
    desk: Desk,
    stored: Office | None,
    filled: Filled,
    shown: Office,
    reading: Reading | None = None,
    merged: editing.Merged | None = None,
    status: int = 200,
) -> Response[str]:
    with desk.database.read() as session:
        seen = seeing.see(session, desk, shown, desk.locale)
        pairs = _pairs(session, shown) if stored is None or stored.status != "defunct" else []
        history = _history(session, desk, stored) if stored else []
        kinds = words.kinds(desk, [*filtering.kinds(session), shown.kind])
        into = editing.resolve(session, stored.id) if stored and stored.merged_into else None
    problems = reading.problems if reading else []
    return desk.page(
        "offices/edit.html",
        status=status,
        office=stored,
        title=words.name(stored, desk.locale) if stored else desk.text(N_("New office")),
        filled=filled,
        errors=words.problems(desk, problems),
        wrong=[(words.field_of(desk, problem.column), words.problem(desk, problem), problem) for problem in problems],
        doubtful=bool(problems) and all(problem.is_doubt for problem in problems),
        merged=_conflicts(desk, merged),
        seen=seen,
        pairs=pairs,
        history=history,
        into=into,
        choices=_choices(desk, kinds),
        locales=form.locales(shown),
        words_of=words,
        EVERY=presence.EVERY,
        column=form.column,
    )


def _choices(desk: Desk, kinds: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    every = [("", desk.text(N_("Choose a country"))), (EVERYWHERE, words.country(desk, None)), ("EU", desk.words.country("EU"))]
    codes = [code for code in i18n.cldr("en").territories if is_country(code)]
    return {
        "country": [*every, *sorted(((code, desk.words.country(code)) for code in codes), key=lambda pair: pair[1])],
        "kind": kinds,
        "need": words.needs(desk),
        "language": [(code, words.language(desk, code)) for code in LANGUAGES],
        "status": [(code, desk.text(title)) for code, title in words.STATUS.items()],
        "precision": [(code, desk.text(title)) for code, title in words.PRECISION.items()],
        "confidence": [(code, desk.text(title)) for code, title in words.CONFIDENCE.items()],
        "preview": [(code, words.language(desk, code)) for code in i18n.available()],
        "listed": [(text, text) for text in LISTED],
    }


def _pairs(session: Session, office: Office) -> list[tuple[duplicates.Pair, Office]]:
    """Offices that may be the same, with what speaks for it."""
    if not office.names:
        return []
    found = duplicates.of(session, office)
    rows = {row.id: row for row in session.scalars(select(Office).where(Office.id.in_([pair.second for pair in found])))}
    return [(pair, rows[pair.second]) for pair in found if pair.second in rows]


def _history(session: Session, desk: Desk, office: Office) -> list[dict[str, Any]]:
    query = select(AuditEvent).where(AuditEvent.kind == "office", AuditEvent.object_id == office.id)
    events = session.scalars(query.order_by(AuditEvent.id.desc()).limit(HISTORY))
    return [
        {
            "at": event.at,
            "actor": event.actor,
            "title": desk.text(words.ACTION.get(event.action, event.action)),
            "changes": words.changes(desk, event.detail.get("changes") or {}),
            "other": event.detail.get("other", ""),
        }
        for event in events
    ]


def _conflicts(desk: Desk, merged: editing.Merged | None) -> dict[str, Any]:
    """What both changed, and what was taken from the other: as lines of text."""
    if merged is None:
        return {}
    conflicts = [
        (name, desk.text(words.FIELD[name]), words.value(desk, name, theirs), words.value(desk, name, mine))
        for name, (theirs, mine) in merged.conflicts.items()
    ]
    theirs = words.changes(desk, {name: list(pair) for name, pair in merged.theirs.items()})
    return {"conflicts": conflicts, "theirs": theirs}
