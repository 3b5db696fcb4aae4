"""The steps of a case, on both databases: who sees it, who has it, what its person is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot import casework, referrals, staff, teams
from bot.db import Database, utcnow
from bot.tables import AuditEvent, Contact, Inbox, Office, Outbox, Referral, Staff, Team, TeamMember
from tests.console.conftest import PASSWORD, make_case, make_contact, reply, say


def add(database: Database, name: str, roles: list[str] | None = None) -> int:
    with database.write() as session:
        return staff.add(session, f"{name}@example.org", name.title(), roles or ["caseworker"], PASSWORD).id


def make_team(database: Database, name: str, members: list[int], **fields: object) -> int:
    with database.write() as session:
        team = Team(name=name, **({"countries": [], "offices": [], "holidays": []} | fields))
        session.add(team)
        session.flush()
        session.add_all(TeamMember(team_id=team.id, staff_id=member) for member in members)
        return team.id


def seen_by(database: Database, staff_id: int) -> set[int]:
    with database.read() as session:
        return {row.id for row in session.query(Referral).filter(teams.visible(session, staff_id))}


def test_a_caseworker_sees_the_cases_of_their_countries_and_offices_and_no_other(database: Database) -> None:
    anna, bo, cleo = add(database, "anna"), add(database, "bo"), add(database, "cleo")
    make_team(database, "Greece", [anna], countries=["GR"])
    make_team(database, "Agadez office", [bo], offices=["ne-agadez"])
    person = make_contact(database)
    greek = make_case(database, person, country="GR")
    desert = make_case(database, person, country="NE", office_id="ne-agadez")
    assert seen_by(database, anna) == {greek}
    assert seen_by(database, bo) == {desert}
    assert seen_by(database, cleo) == set()


def test_a_case_that_no_team_serves_is_seen_by_every_caseworker(database: Database) -> None:
    anna = add(database, "anna")
    make_team(database, "Greece", [anna], countries=["GR"])
    person = make_contact(database)
    nowhere, chad = make_case(database, person, country=None, place=None), make_case(database, person, country="TD")
    with database.write() as session:
        session.get_one(Referral, nowhere).country = None
    assert seen_by(database, anna) == {nowhere, chad}


def test_a_case_somebody_has_stays_in_their_sight(database: Database) -> None:
    anna, bo = add(database, "anna"), add(database, "bo")
    make_team(database, "Greece", [bo], countries=["GR"])
    case = make_case(database, country="GR")
    with database.write() as session:
        session.get_one(Referral, case).assignee_id = anna
    assert seen_by(database, anna) == {case}


@pytest.mark.parametrize(
    ("place", "office"),
    [
        ({"name": "Patras", "country": "GR", "lat": 38.24, "lon": 21.73}, "patras"),
        ({"name": "Thessaloniki", "country": "GR", "lat": 40.64, "lon": 22.94}, None),
        ({"name": "Durres", "country": "AL", "lat": 38.3, "lon": 21.7}, None),
        ({"name": "Greece", "country": "GR"}, None),
        (None, None),
    ],
)
def test_a_case_goes_to_the_team_of_the_office_near_its_place(
    sqlite: Database, place: dict[str, object] | None, office: str | None
) -> None:
    anna = add(sqlite, "anna")
    make_team(sqlite, "Patras office", [anna], offices=["patras"])
    make_team(sqlite, "Everybody else", [], countries=["GR", "AL"])
    with sqlite.write() as session:
        for name, lat, lon in (("patras", 38.25, 21.74), ("unserved", 38.24, 21.73)):
            session.add(Office(id=name, organization="O", kind="ngo", country="GR", lat=lat, lon=lon))
    case = make_case(sqlite, place=place, country=(place or {}).get("country"))
    with sqlite.write() as session:
        casework.route(session, session.get_one(Referral, case))
    with sqlite.read() as session:
        assert session.get_one(Referral, case).office_id == office
    assert (case in seen_by(sqlite, anna)) is (office is not None or place is None)


def take(database: Database, case: int, by: int) -> None:
    with database.write() as session:
        referral = session.get_one(Referral, case)
        casework.take(session, referral, session.get_one(Staff, by), referral.version)


def test_taking_tells_the_person_once_and_makes_the_assistant_silent(database: Database) -> None:
    anna, person = add(database, "anna"), make_contact(database)
    case = make_case(database, person)
    take(database, case, anna)
    with database.read() as session:
        contact = session.get_one(Contact, person)
        assert referrals.with_caseworker(session, contact)
        assert session.query(Outbox).filter_by(contact_id=person).count() == 1
    with database.write() as session:
        referral = session.get_one(Referral, case)
        casework.return_to_queue(session, referral, session.get_one(Staff, anna), referral.version)
        assert not referrals.with_caseworker(session, session.get_one(Contact, person))
    take(database, case, anna)
    with database.read() as session:
        assert session.query(Outbox).filter_by(contact_id=person).count() == 1, "not told a second time"


def test_two_caseworkers_cannot_take_the_same_case(database: Database) -> None:
    anna, bo = add(database, "anna"), add(database, "bo")
    case = make_case(database)
    with database.read() as session:
        version = session.get_one(Referral, case).version
    take(database, case, anna)
    with pytest.raises(casework.Changed), database.write() as session:
        casework.take(session, session.get_one(Referral, case), session.get_one(Staff, bo), version)
    with database.read() as session:
        assert session.get_one(Referral, case).assignee_id == anna


def test_nothing_is_sent_after_stop(database: Database) -> None:
    anna, person = add(database, "anna"), make_contact(database)
    case = make_case(database, person)
    with database.write() as session:
        session.get_one(Contact, person).opted_out_at = utcnow()
    take(database, case, anna)
    with database.write() as session:
        referral, by = session.get_one(Referral, case), session.get_one(Staff, anna)
        with pytest.raises(casework.CannotWrite, match="opted_out"):
            casework.write(session, referral, by, "Hello")
    with database.read() as session:
        assert session.query(Outbox).count() == 0


def test_only_whoever_has_the_case_writes_in_it(database: Database) -> None:
    anna, bo = add(database, "anna"), add(database, "bo")
    case = make_case(database)
    take(database, case, anna)
    with database.write() as session, pytest.raises(casework.CannotWrite, match="not_yours"):
        casework.write(session, session.get_one(Referral, case), session.get_one(Staff, bo), "Hello")


def test_a_failed_part_is_sent_again_once(database: Database) -> None:
    anna = add(database, "anna")
    case = make_case(database)
    take(database, case, anna)
    with database.write() as session:
        referral, by = session.get_one(Referral, case), session.get_one(Staff, anna)
        [row] = casework.write(session, referral, by, "Come at nine")
        with pytest.raises(casework.CannotWrite, match="not_failed"):
            casework.retry(session, referral, by, row.id)
        row.state = "failed"
        again = casework.retry(session, referral, by, row.id)
        assert again.body == row.body and again.retry_of == row.id and again.state == "queued"
        with pytest.raises(casework.CannotWrite, match="sent_again"):
            casework.retry(session, referral, by, row.id)


def test_a_part_of_another_case_cannot_be_sent_again_through_this_one(database: Database) -> None:
    anna = add(database, "anna")
    mine, other = make_case(database), make_case(database, make_contact(database, "+306900000002"))
    take(database, mine, anna)
    with database.write() as session:
        session.get_one(Referral, other)
        contact = session.get_one(Referral, other).contact_id
        assert contact is not None
    foreign = reply(database, contact, "secret", state="failed", referral_id=other)
    with database.write() as session, pytest.raises(casework.CannotWrite, match="not_failed"):
        casework.retry(session, session.get_one(Referral, mine), session.get_one(Staff, anna), foreign)


def test_the_conversation_holds_only_what_consent_covers(database: Database) -> None:
    anna, person = add(database, "anna"), make_contact(database)
    say(database, person, "before consent", "answer")
    with database.write() as session:
        session.execute(_long_ago())
    case = make_case(database, person, hours_ago=1)
    say(database, person, "after consent", "silent")
    take(database, case, anna)
    with database.write() as session:
        referral = session.get_one(Referral, case)
        casework.close(session, referral, session.get_one(Staff, anna), "helped", "", referral.version)
    with database.write() as session:
        referral = session.get_one(Referral, case)
        for event in referral.events:
            if event.kind == "closed":
                event.at = utcnow()
    say(database, person, "after closing", "answer")
    with database.read() as session:
        texts = [one.text for one in casework.conversation(session, session.get_one(Referral, case)) if one.who == "contact"]
        assert texts == ["after consent"]
    with database.write() as session:
        referral = session.get_one(Referral, case)
        casework.reopen(session, referral, session.get_one(Staff, anna), referral.version)
    say(database, person, "after reopening", "silent")
    with database.read() as session:
        texts = [one.text for one in casework.conversation(session, session.get_one(Referral, case)) if one.who == "contact"]
        assert texts == ["after consent", "after reopening"]


def _long_ago() -> object:
    return update(Inbox).values(received_at=utcnow() - timedelta(days=30))


def test_without_consent_nothing_the_person_wrote_is_shown(database: Database) -> None:
    person = make_contact(database)
    case = make_case(database, person, consent_at=None, origin="failure")
    say(database, person, "my secret", "failed")
    with database.read() as session:
        assert casework.conversation(session, session.get_one(Referral, case)) == []


def test_the_queue_puts_danger_then_urgency_then_waiting_time_first(database: Database) -> None:
    anna, person = add(database, "anna"), make_contact(database)
    old = make_case(database, person, hours_ago=50)
    new = make_case(database, person, hours_ago=1)
    soon = make_case(database, person, hours_ago=1, urgency="soon")
    now = make_case(database, person, hours_ago=1, urgency="now")
    flagged = make_case(database, person, hours_ago=1, flagged_at=utcnow())
    with database.read() as session:
        rows, more = casework.queue(session, anna, casework.Filters())
        assert [row.referral.id for row in rows] == [flagged, now, soon, old, new]
        assert not more


def test_filters_narrow_the_queue_and_unread_follows_the_persons_words(database: Database) -> None:
    anna, person = add(database, "anna"), make_contact(database)
    greek, french = make_case(database, person, locale="fr"), make_case(database, person, locale="ar", country="TR")
    with database.read() as session:
        rows, _ = casework.queue(session, anna, casework.Filters(locale="ar"))
        assert [row.referral.id for row in rows] == [french]
        rows, _ = casework.queue(session, anna, casework.Filters(country="GR"))
        assert [row.referral.id for row in rows] == [greek]
    take(database, greek, anna)
    with database.read() as session:
        assert casework.counts(session, anna) == {"waiting": 1, "mine": 1, "unread": 0, "taken": 1}
    with database.write() as session:
        for referral in referrals.add_message(session, session.get_one(Contact, person)):
            referral.changed_at = utcnow() + timedelta(seconds=1)
    with database.read() as session:
        assert casework.counts(session, anna)["unread"] == 1
        assert [row.referral.id for row in casework.queue(session, anna, casework.Filters("unread"))[0]] == [greek]


def test_a_reopened_case_of_somebody_who_left_waits_for_anybody(database: Database) -> None:
    anna = add(database, "anna")
    case = make_case(database)
    take(database, case, anna)
    with database.write() as session:
        referral = session.get_one(Referral, case)
        casework.close(session, referral, session.get_one(Staff, anna), "helped", "", referral.version)
        session.get_one(Staff, anna).active = False
    with database.write() as session:
        referral = session.get_one(Referral, case)
        referrals.reopen(session, referral, "contact")
        assert (referral.state, referral.assignee_id) == ("open", None)


@pytest.mark.parametrize(
    ("written", "found"), [("about {n} please", True), ("{low}", True), ("{spaced}", True), ("W-0000-00", False)]
)
def test_a_closed_case_is_found_by_its_number_however_it_is_written(sqlite: Database, written: str, found: bool) -> None:
    person = make_contact(sqlite)
    case = make_case(sqlite, person, state="closed", outcome="helped", closed_at=utcnow())
    with sqlite.read() as session:
        number = session.get_one(Referral, case).number
        text = written.format(n=number, low=number.lower(), spaced=number.replace("-", " "))
        named = referrals.named_in(session, session.get_one(Contact, person), text, utcnow() - timedelta(days=30))
        assert (named is not None) is found


def test_somebody_elses_number_opens_nothing(sqlite: Database) -> None:
    case = make_case(sqlite, make_contact(sqlite), state="closed", outcome="helped", closed_at=utcnow())
    other = make_contact(sqlite, "+306900000009")
    with sqlite.read() as session:
        number = session.get_one(Referral, case).number
        assert referrals.named_in(session, session.get_one(Contact, other), number, utcnow() - timedelta(days=30)) is None


def test_every_step_is_an_audit_event_and_raises_the_revision(database: Database) -> None:
    anna = add(database, "anna")
    case = make_case(database)
    with database.read() as session:
        before = referrals.revision(session)
    take(database, case, anna)
    with database.write() as session:
        referral, by = session.get_one(Referral, case), session.get_one(Staff, anna)
        casework.write(session, referral, by, "Hello")
        casework.escalate(session, referral, by, "needs a lawyer today", referral.version)
        casework.add_note(session, referral, by, "called the lawyer")
        casework.close(session, referral, by, "helped", "", referral.version)
    with database.read() as session:
        actions = [event.action for event in session.query(AuditEvent).order_by(AuditEvent.id)]
        assert actions == ["case.taken", "case.replied", "case.escalated", "case.noted", "case.closed"]
        assert referrals.revision(session) >= before + 4


def test_erasing_takes_notes_and_shared_content_too(database: Database) -> None:
    anna, person = add(database, "anna"), make_contact(database)
    case = make_case(database, person)
    take(database, case, anna)
    with database.write() as session:
        referral = session.get_one(Referral, case)
        casework.add_note(session, referral, session.get_one(Staff, anna), "her brother is in Izmir")
    with database.write() as session:
        referrals.erase(session, session.get_one(Contact, person))
    with database.read() as session:
        referral = session.get_one(Referral, case)
        assert (referral.need, referral.state, list(referral.notes)) == ("(erased)", "closed", [])
