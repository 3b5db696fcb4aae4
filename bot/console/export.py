"""A case as a file for handing over: chosen part by part, confirmed, written down in history and audit."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.orm import Session

from bot import audit, dossier, referrals
from bot.console import case_words
from bot.console.access import entry
from bot.console.cases import visible_case
from bot.console.desk import Desk, Form, value, values
from bot.console.texts import N_
from bot.tables import Referral, ReferralEvent

FORMATS = {"pdf": N_("PDF, for people to read"), "json": N_("JSON, for another tool to read")}
MEDIA = {"pdf": "application/pdf", "json": "application/json"}


@get("/cases/{referral_id:int}/export", **entry("caseworker"))
def choose(desk: Desk, referral_id: int) -> Response[str]:
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        parts = _parts(desk, session, case)
        return desk.page("export/choose.html", case=case, holds=parts, formats=_formats(desk))


def _formats(desk: Desk) -> list[tuple[str, str]]:
    return [(name, desk.text(title)) for name, title in FORMATS.items()]


def _parts(desk: Desk, session: Session, case: Referral) -> list[dict[str, Any]]:
    """What a file of this case could hold, with how much there is of it."""
    facts = case_words.facts(desk, session, case)
    parts: list[dict[str, Any]] = [{"name": name, "title": desk.text(case_words.FIELD[name]), "count": None} for name in facts]
    whole = dossier.of(session, case.id, ("conversation", "notes", "history"))
    counts = {"course": None, **{name: len(getattr(whole, name)) for name in ("conversation", "notes", "history")}}
    parts += [
        {"name": name, "title": desk.text(case_words.SECTION[name]), "count": count}
        for name, count in counts.items()
        if count != 0
    ]
    return parts


@get("/cases/{referral_id:int}/export/confirm", **entry("caseworker"))
def confirm(desk: Desk, referral_id: int) -> Response[str]:
    """Says once more what the file will hold. The address names kinds of things alone, nothing of the person."""
    query = desk.request.query_params
    wanted, form = query.getall("fields", []), query.get("format", "pdf")
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        parts = [part for part in _parts(desk, session, case) if part["name"] in wanted]
        if not parts or form not in FORMATS:
            desk.refuse(N_("Choose at least one thing for the file."))
        return desk.page("export/confirm.html", case=case, holds=parts, form=form, form_title=desk.text(FORMATS[form]))


@post("/cases/{referral_id:int}/export", **entry("caseworker"))
def download(desk: Desk, referral_id: int, data: Form) -> Response[bytes]:
    """The file. That it was made is in the case's history before it leaves."""
    form = value(data, "format", 8)
    with desk.database.write() as session:
        case = visible_case(desk, session, referral_id)
        fields = _allowed(desk, session, case, values(data, "fields"))
        if not fields or form not in FORMATS:
            desk.refuse(N_("Choose at least one thing for the file."))
        made = dossier.of(session, case.id, fields)
        session.add(ReferralEvent(referral_id=case.id, kind="exported", actor=desk.member.email, detail=form.upper()))
        audit.add(session, desk.member.email, "case.exported", "case", str(case.id), format=form, fields=fields)
        referrals.touch(session)
    content = dossier.to_pdf(made, case_words.wording(desk)) if form == "pdf" else dossier.to_json(made).encode()
    headers = {"Content-Disposition": f'attachment; filename="{made.number}.{form}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA[form], headers=headers)


def _allowed(desk: Desk, session: Session, case: Referral, wanted: list[str]) -> list[str]:
    open_to_me = {*case_words.facts(desk, session, case), *dossier.SECTIONS}
    return [name for name in dossier.FIELDS if name in wanted and name in open_to_me]


HANDLERS = [choose, confirm, download]
