"""One case: what it is about, what was said, what was done, and the steps that can be taken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers, audit, casework, notifications, referrals, teams
from bot.casework.queue import next_waiting
from bot.casework.writing import MAX_TEXT
from bot.console import labels
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, whole
from bot.console.texts import N_
from bot.tables import AuditEvent, Contact, Referral, Staff, Topic

CHANGED = N_("Somebody changed this case meanwhile. Look at it again, then repeat your step if it still fits.")
VIEW_COUNTS_FOR = timedelta(minutes=30)


def visible_case(desk: Desk, session: Session, referral_id: int, *, lock: bool = False) -> Referral:
    """The case, if this caseworker may see it. Raises 404 otherwise: that there is such a case is not theirs to know."""
    mine = (Referral.id == referral_id) & teams.visible(session, desk.member.id)
    query = select(Referral).where(mine)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    return found if found is not None else desk.missing()


@get("/cases/next", **entry("caseworker"))
def next_case(desk: Desk, but: int = 0) -> Response[str]:
    """The case that has waited longest among the most urgent."""
    with desk.database.read() as session:
        found = next_waiting(session, desk.member.id, but)
    if found is None:
        return desk.go("/console/cases", desk.text(N_("No case waits.")))
    return desk.go(f"/console/cases/{found.id}")


@get("/cases/by-number/{number:str}", **entry("caseworker"))
def by_number(desk: Desk, number: str) -> Response[str]:
    """Where a mail leads that names a case."""
    with desk.database.read() as session:
        mine = (Referral.number == number) & teams.visible(session, desk.member.id)
        referral_id = session.scalars(select(Referral.id).where(mine)).one_or_none()
    return desk.go(f"/console/cases/{referral_id}") if referral_id is not None else desk.missing()


@get("/cases/{referral_id:int}", **entry("caseworker"))
def case(desk: Desk, referral_id: int) -> Response[str]:
    return show(desk, referral_id)


def show(desk: Desk, referral_id: int, problem: str = "", draft: str = "", status: int = 200) -> Response[str]:
    """The page of a case. Looking at it is an audit event, and makes it read."""
    with desk.database.write() as session:
        found = visible_case(desk, session, referral_id)
        casework.mark_read(session, found, desk.member.id)
        audit.add(session, desk.member.email, "case.viewed", "case", str(found.id))
    with desk.database.read() as session:
        found = visible_case(desk, session, referral_id)
        return desk.page("cases/case.html", status=status, problem=problem, draft=draft, **_told(desk, session, found))


def _told(desk: Desk, session: Session, found: Referral) -> dict[str, Any]:
    contact = session.get(Contact, found.contact_id) if found.contact_id else None
    topic = session.get(Topic, found.topic_id) if found.topic_id else None
    assignee = session.get(Staff, found.assignee_id) if found.assignee_id else None
    said = casework.conversation(session, found)
    others = [row for row in teams.colleagues(session, found) if row.id != desk.member.id]
    earlier = referrals.of_contact(session, contact, 6) if contact is not None else []
    visible = set(
        session.scalars(
            select(Referral.id)
            .where(teams.visible(session, desk.member.id))
            .where(Referral.id.in_([row.id for row in earlier] or [0]))
        )
    )
    return {
        "case": found,
        "mine": found.assignee_id == desk.member.id and found.state == "taken",
        "assignee": assignee,
        "place": referrals.place_of(found),
        "topic": answers.title(topic, desk.locale) if topic is not None else "",
        "talk": said,
        "fingerprint": fingerprint(said),
        "reachable": contact is not None and contact.erase_at is None,
        "opted_out": contact is not None and contact.opted_out_at is not None,
        "blocked": contact is not None and contact.blocked_at is not None,
        "notes": list(found.notes),
        "events": list(found.events),
        "names": {row.email: row.name for row in session.scalars(select(Staff))},
        "colleagues": others,
        "others": [row for row in earlier if row.id != found.id and row.id in visible],
        "danger": next((event.detail for event in reversed(found.events) if event.kind == "danger"), ""),
        "late": found.promised_by is not None and found.promised_by < desk.now and found.state == "open",
        "labels": labels,
        "outcomes": [(name, desk.text(labels.OUTCOME[name])) for name in casework.OUTCOMES],
    }


def fingerprint(said: list[casework.Said]) -> str:
    """Changes with each new message and each news of a delivery."""
    parts = ";".join(f"{one.who}{one.row_id}{one.state}{one.retry_of}{one.kept}" for one in said)
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


@get("/cases/{referral_id:int}/conversation", **entry("caseworker"))
def conversation(desk: Desk, referral_id: int, known: str = "") -> Response[str]:
    """The conversation for a page that is open; nothing where it is as the page has it."""
    with desk.database.read() as session:
        found = visible_case(desk, session, referral_id)
        said = casework.conversation(session, found)
        watched = _viewed_lately(session, desk, found)
        present = fingerprint(said)
        if present == known:
            return Response("", status_code=204, media_type="text/html")
        flagged, version = found.flagged_at, found.version
        mine = found.assignee_id == desk.member.id and found.state == "taken"
        names = {row.email: row.name for row in session.scalars(select(Staff))}
    with desk.database.write() as session:
        found = visible_case(desk, session, referral_id)
        casework.mark_read(session, found, desk.member.id)
        if not watched:
            audit.add(session, desk.member.email, "case.viewed", "case", str(referral_id))
    return desk.page(
        "cases/conversation.html",
        case=found,
        talk=said,
        fingerprint=present,
        names=names,
        labels=labels,
        flagged=flagged,
        version=version,
        mine=mine,
        fresh=True,
    )


def _viewed_lately(session: Session, desk: Desk, found: Referral) -> bool:
    """The open page looks for news every few seconds: that is one view, not a thousand."""
    query = select(AuditEvent.id).where(
        AuditEvent.kind == "case",
        AuditEvent.object_id == str(found.id),
        AuditEvent.actor == desk.member.email,
        AuditEvent.action == "case.viewed",
        AuditEvent.at > desk.now - VIEW_COUNTS_FOR,
    )
    return session.scalar(query.limit(1)) is not None


Step = Callable[[Session, Referral, Staff], None]


def _step(desk: Desk, referral_id: int, step: Step, said: str, to: str = "") -> Response[str]:
    """Take a step on a case, or say that somebody was quicker."""
    try:
        with desk.database.write() as session:
            found = visible_case(desk, session, referral_id, lock=True)
            step(session, found, session.get_one(Staff, desk.member.id))
    except casework.Changed:
        return show(desk, referral_id, problem=desk.text(CHANGED), status=409)
    return desk.go(to or f"/console/cases/{referral_id}", said)


@post("/cases/{referral_id:int}/take", **entry("caseworker"))
def take(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    version = whole(data, "version") or 0
    said = desk.text(N_("The case is yours. The assistant is silent for this person now."))
    return _step(desk, referral_id, lambda session, found, by: casework.take(session, found, by, version), said)


@post("/cases/{referral_id:int}/hand-over", **entry("caseworker"))
def hand_over(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    version, to_id = whole(data, "version") or 0, whole(data, "to") or 0

    def step(session: Session, found: Referral, by: Staff) -> None:
        to = next((row for row in teams.colleagues(session, found) if row.id == to_id), None)
        if to is None:
            desk.refuse(N_("This colleague cannot take the case."))
        casework.hand_over(session, found, by, to, version)
        notifications.notify(session, "case.handed_over", found, desk.settings, but=by.id)

    return _step(desk, referral_id, step, desk.text(N_("Handed over.")), "/console/cases?view=mine")


@post("/cases/{referral_id:int}/return", **entry("caseworker"))
def return_to_queue(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    version = whole(data, "version") or 0
    said = desk.text(N_("The case waits for anybody again."))
    to = "/console/cases?view=mine"
    return _step(desk, referral_id, lambda session, found, by: casework.return_to_queue(session, found, by, version), said, to)


@post("/cases/{referral_id:int}/escalate", **entry("caseworker"))
def escalate(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    version, reason = whole(data, "version") or 0, value(data, "reason", 1000)

    def step(session: Session, found: Referral, by: Staff) -> None:
        casework.escalate(session, found, by, reason, version)
        notifications.notify(session, "case.escalated", found, desk.settings, but=by.id)

    return _step(desk, referral_id, step, desk.text(N_("Escalated. The team is told.")))


@post("/cases/{referral_id:int}/close", **entry("caseworker"))
def close(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    version, outcome = whole(data, "version") or 0, value(data, "outcome", 40)
    detail, message = value(data, "detail", 400), value(data, "message", MAX_TEXT)
    if outcome not in casework.OUTCOMES:
        desk.refuse(N_("Say how the case ended."))

    def step(session: Session, found: Referral, by: Staff) -> None:
        if message:
            if found.state == "open":
                casework.take(session, found, by, version)
                _write(desk, session, found, by, message)
                casework.close(session, found, by, outcome, detail, found.version)
                return
            _write(desk, session, found, by, message)
        casework.close(session, found, by, outcome, detail, version)

    return _step(desk, referral_id, step, desk.text(N_("The case is closed.")), "/console/cases?view=mine")


def _write(desk: Desk, session: Session, found: Referral, by: Staff, message: str) -> None:
    try:
        casework.write(session, found, by, message)
    except casework.CannotWrite as error:
        desk.refuse(labels.CANNOT_WRITE[error.code])


@post("/cases/{referral_id:int}/reopen", **entry("caseworker"))
def reopen(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    version = whole(data, "version") or 0
    said = desk.text(N_("The case is open again."))
    return _step(desk, referral_id, lambda session, found, by: casework.reopen(session, found, by, version), said)


@post("/cases/{referral_id:int}/seen", **entry("caseworker"))
def danger_seen(desk: Desk, referral_id: int) -> Response[str]:
    return _step(desk, referral_id, casework.acknowledge, "")


@post("/cases/{referral_id:int}/notes", **entry("caseworker"))
def note(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    text = value(data, "note", 4000)
    if not text:
        desk.refuse(N_("Write something first."))
    return _step(
        desk, referral_id, lambda session, found, by: casework.add_note(session, found, by, text), desk.text(N_("Noted."))
    )


@post("/cases/{referral_id:int}/unread", **entry("caseworker"))
def unread(desk: Desk, referral_id: int) -> Response[str]:
    """For later: it shows among the unread again."""

    def step(session: Session, found: Referral, by: Staff) -> None:
        found.changed_at = desk.now + timedelta(seconds=1)

    return _step(desk, referral_id, step, desk.text(N_("Marked as unread.")), "/console/cases?view=mine")


@post("/cases/{referral_id:int}/address", **entry("caseworker"))
def address(desk: Desk, referral_id: int) -> Response[str]:
    """The person's number, on demand alone: most cases need it never."""
    with desk.database.write() as session:
        found = visible_case(desk, session, referral_id)
        contact = session.get(Contact, found.contact_id) if found.contact_id else None
        if contact is None or found.consent_at is None or found.assignee_id != desk.member.id:
            desk.refuse(N_("Take the case before you look at the number."))
        audit.add(session, desk.member.email, "case.address_shown", "case", str(found.id))
        return desk.page("cases/address.html", address=contact.address.removeprefix("sms:"), safe=found.safe_contact or "")


HANDLERS = [
    next_case,
    by_number,
    case,
    conversation,
    take,
    hand_over,
    return_to_queue,
    escalate,
    close,
    reopen,
    danger_seen,
    note,
    unread,
    address,
]
