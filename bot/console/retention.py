"""Data kept: for how long, how much there is, what would be emptied now; and a person's own data, at their request."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, erasing, options
from bot.console import amounts, person_data
from bot.console.access import entry
from bot.console.desk import Desk, Form, value
from bot.console.texts import N_
from bot.db import utcnow
from bot.tables import AuditEvent, Contact, Referral

ASKED = {
    "message": N_("By a message to us"),
    "letter": N_("By letter or e-mail"),
    "in_person": N_("In person or by phone"),
    "other": N_("In another way"),
}
KINDS = {
    "inbox": N_("Messages that people wrote"),
    "outbox": N_("Messages that were sent to people"),
    "cases": N_("Cases, with notes and history"),
    "unanswered": N_("Questions that were not answered"),
    "conversations": N_("What the assistant remembers of conversations"),
    "contacts": N_("People's addresses"),
    "audit": N_("Audit events"),
}
NOT_FOUND = N_("Nothing is kept under this number.")
DIFFERENT = N_("The two numbers differ. Nothing was done.")


@get("/retention", **entry("admin"))
def overview(desk: Desk, count: bool = False) -> Response[str]:
    """The amounts take a moment to count, so the page asks for them afterwards; `count` is for browsers without JavaScript."""
    with desk.database.read() as session:
        now_set = options.everything(session)
        last = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "retention.emptied").order_by(AuditEvent.id.desc()).limit(1)
        ).first()
        counted = _count(session, now_set) if count else None
    return desk.page("retention/retention.html", options=now_set, last=last, counted=counted, kinds=KINDS)


@get("/retention/amounts", **entry("admin"))
def amounts_part(desk: Desk) -> Response[str]:
    if not desk.is_fragment:
        return desk.go("/console/retention?count=1")
    with desk.database.read() as session:
        now_set = options.everything(session)
        counted = _count(session, now_set)
    return desk.page("retention/amounts.html", options=now_set, counted=counted, kinds=KINDS)


def _count(session: Session, now_set: dict[str, Any]) -> dict[str, Any]:
    now = utcnow()
    messages, cases = (now - timedelta(days=int(now_set[name])) for name in ("retention_days", "case_retention_days"))
    return {"kept": amounts.kept(session, now), "due": amounts.due(session, messages, cases)}


@post("/retention/person", **entry("admin"))
def find(desk: Desk, data: Form) -> Response[str]:
    """Posted, so that the number stands in no address and no log."""
    address = value(data, "address", 120)
    if not address:
        return desk.go("/console/retention", desk.text(N_("Write a phone number or the number of a chat.")))
    with desk.database.write() as session:
        people = person_data.find(session, address, desk.settings.country)
        audit.add(session, desk.member.email, "contact.looked_up", "contact", _named(people), found=len(people))
    if not people:
        return desk.go("/console/retention", desk.text(NOT_FOUND))
    return _person_page(desk, address, "")


def _person_page(desk: Desk, address: str, problem: str) -> Response[str]:
    with desk.database.read() as session:
        people = person_data.find(session, address, desk.settings.country)
        ids = [contact.id for contact in people]
        cases = list(session.scalars(select(Referral).where(Referral.contact_id.in_(ids)).order_by(Referral.id.desc())))
    return desk.page(
        "retention/person.html",
        status=422 if problem else 200,
        address=address,
        people=people,
        cases=cases,
        problem=problem,
        ways=[(name, desk.text(title)) for name, title in ASKED.items()],
    )


@post("/retention/export", **entry("admin"))
def export(desk: Desk, data: Form) -> Response[str]:
    """A file with everything that is kept about the person, for them."""
    address, problem = _confirmed(desk, data)
    if problem:
        return _person_page(desk, address, problem)
    with desk.database.write() as session:
        people = _people(desk, session, address)
        content = person_data.everything(session, people)
        audit.add(session, desk.member.email, "contact.exported", "contact", _named(people), asked=_way(data))
    name = f"waymark-person-{utcnow():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(
        json.dumps(content, ensure_ascii=False, indent=2), media_type="application/json", status_code=200, headers=headers
    )


@post("/retention/erase", **entry("admin"))
def erase(desk: Desk, data: Form) -> Response[str]:
    """Remove it all. The last word to the person, where it is wanted, leaves before their address goes."""
    address, problem = _confirmed(desk, data)
    if problem:
        return _person_page(desk, address, problem)
    tell = value(data, "tell") == "1"
    with desk.database.write() as session:
        people = _people(desk, session, address)
        cases = sum(erasing.erase_contact(session, contact, desk.member.email, tell=tell) for contact in people)
        audit.add(
            session, desk.member.email, "contact.erased", "contact", _named(people), asked=_way(data), cases=cases, told=tell
        )
    return desk.go(
        "/console/retention", desk.text(N_("What was kept about this person is erased. Their address goes in a moment."))
    )


def _confirmed(desk: Desk, data: Form) -> tuple[str, str]:
    """The address, typed a second time: an export or erasure of somebody else cannot be taken back."""
    address, again, country = value(data, "address", 120), value(data, "again", 120), desk.settings.country
    same = bool(address) and person_data.normalised(address, country) == person_data.normalised(again, country)
    return address, "" if same else desk.text(DIFFERENT)


def _people(desk: Desk, session: Session, address: str) -> list[Contact]:
    people = person_data.find(session, address, desk.settings.country)
    if not people:
        desk.refuse(NOT_FOUND)
    return people


def _named(people: list[Contact]) -> str:
    """The contacts' row numbers: they say nothing to anybody once the rows are gone."""
    return ",".join(str(contact.id) for contact in people)


def _way(data: Form) -> str:
    way = value(data, "asked", 20)
    return way if way in ASKED else "other"


HANDLERS = [overview, amounts_part, find, export, erase]
