"""HSDS 3.0: what others read from us fits the specification, and what they send is understood."""

from __future__ import annotations

import copy
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import offices
from bot.db import Database
from bot.offices import exchange, hsds, importing
from bot.offices.tabular import Unreadable
from bot.settings import ROOT
from bot.tables import Office
from tests.conftest import SHARED
from tests.offices.making import TODAY, an_office

SPECIFICATION = SHARED / "data" / "hsds"
CONTENT = ROOT / "data" / "content" / "offices"
FULL: dict[str, Any] = {
    "names": {"en": "Office", "fr": "Bureau", "ar": "مكتب"},
    "addresses": {"en": "1 Street", "ar": "شارع ١"},
    "schedule": "Mo-Th 08:00-12:00,13:00-17:00; Fr 08:00-12:00; PH off",
    "hours": "Mornings and afternoons",
    "holidays": ["2026-12-25", "2026-12-26"],
    "languages": ["ar", "fr"],
    "phones": ["+302101234567", "1404"],
    "status": "temporarily closed",
    "closed_until": TODAY,
    "alert": "=1+1",
    "safety": "By appointment only",
    "email": "office@example.org",
    "url": "https://example.org",
    "note": "A note",
    "needs": ["asylum", "legal"],
    "cities": ["Athens", "Piraeus"],
}


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.write() as opened:
        yield opened


@pytest.fixture
def shipped(session: Session) -> Session:
    for path in sorted(CONTENT.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            assert offices.load_rows(session, list(csv.DictReader(file)), path.name) == []
    return session


def everything(session: Session) -> list[Office]:
    return list(session.scalars(select(Office).order_by(Office.id)))


def service_of(**values: Any) -> dict[str, Any]:
    [service] = hsds.document([an_office(**values)])["contents"]
    return dict(service)


def planned(session: Session, found: Any) -> importing.Line:
    rows = exchange.read(json.dumps(found).encode(), hsds.known(session.scalars(select(Office.id))), TODAY)
    return importing.plan(session, rows, TODAY).lines[0]


@pytest.mark.parametrize("kind", exchange.FORMATS)
def test_every_shipped_office_survives_going_out_and_coming_back(shipped: Session, kind: str) -> None:
    stored = everything(shipped)
    content = exchange.write(kind, stored, ("fr", "es", "ar"), TODAY).content
    rows = exchange.read(content, hsds.known(office.id for office in stored), TODAY)
    plan = importing.plan(shipped, rows, TODAY)
    assert len(plan.lines) == len(stored) > 200
    assert [line for line in plan.lines if line.fate != "unchanged"] == []


@pytest.mark.parametrize("kind", exchange.FORMATS)
def test_an_office_with_every_field_survives_going_out_and_coming_back(session: Session, kind: str) -> None:
    french = an_office(id="two", names={"fr": "Bureau"}, addresses={"fr": "1 rue"}, schedule="Mo-Su off", country=None)
    session.add_all([an_office(**FULL), french, an_office(id="three", schedule="24/7; PH 10:00-12:00", needs=[])])
    session.flush()
    content = exchange.write(kind, everything(session), (), TODAY).content
    plan = importing.plan(session, exchange.read(content, {}, TODAY), TODAY)
    assert [(line.fate, line.differences) for line in plan.lines] == [("unchanged", {})] * 3


def test_an_export_into_an_empty_directory_makes_the_same_offices(database: Database) -> None:
    office = an_office(**FULL)
    content = exchange.write("json", [office], (), TODAY).content
    with database.write() as session:
        plan = importing.plan(session, exchange.read(content, {}, TODAY), TODAY)
        [(made, fate, _)] = importing.apply(session, plan, "editor@example.org")
        assert (fate, made.id) == ("new", "one")
        assert all(getattr(made, name) == value for name, value in FULL.items())


def test_ids_are_the_same_in_every_export_and_differ_between_offices() -> None:
    assert service_of() == service_of()
    one, two = service_of(), service_of(id="two")
    assert one["organization"]["id"] == two["organization"]["id"]
    assert one["id"] != two["id"]
    assert one["service_at_locations"][0]["location"]["id"] != two["service_at_locations"][0]["location"]["id"]


def test_hours_are_objects_with_days_and_times_and_holidays_are_closed_days() -> None:
    schedules = service_of(**FULL)["service_at_locations"][0]["schedules"]
    assert [(s["byday"], s["opens_at"], s["closes_at"]) for s in schedules if "byday" in s] == [
        ("MO,TU,WE,TH,FR", "08:00", "12:00"),
        ("MO,TU,WE,TH", "13:00", "17:00"),
    ]
    assert [(s["valid_from"], s["valid_to"]) for s in schedules if "byday" not in s] == [
        ("2026-12-25", "2026-12-25"),
        ("2026-12-26", "2026-12-26"),
    ]


def test_a_line_without_a_door_is_a_virtual_location() -> None:
    line = {"kind": "hotline", "addresses": {}, "cities": [], "lat": None, "lon": None, "precision": "country"}
    location = service_of(**line)["service_at_locations"][0]["location"]
    assert location["location_type"] == "virtual" and "latitude" not in location and location["addresses"] == []


def test_no_mail_address_of_staff_leaves_the_house() -> None:
    assert "editor@example.org" not in json.dumps(service_of(author="editor@example.org"))


@pytest.mark.skipif(not SPECIFICATION.is_dir(), reason="the specification's files are not here")
def test_every_object_fits_the_schema_of_the_specification(shipped: Session) -> None:
    import jsonschema

    folder = SPECIFICATION / "schema"
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    resolver = jsonschema.RefResolver("", {}, store=schemas | {f"/{name}": schema for name, schema in schemas.items()})
    check = {name: jsonschema.Draft7Validator(schemas[f"{name}.json"], resolver=resolver) for name in _SCHEMA.values()}
    found = hsds.tables([*everything(shipped), an_office(**FULL)])
    assert set(_SCHEMA) == set(found)
    for table, rows in found.items():
        allowed = set(schemas[f"{_SCHEMA[table]}.json"]["properties"])
        for row in rows:
            flat = {key: value for key, value in row.items() if key in allowed}
            assert list(check[_SCHEMA[table]].iter_errors(flat)) == [], (table, flat)
    for service in hsds.document([an_office(**FULL)])["contents"]:
        assert list(check["service"].iter_errors(service)) == []
        assert set(service) <= set(schemas["service.json"]["properties"])


_SCHEMA = {
    "organizations": "organization",
    "services": "service",
    "locations": "location",
    "service_at_locations": "service_at_location",
    "addresses": "address",
    "phones": "phone",
    "schedules": "schedule",
    "languages": "language",
    "service_areas": "service_area",
    "attributes": "attribute",
    "taxonomy_terms": "taxonomy_term",
    "taxonomies": "taxonomy",
}


def test_no_cell_of_the_tables_is_a_formula_and_ids_tie_them() -> None:
    with zipfile.ZipFile(io.BytesIO(hsds.write_zip([an_office(**FULL)]))) as packed:
        tables = {name: list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig")))) for name in packed.namelist()}
    assert [t for rows in tables.values() for row in rows for t in row.values() if t[:1] in ("=", "+", "@", "-")] == []
    [service], [place] = tables["services.csv"], tables["service_at_locations.csv"]
    assert place["service_id"] == service["id"]
    assert {row["service_at_location_id"] for row in tables["phones.csv"]} == {place["id"]}
    assert {row["link_id"] for row in tables["attributes.csv"]} == {service["id"]}
    assert service["organization_id"] == tables["organizations.csv"][0]["id"]


# What others send


def foreign() -> dict[str, Any]:
    return {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "Counselling",
        "status": "active",
        "organization": {"id": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "name": "Example", "website": "https://example.org"},
        "languages": [{"id": "1", "name": "Urdu"}, {"id": "2", "code": "eng"}],
        "service_at_locations": [
            {
                "id": "e94c9f38-1e8f-4564-91d4-d53501ab1765",
                "phones": [{"id": "3", "number": '"+30 210 1234567"'}],
                "schedules": [
                    {"id": "4", "freq": "WEEKLY", "byday": "MO,TU", "opens_at": "10:00:00+02:00", "closes_at": "18:00"},
                    {"id": "5", "freq": "WEEKLY", "byday": "SA", "opens_at": "22:00Z", "closes_at": "02:00Z"},
                ],
                "location": {
                    "id": "6",
                    "location_type": "physical",
                    "latitude": 38.0,
                    "longitude": 23.7,
                    "addresses": [{"address_1": "1 Street", "postal_code": "10431", "city": "Athens", "country": "GR"}],
                },
            }
        ],
    }


def test_a_service_of_another_directory_becomes_an_office(session: Session) -> None:
    line = planned(session, [foreign()])
    assert (line.fate, line.office_id) == ("new", "hsds-e94c9f38-1e8f-4564-91d4-d53501ab1765")
    assert [problem.code for problem in line.problems] == ["needs_missing"]
    assert line.values["addresses"] == {"en": "1 Street, 10431 Athens"} and line.values["cities"] == ["Athens"]
    assert line.values["schedule"] == "Mo-Tu 10:00-18:00; Sa 22:00-02:00"
    assert line.values["languages"] == ["ur", "en"] and line.values["phones"] == ["+302101234567"]
    assert line.values["precision"] == "city" and line.values["url"] == "https://example.org"
    assert not line.values.get("verified")


def test_the_same_service_in_every_shape_of_the_specification_is_the_same_office(session: Session) -> None:
    one = foreign()
    place = one["service_at_locations"][0]
    bare = {key: value for key, value in one.items() if key not in ("organization", "service_at_locations")}
    shapes: list[Any] = [
        one,
        [one],
        {"total_items": 1, "contents": [one]},
        [{**one["organization"], "services": [{**bare, "service_at_locations": [place]}]}],
        [{**place, "service": {**bare, "organization": one["organization"]}}],
        {
            "services.csv": [{**bare, "organization_id": one["organization"]["id"], "languages": None}],
            "organizations.csv": [one["organization"]],
            "locations.csv": [{"id": "6", "latitude": "38.0", "longitude": "23.7"}],
            "service_at_location.csv": [{"id": place["id"], "service_id": one["id"], "location_id": "6"}],
            "addresses.csv": [{**place["location"]["addresses"][0], "location_id": "6"}],
            "phones.csv": [{**place["phones"][0], "service_at_location_id": place["id"]}],
            "schedules.csv": [{**row, "service_at_location_id": place["id"]} for row in place["schedules"]],
            "languages.csv": [{**row, "service_id": one["id"]} for row in one["languages"]],
        },
    ]
    values = [planned(session, shape).values for shape in shapes]
    assert all(found == values[0] for found in values)


def test_a_service_in_two_places_is_two_offices_with_the_names_of_both(session: Session) -> None:
    one = foreign()
    second = copy.deepcopy(one["service_at_locations"][0]) | {"id": "22222222-2222-4222-8222-222222222222"}
    second["location"] |= {"name": "North"}
    one["service_at_locations"].append(second)
    rows = exchange.read(json.dumps(one).encode(), {}, TODAY)
    plan = importing.plan(session, rows, TODAY)
    assert [line.name for line in plan.lines] == ["Counselling", "Counselling, North"]
    assert len({line.office_id for line in plan.lines}) == 2


def test_a_file_that_lost_our_attributes_takes_nothing_away(session: Session) -> None:
    office = FULL | {"verified": False, "cities": ["Athens"], "kind": "legal_aid"}
    session.add(an_office(**office))
    session.flush()
    service = service_of(**office)
    del service["attributes"], service["url"], service["service_at_locations"][0]["schedules"]
    service["service_at_locations"][0]["location"] |= {"external_identifier": "", "external_identifier_type": ""}
    line = planned(session, service)
    assert (line.office_id, line.fate, line.differences) == ("one", "unchanged", {})


def test_whoever_changes_the_hours_is_believed_though_our_own_notation_stands_beside(session: Session) -> None:
    session.add(an_office(**FULL | {"verified": False}))
    session.flush()
    service = service_of(**FULL | {"verified": False})
    service["service_at_locations"][0]["schedules"][1]["closes_at"] = "18:00"
    line = planned(session, service)
    assert list(line.differences) == ["schedule"]
    assert line.differences["schedule"][1] == "Mo-Th 08:00-12:00,13:00-18:00; Fr 08:00-12:00"


@pytest.mark.parametrize(
    "rule",
    [
        {"freq": "MONTHLY", "byday": "1MO", "opens_at": "10:00", "closes_at": "12:00"},
        {"freq": "WEEKLY", "interval": 2, "byday": "MO", "opens_at": "10:00", "closes_at": "12:00"},
        {"freq": "WEEKLY", "byday": "MO", "opens_at": "noon", "closes_at": "13:00"},
        {"description": "Ring the bell"},
    ],
)
def test_hours_that_weekdays_cannot_say_are_left_to_words(session: Session, rule: dict[str, Any]) -> None:
    one = foreign()
    one["service_at_locations"][0]["schedules"] = [rule | {"description": "Ring the bell"}]
    line = planned(session, one)
    assert line.values.get("schedule", "") == "" and line.values["hours"] == "Ring the bell"


def test_hours_of_another_year_are_not_those_of_today(session: Session) -> None:
    one = foreign()
    for rule in one["service_at_locations"][0]["schedules"]:
        rule |= {"valid_from": "2020-01-01", "valid_to": "2020-12-31"}
    assert planned(session, one).values.get("schedule", "") == ""


def test_a_service_without_a_country_is_refused_and_not_offered_everywhere(session: Session) -> None:
    one = foreign()
    del one["service_at_locations"][0]["location"]["addresses"][0]["country"]
    line = planned(session, one)
    assert line.fate == "refused" and ("country", "country_missing") in [(p.column, p.code) for p in line.problems]


@pytest.mark.parametrize(
    "damage",
    [
        {"organization": "text"},
        {"languages": [1, None]},
        {"service_at_locations": [{"location": [], "phones": {}}]},
        {"attributes": 5},
    ],
)
def test_a_damaged_document_is_read_as_far_as_it_goes(session: Session, damage: dict[str, Any]) -> None:
    assert planned(session, foreign() | damage).fate in ("new", "refused")


def test_a_file_that_unpacks_to_a_very_large_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hsds.reading, "MOST_UNPACKED", 100_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("services.csv", "id,name\n" + "a,b\n" * 30_000)
    with pytest.raises(Unreadable) as refused:
        exchange.read(file.getvalue(), {}, TODAY)
    assert refused.value.code == "too_large"


@pytest.mark.skipif(not SPECIFICATION.is_dir(), reason="the specification's files are not here")
def test_the_examples_of_the_specification_are_read(session: Session) -> None:
    for name in ("service_full", "organization_full", "service_at_location_full", "service_list", "tabular"):
        content = (SPECIFICATION / "examples" / f"{name}.json").read_bytes()
        [source] = exchange.read(content, {}, TODAY)
        assert source.row["name"] == "Community Counselling"
        assert source.row["organization"] == "Example Organization Inc."
