"""Signing in: password, then the second factor where the account has one; invitations; signing out."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie

from bot import audit, staff
from bot.console import navigation
from bot.console.access import ANY, HALF, PUBLIC, cookie_name, entry
from bot.console.desk import LANGUAGE, Desk, Form, value
from bot.console.texts import LOCALES, N_
from bot.tables import Staff

WRONG = N_("The e-mail address or the password is wrong, or there were too many tries. Wait a little and try again.")
WRONG_CODE = N_("This code is wrong or was used before. Wait for the next one.")
PASSWORD_PROBLEMS = {
    "password_short": N_("A password has 12 to 256 characters. Several words are easy to remember."),
    "password_common": N_("This password is easy to guess. Several words that do not belong together are better."),
}
DIFFERENT = N_("The two passwords differ.")
USED_UP = N_("This link has been used or is too old. Ask an admin for a new one.")


@get("/", **entry(ANY))
def home(desk: Desk) -> Response[str]:
    return desk.go(navigation.first(desk.member.roles))


@get("/sign-in", **entry(PUBLIC))
def sign_in(desk: Desk, next: str = "") -> Response[str]:
    if desk.token and desk.request.scope.get("user") is not None and desk.member.complete:
        return desk.go(safe_path(next) or navigation.first(desk.member.roles))
    return _form(desk, next)


@post("/sign-in", **entry(PUBLIC))
def enter(desk: Desk, data: Form) -> Response[str]:
    email, password, wanted = value(data, "email", 200), str(data.get("password", ""))[:4096], value(data, "next", 400)
    with desk.database.write() as session:
        person = staff.verify(session, email, password)
        if person is None:
            known = staff.by_email(session, email)
            if known is not None:
                audit.add(session, known.email, "session.refused", "staff", str(known.id), failures=known.failures)
            token = ""
        else:
            token = _begin(session, desk, person, "password", totp_passed=False)
            roles, half = frozenset(person.roles), person.totp_secret is not None
    if not token:
        return _form(desk, wanted, said=desk.text(WRONG), email=email, status=422)
    response = desk.go(_second(wanted) if half else safe_path(wanted) or navigation.first(roles))
    set_session(desk, response, token)
    return response


def _second(wanted: str) -> str:
    from urllib.parse import quote

    return "/console/sign-in/code" + (f"?next={quote(wanted)}" if safe_path(wanted) else "")


def _begin(session: Any, desk: Desk, person: Staff, way: str, totp_passed: bool) -> str:
    # A session that the browser brought along ends: a planted one must not become somebody's.
    staff.end_session(session, desk.token)
    audit.add(session, person.email, "session.begun", "staff", str(person.id), way=way)
    return staff.begin_session(session, person, way, totp_passed)


def set_session(desk: Desk, response: Response[Any], token: str) -> None:
    """Put the session's token into the browser."""
    cookie = Cookie(key=cookie_name(desk.settings), value=token, path="/", httponly=True, secure=desk.secure, samesite="lax")
    response.set_cookie(cookie)


@get("/sign-in/code", **entry(HALF))
def code_form(desk: Desk, next: str = "") -> Response[str]:
    return desk.page("signing_in/code.html", next=next, problem="")


@post("/sign-in/code", **entry(HALF))
def check_code(desk: Desk, data: Form) -> Response[str]:
    wanted = value(data, "next", 400)
    with desk.database.write() as session:
        found = staff.signed_in(session, desk.token, desk.settings.session_idle_minutes)
        person = session.get(Staff, found.staff.id, with_for_update=True) if found else None
        right = person is not None and staff.check_totp(person, value(data, "code", 20))
        token = ""
        if person is not None and right:
            token = _begin(session, desk, person, "password", totp_passed=True)
            roles = frozenset(person.roles)
        elif person is not None:
            audit.add(session, person.email, "session.refused", "staff", str(person.id), failures=person.failures, step="code")
    if not token:
        return desk.page("signing_in/code.html", status=422, next=wanted, problem=desk.text(WRONG_CODE))
    response = desk.go(safe_path(wanted) or navigation.first(roles))
    set_session(desk, response, token)
    return response


@post("/sign-out", **entry(HALF))
def sign_out(desk: Desk) -> Response[str]:
    with desk.database.write() as session:
        staff.end_session(session, desk.token)
        audit.add(session, desk.member.email, "session.ended", "staff", str(desk.member.id))
    response = desk.go("/console/sign-in", desk.text(N_("You have signed out.")))
    response.delete_cookie(cookie_name(desk.settings), path="/")
    return response


@get("/invitation/{token:str}", **entry(PUBLIC))
def invitation(desk: Desk, token: str) -> Response[str]:
    with desk.database.read() as session:
        person = staff.invited(session, token)
        email = person.email if person else ""
    return desk.page("signing_in/invitation.html", token=token, email=email, problem="" if email else desk.text(USED_UP))


@post("/invitation/{token:str}", **entry(PUBLIC))
def accept(desk: Desk, token: str, data: Form) -> Response[str]:
    password, again = str(data.get("password", "")), str(data.get("again", ""))
    problem, email = "", ""
    with desk.database.write() as session:
        person = staff.invited(session, token)
        email = person.email if person else ""
        if person is None:
            problem = USED_UP
        elif password != again:
            problem = DIFFERENT
        else:
            try:
                staff.accept_invitation(session, token, password)
                audit.add(session, email, "staff.password_set", "staff", str(person.id), way="invitation")
            except staff.StaffError as error:
                problem = PASSWORD_PROBLEMS[error.code]
    if problem:
        return desk.page("signing_in/invitation.html", status=422, token=token, email=email, problem=desk.text(problem))
    return desk.go("/console/sign-in", desk.text(N_("Your password is set. Sign in with it.")))


@post("/language", **entry(PUBLIC))
def language(desk: Desk, data: Form) -> Response[str]:
    chosen = value(data, "language", 16)
    response = desk.go(safe_path(value(data, "next", 400)) or "/console/sign-in")
    if chosen in LOCALES:
        cookie = Cookie(
            key=LANGUAGE, value=chosen, path="/console", max_age=31_536_000, httponly=True, samesite="lax", secure=desk.secure
        )
        response.set_cookie(cookie)
        if desk.request.scope.get("user") is not None:
            with desk.database.write() as session:
                session.get_one(Staff, desk.member.id).locale = chosen
    return response


def _form(desk: Desk, wanted: str, said: str = "", email: str = "", status: int = 200) -> Response[str]:
    return desk.page("signing_in/sign_in.html", status=status, next=wanted, problem=said, email=email)


def safe_path(path: str) -> str:
    """A path of the console alone: the sign-in page must not send anybody elsewhere."""
    ok = path.startswith("/console") and "\\" not in path and "//" not in path and "\n" not in path
    return path if ok and not path.startswith("/console/sign-") else ""


HANDLERS = [home, sign_in, enter, code_form, check_code, sign_out, invitation, accept, language]
