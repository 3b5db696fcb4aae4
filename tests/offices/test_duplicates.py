"""Two rows for one office: found, looked at, and made one without losing what pointed to either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot import offices
from bot.db import Database
from bot.nlu.places import Place
from bot.offices import duplicates, editing
from bot.tables import Office
from tests.offices.making import TODAY, an_office

EDITOR = "editor@example.org"
ATHENS = Place("Athens", "GR", 37.98, 23.73, "city", 664_046, "Athens")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def pairs(session: Session, one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, str]]:
    base: dict[str, Any] = {"phones": [], "precision": "city"}
    session.add_all([an_office(id="a", **base | one), an_office(id="b", **base | other)])
    session.flush()
    return [(pair.first, pair.second) for pair in duplicates.candidates(session)]


NAME, OTHER = {"names": {"en": "Legal Aid Centre Athens"}}, {"names": {"en": "Athens legal-aid centre"}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NAME, OTHER),
        (NAME, {"names": {"en": "Légal Aid Centre, Athéns"}}),
        ({"phones": ["+302101234567"], **NAME}, {"phones": ["210 123 4567"], "names": {"en": "Athens aid center (legal)"}}),
        ({"phones": ["1404"], "names": {"en": "Line"}}, {"phones": ["1404"], "names": {"ar": "خط"}}),
        (
            {"precision": "exact", "lat": 37.98, "lon": 23.73, **NAME, "organization": "A"},
            {"precision": "exact", "lat": 37.981, "lon": 23.731, "cities": [], "names": {"en": "Legal Aid Center"}},
        ),
    ],
)
def test_what_may_be_one_office_is_found(session: Session, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert pairs(session, one, other) == [("a", "b")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NAME, {"names": {"en": "Medical Centre"}}),
        (NAME, OTHER | {"cities": ["Thessaloniki"]}),
        (NAME, OTHER | {"country": "CY"}),
        (NAME, OTHER | {"status": "defunct"}),
        (NAME, OTHER | {"kind": "hotline"}),
        (
            NAME | {"precision": "exact", "lat": 37.98, "lon": 23.73},
            OTHER | {"precision": "exact", "lat": 38.05, "lon": 23.80},
        ),
        ({"phones": ["1404"], "names": {"en": "Office Sfax"}, "cities": ["Sfax"]}, {"phones": ["1404"], "cities": ["Zarzis"]}),
        ({"phones": ["1404"], "country": "LY"}, {"phones": ["1404"], "country": "TN", "cities": []}),
    ],
)
def test_what_is_two_offices_is_left_alone(session: Session, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert pairs(session, one, other) == []


def test_the_surest_pair_comes_first(session: Session) -> None:
    session.add_all(
        [
            an_office(id="a", phones=["100"], precision="city"),
            an_office(id="b", phones=["+302101234567"], names={"en": "Office."}, precision="city"),
            an_office(id="c", phones=["+302101234567"], names={"en": "Office"}, precision="city"),
        ]
    )
    session.flush()
    found = duplicates.candidates(session)
    assert (found[0].first, found[0].second, found[0].phone) == ("b", "c", "+302101234567")
    assert len(found) == 3 and found[0].strength > found[1].strength


def test_a_pair_that_somebody_settled_does_not_come_back(session: Session) -> None:
    assert pairs(session, NAME, OTHER) == [("a", "b")]
    duplicates.keep_apart(session, "b", "a")
    duplicates.keep_apart(session, "x", "y")
    assert duplicates.candidates(session) == []
    assert duplicates.distinct(session) == {("a", "b"), ("x", "y")}
    assert duplicates.of(session, session.get_one(Office, "a")) == []


def test_a_form_warns_of_what_is_already_there_before_it_is_saved(session: Session) -> None:
    session.add(an_office(id="a", precision="city", **NAME))
    session.flush()
    draft = editing.preview(None, {**OTHER, "country": "GR", "cities": ["Athens"], "organization": "Org"})
    [pair] = duplicates.of(session, draft)
    assert pair.second == "a" and draft not in session


def test_merging_keeps_what_was_chosen_and_leads_from_the_other(session: Session) -> None:
    session.add_all(
        [
            an_office(id="a", names={"en": "A", "fr": "A fr"}, phones=["100"], alert="old", needs=["asylum"], url=""),
            an_office(
                id="b", names={"en": "B", "ar": "ب"}, phones=["200", "100"], alert="new", needs=["legal"], url="https://b.org"
            ),
            an_office(id="c", status="defunct", merged_into="b"),
        ]
    )
    session.flush()
    kept, other = session.get_one(Office, "a"), session.get_one(Office, "b")
    choices: dict[str, duplicates.Choice] = {"phones": "both", "names": "both", "alert": "other", "url": "other"}
    of_kept, of_other = duplicates.merge(session, kept, other, choices, EDITOR)
    assert kept.names == {"ar": "ب", "en": "A", "fr": "A fr"} and kept.phones == ["100", "200"]
    assert (kept.alert, kept.url, kept.needs) == ("new", "https://b.org", ["asylum"])
    assert set(of_kept) == {"names", "phones", "alert", "url"} and set(of_other) == {"status"}
    assert (other.status, other.merged_into, kept.version, other.version) == ("defunct", "a", 2, 2)
    for office_id in ("a", "b", "c"):
        found = editing.resolve(session, office_id)
        assert found is not None and found.id == "a"


def test_contacts_get_the_merged_office_once_and_never_the_other(session: Session) -> None:
    session.add_all([an_office(id="a"), an_office(id="b")])
    session.flush()
    duplicates.merge(session, session.get_one(Office, "a"), session.get_one(Office, "b"), {}, EDITOR)
    assert [match.office.id for match in offices.search(session, "asylum", ATHENS, None, None, TODAY, limit=9)] == ["a"]


def test_the_number_of_queries_does_not_grow_with_the_offices(database: Database) -> None:
    with database.write() as session:
        session.add_all([an_office(id=f"office-{number}", names={"en": f"Office {number}"}) for number in range(150)])
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with database.read() as session:
        assert duplicates.candidates(session)
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) == 2


def test_the_shipped_offices_hold_no_duplicates(sqlite: Database) -> None:
    import csv

    from bot.settings import ROOT

    with sqlite.write() as session:
        for path in (ROOT / "data" / "content" / "offices").glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                offices.load_rows(session, list(csv.DictReader(file)), path.name)
        assert session.scalars(select(Office.id)).all()
        assert duplicates.candidates(session) == []
