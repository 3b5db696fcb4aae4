"""Rows of a file against what is stored: first what would happen, then, if somebody agrees, exactly that and at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.offices import editing, fields
from bot.offices.editing import Differences
from bot.offices.fields import Problem
from bot.tables import Office

MOST_ROWS = 5000
_IDS_AT_ONCE = 500

Fate = Literal["new", "changed", "unchanged", "refused"]
FATES: tuple[Fate, ...] = ("refused", "changed", "new", "unchanged")


@dataclass(frozen=True, slots=True)
class Source:
    """One office of a file: its columns, and where it stands there (a line, or a place in the list)."""

    row: Mapping[str, str]
    line: int


@dataclass(slots=True)
class Line:
    """What would become of one office of the file."""

    line: int
    office_id: str
    name: str
    fate: Fate
    problems: list[Problem] = field(default_factory=list)  # why it is refused, or what to look at
    differences: Differences = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    version: int = 0  # of the stored office on which the differences rest


@dataclass(slots=True)
class Plan:
    lines: list[Line]

    def of(self, fate: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate == fate]

    @property
    def digest(self) -> str:
        """Changes when anything that would happen changes: what somebody agreed to is what is done."""
        said = [(line.line, line.office_id, line.fate, line.version, line.differences) for line in self.lines]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def plan(session: Session, sources: Iterable[Source], today: date, replace_verified: bool = False, lock: bool = False) -> Plan:
    """What each row would do. Nothing is stored.

    `replace_verified`: also change what a person has verified. `lock`: hold the offices, for `apply` in this transaction.
    """
    rows = list(sources)[:MOST_ROWS]
    ids = _ids(rows, today)
    stored = _stored(session, ids, lock)
    lines: list[Line] = []
    seen: set[str] = set()
    for source, office_id in zip(rows, ids, strict=True):
        line = _line(source, office_id, stored.get(office_id), today, replace_verified)
        if office_id in seen:
            _refuse(line, Problem("id", "id_twice", {"value": office_id[:40]}))
        seen.add(office_id)
        lines.append(line)
    return Plan(lines)


def apply(session: Session, agreed: Plan, author: str) -> list[tuple[Office, Fate, Differences]]:
    """Store the new and the changed, in the transaction of the plan. Returns what became of each."""
    done: list[tuple[Office, Fate, Differences]] = []
    changed = agreed.of("changed")
    stored = _stored(session, [line.office_id for line in changed])
    for line in changed:
        office = stored[line.office_id]
        done.append((office, "changed", editing.change(session, office, line.values, author)))
    for line in agreed.of("new"):
        office = editing.create(session, line.values, author, office_id=line.office_id)
        done.append((office, "new", {}))
    session.flush()
    return done


def _stored(session: Session, ids: Sequence[str], lock: bool = False) -> dict[str, Office]:
    wanted = sorted({one for one in ids if one})
    found: dict[str, Office] = {}
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        query = select(Office).where(Office.id.in_(wanted[start : start + _IDS_AT_ONCE])).order_by(Office.id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found |= {office.id: office for office in session.scalars(query)}
    return found


def _ids(rows: Sequence[Source], today: date) -> list[str]:
    """The rows' own ids. One without is called by its name and place, so that the same file finds it again next time."""
    said = [" ".join((source.row.get("id") or "").split()) for source in rows]
    taken = set(said)
    for place, source in enumerate(rows):
        if not said[place]:
            base = fields.made_id(fields.read(source.row, None, today).values)
            said[place] = _free(base, taken)
            taken.add(said[place])
    return said


def _free(base: str, taken: set[str]) -> str:
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(one for one in numbered if one not in taken)


def _line(source: Source, office_id: str, office: Office | None, today: date, replace_verified: bool) -> Line:
    reading = fields.read(source.row, office, today)
    line = Line(source.line, office_id[:80], _name(reading, office), "new" if office is None else "changed")
    line.values, line.problems = reading.values, list(reading.problems)
    if office is None and not fields.is_id(office_id):
        line.problems.append(Problem("id", "id_unreadable", {"value": office_id[:40]}))
    if any(not problem.is_doubt for problem in line.problems):
        line.fate = "refused"
    elif office is not None:
        _compare(line, office, replace_verified)
    return line


def _compare(line: Line, office: Office, replace_verified: bool) -> None:
    line.version = office.version
    line.differences = editing.differences(editing.snapshot(office), line.values)
    if not line.differences:
        line.fate = "unchanged"
    elif office.merged_into:
        _refuse(line, Problem("id", "merged_away", {"value": office.merged_into}))
    elif office.verified and not line.values.get("verified") and not replace_verified:
        _refuse(line, Problem("verified", "verified_stays"))
    elif office.verified and "verified" not in line.values:
        # What the file says, nobody has verified.
        line.values["verified"] = False
        line.differences = editing.differences(editing.snapshot(office), line.values)


def _refuse(line: Line, problem: Problem) -> None:
    line.fate = "refused"
    line.problems.append(problem)


def _name(reading: fields.Reading, office: Office | None) -> str:
    names: dict[str, str] = reading.values.get("names") or (office.names if office else {})
    return names.get("en") or next(iter(names.values()), "")
