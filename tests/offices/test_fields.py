"""What a form or a file may say of an office, and what is refused with its reason."""

from __future__ import annotations

import csv

import pytest

from bot.offices import dialling, fields
from bot.offices.tabular import columns_of
from bot.settings import ROOT
from bot.tables import Office
from tests.offices.making import TODAY, an_office

GOOD = {"organization": "Org", "name": "Office", "country": "GR", "needs": "asylum"}


def codes(reading: fields.Reading) -> list[tuple[str, str]]:
    return [(problem.column, problem.code) for problem in reading.problems]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ({"name": " "}, "name", "name_missing"),
        ({"organization": ""}, "organization", "organization_missing"),
        ({"name_fr": "x" * 201}, "name_fr", "too_long"),
        ({"kind": "3 doors!"}, "kind", "kind_unreadable"),
        ({"country": ""}, "country", "country_missing"),
        ({"country": "XA"}, "country", "country_unknown"),
        ({"country": "Greece"}, "country", "country_unknown"),
        ({"needs": "asylum|lunch"}, "needs", "need_unknown"),
        ({"needs": ""}, "needs", "needs_missing"),
        ({"lat": "37.98"}, "lon", "coordinate_missing"),
        ({"lat": "north", "lon": "1"}, "lat", "coordinate_unreadable"),
        ({"lat": "nan", "lon": "1"}, "lat", "coordinate_unreadable"),
        ({"lat": "91", "lon": "1"}, "lat", "coordinate_off_earth"),
        ({"lat": "1", "lon": "-181"}, "lon", "coordinate_off_earth"),
        ({"lat": "0", "lon": "0"}, "lat", "coordinate_zero"),
        ({"precision": "rough", "lat": "1", "lon": "1"}, "precision", "not_one_of"),
        ({"phones": "call us"}, "phones", "phone_unreadable"),
        ({"phones": "+30 21"}, "phones", "phone_impossible"),
        ({"phones": "+30 999 999 9999"}, "phones", "phone_unusual"),
        ({"schedule": "always"}, "schedule", "schedule_unreadable"),
        ({"holidays": "25.12.2026"}, "holidays", "holiday_unreadable"),
        ({"holidays": "2026-12-26/2026-12-24"}, "holidays", "holiday_unreadable"),
        ({"languages": "en|klingonese"}, "languages", "language_unknown"),
        ({"url": "javascript:alert(1)"}, "url", "url_unreadable"),
        ({"email": "office at org"}, "email", "email_unreadable"),
        ({"status": "on strike"}, "status", "not_one_of"),
        ({"closed_until": "soon"}, "closed_until", "date_unreadable"),
        ({"confidence": "certain"}, "confidence", "not_one_of"),
        ({"verified": "perhaps"}, "verified", "not_one_of"),
        ({"checked_on": "2026-11-26"}, "checked_on", "checked_in_future"),
        ({"checked_on": "2026-11-20", "review_due": "2026-11-19"}, "review_due", "review_before_check"),
    ],
)
def test_what_could_mislead_is_named_by_its_column(row: dict[str, str], column: str, code: str) -> None:
    assert codes(fields.read(GOOD | row, None, TODAY)) == [(column, code)]


def test_what_may_be_right_all_the_same_is_a_doubt_and_no_error() -> None:
    reading = fields.read(GOOD | {"phones": "+30 999 999 9999", "needs": ""}, None, TODAY)
    assert reading.errors == [] and {problem.code for problem in reading.doubts} == {"phone_unusual", "needs_missing"}
    assert reading.values["phones"] == ["+309999999999"]


def test_a_number_that_somebody_kept_before_is_not_asked_about_again() -> None:
    stored = an_office(phones=["1404", "0080067891011"], country="LY", needs=[])
    reading = fields.read(columns_of(stored), stored, TODAY)
    assert reading.problems == [] and reading.values["phones"] == ["1404", "0080067891011"]


@pytest.mark.parametrize(
    ("row", "attribute", "value"),
    [
        ({"country": "*"}, "country", None),
        ({"country": "eu"}, "country", "EU"),
        ({"lat": "37,9838", "lon": "23.72781234"}, "lat", 37.9838),
        ({"lat": "37,9838", "lon": "23.72781234"}, "lon", 23.727812),
        ({"lat": "37.9", "lon": "23.7"}, "precision", "city"),
        ({"precision": "exact"}, "precision", "country"),
        ({"phones": "+٣٠ ٢١٠ ١٢٣٤٥٦٧"}, "phones", ["+302101234567"]),
        ({"phones": "0030 210 123 4567\n+30 210 1234567"}, "phones", ["+302101234567"]),
        ({"phones": "\u200e+30–210–1234567"}, "phones", ["+302101234567"]),
        ({"phones": "116000", "country": "EU"}, "phones", ["116000"]),
        ({"holidays": "2026-12-24/2026-12-26\n2027-01-01"}, "holidays", ["2026-12-24", "2026-12-25", "2026-12-26", "2027-01-01"]),
        ({"url": "help.unhcr.org/greece"}, "url", "https://help.unhcr.org/greece"),
        ({"status": "temporarily_closed"}, "status", "temporarily closed"),
        ({"status": "active", "closed_until": "2026-12-01"}, "closed_until", None),
        ({"status": "temporarily closed", "closed_until": "2026-12-01"}, "closed_until", TODAY.replace(month=12, day=1)),
        ({"verified": "Yes"}, "verified", True),
        ({"kind": "Legal aid"}, "kind", "legal_aid"),
        ({"name": "  Two \n lines "}, "names", {"en": "Two lines"}),
    ],
)
def test_what_people_write_is_understood(row: dict[str, str], attribute: str, value: object) -> None:
    reading = fields.read(GOOD | row, None, TODAY)
    assert reading.problems == []
    assert reading.values[attribute] == value


def test_a_column_that_is_missing_leaves_what_is_stored_and_an_empty_one_empties_it() -> None:
    stored = an_office(names={"en": "Office", "fr": "Bureau"}, alert="Free call")
    reading = fields.read({"name": "New", "alert": ""}, stored, TODAY)
    assert reading.values["names"] == {"fr": "Bureau", "en": "New"}
    assert reading.values["alert"] == "" and "phones" not in reading.values
    assert fields.read({"name_fr": ""}, stored, TODAY).values["names"] == {"en": "Office"}
    assert codes(fields.read({"name": "", "name_fr": ""}, stored, TODAY)) == [("name", "name_missing")]


def test_every_shipped_office_can_be_saved_as_it_is() -> None:
    for path in (ROOT / "data" / "content" / "offices").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                reading = fields.read(row | {"country": row["country"] or "*"}, None, TODAY)
                assert reading.errors == [], row["id"]


@pytest.mark.parametrize(
    ("one", "other", "country"),
    [("+30 210 1234567", "210 1234567", "GR"), ("(0)30 901820", "+49 30 901820", "DE"), ("1404", "14 04", "LY")],
)
def test_spellings_of_one_number_are_the_same(one: str, other: str, country: str) -> None:
    assert dialling.same(one, country) == dialling.same(other, country)


def test_short_codes_of_two_countries_are_not_the_same() -> None:
    assert dialling.same("1404", "LY") != dialling.same("1404", "TN")


def test_an_id_is_made_from_name_country_and_town_in_any_script() -> None:
    assert fields.made_id({"names": {"en": "The Café!"}, "country": "GR", "cities": ["Athens"]}) == "the-café-gr-athens"
    assert fields.made_id({"names": {"ar": "مكتب"}, "country": None}) == "مكتب"
    assert len(fields.made_id({"names": {"en": "x" * 200}})) == 72
    assert fields.made_id({}) == "office" and fields.is_id("office-2") and not fields.is_id("a/b")
    assert Office.__table__.c.id.type.length == 80
