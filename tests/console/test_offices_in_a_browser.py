"""Offices in Debian's Chromium: the map, the form with its preview, a file's dry run; at both widths and in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from bot import crypto, settings, staff
from bot.db import Base, Database, utcnow
from bot.tables import Office
from bot.web import create_app
from tests.console.conftest import PASSWORD
from tests.console.screenshots import sign_in
from tests.offices.making import an_office
from tests.simulator.bench import serving
from tests.simulator.browser import CHROMIUM, launch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
EDITOR = "leila@example.org"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class Served:
    def __init__(self, address: str, database: Database, keys: tuple[str, ...]) -> None:
        self.address, self.database, self.keys = address, database, keys
        self.offices = f"{address}/console/offices"

    def office(self, office_id: str) -> Office:
        with self.database.read() as session:
            return session.get_one(Office, office_id)


def serve(folder: Path, **variables: str) -> Iterator[Served]:
    config = settings.load({"WAYMARK_DATA_DIR": str(folder)} | variables)
    crypto.use(config.secret_keys)
    database = Database(f"sqlite:///{folder / 'offices.db'}")
    Base.metadata.create_all(database.engine)
    today = utcnow().date()
    with database.write() as session:
        staff.add(session, EDITOR, "Leila", ["editor"], PASSWORD)
        session.add_all(
            [
                an_office(
                    id="athens", names={"en": "Legal Aid Centre", "ar": "مركز المساعدة القانونية"}, lat=37.9881, lon=23.7261
                ),
                an_office(
                    id="again", names={"en": "Legal-aid centre Athens"}, lat=37.9883, lon=23.7264, phones=["+302107654321"]
                ),
                an_office(
                    id="late",
                    names={"en": "Late office"},
                    review_due=today - timedelta(days=9),
                    verified=False,
                    cities=["Patras"],
                ),
                an_office(
                    id="shut",
                    status="temporarily closed",
                    closed_until=date(2099, 1, 3),
                    country="TN",
                    cities=["Tunis"],
                    phones=[],
                ),
                an_office(
                    id="line", kind="hotline", lat=None, lon=None, precision="country", cities=[], addresses={}, phones=["1404"]
                ),
            ]
        )
    with serving(create_app(database, config)) as address:
        yield Served(address, database, config.secret_keys)
    database.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("offices"))


@pytest.fixture(autouse=True)
def same_keys(keys: None, served: Served) -> None:
    crypto.use(served.keys)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(served: Served, chromium: Browser) -> Iterator[Page]:
    yield from desk(served, chromium)


def desk(served: Served, chromium: Browser, width: int = 1280, locale: str = "en") -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    sign_in(opened, served.address, EDITOR)
    yield opened
    context.close()
    assert [one for one in wrong if " 409 " not in one and " 422 " not in one] == []


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible_and_fits(served: Served, chromium: Browser, width: int, locale: str) -> None:
    for page in desk(served, chromium, width, locale):
        for path in ("", "/map", "/new", "/edit/athens", "/import", "/duplicates", "/merge?one=athens&other=again"):
            page.goto(served.offices + path)
            page.wait_for_timeout(400)
            found = Axe().run(page).response["violations"]
            serious = [
                f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in ("serious", "critical")
            ]
            assert serious == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{path} is wider than the window"


def test_the_map_shows_every_office_with_a_point_and_leads_to_it(served: Served, page: Page) -> None:
    page.goto(f"{served.offices}/map?country=GR")
    expect(page.locator("#map[data-shown='3']")).to_be_visible()
    expect(page.locator(".town").first).to_be_visible()  # no pictures are set up: towns say where one is
    page.goto(f"{served.offices}/map?q=late")
    expect(page.locator("#map[data-shown='1']")).to_be_visible()
    page.wait_for_timeout(600)
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(".leaflet-popup a[href$='/edit/late']").click()
    page.wait_for_url("**/edit/late")


def test_pressing_on_the_map_says_where_the_door_is(served: Served, page: Page) -> None:
    page.goto(f"{served.offices}/edit/line")
    assert page.locator("#f-lat").input_value() == ""
    page.fill("#f-city", "Thessaloniki")
    page.click("text=Find the town on the map")
    page.locator("[data-place]").first.click()
    assert abs(float(page.locator("#f-lat").input_value()) - 40.64) < 0.1
    assert page.locator("#f-precision").input_value() == "city"
    page.wait_for_timeout(600)
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + 60, box["y"] + 60)
    assert page.locator("#f-precision").input_value() == "exact"
    assert page.locator("#f-lat").input_value() != "40.643610"
    expect(page.locator("#seen")).to_contain_text("The point is near")
    page.click("[data-clear-place]")
    assert page.locator("#f-lon").input_value() == "" and page.locator("#f-precision").input_value() == "country"


def test_the_preview_follows_what_is_typed_and_saving_makes_it_so(served: Served, page: Page) -> None:
    page.goto(f"{served.offices}/edit/late")
    page.fill("#f-alert", "Bring your papers")
    expect(page.locator("#seen .bubble").first).to_contain_text("Bring your papers")
    page.select_option("#f-preview_locale", "ar")
    expect(page.locator("#seen .bubble").first).to_have_attribute("dir", "rtl")
    page.fill("#f-hours_Mo", "9-13")
    page.click("text=Same hours from Monday to Friday")
    assert page.locator("#f-hours_Fr").input_value() == "9-13"
    page.keyboard.press("Escape")
    page.locator("#office-form button:has-text('Save')").click()
    expect(page.locator("#said")).to_contain_text("The next message carries it")
    office = served.office("late")
    assert (office.alert, office.schedule) == ("Bring your papers", "Mo-Fr 09:00-13:00")


def test_leaving_a_changed_form_asks_first(served: Served, page: Page) -> None:
    page.goto(f"{served.offices}/edit/athens")
    page.fill("#f-note", "not saved")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("a:has-text('Back to the list')").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and page.url.endswith("/edit/athens")
    page.evaluate("document.getElementById('office-form').dispatchEvent(new Event('submit'))")  # so that the page can close


def test_checking_in_the_list_needs_one_click_and_no_new_page(served: Served, page: Page) -> None:
    page.goto(f"{served.offices}?q=legal-aid")
    page.evaluate("window.sameTab = true")
    row = page.locator("tbody tr")
    row.locator("button").click()
    expect(row).not_to_contain_text("1 Nov")
    assert page.evaluate("window.sameTab") is True
    page.wait_for_timeout(300)
    assert served.office("again").checked_on == utcnow().date()


def test_a_file_is_shown_first_and_applied_after_asking(served: Served, page: Page) -> None:
    page.goto(f"{served.offices}/import")
    table = "id,organization,name,country,needs\nfrom-file,Org,From a file,GR,asylum\nbad,Org,,GR,asylum\n"
    page.set_input_files("#f-file", {"name": "offices.csv", "mimeType": "text/csv", "buffer": table.encode()})
    page.click("text=Show what it would do")
    expect(page.locator("main")).to_contain_text("Give it a name in at least one language.")
    page.click("text=Apply to 1 office")
    page.click("#ask button[value='yes']")
    expect(page.locator("#said")).to_contain_text("Applied: 1 new, 0 changed.")
    assert served.office("from-file").names == {"en": "From a file"}


def test_two_offices_are_joined_with_the_keyboard_alone(served: Served, page: Page) -> None:
    page.goto(f"{served.offices}/duplicates")
    page.locator("a:has-text('Compare and join')").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/merge?**")
    page.locator("input[name='take_phones'][value='both']").focus()
    page.keyboard.press("Space")
    page.locator("button:has-text('Join them')").focus()
    page.keyboard.press("Enter")
    page.locator("#ask button[value='yes']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("The two are one now.")
    gone = [one for one in ("athens", "again") if served.office(one).status == "defunct"]
    assert len(gone) == 1 and served.office(gone[0]).merged_into in {"athens", "again"} - set(gone)


def test_pictures_of_the_map_come_from_the_host_that_is_set_up_and_no_other(
    tmp_path: Path, served: Served, chromium: Browser
) -> None:
    asked: list[tuple[str, str | None]] = []
    for tiled in serve(tmp_path, WAYMARK_MAP_TILES="https://tiles.example.org/{z}/{x}/{y}.png", WAYMARK_MAP_CREDIT="© Somebody"):
        for page in desk(tiled, chromium):
            asked.clear()

            def picture(route: Route) -> None:
                asked.append((route.request.url, route.request.headers.get("referer")))
                route.fulfill(status=200, content_type="image/png", body=PIXEL)

            page.route("https://tiles.example.org/**", picture)
            page.goto(f"{tiled.offices}/map")
            expect(page.locator("img.leaflet-tile-loaded").first).to_be_visible()
            expect(page.locator(".leaflet-control-attribution")).to_have_text("© Somebody")
            assert page.locator(".town").count() == 0
            assert asked and {referer for _, referer in asked} <= {None, f"{tiled.address}/"}
    crypto.use(served.keys)
