"""Who received a version of an answer, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session

from bot import contacts, i18n
from bot.db import utcnow
from bot.recalls.wording import Wording, text_for
from bot.tables import Answer, Contact, Outbox, Recall, Referral

_RECEIVED = ("queued", "sending", "unknown", "sent", "delivered")  # queued: it leaves before the correction does
_REACHABLE = "reachable"
_WEBCHAT = "webchat"
_Key = tuple[str, bool, str | None, str | None]  # the fields of Group less its people


@dataclass(frozen=True, slots=True)
class Group:
    """People whose correction costs the same: one kind of phone, language and country."""

    channel: str
    plain: bool
    locale: str | None
    country: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Who received a version, in numbers: whom a correction reaches, and why it does not reach the others."""

    groups: tuple[Group, ...]
    opted_out: int = 0
    blocked: int = 0
    erased: int = 0
    told: int = 0  # got these very words before
    in_cases: int = 0  # of those reached: has an open case

    @property
    def people(self) -> int:
        return sum(group.people for group in self.groups)

    def by(self, name: str) -> list[tuple[str | None, int]]:
        """People by a field of Group (`channel`, `locale`, `country`), most first."""
        counts: Counter[str | None] = Counter()
        for group in self.groups:
            counts[getattr(group, name)] += group.people
        return counts.most_common()


def since(days: int, at: datetime) -> datetime:
    """Midnight (UTC) that many days ago: a count that a minute later would be another could never be confirmed."""
    return datetime.combine(at.astimezone(UTC).date() - timedelta(days=days), time(), UTC)


def reach(
    session: Session, answer: Answer, days: int, texts: Mapping[str, str] | None = None, now: datetime | None = None
) -> Reach:
    """Who received this version since `since(days, now)`. With `texts`, those who got these words already are apart."""
    now = now or utcnow()
    them = received([answer.id], since(days, now), now)
    people = _classified(them, _told(session, answer, texts) if texts else false()).subquery()
    query = select(people.c.state, people.c.channel, people.c.locale, people.c.country, people.c.in_case, func.count())
    rows = session.execute(query.group_by(*(c for c in people.c if c.name != "id"))).all()
    totals: Counter[str] = Counter()
    groups: Counter[_Key] = Counter()
    for state, channel, locale, country, in_case, number in rows:
        totals[state] += number
        if state == _REACHABLE:
            totals["in_cases"] += number if in_case else 0
            groups[channel, channel == "sms", locale, country] += number
    for locale, country in _plain_simulators(session, people):
        groups[_WEBCHAT, False, locale, country] -= 1
        groups[_WEBCHAT, True, locale, country] += 1
    return Reach(
        groups=tuple(Group(*key, people=number) for key, number in groups.items() if number),
        opted_out=totals["opted_out"],
        blocked=totals["blocked"],
        erased=totals["erased"],
        told=totals["told"],
        in_cases=totals["in_cases"],
    )


def segments(session: Session, found: Reach, answer: Answer, texts: Mapping[str, str], home: str | None = None) -> int:
    """Billed SMS segments of the correction to all of them; `home` is the country of those whose own is not known."""
    wording = Wording(session, answer, texts, home)
    plain = [group for group in found.groups if group.plain]
    return sum(g.people * sum(part.segments for part in wording.parts(True, g.locale, g.country)) for g in plain)


def received(answer_ids: Collection[int], start: datetime, end: datetime) -> Select[int]:
    return select(Outbox.contact_id).where(
        Outbox.answer_id.in_(answer_ids),
        Outbox.created_at >= start,
        Outbox.created_at <= end,
        Outbox.state.in_(_RECEIVED),
    )


def _classified(them: Select[int], told: ColumnElement[bool]) -> Select[Any]:
    """Each person who received it: whether a correction reaches them, and what it depends on."""
    state = case(
        (Contact.erase_at.is_not(None), "erased"),
        (Contact.opted_out_at.is_not(None), "opted_out"),
        (Contact.blocked_at.is_not(None), "blocked"),
        (told, "told"),
        else_=_REACHABLE,
    )
    in_case = exists().where(Referral.contact_id == Contact.id, Referral.state.in_(["open", "taken"]))
    return select(
        Contact.id,
        state.label("state"),
        Contact.channel,
        Contact.locale,
        Contact.country,
        in_case.label("in_case"),
    ).where(Contact.id.in_(them))


def _plain_simulators(session: Session, people: Subquery) -> list[tuple[str | None, str | None]]:
    """Locale and country of those on the simulator's SMS phone: only the address, which is encrypted, tells them apart."""
    query = select(Contact).join(people, people.c.id == Contact.id)
    rows = session.scalars(query.where(people.c.state == _REACHABLE, people.c.channel == _WEBCHAT))
    return [(row.locale, row.country) for row in rows if contacts.speaks_plainly(row)]


def _told(session: Session, answer: Answer, texts: Mapping[str, str]) -> ColumnElement[bool]:
    """The condition on Contact for those to whom a recall of this version said the very same words before."""
    earlier = session.scalars(select(Recall).where(Recall.answer_id == answer.id)).all()
    return or_(false(), *(_told_by(recall, answer.locale, texts) for recall in earlier))


def _told_by(recall: Recall, own: str, texts: Mapping[str, str]) -> ColumnElement[bool]:
    same = [x for x in i18n.LANGUAGES if text_for(recall.texts, x, own) == text_for(texts, x, own)]
    speaks: ColumnElement[bool] = Contact.locale.in_(same)
    if recall.texts[own] == texts[own]:
        speaks = or_(speaks, Contact.locale.is_(None), Contact.locale.not_in(i18n.LANGUAGES))
    return and_(speaks, exists().where(Outbox.contact_id == Contact.id, Outbox.recall_id == recall.id))


def left(session: Session, recall: Recall, answer: Answer, until: datetime) -> Select[Contact]:
    """Those whom the recall has still to reach. Their rows are held, so that nobody is erased between look and insert.

    In the order of their ids, so that what was done need not be looked at again: a recall of thousands takes many batches.
    """
    queued = select(func.max(Outbox.contact_id)).where(
        Outbox.recall_id == recall.id, Outbox.created_at >= recall.at, Outbox.created_at <= until
    )
    reached = session.scalar(queued) or 0
    them = received([answer.id], since(recall.days, recall.at), recall.at).where(Outbox.contact_id > reached)
    query = select(Contact).where(
        Contact.id.in_(them),
        Contact.erase_at.is_(None),
        Contact.opted_out_at.is_(None),
        Contact.blocked_at.is_(None),
        not_(_told(session, answer, recall.texts)),
    )
    return query.order_by(Contact.id).with_for_update(read=True, key_share=True, of=Contact)
