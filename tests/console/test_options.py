"""Settings that are changed while the product runs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot import options
from bot.db import utcnow
from bot.tables import AuditEvent, Contact, Inbox, Option
from tests.console.conftest import Browser, Console, make_contact, say, text_of


def get(console: Console, name: str) -> Any:
    with console.database.read() as session:
        return options.get(session, name)


def form(browser: Browser) -> dict[str, str]:
    """The form as the page shows it."""
    page = browser.get("/console/options").text
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in named and (named.get("type") != "checkbox" or " checked" in tag):
            fields[named["name"]] = named.get("value", "")
    fields.pop("_csrf_token", None)
    return fields


def save(browser: Browser, **changes: str) -> httpx.Response:
    return browser.post("/console/options", {name: text for name, text in (form(browser) | changes).items() if text != "-"})


def events(console: Console) -> list[AuditEvent]:
    with console.database.read() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == "option.changed").order_by(AuditEvent.id)))


def test_each_option_is_shown_with_its_value_default_and_explanation(console: Console) -> None:
    page = console.as_("admin").get("/console/options")
    for kind in options.OPTIONS:
        assert kind.title in text_of(page)
        assert kind.explanation in text_of(page)
    assert 'name="retention_days" value="30"' in page.text
    assert "Default: 30" in text_of(page)


def test_a_changed_option_is_in_force_and_audited(console: Console) -> None:
    browser = console.as_("admin")
    answer = save(browser, segment_price="0,045", currency="eur", reopen_days="14")
    assert "Saved. The change is in force." in text_of(browser.follow(answer))
    assert (get(console, "segment_price"), get(console, "currency"), get(console, "reopen_days")) == (0.045, "EUR", 14)
    assert {(e.object_id, str(e.detail["before"]), str(e.detail["after"])) for e in events(console)} == {
        ("segment_price", "0.0", "0.045"),
        ("currency", "", "EUR"),
        ("reopen_days", "30", "14"),
    }
    said = text_of(browser.get("/console/options"))
    assert "changed by admin@example.org" in said


def test_what_is_not_touched_is_not_stored(console: Console) -> None:
    browser = console.as_("admin")
    assert "Nothing was different." in text_of(browser.follow(save(browser)))
    with console.database.read() as session:
        assert session.scalars(select(Option)).all() == []
    assert events(console) == []


def test_a_check_box_that_is_cleared_switches_off(console: Console) -> None:
    browser = console.as_("admin")
    assert get(console, "notify_email") is True
    save(browser, notify_email="-")
    assert get(console, "notify_email") is False
    save(browser, notify_email="yes")
    assert get(console, "notify_email") is True


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("retention_days", "0", "This must be a whole number between 1 and 3650."),
        ("retention_days", "", "This must be a whole number between 1 and 3650."),
        ("retention_days", "٣٠", "This must be a whole number between 1 and 3650."),
        ("segment_price", "cheap", "This must be an amount such as 0.05."),
        ("segment_price", "nan", "This must be an amount such as 0.05."),
        ("currency", "Euro", "This must be a currency code of three letters, such as EUR."),
    ],
)
def test_a_value_that_cannot_be_used_changes_nothing_at_all(console: Console, name: str, text: str, said: str) -> None:
    answer = save(console.as_("admin"), **{"reopen_days": "14", name: text})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert f'name="{name}" value="{text}"' in answer.text
    assert 'name="reopen_days" value="14"' in answer.text
    assert get(console, "reopen_days") == 30


def test_two_admins_at_once_do_not_undo_each_other(console: Console) -> None:
    first, second = console.as_("admin"), console.as_("all")
    old = form(first)
    save(second, reopen_days="7")
    first.post("/console/options", old | {"answer_grace_days": "60"})
    assert (get(console, "reopen_days"), get(console, "answer_grace_days")) == (7, 60)


def test_keeping_less_than_now_asks_first_with_numbers(console: Console) -> None:
    contact = make_contact(console.database)
    for days in (20, 10, 1):
        row_id = say(console.database, contact, "hello", outcome="greeted")
        with console.database.write() as session:
            session.get_one(Inbox, row_id).received_at = utcnow() - timedelta(days=days)
    browser = console.as_("admin")
    answer = save(browser, retention_days="7")
    assert answer.status_code == 422
    assert "2 messages that people wrote" in text_of(answer)
    assert get(console, "retention_days") == 30
    assert save(browser, retention_days="7", confirm="1").status_code == 303
    assert get(console, "retention_days") == 7
    assert save(browser, retention_days="5").status_code == 303, "nothing more would be emptied"
    assert save(browser, retention_days="60").status_code == 303
    with console.database.read() as session:
        assert session.get_one(Contact, contact).address.startswith("+30")


def test_what_was_set_at_the_start_is_shown_without_secrets(console: Console) -> None:
    page = console.as_("admin").get("/console/options")
    assert "http://127.0.0.1:8000" in page.text
    assert "WAYMARK_ORGANIZATION" in page.text
    assert console.settings.secret_keys[0] not in page.text
    assert "No mail server is set, so no mail is sent." in text_of(page)


def test_only_admins_change_settings(console: Console) -> None:
    for role in ("caseworker", "editor"):
        assert console.as_(role).get("/console/options").status_code == 403
        assert console.as_(role).post("/console/options", {"retention_days": "1", "was-retention_days": "30"}).status_code == 403
    for language in ("fr", "es", "ar"):
        assert console.as_("admin").get(f"/console/options?lang={language}").status_code == 200
    assert get(console, "retention_days") == 30
