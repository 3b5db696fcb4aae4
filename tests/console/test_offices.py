"""The offices' screens over HTTP: finding, editing without overwriting, importing what was agreed, joining duplicates."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot import offices
from bot.console.offices import words
from bot.console.offices.exchanging import KEPT, Held, opened
from bot.db import utcnow
from bot.nlu.places import Place
from bot.offices import editing, exchange, fields, tabular
from bot.tables import AuditEvent, Office, Presence, Staff, Team
from tests.console.conftest import Browser, Console, make_case, text_of
from tests.offices.making import an_office

PATH = "/console/offices"
ATHENS = Place("Athens", "GR", 37.98, 23.73, "city", 664_046, "Athens")


@pytest.fixture
def editor(console: Console) -> Browser:
    return console.as_("editor")


def add(console: Console, *rows: Office) -> None:
    with console.database.write() as session:
        session.add_all(rows)


def stored(console: Console, office_id: str = "one") -> Office:
    with console.database.read() as session:
        return session.get_one(Office, office_id)


def form_of(page: str, form_id: str = "office-form") -> dict[str, Any]:
    """What a browser would send of a form: fields with their values, several of one name as a list."""
    found = re.search(rf'<form[^>]*id="{form_id}".*?</form>', page, re.S)
    assert found, "no such form"
    return fields_of(found[0])


def fields_of(form: str) -> dict[str, Any]:
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        if not name or (kind in ("checkbox", "radio") and " checked" not in tag):
            continue
        sent.setdefault(name, []).append(attribute(tag, "value"))
    for tag, body in re.findall(r"(<textarea[^>]*>)(.*?)</textarea>", form, re.S):
        sent.setdefault(attribute(tag, "name"), []).append(html.unescape(body))
    for tag, body in re.findall(r"(<select[^>]*>)(.*?)</select>", form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(r'<option value="([^"]*)"', body)
        sent.setdefault(attribute(tag, "name"), []).append(html.unescape(chosen[1]) if chosen else "")
    sent.pop("_csrf_token", None)
    return {name: several[0] if len(several) == 1 else several for name, several in sent.items()}


def attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def events(console: Console, action: str = "") -> list[AuditEvent]:
    with console.database.read() as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("office")).order_by(AuditEvent.id))
        return [one for one in found if action in ("", one.action)]


def names(page: str) -> list[str]:
    return re.findall(r'<td class="full"><a href="/console/offices/edit/([^"]*)"', page)


# The list


def test_filters_of_the_address_decide_what_is_listed(console: Console, editor: Browser) -> None:
    today = utcnow().date()
    add(
        console,
        an_office(id="a", names={"en": "Legal aid", "ar": "مساعدة"}, needs=["legal"]),
        an_office(id="b", country="TN", cities=["Tunis"], kind="hotline", verified=False),
        an_office(id="c", review_due=today - timedelta(days=1)),
        an_office(id="d", status="temporarily closed", closed_until=today + timedelta(days=3)),
        an_office(id="e", status="defunct"),
    )
    assert set(names(editor.get(PATH).text)) == {"a", "b", "c", "d"}
    for query, found in {
        "q=legal": ["a"],
        "q=%D9%85%D8%B3%D8%A7%D8%B9%D8%AF%D8%A9": ["a"],
        "country=TN": ["b"],
        "kind=hotline": ["b"],
        "need=legal": ["a"],
        "status=defunct": ["e"],
        "status=temporarily+closed": ["d"],
        "due=over": ["c"],
        "unverified=1": ["b"],
        "unverified=1&need=legal": [],
        "status=nonsense&order=nonsense&page=-3&country=TN": ["b"],
    }.items():
        assert names(editor.get(f"{PATH}?{query}").text) == found, query


def test_pages_keep_the_filters(console: Console, editor: Browser) -> None:
    add(console, *(an_office(id=f"office-{number:03}") for number in range(60)))
    first = editor.get(f"{PATH}?kind=office")
    assert len(names(first.text)) == 50
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following
    second = editor.get(html.unescape(following[1]))
    assert len(names(second.text)) == 10 and "kind=office" in following[1]


def test_the_number_of_queries_of_the_list_does_not_grow_with_the_offices(console: Console, editor: Browser) -> None:
    def queries(path: str) -> int:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        event.listen(console.database.engine, "before_cursor_execute", note)
        assert editor.get(path).status_code == 200
        event.remove(console.database.engine, "before_cursor_execute", note)
        return len(statements)

    add(console, an_office(id="first"))
    few = {path: queries(path) for path in (PATH, f"{PATH}/map", f"{PATH}/duplicates", f"{PATH}/edit/first", f"{PATH}/markers")}
    add(console, *(an_office(id=f"office-{number:03}") for number in range(60)))
    many = {path: queries(path) for path in few}
    # Duplicates and the form read the offices that look alike: one query more than when there are none.
    assert all(many[path] <= few[path] + 1 for path in few)
    assert max(many.values()) < 20


def test_checking_today_is_one_click_and_a_stale_click_is_refused(console: Console, editor: Browser) -> None:
    add(console, an_office(verified=False, review_due=date(2020, 1, 1)))
    page = editor.get(f"{PATH}?due=over").text
    assert "not verified" in page
    sent = fields_of(re.findall(r"<form[^>]*/check.*?</form>", page, re.S)[0])
    answer = editor.post(f"{PATH}/edit/one/check", sent)
    assert answer.headers["location"] == f"{PATH}?due=over"
    office = stored(console)
    assert office.verified and office.checked_on == utcnow().date() and office.review_due and office.review_due > utcnow().date()
    [noted] = events(console, "office.checked")
    assert noted.actor == "editor@example.org" and noted.detail["changes"]["verified"] == [False, True]
    assert editor.post(f"{PATH}/edit/one/check", sent).status_code == 409


def test_htmx_gets_the_row_alone_and_a_foreign_address_to_return_to_is_not_followed(console: Console, editor: Browser) -> None:
    add(console, an_office(verified=False))
    row = editor.post(f"{PATH}/edit/one/check", {"version": "1"}, headers={"hx-request": "true"})
    assert row.status_code == 200 and "<tr>" in row.text and "<html" not in row.text and "not verified" not in row.text
    answer = editor.post(f"{PATH}/edit/one/check", {"version": "2", "back": "https://evil.example"})
    assert answer.headers["location"] == f"{PATH}/edit/one"
    answer = editor.post(f"{PATH}/edit/one/check", {"version": "2", "back": f"{PATH}@evil.example"})
    assert answer.headers["location"] == f"{PATH}/edit/one"


def test_the_map_names_its_markers_and_the_list_is_there_without_it(console: Console, editor: Browser) -> None:
    add(
        console,
        an_office(id="placed"),
        an_office(id="line", lat=None, lon=None, precision="country"),
        an_office(id="tn", country="TN"),
    )
    page = editor.get(f"{PATH}/map?country=GR").text
    assert (
        "38.0, 23.7" in page
        and "1 more office of these filters has no place" in page
        and "/console/offices/markers?country=GR" in page
    )
    markers = editor.get(f"{PATH}/markers?country=GR").json()
    assert [marker["id"] for marker in markers] == ["placed"] and markers[0]["lat"] == 38.0


def test_towns_say_where_one_is_when_there_are_no_pictures(editor: Browser) -> None:
    towns = editor.get(f"{PATH}/towns?south=37&west=23&north=39&east=25").json()
    assert "Athens" in [town["name"] for town in towns] and len(towns) <= 40
    assert editor.get(f"{PATH}/towns?south=0&west=-30&north=0.1&east=-29.9").json() == []
    found = editor.post(f"{PATH}/town", {"city": "tripoli", "country": "LB"})
    assert "Lebanon" in text_of(found) and "Libya" not in text_of(found)
    assert "No town of this name" in text_of(editor.post(f"{PATH}/town", {"city": ""}))


# One office


def test_a_form_sent_back_as_it_came_changes_nothing(console: Console, editor: Browser) -> None:
    add(
        console,
        an_office(
            names={"en": "Office", "fr": "Bureau", "ku": "Ofîs"},
            holidays=["2026-12-25", "2026-12-26"],
            languages=["ar", "prs", "fr"],
            schedule="Mo-Th 08:00-12:00,13:00-17:00; Fr 08:00-12:00; PH 10:00-12:00",
            phones=["+302101234567", "1404"],
            hours="a | b",
            note="one",
            cities=["Athens", "Piraeus"],
            email="a@example.org",
        ),
    )
    page = editor.get(f"{PATH}/edit/one")
    assert "Nothing was changed." in text_of(editor.follow(editor.post(f"{PATH}/edit/one", form_of(page.text))))
    assert stored(console).version == 1


def test_every_shipped_office_can_be_opened_and_saved_unchanged(console: Console, editor: Browser) -> None:
    from bot.settings import ROOT

    with console.database.write() as session:
        for path in (ROOT / "data" / "content" / "offices").glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                rows = [
                    row for row in csv.DictReader(file) if row["kind"] != "national_society" or row["country"] in ("GR", "TR")
                ]
            offices.load_rows(session, rows, path.name)
        ids = list(session.scalars(select(Office.id)))
    assert len(ids) > 70
    for office_id in ids:
        page = editor.get(f"{PATH}/edit/{office_id}")
        answer = editor.post(f"{PATH}/edit/{office_id}", form_of(page.text))
        assert answer.status_code == 303, (office_id, text_of(answer)[:500])
        assert stored(console, office_id).version == 1, (office_id, events(console)[-1].detail)


def test_what_an_editor_saves_is_told_with_the_next_message(console: Console, editor: Browser) -> None:
    add(console, an_office())
    sent = form_of(editor.get(f"{PATH}/edit/one").text)
    sent |= {"phones": "+30 210 7654321", "alert": "May have moved, call first", "hours_Mo": "9-13", "holidays": "2026-12-25"}
    answer = editor.post(f"{PATH}/edit/one", sent)
    assert "The next message carries it" in text_of(editor.follow(answer))
    with console.database.read() as session:
        [match] = offices.search(session, "asylum", ATHENS, None, None, utcnow().date())
        said = offices.describe(match, "fr", True, utcnow().date())
    assert "+302107654321" in said and "A peut-être déménagé, appelez d'abord" in said
    assert stored(console).schedule == "Mo 09:00-13:00; Tu-Fr 08:00-16:00"
    [noted] = events(console, "office.changed")
    assert noted.detail["changes"]["phones"] == [["+302101234567"], ["+302107654321"]] and noted.detail["version"] == 2
    history = text_of(editor.get(f"{PATH}/edit/one"))
    assert "+302101234567" in history and "editor@example.org" in history


def test_errors_stand_at_their_fields_and_nothing_is_lost(console: Console, editor: Browser) -> None:
    add(console, an_office())
    sent = form_of(editor.get(f"{PATH}/edit/one").text)
    sent |= {"phones": "call us", "lat": "north", "hours_Tu": "mornings", "note": "my <b>note</b>", "url": "javascript:x"}
    answer = editor.post(f"{PATH}/edit/one", sent)
    assert answer.status_code == 422
    for name in ("phones", "lat", "hours_Tu", "url"):
        assert f'id="e-{name}"' in answer.text and f'href="#f-{name}"' in answer.text
    again = form_of(answer.text)
    assert again["phones"] == "call us" and again["hours_Tu"] == "mornings" and again["note"] == "my <b>note</b>"
    assert "my <b>note</b>" not in answer.text and stored(console).version == 1 and events(console) == []


def test_what_looks_unusual_is_asked_about_once(console: Console, editor: Browser) -> None:
    add(console, an_office())
    sent = form_of(editor.get(f"{PATH}/edit/one").text) | {"phones": "+30 999 999 9999"}
    asked = editor.post(f"{PATH}/edit/one", sent)
    assert asked.status_code == 422 and 'name="sure"' in asked.text
    assert editor.post(f"{PATH}/edit/one", form_of(asked.text) | {"sure": "1"}).status_code == 303
    assert stored(console).phones == ["+309999999999"]
    again = form_of(editor.get(f"{PATH}/edit/one").text)
    assert editor.post(f"{PATH}/edit/one", again | {"note": "x"}).status_code == 303


def test_a_new_office_needs_a_country_chosen_and_is_found_at_once(console: Console, editor: Browser) -> None:
    sent = form_of(editor.get(f"{PATH}/new").text)
    sent |= {
        "name": "New <i>place</i>",
        "organization": "Org",
        "needs": ["asylum"],
        "city": "Athens",
        "lat": "37.98",
        "lon": "23.73",
    }
    refused = editor.post(f"{PATH}/new", sent)
    assert refused.status_code == 422 and 'id="e-country"' in refused.text
    page = editor.follow(editor.post(f"{PATH}/new", sent | {"country": "GR", "precision": "exact"}))
    assert "New &lt;i&gt;place&lt;/i&gt;" in page.text and "<i>place" not in page.text
    with console.database.read() as session:
        [match] = offices.search(session, "asylum", ATHENS, None, None, utcnow().date())
    assert match.office.author == "editor@example.org" and match.office.precision == "exact"
    assert [one.action for one in events(console)] == ["office.added"]


def test_an_id_in_any_script_has_a_page(console: Console, editor: Browser) -> None:
    sent = form_of(editor.get(f"{PATH}/new").text)
    sent |= {"name_ar": "مكتب المساعدة", "organization": "Org", "needs": "legal", "country": "LB"}
    page = editor.follow(editor.post(f"{PATH}/new", sent))
    assert page.status_code == 200 and "مكتب المساعدة" in page.text
    assert editor.get(f"{PATH}/edit/nowhere").status_code == 404


def test_an_office_that_is_listed_already_is_not_added_by_oversight(console: Console, editor: Browser) -> None:
    add(console, an_office(names={"en": "Legal Aid Centre"}, precision="city"))
    sent = form_of(editor.get(f"{PATH}/new").text)
    sent |= {"name": "Legal-aid centre Athens", "organization": "Org", "needs": "legal", "country": "GR", "city": "Athens"}
    asked = editor.post(f"{PATH}/new", sent)
    assert asked.status_code == 422 and "listed already" in text_of(asked) and f"{PATH}/edit/one" in asked.text
    assert editor.post(f"{PATH}/new", form_of(asked.text) | {"sure": "1"}).status_code == 303


# Two editors


def test_two_editors_who_change_different_fields_lose_nothing(console: Console, editor: Browser) -> None:
    add(console, an_office())
    mine = form_of(editor.get(f"{PATH}/edit/one").text) | {"note": "mine"}
    theirs = form_of(console.as_("all").get(f"{PATH}/edit/one").text) | {"alert": "Free call"}
    assert console.as_("all").post(f"{PATH}/edit/one", theirs).status_code == 303
    said = text_of(editor.follow(editor.post(f"{PATH}/edit/one", mine)))
    assert "both changes are kept" in said and "all@example.org" in said
    office = stored(console)
    assert (office.alert, office.note, office.version) == ("Free call", "mine", 3)


@pytest.mark.parametrize(("keep", "phones"), [("theirs", ["100"]), ("mine", ["199"])])
def test_two_editors_who_change_the_same_field_see_both_and_choose(
    console: Console, editor: Browser, keep: str, phones: list[str]
) -> None:
    add(console, an_office())
    mine = form_of(editor.get(f"{PATH}/edit/one").text) | {"phones": "199", "note": "mine"}
    theirs = form_of(console.as_("all").get(f"{PATH}/edit/one").text) | {"phones": "100", "alert": "Free call"}
    console.as_("all").post(f"{PATH}/edit/one", theirs)
    asked = editor.post(f"{PATH}/edit/one", mine)
    assert asked.status_code == 409 and stored(console).phones == ["100"]
    assert 'name="keep_phones"' in asked.text and "199" in asked.text and "100" in text_of(asked)
    again = form_of(asked.text)
    assert again["alert"] == "Free call" and again["note"] == "mine" and again["phones"] == "199"
    assert editor.post(f"{PATH}/edit/one", again | {"keep_phones": keep}).status_code == 303
    office = stored(console)
    assert (office.phones, office.alert, office.note) == (phones, "Free call", "mine")


def test_a_form_that_says_nothing_of_what_it_began_from_overwrites_nothing(console: Console, editor: Browser) -> None:
    add(console, an_office(alert="Free call", version=5))
    sent = form_of(editor.get(f"{PATH}/edit/one").text) | {"alert": "", "base": "broken", "version": "1"}
    assert editor.post(f"{PATH}/edit/one", sent).status_code == 409
    assert stored(console).alert == "Free call"


def test_the_second_editor_is_told_who_has_it_open(console: Console, editor: Browser) -> None:
    add(console, an_office())
    opened_at = {"version": "1"}
    assert text_of(editor.post(f"{PATH}/edit/one/here", opened_at)) == ""
    assert "Also open with: Editor" in text_of(console.as_("all").post(f"{PATH}/edit/one/here", opened_at))
    with console.database.write() as session:
        editing.change(session, session.get_one(Office, "one"), {"note": "x"}, "all@example.org")
    assert "all@example.org has saved this office" in text_of(editor.post(f"{PATH}/edit/one/here", opened_at))
    with console.database.write() as session:
        for presence in session.scalars(select(Presence)):
            presence.at = utcnow() - timedelta(minutes=2)
    assert "Also open" not in text_of(console.as_("admin").post(f"{PATH}/edit/one/here"))


# The preview


def test_the_preview_is_what_contacts_would_get_and_stores_nothing(console: Console, editor: Browser) -> None:
    add(console, an_office())
    sent = form_of(editor.get(f"{PATH}/edit/one").text)
    sent |= {"name_fr": "Bureau d'aide", "preview_locale": "fr", "status": "temporarily closed", "closed_until": "2099-01-03"}
    seen = editor.post(f"{PATH}/preview", sent)
    assert "Bureau d'aide" in text_of(seen) and "rouvre le 4 janv. 2099" in text_of(seen) and 'lang="fr"' in seen.text
    assert "Closed for now" in text_of(seen)
    arabic = editor.post(f"{PATH}/preview", sent | {"preview_locale": "ar"})
    assert 'dir="rtl"' in arabic.text and "مغلق" in arabic.text
    assert stored(console).version == 1 and stored(console).names == {"en": "Office"}


def test_the_preview_survives_what_cannot_be_read_yet(console: Console, editor: Browser) -> None:
    sent = form_of(editor.get(f"{PATH}/new").text)
    assert editor.post(f"{PATH}/preview", sent).status_code == 200
    odd = sent | {"lat": "x", "lon": "999", "phones": "?", "name": "A", "base": "{", "hours_Mo": "?", "country": "GR"}
    assert "fields cannot be read yet" in text_of(editor.post(f"{PATH}/preview", odd))
    far = sent | {"name": "A", "country": "GR", "lat": "52.5", "lon": "13.4", "needs": ""}
    said = text_of(editor.post(f"{PATH}/preview", far))
    assert "another country" in said and "nobody is ever sent there" in said


def test_the_preview_costs_what_sending_would_cost(console: Console, editor: Browser) -> None:
    from bot import options

    add(console, an_office())
    with console.database.write() as session:
        options.put(session, "segment_price", "0.05", "admin@example.org")
        options.put(session, "currency", "EUR", "admin@example.org")
    page = text_of(editor.get(f"{PATH}/edit/one"))
    assert "1 segment · €0.05" in page


# Files


def upload(browser: Browser, content: bytes, name: str = "offices.csv", **data: str) -> Any:
    return browser.upload(f"{PATH}/import", {"file": (name, content, "application/octet-stream")}, data)


def agree(browser: Browser, page: str) -> Any:
    found = re.search(r'<form method="post" action="/console/offices/import/apply".*?</form>', page, re.S)
    assert found, "nothing to agree to"
    return browser.post(f"{PATH}/import/apply", fields_of(found[0]))


def test_a_dry_run_stores_nothing_and_what_was_agreed_is_done(console: Console, editor: Browser) -> None:
    add(console, an_office(verified=False), an_office(id="same"), an_office(id="checked"))
    table = (
        "id,organization,name,country,needs,alert,phones\r\n"
        "new,Org,New office,GR,asylum,,+302109999999\r\n"
        "one,Org,Office,GR,asylum,May be closed,+302101234567\r\n"
        "same,Org,Office,GR,asylum,,+302101234567\r\n"
        "checked,Org,Office,GR,asylum,May be closed,+302101234567\r\n"
        "bad,Org,,GR,asylum,,call us\r\n"
    )
    page = upload(editor, table.encode())
    said = text_of(page)
    assert page.status_code == 200
    for fate in ("Refused 2", "Changed 1", "New 1", "Unchanged 1"):
        assert fate in said
    assert "Line 6" in said and "“call us” is no phone number." in said and "A person has verified" in said
    assert "May be closed" in said and stored(console).version == 1 and events(console) == []
    answer = editor.follow(agree(editor, page.text))
    assert "Applied: 1 new, 1 changed." in text_of(answer)
    assert stored(console).alert == "May be closed" and stored(console, "new").names == {"en": "New office"}
    assert stored(console, "checked").alert == ""
    assert [(one.object_id, one.detail["fate"]) for one in events(console)] == [("one", "changed"), ("new", "new")]


def test_what_was_agreed_is_not_done_when_an_office_has_changed_since(console: Console, editor: Browser) -> None:
    add(console, an_office(verified=False), an_office(id="two", verified=False))
    page = upload(editor, b"id,alert\none,Moved\ntwo,Moved\n")
    with console.database.write() as session:
        editing.change(session, session.get_one(Office, "two"), {"note": "x"}, "all@example.org")
    answer = agree(editor, page.text)
    assert answer.status_code == 409 and "Nothing was applied" in text_of(answer)
    assert stored(console).alert == "" and stored(console, "two").alert == ""
    assert agree(editor, answer.text).status_code == 303 and stored(console, "two").alert == "Moved"


def test_a_dry_run_cannot_be_forged_or_used_by_somebody_else(console: Console, editor: Browser) -> None:
    add(console, an_office(verified=False))
    page = upload(editor, b"id,alert\none,Moved\n")
    assert agree(console.as_("all"), page.text).status_code == 422
    assert editor.post(f"{PATH}/import/apply", {"held": "forged", "digest": "x"}).status_code == 422
    changed = re.sub(r'name="digest" value="[0-9a-f]', 'name="digest" value="z', page.text)
    assert agree(editor, changed).status_code == 409
    assert stored(console).alert == ""


def test_a_dry_run_ends_after_its_time() -> None:
    now = utcnow()
    held = Held(1, now, "a.csv", b"id\xff", True)
    assert opened(held.sealed(), 1, now + KEPT) == held
    assert opened(held.sealed(), 1, now + KEPT + timedelta(seconds=1)) is None
    assert opened(held.sealed(), 2, now) is None and opened("", 1, now) is None


@pytest.mark.parametrize("content", [b"", b"hello", b"{", b"PK\x03\x04", b"id,fone\n1,2\n", b"id\n" + b"\xff" * 20])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(editor: Browser, content: bytes) -> None:
    answer = upload(editor, content)
    assert answer.status_code in (200, 422) and 'role="alert"' in answer.text
    assert "/import/apply" not in answer.text


@pytest.mark.parametrize("kind", exchange.FORMATS)
def test_an_export_comes_back_unchanged(console: Console, editor: Browser, kind: str) -> None:
    tricky = {"names": {"en": "=1+1", "ar": "مكتب"}, "holidays": ["2026-12-25"], "alert": "@x", "verified": False}
    add(console, an_office(**tricky), an_office(id="two", country=None), an_office(id="gone", status="defunct"))
    file = editor.get(f"{PATH}/export?format={kind}")
    assert file.headers["content-disposition"].startswith("attachment;") and kind in file.headers["content-disposition"]
    assert "Unchanged 3" in text_of(upload(editor, file.content, f"offices.{kind}"))
    [noted] = events(console, "offices.exported")
    assert noted.detail == {"format": kind, "offices": 3}


def test_an_export_keeps_to_the_filters_and_holds_no_formula(console: Console, editor: Browser) -> None:
    add(console, an_office(names={"en": "=cmd|' /C calc'!A0"}), an_office(id="tn", country="TN"))
    rows = list(csv.DictReader(io.StringIO(editor.get(f"{PATH}/export?format=csv&country=GR").content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["one"]
    assert rows[0]["name"].startswith("'=") and rows[0]["phones"] == "'+302101234567" and rows[0]["lat"] == "38.0"
    assert editor.get(f"{PATH}/export?format=exe").status_code == 404


def test_hsds_of_another_directory_is_imported(console: Console, editor: Browser) -> None:
    service = {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "Counselling",
        "status": "active",
        "organization": {"id": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "name": "Example"},
        "service_at_locations": [
            {"id": "1", "location": {"addresses": [{"address_1": "1 Street", "city": "Athens", "country": "GR"}]}}
        ],
    }
    page = upload(editor, json.dumps([service]).encode(), "services.json")
    assert "Without a need it is never offered" in text_of(page)
    assert agree(editor, page.text).status_code == 303
    assert stored(console, "hsds-1").addresses == {"en": "1 Street, Athens"}


def test_a_file_of_the_allowed_size_arrives_and_a_larger_one_is_refused(console: Console, editor: Browser) -> None:
    rows = "".join(f"office-{number},Org,Office {number},GR,asylum,{'x' * 900}\n" for number in range(2500))
    page = upload(editor, ("id,organization,name,country,needs,note\n" + rows).encode())
    assert "New 2,500" in text_of(page)
    assert agree(editor, page.text).status_code == 303
    with console.database.read() as session:
        assert len(session.scalars(select(Office.id)).all()) == 2500
    assert "too large" in text_of(upload(editor, b"id,note\n" + b"x" * 8_000_000))


# Duplicates


def test_two_offices_are_joined_by_choice_and_the_other_leads_to_the_one(console: Console, editor: Browser) -> None:
    add(
        console,
        an_office(id="a", names={"en": "Legal aid"}, phones=["100"], alert="old", email=""),
        an_office(id="b", names={"en": "Legal aid", "ar": "مساعدة"}, phones=["199"], alert="new", email="b@example.org"),
    )
    assert f"{PATH}/merge?one=a&amp;other=b" in editor.get(f"{PATH}/duplicates").text
    page = editor.get(f"{PATH}/merge?one=a&other=b").text
    sent = fields_of(page[page.index('<form method="post" action="/console/offices/merge"') :])
    assert (sent["take_phones"], sent["take_email"], sent["take_alert"], sent["take_names"]) == ("both", "other", "kept", "both")
    answer = editor.follow(editor.post(f"{PATH}/merge", sent | {"take_alert": "other"}))
    assert "The two are one now" in text_of(answer)
    kept, gone = stored(console, "a"), stored(console, "b")
    assert (kept.phones, kept.alert, kept.email) == (["100", "199"], "new", "b@example.org")
    assert (gone.status, gone.merged_into) == ("defunct", "a")
    with console.database.read() as session:
        found = offices.resolve(session, "b")
        assert found is not None and found.id == "a"
        assert [m.office.id for m in offices.search(session, "asylum", ATHENS, None, None, utcnow().date(), limit=9)] == ["a"]
    assert [(one.action, one.object_id) for one in events(console)] == [("office.merged", "a"), ("office.merged_away", "b")]
    assert "joined into another office" in text_of(editor.get(f"{PATH}/edit/b"))
    assert editor.post(f"{PATH}/merge", sent).status_code == 422


def test_the_place_is_taken_whole_from_one_of_the_two(console: Console, editor: Browser) -> None:
    add(console, an_office(id="a", lat=None, lon=None, precision="country"), an_office(id="b"))
    page = editor.get(f"{PATH}/merge?one=a&other=b").text
    sent = fields_of(page[page.index('<form method="post" action="/console/offices/merge"') :])
    assert sent["take_place"] == "other" and "take_lat" not in sent and "take_precision" not in sent
    editor.post(f"{PATH}/merge", sent)
    office = stored(console, "a")
    assert (office.lat, office.lon, office.precision) == (38.0, 23.7, "exact")


def test_differences_of_lists_show_what_went_and_what_came(console: Console, editor: Browser) -> None:
    add(console, an_office(needs=["asylum", "legal"]))
    sent = form_of(editor.get(f"{PATH}/edit/one").text) | {"needs": ["legal", "health"]}
    editor.post(f"{PATH}/edit/one", sent)
    page = editor.get(f"{PATH}/edit/one").text
    assert '<del dir="auto">Asylum</del>' in page and '<ins dir="auto">Health</ins>' in page
    assert '<ins dir="auto">Legal help</ins>' not in page and '<del dir="auto">Legal help</del>' not in page


def test_joining_what_somebody_has_just_changed_is_refused(console: Console, editor: Browser) -> None:
    add(console, an_office(id="a"), an_office(id="b", version=3))
    sent = {"one": "a", "other": "b", "one_version": "1", "other_version": "2"}
    assert editor.post(f"{PATH}/merge", sent).status_code == 409
    assert editor.post(f"{PATH}/merge", {"one": "a", "other": "a"}).status_code == 422
    assert editor.post(f"{PATH}/merge", {"one": "a", "other": "nowhere"}).status_code == 404
    assert stored(console, "b").status == "active"


def test_joining_gives_no_team_sight_of_other_cases(console: Console, editor: Browser) -> None:
    add(console, an_office(id="a"), an_office(id="b"))
    case = make_case(console.database, office_id="b")
    with console.database.write() as session:
        session.add(Team(name="Of B", offices=["b"], countries=[], holidays=[]))
    page = text_of(editor.get(f"{PATH}/merge?one=a&other=b"))
    assert "Of B" in page and "1 open case" in page
    editor.post(f"{PATH}/merge", {"one": "a", "other": "b", "one_version": "1", "other_version": "1"})
    with console.database.read() as session:
        team = session.scalars(select(Team).where(Team.name == "Of B")).one()
        assert team.offices == ["b"] and case


def test_a_pair_found_to_be_two_offices_does_not_come_back(console: Console, editor: Browser) -> None:
    add(console, an_office(id="a"), an_office(id="b"))
    assert "/merge?one=a" in editor.get(f"{PATH}/duplicates").text
    assert editor.post(f"{PATH}/duplicates/apart", {"one": "b", "other": "a"}).status_code == 303
    assert "/merge?one=a" not in editor.get(f"{PATH}/duplicates").text
    assert "/merge?one=a" not in editor.get(f"{PATH}/edit/a").text


# Who, and how


def test_caseworkers_do_not_edit_offices(console: Console) -> None:
    add(console, an_office())
    caseworker = console.as_("caseworker")
    for path in (PATH, f"{PATH}/edit/one", f"{PATH}/export", f"{PATH}/import", f"{PATH}/markers"):
        assert caseworker.get(path).status_code == 403
    for path in (f"{PATH}/edit/one", f"{PATH}/edit/one/check", f"{PATH}/import/apply", f"{PATH}/merge"):
        assert caseworker.post(path, {}).status_code == 403
    assert console.as_("admin").get(PATH).status_code == 200


@pytest.mark.parametrize("locale", ["en", "fr", "es", "ar"])
def test_pages_open_in_each_language_without_inline_script_or_style(console: Console, editor: Browser, locale: str) -> None:
    bare = {"addresses": {}, "phones": [], "cities": [], "lat": None, "lon": None, "country": None, "checked_on": None}
    add(
        console,
        an_office(holidays=["2026-12-25"]),
        an_office(id="two"),
        an_office(id="bare", **bare),
        an_office(id="bare-2", **bare),
    )
    with console.database.write() as session:
        session.scalars(select(Staff).where(Staff.email == "editor@example.org")).one().locale = locale
    paths = ("", "/map", "/new", "/edit/one", "/import", "/duplicates", "/merge?one=one&other=two")
    for path in paths:
        page = editor.get(PATH + path)
        assert page.status_code == 200 and f'lang="{locale}"' in page.text
        assert not re.search(r"<script(?![^>]*src)[^>]*>|<style|\sstyle=|\son\w+=", page.text), path


def test_every_problem_and_field_has_its_words() -> None:
    codes = set(re.findall(r'(?:wrong\([^"]*"[^"]*", |Wrong\(|Problem\("[^"]*", |_needed\()"(\w+)"', sources()))
    assert codes | {"phone_unreadable", "phone_impossible", "phone_unusual"} <= set(words.PROBLEM) | set(words.UNREADABLE)
    assert set(editing.FIELDS) <= set(words.FIELD) and set(fields.STATUSES) == set(words.STATUS)
    assert set(re.findall(r'Unreadable\("(\w+)"', sources())) <= set(words.UNREADABLE)
    assert tabular.columns_of(an_office())


def sources() -> str:
    from bot.settings import ROOT

    return "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "offices").rglob("*.py"))


def test_the_export_of_offices_without_a_place_holds_no_other(console: Console) -> None:
    with console.database.write() as session:
        for name, lat in (("placed", 38.0), ("nowhere", None)):
            office = Office(id=name, organization=name, kind="ngo", country="GR", lat=lat, lon=lat)
            session.add(office)
    file = console.as_("editor").get("/console/offices/export?format=csv&unplaced=1").text
    assert "nowhere" in file and "placed" not in file
