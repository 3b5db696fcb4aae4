"""Which pages of the console are measured: every one that a member of staff can ask for, found in the routes themselves."""

from __future__ import annotations

import re
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from benchmarks.seeding import EMAIL
from bot.tables import Answer, Contact, Office, Outbox, Recall, Referral, SavedReply, Staff, Team, Topic

NEVER_ENDS = {"/console/events"}
# Other views of the pages above: the long ones, and those that need a query.
MORE = (
    "/console/cases?view=taken",
    "/console/cases?view=closed&page=40",
    "/console/cases?number=7",
    "/console/answers?state=stale",
    "/console/answers?state=due&locale=fr",
    "/console/answers/text?topic={topic_id}&locale=fr",
    "/console/answers/versions?topic={topic_id}&locale=en",
    "/console/answers/topic?topic={topic_id}",
    "/console/audit?page=200",
    "/console/saved-replies/choose?locale=fr&q=a",
)


def addresses(app: Litestar, filled: dict[str, str]) -> dict[str, str]:
    """Every page for people who have signed in, by its route, its parameters filled in; those that cannot be are left out."""
    routes = [route for route in app.routes if isinstance(route, HTTPRoute) and _is_for_staff(route)]
    named = {route.path: re.sub(r":\w+}", "}", route.path) for route in routes if route.path not in NEVER_ENDS}
    found = {path: _filled(name, filled) for path, name in (named | {more: more for more in MORE}).items()}
    return {path: address for path, address in sorted(found.items()) if "{" not in address}


def _filled(address: str, values: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: values.get(name[1], name[0]), address)


def _is_for_staff(route: HTTPRoute) -> bool:
    entries: list[Any] = [handler.opt.get("entry", ()) for handler in route.route_handlers if "GET" in handler.http_methods]
    return route.path.startswith("/console") and any(set(entry) - {"public", "half"} for entry in entries)


def parameters(session: Session) -> dict[str, str]:
    """Values for the parameters of addresses: of each kind a row that has much to show."""
    account = session.scalar(select(Staff.id).where(Staff.email == EMAIL))
    longest = select(Referral.id).join(Contact, Contact.id == Referral.contact_id).join(Outbox, Outbox.contact_id == Contact.id)
    longest = longest.group_by(Referral.id).order_by(func.count().desc(), Referral.id).limit(1)
    topic = session.scalar(select(Topic.id).order_by(Topic.position).limit(1))
    found: dict[str, object] = {
        "referral_id": session.scalar(longest),
        "answer_id": _recallable(session),
        "topic_id": topic,
        "office_id": session.scalar(select(Office.id).order_by(Office.id).limit(1)),
        "recall_id": _first(session, Recall.id),
        "reply_id": session.scalar(select(SavedReply.id).where(SavedReply.staff_id.is_(None)).limit(1)),
        "staff_id": account,
        "team_id": _first(session, Team.id),
        "locale": "fr",
        "number": session.scalar(select(Referral.number).limit(1)),
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _first(session: Session, column: Any) -> object:
    return session.scalar(select(func.min(column)))


def _recallable(session: Session) -> object:
    """The version, no longer said, that most people have received."""
    replaced: ColumnElement[bool] = Answer.status == "replaced"
    query = select(Answer.id).join(Outbox, Outbox.answer_id == Answer.id).where(replaced).group_by(Answer.id)
    return session.scalar(query.order_by(func.count().desc(), Answer.id).limit(1))
