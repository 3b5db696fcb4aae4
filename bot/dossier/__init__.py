"""A case to hand over: gathered once, written as JSON for machines or as PDF for people."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.db import utcnow
from bot.dossier import gathering
from bot.dossier.gathering import Said, address_of, conversation, facts, notes
from bot.dossier.pdf import Wording, in_words, to_pdf
from bot.dossier.reading import with_numbers
from bot.tables import Referral

__all__ = [
    "FACTS",
    "FIELDS",
    "SECTIONS",
    "Dossier",
    "Said",
    "Wording",
    "address_of",
    "conversation",
    "facts",
    "in_words",
    "notes",
    "of",
    "read",
    "to_json",
    "to_pdf",
    "with_numbers",
]

FACTS = ("need", "place", "safe_contact", "language", "address", "note")
SECTIONS = ("course", "conversation", "notes", "history")
FIELDS = (*FACTS, *SECTIONS)
FORMAT = "waymark.case/1"


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is handed over of one case: the wanted fields and nothing else, besides its number.

    `facts` holds texts; of the place `{"name", "country"}`, of the language its BCP 47 tag.
    """

    number: str
    made_at: datetime
    language: str  # of the person, for the right font and direction
    facts: dict[str, Any]
    course: dict[str, Any] = field(default_factory=dict)
    conversation: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()
    history: tuple[Said, ...] = ()

    @property
    def is_shortened(self) -> bool:
        """Older messages were left out."""
        return len(self.conversation) >= gathering.MOST


def of(session: Session, referral_id: int, fields: Collection[str], note: str = "") -> Dossier:
    """The case with exactly these fields of FIELDS. Raises NoResultFound for an unknown case, ValueError for an unknown field."""
    if unknown := set(fields) - set(FIELDS):
        raise ValueError(f"no fields of a case: {', '.join(sorted(unknown))}")
    referral = session.get_one(Referral, referral_id)
    found = gathering.facts(session, referral, note)
    return Dossier(
        number=referral.number,
        made_at=utcnow(),
        language=gathering.language_of(session, referral) if "language" in fields else "",
        facts={name: found[name] for name in FACTS if name in fields and name in found},
        course=gathering.course(referral) if "course" in fields else {},
        conversation=gathering.conversation(session, referral) if "conversation" in fields else (),
        notes=gathering.notes(session, referral) if "notes" in fields else (),
        history=gathering.history(session, referral) if "history" in fields else (),
    )


def to_json(dossier: Dossier) -> str:
    """JSON that another tool can read: times in ISO 8601, empty parts left out."""
    whole: dict[str, Any] = {
        "format": FORMAT,
        "case": dossier.number,
        "made_at": dossier.made_at.isoformat(timespec="seconds"),
        "facts": dossier.facts,
    }
    for name in SECTIONS:
        part = getattr(dossier, name)
        if part:
            whole[name] = part if isinstance(part, dict) else [_said(line) for line in part]
    if dossier.is_shortened:
        whole["older_messages_left_out"] = True
    return json.dumps(whole, ensure_ascii=False, indent=2)


def read(text: str) -> Dossier:
    """The dossier that `to_json` wrote, as far as it holds facts. Raises ValueError where it is none."""
    whole = json.loads(text)
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ValueError("no case of ours")
    facts_read = {name: whole["facts"][name] for name in FACTS if name in whole["facts"]}
    return Dossier(whole["case"], datetime.fromisoformat(whole["made_at"]), facts_read.get("language", ""), facts_read)


def _said(line: Said) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(line).items() if value not in ("", False) and name != "id"}
    return kept | {"at": line.at.isoformat(timespec="seconds")}
