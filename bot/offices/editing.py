"""Offices changed by people: nothing is overwritten unseen, and a duplicate leads to the office it became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.offices import fields, schedule
from bot.offices.describing import local_time
from bot.offices.searching import is_closed
from bot.tables import Office

# What a person edits, in the order of the form, and what stands there before anybody wrote.
# `merged_into`, `author` and `version` follow from what they do.
_NEW: Mapping[str, Any] = {
    "organization": "",
    "names": {},
    "kind": "office",
    "needs": [],
    "country": None,
    "cities": [],
    "addresses": {},
    "lat": None,
    "lon": None,
    "precision": "country",
    "phones": [],
    "email": "",
    "url": "",
    "hours": "",
    "schedule": "",
    "holidays": [],
    "languages": [],
    "status": "active",
    "closed_until": None,
    "alert": "",
    "safety": "",
    "note": "",
    "confidence": "low",
    "source_url": "",
    "source_date": "",
    "checked_on": None,
    "review_due": None,
    "verified": False,
}
FIELDS = tuple(_NEW)
# What an unsure source says is looked at again sooner.
_REVIEW_DAYS, _REVIEW_DAYS_UNSURE = 182, 91
_LONGEST_CHAIN = 20

Snapshot = dict[str, Any]
Differences = dict[str, list[Any]]  # attribute → [before, after], as JSON can hold them


@dataclass(slots=True)
class Merged:
    """My form over what was stored meanwhile: `values` to store, and where both of us changed the same attribute."""

    values: Snapshot
    conflicts: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # attribute → (stored now, mine)
    theirs: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # attribute → (when I began, stored now)


def blank() -> Office:
    """An office that nobody has described yet; it is in no session."""
    return Office(id="", version=0, author=None, merged_into=None, **{name: _copy(value) for name, value in _NEW.items()})


def preview(stored: Office | None, values: Mapping[str, Any]) -> Office:
    """The office as it would be; it is in no session and changes nothing."""
    kept = {name: _copy(getattr(stored, name)) for name in FIELDS} if stored else {}
    told = {name: value for name, value in values.items() if name in FIELDS}
    return Office(id=stored.id if stored else "", **{**{k: _copy(v) for k, v in _NEW.items()}, **kept, **told})


def _copy(value: Any) -> Any:
    return type(value)(value) if isinstance(value, (list, dict)) else value


def snapshot(office: Office) -> Snapshot:
    """What a person edits, as JSON can hold it."""
    return {name: _plain(getattr(office, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else _copy(value)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    """Attributes that `after` names and says otherwise."""
    pairs = {name: [_plain(before.get(name)), _plain(after[name])] for name in FIELDS if name in after}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def locked(session: Session, office_id: str) -> Office | None:
    """The office as it is now, held until the transaction ends: two who save at once follow one another."""
    query = select(Office).where(Office.id == office_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def create(session: Session, values: Mapping[str, Any], author: str, office_id: str = "") -> Office:
    """A new office under the id, or under one made from its name."""
    told = {name: value for name, value in values.items() if name in FIELDS}
    made = Office(id=office_id or _free_id(session, values), version=1, author=author, **{**_NEW, **told})
    session.add(made)
    session.flush()
    return made


def _free_id(session: Session, values: Mapping[str, Any]) -> str:
    base = fields.made_id(values)
    taken = set(session.scalars(select(Office.id).where(Office.id.startswith(base, autoescape=True))))
    return next(name for number in range(1, len(taken) + 2) if (name := base if number == 1 else f"{base}-{number}") not in taken)


def change(session: Session, office: Office, values: Mapping[str, Any], author: str) -> Differences:
    """Store what differs and count the version up; an empty answer when nothing does."""
    found = differences(snapshot(office), values)
    for name in found:
        setattr(office, name, _copy(values[name]))
    if "status" in found and office.merged_into and office.status != "defunct":
        office.merged_into = None  # somebody has found that it is an office of its own after all
    if found:
        office.version += 1
        office.author = author
        session.flush()
    return found


def merge_edits(base: Mapping[str, Any], mine: Mapping[str, Any], now: Mapping[str, Any]) -> Merged:
    """Three versions into one: what only one of us changed is taken, what both changed is a conflict."""
    merged = Merged(values={})
    for name, value in mine.items():
        began, stored, said = _plain(base.get(name)), _plain(now.get(name)), _plain(value)
        merged.values[name] = value
        if stored in (began, said):
            continue
        if said == began:
            merged.theirs[name] = (began, stored)
            merged.values[name] = now.get(name)
        else:
            merged.conflicts[name] = (stored, said)
    return merged


def review_day(office: Office, today: date) -> date:
    return today + timedelta(days=_REVIEW_DAYS_UNSURE if office.confidence == "low" else _REVIEW_DAYS)


def confirm(session: Session, office: Office, today: date, author: str) -> Differences:
    """Somebody has made sure today that all of it is right."""
    return change(session, office, {"checked_on": today, "review_due": review_day(office, today), "verified": True}, author)


def resolve(session: Session, office_id: str | None) -> Office | None:
    """The office of an id, or the one that a merged duplicate became. What pointed to the duplicate still leads somewhere."""
    seen: set[str] = set()
    while office_id and office_id not in seen and len(seen) < _LONGEST_CHAIN:
        seen.add(office_id)
        found = session.get(Office, office_id)
        if found is None or not found.merged_into:
            return found
        office_id = found.merged_into
    return None


def is_open_now(office: Office, now: datetime) -> bool | None:
    """Whether its door or line is open at this moment; None where nobody can tell. `now` is aware."""
    if is_closed(office, now.date()) or office.status not in ("active", "temporarily closed"):
        return False
    local = local_time(office, now)
    if local is None:
        always = schedule.is_always(office.schedule) and not office.holidays
        return True if always else None
    return schedule.is_open(office.schedule, local, office.holidays or ())
