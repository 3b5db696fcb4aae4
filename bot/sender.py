"""The sender: takes parts out of the outbox, one contact's in order, and settles what each provider said."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot import channels, contacts, outbox
from bot.channels.base import Channel
from bot.db import Database, utcnow
from bot.messages import Failure, Outgoing, SendError, State
from bot.settings import Settings
from bot.tables import Contact, Outbox

log = logging.getLogger(__name__)

IN_FLIGHT = 8  # parts of different contacts on their way at once
MAX_ATTEMPTS = 8
# A message that the provider accepted may take a moment to show in its list.
LOOK_UP_AFTER = 5.0
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claimed:
    row_id: int
    lease: str
    outgoing: Outgoing
    attempts: int
    doubtful: bool  # an earlier try may have reached the provider
    first_tried_at: datetime


class Pace:
    """At most so many sends a second in this process, and one a second to one address where the channel asks for it."""

    def __init__(self, per_second: float, per_address: float = 0.0) -> None:
        self._gap, self._address_gap = 1.0 / per_second, per_address
        self._next = 0.0
        self._addresses: dict[str, float] = {}

    async def wait(self, address: str) -> None:
        now = time.monotonic()
        at = max(now, self._next, self._addresses.get(address, 0.0))
        self._next = max(now, self._next) + self._gap
        if self._address_gap:
            self._addresses = {a: t for a, t in self._addresses.items() if t > now} | {address: at + self._address_gap}
        await asyncio.sleep(at - now)


class Sender:
    """One process's loop over the configured channels."""

    def __init__(self, database: Database, settings: Settings, ways: dict[str, Channel] | None = None) -> None:
        self._database = database
        self._settings = settings
        self._channels = channels.configured(settings) if ways is None else ways
        self._paces = {
            name: Pace(channel.per_second / settings.senders, 1.0 if name == "telegram" else 0.0)
            for name, channel in self._channels.items()
        }

    def run(self, stop: Event, idle: float = 0.15) -> None:
        asyncio.run(self._run(stop, idle))

    async def _run(self, stop: Event, idle: float) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(IN_FLIGHT):
                # One looks often; the others wake less while there is little to do, and spare the database.
                group.create_task(self._loop(stop, idle if number == 0 else idle * IN_FLIGHT))
        for channel in self._channels.values():
            await channel.close()

    async def _loop(self, stop: Event, idle: float) -> None:
        while not stop.is_set():
            try:
                busy = await self.step()
            except OperationalError:
                log.warning("the database does not answer; trying again")
                busy = False
                await asyncio.sleep(1.0 + random.random())  # noqa: S311  # jitter, not a secret
            if not busy:
                await asyncio.sleep(idle * (1 + random.random()))  # noqa: S311  # jitter, not a secret

    async def step(self) -> bool:
        """Send one part; False when none was ready."""
        claimed = await asyncio.to_thread(self._claim)
        if claimed is None:
            return False
        channel = self._channels[claimed.outgoing.channel]
        try:
            provider_id = await self._sent_before(channel, claimed) if claimed.doubtful else None
            if provider_id is None:
                await self._paces[channel.name].wait(claimed.outgoing.address)
                if not await asyncio.to_thread(self._still_wanted, claimed):
                    return True
                provider_id = await channel.send(claimed.outgoing)
        except SendError as error:
            await asyncio.to_thread(self._failed, claimed, error)
        except Exception as error:
            # Nothing is known of how far it came.
            log.error("part %s: unexpected %s", claimed.row_id, type(error).__name__)
            await asyncio.to_thread(self._failed, claimed, SendError(Failure.UNKNOWN, type(error).__name__))
        else:
            await asyncio.to_thread(self._sent, claimed, provider_id)
        return True

    async def _sent_before(self, channel: Channel, claimed: Claimed) -> str | None:
        """Whether the earlier try arrived. Raises SendError where it cannot be told, and nothing is sent then."""
        since = claimed.first_tried_at - timedelta(minutes=2)
        taken = await asyncio.to_thread(self._taken, claimed)
        return await channel.look_up(claimed.outgoing, since, taken)

    def _taken(self, claimed: Claimed) -> frozenset[str]:
        """Provider ids that belong to other parts of the same contact: an equal text may have been sent before."""
        with self._database.read() as session:
            row = session.get_one(Outbox, claimed.row_id)
            mine = (Outbox.contact_id == row.contact_id) & (Outbox.id != row.id) & Outbox.provider_id.is_not(None)
            return frozenset(str(i) for i in session.scalars(select(Outbox.provider_id).where(mine)))

    def _claim(self) -> Claimed | None:
        with self._database.write() as session:
            row = outbox.claim_next(session, list(self._channels), self._settings.lease_seconds)
            if row is None:
                return None
            contact = session.get_one(Contact, row.contact_id)
            # `sending` with a lease that ran out: the sender died between the call and its answer.
            doubtful = row.state in (State.UNKNOWN, State.SENDING)
            row.state = State.SENDING.value
            return Claimed(
                row.id,
                row.lease or "",
                outbox.outgoing_of(row, contact),
                row.attempts,
                doubtful,
                row.first_tried_at or utcnow(),
            )

    def _still_wanted(self, claimed: Claimed) -> bool:
        """The last look before the call: the person may have said STOP meanwhile. Counts the try."""
        with self._database.write() as session:
            row = outbox.still_ours(session, claimed.row_id, claimed.lease)
            if row is None:
                return False
            contact = session.get_one(Contact, row.contact_id)
            if contact.blocked_at is not None or not _may_send(row, contact):
                outbox.give_up(row, State.CANCELLED, "blocked" if contact.blocked_at else "opted out")
                return False
            row.attempts += 1
            return True

    def _sent(self, claimed: Claimed, provider_id: str) -> None:
        with self._database.write() as session:
            row = session.get(Outbox, claimed.row_id)
            if row is None:
                return
            # Also when the lease ran out meanwhile: what the provider said is true all the same.
            outbox.sent(session, row, provider_id)
            if row.channel == "webchat":
                outbox.delivered(row)

    def _failed(self, claimed: Claimed, error: SendError) -> None:
        with self._database.write() as session:
            row = outbox.still_ours(session, claimed.row_id, claimed.lease)
            if row is None or row.provider_id:
                return
            self._settle_failure(session, row, error, claimed)

    def _settle_failure(self, session: Session, row: Outbox, error: SendError, claimed: Claimed) -> None:
        old = utcnow() - claimed.first_tried_at > GIVE_UP_AFTER
        match error.reason:
            case Failure.CONTACT:
                contact = session.get_one(Contact, row.contact_id)
                contact.blocked_at = utcnow()
                outbox.give_up(row, State.FAILED, error.code)
                contacts.cancel_waiting(session, contact)
            case Failure.CONTENT:
                log.error("part %s was refused for its content: %s", row.id, error.code)
                outbox.give_up(row, State.FAILED, error.code)
            case Failure.UNKNOWN if not self._channels[row.channel].can_look_up:
                outbox.put_back(row, State.UNKNOWN, error.code, None)
            case Failure.UNKNOWN:
                outbox.put_back(row, State.UNKNOWN, error.code, _backoff(row.attempts, LOOK_UP_AFTER))
            case _ if old or (row.attempts >= MAX_ATTEMPTS and error.reason is Failure.TRANSIENT):
                outbox.give_up(row, State.UNKNOWN if claimed.doubtful else State.FAILED, error.code)
            case Failure.OPERATOR:
                log.error("the provider refuses our account or number: %s", error.code)
                outbox.put_back(row, State.QUEUED, error.code, 60.0)
            case _:
                state = State.UNKNOWN if claimed.doubtful else State.QUEUED
                outbox.put_back(row, state, error.code, error.retry_after or _backoff(row.attempts))


def _may_send(row: Outbox, contact: Contact) -> bool:
    """After STOP only its own confirmation leaves: the one part that was written in the turn that opted out."""
    return contact.opted_out_at is None or row.created_at >= contact.opted_out_at


def _backoff(attempts: int, least: float = 1.0) -> float:
    """Seconds: doubling, at most five minutes, with jitter so that a recovering provider is not hit by all at once."""
    return float(min(300.0, least * 2.0 ** max(0, attempts - 1)) * (0.75 + random.random() / 2))  # noqa: S311
