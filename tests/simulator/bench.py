"""A running simulator for tests: the real routes on a real SQLite file, and a worker that answers without any model."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
from litestar import Litestar
from sqlalchemy.orm import Session

from bot import contacts, inbox, outbox, settings
from bot.channels import sms_text
from bot.db import Base, Database, utcnow
from bot.messages import Choice, Incoming, Kind, Outgoing, State
from bot.settings import Settings
from bot.simulator import route_handlers
from bot.tables import Contact, Inbox

Answering = Callable[[Incoming], list[Outgoing]]


def make_database(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'simulator.db'}")
    Base.metadata.create_all(database.engine)
    return database


def make_settings(folder: Path, **values: str) -> Settings:
    environ = {"WAYMARK_DATA_DIR": str(folder)} | {f"WAYMARK_{name}": value for name, value in values.items()}
    return settings.load(environ)


def make_app(database: Database, simulator_settings: Settings) -> Litestar:
    return Litestar(route_handlers=route_handlers(database, simulator_settings), openapi_config=None)


def part(incoming: Incoming, text: str, **fields: object) -> Outgoing:
    return Outgoing(incoming.channel, incoming.address, text, **fields)  # type: ignore[arg-type]  # fields of Outgoing


def echo(incoming: Incoming) -> list[Outgoing]:
    return [part(incoming, f"You wrote: {incoming.text or incoming.token or (incoming.lat, incoming.lon)}")]


def answer(database: Database, answering: Answering, state: State = State.DELIVERED) -> bool:
    """Handle one inbox row as the worker and the sender would; False when there was none."""
    with database.write() as session:
        row = inbox.claim_next(session, 60)
        if row is None:
            return False
        contact = session.get_one(Contact, row.contact_id)
        incoming = inbox.incoming_of(row, contact)
        if incoming.country_hint:
            contact.country = incoming.country_hint
        if incoming.text.strip().upper() == "STOP":
            contacts.opt_out(session, contact, utcnow())
        for position, outgoing in enumerate(answering(incoming)):
            put(session, contact, row, outgoing, position, state)
        inbox.handled(row, "test")
    return True


def put(session: Session, contact: Contact, row: Inbox, outgoing: Outgoing, position: int, state: State) -> None:
    plain = contacts.speaks_plainly(contact)
    offered = outbox.offer(session, contact, row.id * 100 + position, outgoing.choices)
    stored = replace(outgoing, choices=() if plain else offered)
    segments = sms_text.count(outgoing.text).segments if plain else 1
    added = outbox.add(
        session,
        contact,
        stored,
        inbox_id=row.id,
        position=position,
        segments=segments,
    )
    added.state = state.value


class FakeWorker:
    """Answers what is in the inbox until stopped; `paused` leaves the messages waiting."""

    def __init__(self, database: Database, answering: Answering = echo, thinking: float = 0.0) -> None:
        self.answering, self.paused, self.state = answering, threading.Event(), State.DELIVERED
        self._database, self._thinking, self._stop = database, thinking, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> FakeWorker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            if not self.paused.is_set():
                time.sleep(self._thinking)
                answer(self._database, self.answering, self.state)


@contextmanager
def serving(app: Litestar) -> Iterator[str]:
    """The app on a free loopback port; yields its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while thread.is_alive() and not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def helpful(incoming: Incoming) -> list[Outgoing]:
    """Answers in the manner of the real assistant, for screenshots and for the browser tests."""
    if incoming.kind is Kind.LOCATION:
        return [
            part(incoming, "", pin=(37.9881, 23.7261)),
            part(incoming, "The nearest office is 1.2 km from you. Open Monday to Friday, 9:00-14:00."),
        ]
    if incoming.kind is Kind.CHOICE:
        return [part(incoming, "Where are you now?", ask_location=True, location_label="Share my location")]
    text = "You can ask for asylum at the border, at a police station or an asylum office. Nobody may ask you to pay."
    if incoming.address.startswith("sms:"):
        return [part(incoming, f"{text}\n1 An office near me\n2 Talk to a person")]
    choices = (Choice("An office near me", "/find_office"), Choice("Talk to a person", "/talk_to_person"))
    return [part(incoming, text, choices=choices)]


def helpful_in_arabic(incoming: Incoming) -> list[Outgoing]:
    text = "يمكنك طلب اللجوء عند الحدود أو في مركز الشرطة أو في مكتب اللجوء. لا يحق لأحد أن يطلب منك المال."
    if incoming.kind is Kind.LOCATION:
        nearest = "أقرب مكتب يساعد في اللجوء على بعد 1.2 كم منك."
        return [part(incoming, "", pin=(37.9881, 23.7261)), part(incoming, nearest)]
    if incoming.kind is Kind.CHOICE:
        return [part(incoming, "أين أنت الآن؟", ask_location=True, location_label="إرسال موقعي")]
    if incoming.address.startswith("sms:"):
        return [part(incoming, f"{text}\n1 مكتب قريب مني\n2 التحدث إلى شخص")]
    choices = (Choice("مكتب قريب مني", "/find_office"), Choice("التحدث إلى شخص", "/talk_to_person"))
    return [part(incoming, text, choices=choices)]
