"""The real product in real processes, against emulated providers, on a database that already holds the content."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx
from sqlalchemy import text

from bot import content, crypto, migrate
from bot.db import Database
from bot.settings import ROOT
from bot.tables import Base
from tests.conftest import KEY
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.twilio import TwilioEmulator

PUBLIC = "https://help.example.org"
WEBHOOK_SECRET = "s3cret"


def loaded_database(folder: Path) -> Path:
    """A SQLite file with the shipped content, made once a test session: embedding the questions takes a while."""
    path = folder / "content.db"
    if not path.exists():
        crypto.use((KEY,))
        draft = Database(f"sqlite:///{path}.draft")
        migrate.migrate(draft)
        with draft.write() as session:
            content.load(session, ROOT / "data" / "content")
        draft.close()
        os.replace(f"{path}.draft", path)
    return path


def copy_into(source: Path, url: str) -> None:
    """Put a copy of the loaded SQLite database at the address, whichever database that is."""
    if url.startswith("sqlite"):
        shutil.copy(source, url.removeprefix("sqlite:///"))
        return
    crypto.use((KEY,))
    origin, target = Database(f"sqlite:///{source}"), Database(url)
    migrate.migrate(target)
    with origin.engine.connect() as reading, target.engine.begin() as writing:
        for table in Base.metadata.sorted_tables:
            rows = [dict(row._mapping) for row in reading.execute(table.select())]
            if rows:
                writing.execute(table.insert(), rows)
            if "id" in table.c and rows and isinstance(rows[0]["id"], int):
                writing.execute(text(f"select setval('{table.name}_id_seq', (select max(id) from {table.name}))"))  # noqa: S608
    origin.close()
    target.close()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def eventually(check: Callable[[], object], seconds: float = 30.0, what: str = "") -> object:
    """The first true result of `check` within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = check()
        if result:
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what or check}")


class Product:
    """Web, workers and sender as `python -m bot` starts them."""

    def __init__(self, folder: Path, database_url: str, *, workers: int = 1, **variables: str) -> None:
        self.twilio, self.telegram = TwilioEmulator(), TelegramEmulator()
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        self._folder, self._workers, self._variables = folder, workers, variables
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.twilio.start()
        self.telegram.start()
        self.telegram.webhook_override = f"{self.base}/webhooks/telegram"
        hook = {"url": f"{PUBLIC}/webhooks/telegram", "secret_token": WEBHOOK_SECRET}
        httpx.post(f"{self.telegram.url}/bot{self.telegram.token}/setWebhook", json=hook).raise_for_status()
        self.twilio.callback_base = self.base
        for name in ("web", "sender", *(f"worker {n}" for n in range(self._workers))):
            self.start(name)
        eventually(self._answers, 60, "the web process answers")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self.twilio.stop()
        self.telegram.stop()

    def environment(self) -> dict[str, str]:
        own = {
            "DATABASE_URL": self.database_url,
            "SECRET_KEYS": KEY,
            "DATA_DIR": str(self._folder),
            "PORT": str(self.port),
            "PUBLIC_URL": PUBLIC,
            "TWILIO_ACCOUNT_SID": self.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio.auth_token,
            "TWILIO_FROM": self.twilio.number,
            "TWILIO_API_URL": self.twilio.url,
            "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_SECRET": WEBHOOK_SECRET,
            "TELEGRAM_API_URL": self.telegram.url,
            "LEASE_SECONDS": "4",
            **self._variables,
        }
        return {**os.environ, **{f"WAYMARK_{name}": value for name, value in own.items()}, "OMP_NUM_THREADS": "1"}

    def start(self, name: str) -> None:
        log = open(self._folder / f"{name.replace(' ', '-')}.log", "ab")  # noqa: SIM115  # the process keeps it
        command = [sys.executable, "-m", "bot", name.split()[0]]
        self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log)
        log.close()

    def kill(self, name: str) -> None:
        """As a power cut would: no chance to finish anything."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log")))

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.base}/health/ready").status_code == 200
        except httpx.HTTPError:
            return False

    # What people do

    def sms(self, sender: str, words: str, sid: str | None = None) -> httpx.Response:
        return self.twilio.deliver_inbound(
            f"{self.base}/webhooks/twilio", sender, words, sid=sid, signed_url=f"{PUBLIC}/webhooks/twilio"
        )

    def sms_to(self, number: str) -> list[str]:
        return [message.body for message in self.twilio.messages if message.to == number]

    def ask(self, sender: str, words: str, seconds: float = 40.0) -> str:
        """Send an SMS and wait for the next reply."""
        before = len(self.sms_to(sender))
        assert self.sms(sender, words).status_code == 200
        eventually(lambda: len(self.sms_to(sender)) > before, seconds, f"a reply to {words!r}")
        return self.sms_to(sender)[before]
