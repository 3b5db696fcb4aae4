"""Example questions: what a text would get, which examples lie too near to another topic, and changes that are live at once."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers, examples
from bot.db import Database
from bot.nlu import encoder
from bot.tables import Answer, AuditEvent, Question, Topic
from bot.understanding import Outcome

EDITOR = "editor@example.org"
QUESTIONS = {
    "shelter": [
        "I have nowhere to sleep tonight",
        "where is a bed for the night",
        "we sleep in the street",
        "is there a shelter for families",
    ],
    "school": [
        "can my daughter go to school",
        "how do I enrol my children in school",
        "school without papers",
        "my son wants to learn",
    ],
    "doctor": [
        "I am sick, where is a doctor",
        "my baby has a fever",
        "hospital without insurance",
        "do I have to pay at the doctor",
    ],
    "fish": ["where can I fish here", "what fish can one eat", "do I need a permit to go fishing", "selling fish at the market"],
}

NO_MODELS = Path("no-models-here")  # nothing was learnt: nearness decides


def fill(session: Session, *, published: tuple[str, ...] = ("shelter", "school", "doctor")) -> None:
    for position, (topic_id, texts) in enumerate(QUESTIONS.items()):
        session.add(Topic(id=topic_id, category="daily_life", position=position, titles={"en": topic_id.title()}))
        session.flush()
        if topic_id in published:
            session.add(
                Answer(topic_id=topic_id, locale="en", status="published", sms="short", chat="A long text.", review_due=date.max)
            )
        for text in texts:
            put(session, topic_id, text)
    session.add(Topic(id="crisis_sea", category="crisis", titles={"en": "At sea"}))
    answers.touch(session)


def put(session: Session, topic_id: str, text: str, locale: str = "en", name: str = encoder.NAME) -> int:
    embedding = encoder.embed([text])[0].tobytes() if name == encoder.NAME else b"1234"
    row = Question(topic_id=topic_id, locale=locale, text=text, embedding=embedding, encoder=name)
    session.add(row)
    session.flush()
    return row.id


@pytest.fixture
def filled(sqlite: Database) -> Database:
    with sqlite.write() as session:
        fill(session)
    return sqlite


def board_of(database: Database) -> examples.Board:
    with database.read() as session:
        return examples.current(session, NO_MODELS)


def revision(database: Database) -> int:
    with database.read() as session:
        return answers.revision(session)


def test_a_question_gets_the_topic_of_its_nearest_examples_as_in_a_conversation(filled: Database) -> None:
    board = board_of(filled)
    trial = examples.try_out(board, "where can my family sleep", "en")
    assert (trial.topic, trial.outcome, trial.danger) == ("shelter", Outcome.SURE, None)
    assert [candidate.said for candidate in trial.candidates] == [True, False, False]
    assert {n.example.topic for n in trial.candidates[0].neighbours} == {"shelter"}
    nearness = [n.nearness for n in trial.candidates[0].neighbours]
    assert len(nearness) == 3 and nearness == sorted(nearness, reverse=True)
    with filled.read() as session:
        index = answers.load_index(session)
    vector = encoder.embed(["where can my family sleep"])[0]
    assert [(c.topic, c.confidence) for c in trial.candidates] == [(r.topic, r.confidence) for r in index.rank(vector, "en")]
    assert trial.nearness == pytest.approx(index.nearest(vector, "en"), abs=1e-3)
    assert trial.nearness == pytest.approx(nearness[0], abs=1e-3)


def test_what_is_near_to_nothing_would_not_be_answered(filled: Database) -> None:
    trial = examples.try_out(board_of(filled), "which team won the football match", "en")
    assert trial.outcome is Outcome.NOTHING and not any(candidate.said for candidate in trial.candidates)
    assert examples.try_out(board_of(filled), "???", "en").candidates == []


def test_as_many_are_offered_as_the_assistant_offers() -> None:
    from actions.answer import OFFERED

    assert examples.OFFERED == OFFERED


def test_a_topic_without_a_published_answer_is_found_by_nobody_but_named_to_the_editor(filled: Database) -> None:
    trial = examples.try_out(board_of(filled), "where can I fish", "en")
    assert trial.topic != "fish"
    assert trial.unpublished and trial.unpublished[0].example.topic == "fish"


def test_words_of_danger_are_named_since_they_are_answered_first(filled: Database) -> None:
    assert examples.try_out(board_of(filled), "our boat is sinking", "en").danger == "sea"


def test_the_language_is_detected_where_none_is_given(filled: Database) -> None:
    trial = examples.try_out(board_of(filled), "¿dónde puedo dormir esta noche con mis hijos?", None)
    assert (trial.locale, trial.detected, trial.topic) == ("es", True, "shelter")


def test_the_board_is_read_again_only_when_the_content_changes(filled: Database) -> None:
    first = board_of(filled)
    assert board_of(filled) is first
    with filled.write() as session:
        examples.add(session, "school", "en", "is there a class for adults", EDITOR)
    second = board_of(filled)
    assert second is not first and second.revision > first.revision
    assert len(second.examples) == len(first.examples) + 1


def test_a_new_example_is_live_in_every_process_at_once(database: Database) -> None:
    with database.write() as session:
        fill(session)
    text = "quiero aprender el idioma, hay clases?"
    before = revision(database)
    with database.read() as session:
        examples.get_ready(session, "school", [text])
    with database.write() as session:
        row = examples.add(session, "school", "es", f"  {text[:15]}\n {text[15:]} ", EDITOR)
        number = row.id
    assert revision(database) > before
    with database.read() as session:
        stored = session.get_one(Question, number)
        index = answers.load_index(session)
        event = session.scalars(select(AuditEvent)).one()
    assert (stored.text, stored.locale, stored.kind, stored.author) == (text, "es", "example", EDITOR)
    assert stored.encoder == encoder.NAME and np.allclose(np.frombuffer(stored.embedding, "<f4"), encoder.embed([text])[0])
    assert index.rank(encoder.embed([text])[0], "es")[0].topic == "school"
    assert (event.action, event.kind, event.object_id) == ("example.added", "example", str(number))
    assert event.detail == {"topic": "school", "locale": "es"} and "idioma" not in json.dumps(event.detail)


@pytest.mark.parametrize(
    ("topic", "locale", "text", "code"),
    [
        ("nothing", "en", "is there a class", "no_topic"),
        ("crisis_sea", "en", "we are at sea", "crisis"),
        ("school", "xx", "is there a class", "locale"),
        ("school", "en", "  ", "no_words"),
        ("school", "en", "123 ?!", "no_words"),
        ("school", "en", "a " * 151 + "b", "long"),
        ("school", "en", "my name is ▮name▮, is there a class", "hidden"),
        ("school", "en", "is there a \x07class", "unusable"),
        ("school", "en", "school  without papers", "known"),
        ("school", "en", "my baby has a fever", "elsewhere"),
    ],
)
def test_what_would_do_harm_is_refused(filled: Database, topic: str, locale: str, text: str, code: str) -> None:
    before = revision(filled)
    with pytest.raises(examples.Refused) as refused, filled.write() as session:
        examples.add(session, topic, locale, text, EDITOR)
    assert refused.value.code == code
    if code == "elsewhere":
        assert refused.value.values == {"topic": "doctor"}
    assert revision(filled) == before


def test_an_example_is_removed_or_moved_and_the_next_message_knows(database: Database) -> None:
    with database.write() as session:
        fill(session)
        wrong = put(session, "doctor", "my child cannot read yet")
        title = Question(topic_id="doctor", locale="en", kind="title", text="Doctor", embedding=b"", encoder="x")
        session.add(title)
        session.flush()
        title_id = title.id
    before = revision(database)
    with database.write() as session:
        assert examples.move(session, wrong, "school", EDITOR).topic_id == "school"
    assert revision(database) > before
    with database.write() as session:
        with pytest.raises(examples.Refused, match="known"):
            examples.move(session, wrong, "school", EDITOR)
        with pytest.raises(examples.Refused, match="gone"):
            examples.remove(session, title_id, EDITOR)
        assert examples.remove(session, wrong, EDITOR).text == "my child cannot read yet"
    with database.write() as session, pytest.raises(examples.Refused, match="gone"):
        examples.remove(session, wrong, EDITOR)
    with database.read() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.action, event.detail["topic"]) for event in events] == [
        ("example.moved", "school"),
        ("example.removed", "school"),
    ]


def test_a_topic_found_by_passages_is_found_by_its_first_example_instead_and_back(sqlite: Database) -> None:
    with sqlite.write() as session:
        session.add(Topic(id="bank", category="work", titles={}))
        session.flush()
        session.add(Answer(topic_id="bank", locale="en", status="published", sms="s", chat="Ask the bank for an account."))
        session.add(Question(topic_id="bank", locale="en", kind="passage", text="Ask the bank.", embedding=b"", encoder="x"))
    with sqlite.write() as session:
        row = examples.add(session, "bank", "en", "how do I open an account", EDITOR)
        assert session.scalars(select(Question.kind)).all() == ["example"]
        examples.get_ready(session, "bank", [])
        examples.remove(session, row.id, EDITOR)
        assert session.execute(select(Question.kind, Question.text)).all() == [("passage", "Ask the bank for an account.")]


def test_examples_nearer_to_another_topic_are_named_the_worst_first(filled: Database) -> None:
    with filled.write() as session:
        strange = put(session, "doctor", "is there a shelter for families with children")
        answers.touch(session)
    board = board_of(filled)
    found = board.conflicts("doctor")
    assert found[0].example.id == strange and found[0].is_clear
    assert found[0].other.example.text == "is there a shelter for families"
    assert found[0].own is not None and found[0].own.example.topic == "doctor"
    assert [conflict.gap for conflict in found] == sorted((conflict.gap for conflict in found), reverse=True)
    assert board.all_conflicts()["doctor"] >= 1
    assert board.conflicts("unknown") == []


def test_conflicts_are_what_comparing_each_with_each_finds(filled: Database) -> None:
    board = board_of(filled)
    similarities = board.vectors @ board.vectors.T
    owners = [example.topic for example in board.examples]
    for topic in board.topics:
        expected = set()
        for row, example in enumerate(board.examples):
            if example.topic == topic:
                own = max(similarities[row, i] for i, owner in enumerate(owners) if owner == topic and i != row)
                other = max(similarities[row, i] for i, owner in enumerate(owners) if owner != topic)
                expected |= {example.id} if other > own else set()
        assert {conflict.example.id for conflict in board.conflicts(topic)} == expected


def test_a_doubtful_new_example_is_told_from_a_good_one(filled: Database) -> None:
    board = board_of(filled)
    doubt = examples.doubt(board, "is there a shelter for a family", "en", "doctor")
    assert doubt is not None and doubt.other.example.topic == "shelter" and doubt.own is not None
    assert examples.doubt(board, "is there a shelter for a family", "en", "shelter") is None
    # A topic without examples is doubted only where another is really close.
    assert examples.doubt(board, "is there a shelter for a family", "en", "new_topic") is not None
    assert examples.doubt(board, "how do I open a bank account", "en", "new_topic") is None


def test_examples_of_another_encoder_are_compared_by_meaning_too(filled: Database) -> None:
    with filled.write() as session:
        put(session, "school", "an evening class for mothers", name="older")
        answers.touch(session)
    trial = examples.try_out(board_of(filled), "evening class for mothers", "en")
    assert trial.candidates[0].neighbours[0].example.text == "an evening class for mothers"


def test_the_list_of_a_topic_is_paged_and_counted_by_language(filled: Database) -> None:
    with filled.write() as session:
        for number in range(5):
            put(session, "school", f"école numéro {number}", "fr")
    with filled.read() as session:
        assert examples.counts(session)["school", "fr"] == 5 and examples.counts(session)["doctor", "en"] == 4
        first, more = examples.of_topic(session, "school", "fr", size=3)
        rest, no_more = examples.of_topic(session, "school", "fr", page=2, size=3)
    assert (len(first), more, len(rest), no_more) == (3, True, 2, False)
    assert [row.text for row in (*first, *rest)] == [f"école numéro {n}" for n in (4, 3, 2, 1, 0)]


def test_an_empty_database_has_an_empty_board(sqlite: Database) -> None:
    board = board_of(sqlite)
    assert examples.try_out(board, "hello", "en").outcome is Outcome.NOTHING
    assert examples.doubt(board, "hello", "en", "x") is None and board.all_conflicts() == {}


def test_trying_a_question_needs_no_rasa() -> None:
    code = "import sys, bot.examples, bot.grouping; sys.exit(any(name.startswith('rasa') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0
