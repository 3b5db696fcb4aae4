"""Who may enter where. Each route of the console says it; a route that says nothing lets nobody in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from sqlalchemy.orm import Session

from bot import options, staff, teams
from bot.db import Database, utcnow
from bot.settings import Settings

PUBLIC = "public"  # anybody, signed in or not
ANY = "any"  # whoever has signed in
HALF = "half"  # signed in, but the second factor is still to come
_SEEN_EVERY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Member:
    """The member of staff who asks."""

    id: int
    email: str
    name: str
    roles: frozenset[str]
    locales: tuple[str, ...]  # what an editor may change; empty: every language
    locale: str | None
    timezone: str
    complete: bool  # the second factor is passed, or not asked for
    must_set_totp: bool

    def may_edit(self, locale: str) -> bool:
        return not self.locales or locale in self.locales


def entry(*who: str) -> dict[str, Any]:
    """For a handler that works with the database in a thread: who may enter (roles; or PUBLIC, ANY, HALF)."""
    return entry_async(*who) | {"sync_to_thread": True}


def entry_async(*who: str) -> dict[str, Any]:
    """As `entry`, for an `async def` handler."""
    if not who:
        raise ValueError("a route must say who may enter")
    return {"opt": {"entry": who}}


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Lets in whom the route names. Raises 401 for nobody in particular and 403 for the wrong role."""
    who: tuple[str, ...] = handler.opt.get("entry", ())
    if PUBLIC in who:
        return
    member: Member | None = connection.scope.get("user")
    if member is None:
        raise NotAuthorizedException
    if HALF in who:
        return
    if not member.complete:
        raise NotAuthorizedException
    if member.must_set_totp and not handler.opt.get("before_totp"):
        raise NotAuthorizedException(extra={"totp": True})
    if ANY not in who and not member.roles & set(who):
        raise PermissionDeniedException


def cookie_name(settings: Settings) -> str:
    # The prefix makes browsers refuse the cookie from any other host or over plain HTTP.
    return "__Host-waymark-staff" if is_secure(settings) else "waymark-staff"


def is_secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


class SignIn(AbstractAuthenticationMiddleware):
    """Finds the member of staff behind the session cookie. Never refuses: the guard does."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        state = connection.app.state
        token = connection.cookies.get(cookie_name(state.settings), "")
        member = await asyncio.to_thread(find_member, state.database, state.settings, token) if token else None
        return AuthenticationResult(user=member, auth=token)


def find_member(database: Database, settings: Settings, token: str) -> Member | None:
    """Who this session belongs to, if it has not ended; keeps it from falling idle."""
    with database.read() as session:
        found = staff.signed_in(session, token, settings.session_idle_minutes)
        if found is None:
            return None
        stale = utcnow() - found.session.seen_at > _SEEN_EVERY
        member = _member(session, settings, found)
    if stale:
        with database.write() as session:
            again = staff.signed_in(session, token, settings.session_idle_minutes)
            if again is not None:
                again.session.seen_at = again.staff.seen_at = utcnow()
    return member


def _member(session: Session, settings: Settings, found: staff.SignedIn) -> Member:
    person, row = found.staff, found.session
    in_teams = teams.of_staff(session, person.id)
    totp_for_admins = settings.admin_totp or bool(options.get(session, "totp_for_admins"))
    return Member(
        id=person.id,
        email=person.email,
        name=person.name,
        roles=frozenset(person.roles),
        locales=tuple(person.locales),
        locale=person.locale,
        timezone=in_teams[0].timezone if in_teams else "UTC",
        complete=row.totp_passed,
        must_set_totp=totp_for_admins and "admin" in person.roles and person.totp_secret is None and row.way != "openid",
    )
