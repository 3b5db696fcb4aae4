"""Every screen in Debian's Chromium, at phone and desk width, in English and in Arabic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from bot import crypto
from bot.db import Database, utcnow
from bot.tables import Referral
from bot.web import create_app
from tests.conftest import KEY
from tests.console.conftest import make_case, make_contact, say
from tests.console.screenshots import PAGES, prepare, sign_in
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]

WIDTHS = (1280, 390)


class Served:
    """The console, served, with what its addresses need."""

    def __init__(self, address: str, database: Database, ids: dict[str, str]) -> None:
        self.address, self.database, self.ids = address, database, ids


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    crypto.use((KEY,))
    database, settings, ids = prepare(tmp_path_factory.mktemp("console"), whole=False)
    with serving(create_app(database, settings)) as address:
        yield Served(address, database, ids)
    database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def same_keys(served: Served) -> None:
    from bot import settings

    crypto.use(settings.load({"WAYMARK_DATA_DIR": str(Path(served.database.url.removeprefix("sqlite:///")).parent)}).secret_keys)


@pytest.fixture(
    scope="module", params=[(width, locale) for locale in ("en", "ar") for width in WIDTHS], ids=lambda p: f"{p[0]}-{p[1]}"
)
def signed_in(request: pytest.FixtureRequest, served: Served, chromium: Browser) -> Iterator[Page]:
    width, locale = request.param
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale)
    page = context.new_page()
    sign_in(page, served.address)
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_each_screen_is_accessible_fits_and_breaks_no_rule_of_its_own(signed_in: Page, served: Served, name: str) -> None:
    problems: list[str] = []
    signed_in.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    signed_in.on("pageerror", lambda error: problems.append(str(error)))
    answer = signed_in.goto(served.address + PAGES[name].format(**served.ids))
    assert answer is not None and answer.status == 200, name
    signed_in.wait_for_load_state("networkidle") if "case" not in name and name != "queue" else signed_in.wait_for_timeout(500)
    found = Axe().run(signed_in).response["violations"]
    serious = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []
    assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), "the page is wider than the window"
    assert problems == []


def test_the_list_of_shortcuts_opens_with_a_question_mark_and_names_them(served: Served, chromium: Browser) -> None:
    page = desk(served, chromium)
    page.goto(f"{served.address}/console/cases")
    page.keyboard.press("?")
    assert page.locator("#shortcuts").is_visible()
    assert "Next case" in page.locator("#shortcuts").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/console/answers")
    page.context.close()


def desk(served: Served, chromium: Browser, email: str = "amina@example.org", **options: Any) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en", **options).new_page()
    page.set_default_timeout(10_000)
    sign_in(page, served.address, email)
    return page


def test_a_new_case_appears_in_an_open_queue_without_loading_it_again(served: Served, chromium: Browser) -> None:
    page = desk(served, chromium, "jonas@example.org")
    page.goto(f"{served.address}/console/cases")
    page.wait_for_timeout(1500)  # connected
    page.evaluate("window.stillThere = true")
    person = make_contact(served.database, "+254712345678", "sms", "en", "KE")
    case = make_case(served.database, person, need="My baby needs a doctor in Nairobi", hours_ago=0)
    page.wait_for_selector("text=My baby needs a doctor in Nairobi")
    assert page.evaluate("window.stillThere"), "the page was not loaded anew"
    with served.database.write() as session:
        session.delete(session.get_one(Referral, case))
    page.context.close()


def test_a_caseworker_takes_writes_and_closes_with_the_keyboard_alone(served: Served, chromium: Browser) -> None:
    person = make_contact(served.database, "+254700000001", "sms", "en", "KE")
    case = make_case(served.database, person, need="I lost my papers", urgency="now", hours_ago=99)
    with served.database.write() as session:
        session.get_one(Referral, case).flagged_at = utcnow()
    page = desk(served, chromium, "jonas@example.org")
    page.goto(f"{served.address}/console/cases")
    page.keyboard.press("n")
    page.wait_for_url(f"**/console/cases/{case}")
    page.keyboard.press("t")
    page.wait_for_selector("text=The case is yours")
    page.keyboard.press("r")
    page.keyboard.type("Hello, I am Jonas. Come at nine.")
    page.wait_for_selector("#cost:has-text('1 segment')")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".bubble:has-text('I am Jonas')")
    say(served.database, person, "Thank you, I will come", "silent")
    page.wait_for_selector(".bubble:has-text('I will come')", timeout=8000)
    page.keyboard.press("c")
    page.wait_for_selector("#f-outcome:focus")
    page.keyboard.type("Helped")
    page.locator("form[action$='/close'] .button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The case is closed")
    with served.database.read() as session:
        assert session.get_one(Referral, case).outcome == "helped"
    page.context.close()


def test_an_answer_is_inserted_into_the_reply(served: Served, chromium: Browser) -> None:
    page = desk(served, chromium)
    page.goto(f"{served.address}/console/cases/{served.ids['case']}")
    page.keyboard.press("a")
    page.locator("#found-answers .insertion").first.click()
    assert len(page.input_value("#text")) > 40
    page.context.close()


def test_a_phone_shows_the_menu_on_demand(served: Served, chromium: Browser) -> None:
    page = desk(served, chromium)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served.address}/console/cases")
    assert not page.locator("nav[aria-label=Main] a").first.is_visible()
    page.locator(".menu > summary").click()
    assert page.locator("nav[aria-label=Main] a").first.is_visible()
    page.context.close()


def test_without_scripts_a_case_can_be_taken_and_answered(served: Served, chromium: Browser) -> None:
    person = make_contact(served.database, "+254700000002", "sms", "en", "KE")
    case = make_case(served.database, person, need="No script here", hours_ago=5)
    page = desk(served, chromium, "jonas@example.org", java_script_enabled=False)
    page.goto(f"{served.address}/console/cases/{case}")
    page.click("text=Take the case")
    page.fill("#text", "Written without scripts")
    page.click("text=Send >> nth=0")
    page.wait_for_selector(".bubble:has-text('Written without scripts')")
    page.context.close()
