"""Offices and emergency numbers: what is loaded, what is found, and what a tired reader with a small phone is told."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import offices
from bot.channels import sms_text
from bot.db import Database
from bot.nlu.places import Place
from bot.offices import Match, schedule
from bot.settings import ROOT
from bot.tables import EmergencyNumber, Office

CONTENT = ROOT / "data" / "content"
TODAY = date(2026, 11, 24)  # a Tuesday
LOCALES = ("en", "fr", "es", "ar")

ATHENS = Place("Athens", "GR", 37.98, 23.73, "city", 664_046, "Athens")
AGADEZ = Place("Agadez", "NE", 16.97, 7.99, "city", 124_324, "Agadez")
TAPACHULA = Place("Tapachula", "MX", 14.91, -92.26, "city", 217_550, "Tapachula")
TRIPOLI_LY = Place("Tripoli", "LY", 32.89, 13.19, "city", 1_150_989, "Tripoli")
TRIPOLI_LB = Place("Tripoli", "LB", 34.43, 35.84, "city", 229_398, "Tripoli")
OSLO = Place("Oslo", "NO", 59.91, 10.75, "city", 580_000, "Oslo")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    """The shipped offices and numbers, loaded."""
    with sqlite.write() as opened:
        for path in sorted((CONTENT / "offices").glob("*.csv")):
            assert offices.load_rows(opened, rows_of(path), path.name) == []
        assert offices.load_emergency(opened, rows_of(CONTENT / "emergency" / "numbers.csv")) == []
        yield opened


@pytest.fixture
def empty(sqlite: Database) -> Iterator[Session]:
    with sqlite.write() as opened:
        yield opened


def row(**values: str) -> dict[str, str]:
    base = {"id": "one", "organization": "Org", "name": "Office", "kind": "office", "needs": "asylum", "country": "GR"}
    return base | {"lat": "38.0", "lon": "23.7", "precision": "city", "confidence": "high"} | values


def ids(matches: list[Match]) -> list[str]:
    return [match.office.id for match in matches]


# Finding


@pytest.mark.parametrize(
    ("place", "need", "first", "scope"),
    [
        (ATHENS, "legal", {"erbb-gr-athens", "hias-gr-athens"}, "near"),
        (AGADEZ, "return", {"iom-ne-agadez"}, "near"),
        (AGADEZ, "health", {"red-cross-ne"}, "national"),
        (TAPACHULA, "asylum", {"acnur-mx-tapachula"}, "near"),
        (TRIPOLI_LY, "asylum", {"unhcr-ly-protection"}, "country"),
        (TRIPOLI_LB, "asylum", {"unhcr-lb-beirut"}, "near"),
        (TRIPOLI_LB, "health", {"nextcare-lb"}, "country"),
        (OSLO, "shelter", {"red-cross-no"}, "national"),
    ],
)
def test_the_first_office_fits_place_and_need(session: Session, place: Place, need: str, first: set[str], scope: str) -> None:
    matches = offices.search(session, need, place, None, None, TODAY)
    assert matches[0].office.id in first
    assert matches[0].scope == scope
    assert (matches[0].km is not None) == (scope == "near")


def test_tripoli_in_libya_and_in_lebanon_never_share_an_office(session: Session) -> None:
    for need in offices.NEEDS:
        libya = {m.office.country for m in offices.search(session, need, TRIPOLI_LY, None, None, TODAY, limit=9)}
        lebanon = {m.office.country for m in offices.search(session, need, TRIPOLI_LB, None, None, TODAY, limit=9)}
        assert libya <= {"LY", None} and lebanon <= {"LB", None}


def test_a_shared_position_goes_before_the_place_and_needs_no_country(session: Session) -> None:
    near_beirut = (33.88, 35.52)
    assert ids(offices.search(session, "return", None, None, near_beirut, TODAY))[0] == "iom-lb-beirut"
    assert ids(offices.search(session, "return", None, "LB", near_beirut, TODAY))[0] == "iom-lb-beirut"
    assert ids(offices.search(session, "return", AGADEZ, None, near_beirut, TODAY))[0] != "iom-ne-agadez"


def test_a_country_alone_gives_its_offices_without_a_distance(session: Session) -> None:
    matches = offices.search(session, "legal", None, "PK", None, TODAY)
    assert matches and all(match.km is None and match.scope == "country" for match in matches)
    assert {match.office.country for match in matches} == {"PK"}


def test_neither_place_nor_country_gives_only_what_serves_everybody(session: Session) -> None:
    assert ids(offices.search(session, "family_tracing", None, None, None, TODAY)) == ["icrc-family-links"]
    assert offices.search(session, "shelter", None, None, None, TODAY) == []


def test_the_line_of_the_european_union_is_offered_in_its_members_only(session: Session) -> None:
    assert "mce-eu-116000" in ids(offices.search(session, "child", None, "DE", None, TODAY))
    assert "mce-eu-116000" not in ids(offices.search(session, "child", None, "MX", None, TODAY, limit=20))


def test_another_country_is_offered_only_at_the_border_and_says_so(empty: Session) -> None:
    offices.load_rows(
        empty,
        [
            row(id="near", country="TR", lat="38.4", lon="26.9"),
            row(id="far", country="TR", lat="38.4", lon="28.0"),
            row(id="own", lat="39.1", lon="25.3"),
        ],
        "test",
    )
    matches = offices.search(empty, "asylum", None, "GR", (38.37, 26.3), TODAY)
    assert ids(matches) == ["own", "near"]
    assert [match.abroad for match in matches] == [False, True]
    assert "Türkiye" in offices.describe(matches[1], "en", True, TODAY)


def test_nearer_fitting_and_surer_offices_come_first(empty: Session) -> None:
    offices.load_rows(
        empty,
        [
            row(id="general", needs="general"),
            row(id="far", lat="39.0"),
            row(id="unsure", confidence="low"),
            row(id="sure"),
            row(id="overdue", review_due="2026-01-01"),
        ],
        "test",
    )
    matches = offices.search(empty, "asylum", ATHENS, None, None, TODAY, limit=9)
    assert ids(matches) == ["sure", "unsure", "overdue", "far"]


def test_closed_offices_and_consulates_are_never_offered(empty: Session) -> None:
    rows = [row(id="gone", status="defunct"), row(id="embassy", kind="embassy", needs="general|asylum"), row(id="open")]
    offices.load_rows(empty, rows, "test")
    for need in ("asylum", "general"):
        assert ids(offices.search(empty, need, ATHENS, None, None, TODAY, limit=9)) == ["open"]


# Loading


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"confidence": "DO-NOT-USE: predates the war"}, "must not be used"),
        ({"confidence": "do not use"}, "must not be used"),
        ({"lat": "138.0"}, "no point on earth"),
        ({"lat": "0", "lon": "0"}, "no point on earth"),
        ({"lat": "north"}, "no coordinate"),
        ({"lon": ""}, "no coordinate"),
        ({"lat": "nan"}, "no coordinate"),
        ({"country": "Greece"}, "no country code"),
        ({"country": "XA"}, "no country code"),
        ({"name": "  "}, "no name"),
        ({"id": "x" * 81}, "longer than 80"),
    ],
)
def test_a_row_that_could_mislead_is_left_out_with_a_sentence(empty: Session, values: dict[str, str], said: str) -> None:
    sentences = offices.load_rows(empty, [row(**values), row(id="good")], "test")
    assert len(sentences) == 1 and sentences[0].startswith("row 2") and said in sentences[0]
    assert list(empty.scalars(select(Office.id))) == ["good"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"needs": "asylum|lunch"}, "lunch"),
        ({"phones": "call us|+30 210 1234567"}, "no phone number"),
        ({"schedule": "always"}, "schedule"),
        ({"checked_on": "24.11.2026"}, "date"),
        ({"url": "javascript:alert(1)"}, "web address"),
        ({"confidence": "certain"}, "confidence"),
        ({"status": "maybe"}, "status"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_the_rest_is_stored(empty: Session, values: dict[str, str], said: str) -> None:
    sentences = offices.load_rows(empty, [row(**values)], "test")
    assert len(sentences) == 1 and said in sentences[0]
    assert empty.get(Office, "one") is not None


def test_loading_again_updates_and_never_replaces_what_a_person_verified(database: Database) -> None:
    with database.write() as opened:
        offices.load_rows(opened, [row(phones="100")], "test")
        assert offices.load_rows(opened, [row(phones="+30 210 1234567")], "test") == []
        office = opened.get(Office, "one")
        assert office is not None and office.phones == ["+302101234567"]
        office.verified = True
        assert "verified" in offices.load_rows(opened, [row(phones="200")], "test")[0]
        assert office.phones == ["+302101234567"]
        assert opened.scalar(select(func.count()).select_from(Office)) == 1


def test_the_shipped_rows_hold_no_office_that_its_source_forbids(session: Session) -> None:
    assert session.scalar(select(Office.id).where(Office.country == "SD", Office.kind != "national_society")) is None
    assert all(not office.verified for office in session.scalars(select(Office)))
    assert all(office.source_url and office.checked_on for office in session.scalars(select(Office)))


# Saying


def described(session: Session, office_id: str, locale: str = "en", plain: bool = True, **more: datetime) -> str:
    office = session.get(Office, office_id)
    assert office is not None
    return offices.describe(Match(office, 3.2 if office.lat else None, "near"), locale, plain, TODAY, **more)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_office_fits_two_segments_by_sms(session: Session, locale: str) -> None:
    for office in session.scalars(select(Office)):
        for abroad in {False, office.lat is not None}:  # only what is near can be abroad
            match = Match(office, 120.4 if office.lat else None, "near", abroad)
            text = offices.describe(match, locale, True, TODAY)
            assert sms_text.count(sms_text.economical(text)).segments <= 2, (office.id, len(text), text)


def test_an_sms_names_phone_and_trust_and_a_web_address_only_in_need(session: Session) -> None:
    text = described(session, "unhcr-lb-call-centre")
    assert "+9614726111" in text and "not verified" in text and "http" not in text and "help.unhcr" not in text
    assert "hias.org" in described(session, "hias-gr-athens")


def test_a_chat_links_a_map_and_says_when_it_shows_the_city_only(session: Session) -> None:
    text = described(session, "unhcr-gr-athens", plain=False)
    assert "https://www.openstreetmap.org/?mlat=37.9838&mlon=23.7278#map=15/37.9838/23.7278" in text
    assert "city centre" in text and "91 Michalakopoulou" in text and "+30 21 6200 7800" in text
    assert "openstreetmap" not in described(session, "unhcr-ly-protection", plain=False)
    assert "openstreetmap" not in described(session, "red-cross-gr", plain=False)


def test_an_old_source_is_said_with_its_year_and_not_as_checked_now(session: Session) -> None:
    assert "2018" in described(session, "iom-ne-agadez") and "11/2026" not in described(session, "iom-ne-agadez")
    assert "Checked 11/2026, not verified" in described(session, "unhcr-pl-line")


def test_warnings_are_never_dropped_for_length(session: Session) -> None:
    for office in session.scalars(select(Office)):
        text = offices.describe(Match(office, None, "country"), "en", True, TODAY)
        assert office.alert in text and office.safety in text, office.id


def test_an_office_past_its_review_date_is_flagged_and_not_hidden(empty: Session) -> None:
    offices.load_rows(empty, [row(review_due="2026-11-23", checked_on="2026-05-01")], "test")
    [match] = offices.search(empty, "asylum", ATHENS, None, None, TODAY)
    assert "May be out of date" in offices.describe(match, "en", True, TODAY)
    assert "May be out of date" not in offices.describe(match, "en", True, date(2026, 11, 23))


def test_phone_numbers_keep_their_direction_between_arabic_letters(session: Session) -> None:
    assert "\u200e+96264008000" in described(session, "unhcr-jo-helpline", "ar")
    assert "\u200e" not in described(session, "unhcr-jo-helpline", "fr")


# Hours


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        ("Mo-Fr 08:00-16:30", "2026-11-24 08:00", True),
        ("Mo-Fr 08:00-16:30", "2026-11-24 16:30", False),
        ("Mo-Fr 08:00-16:30", "2026-11-28 10:00", False),
        ("Su-Th 08:00-16:00", "2026-11-29 10:00", True),
        ("Su-Th 08:00-16:00", "2026-11-27 10:00", False),
        ("Mo-Th 08:00-17:00; Fr 08:00-12:30", "2026-11-27 12:00", True),
        ("Mo-Fr 08:00-12:00,13:00-16:00", "2026-11-24 12:30", False),
        ("Tu 20:00-02:00", "2026-11-25 01:00", True),
        ("Tu 20:00-02:00", "2026-11-25 03:00", False),
        ("24/7", "2026-11-29 03:00", True),
        ("by appointment", "2026-11-24 10:00", None),
        ("", "2026-11-24 10:00", None),
        ("Mo-Xx 08:00-16:00", "2026-11-24 10:00", None),
    ],
)
def test_opening_hours_are_read_or_left_alone(hours: str, at: str, expected: bool | None) -> None:
    assert offices.is_open(hours, datetime.fromisoformat(at)) is expected


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-24T07:00", "Open today 08:00-16:00"),  # 10:00 in Amman
        ("2026-11-24T14:00", "Closed now, opens Wed 08:00"),
        ("2026-11-27T08:00", "Closed today, opens Sun 08:00"),
        ("2026-11-23T22:30", "Closed now, opens Tue 08:00"),  # already Tuesday 01:30 there
    ],
)
def test_hours_are_said_in_the_time_of_the_country(session: Session, at: str, said: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert said in described(session, "unhcr-jo-helpline", now=now)


def test_hours_without_a_schedule_are_shown_as_listed(empty: Session) -> None:
    offices.load_rows(empty, [row(hours="mornings, ring the bell")], "test")
    assert "mornings, ring the bell" in described(empty, "one")


def test_every_shipped_schedule_can_be_read() -> None:
    for path in (CONTENT / "offices").glob("*.csv"):
        assert all(schedule.parse(r["schedule"]) for r in rows_of(path) if r["schedule"])


# Emergency numbers


@pytest.mark.parametrize(
    ("country", "phrase"),
    [
        ("GR", "112"),
        ("LB", "Police 999"),
        ("MX", "112 or ask anyone near you for help"),
        ("NE", "Police 17"),
        ("US", "911"),
        ("BR", "Police 190, ambulance 192"),
        ("IR", "Police 110"),
        (None, "112 or ask anyone near you for help"),
        ("ZZ", "112 or ask anyone near you for help"),
    ],
)
def test_only_agreed_numbers_are_said(session: Session, country: str | None, phrase: str) -> None:
    assert offices.emergency_phrase(session, country, "en") == phrase


def test_the_kind_of_danger_decides_which_service_comes_first(session: Session) -> None:
    assert offices.emergency_phrase(session, "BR", "en", kind="medical") == "Ambulance 192, police 190"
    assert offices.emergency_phrase(session, "IT", "en", kind="sea") == "Coast guard 1530, 112"
    assert offices.emergency_phrase(session, "IT", "en", kind="medical") == "112"


def test_wrong_emergency_rows_are_left_out(empty: Session) -> None:
    good = {"country": "GR", "service": "any", "number": "112", "checked_on": "2026-11-24"}
    wrong = [{"country": "GRC"}, {"service": "taxi"}, {"number": "call"}, {"number": "+302101234567"}]
    sentences = offices.load_emergency(empty, [good, *({**good, **one} for one in wrong)])
    assert [sentence.split(" (")[0] for sentence in sentences] == ["row 3", "row 4", "row 5", "row 6"]
    assert [found.number for found in offices.emergency_numbers(empty, "gr")] == ["112"]
    assert empty.scalar(select(func.count()).select_from(EmergencyNumber)) == 1
