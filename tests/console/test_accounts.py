"""Signing in and out, lockout, second factor, invitations, and one's own account."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest

from bot import staff
from bot.db import Database, utcnow
from bot.tables import AuditEvent, Staff, StaffSession
from tests.console.conftest import PASSWORD, Console, text_of


def test_nobody_is_sent_to_the_sign_in_page_and_back_afterwards(console: Console) -> None:
    browser = console.nobody()
    sent = browser.get("/console/account?x=1")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/console/sign-in?next=/console/account%3Fx%3D1"
    page = browser.follow(sent)
    assert 'name="next" value="/console/account?x=1"' in page.text
    signed = browser.post(
        "/console/sign-in", {"email": "Admin@Example.org ", "password": PASSWORD, "next": "/console/account?x=1"}
    )
    assert signed.headers["location"] == "/console/account?x=1"
    assert "Your account" in text_of(browser.follow(signed))


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/console//evil", "/\\evil.example", "javascript:x", "/try", "/console\n"],
)
def test_the_sign_in_page_sends_nobody_elsewhere(console: Console, wanted: str) -> None:
    sent = console.nobody().post("/console/sign-in", {"email": "editor@example.org", "password": PASSWORD, "next": wanted})
    assert sent.headers["location"].startswith("/console/") or sent.headers["location"] == "/console"
    assert "evil" not in sent.headers["location"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(console: Console) -> None:
    known = console.nobody().sign_in("editor@example.org", "wrong wrong wrong")
    unknown = console.nobody().sign_in("nobody@example.org", "wrong wrong wrong")
    assert known.status_code == unknown.status_code == 422
    assert text_of(known) == text_of(unknown)


def test_wrong_tries_lock_the_account_for_longer_and_longer(sqlite: Database) -> None:
    now = utcnow()
    with sqlite.write() as session:
        staff.add(session, "a@example.org", "A", ["editor"], PASSWORD)
    waits = []
    for _ in range(8):
        with sqlite.write() as session:
            assert staff.verify(session, "a@example.org", "wrong", now) is None
            person = staff.by_email(session, "a@example.org")
            assert person is not None
            if person.locked_until:
                waits.append((person.locked_until - now).total_seconds())
                now = person.locked_until + timedelta(seconds=1)
    assert waits == [15.0, 30.0, 60.0, 120.0]
    with sqlite.write() as session:
        person = staff.by_email(session, "a@example.org")
        assert person is not None
        person.locked_until = now + timedelta(seconds=60)
    with sqlite.write() as session:
        assert staff.verify(session, "a@example.org", PASSWORD, now) is None, "the right password does not open a locked account"
        assert staff.verify(session, "a@example.org", PASSWORD, now + timedelta(seconds=61)) is not None


def test_the_real_hasher_is_argon2id_at_the_cost_owasp_names() -> None:
    import argon2

    fresh = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    assert fresh.type is argon2.Type.ID
    assert staff._NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_signing_out_ends_the_session_on_the_server(console: Console) -> None:
    browser = console.nobody()
    browser.sign_in("editor@example.org")
    stolen = dict(browser.cookies)
    assert browser.post("/console/sign-out").status_code == 303
    browser.cookies = stolen
    assert browser.get("/console/account").status_code == 303


def test_a_session_ends_after_idle_time(console: Console) -> None:
    browser = console.as_("editor")
    assert browser.get("/console/account").status_code == 200
    with console.database.write() as session:
        for row in session.query(StaffSession):
            row.seen_at = utcnow() - timedelta(minutes=61)
    assert browser.get("/console/account").status_code == 303


def test_a_change_of_roles_ends_the_session(console: Console) -> None:
    browser = console.as_("editor")
    with console.database.write() as session:
        person = staff.by_email(session, "editor@example.org")
        assert person is not None
        staff.set_roles(session, person, ["caseworker"])
    assert browser.get("/console/account").status_code == 303


def test_a_deactivated_account_is_out_at_once(console: Console) -> None:
    browser = console.as_("editor")
    with console.database.write() as session:
        session.query(Staff).filter_by(email="editor@example.org").update({"active": False})
    assert browser.get("/console/account").status_code == 303
    assert console.nobody().sign_in("editor@example.org").status_code == 422


def test_the_last_admin_stays(sqlite: Database) -> None:
    with sqlite.write() as session:
        only = staff.add(session, "a@example.org", "A", ["admin"], PASSWORD)
        with pytest.raises(staff.StaffError, match="last_admin"):
            staff.set_roles(session, only, ["editor"])
        with pytest.raises(staff.StaffError, match="last_admin"):
            staff.deactivate(session, only)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "password12345", "editor is my name", "x" * 257])
def test_a_password_that_is_easy_to_guess_is_refused(sqlite: Database, password: str) -> None:
    with sqlite.write() as session, pytest.raises(staff.StaffError):
        staff.add(session, "editor@example.org", "E", ["editor"], password)


def test_an_invitation_sets_a_password_once(console: Console) -> None:
    with console.database.write() as session:
        person = staff.add(session, "new@example.org", "New", ["editor"])
        token = staff.invite(session, person)
    path, browser = f"/console/invitation/{token}", console.nobody()
    assert "new@example.org" in browser.get(path).text
    different = browser.post(path, {"password": PASSWORD, "again": "x"})
    assert different.status_code == 422
    assert browser.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert console.nobody().sign_in("new@example.org").status_code == 303
    assert browser.post(path, {"password": PASSWORD + "2", "again": PASSWORD + "2"}).status_code == 422
    assert console.nobody().sign_in("new@example.org", PASSWORD + "2").status_code == 422


def test_an_old_invitation_opens_nothing(console: Console) -> None:
    with console.database.write() as session:
        person = staff.add(session, "new@example.org", "New", ["editor"])
        token = staff.invite(session, person, days=-1)
    browser = console.nobody()
    assert "new@example.org" not in browser.get(f"/console/invitation/{token}").text
    assert browser.post(f"/console/invitation/{token}", {"password": PASSWORD, "again": PASSWORD}).status_code == 422


def test_the_second_factor_is_asked_for_and_a_code_works_once(console: Console) -> None:
    browser = console.nobody()
    browser.sign_in("admin@example.org")
    page = browser.get("/console/account/second-factor")
    secret = re.search(r'<code dir="ltr">(\w+)</code>', page.text)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert secret and sealed
    totp = pyotp.TOTP(secret[1])
    wrong = browser.post("/console/account/second-factor", {"sealed": sealed[1], "code": "000000"})
    assert wrong.status_code == 422
    code = totp.now()
    assert browser.post("/console/account/second-factor", {"sealed": sealed[1], "code": code}).status_code == 303

    again = console.nobody()
    assert again.sign_in("admin@example.org").headers["location"].startswith("/console/sign-in/code")
    assert again.get("/console/account").status_code == 303, "the password alone opens nothing"
    assert again.post("/console/sign-in/code", {"code": code}).status_code == 422, "a used code does not work again"
    with console.database.write() as session:
        session.query(Staff).filter_by(email="admin@example.org").update({"totp_step": 0})
    assert again.post("/console/sign-in/code", {"code": totp.now()}).status_code == 303
    assert again.get("/console/account").status_code == 200


def test_somebody_elses_second_factor_cannot_be_planted(console: Console) -> None:
    page = console.as_("admin").get("/console/account/second-factor")
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    secret = re.search(r'<code dir="ltr">(\w+)</code>', page.text)
    assert sealed and secret
    answer = console.as_("editor").post(
        "/console/account/second-factor", {"sealed": sealed[1], "code": pyotp.TOTP(secret[1]).now()}
    )
    assert answer.status_code == 404


def test_admins_must_set_a_second_factor_where_the_setting_says_so(console: Console) -> None:
    from bot import options

    browser = console.as_("admin")
    with console.database.write() as session:
        options.put(session, "totp_for_admins", "yes", "test")
    sent = browser.get("/console/account")
    assert sent.headers["location"] == "/console/account/second-factor"
    assert browser.get("/console/account/second-factor").status_code == 200
    assert console.as_("editor").get("/console/account").status_code == 200


def test_a_changed_password_ends_the_other_sessions(console: Console) -> None:
    one, other = console.nobody(), console.nobody()
    one.sign_in("editor@example.org")
    other.sign_in("editor@example.org")
    new = "seven loud red lamps"
    assert one.post("/console/account/password", {"present": "no", "new": new, "again": new}).status_code == 422
    assert one.post("/console/account/password", {"present": PASSWORD, "new": new, "again": new}).status_code == 303
    assert one.get("/console/account").status_code == 200
    assert other.get("/console/account").status_code == 303


def test_a_post_without_the_csrf_token_changes_nothing(console: Console) -> None:
    browser = console.as_("editor")
    answer = browser._request("POST", "/console/account/name", data={"name": "Mallory"})
    assert answer.status_code == 403
    with console.database.read() as session:
        person = staff.by_email(session, "editor@example.org")
        assert person is not None and person.name == "Editor"


def test_pages_forbid_foreign_scripts_framing_and_keeping(console: Console) -> None:
    headers = console.as_("editor").get("/console/account").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_session_cookie_is_out_of_reach_of_scripts(console: Console) -> None:
    answer = console.nobody().sign_in("editor@example.org")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("waymark-staff"))
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()


def test_signing_in_and_failing_are_audited_without_the_password(console: Console) -> None:
    console.nobody().sign_in("editor@example.org", "wrong wrong wrong")
    console.nobody().sign_in("editor@example.org")
    with console.database.read() as session:
        events = session.query(AuditEvent).order_by(AuditEvent.id).all()
        assert [event.action for event in events] == ["session.refused", "session.begun"]
        assert "wrong" not in str([event.detail for event in events])


def test_the_console_speaks_four_languages(console: Console) -> None:
    for language, direction in (("en", "ltr"), ("fr", "ltr"), ("es", "ltr"), ("ar", "rtl")):
        page = console.nobody().get("/console/sign-in", headers={"accept-language": f"{language}-XX,en;q=0.5"}).text
        assert f'<html lang="{language}" dir="{direction}">' in page
    browser = console.as_("editor")
    browser.post("/console/language", {"language": "ar", "next": "/console/account"})
    assert 'dir="rtl"' in browser.get("/console/account").text
