"""The overview: figures with pictures, without anything personal."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from bot import options
from bot.db import utcnow
from bot.statistics import settle_days
from bot.tables import Office
from tests.console.conftest import Console, make_answer, make_case, make_contact, make_topic, reply, say, text_of


def fill(console: Console) -> None:
    make_topic(console.database)
    amina = make_contact(console.database)
    say(console.database, amina, "secret words", outcome="answered:asylum_apply")
    say(console.database, amina, "secret words", outcome="answered:asylum_apply")
    say(console.database, amina, "secret words", outcome="unsure")
    say(console.database, make_contact(console.database, "+393401234567", locale="ti", country="IT"), "x", outcome="unanswered")
    reply(console.database, amina, "secret words", state="delivered", segments=3, sent_at=utcnow())
    reply(console.database, amina, "secret words", state="failed", error="30003")
    make_case(console.database, amina, hours_ago=5)


def test_the_overview_shows_what_was_counted(console: Console) -> None:
    fill(console)
    said = text_of(console.as_("admin").get("/console/overview"))
    assert "Messages received 4" in said
    assert "People who wrote today 2" in said
    assert "Questions answered 50% 2 of 4" in said
    assert "Parts not delivered 50% 1 of 2" in said
    assert "SMS segments 3" in said
    assert "Cases waiting now 1 the longest for 5 hours" in said
    assert "French 3" in said and "Tigrinya 1" in said
    assert "How to ask for asylum 2" in said
    assert "30003 The phone was off or had no network. 1" in said
    assert "Greece 3" in said


def test_nothing_personal_is_on_the_overview(console: Console) -> None:
    fill(console)
    page = console.as_("editor").get("/console/overview").text
    assert "secret" not in page
    assert "6912345678" not in page
    assert "W-" not in page


def test_segments_cost_what_the_settings_say(console: Console) -> None:
    fill(console)
    with console.database.write() as session:
        options.put(session, "segment_price", "0.05", "admin@example.org")
        options.put(session, "currency", "EUR", "admin@example.org")
    assert "€0.15" in text_of(console.as_("admin").get("/console/overview"))


def test_an_empty_installation_says_so_and_draws_nothing(console: Console) -> None:
    page = console.as_("admin").get("/console/overview")
    assert page.status_code == 200
    assert "Nothing in this time." in text_of(page)
    assert 'role="img"' not in page.text


def test_pictures_have_a_title_a_description_and_the_numbers_in_a_table(console: Console) -> None:
    fill(console)
    page = console.as_("admin").get("/console/overview").text
    for name, words in (
        ("messages", "Messages: 4. Most on"),
        ("questions", "Answered: 2 · Unsure: 1 · Not answered: 1. Most on"),
    ):
        assert f'role="img" aria-labelledby="n-{name} d-{name}"' in page
        assert re.search(rf'<desc id="d-{name}">{words}', page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count('<details class="numbers">') == page.count('role="img"')


def test_the_page_needs_no_inline_style_or_script(console: Console) -> None:
    fill(console)
    page = console.as_("admin").get("/console/overview").text
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son\w+=", page)


@pytest.mark.parametrize("language", ["fr", "es", "ar"])
def test_the_overview_opens_in_each_language(console: Console, language: str) -> None:
    fill(console)
    page = console.as_("admin").get(f"/console/overview?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text


def test_stale_content_leads_an_editor_to_it_and_an_admin_only_to_what_is_theirs(console: Console) -> None:
    day = timedelta(days=1)
    make_answer(console.database, review_due=date.today() - day, version=2)
    make_answer(console.database, locale="fr", translated_from=1)
    make_answer(console.database, locale="ar", translated_from=2, review_due=date.today() - 100 * day)
    make_answer(console.database, locale="es", status="review")
    with console.database.write() as session:
        session.add(Office(id="o1", organization="o", kind="ngo", review_due=date.today() - day))
        session.add(Office(id="o2", organization="o", kind="ngo"))
    page = console.as_("editor").get("/console/overview")
    said = text_of(page)
    assert "2 answers are due for a check" in said
    assert "1 answer is withheld: its review is overdue" in said
    assert "1 translation is older than its English text" in said
    assert "1 text waits for a second person" in said
    assert "1 office is due for a check" in said
    assert "3 texts are published · 2 offices" in said
    assert 'href="/console/answers?state=withheld"' in page.text
    page = console.as_("admin").get("/console/overview")
    assert "2 answers are due for a check" in text_of(page)
    assert 'href="/console/answers?' not in page.text
    assert 'href="/console/offices?due=over"' in page.text


def test_what_is_checked_in_time_is_said_so(console: Console) -> None:
    make_answer(console.database)
    assert "Everything that is published has been checked in time." in text_of(console.as_("editor").get("/console/overview"))


def test_the_lists_that_the_overview_leads_to_show_as_many(console: Console) -> None:
    for n in range(3):
        make_answer(console.database, f"topic_{n}", review_due=date.today() - timedelta(days=1 + 100 * (n == 2)))
    browser = console.as_("editor")
    page = browser.get("/console/overview").text
    for state, number in (("due", 3), ("withheld", 1)):
        assert f'href="/console/answers?state={state}"' in page
        listed = browser.get(f"/console/answers?state={state}")
        assert len(set(re.findall(r"topic_\d", listed.text))) == number


def test_a_topic_with_a_long_id_keeps_its_title(console: Console) -> None:
    topic = "what_to_do_when_documents_are_lost_or_stolen"
    make_topic(console.database, topic, titles={"en": "Lost papers"})
    say(console.database, make_contact(console.database), "x", outcome=f"answered:{topic}")
    assert "Lost papers 1" in text_of(console.as_("editor").get("/console/overview"))


@pytest.mark.parametrize(("asked", "shown"), [("7", "7 days"), ("365", "365 days"), ("8", "30 days"), ("-1", "30 days")])
def test_the_time_is_one_of_the_offered(console: Console, asked: str, shown: str) -> None:
    page = console.as_("admin").get(f"/console/overview?days={asked}").text
    assert re.search(rf'aria-current="page">{shown}<', page)


def test_a_caseworker_has_no_overview(console: Console) -> None:
    assert console.as_("caseworker").get("/console/overview").status_code == 403


def test_the_number_of_queries_does_not_grow(console: Console) -> None:
    browser = console.as_("admin")

    def queries() -> int:
        seen: list[str] = []
        event.listen(console.database.engine, "before_cursor_execute", note := lambda *a: seen.append(a[2]))
        assert browser.get("/console/overview?days=365").status_code == 200
        event.remove(console.database.engine, "before_cursor_execute", note)
        return len(seen)

    queries()
    few = queries()
    for n in range(12):
        contact = make_contact(console.database, f"+3069123456{n:02}", locale=("fr", "ar", "ti")[n % 3])
        say(console.database, contact, "x", outcome=f"answered:t{n}")
        make_topic(console.database, f"t{n}")
        reply(console.database, contact, "x", state="failed", error=str(n))
        make_case(console.database, contact)
    assert queries() == few
    with console.database.write() as session:
        settle_days(session, utcnow().date() + timedelta(days=2))
    assert queries() <= few
