"""Word to staff that something waits: kept as rows in the transaction of what happened, sent later by the keeper.

Mails and webhooks leave the house: they name a case number, an urgency and a link, and nothing else about anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from bot import options, teams
from bot.db import utcnow
from bot.i18n import N_, translate_for_staff
from bot.settings import Settings
from bot.tables import Notification, Reading, Referral, Staff

EMAIL, WEBHOOK = "email", "webhook"
CASE_PATH = "/console/cases/by-number/{number}"
MESSAGE_PAUSE = timedelta(minutes=15)  # between two mails about new messages in one case
MESSAGE_DELAY = timedelta(minutes=1)  # who has the case open reads it there first


class Event(StrEnum):
    """What staff are told of."""

    OPENED = "case.opened"
    URGENT = "case.urgent"
    DANGER = "case.danger"
    SLIPPED = "case.slipped"
    MESSAGE = "case.message"
    ESCALATED = "case.escalated"
    HANDED_OVER = "case.handed_over"
    REOPENED = "case.reopened"
    PARTNER = "partner.answered"


# What a mail says of one event. The number is always there; what the person wrote never is.
LINES = {
    Event.OPENED: N_("Case {number} waits for a caseworker."),
    Event.URGENT: N_("URGENT: case {number} waits for a caseworker. Somebody may be in danger."),
    Event.DANGER: N_("URGENT: look at case {number} at once. The person may be in danger."),
    Event.SLIPPED: N_("Case {number} has waited longer than the person was told."),
    Event.MESSAGE: N_("There is a new message in your case {number}."),
    Event.ESCALATED: N_("Case {number} was escalated."),
    Event.HANDED_OVER: N_("Case {number} was handed over to you."),
    Event.REOPENED: N_("Case {number} is open again: the person wrote about it."),
    Event.PARTNER: N_("A partner has answered about case {number}."),
}
URGENCY = {"now": N_("Urgency: now"), "soon": N_("Urgency: soon")}
SEVERAL = N_("{count} pieces of news about cases")
WHY = N_("You get this because you are a caseworker at {organization}. It holds no personal details on purpose.")
AT_ONCE = (Event.URGENT, Event.DANGER)


def notify(
    session: Session,
    event: Event | str,
    referral: Referral,
    settings: Settings,
    *,
    now: datetime | None = None,
    but: int | None = None,
) -> int:
    """Keep word of an event for those whom it concerns; returns how many rows were new. Call it where it happens.

    `but` is the member of staff who did it. An event that happens once to a case (it is opened) is told once, however
    often this is called; others are told each time, new messages at most once in a quarter of an hour.
    """
    event, now = Event(event), now or utcnow()
    if event is Event.MESSAGE and _told_lately(session, referral, now):
        return 0
    detail = {"case": referral.number, "urgency": referral.urgency}
    targets = [(EMAIL, staff.email) for staff in _addressed(session, event, referral, settings) if staff.id != but]
    if settings.notify_webhook:
        targets.append((WEBHOOK, settings.notify_webhook[:200]))
    name = _name(event, referral, now)
    delay = MESSAGE_DELAY if event is Event.MESSAGE else timedelta(0)
    rows = [
        {
            "event": name,
            "way": way,
            "target": target,
            "detail": detail,
            "state": "queued",
            "attempts": 0,
            "next_try": now + (delay if way == EMAIL else timedelta(0)),
            "created_at": now,
        }
        for way, target in targets
    ]
    return _insert_new(session, rows)


def _name(event: Event, referral: Referral, now: datetime) -> str:
    """What makes two notifications the same. What may happen again carries its time."""
    once = f"{event.value}:{referral.number}"
    return once if event in (Event.OPENED, Event.URGENT) else f"{once}:{now:%Y%m%dT%H%M%S}"


def _told_lately(session: Session, referral: Referral, now: datetime) -> bool:
    recent = select(Notification.id).where(
        Notification.event.startswith(f"{Event.MESSAGE.value}:{referral.number}:", autoescape=True),
        Notification.created_at > now - MESSAGE_PAUSE,
    )
    return session.scalar(recent.limit(1)) is not None


def _addressed(session: Session, event: Event, referral: Referral, settings: Settings) -> Sequence[Staff]:
    """Who gets a mail: whoever has the case; where nobody has, and in danger, everybody who may take it."""
    if not settings.smtp_host or not options.get(session, "notify_email"):
        return []
    has_it = session.get(Staff, referral.assignee_id) if referral.assignee_id and referral.state == "taken" else None
    if has_it is not None and not has_it.active:
        has_it = None
    if event in (Event.MESSAGE, Event.HANDED_OVER):
        return [has_it] if has_it else []
    if has_it is not None and event in (Event.PARTNER, Event.REOPENED):
        return [has_it]
    others = teams.colleagues(session, referral)
    return [*others, has_it] if has_it is not None and has_it not in others else others


def _insert_new(session: Session, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(Notification).on_conflict_do_nothing(index_elements=["event", "way", "target"])
    return len(session.scalars(statement.returning(Notification.id), rows).all())


@dataclass(frozen=True, slots=True)
class Word:
    """One notification as it is sent."""

    id: int
    event: Event
    number: str
    urgency: str
    created_at: datetime


def word_of(row: Notification) -> Word:
    return Word(row.id, Event(row.event.split(":")[0]), row.detail["case"], row.detail.get("urgency", "normal"), row.created_at)


def is_settled(session: Session, row: Notification) -> bool:
    """True where the news is old: somebody has taken the case that waited, or read the message, or may not read it at all."""
    word = word_of(row)
    referral = session.scalars(select(Referral).where(Referral.number == word.number)).one_or_none()
    if referral is None:
        return True
    if row.way == WEBHOOK:
        return False
    staff = session.scalars(select(Staff).where(Staff.email == row.target)).one_or_none()
    if staff is None or not staff.active:
        return True
    match word.event:
        case Event.OPENED | Event.URGENT | Event.SLIPPED:
            return referral.state != "open"
        case Event.HANDED_OVER:
            return referral.assignee_id != staff.id
        case Event.MESSAGE:
            reading = session.get(Reading, (staff.id, referral.id))
            return referral.assignee_id != staff.id or (reading is not None and reading.at >= row.created_at)
    return False


def link(word: Word, settings: Settings) -> str:
    return settings.public_url + CASE_PATH.format(number=word.number)


def subject(words: Sequence[Word], locale: str) -> str:
    """The most urgent line, or how many there are."""
    first = min(words, key=lambda word: (word.event not in AT_ONCE, word.id))
    if len(words) == 1 or first.event in AT_ONCE:
        return _line(first, locale)
    return translate_for_staff(locale, SEVERAL, count=len(words))


def text(words: Iterable[Word], locale: str, settings: Settings) -> str:
    """The mail: a line and a link for each, what is most urgent first."""
    ordered = sorted(words, key=lambda word: (word.event not in AT_ONCE, word.id))
    parts = []
    for word in ordered:
        urgency = translate_for_staff(locale, URGENCY[word.urgency]) if word.urgency in URGENCY else ""
        parts.append("\n".join(filter(None, (_line(word, locale), urgency, link(word, settings)))))
    why = translate_for_staff(locale, WHY, organization=settings.organization)
    return "\n\n".join([*parts, "-- \n" + why]) + "\n"


def _line(word: Word, locale: str) -> str:
    return translate_for_staff(locale, LINES[word.event], number=word.number)


def payload(word: Word, settings: Settings) -> dict[str, Any]:
    """What the webhook gets. `text` is what Slack, Mattermost and Rocket.Chat show as it stands."""
    address = link(word, settings)
    return {
        "id": word.id,
        "event": word.event.value,
        "case": word.number,
        "urgency": word.urgency,
        "at": word.created_at.isoformat(timespec="seconds"),
        "link": address,
        "text": f"{_line(word, 'en')} {address}",
    }
