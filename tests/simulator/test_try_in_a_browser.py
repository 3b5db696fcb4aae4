"""The two phones in a real browser, answered by a worker without a model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from sqlalchemy import func, select

from bot.channels import sms_text
from bot.db import Database
from bot.messages import Incoming, Kind, State
from bot.simulator import pages
from bot.tables import Contact, Inbox, Outbox

from .bench import FakeWorker, helpful, make_app, make_database, make_settings, part, serving
from .browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]

LONG = "Réponse longue avec une apostrophe ’ qui coûte. " * 4


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = make_database(tmp_path_factory.mktemp("browser"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(make_app(database, make_settings(tmp_path_factory.mktemp("settings")))) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def worker(database: Database) -> Iterator[FakeWorker]:
    with FakeWorker(database, helpful) as started:
        yield started


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens /try; afterwards nothing may have been fetched elsewhere, refused by the policy or thrown by a script."""
    contexts, wrong = [], []

    def opened(path: str = "/try?lang=en", width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda r: None if r.url.startswith(address) else wrong.append(r.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def write(page: Page, kind: str, text: str) -> None:
    page.fill(f"#{kind}-text", text)
    page.press(f"#{kind}-text", "Enter")


def phone(page: Page, kind: str, selector: str = "") -> Any:
    return page.locator(f"[data-phone={kind}] {selector}".strip())


def stored_kinds(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Inbox.kind).order_by(Inbox.id)))


def test_an_sms_is_answered_with_its_cost_and_its_delivery(open_page: OpenPage, worker: FakeWorker) -> None:
    worker.answering = lambda incoming: [part(incoming, LONG)]
    page = open_page()
    write(page, "sms", "How do I ask for asylum?")
    expect(phone(page, "sms", ".me .text")).to_have_text("How do I ask for asylum?")
    expect(phone(page, "sms", ".them .text")).to_have_text(LONG.strip())
    counted = sms_text.count(LONG)
    assert counted.segments > 1
    cost = phone(page, "sms", ".them .cost").inner_text().split()
    assert " ".join(cost) == f"SMS: {counted.segments} · Unicode · {counted.units}"
    expect(phone(page, "sms", ".total")).to_contain_text(f"{1 + counted.segments} (sent 1, received {counted.segments})")
    expect(phone(page, "sms", ".them .state")).to_contain_text("Delivered")
    expect(page.locator("#sms-text")).to_have_value("")


def test_the_counter_counts_as_the_carriers_do(open_page: OpenPage) -> None:
    page = open_page()
    table = [
        *[
            "",
            "Hello",
            "a" * 160,
            "a" * 161,
            "a" * 306,
            "a" * 307,
            "\f|^",
            "`",
            "ç",
            "Ç",
            "a\r\nb",
            "\r\n" * 90,
            "\r\n" * 153,
        ],
        *["€" * 80, "€" * 81, "a" * 152 + "€" + "b" * 20, "ñ" * 70, "á", "á" * 70, "á" * 71, "e\u0301" * 40],
        *[
            "مرحبا " * 12,
            "مرحبا " * 30,
            "ነጻ ሕክምና " * 20,
            "á" + "\u0301" * 200,
            "á" + "\u0301" * 150 + "b" * 40,
            "🇬🇷" * 20,
        ],
        *["😀" * 35, "😀" * 36, "👨\u200d👩\u200d👧\u200d👦" * 7, "a" * 66 + "👍🏽" + "ß" * 70 + "ł"],
    ]
    counted = page.evaluate(
        "async ([path, texts]) => { const { count } = await import(path + '/segments.js'); return texts.map(count); }",
        [pages.static_path(), table],
    )
    for text, here in zip(table, counted, strict=True):
        there = sms_text.count(text)
        assert (here["encoding"], here["units"], here["segments"]) == (there.encoding, there.units, there.segments), text


def test_the_characters_left_are_shown_while_writing(open_page: OpenPage) -> None:
    page = open_page()
    counter = page.locator("#sms-counter")
    expect(counter).to_contain_text("Characters left: 160")
    page.locator("#sms-text").press_sequentially("Hello")
    expect(counter).to_contain_text("Characters left: 155")
    page.fill("#sms-text", "ł" * 71)
    expect(counter).to_contain_text("Characters left: 63")
    expect(counter).to_contain_text("SMS: 2")
    expect(counter).to_contain_text("Unicode")


def test_a_chat_taps_a_button_and_shares_a_place(open_page: OpenPage, worker: FakeWorker, database: Database) -> None:
    page = open_page()
    before = len(stored_kinds(database))
    write(page, "chat", "Hello")
    phone(
        page,
        "chat",
        ".choice",
    ).first.click()
    expect(phone(page, "chat", ".me .text").last).to_have_text("An office near me")
    phone(page, "chat", ".locate").click()
    page.get_by_role("dialog").get_by_role("button", name="Tapachula").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    card = phone(page, "chat", ".them .card")
    expect(card.get_by_role("link")).to_have_attribute(
        "href", "https://www.openstreetmap.org/?mlat=37.9881&mlon=23.7261#map=16/37.9881/23.7261"
    )
    assert stored_kinds(database)[before:] == ["text", "choice", "location"]


def test_the_browsers_own_position_can_be_shared(open_page: OpenPage, worker: FakeWorker) -> None:
    worker.answering = lambda incoming: [part(incoming, f"{incoming.kind} {incoming.lat} {incoming.lon}")]
    page = open_page(geolocation={"latitude": 16.97, "longitude": 7.99}, permissions=["geolocation"])
    phone(page, "chat", ".attach").click()
    page.get_by_role("button", name="My position").click()
    expect(phone(page, "chat", ".them .text")).to_have_text(f"{Kind.LOCATION} 16.97 7.99")


def test_a_refused_position_is_said_and_the_places_stay(open_page: OpenPage) -> None:
    page = open_page(permissions=[])
    page.evaluate("() => { navigator.geolocation.getCurrentPosition = (yes, no) => no({ code: 1 }); }")
    phone(page, "chat", ".attach").click()
    page.get_by_role("button", name="My position").click()
    expect(page.get_by_role("dialog")).to_contain_text("The browser gives no position")


@pytest.mark.parametrize("kind", ["sms", "chat"])
def test_an_answer_in_the_making_is_shown_until_it_comes(open_page: OpenPage, worker: FakeWorker, kind: str) -> None:
    worker.paused.set()
    page = open_page()
    write(page, kind, "Hello")
    expect(phone(page, kind, ".writing")).to_have_text("An answer is on its way…")
    worker.paused.clear()
    expect(phone(page, kind, ".them").first).to_be_visible()
    expect(phone(page, kind, ".writing")).to_have_text("")


def test_the_delivery_of_an_answer_is_followed(open_page: OpenPage, worker: FakeWorker, database: Database) -> None:
    worker.state = State.QUEUED
    page = open_page()
    write(page, "chat", "Hello")
    state = phone(page, "chat", ".them .state")
    expect(state).to_contain_text("On its way")
    with database.write() as session:
        row = session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
        row.state = State.FAILED.value
    expect(state).to_contain_text("Not delivered")


def test_a_message_that_cannot_be_posted_waits_and_is_stored_once(
    open_page: OpenPage, worker: FakeWorker, database: Database
) -> None:
    page = open_page()
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        # The server has the message, but the browser never learns it: the worst case for "once".
        if route.request.method == "POST" and len(lost) < 2:
            lost.append(json.loads(route.request.post_data or "")["id"])
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/try/api/messages*", lose_the_answer)
    before = len(stored_kinds(database))
    write(page, "sms", "first")
    write(page, "sms", "second")
    expect(phone(page, "sms", ".me .state").first).to_contain_text("Waiting for the connection")
    expect(phone(page, "sms", ".notice")).to_contain_text("No connection")
    expect(phone(page, "sms", ".them")).to_have_count(2)
    expect(phone(page, "sms", ".me .state").last).to_contain_text("Sent")
    expect(phone(page, "sms", ".notice")).to_be_hidden()
    assert len(lost) == 2 and len(set(lost)) == 1
    assert len(stored_kinds(database)) - before == 2


def test_waiting_messages_outlive_a_reload(open_page: OpenPage, worker: FakeWorker) -> None:
    page = open_page()
    page.route("**/try/api/**", lambda route: route.abort())
    write(page, "chat", "kept")
    expect(phone(page, "chat", ".me .state")).to_contain_text("Waiting")
    page.unroute_all()
    page.reload()
    expect(phone(page, "chat", ".me .text")).to_have_text("kept")
    expect(phone(page, "chat", ".them")).to_have_count(1)


def test_a_conversation_survives_a_change_of_language(open_page: OpenPage, worker: FakeWorker) -> None:
    page = open_page()
    write(page, "sms", "Hello")
    expect(phone(page, "sms", ".them")).to_have_count(1)
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(phone(page, "sms", ".message")).to_have_count(2)


def test_a_new_phone_is_somebody_nobody_knows(open_page: OpenPage, worker: FakeWorker, database: Database) -> None:
    def phones() -> int:
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(Contact)) or 0

    page = open_page()
    before = phones()
    write(page, "sms", "Hello")
    expect(phone(page, "sms", ".them")).to_have_count(1)
    phone(page, "sms").get_by_role("button", name="New phone").click()
    expect(phone(page, "sms", ".message")).to_have_count(0)
    expect(phone(page, "sms", ".total")).to_have_text("")
    expect(phone(page, "sms", ".notice")).to_contain_text("This is a new phone")
    expect(page.locator("#sms-text")).to_be_focused()
    write(page, "sms", "Hello again")
    expect(phone(page, "sms", ".them")).to_have_count(1)
    assert phones() - before == 2


def test_the_country_is_told_with_the_first_message_and_after_a_change_alone(open_page: OpenPage, worker: FakeWorker) -> None:
    told: list[str] = []

    def answering(incoming: Incoming) -> list[Any]:
        told.append(incoming.country_hint)
        return [part(incoming, "ok")]

    worker.answering = answering
    page = open_page()
    page.get_by_label("Country of the phone number").select_option("NE")
    for n, country in enumerate(["", "", "MX"], start=1):
        if country:
            page.get_by_label("Country of the phone number").select_option(country)
        write(page, "sms", "Hello")
        expect(phone(page, "sms", ".them")).to_have_count(n)
    assert told == ["NE", "", "MX"]


def test_stop_is_shown_on_the_phone(open_page: OpenPage, worker: FakeWorker) -> None:
    page = open_page()
    page.locator(".chip", has_text="STOP").click()
    expect(page.locator("#sms-text")).to_have_value("STOP")
    expect(page.locator("#sms-text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(phone(page, "sms", ".notice")).to_contain_text("Write START to come back")


def test_a_phone_whose_data_is_deleted_says_so_and_forgets(open_page: OpenPage, worker: FakeWorker, database: Database) -> None:
    page = open_page()
    write(page, "chat", "Hello")
    expect(phone(page, "chat", ".them")).to_have_count(1)
    with database.write() as session:
        session.delete(session.scalars(select(Contact).order_by(Contact.id.desc()).limit(1)).one())
    expect(phone(page, "chat", ".notice")).to_contain_text("data is deleted")
    page.reload()
    expect(phone(page, "chat", ".message")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar", "fr", "es"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, worker: FakeWorker, language: str, width: int) -> None:
    page = open_page(f"/try?lang={language}", width=width, height=800)
    for kind in ("sms", "chat"):
        page.locator(f"input[value={kind}]").check()
        write(page, kind, "https://example.org/" + "a" * 200)
        expect(phone(page, kind, ".them").first).to_be_visible()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert phone(page, kind, ".log").evaluate("log => log.scrollWidth <= log.clientWidth")
    assert phone(page, "sms").is_visible() is (width > 1020)


def test_arabic_runs_from_right_to_left(open_page: OpenPage) -> None:
    page = open_page("/try?lang=ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    sms, chat = phone(page, "sms").bounding_box(), phone(page, "chat").bounding_box()
    assert sms is not None and chat is not None and sms["x"] > chat["x"]


def test_everything_can_be_done_with_the_keyboard(open_page: OpenPage, worker: FakeWorker) -> None:
    page = open_page(width=390, height=844)

    def tab_to(selector: str, key: str = "Tab") -> None:
        for _ in range(60):
            page.keyboard.press(key)
            if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
        raise AssertionError(f"the Tab key does not reach {selector}")

    tab_to(".skip")
    tab_to("input[name=which]")
    page.keyboard.press("ArrowRight")
    expect(phone(page, "chat")).to_be_visible()
    tab_to(".chip")
    page.keyboard.press("Enter")
    expect(page.locator("#chat-text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(phone(page, "chat", ".choice")).to_have_count(2)
    tab_to(".choice", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(phone(page, "chat", ".locate")).to_be_visible()
    tab_to(".attach")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(phone(page, "chat", ".attach")).to_be_focused()


def test_what_is_on_the_page_has_a_name_for_those_who_hear_it(open_page: OpenPage, worker: FakeWorker) -> None:
    page = open_page()
    write(page, "chat", "Hello")
    expect(phone(page, "chat", ".choice")).to_have_count(2)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input, select, textarea')]
          .filter((e) => !e.closest('[aria-hidden=true]'))
          .filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim()))
          .map((e) => e.outerHTML)"""
    )
    assert nameless == []
    for kind, name in (("sms", "Messages on the plain phone"), ("chat", "Messages on the smartphone")):
        log = phone(page, kind).get_by_role("log", name=name)
        expect(log).to_have_attribute("aria-live", "polite")
    expect(phone(page, "chat").get_by_role("listitem").first).to_contain_text(re.compile("You: .*Hello", re.DOTALL))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_can_be_read_in_both_colour_schemes(open_page: OpenPage, worker: FakeWorker, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    for kind in ("sms", "chat"):
        write(page, kind, "Hello")
        expect(phone(page, kind, ".them").first).to_be_visible()
    poor = page.evaluate(CONTRAST)
    assert poor == []


def test_nothing_moves_for_those_who_want_no_motion(open_page: OpenPage, worker: FakeWorker) -> None:
    worker.paused.set()
    page = open_page(reduced_motion="reduce")
    write(page, "chat", "Hello")
    expect(phone(page, "chat", ".dots")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0
    worker.paused.clear()
    expect(phone(page, "chat", ".them").first).to_be_visible()


def test_markup_in_a_message_stays_text(open_page: OpenPage, worker: FakeWorker) -> None:
    worker.answering = lambda incoming: [part(incoming, incoming.text)]
    page = open_page()
    hostile = '<img src=x onerror="document.title=1"> javascript:alert(1) https://example.org/a?b=1.'
    write(page, "chat", hostile)
    expect(phone(page, "chat", ".them .text")).to_have_text(hostile)
    assert phone(page, "chat", ".message img").count() == 0
    hrefs = phone(page, "chat", ".them a").evaluate_all("links => links.map((a) => a.href)")
    assert hrefs == ["https://example.org/a?b=1"]


def test_a_hidden_tab_asks_for_nothing(open_page: OpenPage, worker: FakeWorker) -> None:
    page = open_page()
    write(page, "sms", "Hello")
    expect(phone(page, "sms", ".them")).to_have_count(1)
    hide = """hidden => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(hide, True)
    page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3500)
    assert asked == []
    page.evaluate(hide, False)
    page.wait_for_timeout(500)
    assert len(asked) == 1


# Ratio of the colours of each text and of what lies behind it: WCAG 2.2, 1.4.3, at least 4.5.
CONTRAST = """() => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll('body *')]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => e.checkVisibility() && !e.closest('.hidden, noscript, option, .keypad, .skip'))
    .map((e) => [e, light(rgba(getComputedStyle(e).color)), light(behind(e))])
    .map(([e, a, b]) => [e, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)])
    .filter(([, ratio]) => ratio < 4.5)
    .map(([e, ratio]) => `${e.className} ${e.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
}"""
