"""What is kept and for how long; a person's own data at their request."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from bot import options
from bot.console import amounts, person_data
from bot.db import Database, utcnow
from bot.housekeeping import clearing
from bot.housekeeping.retention import empty_what_is_old
from bot.settings import Settings
from bot.tables import AuditEvent, Contact, Inbox, Note, Outbox, PartnerReferral, Referral, ReferralEvent, TrackerRow, Unanswered
from tests.console.conftest import Console, make_case, make_contact, reply, say, text_of

PHONE = "+306912345678"


def age(database: Database, days: int) -> None:
    """Make everything that has no other age yet this old."""
    at = utcnow() - timedelta(days=days)
    with database.write() as session:
        for row in session.scalars(select(Inbox)):
            row.received_at = min(row.received_at, at)
        for part in session.scalars(select(Outbox)):
            part.created_at = min(part.created_at, at)
        for asked in session.scalars(select(Unanswered)):
            asked.created_at = min(asked.created_at, at)
        for memory in session.scalars(select(TrackerRow)):
            memory.updated_at = min(memory.updated_at, at)


def fill(database: Database) -> None:
    """Old and new messages, with and without a case that keeps them, of every kind that has an age."""
    amina, sam = make_contact(database), make_contact(database, "+306900000002")
    for contact in (amina, sam):
        say(database, contact, "old words", outcome="unanswered")
        say(database, contact, "still waiting")
        for state in ("delivered", "failed", "queued", "unknown"):
            reply(database, contact, "old words", state=state)
        with database.write() as session:
            session.add(Unanswered(contact_id=contact, locale="fr", text="old words", reason="unsure", vector="AAAA"))
            session.add(TrackerRow(conversation_id=session.get_one(Contact, contact).conversation_id, data=b"x"))
    age(database, 40)
    say(database, amina, "new words", outcome="greeted")
    make_case(database, sam)
    for days in (10, 200, 400):
        closed = utcnow() - timedelta(days=days)
        make_case(database, amina, state="closed", closed_at=closed, hours_ago=24 * (days + 1))


def test_what_the_dry_run_counts_is_what_the_keeper_empties(database: Database, make_settings: Callable[..., Settings]) -> None:
    fill(database)
    now = utcnow()
    with database.read() as session:
        counted = amounts.due(session, now - timedelta(days=30), now - timedelta(days=180))
    for _ in empty_what_is_old(database, make_settings()):
        pass
    with database.read() as session:
        emptied = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "retention.emptied")).one()
        left = amounts.due(session, now - timedelta(days=30), now - timedelta(days=180))
    assert emptied == {
        "inbox": counted.inbox,
        "outbox": counted.outbox,
        "cases": counted.cases,
        "unanswered": counted.unanswered,
        "conversations": counted.conversations,
    }
    assert (counted.inbox, counted.outbox, counted.cases, counted.unanswered, counted.conversations) == (1, 3, 2, 2, 2)
    assert left.total == 0


def test_what_there_is_is_counted_by_age(database: Database, make_settings: Callable[..., Settings]) -> None:
    fill(database)
    for _ in empty_what_is_old(database, make_settings()):
        pass
    with database.read() as session:
        found = {kind.name: kind for kind in amounts.kept(session, utcnow())}
    assert found["inbox"].by_age == (1, 0, 4, 0, 0)
    assert found["inbox"].emptied == 1
    assert found["cases"].by_age == (1, 1, 0, 1, 1)
    assert (found["cases"].emptied, found["unanswered"].emptied) == (2, 2)
    assert found["contacts"].total == 2
    assert found["conversations"].total == 0


def test_the_page_says_for_how_long_and_what_would_be_emptied(console: Console) -> None:
    fill(console.database)
    with console.database.write() as session:
        options.put(session, "retention_days", "20", "admin@example.org")
    browser = console.as_("admin")
    page = browser.get("/console/retention")
    assert "Messages and questions 20 days" in text_of(page)
    assert "Closed cases 180 days after closing" in text_of(page)
    assert "Nothing has been old enough yet." in text_of(page)
    assert 'hx-get="/console/retention/amounts"' in page.text
    part = browser.fragment("/console/retention/amounts")
    assert "1 message that people wrote" in text_of(part)
    assert "2 closed cases, with their notes" in text_of(part)
    assert "<html" not in part.text
    assert "1 message that people wrote" in text_of(browser.get("/console/retention?count=1"))
    assert browser.get("/console/retention/amounts").headers["location"] == "/console/retention?count=1"


def test_the_page_says_when_something_was_emptied_last(console: Console) -> None:
    fill(console.database)
    for _ in empty_what_is_old(console.database, console.settings):
        pass
    assert "Nothing has been old enough yet." not in text_of(console.as_("admin").get("/console/retention"))


@pytest.mark.parametrize("typed", [PHONE, "+30 691 234 5678", "0030 6912345678", " +30-691-2345678 "])
def test_a_person_is_found_however_their_number_is_typed(console: Console, typed: str) -> None:
    make_contact(console.database)
    make_case(console.database)
    page = console.as_("admin").post("/console/retention/person", {"address": typed})
    assert page.status_code in (200, 201)
    assert "French" in text_of(page)
    assert "W-" in text_of(page)
    assert "lawyer" not in page.text, "what the person wrote is not shown"


def test_a_number_without_a_country_is_one_of_the_installations_country() -> None:
    assert person_data.normalised("691 234 5678", "GR") == PHONE
    assert person_data.normalised("691 234 5678", "") == "691 234 5678"
    assert person_data.normalised("123456789", "") == "123456789"
    assert person_data.normalised("", "GR") == ""


def test_a_telegram_chat_is_found_by_its_number(console: Console) -> None:
    make_contact(console.database, "4242424242", channel="telegram", locale="ar")
    page = console.as_("admin").post("/console/retention/person", {"address": "4242424242"})
    assert "Telegram" in text_of(page)
    assert "Arabic" in text_of(page)


def test_each_search_is_noted_without_the_number(console: Console) -> None:
    contact = make_contact(console.database)
    browser = console.as_("admin")
    browser.post("/console/retention/person", {"address": PHONE})
    answer = browser.post("/console/retention/person", {"address": "+306999999999"})
    assert "Nothing is kept under this number." in text_of(browser.follow(answer))
    with console.database.read() as session:
        seen = session.execute(
            select(AuditEvent.object_id, AuditEvent.detail)
            .where(AuditEvent.action == "contact.looked_up")
            .order_by(AuditEvent.id)
        ).all()
        everything = str([(e.object_id, e.detail) for e in session.scalars(select(AuditEvent))])
    assert [tuple(row) for row in seen] == [(str(contact), {"found": 1}), ("", {"found": 0})]
    assert "69" not in everything.replace(str(contact), "")


def whole_life(console: Console) -> int:
    """A person with everything that can be kept; returns the case."""
    database, contact = console.database, make_contact(console.database)
    say(database, contact, "where can I sleep", outcome="unanswered")
    reply(database, contact, "I have no answer", state="delivered")
    reply(database, contact, "Hello, I am your caseworker", state="delivered", author="caseworker@example.org")
    case = make_case(database, contact, state="taken")
    with database.write() as session:
        session.add(Note(referral_id=case, author="caseworker@example.org", text="speaks some English"))
        session.add(ReferralEvent(referral_id=case, kind="taken", actor="caseworker@example.org"))
        session.add(
            ReferralEvent(referral_id=case, kind="handed_over", actor="caseworker@example.org", detail="editor@example.org")
        )
        session.add(
            PartnerReferral(
                referral_id=case, office_id="o", office_name="Shelter", fields=["need"], author="caseworker@example.org",
                state="sent", content=json.dumps({"need": "a bed"}), token_hash="x",
            )
        )  # fmt: skip
        session.add(Unanswered(contact_id=contact, locale="fr", text="where can I sleep", reason="nothing_near"))
        session.add(TrackerRow(conversation_id=session.get_one(Contact, contact).conversation_id, data=b"x"))
    other = make_contact(database, "+306900000009")
    say(database, other, "somebody else's words", outcome="greeted")
    make_case(database, other, need="somebody else's need")
    return case


def test_the_file_holds_everything_about_the_person_and_nothing_about_others(console: Console) -> None:
    whole_life(console)
    form = {"address": PHONE, "again": "+30 691 2345678", "asked": "letter"}
    answer = console.as_("admin").post("/console/retention/export", form)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    (person,) = answer.json()["contacts"]
    assert person["address"] == PHONE
    assert [(m["from"], m["text"]) for m in person["messages"]] == [
        ("you", "where can I sleep"),
        ("assistant", "I have no answer"),
        ("caseworker", "Hello, I am your caseworker"),
    ]
    (case,) = person["cases"]
    assert case["need"].startswith("I need a lawyer")
    assert case["how_to_reach_you_safely"] == "only SMS, after 18:00"
    assert [note["text"] for note in case["notes"]] == ["speaks some English"]
    assert case["given_to"][0]["content"] == {"need": "a bed"}
    assert {"kind": "taken", "by": "caseworker"}.items() <= case["history"][-2].items()
    assert person["questions_kept_for_editors"][0]["text"] == "where can I sleep"
    assert person["assistant_remembers_since"]
    assert "example.org" not in answer.text, "the person gets no addresses of staff"
    assert "somebody else" not in answer.text
    with console.database.read() as session:
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "contact.exported")).one()
        assert (noted.actor, noted.detail) == ("admin@example.org", {"asked": "letter"})


def test_erasing_leaves_nothing_that_the_person_wrote(console: Console) -> None:
    case_id = whole_life(console)
    browser = console.as_("admin")
    answer = browser.post("/console/retention/erase", {"address": PHONE, "again": PHONE, "asked": "in_person"})
    assert "is erased" in text_of(browser.follow(answer))
    with console.database.read() as session:
        bodies = [row.body for row in session.scalars(select(Inbox)) if "somebody" not in row.body]
        assert bodies == ["{}"]
        case = session.get_one(Referral, case_id)
        assert (case.need, case.state, case.outcome) == ("(erased)", "closed", "withdrawn")
        assert [asked.text for asked in session.scalars(select(Unanswered))] == [""]
        assert session.scalars(select(TrackerRow)).all() == []
        assert not any(part.state == "queued" for part in session.scalars(select(Outbox))), "no message was wanted"
        noted = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "contact.erased", AuditEvent.kind == "contact")
        ).one()
        assert noted.detail == {"asked": "in_person", "cases": 1, "told": False}
    for _ in clearing.finish_erasures(console.database, console.settings):
        pass
    with console.database.read() as session:
        assert [contact.address for contact in session.scalars(select(Contact))] == ["+306900000009"]
    answer = browser.post("/console/retention/person", {"address": PHONE})
    assert "Nothing is kept under this number." in text_of(browser.follow(answer))


def test_a_last_message_leaves_only_where_it_is_wanted(console: Console) -> None:
    make_contact(console.database)
    console.as_("admin").post("/console/retention/erase", {"address": PHONE, "again": PHONE, "tell": "1"})
    with console.database.read() as session:
        assert [part.state for part in session.scalars(select(Outbox))] == ["queued"]


@pytest.mark.parametrize("path", ["export", "erase"])
@pytest.mark.parametrize("again", ["", "+306912345679", "yes"])
def test_nothing_is_done_unless_the_number_is_typed_a_second_time(console: Console, path: str, again: str) -> None:
    whole_life(console)
    answer = console.as_("admin").post(f"/console/retention/{path}", {"address": PHONE, "again": again})
    assert answer.status_code == 422
    assert "The two numbers differ. Nothing was done." in text_of(answer)
    assert "where can I sleep" not in answer.text
    with console.database.read() as session:
        assert session.scalars(select(Unanswered.text)).all() == ["where can I sleep"]


def test_an_unknown_number_gives_no_file(console: Console) -> None:
    answer = console.as_("admin").post("/console/retention/export", {"address": "+306999999999", "again": "+306999999999"})
    assert answer.status_code == 422
    assert "Nothing is kept under this number." in text_of(answer)


def test_only_admins_see_what_is_kept(console: Console) -> None:
    make_contact(console.database)
    for role in ("caseworker", "editor"):
        browser = console.as_(role)
        assert browser.get("/console/retention").status_code == 403
        assert browser.get("/console/retention/amounts").status_code == 403
        for path in ("person", "export", "erase"):
            assert browser.post(f"/console/retention/{path}", {"address": PHONE, "again": PHONE}).status_code == 403
    for language in ("fr", "es", "ar"):
        assert console.as_("admin").get(f"/console/retention?count=1&lang={language}").status_code == 200
    with console.database.read() as session:
        assert session.scalars(select(Contact.erase_at)).all() == [None]


def test_the_number_of_queries_does_not_grow_with_what_is_kept(console: Console) -> None:
    browser = console.as_("admin")
    make_contact(console.database)
    make_case(console.database)

    def queries() -> int:
        seen: list[str] = []
        event.listen(console.database.engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
        assert browser.get("/console/retention?count=1").status_code == 200
        assert browser.post("/console/retention/person", {"address": PHONE}).status_code in (200, 201)
        assert browser.post("/console/retention/export", {"address": PHONE, "again": PHONE}).status_code == 200
        event.remove(console.database.engine, "before_cursor_execute", listener)
        return len(seen)

    queries()
    few = queries()
    for _ in range(15):
        make_case(console.database)
        say(console.database, 1, "x", outcome="greeted")
    assert queries() == few
