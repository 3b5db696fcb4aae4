"""A translator at work in Debian's Chromium: by keys from text to text, faults told while typing, a file in and its report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from bot import editing, staff, teams
from bot.db import Database
from bot.editing import Key, Saved
from bot.settings import Settings
from bot.tables import Answer
from bot.web import create_app
from tests.console.conftest import PASSWORD, make_answer, make_topic
from tests.console.screenshots import sign_in
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed"),
]

AMAL = "amal@example.org"
EN = {"sms": "Call 112 now. It is free.", "chat": "Call 112 now. It is free.\n- Say where you are.\n- Wait."}
AR = {"sms": "اتصل بالرقم 112 الآن. المكالمة مجانية.", "chat": "اتصل بالرقم 112 الآن. المكالمة مجانية.\n- قل أين أنت.\n- انتظر."}
NEW = "Call 112 now, day or night. It is free.\n- Say where you are.\n- Wait."


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def address(sqlite: Database, make_settings: Callable[..., Settings]) -> Iterator[str]:
    with sqlite.write() as session:
        staff.add(session, AMAL, "Amal", ["editor"], PASSWORD).locales = ["ar", "fr"]
        teams.ensure_first(session)
    for number, topic in enumerate(("asylum_apply", "work_rights")):
        make_topic(sqlite, topic, titles={"en": f"Title {number}", "ar": "عنوان"}, position=number)
        make_answer(sqlite, topic, **EN)
    make_answer(sqlite, "work_rights", "ar", **AR)
    with sqlite.write() as session:
        outcome = editing.save_draft(session, "work_rights", "en", None, 1, EN["sms"], NEW, "ed@example.org")
        assert isinstance(outcome, Saved)
        editing.publish(session, outcome.answer.id, "ed@example.org")
    with serving(create_app(sqlite, make_settings())) as found:
        yield found


def desk_of(chromium: Browser, address: str, width: int = 1280, locale: str = "en") -> Page:
    page = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale).new_page()
    page.set_default_timeout(20_000)
    sign_in(page, address, AMAL)
    return page


def faults(page: Page) -> list[str]:
    return [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]


def newest(database: Database, topic: str) -> Answer | None:
    with database.read() as session:
        return editing.newest(session, Key(topic, "ar", None))


def test_a_translator_goes_from_text_to_text_by_keys(chromium: Browser, address: str, sqlite: Database) -> None:
    page = desk_of(chromium, address)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/console/translations?locale=ar")
    expect(page.get_by_role("main")).to_contain_text("To do: 2 of 2")
    assert faults(page) == []
    page.keyboard.press("n")
    page.wait_for_url("**/text?topic=asylum_apply**")
    assert faults(page) == []
    sms = page.get_by_label("Arabic").nth(1)
    sms.fill("اتصل الآن. المكالمة مجانية.")
    expect(page.locator("#findings")).to_contain_text("This number is missing: 112")
    sms.fill(AR["sms"])
    expect(page.locator("#findings")).not_to_contain_text("missing")
    expect(page.locator("#meter-sms")).to_contain_text("1 segment")
    page.get_by_label("Arabic").nth(2).fill(AR["chat"])
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/text?topic=work_rights**")
    expect(page.locator("ins").first).to_contain_text(", day or night")
    page.get_by_label("The translation still holds as it is").check()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/console/translations\?"))
    expect(page.locator("#said")).to_contain_text("Nothing else is left here")
    found = [newest(sqlite, topic) for topic in ("asylum_apply", "work_rights")]
    assert [(row.status, row.translated_from) for row in found if row] == [("draft", 1), ("draft", 2)]
    assert problems == []
    page.context.close()


def test_english_is_copied_over_only_into_an_empty_field_and_unsaved_words_are_kept(chromium: Browser, address: str) -> None:
    page = desk_of(chromium, address)
    page.goto(f"{address}/console/translations/text?topic=asylum_apply&locale=ar")
    copy = page.get_by_role("button", name="Copy the English text over")
    expect(copy).to_have_count(2)
    copy.last.click()
    expect(page.locator("#t-chat")).to_have_value(EN["chat"])
    expect(page.locator("#findings")).to_contain_text("This is the English text")
    expect(copy.last).to_be_visible()
    expect(copy).to_have_count(1)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Skip to the next").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.context.close()


def test_a_file_is_checked_reported_and_saved(chromium: Browser, address: str, sqlite: Database, tmp_path: Path) -> None:
    page = desk_of(chromium, address)
    page.goto(f"{address}/console/translations/files?locale=ar")
    assert faults(page) == []
    page.get_by_label("Format").select_option("po")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    for part in ("sms", "chat"):
        english, arabic = (words[part].replace("\n", '\\n"\n"') for words in (EN, AR))
        text = re.sub(
            rf'(msgctxt "asylum_apply/ar//{part}"\nmsgid (?:""\n)?"{re.escape(english)}"\nmsgstr )""',
            lambda match, said=arabic: f'{match[1]}""\n"{said}"',  # type: ignore[misc]
            text,
        )
    path.write_text(text.replace("Title 0", "Titel 0"), encoding="utf-8")
    page.set_input_files("#f-file", path)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("main")).to_contain_text("To be saved: 2")
    assert faults(page) == []
    assert newest(sqlite, "asylum_apply") is None
    page.get_by_role("button", name="Save what can be saved").click()
    expect(page.locator("#said")).to_contain_text("Texts saved as drafts: 1")
    with sqlite.read() as session:
        assert session.scalars(select(Answer.sms).where(Answer.topic_id == "asylum_apply", Answer.locale == "ar")).all() == [
            AR["sms"]
        ]
    page.context.close()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_it_works_at_the_width_of_a_phone_in_both_directions(chromium: Browser, address: str, locale: str) -> None:
    page = desk_of(chromium, address, 390, locale)
    for path in ("", "?locale=ar", "/text?topic=work_rights&locale=ar", "/files"):
        page.goto(f"{address}/console/translations{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.evaluate("document.documentElement.dir") == ("rtl" if locale == "ar" else "ltr")
        assert faults(page) == [], path
    page.context.close()
