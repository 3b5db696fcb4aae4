"""One loaded database a session, copied for each test; a trained model in models/ is shared by all processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot import answers, logs, model
from bot.db import Database
from bot.nlu.heads import Heads
from bot.settings import ROOT, Settings
from bot.worker import Worker
from tests.conftest import new_postgresql_database
from tests.e2e.phone import Phone
from tests.e2e.product import Product, copy_into, loaded_database


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logs.quiet_rasa()
    model.ensure(ROOT / "models")
    path = loaded_database(tmp_path_factory.mktemp("loaded"))
    # As `python -m bot run` does before the first message: the topics are learnt from their example questions.
    database = Database(f"sqlite:///{path}")
    with database.read() as session:
        index = answers.load_index(session)
    database.close()
    Heads(ROOT / "models").ensure(index)
    return path


@pytest.fixture
def start(loaded: Path, tmp_path: Path) -> Iterator[Callable[..., Product]]:
    """`start(url)` runs the product until the test ends."""
    with ExitStack() as running:

        def begin(url: str, **options: object) -> Product:
            copy_into(loaded, url)
            return running.enter_context(Product(tmp_path, url, **options))  # type: ignore[arg-type]

        yield begin


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'waymark.db'}"
    return new_postgresql_database(request.getfixturevalue("postgresql"))


@pytest.fixture(scope="session")
def assistant() -> object:
    from bot.agent import Assistant

    logs.quiet_rasa()
    return Assistant(model.ensure(ROOT / "models"))


@pytest.fixture
def database(loaded: Path, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'waymark.db'}"
    copy_into(loaded, url)
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def phone(database: Database, assistant: object, make_settings: Callable[..., Settings]) -> Callable[..., Phone]:
    worker = Worker(database, make_settings(), lambda: assistant)  # type: ignore[arg-type,return-value]
    return lambda kind="sms": Phone(database, worker, kind)
