"""The main job in a real browser: a case is referred, the office reads it and answers, and the case is exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select

from bot import casework, staff, teams
from bot.db import Database
from bot.settings import Settings
from bot.tables import Office, Referral, Staff
from bot.web import create_app
from tests.console.conftest import PASSWORD, make_case
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")]
EMAIL = "casey@example.org"
NEED = "أحتاج إلى محام، رقمي +30 210 123 4567"


@pytest.fixture
def page(sqlite: Database, make_settings: Callable[..., Settings]) -> Iterator[Page]:
    """A caseworker's page, signed in at the case that they have taken."""
    with sqlite.write() as session:
        staff.add(session, EMAIL, "Casey", ["caseworker"], PASSWORD)
        names = {"en": "GCR legal office"}
        session.add(Office(id="gcr", organization="GCR", names=names, kind="office", needs=["legal"], country="GR"))
        teams.ensure_first(session)
    case = make_case(sqlite, need=NEED, need_kind="legal", country="GR", locale="ar")
    with sqlite.write() as session:
        found = session.get_one(Referral, case)
        casework.take(session, found, session.scalars(select(Staff)).one(), found.version)
    with sync_playwright() as playwright, serving(create_app(sqlite, make_settings())) as address:
        browser = launch(playwright)
        opened = browser.new_context(base_url=address, viewport={"width": 390, "height": 844}, accept_downloads=True).new_page()
        opened.goto("/console/sign-in")
        opened.fill("#email", EMAIL)
        opened.fill("#password", PASSWORD)
        opened.press("#password", "Enter")
        opened.wait_for_url("**/console/cases**")
        opened.goto(f"/console/cases/{case}/partners")
        yield opened
        browser.close()


def calm(page: Page) -> None:
    """No finding of axe that is serious or worse, and nothing wider than the phone."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_case_is_referred_and_the_office_says_yes(page: Page, sqlite: Database) -> None:
    calm(page)
    page.get_by_role("link", name="Choose an office").click()
    with page.expect_response(lambda answer: "q=gcr" in answer.url):
        page.get_by_label("Name, organisation or town").fill("gcr legal")
    expect(page.get_by_role("status").filter(has_text="1 office")).to_be_visible()
    calm(page)
    page.get_by_role("link", name="Choose GCR legal office").click()
    calm(page)
    page.get_by_role("button", name="Show what will be shared").click()
    calm(page)
    page.get_by_label("How", exact=True).select_option("in_person")
    page.get_by_label("When, and what they said").fill("At the desk this morning: yes.")
    page.get_by_role("button", name="Note the consent").click()
    page.get_by_role("button", name="Make the link for the office").click()
    link = page.get_by_label("Link", exact=True).input_value()
    calm(page)

    office = page.context.browser.new_context(viewport={"width": 390, "height": 844}).new_page()  # type: ignore[union-attr]
    path = link.split("/partner/")[1]
    office.goto(page.url.split("/console")[0] + "/partner/" + path)
    calm(office)
    expect(office.get_by_text("محام")).to_have_count(0)
    office.get_by_role("button", name="Show what waits").click()
    expect(office.get_by_text("محام")).to_be_visible()
    expect(office.locator("bdo")).to_have_text("+30 210 123 4567")
    calm(office)
    office.get_by_label("A word to the caseworker").fill("Monday 9:00")
    office.get_by_role("button", name="Yes, we can help").click()
    expect(office.get_by_role("status").filter(has_text="Thank you")).to_be_visible()

    page.get_by_role("link", name="Back to the partners").click()
    expect(page.get_by_text("Accepted")).to_be_visible()
    expect(page.get_by_text("Monday 9:00")).to_be_visible()


def test_a_slow_press_on_a_found_office_is_not_lost(page: Page) -> None:
    page.get_by_role("link", name="Choose an office").click()
    with page.expect_response(lambda answer: "q=gcr" in answer.url):
        page.get_by_label("Name, organisation or town").fill("gcr legal")
    office = page.get_by_role("link", name="Choose GCR legal office")
    office.hover()
    page.mouse.down()
    page.wait_for_timeout(700)  # long enough for a search that leaving the field would start
    page.mouse.up()
    expect(page.get_by_role("button", name="Show what will be shared")).to_be_visible()


def test_declining_asks_back_and_a_second_thought_changes_nothing(page: Page) -> None:
    page.get_by_role("link", name="Choose an office").click()
    page.get_by_role("link", name="Choose GCR legal office").click()
    page.get_by_role("button", name="Show what will be shared").click()
    page.get_by_label("When, and what they said").fill("yes")
    page.get_by_role("button", name="Note the consent").click()
    page.get_by_role("button", name="Make the link for the office").click()
    path = page.get_by_label("Link", exact=True).input_value().split("/partner/")[1]
    page.context.clear_cookies()
    page.goto(f"/partner/{path}")
    page.get_by_role("button", name="Show what waits").click()
    page.get_by_role("button", name="No, we cannot").click()
    page.get_by_role("dialog").get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("heading", name="Can you help?")).to_be_visible()
    page.get_by_role("button", name="No, we cannot").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_role("heading", name="Thank you for your answer")).to_be_visible()


def test_a_case_is_exported_after_a_look_at_what_the_file_holds(page: Page, sqlite: Database) -> None:
    page.goto(page.url.replace("/partners", "/export"))
    calm(page)
    page.get_by_label("Phone number").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Phone number")).to_be_visible()
    calm(page)
    with page.expect_download() as made:
        page.get_by_role("button", name="Make the file").click()
    assert made.value.suggested_filename.endswith(".pdf")
    with sqlite.read() as session:
        assert [event.kind for event in session.scalars(select(Referral)).one().events][-1] == "exported"


def test_what_is_ticked_is_deleted(page: Page) -> None:
    page.goto(page.url.replace("/partners", "/erase"))
    calm(page)
    page.get_by_label("How to reach the person safely").check()
    page.get_by_role("button", name="Delete what is ticked").click()
    calm(page)
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_role("status").filter(has_text="Deleted.")).to_be_visible()
    expect(page.get_by_text("only SMS, after 18:00")).to_have_count(0)
