"""The queue and the page of a case, over HTTP."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot import casework, referrals
from bot.db import utcnow
from bot.tables import AuditEvent, Contact, Outbox, Referral, Staff, Team, TeamMember
from tests.console.conftest import Console, make_answer, make_case, make_contact, reply, say, text_of


def take(console: Console, case: int, role: str = "caseworker") -> None:
    answer = console.as_(role).post(f"/console/cases/{case}/take", {"version": version(console, case)})
    assert answer.status_code == 303


def version(console: Console, case: int) -> int:
    with console.database.read() as session:
        return session.get_one(Referral, case).version


def test_the_queue_shows_need_place_language_and_channel(console: Console) -> None:
    make_case(console.database, urgency="soon")
    page = text_of(console.as_("caseworker").get("/console/cases"))
    for said in ("I need a lawyer for my asylum interview", "Athens", "Greece", "French", "SMS", "Soon", "hour"):
        assert said in page
    assert "+306912345678" not in page


def test_filters_stay_in_the_address_and_in_the_links(console: Console) -> None:
    make_case(console.database)
    page = console.as_("caseworker").get("/console/cases?view=waiting&country=TR").text
    assert "No case fits these filters." in page
    assert re.search(r'href="/console/cases\?view=mine&amp;country=TR"', page)


def test_a_case_is_taken_written_in_and_closed(console: Console) -> None:
    person = make_contact(console.database)
    case = make_case(console.database, person)
    browser = console.as_("caseworker")
    assert "Take the case" in text_of(browser.get(f"/console/cases/{case}"))
    take(console, case)
    sent = browser.post(f"/console/cases/{case}/messages", {"text": "Bonjour, je suis Anna. Pouvez-vous venir à 9 h ?"})
    assert sent.status_code == 303
    page = text_of(browser.follow(sent))
    assert "je suis Anna" in page and "waiting to be sent" in page and "1 segment" in page
    closed = browser.post(
        f"/console/cases/{case}/close",
        {"version": version(console, case), "outcome": "helped", "detail": "", "message": "Au revoir"},
    )
    assert closed.status_code == 303
    with console.database.read() as session:
        referral = session.get_one(Referral, case)
        assert (referral.state, referral.outcome) == ("closed", "helped")
        texts = [row.body for row in session.query(Outbox).filter_by(contact_id=person).order_by(Outbox.id)]
        assert len(texts) == 3 and "Au revoir" in texts[-1]


def test_somebody_who_was_slower_is_told_and_changes_nothing(console: Console) -> None:
    case = make_case(console.database)
    seen = version(console, case)
    take(console, case, "all")
    late = console.as_("caseworker").post(f"/console/cases/{case}/take", {"version": seen})
    assert late.status_code == 409
    assert "Somebody changed this case meanwhile" in text_of(late)


def test_what_was_typed_is_not_lost_when_it_cannot_be_sent(console: Console) -> None:
    person = make_contact(console.database)
    case = make_case(console.database, person)
    take(console, case)
    with console.database.write() as session:
        session.get_one(Contact, person).blocked_at = utcnow()
    refused = console.as_("caseworker").post(f"/console/cases/{case}/messages", {"text": "my long words"})
    assert refused.status_code == 422
    assert "accepts nothing from us" in text_of(refused)


def test_every_view_is_audited_and_the_poll_of_an_open_page_is_not(console: Console) -> None:
    person = make_contact(console.database)
    case = make_case(console.database, person)
    browser = console.as_("caseworker")
    page = browser.get(f"/console/cases/{case}")
    known = re.search(r"conversation\?known=(\w+)", page.text)
    assert known
    assert browser.fragment(f"/console/cases/{case}/conversation?known={known[1]}").status_code == 204
    say(console.database, person, "are you there?", "silent")
    fresh = browser.fragment(f"/console/cases/{case}/conversation?known={known[1]}")
    assert "are you there?" in fresh.text
    with console.database.read() as session:
        viewed = session.query(AuditEvent).filter_by(action="case.viewed").all()
        assert [(event.actor, event.object_id) for event in viewed] == [("caseworker@example.org", str(case))]


def test_a_conversation_fetched_without_the_page_is_a_view_all_the_same(console: Console) -> None:
    person = make_contact(console.database)
    case = make_case(console.database, person)
    say(console.database, person, "secret", "silent")
    assert "secret" in console.as_("caseworker").fragment(f"/console/cases/{case}/conversation").text
    with console.database.read() as session:
        assert session.query(AuditEvent).filter_by(action="case.viewed").count() == 1


def test_a_case_of_another_team_is_not_there(console: Console) -> None:
    outside = console.add_staff("outside@example.org", ["caseworker"])
    with console.database.write() as session:
        team = Team(name="Kenya", countries=["KE"], offices=[], holidays=[])
        session.add(team)
        session.flush()
        session.add(TeamMember(team_id=team.id, staff_id=outside))
    case = make_case(console.database)
    browser = console.as_("outside@example.org")
    for path in ("", "/conversation", "/answers"):
        assert browser.get(f"/console/cases/{case}{path}").status_code == 404
    for step in (
        "take",
        "close",
        "escalate",
        "return",
        "notes",
        "messages",
        "retry",
        "address",
        "seen",
        "unread",
        "reopen",
        "hand-over",
    ):
        answer = browser.post(
            f"/console/cases/{case}/{step}", {"version": 1, "outcome": "helped", "note": "x", "text": "x", "reason": "x"}
        )
        assert answer.status_code == 404, step
    assert "I need a lawyer" not in browser.get("/console/cases").text
    with console.database.read() as session:
        number = session.get_one(Referral, case).number
    assert browser.get(f"/console/cases/by-number/{number}").status_code == 404


def test_the_number_is_shown_on_demand_to_whoever_has_the_case_and_noted(console: Console) -> None:
    case = make_case(console.database)
    browser = console.as_("caseworker")
    assert browser.post(f"/console/cases/{case}/address").status_code == 422
    take(console, case)
    assert "+306912345678" not in browser.get(f"/console/cases/{case}").text
    shown = browser.post(f"/console/cases/{case}/address")
    assert "+306912345678" in shown.text and "only SMS, after 18:00" in shown.text
    with console.database.read() as session:
        assert session.query(AuditEvent).filter_by(action="case.address_shown").count() == 1


def test_what_people_write_is_shown_as_text_never_as_markup(console: Console) -> None:
    person = make_contact(console.database)
    case = make_case(console.database, person, need="<script>alert(1)</script>", safe_contact="<img src=x onerror=y>")
    say(console.database, person, "<b>bold</b>", "silent")
    page = console.as_("caseworker").get(f"/console/cases/{case}").text
    assert "<script>alert" not in page and "<b>bold" not in page and "<img src=x" not in page


def test_danger_in_a_taken_case_is_flagged_until_somebody_has_seen_it(console: Console) -> None:
    person = make_contact(console.database)
    case = make_case(console.database, person)
    take(console, case)
    with console.database.write() as session:
        referrals.add_message(session, session.get_one(Contact, person), danger="violence")
    browser = console.as_("caseworker")
    assert "Danger" in text_of(browser.get("/console/cases?view=mine"))
    assert "This person wrote about danger" in text_of(browser.get(f"/console/cases/{case}"))
    assert browser.post(f"/console/cases/{case}/seen").status_code == 303
    page = text_of(browser.get(f"/console/cases/{case}"))
    assert "This person wrote about danger" not in page and "Danger seen by a caseworker" in page


def test_a_failed_part_says_why_and_offers_to_send_it_again(console: Console) -> None:
    person = make_contact(console.database)
    case = make_case(console.database, person)
    take(console, case)
    part = reply(
        console.database, person, "come", state="failed", error="30003", referral_id=case, author="caseworker@example.org"
    )
    browser = console.as_("caseworker")
    page = browser.get(f"/console/cases/{case}")
    assert "not delivered" in text_of(page) and "30003" in page.text and "Send again" in page.text
    assert browser.post(f"/console/cases/{case}/retry", {"part": part}).status_code == 303
    assert browser.post(f"/console/cases/{case}/retry", {"part": part}).status_code == 422


def test_answers_are_offered_in_the_persons_language(console: Console) -> None:
    make_answer(console.database, locale="en")
    make_answer(console.database, locale="fr", sms="Vous pouvez demander l'asile à la police.")
    case = make_case(console.database)
    browser = console.as_("caseworker")
    found = browser.fragment(f"/console/cases/{case}/answers?q=asylum").text
    assert "demander l&#39;asile à la police" in found
    assert "No answer has these words" in browser.fragment(f"/console/cases/{case}/answers?q=zebra").text


def test_handing_over_makes_it_unread_for_the_colleague(console: Console) -> None:
    case = make_case(console.database)
    take(console, case)
    to = console.staff_id("all")
    browser = console.as_("caseworker")
    assert browser.post(f"/console/cases/{case}/hand-over", {"version": version(console, case), "to": to}).status_code == 303
    assert "I need a lawyer" in text_of(console.as_("all").get("/console/cases?view=unread"))
    editor = console.staff_id("editor")
    refused = console.as_("all").post(f"/console/cases/{case}/hand-over", {"version": version(console, case), "to": editor})
    assert refused.status_code == 422


def test_the_menu_counts_what_waits(console: Console) -> None:
    browser = console.as_("caseworker")
    assert browser.fragment("/console/cases/count").text == ""
    make_case(console.database)
    assert browser.fragment("/console/cases/count").text == "1"


def test_the_next_case_is_the_most_urgent(console: Console) -> None:
    person = make_contact(console.database)
    make_case(console.database, person, hours_ago=9)
    urgent = make_case(console.database, person, urgency="now")
    assert console.as_("caseworker").get("/console/cases/next").headers["location"] == f"/console/cases/{urgent}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a" * 160, "1 segment"),
        ("a" * 161, "2 segments"),
        ("“a”", "1 segment"),  # typographic marks are made plain before it is sent
        ("a" * 100 + "ў", "costs more|cost more"),
        ("مرحبا", "1 segment"),
    ],
)
def test_the_cost_of_a_text_is_what_will_be_sent(console: Console, text: str, says: str) -> None:
    answer = console.as_("caseworker").post("/console/count", {"text": text, "channel": "sms"})
    assert re.search(says, text_of(answer)), text_of(answer)


def test_closed_cases_show_their_outcome_and_can_be_opened_again(console: Console) -> None:
    case = make_case(console.database)
    take(console, case)
    with console.database.write() as session:
        referral = session.get_one(Referral, case)
        by = session.get_one(Staff, console.staff_id("caseworker"))
        casework.close(session, referral, by, "referred", "the Red Cross", referral.version)
    browser = console.as_("caseworker")
    page = text_of(browser.get(f"/console/cases/{case}"))
    assert "Referred to somebody else" in page and "the Red Cross" in page
    assert browser.post(f"/console/cases/{case}/reopen", {"version": version(console, case)}).status_code == 303
    with console.database.read() as session:
        assert session.get_one(Referral, case).state == "taken"


def test_a_late_promise_is_seen_in_the_list(console: Console) -> None:
    make_case(console.database, promised_by=utcnow() - timedelta(hours=2))
    assert re.search(r'<span class="badge bad">\d', console.as_("caseworker").get("/console/cases").text)
