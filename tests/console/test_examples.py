"""Example questions in the console: the list, the test box, adding, moving, removing, what lies nearer to another topic."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import event, select

from bot import answers, examples
from bot.db import utcnow
from bot.nlu import encoder
from bot.tables import Answer, AuditEvent, Question, Topic
from tests.console.conftest import Browser, Console, make_answer, make_topic, text_of

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
}
TITLES = {"shelter": "A place to sleep", "school": "School for children"}


@pytest.fixture
def editor(console: Console) -> Browser:
    """An editor, and two published topics with four questions each."""
    for position, (topic_id, texts) in enumerate(QUESTIONS.items()):
        make_topic(console.database, topic_id, category="children", position=position, titles={"en": TITLES[topic_id]})
        make_answer(console.database, topic_id, sms="Ask the office.", chat="Ask the office. It is free.")
        for text in texts:
            put(console, topic_id, text)
    make_topic(console.database, "crisis_sea", category="crisis", titles={"en": "At sea"})
    return console.as_("editor")


def put(console: Console, topic_id: str, text: str, locale: str = "en", **fields: Any) -> int:
    with console.database.write() as session:
        embedding = encoder.embed([text])[0].tobytes()
        row = Question(topic_id=topic_id, locale=locale, text=text, embedding=embedding, encoder=encoder.NAME, **fields)
        session.add(row)
        session.flush()
        answers.touch(session)
        return row.id


def texts_of(console: Console, topic_id: str) -> list[str]:
    with console.database.read() as session:
        return [row.text for row in session.scalars(select(Question).where(Question.topic_id == topic_id).order_by(Question.id))]


def actions(console: Console) -> list[str]:
    with console.database.read() as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.kind == "example").order_by(AuditEvent.id))
        return [event.action for event in found]


def attempt(editor: Browser, text: str, locale: str = "en") -> httpx.Response:
    return editor.post("/console/examples/test", {"text": text, "locale": locale}, headers={"hx-request": "true"})


def test_the_list_counts_questions_by_topic_and_language_and_has_no_texts_for_danger(console: Console, editor: Browser) -> None:
    put(console, "school", "l'école pour ma fille", "fr")
    page = editor.get("/console/examples")
    said = text_of(page)
    assert page.status_code == 200 and "A place to sleep" in said and "At sea" not in said
    assert "School for children, French: 1" in said and "School for children, English: 4" in said
    assert "A place to sleep, French: 0" in said
    assert "School for children" not in text_of(editor.get("/console/examples?q=sleep"))
    assert "A place to sleep" in text_of(editor.get("/console/examples?few=1"))
    assert "No topic fits" in text_of(editor.get("/console/examples?category=work"))
    assert editor.get("/console/examples?topic=school").headers["location"] == "/console/examples/topic?topic=school"


def test_the_test_box_says_what_a_person_would_get_and_why(console: Console, editor: Browser) -> None:
    sure = attempt(editor, "where can my family sleep")
    said = text_of(sure)
    assert sure.status_code == 200 and "<html" not in sure.text
    assert "Would be answered: A place to sleep" in said and "Language: English" in said
    assert "is there a shelter for families English · nearness" in said
    assert "Would not be answered" in text_of(attempt(editor, "which team won the football match"))
    danger = text_of(attempt(editor, "our boat is sinking"))
    assert "These are words of danger: In danger at sea." in danger
    assert "There is nothing to compare this with" in text_of(attempt(editor, "?!"))
    detected = text_of(attempt(editor, "¿dónde puedo dormir esta noche?", ""))
    assert "Language: Spanish ( detected )" in detected or "Language: Spanish (detected)" in detected
    assert "There is no text in Spanish; the person gets it in English." in detected


def test_the_test_box_works_without_scripts(editor: Browser) -> None:
    page = editor.post("/console/examples/test", {"text": "where can my family sleep <b>tonight", "locale": "en"})
    assert page.status_code == 200 and "<html" in page.text and "Would be answered: A place to sleep" in text_of(page)
    assert "&lt;b&gt;tonight" in page.text and "<b>tonight" not in page.text


def test_an_answer_that_is_withheld_is_told(console: Console, editor: Browser) -> None:
    with console.database.write() as session:
        row = session.scalars(select(Answer).where(Answer.topic_id == "shelter")).one()
        row.review_due = utcnow().date() - timedelta(days=400)
    assert "But the answer is withheld" in text_of(attempt(editor, "where can my family sleep"))


def test_when_unsure_the_topics_that_would_be_offered_are_marked(console: Console, editor: Browser) -> None:
    found = ""
    for text in (
        "my daughter and my son, where do they sleep and learn",
        "children at night",
        "a family without papers",
        "where do my children go",
    ):
        found = text_of(attempt(editor, text))
        if "Did you mean" in found:
            break
    assert "“Did you mean” would offer" in found and "offered" in found


def test_questions_are_added_several_at_once_and_count_at_once(console: Console, editor: Browser) -> None:
    data = {
        "topic": "school",
        "locale": "es",
        "questions": "¿hay  escuela para mi hija?\n\n quiero inscribir a mi hijo en clases \n",
    }
    done = editor.post("/console/examples/add", data)
    assert done.headers["location"] == "/console/examples/topic?topic=school&locale=es"
    page = editor.follow(done)
    assert "2 questions added. They count from the next message on." in text_of(page)
    assert texts_of(console, "school")[-2:] == ["¿hay escuela para mi hija?", "quiero inscribir a mi hijo en clases"]
    assert "¿hay escuela para mi hija?" in text_of(attempt(editor, "escuela para mi hija", "es"))
    assert actions(console) == ["example.added", "example.added"]
    with console.database.read() as session:
        assert {row.author for row in session.scalars(select(Question).where(Question.locale == "es"))} == {"editor@example.org"}


def test_a_question_nearer_to_another_topic_is_added_only_when_the_editor_says_so(console: Console, editor: Browser) -> None:
    data = {"topic": "school", "locale": "en", "questions": "my son wants to learn to read\nis there a shelter for a family"}
    warned = editor.post("/console/examples/add", data)
    said = text_of(warned)
    assert warned.status_code == 422 and "1 question lies nearer to another topic" in said
    assert "A place to sleep" in said and "is there a shelter for families" in said
    assert "my son wants to learn to read\nis there a shelter for a family</textarea>" in warned.text
    assert texts_of(console, "school") == QUESTIONS["school"]
    assert editor.post("/console/examples/add", data | {"sure": "yes"}).status_code == 303
    assert len(texts_of(console, "school")) == 6


def test_while_typing_the_neighbours_are_shown_and_nothing_is_stored(console: Console, editor: Browser) -> None:
    data = {"topic": "school", "locale": "en", "questions": "is there a shelter for a family"}
    checked = editor.post("/console/examples/check", data, headers={"hx-request": "true"})
    assert "1 question lies nearer to another topic" in text_of(checked)
    good = editor.post("/console/examples/check", data | {"questions": "classes for my son"}, headers={"hx-request": "true"})
    assert "Nearest to this topic" in text_of(good)
    assert texts_of(console, "school") == QUESTIONS["school"] and actions(console) == []
    assert editor.post("/console/examples/check", data | {"topic": "nothing"}).status_code == 404


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ("", "Write a question first."),
        ("12345", "Write the question in words."),
        ("x " * 200, "at most"),
        ("my name is ▮name▮, school?", "Some details are hidden here"),
        ("School without papers is what I need\nschool without papers", "This topic has this question already."),
        ("we sleep in the street", "This is a question of “A place to sleep” already."),
    ],
)
def test_what_cannot_be_added_comes_back_with_the_reason_and_all_that_was_typed(
    console: Console, editor: Browser, questions: str, expected: str
) -> None:
    page = editor.post("/console/examples/add", {"topic": "school", "locale": "en", "questions": questions, "sure": "yes"})
    assert page.status_code == 422 and expected in text_of(page)
    assert texts_of(console, "school") == QUESTIONS["school"] and actions(console) == []
    for line in questions.split("\n"):
        assert " ".join(line.split()) in page.text


def test_a_question_is_removed_and_moved_and_one_comes_back_to_where_one_was(console: Console, editor: Browser) -> None:
    wrong = put(console, "shelter", "is there a school for my son")
    page = editor.get("/console/examples/topic?topic=shelter")
    assert "Nearer to another topic" in text_of(page) and "Move to “School for children”" in text_of(page)
    moved = editor.post("/console/examples/move", {"question": wrong, "to": "school", "back": "/console/examples/near?now=1"})
    assert moved.headers["location"] == "/console/examples/near?now=1"
    assert texts_of(console, "school")[-1] == "is there a school for my son"
    removed = editor.post("/console/examples/remove", {"question": wrong, "back": "https://evil.example"})
    assert removed.headers["location"] == "/console/examples/topic?topic=school"
    assert "Removed. It no longer counts." in text_of(editor.follow(removed))
    assert texts_of(console, "school") == QUESTIONS["school"]
    assert actions(console) == ["example.moved", "example.removed"]
    assert editor.post("/console/examples/remove", {"question": wrong}).status_code == 404
    assert editor.post("/console/examples/move", {"question": "x", "to": "school"}).status_code == 404


def test_moving_to_nowhere_is_refused_politely(console: Console, editor: Browser) -> None:
    number = put(console, "shelter", "a warm room")
    for to in ("nothing", "crisis_sea", ""):
        refused = editor.post("/console/examples/move", {"question": number, "to": to})
        assert refused.status_code == 422 and texts_of(console, "shelter")[-1] == "a warm room"


def test_the_list_of_what_lies_nearer_comes_by_itself_and_without_scripts(console: Console, editor: Browser) -> None:
    put(console, "shelter", "is there a school for my son")
    shell = editor.get("/console/examples/near")
    assert 'hx-get="/console/examples/near"' in shell.text and "is there a school" not in shell.text
    fragment = editor.fragment("/console/examples/near")
    assert "is there a school for my son" in text_of(fragment) and "<html" not in fragment.text
    whole = editor.get("/console/examples/near?now=1")
    assert "is there a school for my son" in text_of(whole) and "<html" in whole.text
    assert "No question lies clearly nearer" in text_of(editor.get("/console/examples/near?now=1&page=9"))


def test_an_editor_of_some_languages_changes_only_those(console: Console, editor: Browser) -> None:
    console.add_staff("fr@example.org", ["editor"], locales=["fr"])
    french, english = put(console, "school", "l'école pour ma fille", "fr"), put(console, "school", "a class for girls")
    browser = console.as_("fr@example.org")
    page = browser.get("/console/examples/topic?topic=school")
    assert f'name="question" value="{french}"' in page.text and f'name="question" value="{english}"' not in page.text
    for path, data in (
        ("add", {"topic": "school", "locale": "en", "questions": "evening class"}),
        ("remove", {"question": english}),
        ("move", {"question": english, "to": "shelter"}),
    ):
        assert browser.post(f"/console/examples/{path}", data).status_code == 403
    assert browser.post("/console/examples/remove", {"question": french}).status_code == 303
    assert texts_of(console, "school") == [*QUESTIONS["school"], "a class for girls"]


def test_unknown_topics_and_danger_have_no_page(editor: Browser) -> None:
    for topic in ("nothing", "crisis_sea", "", "<x>"):
        assert editor.get(f"/console/examples/topic?topic={quote(topic)}").status_code == 404
        assert editor.post("/console/examples/add", {"topic": topic, "locale": "en", "questions": "a b c"}).status_code == 404


def test_a_topic_without_a_published_answer_says_so(console: Console, editor: Browser) -> None:
    make_topic(console.database, "fish", category="work", titles={"en": "Fishing"})
    assert "This topic has no published answer yet." in text_of(editor.get("/console/examples/topic?topic=fish"))
    assert "No example question here yet." in text_of(editor.get("/console/examples/topic?topic=fish"))


def test_titles_cannot_be_removed_as_if_they_were_examples(console: Console, editor: Browser) -> None:
    title = put(console, "school", "School for children", kind="title")
    assert editor.post("/console/examples/remove", {"question": title}).status_code == 422
    assert "School for children" in texts_of(console, "school")


def test_only_editors_enter(console: Console) -> None:
    for role, status in (("caseworker", 403), ("admin", 403)):
        assert console.as_(role).get("/console/examples").status_code == status
        assert console.as_(role).post("/console/examples/add", {}).status_code == status
    assert console.nobody().get("/console/examples").status_code == 303


def test_the_pages_ask_as_often_for_many_questions_as_for_few(console: Console, editor: Browser) -> None:
    paths = ("/console/examples", "/console/examples/topic?topic=school")

    def statements() -> list[int]:
        counts = []
        for path in paths:
            editor.get(path)  # the board is read once for each revision
            seen: list[str] = []
            note = lambda *given: seen.append(given[2])  # noqa: E731, B023  # one listener, removed below
            event.listen(console.database.engine, "before_cursor_execute", note)
            assert editor.get(path).status_code == 200
            event.remove(console.database.engine, "before_cursor_execute", note)
            counts.append(len(seen))
        return counts

    few = statements()
    with console.database.write() as session:
        for number in range(30):
            session.add(Topic(id=f"topic_{number}", category="work", titles={"en": f"Topic {number}"}))
            data = {"topic_id": "school", "locale": "en", "encoder": encoder.NAME}
            session.add(Question(text=f"question {number}", embedding=encoder.embed(["x"])[0].tobytes(), **data))
        answers.touch(session)
    assert statements() == few


def test_the_test_box_shows_exactly_what_the_index_decides(console: Console, editor: Browser) -> None:
    with console.database.read() as session:
        trial = examples.try_out(examples.current(session, console.settings.models_dir), "my daughter", "en")
    shown = text_of(attempt(editor, "my daughter"))
    for candidate in trial.candidates:
        assert f"{TITLES[candidate.topic]} {round(candidate.confidence * 100)}" in shown
