"""Referring a case to another organisation: choose office and fields, ask the person, send the link, see what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy.orm import Session

from bot import audit, casework, contacts, dossier, partners
from bot.casework.writing import reachable
from bot.console import case_words, choosing_office, labels
from bot.console.access import entry
from bot.console.cases import visible_case
from bot.console.desk import Desk, Form, value, values
from bot.console.office_mail import letter, mail_address, send_link
from bot.console.texts import N_
from bot.tables import Contact, Office, PartnerReferral, Referral

NOT_NOW = {
    "closed": N_("The case is closed. Open it again first."),
    "asked_already": N_(
        "The person has not yet answered an earlier question. Withdraw it, or note what they said, before you ask again."
    ),
    "nothing_chosen": N_("Choose at least one thing to share."),
    "no_remark": N_("Say how and when the person agreed."),
    "state": N_("This was changed meanwhile. Look at it again."),
}
TAKE_FIRST = N_("Take the case before you ask the person.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a caseworker wants to share, and with whom."""

    office: Office
    fields: list[str]
    note: str
    facts: dict[str, Any]


@get("/cases/{referral_id:int}/partners", **entry("caseworker"))
def overview(desk: Desk, referral_id: int) -> Response[str]:
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        audit.add(session, desk.member.email, "partner.viewed", "case", str(case.id))
        rows = partners.of_case(session, case)
        return desk.page("partners/overview.html", case=case, rows=rows, **_given(desk))


def _given(desk: Desk) -> dict[str, Any]:
    return {
        "labels": case_words,
        "has_run_out": lambda row: partners.has_run_out(row, desk.now),
        "field_name": lambda name: desk.text(case_words.FIELD[name]),
        "ways": [(way, desk.text(title)) for way, title in case_words.CONSENT_WAY.items()],
    }


@get("/cases/{referral_id:int}/partners/offices", **entry("caseworker"))
def offices(
    desk: Desk, referral_id: int, q: str = "", country: str | None = None, need: str | None = None, page: int = 1
) -> Response[str]:
    """Offices of the case's country and need first; the filters can be widened."""
    with desk.database.read() as session:
        case = visible_case(desk, session, referral_id)
        country = (case.country or "") if country is None else country[:2].upper()
        wanted = case.need_kind if need is None else need
        wanted = wanted if wanted in labels.NEED else ""
        found, total = choosing_office.find(session, desk.locale, q[:200], country, wanted, page)
        places = {code: desk.words.country(code) for code in choosing_office.countries(session)}
        return desk.page(
            # Going back in the browser asks as HTMX does, for the whole page.
            "partners/found.html" if desk.request.headers.get("hx-target") == "found" else "partners/offices.html",
            case=case,
            found=found,
            total=total,
            page=max(1, page),
            more=total > max(1, page) * choosing_office.PAGE,
            q=q[:200],
            country=country,
            need=wanted,
            countries=[("", desk.text(N_("Every country"))), *sorted(places.items(), key=lambda one: one[1])],
            needs=[("", desk.text(N_("Any need"))), *((key, desk.text(title)) for key, title in labels.NEED.items())],
            need_title=lambda key: desk.text(labels.NEED[key]) if key in labels.NEED else key,
        )


@get("/cases/{referral_id:int}/partners/new", **entry("caseworker"))
def choose_fields(desk: Desk, referral_id: int, office: str = "") -> Response[str]:
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        chosen_office = _office(desk, session, office)
        facts = case_words.facts(desk, session, case)
        return desk.page(
            "partners/fields.html",
            case=case,
            office=chosen_office,
            office_name=partners.name_of(chosen_office, desk.locale),
            shown=case_words.shown(desk, facts),
            chosen=[name for name in facts if name in ("need", "place", "language")],
            note="",
            max_note=partners.MAX_NOTE,
        )


@post("/cases/{referral_id:int}/partners/preview", **entry("caseworker"))
def preview(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    """Exactly what the office will read, and exactly what the person is asked."""
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        return _preview(desk, session, case, _chosen(desk, session, case, data))


def _preview(
    desk: Desk, session: Session, case: Referral, chosen: Chosen, problem: str = "", remark: str = "", way: str = "phone"
) -> Response[str]:
    contact = session.get(Contact, case.contact_id) if case.contact_id else None
    parts = partners.question(contact, case, chosen.office, chosen.fields) if contact is not None else []
    plain = contact is not None and contacts.speaks_plainly(contact)
    return desk.page(
        "partners/preview.html",
        status=422 if problem else 200,
        case=case,
        office=chosen.office,
        office_name=partners.name_of(chosen.office, desk.locale),
        fields=chosen.fields,
        note=chosen.note,
        shown=case_words.shown(desk, chosen.facts),
        question=[part.text for part in parts],
        choices=[choice.title for part in parts for choice in part.choices if not plain],
        segments=sum(part.segments for part in parts) if plain else 0,
        spoken=desk.words.language((contact.locale if contact else None) or case.locale),
        cannot_ask=_why_not(desk, session, case),
        problem=problem,
        remark=remark,
        way=way,
        **_given(desk),
    )


def _why_not(desk: Desk, session: Session, case: Referral) -> str:
    """Why the person cannot be asked by message just now; empty where they can."""
    if case.state != "taken" or case.assignee_id != desk.member.id:
        return desk.text(TAKE_FIRST)
    try:
        reachable(session, case)
    except casework.CannotWrite as error:
        return desk.text(labels.CANNOT_WRITE[error.code])
    return ""


@post("/cases/{referral_id:int}/partners", **entry("caseworker"))
def refer(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    """Ask the person, or note that they have agreed."""
    how, way, remark = value(data, "how", 20), value(data, "way", 20), value(data, "remark", partners.MAX_NOTE)
    try:
        with desk.database.write() as session:
            case = visible_case(desk, session, referral_id, lock=True)
            chosen = _chosen(desk, session, case, data)
            what = (case, chosen.office, chosen.fields, chosen.note)
            if how != "ask":
                partners.record_consent(session, *what, way, remark, desk.member.email)
            elif problem := _why_not(desk, session, case):
                return _preview(desk, session, case, chosen, problem)
            else:
                partners.ask(session, *what, desk.member.email)
    except (partners.NotNow, casework.CannotWrite) as error:
        return _again(desk, referral_id, data, error.code)
    asked = N_("The person is asked. Their answer shows here.")
    noted = N_("Noted. Now send it to the office.")
    return desk.go(f"/console/cases/{referral_id}/partners", desk.text(asked if how == "ask" else noted))


def _again(desk: Desk, referral_id: int, data: Form, code: str) -> Response[str]:
    """The preview with what is wrong; nothing that was typed is lost."""
    message = NOT_NOW.get(code) or labels.CANNOT_WRITE[code]
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        chosen = _chosen(desk, session, case, data)
        remark, way = value(data, "remark", partners.MAX_NOTE), value(data, "way", 20)
        return _preview(desk, session, case, chosen, desk.text(message), remark, way)


def _chosen(desk: Desk, session: Session, case: Referral, data: Form) -> Chosen:
    note = value(data, "note", partners.MAX_NOTE)
    facts = case_words.facts(desk, session, case, note)
    wanted = [name for name in values(data, "fields") if name != "note"] + (["note"] if note else [])
    fields = [name for name in partners.FIELDS if name in wanted and name in facts]
    if not fields:
        desk.refuse(NOT_NOW["nothing_chosen"])
    office = _office(desk, session, value(data, "office", 80))
    return Chosen(office, fields, note, {name: facts[name] for name in fields})


def _office(desk: Desk, session: Session, office_id: str) -> Office:
    return choosing_office.by_id(session, office_id) or desk.missing()


@post("/cases/{referral_id:int}/partners/{partner_id:int}/agreed", **entry("caseworker"))
def agreed(desk: Desk, referral_id: int, partner_id: int, data: Form) -> Response[str]:
    """The person was asked by message and answered in another way."""
    try:
        with desk.database.write() as session:
            case, partner = _partner(desk, session, referral_id, partner_id)
            way, remark = value(data, "way", 20), value(data, "remark", partners.MAX_NOTE)
            partners.agree_for_person(session, case, partner, way, remark, desk.member.email)
    except partners.NotNow as error:
        desk.refuse(NOT_NOW[error.code])
    return desk.go(f"/console/cases/{referral_id}/partners", desk.text(N_("Noted. Now send it to the office.")))


@post("/cases/{referral_id:int}/partners/{partner_id:int}/send", **entry("caseworker"))
def send(desk: Desk, referral_id: int, partner_id: int, data: Form) -> Response[str]:
    """Make the office's link. It is shown once; of it only a digest is kept."""
    try:
        with desk.database.write() as session:
            case, partner = _partner(desk, session, referral_id, partner_id)
            made = dossier.of(session, case.id, partner.fields, partner.note or "")
            token = partners.send(session, case, partner, dossier.to_json(made), desk.member.email)
            to = mail_address(session, desk.settings, partner)
    except partners.NotNow as error:
        desk.refuse(NOT_NOW[error.code])
    link = f"{desk.settings.public_url}/partner/{token}"
    # After the commit: a mail about a link that was rolled back would lead nowhere.
    mailed = send_link(desk, partner, to, link) if to and value(data, "how", 10) == "mail" else None
    return _link_page(desk, case, partner, link, to, mailed)


def _link_page(desk: Desk, case: Referral, partner: PartnerReferral, link: str, to: str, mailed: bool | None) -> Response[str]:
    subject, text = letter(desk, partner, link)
    ready = f"mailto:{quote(to, safe='@')}?subject={quote(subject)}&body={quote(text)}"
    return desk.page(
        "partners/link.html", case=case, partner=partner, office_link=link, letter=ready, mailed=mailed, to=to, **_given(desk)
    )


@post("/cases/{referral_id:int}/partners/{partner_id:int}/withdraw", **entry("caseworker"))
def withdraw(desk: Desk, referral_id: int, partner_id: int, data: Form) -> Response[str]:
    try:
        with desk.database.write() as session:
            case, partner = _partner(desk, session, referral_id, partner_id)
            partners.withdraw(session, case, partner, desk.member.email, value(data, "reason", 500))
    except partners.NotNow as error:
        desk.refuse(NOT_NOW[error.code])
    return desk.go(f"/console/cases/{referral_id}/partners", desk.text(N_("Withdrawn. The link opens nothing any more.")))


def _partner(desk: Desk, session: Session, referral_id: int, partner_id: int) -> tuple[Referral, PartnerReferral]:
    case = visible_case(desk, session, referral_id, lock=True)
    return case, partners.one_of_case(session, case, partner_id) or desk.missing()


HANDLERS = [overview, offices, choose_fields, preview, refer, agreed, send, withdraw]
