"""Offices changed by people: versions, three versions into one, confirming, and where a duplicate leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.db import Database
from bot.offices import editing, filtering
from bot.offices.filtering import Filter
from bot.tables import Office
from tests.offices.making import NOON, TODAY, an_office

EDITOR = "editor@example.org"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def test_a_change_counts_the_version_up_and_says_what_differs(session: Session) -> None:
    session.add(an_office())
    session.flush()
    office = session.get_one(Office, "one")
    found = editing.change(session, office, {"phones": ["100"], "closed_until": None, "review_due": date(2027, 1, 1)}, EDITOR)
    assert found == {"phones": [["+302101234567"], ["100"]], "review_due": ["2027-05-01", "2027-01-01"]}
    assert (office.version, office.author) == (2, EDITOR)
    assert editing.change(session, office, {"phones": ["100"]}, "other@example.org") == {}
    assert (office.version, office.author) == (2, EDITOR)


def test_a_list_changed_in_place_later_changes_no_other_office(session: Session) -> None:
    one = editing.create(session, {"names": {"en": "A"}, "organization": "Org"}, EDITOR)
    two = editing.create(session, {"names": {"en": "B"}, "organization": "Org"}, EDITOR)
    editing.change(session, one, {"phones": ["100"]}, EDITOR)
    assert two.phones == [] and editing.blank().phones == []


def test_new_offices_of_one_name_get_ids_of_their_own(session: Session) -> None:
    values = {"names": {"en": "Help_Desk"}, "organization": "Org", "country": "GR", "cities": ["Athens"]}
    made = [editing.create(session, values, EDITOR).id for _ in range(3)]
    assert made == ["help_desk-gr-athens", "help_desk-gr-athens-2", "help_desk-gr-athens-3"]


def test_three_versions_become_one_and_only_what_both_changed_is_a_conflict() -> None:
    base = {"alert": "", "phones": ["100"], "url": "a", "note": "n"}
    now = {"alert": "Closed", "phones": ["200"], "url": "a", "note": "same"}
    mine = {"alert": "", "phones": ["300"], "url": "b", "note": "same"}
    merged = editing.merge_edits(base, mine, now)
    assert merged.conflicts == {"phones": (["200"], ["300"])}
    assert merged.theirs == {"alert": ("", "Closed")}
    assert merged.values == {"alert": "Closed", "phones": ["300"], "url": "b", "note": "same"}


def test_dates_of_a_form_and_of_the_database_are_compared_as_days() -> None:
    merged = editing.merge_edits({"checked_on": "2026-11-01"}, {"checked_on": TODAY}, {"checked_on": date(2026, 11, 1)})
    assert merged.conflicts == {} and merged.values == {"checked_on": TODAY}


def test_confirming_sets_the_day_and_the_next_review_sooner_for_unsure_sources(session: Session) -> None:
    session.add_all([an_office(verified=False), an_office(id="unsure", confidence="low", verified=False)])
    session.flush()
    sure, unsure = session.get_one(Office, "one"), session.get_one(Office, "unsure")
    editing.confirm(session, sure, TODAY, EDITOR)
    editing.confirm(session, unsure, TODAY, EDITOR)
    assert sure.verified and sure.checked_on == TODAY and sure.review_due == date(2027, 5, 25)
    assert unsure.review_due == date(2027, 2, 23)


def test_a_merged_office_resolves_to_the_last_of_its_chain_and_a_circle_to_none(session: Session) -> None:
    session.add_all([an_office(id="a", merged_into="b"), an_office(id="b", merged_into="c"), an_office(id="c")])
    session.add_all([an_office(id="x", merged_into="y"), an_office(id="y", merged_into="x")])
    session.flush()
    found = editing.resolve(session, "a")
    assert found is not None and found.id == "c"
    assert editing.resolve(session, "x") is None
    assert editing.resolve(session, "nowhere") is None and editing.resolve(session, None) is None


def test_a_merged_office_that_is_made_active_again_is_its_own(session: Session) -> None:
    session.add(an_office(status="defunct", merged_into="other"))
    session.flush()
    office = session.get_one(Office, "one")
    editing.change(session, office, {"alert": "x"}, EDITOR)
    assert office.merged_into == "other"
    editing.change(session, office, {"status": "active"}, EDITOR)
    assert office.merged_into is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"holidays": ["2026-11-24"]}, False),
        ({"schedule": "Mo-Fr 13:00-16:00"}, False),
        ({"schedule": ""}, None),
        ({"country": "US"}, None),
        ({"country": "US", "schedule": "24/7"}, True),
        ({"status": "temporarily closed"}, False),
        ({"status": "temporarily closed", "closed_until": date(2026, 11, 23)}, True),
        ({"status": "inactive"}, False),
    ],
)
def test_open_now_is_said_only_where_it_is_known(values: dict[str, object], expected: bool | None) -> None:
    assert editing.is_open_now(an_office(**values), NOON) is expected


def test_a_preview_is_no_row_and_changes_nothing(session: Session) -> None:
    session.add(an_office())
    session.flush()
    office = session.get_one(Office, "one")
    seen = editing.preview(office, {"phones": ["100"], "version": 9})
    seen.cities.append("Piraeus")
    session.flush()
    assert office.cities == ["Athens"] and seen.phones == ["100"] and seen not in session


# Looking for offices


@pytest.fixture
def many(session: Session) -> Session:
    session.add_all(
        [
            an_office(id="athens", names={"en": "Legal aid", "ar": "مساعدة قانونية"}, needs=["legal"]),
            an_office(id="tunis", country="TN", cities=["Tunis"], needs=["asylum"], verified=False, kind="hotline"),
            an_office(id="late", review_due=date(2026, 11, 23), languages=["ar", "fr"]),
            an_office(id="soon", review_due=date(2026, 12, 1), lat=None, lon=None, names={"fr": "Bureau d'Été"}),
            an_office(id="shut", status="temporarily closed", closed_until=date(2026, 11, 30)),
            an_office(id="over", status="temporarily closed", closed_until=date(2026, 11, 1)),
            an_office(id="gone", status="defunct", review_due=date(2020, 1, 1), verified=False),
            an_office(id="idle", status="inactive", review_due=date(2020, 1, 1), verified=False, needs=[]),
            an_office(id="all", country=None, phones=["116000"]),
        ]
    )
    session.flush()
    return session


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), {"athens", "tunis", "late", "soon", "shut", "over", "idle", "all"}),
        (Filter(status="all"), {"athens", "tunis", "late", "soon", "shut", "over", "gone", "idle", "all"}),
        (Filter(status="defunct"), {"gone"}),
        (Filter(status="temporarily closed"), {"shut", "over"}),
        (Filter(country="TN"), {"tunis"}),
        (Filter(country="none"), {"all"}),
        (Filter(kind="hotline"), {"tunis"}),
        (Filter(need="legal"), {"athens"}),
        (Filter(need="none"), {"idle"}),
        (Filter(language="ar"), {"late"}),
        (Filter(due="over"), {"late"}),
        (Filter(due="soon"), {"soon"}),
        (Filter(unverified=True), {"tunis"}),
        (Filter(unplaced=True), {"soon"}),
        (Filter(text="ete BUREAU"), {"soon"}),
        (Filter(text="قانونية"), {"athens"}),
        (Filter(text="116000"), {"all"}),
        (Filter(text="tunis"), {"tunis"}),
        (Filter(text="nothing like it"), set()),
    ],
)
def test_a_filter_finds_what_it_says(many: Session, wanted: Filter, ids: set[str]) -> None:
    assert {office.id for office in filtering.page(many, wanted, TODAY).offices} == ids
    assert {office.id for office in filtering.everything(many, wanted, TODAY)} == ids


def test_what_waits_is_counted_as_the_filters_find_it(many: Session) -> None:
    found = filtering.counts(many, TODAY)
    assert (found.shown, found.due, found.soon, found.unverified, found.closed, found.over) == (7, 1, 1, 1, 1, 1)
    assert filtering.page(many, Filter(due="over"), TODAY).total == found.due
    assert filtering.page(many, Filter(unverified=True), TODAY).total == found.unverified


def test_pages_are_whole_and_a_page_beyond_the_last_is_the_last(many: Session) -> None:
    first, second = (filtering.page(many, Filter(), TODAY, number, size=5) for number in (1, 2))
    assert (len(first.offices), len(second.offices), first.total, first.pages) == (5, 3, 8, 2)
    assert not {office.id for office in first.offices} & {office.id for office in second.offices}
    assert filtering.page(many, Filter(), TODAY, 99, size=5).number == 2


def test_the_number_of_queries_does_not_grow_with_the_offices(database: Database) -> None:
    with database.write() as session:
        session.add_all([an_office(id=f"office-{number}") for number in range(120)])
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with database.read() as session:
        filtering.page(session, Filter(text="office"), TODAY, 2, size=50)
        filtering.counts(session, TODAY)
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) == 3


def test_due_offices_can_be_read_in_the_order_in_which_they_wait(many: Session) -> None:
    many.add(an_office(id="never", review_due=None))
    many.flush()
    found = [office.id for office in filtering.page(many, Filter(order="due"), TODAY).offices]
    assert found[0] == "idle" and found[1] == "late" and found[-1] == "never"


def test_two_editors_who_save_at_once_follow_one_another(database: Database) -> None:
    with database.write() as session:
        session.add(an_office())
    with database.write() as session:
        held = editing.locked(session, "one")
        assert held is not None and held.version == 1
        editing.change(session, held, {"alert": "x"}, EDITOR)
    with database.write() as session:
        again = editing.locked(session, "one")
        assert again is not None and again.version == 2
        assert editing.locked(session, "nowhere") is None


def test_local_noon_is_that_of_the_country() -> None:
    late = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 17:00 in Athens
    assert editing.is_open_now(an_office(), late) is False
