"""Offices as files: export of what a filter shows; import with a dry run, of which exactly what was agreed is done."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from cryptography.fernet import InvalidToken
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit, crypto, i18n
from bot.console.access import entry, entry_async
from bot.console.desk import Desk, Form, value
from bot.console.offices import words
from bot.console.offices.listing import FILTERED, PATH, ROLES
from bot.console.texts import N_
from bot.offices import exchange, filtering, hsds, importing
from bot.offices.filtering import Filter
from bot.offices.importing import Plan
from bot.offices.tabular import Unreadable
from bot.tables import Office

KEPT = timedelta(hours=2)  # how long a dry run may be agreed to
_ROOM = 2 * exchange.LARGEST + 1_000_000  # bytes of a request: the packed file comes back as text
NO_FILE = N_("Choose a file.")
TOO_LATE = N_("This dry run is too old or not yours. Choose the file again.")
MOVED = N_("Offices were changed since the dry run. Nothing was applied. This is what would happen now.")
DONE = N_("Applied: {new} new, {changed} changed.")

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


@dataclass(frozen=True, slots=True)
class Held:
    """A file between its dry run and its being agreed to: it travels with the page, sealed, and is stored nowhere."""

    member: int
    at: datetime
    name: str
    content: bytes
    replace_verified: bool

    def sealed(self) -> str:
        told = [self.member, self.at.isoformat(), self.name, self.replace_verified, base64.b85encode(self.content).decode()]
        return crypto.keyring().encrypt(zlib.compress(json.dumps(told).encode())).decode()


def opened(text: str, member: int, now: datetime) -> Held | None:
    """What was sealed; None for what is broken, too old, or somebody else's."""
    try:
        told = json.loads(zlib.decompress(crypto.keyring().decrypt(text.encode())))
        held = Held(told[0], datetime.fromisoformat(told[1]), told[2], base64.b85decode(told[4]), bool(told[3]))
    except (InvalidToken, ValueError, IndexError, TypeError, zlib.error):
        return None
    return held if held.member == member and now - held.at <= KEPT else None


@get("/offices/export", dependencies=FILTERED, **entry(*ROLES))
def export(desk: Desk, wanted: Filter, unplaced: str = "", format: str = "csv") -> Response[bytes]:
    """What the filters show, as a file. Without filters also what is out of use, so that nothing is lost by moving."""
    wanted = replace(wanted, unplaced=unplaced == "1")
    if wanted == Filter():
        wanted = Filter(status="all")
    if format not in exchange.FORMATS:
        desk.missing()
    with desk.database.write() as session:
        found = filtering.everything(session, wanted, desk.now.date())
        file = exchange.write(format, found, i18n.available(), desk.now.date())
        audit.add(session, desk.member.email, "offices.exported", "office", format=format, offices=len(found))
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


@get("/offices/import", **entry(*ROLES))
def choose_file(desk: Desk) -> Response[str]:
    return _choose(desk)


@post("/offices/import", request_max_body_size=_ROOM, **entry_async(*ROLES))
async def dry_run(desk: Desk, data: Upload) -> Response[str]:
    """What the file would do. Nothing is stored."""
    file = data.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        return await asyncio.to_thread(_choose, desk, desk.text(NO_FILE))
    name = str(file.filename if isinstance(file, UploadFile) else "")[:120]
    held = Held(desk.member.id, desk.now, name, content, bool(value(data, "replace_verified")))
    return await asyncio.to_thread(_show, desk, held)


@post("/offices/import/apply", request_max_body_size=_ROOM, **entry(*ROLES))
def apply(desk: Desk, data: Form) -> Response[str]:
    """Do what the dry run showed: all of it in one transaction, or nothing."""
    held = opened(value(data, "held", _ROOM), desk.member.id, desk.now)
    if held is None:
        desk.refuse(TOO_LATE)
    try:
        with desk.database.write() as session:
            plan = _plan(session, desk, held, lock=True)
            agreed = plan.digest == value(data, "digest", 64)
            done = importing.apply(session, plan, desk.member.email) if agreed else []
            for office, fate, differences in done:
                told = {"changes": differences, "version": office.version, "file": held.name}
                audit.add(session, desk.member.email, "office.imported", "office", office.id, fate=fate, **told)
    except (Unreadable, IntegrityError):
        agreed = False
    if not agreed:
        return _show(desk, held, desk.text(MOVED), 409)
    counts = {fate: sum(1 for _, one, _ in done if one == fate) for fate in ("new", "changed")}
    return desk.go(PATH, desk.text(DONE, new=desk.words.number(counts["new"]), changed=desk.words.number(counts["changed"])))


def _choose(desk: Desk, problem: str = "") -> Response[str]:
    return desk.page(
        "offices/import.html", status=422 if problem else 200, problem=problem, largest=exchange.LARGEST // 1_000_000
    )


def _plan(session: Session, desk: Desk, held: Held, lock: bool = False) -> Plan:
    today = held.at.date()
    rows = exchange.read(held.content, hsds.known(session.scalars(select(Office.id))), today)
    return importing.plan(session, rows, today, held.replace_verified, lock=lock)


def _show(desk: Desk, held: Held, notice: str = "", status: int = 200) -> Response[str]:
    try:
        with desk.database.read() as session:
            plan = _plan(session, desk, held)
    except Unreadable as wrong:
        return _choose(desk, desk.text(words.UNREADABLE[wrong.code], **wrong.values))
    return desk.page(
        "offices/dry_run.html",
        status=status,
        notice=notice,
        file=held.name,
        replaces=held.replace_verified,
        lines={fate: [_told(desk, line) for line in plan.of(fate)] for fate in importing.FATES},
        held=held.sealed(),
        digest=plan.digest,
        words_of=words,
    )


def _told(desk: Desk, line: importing.Line) -> dict[str, Any]:
    reasons = [(words.field_of(desk, problem.column), words.problem(desk, problem)) for problem in line.problems]
    changes = words.changes(desk, line.differences)
    return {"line": line.line, "id": line.office_id, "name": line.name, "reasons": reasons, "changes": changes}
