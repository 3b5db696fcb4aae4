"""Audit events: who saw or changed what. Only added to; the database refuses anything else."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.db import utcnow
from bot.tables import AuditEvent

SYSTEM = "system"
COMMAND_LINE = "command line"


def add(session: Session, actor: str, action: str, kind: str, object_id: str = "", **detail: Any) -> None:
    """Note an event in the caller's transaction. `detail` never holds what a contact wrote, nor their address."""
    session.add(AuditEvent(at=utcnow(), actor=actor, action=action, kind=kind, object_id=str(object_id)[:80], detail=detail))
