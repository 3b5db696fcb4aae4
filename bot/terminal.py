"""`python -m bot chat`: the worker's own path in a terminal, without web or sender."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from bot import contacts, inbox, outbox
from bot.agent import Assistant
from bot.channels.base import numbered
from bot.channels.sms_text import count
from bot.db import Database
from bot.messages import Incoming, Kind, Outgoing
from bot.model import ensure
from bot.settings import Settings
from bot.tables import Contact, Outbox
from bot.worker import Worker


def talk(database: Database, config: Settings, *, plain: bool, country: str) -> int:
    """Read lines until end of file; print each reply as the phone would show it."""
    address = f"{'sms' if plain else 'chat'}:terminal-{uuid.uuid4().hex}"
    worker = Worker(database, config, lambda: Assistant(ensure(config.models_dir)))
    print("Write a message; Ctrl-D ends.")
    while True:
        try:
            text = input("> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return 0
        incoming = Incoming("webchat", address, uuid.uuid4().hex, Kind.TEXT, text=text, country_hint=country)
        with database.write() as session:
            inbox.store(session, incoming)
        while worker.step():
            pass
        _print_replies(database, address, plain)


def _print_replies(database: Database, address: str, plain: bool) -> None:
    with database.write() as session:
        contact = contacts.find(session, "webchat", address)
        if contact is None:
            return
        for row in session.scalars(_waiting(contact)).all():
            outgoing = outbox.outgoing_of(row, contact)
            print(_shown(outgoing, plain))
            outbox.sent(session, row, f"terminal:{row.reference}")
            outbox.delivered(row)


def _waiting(contact: Contact):  # type: ignore[no-untyped-def]  # SQLAlchemy's Select of Outbox
    return select(Outbox).where(Outbox.contact_id == contact.id, Outbox.state == "queued").order_by(Outbox.id)


def _shown(outgoing: Outgoing, plain: bool) -> str:
    lines = [outgoing.text, numbered(outgoing.choices)]
    if outgoing.pin:
        lines.append(f"[map {outgoing.pin[0]:.4f}, {outgoing.pin[1]:.4f}]")
    if plain:
        counted = count(outgoing.text)
        lines.append(f"[{counted.segments} segments, {counted.encoding}]")
    return "\n".join(line for line in lines if line) + "\n"
