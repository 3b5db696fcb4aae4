"""The whole way, in real processes: a person texts, a caseworker takes the case in a browser, they talk, it closes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy import select

from bot import crypto, staff, teams
from bot.db import Database
from bot.tables import AuditEvent, Outbox, Referral
from tests.conftest import KEY
from tests.console.conftest import PASSWORD
from tests.console.screenshots import sign_in
from tests.e2e.product import Product, eventually
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]

ANNA = "+306912345678"


def waiting(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(Outbox.id).where(Outbox.state.in_(["queued", "sending"]))))


def test_a_person_and_a_caseworker_from_the_first_sms_to_the_closed_case(start: Callable[..., Product], url: str) -> None:
    product = start(url)
    crypto.use((KEY,))
    database = Database(url)
    with database.write() as session:
        staff.add(session, "jonas@example.org", "Jonas", ["caseworker"], PASSWORD)
        teams.ensure_first(session)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en").new_page()
        page.set_default_timeout(20_000)
        sign_in(page, product.base, "jonas@example.org")
        page.goto(f"{product.base}/console/cases")
        assert page.get_by_text("No case here.").is_visible()

        product.ask(ANNA, "I want to talk to a person", seconds=90)
        for words in ("1", "my employer keeps my passport", "Athens", "only sms"):
            product.ask(ANNA, words)
        told = product.ask(ANNA, "1")
        with database.read() as session:
            number = session.scalars(select(Referral.number)).one()
        assert number in told

        page.get_by_text("my employer keeps my passport").wait_for()  # without loading the page again
        page.get_by_role("link", name=number).click()
        before = len(product.sms_to(ANNA))
        page.get_by_role("button", name="Take the case").click()
        eventually(lambda: len(product.sms_to(ANNA)) > before, 20, "the person is told")
        assert number in product.sms_to(ANNA)[before]
        page.fill("#text", "Hello, I am Jonas. Is it safe to call you tomorrow?")
        page.get_by_role("button", name="Send", exact=True).click()
        eventually(lambda: any("I am Jonas" in body for body in product.sms_to(ANNA)), 20, "the caseworker's words arrive")
        sid = next(message.sid for message in product.twilio.messages if "I am Jonas" in message.body)
        product.twilio.post_status(sid, "delivered")
        page.locator(".bubble:has-text('I am Jonas') >> text=delivered").wait_for()

        silent = len(product.sms_to(ANNA))
        assert product.sms(ANNA, "No, please only text. My boss is here.").status_code == 200
        page.locator(".bubble:has-text('My boss is here')").wait_for()
        assert len(product.sms_to(ANNA)) == silent, "the assistant says nothing meanwhile"

        page.get_by_text("Close the case").first.click()
        page.select_option("#f-outcome", "helped")
        page.fill("#closing", "I wish you all the best.")
        page.locator("form[action$='/close'] button").click()
        page.get_by_text("The case is closed.").wait_for()
        eventually(lambda: any("all the best" in body for body in product.sms_to(ANNA)), 20, "the last word arrives")
        browser.close()
    assert "asylum" in product.ask(ANNA, "how can I apply for asylum?").lower(), "the assistant answers again"
    with database.read() as session:
        case = session.scalars(select(Referral)).one()
        assert (case.state, case.outcome) == ("closed", "helped")
        actions = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
        assert {"session.begun", "case.viewed", "case.taken", "case.replied", "case.closed"} <= set(actions)
    eventually(lambda: not waiting(database), 20, "everything has left")
    database.close()
    logged = product.logs()
    for secret in (ANNA, "My boss is here", "keeps my passport", PASSWORD):
        assert secret not in logged
