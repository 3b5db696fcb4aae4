"""Waiting time: worked out from recent cases and the hours of the teams, kept with the case, and missed openly.

Words are for the person who waits, in their language and by the clock of their country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from bot import teams
from bot.promises import estimating, wording
from bot.promises.hours import moment_after, open_times, worked
from bot.tables import Referral, ReferralEvent

__all__ = [
    "Promise",
    "estimate",
    "is_late",
    "kept_waiting",
    "latest_opening",
    "make",
    "moment_after",
    "open_times",
    "remaining",
    "slipped",
    "waits_since",
    "worked",
    "zone_for",
]


@dataclass(frozen=True, slots=True)
class Promise:
    """By when a caseworker most likely takes the case: the end of the time that is said, never before what was worked out."""

    by: datetime
    made_at: datetime
    zone: tzinfo
    urgent: bool

    def words(self, locale: str) -> str:
        """Such as "by tomorrow evening", to be put into a sentence as {when}."""
        return wording.in_words(self.by, self.made_at, self.zone, locale, self.urgent)


def estimate(session: Session, referral: Referral, now: datetime, since: datetime | None = None) -> Promise | None:
    """What can be promised in good faith to somebody whose case waits since then (now, if not said).

    None where too few cases were taken lately to tell, or nobody is there to take it: say so, promise nothing.
    """
    serving = teams.serving(session, referral)
    due = estimating.due(session, referral, serving, since or now, now)
    if due is None:
        return None
    urgent = referral.urgency == "now"
    here = wording.zone_of(referral.country, serving[0].timezone if serving else "UTC", now)
    return Promise(wording.rounded(due, now, here, urgent), now, here, urgent)


def make(session: Session, referral: Referral, now: datetime, since: datetime | None = None) -> Promise | None:
    """Estimate, and keep with the case what the person is about to be told. Also for a case that is opened again."""
    promise = estimate(session, referral, now, since)
    referral.promised_by = promise.by if promise else None
    referral.slipped_at = None
    return promise


def remaining(session: Session, referral: Referral, now: datetime) -> Promise | None:
    """The promise of this case in the words of now; None where there is none, or its time has passed."""
    if referral.promised_by is None or is_late(referral, now):
        return None
    return Promise(referral.promised_by, now, zone_for(session, referral, now), referral.urgency == "now")


def zone_for(session: Session, referral: Referral, now: datetime) -> tzinfo:
    """The clock on the wall of the person: their country's, or that of the team where the country has several."""
    serving = teams.serving(session, referral)
    return wording.zone_of(referral.country, serving[0].timezone if serving else "UTC", now)


def is_late(referral: Referral, now: datetime) -> bool:
    return referral.state == "open" and referral.promised_by is not None and referral.promised_by <= now


def slipped(session: Session, now: datetime) -> list[Referral]:
    """Open cases whose promised time has passed without anybody taking them, longest first."""
    query = select(Referral).where(kept_waiting(now)).order_by(Referral.promised_by, Referral.id)
    return list(session.scalars(query))


def kept_waiting(now: datetime) -> ColumnElement[bool]:
    """The condition for `slipped`. A case that was taken in time and handed back is no broken promise."""
    taken = aliased(ReferralEvent)
    was_taken = select(taken.id).where(taken.referral_id == Referral.id, taken.kind == "taken", taken.at >= latest_opening())
    return and_(Referral.state == "open", Referral.promised_by <= now, ~was_taken.exists())


def waits_since(session: Session, referral: Referral) -> datetime:
    """Since when the person has waited this time."""
    return session.scalar(select(latest_opening()).where(Referral.id == referral.id)) or referral.created_at


def latest_opening() -> ColumnElement[datetime]:
    """When the case began to wait: its creation, or the last time that the person reopened it."""
    reopened = aliased(ReferralEvent)
    last = (
        select(func.max(reopened.at))
        .where(reopened.referral_id == Referral.id, reopened.kind == "reopened")
        .correlate(Referral)
        .scalar_subquery()
    )
    return func.coalesce(last, Referral.created_at)
