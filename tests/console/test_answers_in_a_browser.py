"""An editor at work in Debian's Chromium: the preview while typing, saving by key, the second editor told, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from bot import staff, teams
from bot.db import Database
from bot.settings import Settings
from bot.tables import Answer
from bot.web import create_app
from tests.console.conftest import PASSWORD, make_answer
from tests.console.screenshots import sign_in
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed"),
]

TEXT = "/console/answers/text?topic=asylum_apply&locale=en"
ANNA, BOB = "anna@example.org", "bob@example.org"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def address(sqlite: Database, make_settings: Callable[..., Settings]) -> Iterator[str]:
    with sqlite.write() as session:
        for email in (ANNA, BOB):
            staff.add(session, email, email.split("@")[0].title(), ["editor"], PASSWORD)
        teams.ensure_first(session)
    make_answer(sqlite)
    with serving(create_app(sqlite, make_settings())) as found:
        yield found


def desk_of(chromium: Browser, address: str, email: str) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en").new_page()
    page.set_default_timeout(20_000)
    sign_in(page, address, email)
    return page


def test_an_editor_sees_what_a_text_costs_while_typing_and_saves_it_by_key(
    chromium: Browser, address: str, sqlite: Database
) -> None:
    page = desk_of(chromium, address, ANNA)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}{TEXT}")
    preview = page.locator("#preview")
    page.fill("#f-sms", "Go to the asylum office. It is free. ❤ " + "Bring every paper that you have. " * 3)
    expect(preview).to_contain_text("heavy black heart")
    expect(preview.locator(".phone")).to_contain_text("Go to the asylum office")
    preview.get_by_role("button", name="Show it").click()
    assert page.evaluate("getSelection().toString()") == "❤"
    page.keyboard.press("Backspace")
    expect(preview).not_to_contain_text("heavy black heart")
    expect(page.locator("[data-live-count]")).to_contain_text("GSM-7")
    assert [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")] == []
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text("Saved as version 2")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.locator("#said")).to_contain_text("The next message carries it")
    with sqlite.read() as session:
        said = session.scalars(select(Answer.sms).where(Answer.status == "published")).one()
    assert said.startswith("Go to the asylum office. It is free.  Bring") and problems == []
    page.context.close()


def test_the_second_editor_is_told_at_once_and_decides_between_two_texts(chromium: Browser, address: str) -> None:
    anna, bob = desk_of(chromium, address, ANNA), desk_of(chromium, address, BOB)
    with bob.expect_response("**/presence"):
        bob.goto(f"{address}{TEXT}")
    anna.goto(f"{address}{TEXT}")
    expect(anna.locator("#presence")).to_contain_text("Bob has this text open, too")
    bob.fill("#f-sms", "Bob's text.")
    bob.get_by_role("button", name="Save draft").click()
    expect(bob.locator("#said")).to_contain_text("Saved as version 2")
    expect(anna.locator("#presence")).to_contain_text("bob@example.org has saved version 2", timeout=30_000)
    anna.fill("#f-sms", "Anna's text.")
    anna.get_by_role("button", name="Save draft").click()
    expect(anna.get_by_role("alert")).to_contain_text("Nothing was written over")
    expect(anna.locator("#f-sms")).to_have_value("Anna's text.")
    assert [v["id"] for v in Axe().run(anna).response["violations"] if v["impact"] in ("serious", "critical")] == []
    anna.get_by_role("button", name="Save mine as the newest draft").click()
    expect(anna.locator("#said")).to_contain_text("Saved as version 3")
    for page in (anna, bob):
        page.context.close()


def test_a_browser_asks_before_typed_words_are_left_behind(chromium: Browser, address: str) -> None:
    page = desk_of(chromium, address, ANNA)
    page.goto(f"{address}{TEXT}")
    page.fill("#f-chat", "Half an hour of work.")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Versions").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("#f-chat")).to_have_value("Half an hour of work.")
    page.context.close()


def test_a_text_typed_in_a_session_that_ended_meanwhile_can_be_put_back(chromium: Browser, address: str) -> None:
    page = desk_of(chromium, address, ANNA)
    page.goto(f"{address}{TEXT}")
    page.fill("#f-sms", "An hour of work.")
    page.context.clear_cookies(name="waymark-staff")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/console/sign-in**")
    sign_in(page, address, ANNA)
    page.goto(f"{address}{TEXT}")
    expect(page.locator("#f-sms")).not_to_have_value("An hour of work.")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#f-sms")).to_have_value("An hour of work.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#said")).to_contain_text("Saved as version 2")
    expect(page.locator("#kept")).to_be_hidden()
    page.context.close()
