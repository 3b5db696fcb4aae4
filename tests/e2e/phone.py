"""A contact's phone in front of the real worker and model, in process."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from bot import contacts, inbox, outbox
from bot.db import Database
from bot.messages import Incoming, Kind, Outgoing
from bot.tables import Outbox
from bot.worker import Worker


class Phone:
    """One contact: says something, reads what comes back."""

    def __init__(self, database: Database, worker: Worker, kind: str) -> None:
        self._database, self._worker = database, worker
        self.address = f"{kind}:{uuid.uuid4().hex}"
        self.last: list[Outgoing] = []

    def say(self, words: str, **fields: object) -> str:
        return self._send(Incoming("webchat", self.address, uuid.uuid4().hex, Kind.TEXT, text=words, **fields))  # type: ignore[arg-type]

    def share(self, lat: float, lon: float) -> str:
        return self._send(Incoming("webchat", self.address, uuid.uuid4().hex, Kind.LOCATION, lat=lat, lon=lon))

    def tap(self, title: str) -> str:
        token = next(c.token for part in self.last for c in part.choices if c.title == title)
        return self._send(Incoming("webchat", self.address, uuid.uuid4().hex, Kind.CHOICE, token=token))

    def _send(self, incoming: Incoming) -> str:
        with self._database.write() as session:
            inbox.store(session, incoming)
        while self._worker.step():
            pass
        with self._database.write() as session:
            contact = contacts.find(session, "webchat", self.address)
            assert contact is not None
            rows = session.scalars(select(Outbox).where(Outbox.contact_id == contact.id, Outbox.state == "queued"))
            self.last = []
            for row in rows.all():
                self.last.append(outbox.outgoing_of(row, contact))
                outbox.sent(session, row, row.reference)
                outbox.delivered(row)
        return "\n".join(part.text for part in self.last)
