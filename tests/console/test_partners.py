"""Referring, exporting and deleting in the browser of a caseworker, and the page in the browser of an office."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from bot import partners
from bot.console import case_words, partner_page
from bot.db import Database
from bot.dossier import FIELDS
from bot.dossier.pdf import LABELS
from bot.tables import (
    AuditEvent,
    Contact,
    Inbox,
    Note,
    Office,
    Outbox,
    PartnerReferral,
    Referral,
    ReferralEvent,
    Team,
    TeamMember,
)
from tests.console.conftest import Browser, Console, make_case, make_contact, reply, say, text_of

NEED = "أحتاج إلى محام"
OFFICE = "gcr-athens"


@pytest.fixture
def case(console: Console) -> int:
    """A case that the caseworker has taken, and offices to refer it to."""
    with console.database.write() as session:
        session.add_all(
            [
                office(OFFICE, "GCR legal office", "GR", ["legal"], email="legal@gcr.example"),
                office("irc-athens", "IRC Athens", "GR", ["health"]),
                office("unhcr-nairobi", "UNHCR Kenya", "KE", ["legal"]),
                office("embassy", "Embassy in Athens", "GR", ["legal"], kind="embassy"),
                office("gone", "Gone legal office", "GR", ["legal"], status="defunct"),
            ]
        )
    contact = make_contact(console.database, locale="en")
    made = make_case(console.database, contact, need=NEED, need_kind="legal", country="GR")
    console.as_("caseworker").post(f"/console/cases/{made}/take", {"version": 1})
    return made


def office(office_id: str, name: str, country: str, needs: list[str], **fields: Any) -> Office:
    given: dict[str, Any] = {"organization": name.split()[0], "kind": "office", "cities": ["Athens"]} | fields
    return Office(id=office_id, names={"en": name}, country=country, needs=needs, **given)


def share(*fields: str, **more: Any) -> dict[str, Any]:
    return {"office": OFFICE, "fields": list(fields)} | more


def sent(console: Console, case: int, *fields: str, **more: Any) -> str:
    """The path of the office's link, with consent noted by phone."""
    browser = console.as_("caseworker")
    noted = {"how": "noted", "way": "phone", "remark": "she said yes"}
    answer = browser.post(f"/console/cases/{case}/partners", share(*(fields or ("need", "language"))) | noted | more)
    assert answer.status_code == 303, text_of(answer)[:500]
    page = browser.post(f"/console/cases/{case}/partners/{partner(console).id}/send", {"how": "link"})
    link = re.search(r'value="http://127\.0\.0\.1:8000(/partner/[^"]+)"', page.text)
    assert page.status_code in (200, 201) and link, text_of(page)[:500]
    return link[1]


def partner(console: Console) -> PartnerReferral:
    with console.database.read() as session:
        return session.scalars(select(PartnerReferral).order_by(PartnerReferral.id.desc())).first()  # type: ignore[return-value]


def kinds(console: Console, case: int) -> list[str]:
    with console.database.read() as session:
        return list(
            session.scalars(select(ReferralEvent.kind).where(ReferralEvent.referral_id == case).order_by(ReferralEvent.id))
        )


def actions(console: Console) -> list[str]:
    with console.database.read() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def last_texts(console: Console) -> list[str]:
    with console.database.read() as session:
        return [str(json.loads(row.body).get("text")) for row in session.scalars(select(Outbox).order_by(Outbox.id))]


# Choosing the office


def test_offices_of_the_cases_country_and_need_come_first(console: Console, case: int) -> None:
    page = console.as_("caseworker").get(f"/console/cases/{case}/partners/offices")
    said = text_of(page).split("Helps with")[1]
    assert "GCR legal office" in said and not any(name in said for name in ("IRC", "Kenya", "Gone"))
    assert said.index("GCR legal office") < said.index("Embassy in Athens")
    assert "ask whether the person fears it" in said


def test_offices_are_found_by_words_in_other_countries_and_needs(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    headers = {"hx-request": "true", "hx-target": "found"}
    found = browser.get(f"/console/cases/{case}/partners/offices?q=únhcr kenya&country=&need=", headers=headers)
    assert "UNHCR Kenya" in found.text and "<html" not in found.text
    nothing = browser.get(f"/console/cases/{case}/partners/offices?q=zzz&country=&need=", headers=headers)
    assert "No office fits" in text_of(nothing)


# Consent


def test_the_preview_shows_exactly_what_is_shared_and_asked(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    choose = text_of(browser.get(f"/console/cases/{case}/partners/new?office={OFFICE}"))
    assert NEED in choose and "+306912345678" in choose
    page = browser.post(f"/console/cases/{case}/partners/preview", share("need", "place", note="<b>call & come</b>"))
    said = text_of(page)
    assert NEED in said and "Athens, Greece" in said and "<b>call & come</b>" in said
    assert "+306912345678" not in said and "only SMS" not in said
    assert "what you need, where you are, a note from your caseworker" in said and "2 SMS segments" in said


def test_the_person_is_asked_by_message_and_the_answer_shows(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    done = browser.post(f"/console/cases/{case}/partners", share("need", "language", how="ask"))
    assert "The person is asked" in text_of(browser.follow(done))
    assert "GCR legal office" in last_texts(console)[-1] and last_texts(console)[-1].endswith("1 Yes\n2 No")
    with console.database.write() as session:
        row = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
        assert row is not None and row.referral_id == case
        contact = session.get_one(Contact, row.contact_id)
        assert partners.answer_consent(session, contact, partner(console).id, True)
    assert "The person agreed (by message)" in text_of(browser.get(f"/console/cases/{case}/partners"))
    assert kinds(console, case)[-2:] == ["partner_asked", "partner_agreed"]


def test_a_second_question_waits_for_the_answer_to_the_first(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    browser.post(f"/console/cases/{case}/partners", share("need", how="ask"))
    again = browser.post(f"/console/cases/{case}/partners", share("need", "place", how="ask"))
    assert again.status_code == 422 and "not yet answered" in text_of(again) and "Athens, Greece" in text_of(again)
    done = browser.post(f"/console/cases/{case}/partners/{partner(console).id}/agreed", {"way": "phone", "remark": "she called"})
    assert done.status_code == 303 and partner(console).state == "agreed"


def test_who_said_stop_or_whose_case_is_not_taken_is_not_asked(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    other = console.as_("all")
    page = other.post(f"/console/cases/{case}/partners", share("need", how="ask"))
    assert page.status_code == 422 and "Take the case before you ask" in text_of(page)
    with console.database.write() as session:
        session.query(Contact).one().opted_out_at = session.query(Referral).one().created_at
    page = browser.post(f"/console/cases/{case}/partners", share("need", how="ask"))
    assert page.status_code == 422 and "said STOP" in text_of(page)


def test_consent_in_another_way_needs_words_and_keeps_what_was_typed(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    page = browser.post(f"/console/cases/{case}/partners", share("need", how="noted", way="in_person", remark=" "))
    assert page.status_code == 422 and "Say how and when" in text_of(page) and 'value="in_person" selected' in page.text


def test_the_number_is_only_for_whoever_has_the_case(console: Console, case: int) -> None:
    assert "+306912345678" not in console.as_("all").get(f"/console/cases/{case}/partners/new?office={OFFICE}").text
    page = console.as_("all").post(f"/console/cases/{case}/partners/preview", share("need", "address"))
    assert "+306912345678" not in page.text
    console.as_("caseworker").get(f"/console/cases/{case}/partners/new?office={OFFICE}")
    assert actions(console)[-1] == "case.address_shown"


def test_nothing_is_sent_before_the_person_agrees(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    browser.post(f"/console/cases/{case}/partners", share("need", how="ask"))
    page = browser.post(f"/console/cases/{case}/partners/{partner(console).id}/send", {"how": "link"})
    assert page.status_code == 422 and partner(console).token_hash is None


# The office's page


def test_opening_the_link_is_not_reading(console: Console, case: int) -> None:
    link = sent(console, case)
    for _ in range(3):
        page = console.nobody().get(link)
        assert page.status_code == 200 and NEED not in page.text and "GCR" not in page.text
    assert partner(console).state == "sent"
    assert page.headers["x-robots-tag"].startswith("noindex") and page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer" and 'name="robots" content="noindex' in page.text


def test_the_office_reads_exactly_what_was_agreed_and_answers(console: Console, case: int) -> None:
    link = sent(console, case, "need", "language", note="Ask for <Amal>")
    office_browser = console.nobody()
    office_browser.get(link)
    page = office_browser.post(f"{link}/open")
    said = text_of(page)
    assert page.status_code in (200, 201) and NEED in said and "English" in said and "Ask for <Amal>" in said
    assert "+306912345678" not in page.text and "only SMS" not in page.text
    assert partner(console).state == "seen" and partner(console).seen_at is not None
    done = office_browser.post(f"{link}/answer", {"decision": "accept", "word": "Monday 9:00"})
    assert "you can help" in text_of(done) and partner(console).state == "accepted"
    overview = text_of(console.as_("caseworker").get(f"/console/cases/{case}/partners"))
    assert "Accepted" in overview and "Monday 9:00" in overview
    assert kinds(console, case)[-4:] == ["partner_agreed", "partner_sent", "partner_seen", "partner_accepted"]
    assert office_browser.post(f"{link}/answer", {"decision": "decline"}).status_code in (200, 201)
    assert partner(console).state == "accepted"


def test_the_office_keeps_it_as_pdf(console: Console, case: int) -> None:
    link = sent(console, case)
    browser = console.nobody()
    browser.get(link)
    made = browser.post(f"{link}/pdf?lang=ar")
    assert made.content.startswith(b"%PDF-") and made.headers["content-type"] == "application/pdf"
    assert made.headers["content-disposition"].startswith('attachment; filename="W-')
    assert partner(console).state == "seen"


def test_after_no_the_link_opens_nothing(console: Console, case: int) -> None:
    link = sent(console, case)
    browser = console.nobody()
    browser.get(link)
    browser.post(f"{link}/open")
    assert "Thank you" in text_of(browser.post(f"{link}/answer", {"decision": "decline", "word": "full"}))
    gone = browser.post(f"{link}/open")
    assert gone.status_code == 404 and NEED not in gone.text
    assert "Declined" in text_of(console.as_("caseworker").get(f"/console/cases/{case}/partners"))


def test_a_withdrawn_link_opens_nothing(console: Console, case: int) -> None:
    link = sent(console, case)
    console.as_("caseworker").post(f"/console/cases/{case}/partners/{partner(console).id}/withdraw", {"reason": "she asked"})
    browser = console.nobody()
    assert browser.get(link).status_code == 404
    for step in ("open", "pdf", "answer"):
        answer = browser.post(f"{link}/{step}", {"decision": "accept"})
        assert answer.status_code == 404 and NEED not in answer.text
    assert kinds(console, case)[-1] == "partner_withdrawn"


def test_a_guessed_link_opens_nothing_and_guessing_is_slowed_down(console: Console, case: int) -> None:
    browser = console.nobody()
    answers = [browser.get(f"/partner/{'A' * 43}").status_code for _ in range(partner_page.MOST + 2)]
    assert set(answers) == {404, 429} and answers[-1] == 429


def test_a_form_of_another_site_opens_nothing(console: Console, case: int) -> None:
    link = sent(console, case)
    stranger = console.nobody()
    assert stranger._request("POST", f"{link}/open").status_code == 403
    assert partner(console).state == "sent"


@pytest.mark.parametrize("locale", ["fr", "es", "ar"])
def test_the_page_speaks_the_offices_language(console: Console, case: int, locale: str) -> None:
    link = sent(console, case)
    page = console.nobody().get(f"{link}?lang={locale}")
    assert f'<html lang="{locale}"' in page.text


def test_nobody_refers_a_case_that_is_not_theirs(console: Console, case: int) -> None:
    console.add_staff("far@example.org", ["caseworker"])
    with console.database.write() as session:
        session.query(TeamMember).delete()
        session.query(Team).delete()
        session.add_all([Team(name="Kenya", countries=["KE"]), Team(name="Greece", countries=["GR"])])
        session.flush()
        kenya = session.query(Team).filter_by(name="Kenya").one()
        session.add(TeamMember(team_id=kenya.id, staff_id=console.staff_id("far@example.org")))
    far = console.as_("far@example.org")
    for path in (
        "partners",
        "partners/offices",
        f"partners/new?office={OFFICE}",
        "export",
        "export/confirm?fields=need",
        "erase",
    ):
        assert far.get(f"/console/cases/{case}/{path}").status_code == 404, path
    posts = ("partners", "partners/preview", "partners/1/send", "partners/1/withdraw", "partners/1/agreed")
    for path in (*posts, "export", "erase", "erase/confirm", "erase/case", "erase/person"):
        assert far.post(f"/console/cases/{case}/{path}", share("need")).status_code == 404, path


def test_a_partner_of_another_case_is_not_reached_through_this_one(console: Console, case: int) -> None:
    sent(console, case)
    other = make_case(console.database)
    page = console.as_("caseworker").post(f"/console/cases/{other}/partners/{partner(console).id}/send", {"how": "link"})
    assert page.status_code == 404


def test_the_link_is_mailed_where_mail_is_set_up(console: Console, case: int, mail_server: Callable[[], list[Any]]) -> None:
    link = sent(console, case)
    received = mail_server()
    page = console.as_("caseworker").post(f"/console/cases/{case}/partners/{partner(console).id}/send", {"how": "mail"})
    assert "Mailed to legal@gcr.example" in text_of(page)
    (mail,) = received
    assert mail["To"] == "legal@gcr.example" and "/partner/" in mail.get_content() and link not in mail.get_content()
    assert NEED not in str(mail) and "W-" not in mail.get_content()


def test_a_mail_that_is_not_taken_leaves_the_link_to_copy(console: Console, case: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(console, case)
    _with_mail(console, 1)
    page = console.as_("caseworker").post(f"/console/cases/{case}/partners/{partner(console).id}/send", {"how": "mail"})
    assert "could not be handed over" in text_of(page) and "/partner/" in page.text


@pytest.fixture
def mail_server(console: Console) -> Any:
    from email import message_from_bytes, policy

    from aiosmtpd.controller import Controller

    class Handler:
        received: list[Any] = []

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            self.received.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 OK"

    handler = Handler()
    handler.received = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()

    def start() -> list[Any]:
        _with_mail(console, port)
        return handler.received

    yield start
    controller.stop()


def _with_mail(console: Console, port: int) -> None:
    given = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": "help@waymark.example"}
    for name, value in given.items():
        object.__setattr__(console.settings, name, value)


# Export


def test_the_file_is_confirmed_and_holds_what_was_chosen(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    contact = partner_contact(console)
    say(console.database, contact, "مرحبا", outcome="silent")
    page = text_of(browser.get(f"/console/cases/{case}/export"))
    assert "Conversation" in page and "Phone number" in page
    sure = text_of(browser.get(f"/console/cases/{case}/export/confirm?fields=need&fields=conversation&format=json"))
    assert "Make this file?" in sure and "Conversation (" in sure and "Phone number" not in sure
    made = browser.post(f"/console/cases/{case}/export", {"fields": ["need", "conversation"], "format": "json"})
    whole = json.loads(made.content)
    assert whole["facts"] == {"need": NEED} and whole["conversation"][-1]["text"] == "مرحبا"
    assert set(whole) == {"format", "case", "made_at", "facts", "conversation"}
    assert made.headers["content-disposition"] == f'attachment; filename="{whole["case"]}.json"'
    assert kinds(console, case)[-1] == "exported" and actions(console)[-1] == "case.exported"


def test_the_pdf_is_made_in_the_readers_language(console: Console, case: int) -> None:
    made = console.as_("caseworker").post(f"/console/cases/{case}/export?lang=ar", {"fields": list(FIELDS), "format": "pdf"})
    assert made.content.startswith(b"%PDF-") and made.content.count(b"/FontFile2") >= 2


def test_who_has_not_the_case_exports_no_number(console: Console, case: int) -> None:
    made = console.as_("all").post(f"/console/cases/{case}/export", {"fields": list(FIELDS), "format": "json"})
    assert "+306912345678" not in made.text and NEED in made.text
    own = console.as_("caseworker").post(f"/console/cases/{case}/export", {"fields": list(FIELDS), "format": "json"})
    assert "+306912345678" in own.text


def test_nothing_chosen_makes_no_file(console: Console, case: int) -> None:
    assert console.as_("caseworker").post(f"/console/cases/{case}/export", {"format": "pdf"}).status_code == 422
    assert console.as_("caseworker").get(f"/console/cases/{case}/export/confirm?format=pdf").status_code == 422
    assert "exported" not in kinds(console, case)


def test_every_label_of_a_document_has_words() -> None:
    for name in (*FIELDS, *LABELS, "state.open", "urgency.now", "outcome.helped", "channel.sms", "event.taken", "message.failed"):
        assert case_words.label(name) != name, name


# Deleting


def partner_contact(console: Console) -> int:
    with console.database.read() as session:
        return session.scalars(select(Contact.id)).one()


def test_single_parts_are_shown_once_more_and_then_deleted(console: Console, case: int) -> None:
    browser = console.as_("caseworker")
    contact = partner_contact(console)
    mine = say(console.database, contact, "my secret", outcome="silent")
    say(console.database, contact, "my question", outcome="silent")
    ours = reply(console.database, contact, "our words", state="delivered")
    browser.post(f"/console/cases/{case}/notes", {"note": "a note"})
    page = browser.get(f"/console/cases/{case}/erase")
    assert all(text in text_of(page) for text in ("my secret", "my question", "our words", "a note", "only SMS", NEED))
    with console.database.read() as session:
        note = session.scalars(select(Note.id)).one()
    chosen = {"messages": [f"in-{mine}", f"out-{ours}"], "notes": [note], "facts": ["safe_contact"]}
    sure = text_of(browser.post(f"/console/cases/{case}/erase/confirm", chosen))
    assert "my secret" in sure and "my question" not in sure
    assert "my secret" in text_of(browser.get(f"/console/cases/{case}/erase"))  # nothing is deleted yet
    done = browser.follow(browser.post(f"/console/cases/{case}/erase", chosen))
    said = text_of(done)
    assert "Deleted." in said and "my question" in said
    assert not any(text in said for text in ("my secret", "our words", "a note", "only SMS"))
    with console.database.read() as session:
        assert session.get_one(Inbox, mine).body == "{}"
    assert kinds(console, case)[-1] == "erased" and "case.parts_erased" in actions(console)


def test_messages_of_other_people_cannot_be_named(console: Console, case: int) -> None:
    other = make_contact(console.database, "+306900000000")
    theirs = say(console.database, other, "theirs", outcome="answer")
    console.as_("caseworker").post(f"/console/cases/{case}/erase", {"messages": [f"in-{theirs}"]})
    with console.database.read() as session:
        assert "theirs" in session.get_one(Inbox, theirs).body


def test_the_whole_case_goes_with_its_number_typed_and_its_links(console: Console, case: int) -> None:
    link = sent(console, case)
    browser = console.as_("caseworker")
    assert browser.post(f"/console/cases/{case}/erase/case", {"number": "W-0000-00"}).status_code == 422
    with console.database.read() as session:
        number = session.get_one(Referral, case).number
    assert browser.post(f"/console/cases/{case}/erase/case", {"number": number.lower().replace("-", " ")}).status_code == 303
    with console.database.read() as session:
        found = session.get_one(Referral, case)
        assert (found.need, found.state) == ("(erased)", "closed")
    assert console.nobody().get(link).status_code == 404
    assert browser.get(f"/console/cases/{case}/partners").status_code == 200


def test_everything_about_the_person_goes(console: Console, case: int) -> None:
    say(console.database, partner_contact(console), "my secret", outcome="silent")
    with console.database.read() as session:
        number = session.get_one(Referral, case).number
    done = console.as_("caseworker").post(f"/console/cases/{case}/erase/person", {"number": number, "tell": "yes"})
    assert done.status_code == 303
    with console.database.read() as session:
        assert session.query(Contact).one().erase_at is not None
        assert {row.body for row in session.query(Inbox)} == {"{}"}
    assert "deleted" in last_texts(console)[-1]
    assert console.as_("caseworker").get(f"/console/cases/{case}/erase").status_code == 200


def test_a_person_with_a_case_elsewhere_is_not_deleted_here(console: Console, case: int) -> None:
    other = make_case(console.database, partner_contact(console), country="KE")
    assert other
    with console.database.write() as session:
        session.query(TeamMember).delete()
        session.query(Team).delete()
        session.add(Team(name="Kenya", countries=["KE"]))
        number = session.get_one(Referral, case).number
    done = console.as_("caseworker").post(f"/console/cases/{case}/erase/person", {"number": number})
    assert done.status_code == 422 and "another team" in text_of(done)
    with console.database.read() as session:
        assert session.query(Contact).one().erase_at is None


# Pace


def queries(database: Database, ask: Callable[[], httpx.Response]) -> int:
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(database.engine, "before_cursor_execute", counted)
    try:
        assert ask().status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", counted)
    return count


def test_the_number_of_queries_does_not_grow_with_the_rows(console: Console, case: int) -> None:
    browser: Browser = console.as_("caseworker")
    paths = [f"/console/cases/{case}/{page}" for page in ("partners", "partners/offices", "export", "erase")]
    for path in paths:
        browser.get(path)
    before = [queries(console.database, lambda path=path: browser.get(path)) for path in paths]  # type: ignore[misc]  # one path each
    contact = partner_contact(console)
    with console.database.write() as session:
        session.add_all([office(f"o{n}", f"Office {n}", "GR", ["legal"]) for n in range(60)])
        fields = {"office_id": OFFICE, "office_name": "GCR", "fields": ["need"], "author": "x", "state": "refused"}
        session.add_all([PartnerReferral(referral_id=case, **fields) for _ in range(20)])
    for number in range(20):
        say(console.database, contact, f"message {number}", outcome="silent")
    after = [queries(console.database, lambda path=path: browser.get(path)) for path in paths]  # type: ignore[misc]  # one path each
    assert after == before
