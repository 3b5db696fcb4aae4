"""Every screen in Debian's Chromium, at phone and desk width, in English and in Arabic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from bot import crypto
from bot.db import Database
from bot.web import create_app
from tests.conftest import KEY
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
