"""The phone simulator's channel: the outbox row itself is what the browser reads, so to send is to say it is there."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Outgoing


class Webchat:
    """Two kinds of phone: an address that begins with `sms:` is plain, any other has buttons (contacts.speaks_plainly)."""

    name = "webchat"
    can_look_up = True
    per_second = 1000.0

    async def send(self, outgoing: Outgoing) -> str:
        return f"webchat:{outgoing.reference}"

    async def look_up(self, outgoing: Outgoing, since: datetime, taken: frozenset[str]) -> str | None:
        return f"webchat:{outgoing.reference}"

    async def close(self) -> None:
        return None
