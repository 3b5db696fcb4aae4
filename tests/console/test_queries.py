"""The number of queries of a page does not grow with the rows. Every page that the routes name is asked, also new ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import event

from benchmarks import pages, seed_console
from benchmarks.seeding import EMAIL, PASSWORD, Sizes
from bot import audit, contacts, crypto, outbox, settings
from bot.db import Database
from bot.messages import Outgoing
from bot.settings import Settings
from bot.tables import Base
from bot.web import create_app
from tests.console.conftest import Browser

KEY = Fernet.generate_key().decode()
FEW = Sizes(
    contacts=60,
    messages=500,
    cases=60,
    topics=6,
    offices=12,
    unanswered=30,
    audit_events=60,
    staff=8,
    saved_replies=12,
    recalls=2,
)
MANY = FEW.scaled(10)
# Asked for by themselves these lead elsewhere or need more in their address; pages.MORE has them with it.
SENT_ON = {303, 400, 404, 422}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    kind: str
    statements: list[str]


# Each of the answers offered while writing is found by the rule by which contacts get theirs: twelve at most, however many.
BOUNDED = {"/console/cases/{referral_id:int}/answers": 12}


class Counted:
    """A console on a seeded database, and how many statements each page of it runs."""

    def __init__(self, path: Path, sizes: Sizes, config: Settings) -> None:
        self.database = Database(f"sqlite:///{path}")
        Base.metadata.create_all(self.database.engine)
        seed_console.seed(self.database, sizes)
        with self.database.read() as session:
            self.filled = pages.parameters(session)
        self.app: Litestar = create_app(self.database, config)

    def statements(self) -> dict[str, Answer]:
        """By route, the statements of its page's second time; the first one fills caches."""
        with TestClient(self.app, base_url="http://127.0.0.1:8000") as client:
            browser = Browser(client)
            assert browser.sign_in(EMAIL, PASSWORD).status_code == 303
            return {route: self._ask(browser, address) for route, address in pages.addresses(self.app, self.filled).items()}

    def _ask(self, browser: Browser, address: str) -> Answer:
        browser.get(address)
        with self._listening() as seen:
            answer = browser.get(address)
        return Answer(answer.status_code, answer.headers.get("content-type", ""), seen)

    @contextmanager
    def _listening(self) -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(self.database.engine, "before_cursor_execute", note)
        yield seen
        event.remove(self.database.engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counted, Counted]]:
    folder = tmp_path_factory.mktemp("seeded")
    config = settings.load({"WAYMARK_DATA_DIR": str(folder), "WAYMARK_SECRET_KEYS": KEY})
    crypto.use((KEY,))
    few, many = Counted(folder / "few.db", FEW, config), Counted(folder / "many.db", MANY, config)
    yield few, many
    few.database.close(), many.database.close()


@pytest.fixture(autouse=True)
def keys() -> None:
    crypto.use((KEY,))  # those of the databases above, which outlive a test


def test_ten_times_the_rows_take_as_many_queries(both: tuple[Counted, Counted]) -> None:
    few, many = both
    before, after = few.statements(), many.statements()
    assert {"/console/cases", "/console/answers", "/console/recall", "/console/saved-replies"} <= set(before) == set(after)
    assert {a: after[a].status for a in after if {before[a].status, after[a].status} - {200, *SENT_ON}} == {}
    # A file to download is read in pieces, and has all rows by its nature.
    shown = [a for a in after if after[a].status == 200 and after[a].kind.startswith("text/html")]
    assert len(shown) > 20
    grown = [a for a in shown if len(after[a].statements) > len(before[a].statements) + BOUNDED.get(a, 0)]
    assert {a: _more(before[a].statements, after[a].statements) for a in grown} == {}


def _more(before: list[str], after: list[str]) -> list[str]:
    """The statements that came more often, so that a failure names them. The same words with a longer list are others here."""
    return [f"{after.count(s)}×: {' '.join(s.split())[:300]}" for s in dict.fromkeys(after) if after.count(s) > before.count(s)]


def test_the_seed_fills_what_pages_show(both: tuple[Counted, Counted]) -> None:
    _, many = both
    assert {"referral_id", "answer_id", "topic_id", "office_id", "recall_id", "reply_id", "staff_id"} <= set(many.filled)
    with many.database.read() as session:
        counts = {t.__tablename__: session.query(t).count() for t in seed_console.tables()}
    assert [name for name, number in counts.items() if not number] == []
    assert counts["inbox"] == counts["contact"] * 25 // 6 == 2500


def test_a_seeded_database_takes_new_rows(database: Database) -> None:
    seed_console.seed(database, FEW.scaled(0.5))
    with database.write() as session:
        contact = contacts.find_or_create(session, "sms", "+15550001111")
        outbox.add(session, contact, Outgoing("sms", contact.address, "hello"), inbox_id=None, position=0)
        audit.add(session, EMAIL, "case.viewed", "case", "1")


def test_a_page_that_asks_once_a_row_would_be_noticed() -> None:
    assert _more(["select 1", "select 2"], ["select 1", "select 2", "select 2"]) == ["2×: select 2"]
