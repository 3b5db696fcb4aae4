"""Opening hours with holidays, and what contacts are told while an office is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import offices
from bot.channels import sms_text
from bot.db import Database
from bot.i18n import LANGUAGES
from bot.nlu.places import Place
from bot.offices import Match, schedule
from bot.tables import Office
from tests.offices.making import NOON, TODAY, an_office

ATHENS = Place("Athens", "GR", 37.98, 23.73, "city", 664_046, "Athens")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


# Holidays


@pytest.mark.parametrize(
    ("text", "at", "holidays", "expected"),
    [
        ("Mo-Fr 08:00-16:00", "2026-11-24 10:00", ["2026-11-24"], False),
        ("Mo-Fr 08:00-16:00", "2026-11-24 10:00", ["2026-11-25"], True),
        ("Mo-Fr 08:00-16:00; PH off", "2026-11-24 10:00", ["2026-11-24"], False),
        ("Mo-Fr 08:00-16:00; PH closed", "2026-11-24 10:00", [], True),
        ("Mo-Fr 08:00-16:00; PH 10:00-12:00", "2026-11-24 09:00", ["2026-11-24"], False),
        ("Mo-Fr 08:00-16:00; PH 10:00-12:00", "2026-11-24 11:00", ["2026-11-24"], True),
        ("24/7", "2026-11-24 10:00", ["2026-11-24"], False),
        ("24/7; PH 00:00-24:00", "2026-11-24 10:00", ["2026-11-24"], True),
        ("Mo 20:00-02:00", "2026-11-24 01:00", ["2026-11-24"], True),  # what began before the holiday goes on
        ("Mo 20:00-02:00", "2026-11-24 01:00", ["2026-11-23"], False),
    ],
)
def test_a_holiday_is_closed_unless_a_rule_gives_its_hours(text: str, at: str, holidays: list[str], expected: bool) -> None:
    assert offices.is_open(text, datetime.fromisoformat(at), holidays) is expected


@pytest.mark.parametrize("text", ["PH off", "Mo-Fr 08:00-16:00; PH maybe", "Mo-PH 08:00-16:00"])
def test_a_rule_for_holidays_alone_or_unreadable_is_no_schedule(text: str) -> None:
    assert schedule.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "24/7",
        "Mo-Fr 08:00-16:30",
        "Su-Th 08:00-16:00",
        "Mo-Th 08:00-17:00; Fr 08:00-12:30",
        "Mo-Fr 08:00-12:00,13:00-16:00; PH 10:00-12:00",
        "Tu 20:00-02:00",
        "Mo 08:00-24:00; We 08:00-24:00",
    ],
)
def test_a_schedule_written_again_says_the_same_in_the_same_words(text: str) -> None:
    week = schedule.parse(text)
    assert week is not None
    assert schedule.text_of(week) == text


def test_the_next_opening_leaves_out_holidays_and_names_a_far_day_by_its_date() -> None:
    closed_today = an_office(holidays=["2026-11-24"])
    said = offices.describe(Match(closed_today, 1.0, "near"), "en", True, TODAY, now=NOON)
    assert "Closed today, opens Wed 08:00" in said
    long_break = an_office(holidays=[f"2026-11-{day}" for day in range(24, 31)] + ["2026-12-01"])
    said = offices.describe(Match(long_break, 1.0, "near"), "en", True, TODAY, now=NOON)
    assert "Closed today, opens Dec 2 08:00" in said


def test_a_line_open_day_and_night_says_so_except_on_its_holiday() -> None:
    line = an_office(schedule="24/7", holidays=["2026-11-25"])
    assert "day and night" in offices.describe(Match(line, None, "country"), "en", True, TODAY, now=NOON)
    holiday = NOON.replace(day=25)
    said = offices.describe(Match(line, None, "country"), "en", True, date(2026, 11, 25), now=holiday)
    assert "day and night" not in said and "Closed today, opens Thu 00:00" in said


# Closed for now


@pytest.mark.parametrize(
    ("status", "until", "closed"),
    [
        ("temporarily closed", None, True),
        ("temporarily closed", TODAY, True),
        ("temporarily closed", date(2026, 11, 23), False),
        ("active", TODAY, False),
    ],
)
def test_an_office_is_closed_through_its_last_closed_day(status: str, until: date | None, closed: bool) -> None:
    assert offices.is_closed(an_office(status=status, closed_until=until), TODAY) is closed


def test_one_closed_for_now_comes_after_all_that_are_open_and_never_twice(session: Session) -> None:
    session.add(an_office(id="shut", status="temporarily closed", lat=37.99))
    session.add(an_office(id="open", phones=["+302107654321"]))
    session.add(an_office(id="line", kind="hotline", lat=None, lon=None, addresses={}, phones=["1404"]))
    session.add(an_office(id="reopened", status="temporarily closed", closed_until=date(2026, 11, 23), phones=["100"]))
    session.flush()
    found = [match.office.id for match in offices.search(session, "asylum", ATHENS, None, None, TODAY, limit=9)]
    assert found == ["open", "reopened", "line", "shut"]
    assert [m.office.id for m in offices.search(session, "asylum", ATHENS, None, None, TODAY, limit=2)] == ["open", "reopened"]


@pytest.mark.parametrize("status", ["inactive", "defunct"])
def test_what_is_inactive_or_defunct_is_never_offered(session: Session, status: str) -> None:
    session.add(an_office(id="gone", status=status))
    session.flush()
    assert offices.search(session, "asylum", ATHENS, None, None, TODAY, limit=9) == []


def test_a_closed_office_says_when_it_opens_again_and_no_hours() -> None:
    shut = an_office(status="temporarily closed", closed_until=date(2027, 1, 3), hours="every morning")
    sms = offices.describe(Match(shut, 1.0, "near"), "en", True, TODAY, now=NOON)
    chat = offices.describe(Match(shut, 1.0, "near"), "en", False, TODAY, now=NOON)
    assert "Closed for now, opens again Jan 4, 2027" in sms and "Closed for now, opens again Jan 4, 2027" in chat
    assert "Open today" not in sms + chat and "mornings" not in chat and "every morning" not in chat


@pytest.mark.parametrize("locale", LANGUAGES)
def test_closing_is_said_however_long_the_rest_is_and_in_every_language(locale: str) -> None:
    shut = an_office(
        status="temporarily closed",
        closed_until=date(2027, 1, 3),
        names={"en": "A very long name of an office that helps people " * 2},
        alert="May have moved, call first",
        safety="By appointment only",
    )
    said = offices.describe(Match(shut, 1.0, "near"), locale, True, TODAY, now=NOON)
    open_again = offices.describing._closed(shut, locale, TODAY)
    assert open_again and open_again in said
    ordinary = an_office(status="temporarily closed", closed_until=date(2027, 1, 3), alert="Free call")
    text = offices.describe(Match(ordinary, 1.0, "near"), locale, True, TODAY, now=NOON)
    assert sms_text.count(sms_text.economical(text)).segments <= 2


def test_languages_spoken_are_named_in_the_readers_language_in_a_chat_only() -> None:
    office = an_office(languages=["ar", "fr"])
    assert "Languages: Arabic, French" in offices.describe(Match(office, 1.0, "near"), "en", False, TODAY)
    assert "Langues : arabe, français" in offices.describe(Match(office, 1.0, "near"), "fr", False, TODAY)
    assert "Arabic" not in offices.describe(Match(office, 1.0, "near"), "en", True, TODAY)


# The content folder after editors have begun


def test_loading_the_folder_again_leaves_alone_what_an_editor_changed(session: Session) -> None:
    row = {"id": "one", "organization": "Org", "name": "Office", "kind": "office", "needs": "asylum", "country": "GR"}
    session.add(an_office(verified=False, author="editor@example.org", status="defunct", merged_into="other"))
    session.flush()
    assert "An editor has changed this office" in offices.load_rows(session, [row], "test")[0]
    office = session.get(Office, "one")
    assert office is not None and office.status == "defunct" and office.merged_into == "other"


def test_holidays_and_closing_can_be_loaded_and_stay_where_a_file_has_no_column(session: Session) -> None:
    row = {"id": "one", "name": "Office", "country": "GR", "status": "temporarily closed"}
    more = {"holidays": "2026-12-25|2026-12-24|never", "closed_until": "2026-12-31", "email": "a@example.org"}
    assert "'never'" in offices.load_rows(session, [row | more], "test")[0]
    assert offices.load_rows(session, [row], "test") == []
    office = session.get(Office, "one")
    assert office is not None
    assert office.holidays == ["2026-12-24", "2026-12-25"]
    assert (office.closed_until, office.email) == (date(2026, 12, 31), "a@example.org")


def test_the_condition_for_offices_in_use_agrees_with_the_search(session: Session) -> None:
    session.add_all([an_office(id="active"), an_office(id="shut", status="temporarily closed")])
    session.add_all([an_office(id="over", status="temporarily closed", closed_until=date(2026, 11, 23))])
    session.add_all(
        [an_office(id="last", status="temporarily closed", closed_until=TODAY), an_office(id="gone", status="defunct")]
    )
    session.flush()
    found = set(session.scalars(select(Office.id).where(offices.in_use(TODAY))))
    assert found == {"active", "over"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8-16", ((480, 960),)),
        ("08:00-12:00, 13:00-16:30", ((480, 720), (780, 990))),
        ("8.00 – 12.30; 13-16", ((480, 750), (780, 960))),
        ("8h-12h30 14h-18h", ((480, 750), (840, 1080))),
        ("20-2", ((1200, 1560),)),
        ("0-24", ((0, 1440),)),
        ("", ()),
        ("closed", ()),
        ("8", None),
        ("mornings", None),
        ("8-25", None),
        ("8:99-9", None),
        ("8-12,", None),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, expected: object) -> None:
    assert schedule.hours_typed(typed) == expected
