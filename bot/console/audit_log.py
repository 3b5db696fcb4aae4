"""Audit: who saw or changed what. Read page by page, filtered, or exported whole; looking is itself an event."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from litestar import Response, get
from litestar.response import Stream
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.console.access import entry
from bot.console.audit_words import ACTIONS, KINDS
from bot.console.desk import Desk
from bot.console.texts import N_
from bot.db import Database, utcnow
from bot.tables import AuditEvent, Staff

PAGE = 50
BATCH = 500  # events fetched at a time while exporting
_RECENT = 2000  # events in which the actions to choose from are looked up
MAX_ID = 2**31  # larger numbers are no id of the database
_COLUMNS = ("id", "at", "actor", "action", "kind", "object_id", "detail")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the events are narrowed to; empty: all. `action` may be the beginning of one. Days are those of UTC."""

    actor: str = ""
    action: str = ""
    kind: str = ""
    object_id: str = ""
    since: str = ""
    until: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        same = ((AuditEvent.actor, self.actor), (AuditEvent.kind, self.kind), (AuditEvent.object_id, self.object_id))
        found: list[ColumnElement[bool]] = [column == wanted for column, wanted in same if wanted]
        if self.action:
            found.append(AuditEvent.action.startswith(self.action, autoescape=True))
        first, last = _day(self.since), _day(self.until)
        if first is not None:
            found.append(AuditEvent.at >= _midnight(first))
        if last is not None:
            found.append(AuditEvent.at < _midnight(last + timedelta(days=1)))
        return found

    def given(self) -> dict[str, str]:
        return {name: text for name, text in asdict(self).items() if text}


@get("/audit", **entry("admin"))
def overview(
    desk: Desk,
    actor: str = "",
    action: str = "",
    kind: str = "",
    object: str = "",
    since: str = "",
    until: str = "",
    before: int | None = None,
) -> Response[str]:
    """One page, the newest events first. Pages go by the events' numbers, so that new ones do not move them."""
    filters = _filters(actor, action, kind, object, since, until)
    with desk.database.write() as session:
        query = select(AuditEvent).where(*filters.conditions()).order_by(AuditEvent.id.desc()).limit(PAGE + 1)
        if before is not None and before < MAX_ID:
            query = query.where(AuditEvent.id < before)
        found = list(session.scalars(query))
        actors, actions, kinds = _choices(session)
        # Added after looking: a page does not show that it is being looked at.
        audit.add(session, desk.member.email, "audit.viewed", "audit", "", filters=filters.given())
    rows, more = found[:PAGE], len(found) > PAGE
    return desk.page(
        "audit/audit.html",
        rows=rows,
        filters=filters,
        next_before=rows[-1].id if more else None,
        is_first=before is None,
        actors=actors,
        actions=actions,
        kinds=[("", desk.text(N_("Everything"))), *((name, desk.text(KINDS.get(name, name))) for name in kinds)],
        titles=ACTIONS,
        kind_titles=KINDS,
        details=details,
        query=desk.request.url.query,
        problem=_problem(desk, filters),
    )


def _problem(desk: Desk, filters: Filters) -> str:
    wrong = [text for text in (filters.since, filters.until) if text and _day(text) is None]
    return desk.text(N_("{text} is no date, so it was left out."), text=wrong[0][:20]) if wrong else ""


def _choices(session: Session) -> tuple[list[str], list[str], list[str]]:
    """Accounts, and the actions and kinds of late, to choose from; bounded, whatever the number of events."""
    recent = select(AuditEvent.action, AuditEvent.kind).order_by(AuditEvent.id.desc()).limit(_RECENT).subquery()
    pairs = session.execute(select(recent.c.action, recent.c.kind).distinct()).all()
    actors = [*session.scalars(select(Staff.email).order_by(Staff.email)), audit.SYSTEM, audit.COMMAND_LINE]
    return actors, sorted({*ACTIONS, *(row.action for row in pairs)}), sorted({*KINDS, *(row.kind for row in pairs)})


@get("/audit/export.csv", **entry("admin"))
def export_csv(
    desk: Desk, actor: str = "", action: str = "", kind: str = "", object: str = "", since: str = "", until: str = ""
) -> Stream:
    """For a spreadsheet, the oldest event first."""
    filters = _filters(actor, action, kind, object, since, until)
    return _download(desk, filters, "csv", _csv(_events(desk.database, filters, _begin(desk, filters, "csv"))))


@get("/audit/export.jsonl", **entry("admin"))
def export_json(
    desk: Desk, actor: str = "", action: str = "", kind: str = "", object: str = "", since: str = "", until: str = ""
) -> Stream:
    """One JSON object a line, the oldest event first."""
    filters = _filters(actor, action, kind, object, since, until)
    return _download(desk, filters, "jsonl", _json_lines(_events(desk.database, filters, _begin(desk, filters, "jsonl"))))


def _begin(desk: Desk, filters: Filters, form: str) -> int:
    """Note the export; returns the number of the last event that belongs to it."""
    with desk.database.write() as session:
        last = session.scalar(select(func.max(AuditEvent.id))) or 0
        audit.add(session, desk.member.email, "audit.exported", "audit", "", form=form, filters=filters.given())
    return last


def _events(database: Database, filters: Filters, last: int) -> Iterator[list[AuditEvent]]:
    """The events in batches, each read in a transaction of its own: a slow download keeps nobody from writing."""
    after = 0
    while True:
        query = select(AuditEvent).where(AuditEvent.id > after, AuditEvent.id <= last, *filters.conditions())
        with database.read() as session:
            rows = list(session.scalars(query.order_by(AuditEvent.id).limit(BATCH)))
        if rows:
            yield rows
            after = rows[-1].id
        if len(rows) < BATCH:
            return


def _csv(batches: Iterator[list[AuditEvent]]) -> Iterator[str]:
    yield "\ufeff" + _line(_COLUMNS)  # the mark by which spreadsheets know UTF-8
    for rows in batches:
        yield "".join(_line([_harmless(str(cell)) for cell in _cells(row)]) for row in rows)


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet would run what begins like a formula (owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _cells(row: AuditEvent) -> list[Any]:
    detail = json.dumps(row.detail, ensure_ascii=False, sort_keys=True) if row.detail else ""
    return [row.id, row.at.isoformat(), row.actor, row.action, row.kind, row.object_id, detail]


def _json_lines(batches: Iterator[list[AuditEvent]]) -> Iterator[str]:
    for rows in batches:
        yield "".join(json.dumps(_as_json(row), ensure_ascii=False) + "\n" for row in rows)


def _as_json(row: AuditEvent) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COLUMNS} | {"at": row.at.isoformat()}


def _download(desk: Desk, filters: Filters, ending: str, content: Iterator[str]) -> Stream:
    media = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}[ending]
    name = f"waymark-audit-{utcnow():%Y-%m-%d}.{ending}"
    return Stream(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def details(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """What an event adds, as pairs of words: a change as before → after."""
    return [(name.replace("_", " "), _shown(given)) for name, given in detail.items() if given not in (None, "", [], {})]


def _shown(given: Any) -> str:
    if isinstance(given, dict) and set(given) == {"before", "after"}:
        return f"{_shown(given['before'])} → {_shown(given['after'])}"
    if isinstance(given, list):
        return ", ".join(map(_shown, given)) or "–"
    if isinstance(given, dict):
        return ", ".join(f"{name}: {_shown(one)}" for name, one in given.items()) or "–"
    return "–" if given in (None, "") else str(given)


def _filters(actor: str, action: str, kind: str, object_id: str, since: str, until: str) -> Filters:
    return Filters(
        actor=actor.strip()[:120].lower(),
        action=action.strip()[:40],
        kind=kind.strip()[:24],
        object_id=object_id.strip()[:80],
        since=since.strip()[:10],
        until=until.strip()[:10],
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


HANDLERS = [overview, export_csv, export_json]
