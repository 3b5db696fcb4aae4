"""Deleting what the person asks to delete: chosen parts of a case, the whole case, or everything about the person."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, dossier, erasing, teams
from bot.console import case_words
from bot.console.access import entry
from bot.console.cases import visible_case
from bot.console.desk import Desk, Form, value, values
from bot.console.texts import N_
from bot.tables import Contact, Referral

FACTS = ("need", "place", "safe_contact")
WRONG_NUMBER = N_("The case number does not fit. Nothing was deleted.")
OTHERS = N_("This person has a case with another team. Ask them, or let the person write DELETE. Nothing was deleted.")


@get("/cases/{referral_id:int}/erase", **entry("caseworker"))
def choose(desk: Desk, referral_id: int) -> Response[str]:
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        audit.add(session, desk.member.email, "case.viewed", "case", str(case.id))
        contact = session.get(Contact, case.contact_id) if case.contact_id else None
        return desk.page(
            "export/erase.html",
            case=case,
            has_person=contact is not None and contact.erase_at is None,
            reachable=contact is not None and contact.opted_out_at is None and contact.blocked_at is None,
            **_parts(desk, session, case),
        )


def _parts(desk: Desk, session: Session, case: Referral) -> dict[str, Any]:
    facts = dossier.facts(session, case)
    shown = {name: facts[name] for name in FACTS if name in facts and facts[name] != erasing.ERASED}
    said = [line for line in dossier.conversation(session, case) if not line.erased]
    return {
        "messages": said,
        "written": dossier.notes(session, case),
        "facts": case_words.shown(desk, shown),
        "label": lambda name: desk.text(case_words.label(name)),
    }


@post("/cases/{referral_id:int}/erase/confirm", **entry("caseworker"))
def confirm(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    """Shows what was chosen once more, for there is no way back."""
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        audit.add(session, desk.member.email, "case.viewed", "case", str(case.id))
        parts = _chosen(_parts(desk, session, case), data)
        if not (parts["messages"] or parts["written"] or parts["facts"]):
            desk.refuse(N_("Choose at least one thing to delete."))
        return desk.page("export/erase_confirm.html", case=case, **parts)


def _chosen(parts: dict[str, Any], data: Form) -> dict[str, Any]:
    wanted = {name: set(values(data, name)) for name in ("messages", "notes", "facts")}
    return parts | {
        "messages": [line for line in parts["messages"] if line.id in wanted["messages"]],
        "written": [line for line in parts["written"] if line.id in wanted["notes"]],
        "facts": [fact for fact in parts["facts"] if fact[0] in wanted["facts"]],
    }


@post("/cases/{referral_id:int}/erase", **entry("caseworker"))
def erase_chosen(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id, lock=True)
        parts = _chosen(_parts(desk, session, case), data)
        done = erasing.erase_parts(
            session,
            case,
            desk.member.email,
            messages=[line.id for line in parts["messages"]],
            notes=[int(line.id) for line in parts["written"]],
            facts=[name for name, _, _ in parts["facts"]],
        )
    if done.on_their_way:
        said = desk.text(N_("Deleted, but for messages that are on their way just now. Repeat it in a minute."))
    else:
        said = desk.text(N_("Deleted."))
    return desk.go(f"/console/cases/{referral_id}/erase", said)


@post("/cases/{referral_id:int}/erase/case", **entry("caseworker"))
def erase_case(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id, lock=True)
        _check_number(desk, case, data)
        messages = [line.id for line in dossier.conversation(session, case, most=1_000_000)]
        done = erasing.erase_case(session, case, desk.member.email, messages)
    if done.on_their_way:
        said = desk.text(N_("Deleted, but for messages that are on their way just now. Repeat it in a minute."))
    else:
        said = desk.text(N_("What the case said about the person is deleted."))
    return desk.go(f"/console/cases/{referral_id}", said)


@post("/cases/{referral_id:int}/erase/person", **entry("caseworker"))
def erase_person(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id, lock=True)
        _check_number(desk, case, data)
        contact = session.get(Contact, case.contact_id) if case.contact_id else None
        if contact is None:
            desk.refuse(N_("This person's data was deleted before."))
        if _has_case_elsewhere(desk, session, contact):
            desk.refuse(OTHERS)
        erasing.erase_contact(session, contact, desk.member.email, tell=value(data, "tell", 5) == "yes")
    return desk.go("/console/cases", desk.text(N_("Everything about the person is deleted.")))


def _check_number(desk: Desk, case: Referral, data: Form) -> None:
    typed = "".join(character for character in value(data, "number", 40).upper() if character.isalnum())
    if typed != case.number.replace("-", ""):
        desk.refuse(WRONG_NUMBER)


def _has_case_elsewhere(desk: Desk, session: Session, contact: Contact) -> bool:
    all_cases = select(Referral.id).where(Referral.contact_id == contact.id)
    mine = all_cases.where(teams.visible(session, desk.member.id))
    return bool(set(session.scalars(all_cases)) - set(session.scalars(mine)))


HANDLERS = [choose, confirm, erase_chosen, erase_case, erase_person]
