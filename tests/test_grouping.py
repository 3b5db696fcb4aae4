"""Questions without an answer are grouped by meaning; editors see counts and masked words, and settle whole groups."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import yaml
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot import contacts, grouping
from bot.db import Database, utcnow
from bot.grouping import Done, Filters
from bot.grouping.meanings import pack, unpack
from bot.nlu import encoder
from bot.settings import ROOT
from bot.tables import AuditEvent, Question, Topic, Unanswered

SHELTER = ("where can I sleep tonight, I have no bed", "no bed for tonight, where do I sleep")
SCHOOL = "can my daughter go to school here without papers"
EDITOR = "editor@example.org"
PER_TOPIC = 2  # example questions of each topic and language that the tests load: enough for the means


@pytest.fixture(scope="module")
def shipped() -> list[tuple[str, str, str, bytes]]:
    """Example questions as an installation has them: topic, locale, text, embedding."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = []
    for path in sorted((ROOT / "data/content/answers").glob("*.yml"))[:20]:
        topic = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506  # a safe loader
        for locale, questions in topic["questions"].items():
            rows += [(topic["topic"], locale, text) for text in questions[:PER_TOPIC]]
    vectors = encoder.embed([text for *_, text in rows])
    return [(*row, vector.tobytes()) for row, vector in zip(rows, vectors, strict=True)]


def load(session: Session, shipped: list[tuple[str, str, str, bytes]]) -> None:
    for topic_id in dict.fromkeys(row[0] for row in shipped):
        session.add(Topic(id=topic_id, category="rights"))
    session.flush()
    for topic_id, locale, text, embedding in shipped:
        session.add(Question(topic_id=topic_id, locale=locale, text=text, embedding=embedding, encoder=encoder.NAME))


def ask(session: Session, text: str, locale: str = "en", **fields: object) -> int:
    contact = contacts.find_or_create(session, "sms", fields.pop("address", "+306900000001"))
    given = {
        "contact_id": contact.id,
        "country": "GR",
        "reason": "nothing_near",
        "topic_id": "shelter",
        "confidence": 0.1,
    } | fields
    row = Unanswered(locale=locale, text=text, **given)
    session.add(row)
    session.flush()
    return row.id


def sort(database: Database, limit: int = 200) -> int:
    with database.read() as session:
        prepared = grouping.prepare(session, limit)
    with database.write() as session:
        return grouping.assign(session, prepared)


def groups_of(database: Database) -> dict[int, int | None]:
    with database.read() as session:
        return dict(session.execute(select(Unanswered.id, Unanswered.group_id)).all())  # type: ignore[arg-type]


def test_what_means_the_same_comes_together_across_languages(database: Database, shipped: list) -> None:
    with database.write() as session:
        load(session, shipped)
        first = ask(session, SHELTER[0])
        other = ask(session, SCHOOL)
        same = ask(session, SHELTER[1])
        french = ask(session, "où est-ce que je peux dormir cette nuit, je n'ai pas de lit", "fr")
    assert sort(database) == 4
    assert groups_of(database) == {first: first, other: other, same: first, french: first}
    with database.write() as session:
        later = ask(session, "where can we sleep tonight? no bed")
        assert grouping.waiting(session) == 1
    assert sort(database) == 1 and groups_of(database)[later] == first
    assert sort(database) == 0


def test_only_the_first_row_of_a_group_keeps_its_meaning_and_encrypted(sqlite: Database, shipped: list) -> None:
    with sqlite.write() as session:
        load(session, shipped)
        first, second = ask(session, SHELTER[0]), ask(session, SHELTER[1])
        assert grouping.group_new(session) == 2
    with sqlite.read() as session:
        stored = dict(session.execute(select(Unanswered.id, Unanswered.vector)).all())
        raw = session.connection().exec_driver_sql("select vector from unanswered order by id limit 1").scalar_one()
    assert stored[second] is None
    found = unpack(stored[first])
    assert found is not None and np.allclose(found, encoder.embed([SHELTER[0]])[0], atol=1e-6)
    assert b"multilingual" not in bytes(raw)


def test_the_limit_bounds_one_round_and_the_next_goes_on(sqlite: Database, shipped: list) -> None:
    with sqlite.write() as session:
        load(session, shipped)
        for number in range(5):
            ask(session, f"question {number} {SCHOOL}")
    assert [sort(sqlite, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_names_and_numbers_say_nothing_about_what_is_asked(sqlite: Database, shipped: list) -> None:
    with sqlite.write() as session:
        load(session, shipped)
        first = ask(session, "my name is Farzad Karimi, call 0691234567, " + SHELTER[0])
        second = ask(session, "my name is Tesfay Gebremedhin, call 0697654321, " + SHELTER[0])
    sort(sqlite)
    with sqlite.read() as session:
        stored = session.scalar(select(Unanswered.vector).where(Unanswered.id == first))
    same = encoder.embed(["my name is , call , " + SHELTER[0]])[0]
    assert groups_of(sqlite)[second] == first
    assert np.allclose(unpack(stored or ""), same, atol=1e-6)


def test_texts_without_words_stay_alone(sqlite: Database, shipped: list) -> None:
    with sqlite.write() as session:
        load(session, shipped)
        one, two, gone = ask(session, "???"), ask(session, "😀"), ask(session, "")
    sort(sqlite)
    assert groups_of(sqlite) == {one: one, two: two, gone: gone}
    with sqlite.read() as session:
        settled = dict(session.execute(select(Unanswered.id, Unanswered.settled_by)).all())
    # What is erased cannot be dealt with by anybody.
    assert settled == {one: None, two: None, gone: grouping.NO_WORDS_LEFT}


def test_two_keepers_at_once_begin_one_group_for_one_meaning(database: Database, shipped: list) -> None:
    with database.write() as session:
        load(session, shipped)
        rows = [ask(session, text) for text in (*SHELTER, SHELTER[0] + "!!")]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: sort(database), range(4)))
    assert sum(done) == 3
    assert set(groups_of(database).values()) == {rows[0]}


def test_a_keeper_waits_for_another_that_is_beginning_the_same_group(database: Database, shipped: list) -> None:
    with database.write() as session:
        load(session, shipped)
        first = ask(session, SHELTER[0])
    with database.read() as session:
        ours = grouping.prepare(session)
    with database.write() as session:
        second = ask(session, SHELTER[0] + "?")
    with database.read() as session:
        both = grouping.prepare(session)
    theirs = replace(both, rows=both.rows[1:], vectors=both.vectors[1:])

    def assign_theirs() -> int:
        with database.write() as session:
            return grouping.assign(session, theirs)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            grouping.assign(session, ours)
            done = pool.submit(assign_theirs)
            time.sleep(0.5)
        assert done.result(timeout=20) == 1
    assert groups_of(database) == {first: first, second: first}


def test_words_erased_while_meanings_are_computed_leave_no_meaning_behind(sqlite: Database, shipped: list) -> None:
    with sqlite.write() as session:
        load(session, shipped)
        row = ask(session, SHELTER[0])
    with sqlite.read() as session:
        prepared = grouping.prepare(session)
    with sqlite.write() as session:
        session.get_one(Unanswered, row).text = ""
    with sqlite.write() as session:
        grouping.assign(session, prepared)
    with sqlite.read() as session:
        assert session.scalar(select(Unanswered.vector).where(Unanswered.id == row)) is None


def test_when_the_first_row_is_erased_the_next_with_words_leads_the_group(database: Database, shipped: list) -> None:
    with database.write() as session:
        load(session, shipped)
        first, second, third = ask(session, SHELTER[0]), ask(session, SHELTER[1]), ask(session, SHELTER[0] + " please")
    sort(database)
    assert set(groups_of(database).values()) == {first}
    with database.write() as session:
        row = session.get_one(Unanswered, first)
        row.text, row.vector, row.contact_id, row.settled_at, row.settled_by = "", None, None, utcnow(), "retention"
        gone = session.get_one(Unanswered, second)
        gone.text, gone.contact_id = "", None
    sort(database)
    assert groups_of(database) == {first: first, second: first, third: third}
    with database.write() as session:
        assert session.get_one(Unanswered, second).settled_by == grouping.NO_WORDS_LEFT
        again = ask(session, SHELTER[1] + " tonight")
    sort(database)
    assert groups_of(database)[again] == third
    with database.read() as session:
        assert not grouping.prepare(session)


def test_a_meaning_of_another_encoder_is_computed_anew(sqlite: Database, shipped: list) -> None:
    with sqlite.write() as session:
        load(session, shipped)
        first = ask(session, SHELTER[0], vector="older-encoder AAAA")
        session.get_one(Unanswered, first).group_id = first
        second = ask(session, SHELTER[1])
    sort(sqlite)
    assert groups_of(sqlite)[second] == first


def test_before_any_content_is_loaded_only_nearly_equal_texts_come_together(sqlite: Database) -> None:
    with sqlite.write() as session:
        first, same, other = ask(session, SHELTER[0]), ask(session, SHELTER[0] + "?"), ask(session, SCHOOL)
    sort(sqlite)
    assert groups_of(sqlite) == {first: first, same: first, other: other}


def test_groups_are_as_pure_as_was_measured(sqlite: Database, shipped: list) -> None:
    asked = []
    for locale in ("en", "es"):
        lines = (ROOT / f"tests/evaluation/{locale}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [row for row in map(json.loads, lines) if row["act"] == "ask" and row["topic"]]
        asked += [(row["text"], locale, row["topic"]) for row in rows[:80]]
    with sqlite.write() as session:
        load(session, shipped)
        topic_of = {ask(session, text, locale): topic for text, locale, topic in asked}
    sort(sqlite)
    members = defaultdict(list)
    for row, group in groups_of(sqlite).items():
        members[group].append(topic_of[row])
    together = [topics for topics in members.values() if len(topics) > 1]
    right = sum(Counter(topics).most_common(1)[0][1] for topics in together)
    assert sum(map(len, together)) >= 20
    assert right / sum(map(len, together)) >= 0.8


# What editors see and do


@pytest.fixture
def asked(sqlite: Database) -> dict[str, int]:
    """Two groups: three people in two languages about shelter, one about school."""
    with sqlite.write() as session:
        a = ask(session, "my name is Farzad, call 0691234567, where do I sleep", reason="unsure")
        b = ask(session, "où dormir", "fr", country=None, address="+306900000002", reason="not_helpful")
        c = ask(session, "where do I sleep", topic_id="food", address="+306900000003", created_at=utcnow() + timedelta(minutes=1))
        d = ask(session, SCHOOL, topic_id="school")
        for row, group in ((a, a), (b, a), (c, a), (d, d)):
            session.get_one(Unanswered, row).group_id = group
        session.get_one(Unanswered, a).vector = pack(encoder.embed(["where do I sleep"])[0])
    return {"a": a, "b": b, "c": c, "d": d}


def test_the_largest_group_comes_first_with_its_counts_and_masked_words(sqlite: Database, asked: dict[str, int]) -> None:
    with sqlite.read() as session:
        found, more = grouping.groups(session, Filters())
    assert [group.id for group in found] == [asked["a"], asked["d"]] and not more
    shelter = found[0]
    assert (shelter.count, shelter.people, shelter.topic) == (3, 3, "shelter")
    assert shelter.locales == {"en": 2, "fr": 1} and shelter.countries == {"GR": 2}
    assert shelter.reasons == {"unsure": 1, "not_helpful": 1, "nothing_near": 1}
    assert [text.text for text in shelter.texts] == ["where do I sleep", "où dormir"]
    with sqlite.read() as session:
        shown, _ = grouping.rows(session, asked["a"], Filters(state=""))
    assert shown[-1].text == "my name is ▮name▮, call ▮phone▮, where do I sleep"
    assert not any("Farzad" in str(part) or "0691234567" in str(part) for part in shown)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(locale="fr"), {"a": 1}),
        (Filters(reason="unsure"), {"a": 1}),
        (Filters(country=grouping.NO_COUNTRY), {"a": 1}),
        (Filters(country="GR"), {"a": 2, "d": 1}),
        (Filters(topic="food"), {"a": 1}),
        (Filters(mine=("fr", "ar")), {"a": 1}),
        (Filters(state=grouping.SETTLED), {}),
        (Filters(state=""), {"a": 3, "d": 1}),
    ],
)
def test_filters_count_only_what_they_let_through(
    sqlite: Database, asked: dict[str, int], filters: Filters, expected: dict[str, int]
) -> None:
    with sqlite.read() as session:
        found, _ = grouping.groups(session, filters)
    assert {group.id: group.count for group in found} == {asked[name]: count for name, count in expected.items()}


def test_the_filters_offer_what_occurs_in_the_languages_of_the_editor(sqlite: Database, asked: dict[str, int]) -> None:
    with sqlite.write() as session:
        assert grouping.settle(session, [asked["d"]], EDITOR, Done.IGNORED) == 1
    with sqlite.read() as session:
        everything, french = grouping.facets(session), grouping.facets(session, ("fr",))
    assert everything.states == {"open": 3, "settled": 1} and everything.locales == {"en": 3, "fr": 1}
    assert everything.countries == {"GR": 3, "-": 1}
    assert french.states == {"open": 1} and french.reasons == {"not_helpful": 1}


def test_settling_a_group_says_who_and_when_and_can_be_undone(database: Database) -> None:
    with database.write() as session:
        rows = [ask(session, SHELTER[0]) for _ in range(3)]
        for row in rows:
            session.get_one(Unanswered, row).group_id = rows[0]
        assert grouping.settle(session, [rows[0]], "first@example.org", Done.SETTLED, rows=[rows[1]]) == 1
    with database.write() as session:
        assert grouping.settle(session, [rows[0], rows[0], 999], EDITOR, Done.IGNORED) == 2
        assert grouping.settle(session, [rows[0]], EDITOR, Done.IGNORED) == 0
    with database.write() as session:
        found = session.scalars(select(Unanswered).order_by(Unanswered.id)).all()
        assert [row.settled_by for row in found] == [EDITOR, "first@example.org", EDITOR]
        assert all(row.settled_at and utcnow() - row.settled_at < timedelta(minutes=1) for row in found)
        assert grouping.reopen(session, rows[0], EDITOR) == 2
    with database.write() as session:
        settled = session.scalars(select(Unanswered.settled_by).order_by(Unanswered.id)).all()
        assert settled == [None, "first@example.org", None]
        history = grouping.history(session, [rows[0], 999])
        assert [event.action for event in history[rows[0]]] == ["question.reopened", "question.ignored", "question.settled"]
        assert 999 not in history
        assert all("sleep" not in json.dumps(event.detail) for event in session.scalars(select(AuditEvent)))


def test_what_was_erased_is_never_opened_again(sqlite: Database, asked: dict[str, int]) -> None:
    with sqlite.write() as session:
        grouping.settle(session, [asked["a"]], EDITOR, Done.SETTLED)
        row = session.get_one(Unanswered, asked["b"])
        row.text, row.vector, row.contact_id = "", None, None
    with sqlite.write() as session:
        assert grouping.reopen(session, asked["a"], EDITOR) == 2
        assert grouping.reopen(session, asked["a"], EDITOR) == 0
        assert session.get_one(Unanswered, asked["b"]).settled_at is not None


def test_an_editor_of_some_languages_settles_only_those(sqlite: Database, asked: dict[str, int]) -> None:
    with sqlite.write() as session:
        assert grouping.settle(session, [asked["a"]], EDITOR, Done.SETTLED, mine=("fr",)) == 1
        assert grouping.settle(session, [asked["d"]], EDITOR, Done.SETTLED, mine=("fr",)) == 0
        assert grouping.reopen(session, asked["a"], EDITOR, mine=("es",)) == 0
        assert grouping.one(session, asked["a"], ("fr",)) is None
        assert grouping.group(session, asked["d"], ("fr",)) is None
        shown = grouping.group(session, asked["a"], ("fr",))
        assert shown is not None and shown.count == 1


def test_rows_that_mean_something_else_get_a_group_of_their_own(database: Database, shipped: list) -> None:
    with database.write() as session:
        load(session, shipped)
        rows = [ask(session, text) for text in (SHELTER[0], SCHOOL, SHELTER[1])]
        for row in rows:
            session.get_one(Unanswered, row).group_id = rows[0]
        session.get_one(Unanswered, rows[0]).vector = pack(encoder.embed([SHELTER[0]])[0])
    with database.write() as session:
        assert grouping.split(session, rows[0], rows, EDITOR) is None
        assert grouping.split(session, rows[0], [999], EDITOR) is None
        assert grouping.split(session, rows[0], [rows[1]], EDITOR, mine=("fr",)) is None
        assert grouping.split(session, rows[0], [rows[1]], EDITOR) == rows[1]
        school = ask(session, "may my daughter go to school, we have no papers")
        shelter = ask(session, SHELTER[0] + "?")
    sort(database)
    found = groups_of(database)
    assert (found[school], found[shelter]) == (rows[1], rows[0])


def test_when_the_first_row_is_taken_out_the_others_stay_together(database: Database, shipped: list) -> None:
    with database.write() as session:
        load(session, shipped)
        rows = [ask(session, text) for text in (SCHOOL, *SHELTER)]
        for row in rows:
            session.get_one(Unanswered, row).group_id = rows[0]
        session.get_one(Unanswered, rows[0]).vector = pack(encoder.embed([SCHOOL])[0])
    with database.write() as session:
        assert grouping.split(session, rows[0], [rows[0]], EDITOR) == rows[0]
        again = ask(session, "no bed, where can I sleep tonight")
    sort(database)
    assert groups_of(database) == {rows[0]: rows[0], rows[1]: rows[1], rows[2]: rows[1], again: rows[1]}


def test_one_page_of_groups_asks_as_often_for_many_as_for_few(sqlite: Database, asked: dict[str, int]) -> None:
    def statements() -> int:
        seen: list[str] = []
        note = lambda *given: seen.append(given[2])  # noqa: E731  # one listener, removed below
        event.listen(sqlite.engine, "before_cursor_execute", note)
        with sqlite.read() as session:
            found, more = grouping.groups(session, Filters(), size=20)
        event.remove(sqlite.engine, "before_cursor_execute", note)
        assert more == (len(found) == 20)
        return len(seen)

    few = statements()
    with sqlite.write() as session:
        for number in range(60):
            row = ask(session, f"question {number}")
            session.get_one(Unanswered, row).group_id = row
    assert statements() == few
