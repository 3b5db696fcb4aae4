"""Accounts from the command line: for the first admin, and for when nobody can sign in any more."""

from __future__ import annotations

import secrets
import sys

from sqlalchemy import select

from bot import audit, staff, teams
from bot.db import Database
from bot.settings import Settings
from bot.tables import Staff

FIRST_ADMIN = "admin@localhost"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PROBLEMS = {
    "email": "This is no e-mail address.",
    "known": "There is an account with this address already; use `reset` for a new link.",
    "roles": "An account needs a role: caseworker, editor or admin.",
}


def add(database: Database, settings: Settings, email: str, name: str, roles: list[str]) -> int:
    """A new account; prints its link. 1 when it cannot be made."""
    try:
        with database.write() as session:
            person = staff.add(session, email, name, roles)
            if "caseworker" in person.roles:
                teams.ensure_first(session)
                teams.join_default(session, person)
            token = staff.invite(session, person)
            audit.add(session, audit.COMMAND_LINE, "staff.added", "staff", str(person.id), roles=person.roles)
    except staff.StaffError as error:
        print(_PROBLEMS[error.code], file=sys.stderr)
        return 1
    _print_link(settings, email, token)
    return 0


def reset(database: Database, settings: Settings, email: str) -> int:
    """Everything that may keep somebody out is taken away; prints a new link. 1 when there is no such account."""
    with database.write() as session:
        person = staff.by_email(session, email)
        if person is None:
            print("There is no account with this address.", file=sys.stderr)
            return 1
        person.password_hash, person.totp_secret, person.active = None, None, True
        person.failures, person.locked_until = 0, None
        staff.end_sessions(session, person)
        token = staff.invite(session, person)
        audit.add(session, audit.COMMAND_LINE, "staff.reset", "staff", str(person.id))
    _print_link(settings, email, token)
    return 0


def show(database: Database) -> int:
    """One line an account."""
    with database.read() as session:
        for person in session.scalars(select(Staff).order_by(Staff.email)):
            seen = person.seen_at.strftime("%Y-%m-%d %H:%M") if person.seen_at else "never signed in"
            notes = [*person.roles, "second factor" if person.totp_secret else "", "" if person.active else "switched off"]
            print(f"{person.email:<36} {', '.join(filter(None, notes)):<44} {seen}")
    return 0


def first_admin(database: Database) -> tuple[str, str] | None:
    """Make an account with every role where there is none at all. Returns its address and its password, or None."""
    with database.write() as session:
        teams.ensure_first(session)
        if session.scalar(select(Staff.id).limit(1)) is not None:
            return None
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
        person = staff.add(session, FIRST_ADMIN, "Admin", staff.ROLES, password)
        teams.join_default(session, person)
        audit.add(session, audit.SYSTEM, "staff.added", "staff", str(person.id), roles=person.roles)
    return FIRST_ADMIN, password


def _print_link(settings: Settings, email: str, token: str) -> None:
    print(f"A link for {email} to set a password, valid once and for {staff.INVITATION_DAYS} days:")
    print(f"{settings.public_url}/console/invitation/{token}")
