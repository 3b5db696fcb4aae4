"""Who works here: accounts, sessions, teams, and what each of them saw and changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.db import Base, Encrypted, UtcTime, utcnow


class Staff(Base):
    """One account of the console. `email` is the name it signs in with, in lower case."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)  # caseworker editor admin
    locales: Mapped[list[str]] = mapped_column(JSON, default=list)  # what an editor translates; empty: every language
    locale: Mapped[str | None] = mapped_column(String(16))  # of the console
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(Text)  # Argon2; none: only by invitation or OpenID Connect
    totp_secret: Mapped[str | None] = mapped_column(Encrypted)
    totp_step: Mapped[int] = mapped_column(default=0)  # the last used time step: a code works once
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)
    memberships: Mapped[list[TeamMember]] = relationship(back_populates="staff", cascade="all, delete-orphan")


class StaffSession(Base):
    """A signed-in browser. Only a digest of its token is stored."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow)
    totp_passed: Mapped[bool] = mapped_column(default=False)  # or not needed by this account
    way: Mapped[str] = mapped_column(String(16), default="password")  # password invitation openid


class Invitation(Base):
    """A link that lets somebody set their password, once."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Team(Base):
    """Caseworkers who serve the same countries or offices. A team that serves `everywhere` sees every case."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    everywhere: Mapped[bool] = mapped_column(default=False)
    countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    offices: Mapped[list[str]] = mapped_column(JSON, default=list)
    schedule: Mapped[str] = mapped_column(String(400), default="")  # as an office's: "Mo-Fr 08:00-16:30; PH off"
    holidays: Mapped[list[str]] = mapped_column(JSON, default=list)  # ISO dates on which nobody works
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    members: Mapped[list[TeamMember]] = relationship(back_populates="team", cascade="all, delete-orphan")


class TeamMember(Base):
    __tablename__ = "team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True)
    team: Mapped[Team] = relationship(back_populates="members")
    staff: Mapped[Staff] = relationship(back_populates="memberships")


class AuditEvent(Base):
    """Who saw or changed what. Only ever added to: the database itself refuses to change or remove a row."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("audit_object", "kind", "object_id"), Index("audit_actor", "actor", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, default=utcnow, index=True)
    actor: Mapped[str] = mapped_column(String(120))  # the account's e-mail address, "system", or "command line"
    action: Mapped[str] = mapped_column(String(40))  # such as case.viewed, answer.published, staff.added
    kind: Mapped[str] = mapped_column(String(24))  # of the object: case answer office staff team setting session …
    object_id: Mapped[str] = mapped_column(String(80), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # never what a contact wrote, nor their address


# Added to each database with the table, so that no path of code can get around it.
REFUSALS = {
    "sqlite": [
        f"CREATE TRIGGER audit_event_no_{change} BEFORE {change} ON audit_event "
        "BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END"
        for change in ("update", "delete")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit events are never changed'; END $$",
        "CREATE TRIGGER audit_event_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
    ],
}
for _dialect, _statements in REFUSALS.items():
    for _statement in _statements:
        event.listen(AuditEvent.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]  # SQLAlchemy gives DDL no hints
