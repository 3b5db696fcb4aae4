"""Staff accounts: passwords, second factor, lockout, invitations and sessions. Tokens are stored as digests only."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import argon2
import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import crypto
from bot.db import utcnow
from bot.tables import Invitation, Staff, StaffSession

ROLES = ("caseworker", "editor", "admin")
FREE_TRIES = 5
LONGEST_LOCK = 3600.0  # seconds
INVITATION_DAYS = 7
LONGEST_SESSION = timedelta(hours=12)
MIN_PASSWORD = 12
MAX_PASSWORD = 256  # Argon2 of a megabyte would be a way to stop us
# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked where there is no such account: an answer must not come faster for a name that nobody has.
_NOBODY = _HASHER.hash(secrets.token_hex(16))
_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,180}")


class StaffError(ValueError):
    """What was asked for cannot be done; `code` names why: email name roles known last_admin password_short password_common."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to."""

    staff: Staff
    session: StaffSession


def by_email(session: Session, email: str) -> Staff | None:
    return session.scalars(select(Staff).where(Staff.email == email.strip().lower())).one_or_none()


def add(session: Session, email: str, name: str, roles: Iterable[str], password: str | None = None) -> Staff:
    """A new account. Raises StaffError for an address that is none, an unknown role, or an account that exists."""
    email, roles = email.strip().lower(), [role for role in ROLES if role in set(roles)]
    if not _EMAIL.fullmatch(email) or len(email) > 120:
        raise StaffError("email")
    if not roles:
        raise StaffError("roles")
    if by_email(session, email) is not None:
        raise StaffError("known")
    staff = Staff(email=email, name=name.strip()[:120] or email.split("@")[0], roles=roles, locales=[])
    session.add(staff)
    session.flush()
    if password is not None:
        set_password(session, staff, password)
    return staff


def set_roles(session: Session, staff: Staff, roles: Iterable[str]) -> None:
    """Change what somebody may do; ends their sessions. Raises StaffError where no admin would be left."""
    wanted = [role for role in ROLES if role in set(roles)]
    if not wanted:
        raise StaffError("roles")
    if "admin" not in wanted:
        _keep_an_admin(session, staff)
    if wanted != staff.roles:
        staff.roles = wanted
        end_sessions(session, staff)


def deactivate(session: Session, staff: Staff) -> None:
    _keep_an_admin(session, staff)
    staff.active = False
    end_sessions(session, staff)
    session.execute(delete(Invitation).where(Invitation.staff_id == staff.id))


def _keep_an_admin(session: Session, staff: Staff) -> None:
    others = session.scalars(select(Staff).where(Staff.active.is_(True), Staff.id != staff.id))
    if "admin" in staff.roles and staff.active and not any("admin" in other.roles for other in others):
        raise StaffError("last_admin")


def set_password(session: Session, staff: Staff, password: str) -> None:
    """Store a new password, unlock, and end every session. Raises StaffError when it is easy to guess."""
    check_password(password, staff)
    staff.password_hash = _HASHER.hash(password)
    staff.failures, staff.locked_until = 0, None
    end_sessions(session, staff)


def check_password(password: str, staff: Staff) -> None:
    """NIST SP 800-63B: length matters, composition rules do not; refuse what is easy to guess."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise StaffError("password_short")
    plain = password.lower()
    if len(set(plain)) < 5 or staff.email.split("@")[0] in plain or plain in _common():
        raise StaffError("password_common")


def _common() -> frozenset[str]:
    words = ("password", "waymark", "welcome", "qwertyuiop", "letmein", "administrator", "1234567890")
    return frozenset(
        word + tail for word in words for tail in ("", "1", "12", "123", "1234", "12345", "123456", "!", "2026", word)
    )


def verify(session: Session, email: str, password: str, now: datetime | None = None) -> Staff | None:
    """The account whose password this is, or None. Wrong tries lock it for longer and longer."""
    now = now or utcnow()
    staff = session.scalars(select(Staff).where(Staff.email == email.strip().lower()).with_for_update()).one_or_none()
    locked = staff is not None and staff.locked_until is not None and staff.locked_until > now
    usable = staff is not None and staff.active and staff.password_hash is not None and not locked
    right = _matches(staff.password_hash if usable and staff and staff.password_hash else _NOBODY, password)
    if staff is None or not usable:
        return None
    if not right:
        fail(staff, now)
        return None
    if staff.password_hash and _HASHER.check_needs_rehash(staff.password_hash):
        staff.password_hash = _HASHER.hash(password)
    return staff


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password[:MAX_PASSWORD])
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def fail(staff: Staff, now: datetime) -> None:
    """A wrong password or code: after the free tries each one doubles the wait."""
    staff.failures += 1
    if staff.failures >= FREE_TRIES:
        staff.locked_until = now + timedelta(seconds=min(LONGEST_LOCK, 15.0 * 2.0 ** min(20, staff.failures - FREE_TRIES)))


def is_locked(staff: Staff, now: datetime | None = None) -> bool:
    return staff.locked_until is not None and staff.locked_until > (now or utcnow())


def new_totp_secret() -> str:
    return pyotp.random_base32()


def totp_address(staff: Staff, secret: str, issuer: str) -> str:
    """The otpauth: address an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.email, issuer_name=issuer)


def totp_step(secret: str, code: str, after: int, now: datetime | None = None) -> int | None:
    """The time step of a right code later than `after` (RFC 6238, one step of drift), or None. A code works once."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"\d{6}", digits, re.ASCII):
        return None
    totp, at = pyotp.TOTP(secret), int((now or utcnow()).timestamp())
    for step in (at // 30 - 1, at // 30, at // 30 + 1):
        if step > after and secrets.compare_digest(totp.at(step * 30), digits):
            return step
    return None


def check_totp(staff: Staff, code: str, now: datetime | None = None) -> bool:
    """True for a right, unused code. A wrong one counts towards the lockout."""
    now = now or utcnow()
    if is_locked(staff, now):
        return False
    step = totp_step(staff.totp_secret or "", code, staff.totp_step, now) if staff.totp_secret else None
    if step is None:
        fail(staff, now)
        return False
    staff.totp_step, staff.failures, staff.locked_until = step, 0, None
    return True


def invite(session: Session, staff: Staff, days: float = INVITATION_DAYS) -> str:
    """The secret part of a one-time link to set a password. An earlier link stops working."""
    session.execute(delete(Invitation).where(Invitation.staff_id == staff.id))
    token = crypto.token(32)
    session.add(Invitation(token_hash=_digest(token), staff_id=staff.id, expires_at=utcnow() + timedelta(days=days)))
    session.flush()
    return token


def invited(session: Session, token: str, now: datetime | None = None) -> Staff | None:
    """Whose open invitation this is."""
    row = session.get(Invitation, _digest(token), with_for_update=True)
    if row is None or row.used_at is not None or row.expires_at <= (now or utcnow()):
        return None
    staff = session.get(Staff, row.staff_id)
    return staff if staff is not None and staff.active else None


def accept_invitation(session: Session, token: str, password: str) -> Staff | None:
    """Set the password and use the link up. None where the link is not, or no longer, valid."""
    staff = invited(session, token)
    if staff is None:
        return None
    set_password(session, staff, password)
    session.execute(update(Invitation).where(Invitation.token_hash == _digest(token)).values(used_at=utcnow()))
    return staff


def begin_session(session: Session, staff: Staff, way: str, totp_passed: bool) -> str:
    """A new session; returns the token for the cookie."""
    token = crypto.token(32)
    session.add(
        StaffSession(token_hash=_digest(token), staff_id=staff.id, way=way, totp_passed=totp_passed or staff.totp_secret is None)
    )
    staff.seen_at = utcnow()
    if totp_passed or staff.totp_secret is None:
        staff.failures, staff.locked_until = 0, None
    session.flush()
    return token


def signed_in(session: Session, token: str, idle_minutes: int, now: datetime | None = None) -> SignedIn | None:
    """Who the token belongs to; None when the session has ended, was idle too long, or the account is switched off."""
    now = now or utcnow()
    row = session.get(StaffSession, _digest(token)) if token else None
    if row is None or now - row.seen_at > timedelta(minutes=idle_minutes) or now - row.created_at > LONGEST_SESSION:
        return None
    staff = session.get(Staff, row.staff_id)
    return SignedIn(staff, row) if staff is not None and staff.active else None


def end_session(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _digest(token)))


def end_sessions(session: Session, staff: Staff, but: str = "") -> None:
    """End all sessions of somebody, but the one with this token."""
    session.execute(
        delete(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.token_hash != (_digest(but) if but else ""))
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
