"""Corrections and saved replies in Debian's Chromium: an editor and a caseworker, at both widths and in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from bot import crypto, outbox, settings, staff, teams
from bot.db import Base, Database, utcnow
from bot.tables import Contact, Outbox
from bot.web import create_app
from tests.console.conftest import PASSWORD, make_answer, make_case, make_contact, reply
from tests.console.screenshots import sign_in
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
ACCOUNT = "amina@example.org"
WRONG, RIGHT = "Go to street A.", "Go to street B."


class Served:
    def __init__(self, address: str, database: Database, keys: tuple[str, ...]) -> None:
        self.address, self.database, self.keys = address, database, keys

    def wrong_answer(self, topic: str) -> int:
        """A replaced English version with its successor, and three people who got the wrong one by SMS."""
        wrong = make_answer(self.database, topic, sms=WRONG, status="replaced", version=1)
        make_answer(self.database, topic, sms=RIGHT, version=2)
        make_answer(self.database, topic, "ar", sms="اذهب إلى الشارع ب", version=1)
        for number, locale in enumerate(("en", "en", "ar")):
            contact = make_contact(self.database, f"+3069{wrong:04}00{number:02}", locale=locale)
            at = utcnow() - timedelta(days=1)
            reply(self.database, contact, WRONG, answer_id=wrong, state="delivered", created_at=at)
        return wrong

    def corrections(self) -> list[str]:
        with self.database.read() as session:
            rows = session.scalars(select(Outbox).where(Outbox.recall_id.is_not(None)).order_by(Outbox.id)).all()
            return [outbox.outgoing_of(row, session.get_one(Contact, row.contact_id)).text for row in rows]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("recall")
    config = settings.load({"WAYMARK_DATA_DIR": str(folder)})
    crypto.use(config.secret_keys)
    database = Database(f"sqlite:///{folder / 'recall.db'}")
    Base.metadata.create_all(database.engine)
    with database.write() as session:
        staff.add(session, ACCOUNT, "Amina", ["caseworker", "editor"], PASSWORD)
        teams.ensure_first(session)
    with serving(create_app(database, config)) as address:
        yield Served(address, database, config.secret_keys)
    database.close()


@pytest.fixture(autouse=True)
def same_keys(keys: None, served: Served) -> None:
    crypto.use(served.keys)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    yield from signed_in(chromium, served, 1280, "en")


def signed_in(chromium: Browser, served: Served, width: int, locale: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, served.address)
    yield page
    assert problems == []
    context.close()


def test_an_editor_sees_the_numbers_change_confirms_them_and_watches_it_go(page: Page, served: Served) -> None:
    wrong = served.wrong_answer("first")
    page.goto(f"{served.address}/console/recall")
    page.locator(f'a[href="/console/recall/{wrong}"]').click()
    expect(page.locator("#numbers")).to_contain_text("to 3 people, in 3 SMS segments")
    page.locator("#numbers input[name=confirmed]").check()
    page.fill("#f-text-en", "Correction: " + "x" * 160)
    expect(page.locator("#numbers")).to_contain_text("to 3 people, in 5 SMS segments")
    # What was ticked was another number: it has to be said again.
    expect(page.locator("#numbers input[name=confirmed]")).not_to_be_checked()
    page.get_by_role("button", name="Send the correction").click()
    assert page.url.endswith(f"/console/recall/{wrong}") and served.corrections() == []
    page.fill("#f-text-en", f"Correction: {RIGHT}")
    expect(page.locator("#numbers")).to_contain_text("to 3 people, in 3 SMS segments")
    page.locator("#numbers input[name=confirmed]").check()
    page.get_by_role("button", name="Send the correction").click()
    expect(page.get_by_role("main")).to_contain_text("On its way to 3 of 3 people.", timeout=10_000)
    said = served.corrections()
    assert said[:2] == [f"Correction: {RIGHT}"] * 2 and "الشارع ب" in said[2]
    with served.database.write() as session:
        for row in session.scalars(select(Outbox).where(Outbox.recall_id.is_not(None))):
            row.state = "delivered"
    # The page looks by itself.
    expect(page.get_by_role("main")).to_contain_text("delivered3 messages", timeout=10_000)


def test_it_works_with_the_keyboard_alone(page: Page, served: Served) -> None:
    wrong = served.wrong_answer("second")
    before = len(served.corrections())
    page.goto(f"{served.address}/console/recall/{wrong}")
    page.locator("#f-days").focus()
    for _ in range(12):
        if page.evaluate("document.activeElement.name") == "confirmed":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("On its way to 3 of 3 people.", timeout=10_000)
    assert len(served.corrections()) == before + 3


def test_a_saved_reply_is_written_once_and_inserted_while_writing(page: Page, served: Served) -> None:
    contact = make_contact(served.database, "+306955500001", locale="fr")
    case = make_case(served.database, contact)
    page.goto(f"{served.address}/console/saved-replies")
    page.keyboard.press("n")
    page.select_option("#f-locale", "fr")
    page.fill("#f-title", "Rendez-vous")
    page.fill("#f-text", "Venez lundi à 9 h.")
    expect(page.locator("#cost")).not_to_be_empty()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Saved.")
    page.goto(f"{served.address}/console/cases/{case}")
    page.get_by_role("button", name="Take").first.click()
    page.get_by_text("Insert a saved reply").first.click()
    page.fill("#find-reply", "rendez vous")
    page.get_by_role("button", name="Rendez-vous").click()
    expect(page.locator("#text")).to_have_value("Venez lundi à 9 h.")


def test_deleting_a_saved_reply_asks_first(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/console/saved-replies/new?locale=en")
    page.fill("#f-title", "Goodbye")
    page.fill("#f-text", "Take care.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Goodbye").click()
    page.get_by_role("button", name="Delete").click()
    page.locator("#ask button[value=no]").click()
    expect(page.get_by_role("button", name="Delete")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.locator("#ask button[value=yes]").click()
    expect(page.locator("#said")).to_contain_text("Deleted.")
    expect(page.get_by_role("link", name="Goodbye")).to_have_count(0)


@pytest.mark.parametrize(("width", "locale"), [(1280, "en"), (390, "en"), (1280, "ar"), (390, "ar")])
def test_the_pages_are_accessible_and_fit(chromium: Browser, served: Served, width: int, locale: str) -> None:
    wrong = served.wrong_answer(f"topic_{width}_{locale}")
    for page in signed_in(chromium, served, width, locale):
        for path in (f"recall/{wrong}", "recall/sent/1", "saved-replies/new", "saved-replies/1"):
            answer = page.goto(f"{served.address}/console/{path}")
            assert answer is not None and answer.status == 200, path
            page.wait_for_load_state("networkidle")
            found = Axe().run(page).response["violations"]
            serious = [f"{path}: {rule['id']}" for rule in found if rule["impact"] in ("serious", "critical")]
            assert serious == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
