"""What editors do with groups: settle or ignore them, open them again, take rows out into a group of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.db import utcnow
from bot.grouping.meanings import meanings, pack
from bot.grouping.sorting import NO_WORDS_LEFT
from bot.tables import AuditEvent, Unanswered

KIND = "question"  # of audit events


class Done(StrEnum):
    """What was done with a group: the action of its audit event."""

    SETTLED = "question.settled"
    IGNORED = "question.ignored"
    EXAMPLE = "question.example"  # one of its questions became an example of a topic
    TOPIC = "question.topic"  # it began a topic
    REOPENED = "question.reopened"
    SPLIT = "question.split"


def settle(
    session: Session,
    groups: Collection[int],
    by: str,
    done: Done,
    *,
    mine: Sequence[str] = (),
    rows: Collection[int] = (),
    **detail: Any,
) -> int:
    """Mark open rows of the groups (only `rows` where given) as dealt with; returns how many. One audit event a group."""
    count = 0
    now = utcnow()
    for group_id in sorted(set(groups)):
        which = [Unanswered.group_id == group_id, Unanswered.settled_at.is_(None), *_allowed(mine)]
        if rows:
            which.append(Unanswered.id.in_(rows))
        changed: Any = session.execute(_update(which).values(settled_at=now, settled_by=by))
        if changed.rowcount:
            audit.add(session, by, done, KIND, str(group_id), rows=changed.rowcount, **detail)
        count += changed.rowcount
    return count


def reopen(session: Session, group_id: int, by: str, *, mine: Sequence[str] = ()) -> int:
    """Undo the last time that editors settled rows of this group; returns how many are open again. Erased rows stay settled."""
    settled = [
        Unanswered.group_id == group_id,
        Unanswered.settled_at.is_not(None),
        Unanswered.settled_by != NO_WORDS_LEFT,
        Unanswered.contact_id.is_not(None),  # what was erased belongs to nobody any more
        *_allowed(mine),
    ]
    last = session.scalar(select(func.max(Unanswered.settled_at)).where(*settled))
    if last is None:
        return 0
    done: Any = session.execute(_update([*settled, Unanswered.settled_at == last]).values(settled_at=None, settled_by=None))
    audit.add(session, by, Done.REOPENED, KIND, str(group_id), rows=done.rowcount)
    return int(done.rowcount)


def prepare_split(session: Session, group_id: int, rows: Collection[int]) -> None:
    """Compute what `split` needs, in a transaction that only reads."""
    firsts = select(func.min(Unanswered.id)).where(Unanswered.group_id == group_id)
    texts = select(Unanswered.text).where(
        or_(
            *(
                Unanswered.id == firsts.where(part).scalar_subquery()
                for part in (Unanswered.id.in_(rows), Unanswered.id.not_in(rows))
            )
        )
    )
    meanings(list(session.scalars(texts)))


def split(session: Session, group_id: int, rows: Collection[int], by: str, *, mine: Sequence[str] = ()) -> int | None:
    """Take rows out into a group of their own; returns its id, or None where that would change nothing."""
    which = [Unanswered.group_id == group_id, Unanswered.id.in_(rows), *_allowed(mine)]
    chosen = sorted(session.scalars(select(Unanswered.id).where(*which).with_for_update()))
    left = session.scalar(select(func.min(Unanswered.id)).where(Unanswered.group_id == group_id, Unanswered.id.not_in(chosen)))
    if not chosen or left is None:
        return None
    if group_id in chosen:
        # The first row goes: the group goes on under the oldest of those that stay.
        _found(session, group_id, left, [Unanswered.group_id == group_id, Unanswered.id.not_in(chosen)])
    _found(session, group_id, chosen[0], [Unanswered.group_id == group_id, Unanswered.id.in_(chosen)])
    audit.add(session, by, Done.SPLIT, KIND, str(group_id), rows=len(chosen), into=chosen[0])
    return chosen[0]


def _found(session: Session, old: int, first: int, which: list[ColumnElement[bool]]) -> None:
    session.execute(_update(which).values(group_id=first))
    if first != old:
        text = session.scalar(select(Unanswered.text).where(Unanswered.id == first)) or ""
        vector = meanings([text])[0]
        session.execute(_update([Unanswered.id == first]).values(vector=pack(vector) if vector.any() else None))


def history(session: Session, groups: Collection[int]) -> dict[int, list[AuditEvent]]:
    """What was done with each of the groups, newest first, without who looked at them."""
    query = (
        select(AuditEvent)
        .where(AuditEvent.kind == KIND, AuditEvent.object_id.in_([str(group) for group in groups]))
        .where(AuditEvent.action.in_(list(Done)))
        .order_by(AuditEvent.id.desc())
    )
    found: dict[int, list[AuditEvent]] = {}
    for event in session.scalars(query):
        found.setdefault(int(event.object_id), []).append(event)
    return found


def _allowed(mine: Sequence[str]) -> list[ColumnElement[bool]]:
    return [Unanswered.locale.in_(mine)] if mine else []


def _update(which: list[ColumnElement[bool]]) -> Any:
    return update(Unanswered).where(*which).execution_options(synchronize_session=False)
