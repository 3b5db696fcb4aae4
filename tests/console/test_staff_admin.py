"""Staff as an admin sees and changes it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot import crypto, staff
from bot.db import utcnow
from bot.tables import AuditEvent, Invitation, Referral, Staff, StaffSession, Team, TeamMember
from tests.console.conftest import Browser, Console, make_case, make_contact, text_of


def noted(console: Console, action: str) -> list[AuditEvent]:
    with console.database.read() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))


def person(console: Console, role: str) -> Staff:
    with console.database.read() as session:
        found = staff.by_email(session, role if "@" in role else f"{role}@example.org")
        assert found is not None
        return found


def link_in(page: str) -> str:
    found = re.search(r'id="link"[^>]*>http://[^/]+(/console/invitation/[\w-]+)<', page)
    assert found is not None
    return found[1]


def test_the_list_shows_everybody_with_roles_teams_and_state(console: Console) -> None:
    console.add_staff("gone@example.org", ["editor"], active=False)
    console.add_staff("locked@example.org", ["editor"], locked_until=utcnow() + timedelta(minutes=5))
    with console.database.write() as session:
        staff.invite(session, staff.add(session, "new@example.org", "Newcomer", ["editor"]))
        staff.add(session, "late@example.org", "Late", ["editor"])
    said = text_of(console.as_("admin").get("/console/staff"))
    assert "Caseworker caseworker@example.org Caseworker Everywhere Active" in said
    assert "Newcomer new@example.org Editor Invited" in said
    assert "Late late@example.org Editor Never signed in, no valid link" in said
    assert "Locked locked@example.org Editor Locked after wrong passwords" in said
    assert "gone@example.org" not in said
    assert "gone@example.org Editor Switched off" in text_of(console.as_("admin").get("/console/staff?off=1"))


def test_the_list_is_searched_by_name_address_and_role(console: Console) -> None:
    console.add_staff("x@example.org", ["editor"], name="Zoë 100%")
    browser = console.as_("admin")
    assert (
        "x@example.org" in browser.get("/console/staff?q=zoë").text or "x@example.org" in browser.get("/console/staff?q=Zo").text
    )
    assert "x@example.org" not in browser.get("/console/staff?q=zo&role=admin").text
    assert "x@example.org" in browser.get("/console/staff?q=100%25").text
    assert "caseworker@example.org" not in browser.get("/console/staff?q=%25").text


def test_an_invited_person_sets_a_password_with_the_link_and_comes_in(console: Console) -> None:
    answer = console.as_("admin").post(
        "/console/staff", {"email": " Nadia@Example.org", "name": "Nadia", "roles": ["caseworker"], "locales": ["fr"]}
    )
    assert answer.status_code in (200, 201)
    link = link_in(answer.text)
    nadia = person(console, "nadia@example.org")
    assert (nadia.roles, nadia.locales, nadia.password_hash) == (["caseworker"], ["fr"], None)
    with console.database.read() as session:
        assert session.scalars(select(Team.name).join(TeamMember).where(TeamMember.staff_id == nadia.id)).all() == ["Everywhere"]
    browser = console.nobody()
    assert browser.post(link, {"password": "nine purple teapots", "again": "nine purple teapots"}).status_code == 303
    assert browser.sign_in("nadia@example.org", "nine purple teapots").status_code == 303
    assert browser.get("/console/account").status_code == 200
    assert [e.detail["roles"] for e in noted(console, "staff.added") if e.object_id == str(nadia.id)] == [["caseworker"]]


def test_the_link_is_shown_once_and_stored_only_as_a_digest(console: Console) -> None:
    browser = console.as_("admin")
    token = link_in(browser.post("/console/staff", {"email": "n@example.org", "roles": "editor"}).text).rsplit("/", 1)[1]
    page = browser.get(f"/console/staff/{person(console, 'n@example.org').id}").text
    assert token not in page
    with console.database.read() as session:
        assert token not in {row.token_hash for row in session.scalars(select(Invitation))}
        assert token not in str([e.detail for e in session.scalars(select(AuditEvent))])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"email": "no address", "roles": "editor"}, "This is no e-mail address."),
        ({"email": "n@example.org"}, "Choose at least one role."),
        ({"email": "n@example.org", "roles": "owner"}, "Choose at least one role."),
        ({"email": "Editor@example.org", "roles": "editor"}, "There is an account with this address already."),
    ],
)
def test_a_wrong_invitation_says_why_and_keeps_what_was_typed(console: Console, data: dict[str, Any], said: str) -> None:
    page = console.as_("admin").post("/console/staff", data | {"name": "Typed name"})
    assert page.status_code == 422
    assert said in text_of(page)
    assert 'value="Typed name"' in page.text


def test_new_roles_end_the_persons_sessions_and_are_audited(console: Console) -> None:
    editor = console.as_("editor")
    assert editor.get("/console/account").status_code == 200
    staff_id = console.staff_id("editor")
    browser = console.as_("admin")
    answer = browser.post(f"/console/staff/{staff_id}", {"name": "Editor", "roles": ["editor", "caseworker"]})
    assert "Saved." in text_of(browser.follow(answer))
    assert editor.get("/console/account").status_code == 303
    assert person(console, "editor").roles == ["caseworker", "editor"]
    (seen,) = noted(console, "staff.changed")
    assert seen.detail == {"roles": {"before": ["editor"], "after": ["caseworker", "editor"]}}


def test_teams_and_languages_change_without_ending_sessions(console: Console) -> None:
    with console.database.write() as session:
        session.add(Team(name="Athens", countries=["GR"], offices=[], holidays=[]))
    caseworker = console.as_("caseworker")
    staff_id = console.staff_id("caseworker")
    console.as_("admin").post(
        f"/console/staff/{staff_id}", {"roles": "caseworker", "teams": ["2", "99"], "locales": ["ar", "xx"]}
    )
    with console.database.read() as session:
        assert session.scalars(select(TeamMember.team_id).where(TeamMember.staff_id == staff_id)).all() == [2]
    assert person(console, "caseworker").locales == ["ar"]
    assert caseworker.get("/console/account").status_code == 200


def test_nobody_takes_the_admin_role_from_themselves(console: Console) -> None:
    page = console.as_("admin").post(f"/console/staff/{console.staff_id('admin')}", {"roles": "editor"})
    assert page.status_code == 422
    assert "You cannot take the admin role from yourself" in text_of(page)
    assert person(console, "admin").roles == ["admin"]


@pytest.mark.parametrize("way", ["off", "on", "link", "second-factor", "sessions"])
def test_nobody_does_to_their_own_account_what_would_let_a_thief_keep_it(console: Console, way: str) -> None:
    before = person(console, "admin")
    page = console.as_("admin").post(f"/console/staff/{before.id}/{way}")
    assert page.status_code == 422
    after = person(console, "admin")
    assert after.active and after.password_hash == before.password_hash
    with console.database.read() as session:
        assert session.scalars(select(Invitation)).all() == []


def test_the_last_admin_stays(console: Console) -> None:
    browser, other = console.as_("admin"), console.staff_id("all")
    assert browser.post(f"/console/staff/{other}/off").status_code == 303
    console.add_staff("second@example.org", ["admin"])
    with console.database.write() as session:
        me = staff.by_email(session, "admin@example.org")
        assert me is not None
        me.active = False  # as if another admin had done so a moment ago
    second = console.as_("second@example.org")
    assert second.post(f"/console/staff/{other}", {"roles": "admin"}).status_code == 303
    assert not person(console, "all").active
    assert second.post(f"/console/staff/{console.staff_id('second@example.org')}", {"roles": "editor"}).status_code == 422
    assert person(console, "second@example.org").roles == ["admin"]


def test_switching_off_ends_sessions_and_returns_the_persons_cases(console: Console) -> None:
    caseworker, staff_id = console.as_("caseworker"), console.staff_id("caseworker")
    case_id = make_case(console.database, state="taken", assignee_id=staff_id, taken_at=utcnow())
    closed_id = make_case(console.database, make_contact(console.database, "+306900000001"), state="closed", assignee_id=staff_id)
    browser = console.as_("admin")
    assert "and 1 taken case goes back to the queue" in browser.get(f"/console/staff/{staff_id}").text
    answer = browser.post(f"/console/staff/{staff_id}/off")
    assert "can no longer sign in" in text_of(browser.follow(answer))
    assert caseworker.get("/console/account").status_code == 303
    assert console.nobody().sign_in("caseworker@example.org").status_code == 422
    with console.database.read() as session:
        case = session.get_one(Referral, case_id)
        assert (case.state, case.assignee_id) == ("open", None)
        assert case.events[-1].kind == "returned"
        assert session.get_one(Referral, closed_id).assignee_id == staff_id
    assert [e.detail for e in noted(console, "staff.deactivated")] == [{"returned_cases": 1}]
    browser.post(f"/console/staff/{staff_id}/on")
    assert console.nobody().sign_in("caseworker@example.org").status_code == 303


def test_taking_the_caseworker_role_returns_the_cases_too(console: Console) -> None:
    staff_id = console.staff_id("caseworker")
    case_id = make_case(console.database, state="taken", assignee_id=staff_id, taken_at=utcnow())
    console.as_("admin").post(f"/console/staff/{staff_id}", {"roles": "editor"})
    with console.database.read() as session:
        assert session.get_one(Referral, case_id).state == "open"


def test_a_new_link_replaces_the_earlier_one_and_the_password_stays_until_it_is_used(console: Console) -> None:
    browser, staff_id = console.as_("admin"), console.staff_id("editor")
    first = link_in(browser.post(f"/console/staff/{staff_id}/link").text)
    second = link_in(browser.post(f"/console/staff/{staff_id}/link").text)
    assert "too old" in text_of(console.nobody().get(first))
    assert console.nobody().sign_in("editor@example.org").status_code == 303
    assert console.nobody().post(second, {"password": "nine purple teapots", "again": "nine purple teapots"}).status_code == 303
    assert console.nobody().sign_in("editor@example.org").status_code == 422
    assert len(noted(console, "staff.link_made")) == 2


def test_no_link_is_made_for_an_account_that_is_switched_off(console: Console) -> None:
    staff_id = console.add_staff("gone@example.org", ["editor"], active=False)
    assert console.as_("admin").post(f"/console/staff/{staff_id}/link").status_code == 422


def test_a_lost_phone_and_a_locked_account_are_mended(console: Console) -> None:
    secret, until = staff.new_totp_secret(), utcnow() + timedelta(hours=1)
    staff_id = console.add_staff("lost@example.org", ["editor"], totp_secret=secret, failures=9, locked_until=until)
    assert console.nobody().sign_in("lost@example.org").status_code == 422
    browser = console.as_("admin")
    assert "Unlock now" in browser.get(f"/console/staff/{staff_id}").text
    browser.post(f"/console/staff/{staff_id}/unlock")
    browser.post(f"/console/staff/{staff_id}/second-factor")
    lost = console.nobody()
    assert lost.sign_in("lost@example.org").headers["location"] != "/console/sign-in/code"
    assert lost.get("/console/account").status_code == 200
    assert len(noted(console, "staff.unlocked")) == len(noted(console, "staff.second_factor_reset")) == 1


def test_signing_somebody_out_ends_every_session_of_theirs(console: Console) -> None:
    editor = console.as_("editor")
    browser, staff_id = console.as_("admin"), console.staff_id("editor")
    browser.post(f"/console/staff/{staff_id}/sessions")
    assert editor.get("/console/account").status_code == 303
    with console.database.read() as session:
        assert session.scalars(select(StaffSession).where(StaffSession.staff_id == staff_id)).all() == []


@pytest.mark.parametrize("role", ["caseworker", "editor"])
@pytest.mark.parametrize("path", ["/console/staff", "/console/staff/new", "/console/staff/1"])
def test_only_admins_see_staff(console: Console, role: str, path: str) -> None:
    assert console.as_(role).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/console/staff/999", "/console/staff/x", f"/console/staff/{10**30}"])
def test_an_account_that_is_not_there_is_not_there(console: Console, path: str) -> None:
    assert console.as_("admin").get(path).status_code == 404
    assert console.as_("admin").post(path.replace("x", "999") + "/off").status_code == 404


@pytest.mark.parametrize("language", ["fr", "es", "ar"])
def test_the_screens_open_in_each_language(console: Console, language: str) -> None:
    for path in ("/console/staff", "/console/staff/new", "/console/staff/1"):
        assert console.as_("admin").get(f"{path}?lang={language}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_staff(console: Console) -> None:
    browser = console.as_("admin")

    def queries() -> int:
        seen: list[str] = []
        event.listen(console.database.engine, "before_cursor_execute", note := lambda *a: seen.append(a[2]))
        assert browser.get("/console/staff").status_code == 200
        event.remove(console.database.engine, "before_cursor_execute", note)
        return len(seen)

    queries()
    few = queries()
    with console.database.write() as session:
        for n in range(20):
            one = staff.add(session, f"p{n}@example.org", f"P {n}", ["caseworker"])
            session.add(TeamMember(team_id=1, staff_id=one.id))
            staff.invite(session, one)
    assert queries() == few


def test_a_form_without_its_token_changes_nothing(console: Console) -> None:
    browser: Browser = console.as_("admin")
    path = f"/console/staff/{console.staff_id('editor')}/off"
    assert browser.post(path, {"_csrf_token": crypto.token(32)}).status_code == 403
    assert person(console, "editor").active
