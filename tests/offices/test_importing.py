"""Files of offices: read back unchanged, nothing stored before somebody agrees, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import offices
from bot.db import Database
from bot.offices import exchange, importing, tabular
from bot.offices.importing import Source
from bot.offices.tabular import Unreadable
from bot.tables import Office
from tests.offices.making import TODAY, an_office

EDITOR = "editor@example.org"
GOOD = {"id": "new", "organization": "Org", "name": "New office", "country": "GR", "needs": "asylum"}
TRICKY = {
    "names": {"en": "=HYPERLINK(A1)", "ar": "مكتب"},
    "phones": ["+302101234567", "1404"],
    "alert": "-2+3",
    "note": "'quoted'",
    "safety": "@home\tor not",
    "lat": -1.2833,
    "lon": 36.8167,
    "holidays": ["2026-12-25"],
    "languages": ["ar", "fr"],
    "hours": 'Says "ring"; then, wait',
    "closed_until": TODAY,
    "status": "temporarily closed",
}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def fates(plan: importing.Plan) -> list[tuple[str, str]]:
    return [(line.office_id, line.fate) for line in plan.lines]


def test_a_table_read_back_changes_nothing(session: Session) -> None:
    session.add_all([an_office(**TRICKY), an_office(id="two", country=None), an_office(id="three", country="EU", needs=[])])
    session.flush()
    stored = list(session.scalars(select(Office).order_by(Office.id)))
    stored[0].safety = "@home or not"  # white space is made plain wherever a text is read
    content = tabular.write(stored, ("fr",))
    plan = importing.plan(session, tabular.read(content), TODAY)
    assert fates(plan) == [("one", "unchanged"), ("three", "unchanged"), ("two", "unchanged")]


def test_no_cell_of_a_table_is_a_formula() -> None:
    for content in (tabular.write([an_office(**TRICKY)]),):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        cells = [cell for row in rows for cell in row]
        assert [cell for cell in cells if cell[:1] in tuple("=+@\t\r＝＋－＠")] == []
        assert [cell for cell in cells if cell.startswith("-")] == ["-1.2833"]
        assert "'=HYPERLINK(A1)" in cells and "'-2+3" in cells and "'quoted'" in cells


@pytest.mark.parametrize("text", ["=1+1", "+30", "-2+3", "@x", "\tx", "＝x", "'quoted'", "plain", "-1.5", "1", ""])
def test_guarding_can_be_undone(text: str) -> None:
    assert tabular.unguarded(tabular.guarded(text)) == text


def test_a_table_of_ours_can_be_loaded_as_content(sqlite: Database) -> None:
    with sqlite.write() as session:
        content = tabular.write([an_office(id="two", country=None), an_office(id="three", country="EU")], ("fr", "es"))
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        rows = [{key: tabular.unguarded(text) for key, text in row.items()} for row in rows]
        assert offices.load_rows(session, rows, "test") == []
        assert session.get_one(Office, "two").country is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_of_several_programs_are_read(separator: str, encoding: str) -> None:
    text = separator.join(("ID", " Name ", "country")) + "\r\n" + separator.join(("a", "Café", "")) + "\r\n\r\n"
    [source] = tabular.read(text.encode(encoding))
    assert source == Source({"id": "a", "name": "Café", "country": "*"}, 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"  \n", "empty_file"),
        (b"id,name\n", "empty_file"),
        (b"a,b\n1,2\n", "no_header"),
        (b"id,name,name\na,b,c\n", "column_twice"),
        (b"id,name,fone\na,b,c\n", "column_unknown"),
        (b"id,name\na,b,c\n", "too_many_cells"),
        (b"id,name\na,\xff\xfe\n", "not_utf8"),
        (b'id,name\na,"b\n', "no_table"),
        (b"{not json", "no_json"),
        (b"[1, 2]", "no_hsds"),
        (b'{"a": [{}]}', "no_hsds"),
        (b"PK\x03\x04 broken", "no_zip"),
        (b"[" * 100_000, "no_json"),
        (b"x" * 8_000_001, "too_large"),
        (b"id,name\n" + b"a,b\n" * 5001, "too_many_rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        exchange.read(content, {}, TODAY)
    assert refused.value.code == code


def test_a_dry_run_tells_each_line_and_stores_nothing(database: Database) -> None:
    with database.write() as session:
        session.add_all([an_office(verified=False), an_office(id="same"), an_office(id="checked")])
    rows = [
        Source(GOOD, 2),
        Source({"id": "one", "alert": "Moved"}, 3),
        Source({"id": "same", "alert": ""}, 4),
        Source({"id": "checked", "alert": "Moved"}, 5),
        Source(GOOD | {"id": "bad", "phones": "call us"}, 6),
        Source(GOOD | {"name": "Again"}, 7),
        Source(GOOD | {"id": "no/id"}, 8),
        Source(GOOD | {"id": "doubt", "phones": "9999999"}, 9),
    ]
    with database.write() as session:
        plan = importing.plan(session, rows, TODAY)
    assert [(line.line, line.fate) for line in plan.lines] == [
        (2, "new"),
        (3, "changed"),
        (4, "unchanged"),
        (5, "refused"),
        (6, "refused"),
        (7, "refused"),
        (8, "refused"),
        (9, "new"),
    ]
    reasons = {line.line: [problem.code for problem in line.problems] for line in plan.lines if line.problems}
    assert reasons == {
        5: ["verified_stays"],
        6: ["phone_unreadable"],
        7: ["id_twice"],
        8: ["id_unreadable"],
        9: ["phone_unusual"],
    }
    assert plan.lines[1].differences == {"alert": ["", "Moved"]}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Office)) == 3


def test_what_was_agreed_is_applied_at_once(database: Database) -> None:
    with database.write() as session:
        session.add(an_office(verified=False))
    rows = [Source(GOOD, 2), Source({"id": "one", "alert": "Moved"}, 3), Source({"id": "bad", "name": ""}, 4)]
    with database.write() as session:
        plan = importing.plan(session, rows, TODAY, lock=True)
        done = importing.apply(session, plan, EDITOR)
        assert [(office.id, fate) for office, fate, _ in done] == [("one", "changed"), ("new", "new")]
    with database.read() as session:
        one, new = session.get_one(Office, "one"), session.get_one(Office, "new")
        assert (one.alert, one.version, one.author) == ("Moved", 2, EDITOR)
        assert (new.names, new.status, new.version, new.author) == ({"en": "New office"}, "active", 1, EDITOR)
        assert session.get(Office, "bad") is None


def test_the_digest_changes_when_somebody_else_changes_an_office_meanwhile(session: Session) -> None:
    session.add(an_office(verified=False))
    session.flush()
    rows = [Source({"id": "one", "alert": "Moved"}, 2)]
    before = importing.plan(session, rows, TODAY).digest
    assert importing.plan(session, rows, TODAY).digest == before
    session.get_one(Office, "one").version += 1
    session.flush()
    assert importing.plan(session, rows, TODAY).digest != before


def test_a_verified_office_is_changed_only_on_demand_and_is_then_no_longer_verified(session: Session) -> None:
    session.add(an_office())
    session.flush()
    rows = [Source({"id": "one", "alert": "Moved"}, 2)]
    assert importing.plan(session, rows, TODAY).lines[0].fate == "refused"
    line = importing.plan(session, rows, TODAY, replace_verified=True).lines[0]
    assert line.fate == "changed" and line.differences == {"alert": ["", "Moved"], "verified": [True, False]}
    said = [Source({"id": "one", "alert": "Moved", "verified": "yes"}, 2)]
    assert importing.plan(session, said, TODAY).lines[0].fate == "changed"


def test_rows_without_an_id_find_their_office_again_the_next_time(database: Database) -> None:
    row = {"organization": "Org", "name": "New office", "country": "GR", "city": "Athens", "needs": "asylum"}
    rows = [Source(row, 2), Source(row, 3)]
    with database.write() as session:
        importing.apply(session, importing.plan(session, rows, TODAY), EDITOR)
    with database.read() as session:
        assert set(session.scalars(select(Office.id))) == {"new-office-gr-athens", "new-office-gr-athens-2"}
        assert [line.fate for line in importing.plan(session, rows, TODAY).lines] == ["unchanged", "unchanged"]


def test_a_file_does_not_bring_back_what_was_merged_away(session: Session) -> None:
    session.add(an_office(status="defunct", merged_into="two", verified=False))
    session.flush()
    [line] = importing.plan(session, [Source({"id": "one", "status": "active"}, 2)], TODAY).lines
    assert line.fate == "refused" and line.problems[0].code == "merged_away"
