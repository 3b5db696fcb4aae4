"""What admins do all day, in Debian's Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot import staff, teams
from bot.db import Database, utcnow
from bot.settings import Settings
from bot.tables import Contact, Inbox, Office, Option, Staff, Team
from bot.web import create_app
from tests.console.conftest import PASSWORD, make_case, make_contact, say
from tests.console.screenshots import sign_in
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def address(sqlite: Database, make_settings: Callable[..., Settings]) -> Iterator[str]:
    with sqlite.write() as session:
        staff.add(session, "admin@example.org", "Admin", ["admin"], PASSWORD)
        staff.add(session, "worker@example.org", "Worker", ["caseworker"], PASSWORD)
        teams.ensure_first(session)
        for n, city in enumerate(("Athens", "Tūnis", "Roma")):
            session.add(
                Office(id=f"o{n}", organization=f"Desk of {city}", kind="ngo", country=("GR", "TN", "IT")[n], cities=[city])
            )
    with serving(create_app(sqlite, make_settings())) as served:
        yield served


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, locale="en", permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None)
    sign_in(page, address, "admin@example.org")
    yield page
    context.close()
    assert broken == []


def is_accessible(page: Page) -> bool:
    found = Axe().run(page).response["violations"]
    serious = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []
    return True


def test_somebody_is_invited_with_a_copied_link_and_comes_in(page: Page, address: str, chromium: Browser) -> None:
    page.goto(f"{address}/console/staff")
    page.keyboard.press("n")
    page.get_by_label("E-mail address").fill("nadia@example.org")
    page.get_by_label("Name", exact=True).fill("Nadia")
    page.get_by_label("Editor").check()
    assert is_accessible(page)
    page.get_by_role("button", name="Make the link").click()
    assert is_accessible(page)
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    path = link[link.index("/console/") :]
    guest = chromium.new_context(locale="en").new_page()
    guest.goto(address + path)
    guest.get_by_label("New password").fill("nine purple teapots")
    guest.get_by_label("The same again").fill("nine purple teapots")
    guest.get_by_role("button", name="Set the password").click()
    guest.wait_for_url("**/console/sign-in")
    guest.context.close()


def test_an_account_is_switched_off_only_after_asking(page: Page, address: str, sqlite: Database) -> None:
    page.goto(f"{address}/console/staff")
    page.get_by_role("link", name="Worker").click()
    page.get_by_role("button", name="Switch the account off").click()
    page.get_by_role("button", name="No").click()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    page.get_by_role("button", name="Switch the account off").click()
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_text("Worker can no longer sign in.")).to_be_visible()
    assert is_accessible(page)
    with sqlite.read() as session:
        assert session.query(Staff).filter_by(email="worker@example.org").one().active is False


def test_a_team_is_given_an_office_that_is_found_by_its_name(page: Page, address: str, sqlite: Database) -> None:
    make_case(sqlite)
    page.goto(f"{address}/console/teams")
    page.get_by_role("link", name="Everywhere").click()
    page.get_by_label("All cases, everywhere").uncheck()
    page.get_by_label("Find an office").fill("tunis")
    expect(page.get_by_label("Desk of Roma (Roma)")).to_be_hidden()
    page.get_by_label("Desk of Tūnis (Tūnis)").check()
    page.get_by_label("Monday").fill("08:00-16:30")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("No team serves 1 open case.")).to_be_visible()
    assert is_accessible(page)
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_text("The team Everywhere is saved.")).to_be_visible()
    with sqlite.read() as session:
        team = session.get_one(Team, 1)
        assert (team.everywhere, team.offices, team.schedule) == (False, ["o1"], "Mo 08:00-16:30")


def test_keeping_less_shows_what_would_go_before_it_goes(page: Page, address: str, sqlite: Database) -> None:
    row = say(sqlite, make_contact(sqlite), "old words", outcome="greeted")
    with sqlite.write() as session:
        session.get_one(Inbox, row).received_at = utcnow() - timedelta(days=20)
    page.goto(f"{address}/console/options")
    page.get_by_label("Days that messages are kept").fill("10")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 message that people wrote")).to_be_visible()
    assert is_accessible(page)
    page.get_by_role("button", name="Save and let it be emptied").click()
    expect(page.get_by_text("Saved. The change is in force.")).to_be_visible()
    page.goto(f"{address}/console/retention")
    expect(page.get_by_role("heading", name="Would be emptied now")).to_be_visible()
    expect(page.get_by_text("1 message that people wrote")).to_be_visible()
    assert is_accessible(page)
    with sqlite.read() as session:
        assert session.get_one(Option, "retention_days").value == 10


def test_a_person_is_found_given_their_data_and_erased(page: Page, address: str, sqlite: Database) -> None:
    make_case(sqlite)
    page.goto(f"{address}/console/retention")
    page.get_by_label("Phone number, or number of the Telegram chat").fill("+30 691 234 5678")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="A person's data")).to_be_visible()
    assert "691" not in page.url
    assert is_accessible(page)
    page.locator("#f-export-again").fill("+306912345678")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").click()
    assert download.value.suggested_filename.startswith("waymark-person-")
    page.locator("#f-erase-again").fill("+306912345678")
    page.get_by_role("button", name="Erase everything").click()
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_text("What was kept about this person is erased.")).to_be_visible()
    with sqlite.read() as session:
        assert session.query(Contact).one().erase_at is not None


def test_the_audit_is_narrowed_by_a_click_and_taken_along(page: Page, address: str) -> None:
    page.goto(f"{address}/console/audit?kind=staff")
    page.get_by_role("link", name="admin@example.org").first.click()
    expect(page.get_by_label("Who", exact=True)).to_have_value("admin@example.org")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    assert "session.begun" in download.value.path().read_text(encoding="utf-8-sig")


def test_the_overview_is_read_with_the_keyboard_and_without_javascript(
    page: Page, address: str, sqlite: Database, chromium: Browser
) -> None:
    say(sqlite, make_contact(sqlite), "hello", outcome="answered:asylum_apply")
    page.keyboard.press("g")
    page.keyboard.press("v")
    page.wait_for_url("**/console/overview")
    page.get_by_text("The numbers").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Messages").first).to_be_visible()
    assert is_accessible(page)
    picture = page.get_by_role("img", name="Messages per day")
    assert picture.bounding_box() is not None
    plain = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(f"{address}/console/overview?days=7")
    assert plain.get_by_role("img", name="Messages per day").count() == 1
    plain.context.close()
