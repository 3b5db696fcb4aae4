"""The audit as an admin reads and exports it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import DBAPIError

from bot import audit
from bot.console import audit_log
from bot.db import Database, utcnow
from bot.tables import AuditEvent
from tests.console.conftest import Console, text_of


def note(
    console: Console, action: str = "case.viewed", actor: str = "editor@example.org", at: datetime | None = None, **more: object
) -> int:
    given = {"kind": "case", "object_id": "7", "detail": {}} | more
    with console.database.write() as session:
        row = AuditEvent(at=at or utcnow(), actor=actor, action=action, **given)
        session.add(row)
        session.flush()
        return row.id


def ids(page: str) -> list[str]:
    """Object ids in the order of the page's rows."""
    return re.findall(r'object=[\w-]+[^"]*"><bdi>([\w-]+)</bdi>', page)


def rows(console: Console, path: str) -> list[dict[str, str]]:
    answer = console.as_("admin").get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_the_newest_event_comes_first_with_its_words(console: Console) -> None:
    note(console, object_id="1")
    note(
        console,
        object_id="2",
        action="answer.published",
        kind="answer",
        detail={"topic": "asylum", "review": {"before": None, "after": "due"}},
    )
    page = console.as_("admin").get("/console/audit")
    assert ids(page.text)[:2] == ["2", "1"]
    assert "Looked at a case case.viewed" in text_of(page)
    assert "topic: asylum" in text_of(page)
    assert "review: – → due" in text_of(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor=EDITOR@example.org", ["4", "3", "1"]),
        ("action=case.viewed", ["1"]),
        ("action=case.", ["3", "2", "1"]),
        ("action=%25", []),
        ("kind=answer", ["4"]),
        ("kind=case&object=3", ["3"]),
        ("since=2026-02-02&until=2026-02-03", ["3", "2"]),
        ("actor=editor@example.org&action=case&until=2026-02-02", ["1"]),
    ],
)
def test_events_are_narrowed_in_the_address(console: Console, query: str, found: list[str]) -> None:
    day = datetime(2026, 2, 1, 23, 59, tzinfo=UTC)
    note(console, object_id="1", at=day)
    note(console, "case.closed", "other@example.org", object_id="2", at=day + timedelta(minutes=2))
    note(console, "case.taken", object_id="3", at=day + timedelta(days=2))
    note(console, "answer.published", object_id="4", kind="answer", at=day + timedelta(days=2, minutes=2))
    page = console.as_("admin").get(f"/console/audit?{query}")
    assert ids(page.text) == found
    exported = [row["object_id"] for row in rows(console, f"/console/audit/export.csv?{query}")]
    assert exported == list(reversed(found))


def test_pages_go_by_number_so_that_new_events_do_not_move_them(console: Console) -> None:
    for n in range(130):
        note(console, object_id=f"n{n}")
    browser = console.as_("admin")
    first = browser.get("/console/audit?kind=case").text
    following = re.search(r'href="(/console/audit\?kind=case&amp;before=\d+)"', first)
    assert following is not None
    note(console, object_id="late")
    second = browser.get(following[1].replace("&amp;", "&")).text
    assert [*ids(first), *ids(second)] == [f"n{n}" for n in range(129, 29, -1)]


def test_looking_and_exporting_are_noted_with_what_was_looked_for(console: Console) -> None:
    browser = console.as_("admin")
    browser.get("/console/audit?action=case.&object=7")
    browser.get("/console/audit/export.csv?actor=editor@example.org")
    browser.get("/console/audit/export.jsonl")
    with console.database.read() as session:
        seen = session.execute(
            select(AuditEvent.action, AuditEvent.actor, AuditEvent.detail)
            .where(AuditEvent.kind == "audit")
            .order_by(AuditEvent.id)
        ).all()
    assert [tuple(row) for row in seen] == [
        ("audit.viewed", "admin@example.org", {"filters": {"action": "case.", "object_id": "7"}}),
        ("audit.exported", "admin@example.org", {"form": "csv", "filters": {"actor": "editor@example.org"}}),
        ("audit.exported", "admin@example.org", {"form": "jsonl", "filters": {}}),
    ]


def test_an_export_holds_every_event_once_in_order(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "BATCH", 7)
    for n in range(30):
        note(console, object_id=f"n{n}", detail={"name": "أمل"})
    answer = console.as_("admin").get("/console/audit/export.jsonl?kind=case")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert "attachment" in answer.headers["content-disposition"]
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["object_id"] for line in lines] == [f"n{n}" for n in range(30)]
    assert lines[0]["detail"] == {"name": "أمل"}
    assert datetime.fromisoformat(lines[0]["at"]).tzinfo is not None


def test_an_export_ends_where_it_began(console: Console) -> None:
    console.as_("admin")
    note(console, object_id="1")
    actions = [row["action"] for row in rows(console, "/console/audit/export.csv")]
    assert actions[-1] == "case.viewed"
    assert "audit.exported" not in actions


def test_a_spreadsheet_runs_nothing_of_an_export(console: Console) -> None:
    note(console, object_id='=HYPERLINK("http://x")', actor="@SUM(1)")
    (row,) = rows(console, "/console/audit/export.csv?kind=case")
    assert row["object_id"] == '\'=HYPERLINK("http://x")'
    assert row["actor"] == "'@SUM(1)"


def test_a_date_that_is_none_is_said_and_left_out(console: Console) -> None:
    note(console, object_id="1")
    page = console.as_("admin").get("/console/audit?since=yesterday&kind=case")
    assert page.status_code == 200
    assert "yesterday is no date, so it was left out." in text_of(page)
    assert ids(page.text) == ["1"]
    assert console.as_("admin").get("/console/audit?since=0001-01-01&until=9999-12-31").status_code == 200
    assert ids(console.as_("admin").get(f"/console/audit?kind=case&before={10**30}").text) == ["1"]


def test_what_an_event_holds_is_shown_as_text(console: Console) -> None:
    note(console, object_id="<b>x</b>", detail={"<i>": "<script>"})
    page = console.as_("admin").get("/console/audit").text
    assert "<script>" not in page.replace("<script src=", "") and "<i>" not in page and "<b>x" not in page


@pytest.mark.parametrize("path", ["/console/audit", "/console/audit/export.csv", "/console/audit/export.jsonl"])
def test_only_admins_read_the_audit(console: Console, path: str) -> None:
    for role in ("caseworker", "editor"):
        assert console.as_(role).get(path).status_code == 403
    assert console.nobody().get(path).status_code == 303
    for method in ("post", "_request"):
        browser = console.as_("admin")
        answer = browser.post(path) if method == "post" else browser._request("DELETE", path, data={"_csrf_token": browser.csrf})
        assert answer.status_code == 405


def test_the_database_itself_refuses_to_change_an_event(database: Database) -> None:
    with database.write() as session:
        audit.add(session, "a@example.org", "case.viewed", "case", "1")
    for change in (update(AuditEvent).values(actor="nobody"), delete(AuditEvent)):
        with pytest.raises(DBAPIError, match="audit events are never changed"), database.write() as session:
            session.execute(change)
    with database.read() as session:
        assert session.scalars(select(AuditEvent.actor)).all() == ["a@example.org"]


@pytest.mark.parametrize("language", ["fr", "es", "ar"])
def test_the_audit_opens_in_each_language(console: Console, language: str) -> None:
    note(console)
    assert console.as_("admin").get(f"/console/audit?lang={language}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_events(console: Console) -> None:
    browser = console.as_("admin")

    def queries() -> int:
        seen: list[str] = []
        event.listen(console.database.engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
        assert browser.get("/console/audit").status_code == 200
        event.remove(console.database.engine, "before_cursor_execute", listener)
        return len(seen)

    queries()
    few = queries()
    for n in range(60):
        note(console, object_id=str(n))
    assert queries() == few
