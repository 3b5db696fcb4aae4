"""Teams as an admin sets them, and what becomes of the cases they would leave behind."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from bot import promises, referrals, teams
from bot.console.teams_admin import coverage as gaps
from bot.db import Database
from bot.tables import AuditEvent, Office, Referral, Staff, Team, TeamMember
from tests.console.conftest import Browser, Console, make_case, make_contact, text_of

ATHENS: dict[str, Any] = {"name": "Athens", "countries": ["GR"], "timezone": "Europe/Athens"}


def team(console: Console, name: str) -> Team:
    with console.database.read() as session:
        return session.scalars(select(Team).where(Team.name == name)).one()


def members(console: Console, name: str) -> list[int]:
    with console.database.read() as session:
        query = select(TeamMember.staff_id).join(Team).where(Team.name == name).order_by(TeamMember.staff_id)
        return list(session.scalars(query))


def save(browser: Browser, path: str, data: dict[str, Any]) -> httpx.Response:
    """As the browser does: with what the open form says it has seen."""
    seen = re.search(r'name="seen" value="(\w*)"', browser.get(path if path != "/console/teams" else path + "/new").text)
    assert seen is not None
    return browser.post(path, {"seen": seen[1]} | data)


def events(console: Console, action: str) -> list[AuditEvent]:
    with console.database.read() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_a_new_team_decides_what_its_members_see(console: Console) -> None:
    me = console.staff_id("caseworker")
    browser = console.as_("admin")
    data = ATHENS | {"members": [str(me)], "hours-Mo": "08:00-12:00, 13:00–16:30", "hours-Tu": "08:00-12:00,13:00-16:30"}
    answer = save(browser, "/console/teams", data | {"holidays": "2026-12-25\n2026-01-06", "other_countries": "it, mt"})
    assert "The team Athens is saved." in text_of(browser.follow(answer))
    stored = team(console, "Athens")
    assert (stored.countries, stored.timezone) == (["GR", "IT", "MT"], "Europe/Athens")
    assert stored.schedule == "Mo-Tu 08:00-12:00,13:00-16:30"
    assert stored.holidays == ["2026-01-06", "2026-12-25"]
    assert members(console, "Athens") == [me]
    assert [e.detail["countries"] for e in events(console, "team.added")] == [["GR", "IT", "MT"]]
    with console.database.read() as session:
        assert {one.name for one in teams.of_staff(session, me)} == {"Athens", "Everywhere"}


def test_a_change_is_audited_with_before_and_after(console: Console) -> None:
    browser = console.as_("admin")
    save(browser, "/console/teams", ATHENS)
    save(browser, f"/console/teams/{team(console, 'Athens').id}", ATHENS | {"name": "Attica", "hours-Su": "10:00-12:00"})
    (seen,) = events(console, "team.changed")
    assert seen.detail == {
        "name": {"before": "Athens", "after": "Attica"},
        "schedule": {"before": "", "after": "Su 10:00-12:00"},
    }


def test_hours_of_the_form_are_those_that_promises_are_worked_out_from(console: Console) -> None:
    browser = console.as_("admin")
    save(browser, "/console/teams", ATHENS | {"hours-Fr": "22:00-06:00", "hours-PH": "10:00-11:00", "holidays": "2026-03-06"})
    stored = team(console, "Athens")
    page = browser.get(f"/console/teams/{stored.id}").text
    assert 'name="hours-Fr" value="22:00-06:00"' in page
    assert 'name="hours-PH" value="10:00-11:00"' in page
    begin, end = datetime.fromisoformat("2026-03-06T00:00+00:00"), datetime.fromisoformat("2026-03-14T12:00+00:00")
    found = [(a.isoformat(), b.isoformat()) for a, b in promises.open_times([stored], begin, end)]
    assert found == [
        ("2026-03-06T08:00:00+00:00", "2026-03-06T09:00:00+00:00"),
        ("2026-03-13T20:00:00+00:00", "2026-03-14T04:00:00+00:00"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "A team needs a name."),
        ({"name": "Everywhere"}, "Another team has this name."),
        ({"countries": []}, "Choose countries or offices, or let the team serve everywhere."),
        ({"countries": ["GR", "ZZ"]}, "ZZ is no code of a country."),
        ({"other_countries": "Italy"}, "ITALY is no code of a country."),
        ({"hours-Mo": "from eight"}, "Write hours as 08:00-16:30"),
        ({"hours-Mo": "08:00-09:00; Tu 08:00-09:00"}, "Write hours as 08:00-16:30"),
        ({"hours-PH": "08:00-09:00"}, "Write hours as 08:00-16:30"),
        ({"holidays": "25.12.2026"}, "25.12.2026 is no date."),
        ({"holidays": "2026-02-30"}, "2026-02-30 is no date."),
        ({"holidays": "\n".join(f"2{n:03}-01-01" for n in range(201))}, "Keep at most 200 dates."),
        ({"timezone": "Athens"}, "This time zone is not known."),
        ({"timezone": "../../etc/passwd"}, "This time zone is not known."),
    ],
)
def test_what_is_wrong_with_a_form_is_said_and_nothing_is_saved(console: Console, data: dict[str, Any], said: str) -> None:
    page = save(console.as_("admin"), "/console/teams", ATHENS | {"holidays": "2026-12-25"} | data)
    assert page.status_code == 422
    assert said in text_of(page)
    with console.database.read() as session:
        assert session.scalars(select(Team.name)).all() == ["Everywhere"]


def test_offices_and_people_that_are_not_there_are_left_out(console: Console) -> None:
    with console.database.write() as session:
        session.add(Office(id="help-desk", organization="Help", names={"en": "Help desk"}, kind="ngo", country="GR"))
    browser = console.as_("admin")
    assert "Help desk" in browser.get("/console/teams/new").text
    save(browser, "/console/teams", {"name": "Desk", "offices": ["help-desk", "ghost"], "members": ["1", "999", "x"]})
    assert team(console, "Desk").offices == ["help-desk"]
    assert members(console, "Desk") == [1]
    assert "Help desk" in text_of(browser.get("/console/teams"))


def test_a_form_that_was_open_meanwhile_undoes_nothing(console: Console) -> None:
    browser = console.as_("admin")
    save(browser, "/console/teams", ATHENS)
    path = f"/console/teams/{team(console, 'Athens').id}"
    old = re.search(r'name="seen" value="(\w+)"', browser.get(path).text)
    assert old is not None
    save(browser, path, ATHENS | {"countries": ["GR", "CY"]})
    late = browser.post(path, ATHENS | {"seen": old[1], "name": "Late"})
    assert late.status_code == 422
    assert "Somebody else changed this team meanwhile." in text_of(late)
    assert team(console, "Athens").countries == ["CY", "GR"]


def test_a_change_that_leaves_cases_to_nobody_in_particular_asks_first(console: Console) -> None:
    number = number_of(console, make_case(console.database))
    browser, path = console.as_("admin"), "/console/teams/1"
    answer = save(browser, path, {"name": "Everywhere", "countries": ["IT"], "members": ["1"]})
    assert answer.status_code == 422
    assert "No team serves 1 open case. So that it is not lost, every caseworker sees it." in text_of(answer)
    assert number in answer.text
    assert team(console, "Everywhere").everywhere
    answer = save(browser, path, {"name": "Everywhere", "countries": ["IT"], "members": ["1"], "confirm": "1"})
    assert answer.status_code == 303
    assert not team(console, "Everywhere").everywhere
    assert "No team serves 1 open case" in text_of(browser.get("/console/teams"))


def test_a_team_without_caseworkers_hides_its_cases_and_that_is_said(console: Console) -> None:
    make_case(console.database)
    browser = console.as_("admin")
    answer = save(
        browser, "/console/teams/1", {"name": "Everywhere", "everywhere": "1", "members": [str(console.staff_id("editor"))]}
    )
    assert answer.status_code == 422
    assert "Nobody sees 1 open case: the teams that serve it have no active caseworker." in text_of(answer)
    assert len(members(console, "Everywhere")) == 2


def number_of(console: Console, case_id: int) -> str:
    with console.database.read() as session:
        return session.get_one(Referral, case_id).number


def test_what_is_unseen_and_unserved_is_what_caseworkers_really_see(database: Database) -> None:
    with database.write() as session:
        worker = Staff(email="w@example.org", name="W", roles=["caseworker"], locales=[])
        gone = Staff(email="g@example.org", name="G", roles=["caseworker"], locales=[], active=False)
        editor = Staff(email="e@example.org", name="E", roles=["editor"], locales=[])
        session.add_all([worker, gone, editor])
        for name, countries, offices, people in (
            ("Athens", ["GR"], [], [worker]),
            ("Rome", ["IT"], [], [gone, editor]),
            ("Desk", [], ["desk"], []),
        ):
            one = Team(name=name, countries=countries, offices=offices, holidays=[])
            one.members = [TeamMember(staff=person) for person in people]
            session.add(one)
        for n, (country, office, state) in enumerate(
            [
                ("GR", None, "open"),
                ("IT", None, "open"),
                ("IT", None, "taken"),
                (None, None, "open"),
                (None, "desk", "open"),
                ("DE", "x", "open"),
            ]
        ):
            session.add(
                Referral(number=f"W-{n}", need="x", locale="fr", channel="sms", country=country, office_id=office, state=state)
            )
    with database.read() as session:
        found = gaps.coverage(session)
        listed = {one.name: ([person.name for person in people], cases) for one, people, cases in gaps.rows(session)}
        seen = set(session.scalars(select(Referral.number).where(teams.visible(session, 1), Referral.state == "open")))
    assert seen == {"W-0", "W-3", "W-5"}
    assert {number for gap in found.unseen for number in gap.numbers} == {"W-1", "W-4"}
    assert {number for gap in found.unserved for number in gap.numbers} == {"W-3", "W-5"}
    assert set(found.without_members) == {"Rome", "Desk"}
    assert listed == {"Athens": (["W"], 1), "Rome": ([], 1), "Desk": ([], 1)}


def test_removing_a_team_asks_first_when_cases_lose_it(console: Console) -> None:
    make_case(console.database)
    browser = console.as_("admin")
    answer = browser.post("/console/teams/1/delete")
    assert answer.status_code == 422
    assert "Remove the team Everywhere?" in text_of(answer)
    assert team(console, "Everywhere").name == "Everywhere"
    answer = browser.post("/console/teams/1/delete", {"confirm": "1"})
    assert "There is no team. Every caseworker sees every case." in text_of(browser.follow(answer))
    assert [e.detail["name"] for e in events(console, "team.removed")] == ["Everywhere"]


def test_removing_a_team_that_no_case_needs_is_done_at_once(console: Console) -> None:
    browser = console.as_("admin")
    save(browser, "/console/teams", ATHENS)
    assert browser.post(f"/console/teams/{team(console, 'Athens').id}/delete").status_code == 303


def test_open_queues_hear_of_a_changed_team(console: Console) -> None:
    with console.database.read() as session:
        before = referrals.revision(session)
    save(console.as_("admin"), "/console/teams", ATHENS)
    with console.database.read() as session:
        assert referrals.revision(session) > before


@pytest.mark.parametrize("path", ["/console/teams", "/console/teams/new", "/console/teams/1"])
def test_only_admins_set_teams(console: Console, path: str) -> None:
    for role in ("caseworker", "editor"):
        assert console.as_(role).get(path).status_code == 403
        assert console.as_(role).post("/console/teams/1/delete").status_code == 403
    for language in ("en", "fr", "es", "ar"):
        assert console.as_("admin").get(f"{path}?lang={language}").status_code == 200


def test_a_team_that_is_not_there_is_not_there(console: Console) -> None:
    browser = console.as_("admin")
    assert browser.get("/console/teams/99").status_code == 404
    assert browser.get(f"/console/teams/{10**30}").status_code == 404
    assert browser.post("/console/teams/99", ATHENS).status_code == 404
    assert browser.post("/console/teams/99/delete").status_code == 404


def test_the_number_of_queries_grows_with_neither_teams_nor_cases(console: Console) -> None:
    browser = console.as_("admin")

    def queries() -> int:
        seen: list[str] = []
        event.listen(console.database.engine, "before_cursor_execute", note := lambda *a: seen.append(a[2]))
        assert browser.get("/console/teams").status_code == 200
        assert browser.get("/console/teams/1").status_code == 200
        event.remove(console.database.engine, "before_cursor_execute", note)
        return len(seen)

    queries()
    few = queries()
    with console.database.write() as session:
        for n in range(15):
            session.add(Office(id=f"o{n}", organization="O", kind="ngo", country="GR", cities=["Athens"]))
            session.add(Team(name=f"T{n}", countries=["GR"], offices=[f"o{n}"], holidays=[], members=[TeamMember(staff_id=1)]))
    for n in range(5):
        make_case(console.database, make_contact(console.database, f"+3069000000{n}"))
    assert queries() == few
