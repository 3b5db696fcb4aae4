"""One's own account: password, second factor, language, where one is signed in."""

from __future__ import annotations

import segno
from litestar import Response, get, post
from sqlalchemy import select

from bot import audit, crypto, staff
from bot.console.access import ANY, entry
from bot.console.desk import Desk, Form, value
from bot.console.signing_in import DIFFERENT, PASSWORD_PROBLEMS, WRONG_CODE, set_session
from bot.console.texts import N_
from bot.tables import Staff, StaffSession

WRONG_PASSWORD = N_("The present password is wrong.")


@get("/account", **entry(ANY))
def account(desk: Desk) -> Response[str]:
    return _page(desk)


def _page(desk: Desk, problem: str = "", status: int = 200) -> Response[str]:
    with desk.database.read() as session:
        person = session.get_one(Staff, desk.member.id)
        sessions = list(session.scalars(select(StaffSession).where(StaffSession.staff_id == person.id)))
        return desk.page("account/account.html", status=status, person=person, sessions=len(sessions), problem=problem)


@post("/account/name", **entry(ANY))
def rename(desk: Desk, data: Form) -> Response[str]:
    with desk.database.write() as session:
        person = session.get_one(Staff, desk.member.id)
        person.name = value(data, "name", 120) or person.name
        audit.add(session, person.email, "staff.renamed", "staff", str(person.id))
    return desk.go("/console/account", desk.text(N_("Saved.")))


@post("/account/password", **entry(ANY))
def change_password(desk: Desk, data: Form) -> Response[str]:
    new, again = str(data.get("new", "")), str(data.get("again", ""))
    problem = DIFFERENT if new != again else ""
    token = ""
    with desk.database.write() as session:
        person = staff.verify(session, desk.member.email, str(data.get("present", ""))[:4096])
        if person is None:
            problem = WRONG_PASSWORD
        elif not problem:
            try:
                staff.set_password(session, person, new)
                token = staff.begin_session(session, person, "password", totp_passed=True)
                audit.add(session, person.email, "staff.password_set", "staff", str(person.id), way="account")
            except staff.StaffError as error:
                problem = PASSWORD_PROBLEMS[error.code]
    if problem:
        return _page(desk, desk.text(problem), 422)
    response = desk.go("/console/account", desk.text(N_("Your password is changed. Other sessions have ended.")))
    set_session(desk, response, token)
    return response


@post("/account/sessions", **entry(ANY))
def end_others(desk: Desk) -> Response[str]:
    with desk.database.write() as session:
        person = session.get_one(Staff, desk.member.id)
        staff.end_sessions(session, person, but=desk.token)
        audit.add(session, person.email, "session.others_ended", "staff", str(person.id))
    return desk.go("/console/account", desk.text(N_("All other sessions have ended.")))


@get("/account/second-factor", opt={"entry": (ANY,), "before_totp": True}, sync_to_thread=True)
def second_factor(desk: Desk) -> Response[str]:
    return _second_factor(desk, staff.new_totp_secret())


def _second_factor(desk: Desk, secret: str, problem: str = "") -> Response[str]:
    with desk.database.read() as session:
        person = session.get_one(Staff, desk.member.id)
        address = staff.totp_address(person, secret, desk.settings.organization)
        has = person.totp_secret is not None
    return desk.page(
        "account/second_factor.html",
        status=422 if problem else 200,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=2),
        secret=secret,
        # The secret travels through the browser sealed: a form must not choose somebody's second factor.
        sealed=crypto.keyring().encrypt(f"{desk.member.id}:{secret}".encode()).decode(),
        has=has,
        problem=problem,
    )


@post("/account/second-factor", opt={"entry": (ANY,), "before_totp": True}, sync_to_thread=True)
def set_second_factor(desk: Desk, data: Form) -> Response[str]:
    try:
        owner, _, secret = crypto.keyring().decrypt(value(data, "sealed").encode()).decode().partition(":")
    except Exception:
        desk.refuse(N_("The page was open too long. Load it again."))
    if owner != str(desk.member.id):
        desk.missing()
    step = staff.totp_step(secret, value(data, "code", 20), 0)
    if step is None:
        return _second_factor(desk, secret, desk.text(WRONG_CODE))
    with desk.database.write() as session:
        person = session.get_one(Staff, desk.member.id)
        person.totp_secret, person.totp_step = secret, step
        staff.end_sessions(session, person, but=desk.token)
        audit.add(session, person.email, "staff.second_factor_set", "staff", str(person.id))
    return desk.go("/console/account", desk.text(N_("From now on you are asked for a code when you sign in.")))


@post("/account/second-factor/off", **entry(ANY))
def drop_second_factor(desk: Desk, data: Form) -> Response[str]:
    with desk.database.write() as session:
        person = staff.verify(session, desk.member.email, str(data.get("present", ""))[:4096])
        if person is not None:
            person.totp_secret = None
            audit.add(session, person.email, "staff.second_factor_dropped", "staff", str(person.id))
    if person is None:
        return _page(desk, desk.text(WRONG_PASSWORD), 422)
    return desk.go("/console/account", desk.text(N_("The second factor is off.")))


HANDLERS = [
    account,
    rename,
    change_password,
    end_others,
    second_factor,
    set_second_factor,
    drop_second_factor,
]
