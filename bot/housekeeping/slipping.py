"""When a promised time has passed: staff learn of it at once, the person once, at an hour at which a phone may ring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from bot import audit, channels, contacts, i18n, notifications, offices, outbox, promises, referrals
from bot.db import Database, utcnow
from bot.i18n import N_, translate
from bot.messages import Outgoing, Reply
from bot.settings import Settings
from bot.tables import Contact, Referral, ReferralEvent

LATER = N_(
    "Case {number}: sorry, it takes longer than we said. It is not lost: a caseworker will write to you here. "
    "You need not write again. In danger call {emergency}."
)
DAY = range(8, 20)  # hours, by the clock of the person: a phone that rings at night wakes those who must not know of it
AT_ONCE = 20


def watch(database: Database, settings: Settings) -> Iterator[None]:
    while note(database, settings, utcnow()):
        yield
    with database.read() as session:
        waiting = to_tell(session, utcnow())
    for referral_id in waiting:
        tell(database, settings, referral_id, utcnow())
        yield


def note(database: Database, settings: Settings, now: datetime) -> int:
    """Write the slip into the history of some cases and notify their teams; returns how many cases."""
    with database.write() as session:
        query = select(Referral).where(promises.kept_waiting(now), ~_noted()).order_by(Referral.id).limit(AT_ONCE)
        cases = session.scalars(query.with_for_update(skip_locked=True, of=Referral)).all()
        for referral in cases:
            session.add(ReferralEvent(referral_id=referral.id, kind="slipped", actor=audit.SYSTEM, at=now))
            notifications.notify(session, notifications.Event.SLIPPED, referral, settings, now=now)
        if cases:
            referrals.touch(session)
        return len(cases)


def _noted() -> ColumnElement[bool]:
    event = aliased(ReferralEvent)
    mine = select(event.id).where(
        event.referral_id == Referral.id, event.kind == "slipped", event.at >= promises.latest_opening()
    )
    return mine.exists()


def to_tell(session: Session, now: datetime) -> list[int]:
    """Cases whose person is to be told now: reachable, not told yet, and it is day where they are."""
    query = select(Referral).join(Contact, Contact.id == Referral.contact_id).where(_untold(now)).order_by(Referral.promised_by)
    cases = session.scalars(query).all()
    return [case.id for case in cases if now.astimezone(promises.zone_for(session, case, now)).hour in DAY]


def _untold(now: datetime) -> ColumnElement[bool]:
    taken = aliased(Referral)
    with_caseworker = select(taken.id).where(taken.contact_id == Contact.id, taken.state == "taken").exists()
    # Whoever opted out or blocked us hears nothing; whoever writes with a caseworker about another case hears it there.
    reachable = and_(Contact.opted_out_at.is_(None), Contact.blocked_at.is_(None), Contact.erase_at.is_(None), ~with_caseworker)
    return and_(promises.kept_waiting(now), Referral.slipped_at.is_(None), reachable)


def tell(database: Database, settings: Settings, referral_id: int, now: datetime) -> bool:
    """Tell the person, unless another keeper or they themselves were faster: by asking, by STOP. True when it was told."""
    with database.write() as session:
        query = select(Referral).join(Contact, Contact.id == Referral.contact_id).where(Referral.id == referral_id, _untold(now))
        # The contact's row too: while a STOP of theirs is being handled nothing is said; the next round looks again.
        referral = session.scalars(query.with_for_update(of=[Referral, Contact], skip_locked=True)).one_or_none()
        if referral is None:
            return False
        contact = session.get_one(Contact, referral.contact_id)
        _say(session, settings, contact, referral)
        referral.slipped_at = now
        audit.add(session, audit.SYSTEM, "case.slipped", "case", referral.number)
        referrals.touch(session)
        return True


def _say(session: Session, settings: Settings, contact: Contact, referral: Referral) -> None:
    locale = i18n.negotiate(contact.locale) or i18n.negotiate(referral.locale) or i18n.DEFAULT
    country = referral.country or contact.country or settings.country or None
    emergency = offices.emergency_phrase(session, country, locale)
    reply = Reply(translate(locale, LATER, number=referral.number, emergency=emergency))
    for position, part in enumerate(channels.shape(reply, contacts.speaks_plainly(contact))):
        outgoing = Outgoing(contact.channel, contact.address, part.text)
        row = outbox.add(session, contact, outgoing, inbox_id=None, position=position, segments=part.segments)
        row.referral_id = referral.id
