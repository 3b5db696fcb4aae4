"""Take the pictures of the simulator in docs/screenshots: `python -m tests.simulator.screenshots` from the root."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet
from playwright.sync_api import Page, sync_playwright

from bot import crypto

from .bench import FakeWorker, helpful, helpful_in_arabic, make_app, make_database, make_settings, serving
from .browser import launch

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
QUESTIONS = {"en": "How do I ask for asylum?", "ar": "كيف أطلب اللجوء؟"}
ANSWERINGS = {"en": helpful, "ar": helpful_in_arabic}


def main() -> None:
    crypto.use((Fernet.generate_key().decode(),))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        database = make_database(folder)
        with serving(make_app(database, make_settings(folder))) as address, FakeWorker(database) as worker:
            browser = launch(playwright)
            for language in QUESTIONS:
                worker.answering = ANSWERINGS[language]
                for width, height in ((1280, 900), (390, 844)):
                    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
                    page.goto(f"{address}/try?lang={language}")
                    converse(page, language, narrow=width < 1000)
                    page.screenshot(path=FOLDER / f"try-{width}-{language}.png", full_page=True)
                    if "--more" in sys.argv:
                        more(page, address, f"{width}-{language}", Path(sys.argv[-1]))
                    page.context.close()
            browser.close()


def converse(page: Page, language: str, narrow: bool) -> None:
    write(page, "sms", QUESTIONS[language])
    if narrow:
        page.locator("input[value=chat]").check()
    write(page, "chat", QUESTIONS[language])
    page.locator("[data-phone=chat] .choice").first.click()
    page.locator("[data-phone=chat] .locate").click()
    page.locator("dialog [data-lat]").first.click()
    page.wait_for_selector("[data-phone=chat] .them .card")
    page.locator("#sms-text").evaluate("field => field.blur()")
    page.wait_for_timeout(1500)


def write(page: Page, kind: str, text: str) -> None:
    page.fill(f"#{kind}-text", text)
    page.press(f"#{kind}-text", "Enter")
    page.wait_for_selector(f"[data-phone={kind}] .them")


def more(page: Page, address: str, name: str, folder: Path) -> None:
    """Pictures for the eye only: the other phone, the dark colours, the dialog, the landing page."""
    page.locator("input[value=sms]").check()
    page.screenshot(path=folder / f"sms-{name}.png", full_page=True)
    page.locator("input[value=chat]").check()
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=folder / f"dark-{name}.png", full_page=True)
    page.locator(".attach").click()
    page.screenshot(path=folder / f"places-{name}.png")
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/?lang={name[-2:]}")
    page.screenshot(path=folder / f"landing-{name}.png", full_page=True)


if __name__ == "__main__":
    main()
