"""News of cases as they happen: server-sent events that say only that something has changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from litestar import Response, get, post
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage
from sqlalchemy.exc import SQLAlchemyError

from bot import casework, options, referrals
from bot.channels import sms_text
from bot.console.access import ANY, entry, entry_async, find_member
from bot.console.desk import Desk, Form, value
from bot.db import Database

EVERY = 1.0  # seconds between looks at the database, for all browsers of this process together
LONGEST = 300.0  # seconds; then the browser connects again, and with it its session is looked at again
STILL_THERE = 15.0  # seconds between signs of life, so that nothing on the way closes a quiet connection


class Watch:
    """The number of the newest change, looked up at most once a second whatever the number of open queues."""

    def __init__(self) -> None:
        self._value, self._at = 0, 0.0
        self._lock = asyncio.Lock()

    async def revision(self, database: Database) -> int:
        async with self._lock:
            if time.monotonic() - self._at >= EVERY:
                self._value = await asyncio.to_thread(_revision, database)
                self._at = time.monotonic()
        return self._value


def _revision(database: Database) -> int:
    with database.read() as session:
        return referrals.revision(session)


_watch: dict[int, Watch] = {}  # by event loop: a lock belongs to one


@get("/events", **entry_async("caseworker"))
async def events(desk: Desk) -> ServerSentEvent:
    return ServerSentEvent(_changes(desk))


async def _changes(desk: Desk) -> AsyncIterator[ServerSentEventMessage]:
    watch = _watch.setdefault(id(asyncio.get_running_loop()), Watch())
    ends, said_at, last = time.monotonic() + LONGEST, time.monotonic(), -1
    while time.monotonic() < ends:
        try:
            now = await watch.revision(desk.database)
        except SQLAlchemyError:
            return
        if now != last:
            if last >= 0:
                if await asyncio.to_thread(find_member, desk.database, desk.settings, desk.token) is None:
                    return
                yield ServerSentEventMessage(event="queue", data=str(now), id=str(now))
            else:
                yield ServerSentEventMessage(event="hello", data=str(now), id=str(now))
            last, said_at = now, time.monotonic()
        elif time.monotonic() - said_at > STILL_THERE:
            yield ServerSentEventMessage(comment="here")
            said_at = time.monotonic()
        await asyncio.sleep(EVERY)


@get("/cases/count", **entry("caseworker"))
def count(desk: Desk) -> Response[str]:
    """What needs this caseworker, for the menu; empty for nothing."""
    with desk.database.read() as session:
        number = casework.count_new(session, desk.member.id)
    return Response(desk.words.number(number) if number else "", media_type="text/html")


@post("/count", status_code=200, **entry(ANY))
def cost(desk: Desk, data: Form) -> Response[str]:
    """What a text costs as it will be sent: segments, room left, and the character that doubles the price."""
    text, channel = value(data, "text", 8000), value(data, "channel", 16)
    if not text or channel not in ("sms", ""):
        return desk.page("parts/cost.html", counted=None, length=len(text), culprit="", left=0, price="")
    sent = sms_text.economical(text)
    counted = sms_text.count(sent)
    with desk.database.read() as session:
        known = options.everything(session)
    price = desk.words.money(known["segment_price"] * counted.segments, known["currency"]) if known["segment_price"] else ""
    return desk.page(
        "parts/cost.html",
        counted=counted,
        length=len(text),
        left=room_left(counted),
        culprit=culprit(sent),
        price=price,
    )


def room_left(counted: sms_text.Counted) -> int:
    """Characters that the last segment still takes; a little less where a character cannot be cut in two."""
    single, several = (160, 153) if counted.encoding == "gsm7" else (70, 67)
    return single - counted.units if counted.segments == 1 else counted.segments * several - counted.units


def culprit(text: str) -> str:
    """The one character without which the text would cost less, where its script could do with GSM-7; else empty."""
    counted = sms_text.count(text)
    if counted.encoding == "gsm7":
        return ""
    odd = {character for character in text if sms_text.count(character).encoding != "gsm7"}
    if not odd or len(odd) > 3:
        return ""
    without = "".join(character for character in text if character not in odd)
    return " ".join(sorted(odd)) if sms_text.count(without).segments < counted.segments else ""


HANDLERS = [events, count, cost]
