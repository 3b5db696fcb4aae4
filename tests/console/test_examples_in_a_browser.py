"""An editor at work in Debian's Chromium: tries a question, adds examples, and makes one of what people asked in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from bot import answers, contacts, grouping, staff, teams
from bot.db import Database
from bot.nlu import encoder
from bot.settings import Settings
from bot.tables import Question, Unanswered
from bot.web import create_app
from tests.console.conftest import PASSWORD, make_answer, make_topic
from tests.console.screenshots import sign_in
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed"),
]

LEILA = "leila@example.org"
QUESTIONS = {
    "shelter": ["I have nowhere to sleep tonight", "where is a bed for the night", "is there a shelter for families"],
    "school": ["can my daughter go to school", "school without papers", "my son wants to learn"],
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def address(sqlite: Database, make_settings: Callable[..., Settings]) -> Iterator[str]:
    with sqlite.write() as session:
        staff.add(session, LEILA, "Leila", ["editor"], PASSWORD)
        teams.ensure_first(session)
    for topic, title in (("shelter", "A place to sleep"), ("school", "School for children")):
        make_topic(sqlite, topic, category="children", titles={"en": title, "ar": "موضوع"})
        make_answer(sqlite, topic)
    with sqlite.write() as session:
        for topic, texts in QUESTIONS.items():
            for text, vector in zip(texts, encoder.embed(texts), strict=True):
                data = {"topic_id": topic, "locale": "en", "encoder": encoder.NAME}
                session.add(Question(text=text, embedding=vector.tobytes(), **data))
        asked = ("where is a bed for the night please", "my name is Farzad, call 0691234567, what about my dog")
        for number, text in enumerate(asked):
            contact = contacts.find_or_create(session, "sms", f"+30690000000{number}")
            session.add(
                Unanswered(contact_id=contact.id, locale="en", country="GR", text=text, reason="nothing_near", confidence=0.1)
            )
        session.flush()
        grouping.group_new(session)
        answers.touch(session)
    with serving(create_app(sqlite, make_settings())) as found:
        yield found


def desk_of(chromium: Browser, address: str, width: int = 1280, locale: str = "en") -> Page:
    page = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale).new_page()
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    sign_in(page, address, LEILA)
    return page


def faults(page: Page) -> list[str]:
    return [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]


def examples_of(database: Database, topic: str) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Question.text).where(Question.topic_id == topic).order_by(Question.id)))


def test_an_editor_tries_a_question_and_adds_an_example_that_is_doubted_while_typing(
    chromium: Browser, address: str, sqlite: Database
) -> None:
    page = desk_of(chromium, address)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{address}/console/examples")
    page.keyboard.press("t")
    page.keyboard.type("is there a shelter for my family tonight")
    page.get_by_role("button", name="Try").click()
    expect(page.locator("#trial")).to_contain_text("Would be answered: A place to sleep")
    assert faults(page) == []
    page.locator(".matrix").get_by_role("link", name="School for children", exact=True).click()
    expect(page.locator("h1")).to_have_text("School for children")
    page.wait_for_load_state("load")
    page.keyboard.press("n")
    page.keyboard.type("is there a shelter for a family")
    expect(page.locator("#doubts")).to_contain_text("1 question lies nearer to another topic")
    page.locator("#f-questions").fill("my son wants to learn to read")
    expect(page.locator("#doubts")).to_contain_text("Nearest to this topic")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#said")).to_contain_text("1 question added")
    assert examples_of(sqlite, "school") == [*QUESTIONS["school"], "my son wants to learn to read"]
    page.locator("tr", has_text="my son wants to learn to read").get_by_role("button", name="Remove").click()
    page.locator("#ask").get_by_role("button", name="Yes").click()
    expect(page.locator("#said")).to_contain_text("Removed")
    assert examples_of(sqlite, "school") == QUESTIONS["school"] and problems == []


def test_an_editor_makes_an_example_of_what_was_asked_in_vain_with_one_click_and_undoes(
    chromium: Browser, address: str, sqlite: Database
) -> None:
    page = desk_of(chromium, address)
    page.goto(f"{address}/console/unanswered")
    assert "Farzad" not in page.content() and "0691234567" not in page.content()
    assert faults(page) == []
    page.get_by_role("button", name="Make it an example of “A place to sleep”").click()
    expect(page.locator("#said")).to_contain_text("An example of “A place to sleep” now")
    assert examples_of(sqlite, "shelter")[-1] == "where is a bed for the night please"
    expect(page.locator(".group")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator("#said")).to_contain_text("1 question is open again")


def test_a_group_with_hidden_details_is_worked_on_by_keys_alone(chromium: Browser, address: str, sqlite: Database) -> None:
    page = desk_of(chromium, address)
    page.goto(f"{address}/console/unanswered")
    page.locator(".group", has_text="what about my dog").locator("a.first").click()
    expect(page.locator("h1")).to_contain_text("1 question that means the same")
    assert "▮name▮" in page.locator("#f-text").input_value() and "Farzad" not in page.content()
    assert faults(page) == []
    page.keyboard.press("e")
    page.locator("#f-text").fill("may my dog sleep in the shelter, too")
    expect(page.locator("#trial")).to_contain_text("A place to sleep")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("#said")).to_contain_text("1 question is dealt with")
    with sqlite.read() as session:
        assert set(session.scalars(select(Unanswered.settled_by))) == {None, LEILA}


def test_the_screens_read_from_right_to_left_and_fit_a_phone(chromium: Browser, address: str) -> None:
    page = desk_of(chromium, address, width=390, locale="ar")
    for path in ("/console/examples", "/console/examples/topic?topic=school", "/console/unanswered", "/console/unanswered/2"):
        page.goto(address + path)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert faults(page) == [], path
