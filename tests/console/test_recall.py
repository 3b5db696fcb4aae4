"""The screen of recalls: an editor sees numbers, confirms them, and each person gets the correction once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot import outbox
from bot.console import recall as screen
from bot.db import utcnow
from bot.tables import Answer, AuditEvent, Contact, Option, Outbox, Recall, Topic
from tests.console.conftest import Browser, Console, make_answer, make_contact, reply, text_of

WRONG, RIGHT = "Go to street A.", "Go to street B."
FIX = f"Correction: {RIGHT}"


def wrong_answer(console: Console, people: int = 3, **topic: Any) -> int:
    """A replaced English version, its successor, and people who got the wrong one by SMS."""
    wrong = make_answer(console.database, sms=WRONG, status="replaced", version=1)
    make_answer(console.database, sms=RIGHT, version=2)
    with console.database.write() as session:
        for name, wanted in topic.items():
            setattr(session.get_one(Topic, "asylum_apply"), name, wanted)
    for number in range(people):
        receive(console, wrong, number)
    return wrong


def receive(console: Console, answer_id: int, number: int, channel: str = "sms", locale: str = "en") -> int:
    contact = make_contact(console.database, f"+3069000{number:05}", channel, locale)
    reply(console.database, contact, WRONG, answer_id=answer_id, state="delivered", created_at=utcnow() - timedelta(days=1))
    return contact


def form(answer_id: int, confirmed: str = "3-3", **fields: Any) -> dict[str, Any]:
    return {"days": "7", "text-en": FIX, "confirmed": confirmed} | {name.replace("_", "-"): v for name, v in fields.items()}


def count(browser: Browser, answer_id: int, **fields: Any) -> str:
    headers = {"hx-request": "true"}
    return text_of(browser.post(f"/console/recall/{answer_id}/count", form(answer_id, **fields), headers=headers))


def corrections(console: Console) -> list[tuple[str, str]]:
    with console.database.read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.recall_id.is_not(None)).order_by(Outbox.contact_id)).all()
        people = [session.get_one(Contact, row.contact_id) for row in rows]
        return [(c.address, outbox.outgoing_of(row, c).text) for row, c in zip(rows, people, strict=True)]


def test_the_page_says_how_many_and_never_who(console: Console) -> None:
    wrong = wrong_answer(console)
    page = console.as_("editor").get(f"/console/recall/{wrong}")
    said = text_of(page)
    assert page.status_code == 200 and FIX in page.text and WRONG in said
    assert "send this correction to 3 people, in 3 SMS segments" in said
    assert "+3069000" not in page.text


def test_a_confirmed_correction_reaches_each_person_once_also_when_pressed_twice(console: Console) -> None:
    wrong = wrong_answer(console)
    editor = console.as_("editor")
    first = editor.post(f"/console/recall/{wrong}", form(wrong))
    assert first.status_code == 303 and len(corrections(console)) == 3
    second = editor.post(f"/console/recall/{wrong}", form(wrong))
    assert second.headers["location"] == first.headers["location"]
    assert corrections(console) == [(f"+3069000{n:05}", FIX) for n in range(3)]
    said = text_of(editor.follow(first))
    assert "On its way to 3 of 3 people." in said and "waiting to be sent" in said


def test_it_is_audited_with_numbers_and_without_texts(console: Console) -> None:
    wrong = wrong_answer(console)
    for _ in range(2):
        console.as_("editor").post(f"/console/recall/{wrong}", form(wrong))
    with console.database.read() as session:
        (row,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "recall.sent")).all()
    assert (row.actor, row.kind, row.object_id) == ("editor@example.org", "answer", str(wrong))
    assert row.detail["people"] == row.detail["segments"] == 3 and "street" not in str(row.detail)


@pytest.mark.parametrize(("confirmed", "status"), [("", 422), ("yes", 422), ("3", 422), ("2-3", 409), ("3-4", 409), ("²-³", 422)])
def test_nothing_is_sent_without_the_right_numbers(console: Console, confirmed: str, status: int) -> None:
    wrong = wrong_answer(console)
    answer = console.as_("editor").post(f"/console/recall/{wrong}", form(wrong, confirmed))
    assert answer.status_code == status and corrections(console) == []


def test_numbers_that_changed_meanwhile_are_shown_again_with_what_was_typed(console: Console) -> None:
    wrong = wrong_answer(console)
    receive(console, wrong, 9)
    typed = "Correction: it is street B, second floor."
    answer = console.as_("editor").post(f"/console/recall/{wrong}", form(wrong, text_en=typed))
    assert answer.status_code == 409 and typed in answer.text
    assert "The numbers have changed" in text_of(answer) and 'value="4-4"' in answer.text
    assert corrections(console) == []


def test_the_count_follows_days_and_text(console: Console) -> None:
    wrong = wrong_answer(console)
    old = receive(console, wrong, 9)
    with console.database.write() as session:
        session.scalars(select(Outbox).where(Outbox.contact_id == old)).one().created_at -= timedelta(days=20)
    editor = console.as_("editor")
    assert "to 3 people, in 3 SMS segments" in count(editor, wrong)
    assert "to 4 people, in 4 SMS segments" in count(editor, wrong, days="30")
    assert "to 3 people, in 6 SMS segments" in count(editor, wrong, text_en="x" * 161)
    assert "to 3 people, in 6 SMS segments" in count(editor, wrong, text_en="ت" * 71)
    assert "Write the correction" in count(editor, wrong, text_en=" ")
    assert "Choose between 1 and 90 days." in count(editor, wrong, days="91")
    assert "at most 1,200 characters" in count(editor, wrong, text_en="x" * 1201)


def test_the_price_stands_beside_the_segments(console: Console) -> None:
    wrong = wrong_answer(console)
    assert "€" not in count(console.as_("editor"), wrong)
    with console.database.write() as session:
        session.add(Option(name="segment_price", value=0.05, author="admin@example.org"))
        session.add(Option(name="currency", value="EUR", author="admin@example.org"))
    assert "€0.15" in count(console.as_("editor"), wrong)


@pytest.mark.parametrize(("hour", "night"), [(3, True), (12, False)])
def test_an_editor_is_told_for_whom_it_is_night(
    console: Console, monkeypatch: pytest.MonkeyPatch, hour: int, night: bool
) -> None:
    wrong = wrong_answer(console)  # people in Greece: two or three hours before UTC
    now = utcnow().replace(hour=hour - 2, minute=0)
    monkeypatch.setattr(screen.Desk, "now", now - timedelta(days=1) if now > utcnow() else now)
    with console.database.write() as session:
        for row in session.scalars(select(Outbox)):
            row.created_at -= timedelta(days=2)
    assert ("It is night now where 3 of them are." in count(console.as_("editor"), wrong)) is night


def test_each_gets_it_in_their_language(console: Console) -> None:
    wrong = wrong_answer(console, 1)
    make_answer(console.database, locale="fr", sms="Rue B.")
    receive(console, wrong, 5, locale="fr"), receive(console, wrong, 6, locale="so"), receive(console, wrong, 7, locale="ar")
    page = console.as_("editor").get(f"/console/recall/{wrong}")
    assert "Rue B." in page.text and 'name="text-so"' in page.text
    fields = {"text_fr": "Rectification : rue B.", "text_so": "", "text_ar": "تصحيح: الشارع ب"}
    assert console.as_("editor").post(f"/console/recall/{wrong}", form(wrong, "4-4", **fields)).status_code == 303
    assert [text for _, text in corrections(console)] == [FIX, "Rectification : rue B.", FIX, "تصحيح: الشارع ب"]


def test_those_who_cannot_be_reached_are_named_in_numbers(console: Console) -> None:
    wrong = wrong_answer(console)
    with console.database.write() as session:
        stopped, blocked, _ = session.scalars(select(Contact).order_by(Contact.id)).all()
        stopped.opted_out_at = blocked.blocked_at = utcnow()
    said = count(console.as_("editor"), wrong)
    assert "to 1 person, in 1 SMS segment" in said
    assert "1 person said STOP." in said and "1 person cannot receive messages any more." in said
    console.as_("editor").post(f"/console/recall/{wrong}", form(wrong, "1-1"))
    assert [address for address, _ in corrections(console)] == ["+306900000002"]


def test_a_version_that_is_still_said_is_not_recalled(console: Console) -> None:
    wrong = wrong_answer(console)
    with console.database.write() as session:
        session.get_one(Answer, wrong).status = "published"
    editor = console.as_("editor")
    page = editor.get(f"/console/recall/{wrong}")
    assert "People still get this version." in text_of(page) and 'name="confirmed"' not in page.text
    assert editor.post(f"/console/recall/{wrong}", form(wrong)).status_code == 422 and corrections(console) == []


@pytest.mark.parametrize("topic", [{"sensitive": True}, {"category": "crisis"}])
def test_on_a_sensitive_topic_nobody_words_a_correction_alone(console: Console, topic: dict[str, Any]) -> None:
    wrong = wrong_answer(console, **topic)
    editor = console.as_("editor")
    page = editor.get(f"/console/recall/{wrong}")
    assert "readonly" in page.text and 'name="text-en"' not in page.text
    assert editor.post(f"/console/recall/{wrong}", form(wrong, text_en="my own words")).status_code == 303
    assert {text for _, text in corrections(console)} == {FIX}


def test_an_editor_of_other_languages_does_not_enter(console: Console) -> None:
    wrong = wrong_answer(console)
    console.add_staff("fr@example.org", ["editor"], locales=["fr"])
    editor = console.as_("fr@example.org")
    assert editor.get(f"/console/recall/{wrong}").status_code == 403
    assert editor.post(f"/console/recall/{wrong}/count", form(wrong)).status_code == 403
    assert editor.post(f"/console/recall/{wrong}", form(wrong)).status_code == 403
    assert f"/console/recall/{wrong}" not in editor.get("/console/recall").text
    assert corrections(console) == []


def test_an_editor_words_only_their_own_languages(console: Console) -> None:
    wrong = wrong_answer(console, 1)
    make_answer(console.database, locale="fr", sms="Rue B.")
    receive(console, wrong, 5, locale="fr")
    console.add_staff("english@example.org", ["editor"], locales=["en"])
    editor = console.as_("english@example.org")
    assert 'name="text-fr"' not in editor.get(f"/console/recall/{wrong}").text
    assert editor.post(f"/console/recall/{wrong}", form(wrong, "2-2", text_fr="pas à moi")).status_code == 303
    assert "Rue B." in corrections(console)[1][1] and "pas" not in corrections(console)[1][1]


@pytest.mark.parametrize("role", ["caseworker", "admin"])
def test_only_editors_enter(console: Console, role: str) -> None:
    wrong = wrong_answer(console, 1)
    assert console.as_(role).get("/console/recall").status_code == 403
    assert console.as_(role).post(f"/console/recall/{wrong}", form(wrong, "1-1")).status_code == 403
    assert corrections(console) == []


def test_the_list_shows_what_was_sent_and_what_could_be(console: Console) -> None:
    wrong = wrong_answer(console)
    editor = console.as_("editor")
    page = editor.get("/console/recall")
    assert f'href="/console/recall/{wrong}"' in page.text and "No correction has been sent yet." in text_of(page)
    editor.post(f"/console/recall/{wrong}", form(wrong))
    with console.database.write() as session:
        rows = session.scalars(select(Outbox).where(Outbox.recall_id.is_not(None))).all()
        rows[0].state, rows[1].state, rows[2].state = "delivered", "failed", "queued"
    said = text_of(editor.get("/console/recall"))
    assert "1 delivered" in said and "1 failed" in said and "editor@example.org" in said


def test_what_a_dying_process_left_is_shown_as_going_on(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = wrong_answer(console)
    monkeypatch.setattr(screen, "begin_sending", lambda *_: None)  # the process dies after its commit
    editor = console.as_("editor")
    answer = editor.post(f"/console/recall/{wrong}", form(wrong))
    page = editor.follow(answer)
    assert "On its way to 0 of 3 people." in text_of(page) and "every 3s" in page.text
    assert "not begun" in text_of(editor.get("/console/recall"))
    monkeypatch.undo()
    screen.begin_sending(console.database, None)
    fragment = editor.fragment(answer.headers["location"])
    assert "On its way to 3 of 3 people." in text_of(fragment) and "<html" not in fragment.text


def test_what_is_not_there_is_said_to_be_not_there(console: Console) -> None:
    editor = console.as_("editor")
    assert editor.get("/console/recall/999").status_code == 404
    assert editor.get("/console/recall/sent/999").status_code == 404
    assert editor.post("/console/recall/999", form(999)).status_code == 404


def test_the_list_asks_as_often_for_many_recalls_as_for_few(console: Console) -> None:
    def statements() -> int:
        seen: list[str] = []
        note = lambda *given: seen.append(given[2])  # noqa: E731  # one listener, removed below
        event.listen(console.database.engine, "before_cursor_execute", note)
        assert console.as_("editor").get("/console/recall").status_code == 200
        event.remove(console.database.engine, "before_cursor_execute", note)
        return len(seen)

    wrong = wrong_answer(console)
    console.as_("editor").post(f"/console/recall/{wrong}", form(wrong))
    few = statements()
    with console.database.write() as session:
        for number in range(20):
            session.add(Recall(answer_id=wrong, days=7, texts={"en": str(number)}, people=3, segments=3, author="e@example.org"))
    for number in range(3, 13):
        make_answer(console.database, topic_id=f"topic_{number}", status="replaced")
    assert statements() == few


def test_the_text_of_a_correction_is_shown_as_text(console: Console) -> None:
    wrong = wrong_answer(console)
    text = "<script>alert(1)</script> {emergency} {secret}"
    editor = console.as_("editor")
    page = editor.post(f"/console/recall/{wrong}", form(wrong, "3-6", text_en=text))
    confirmed = re.search(r'value="(\d+-\d+)"', page.text) if page.status_code == 409 else None
    if confirmed:
        page = editor.post(f"/console/recall/{wrong}", form(wrong, confirmed[1], text_en=text))
    assert "<script>alert" not in editor.follow(page).text and "&lt;script&gt;" in editor.follow(page).text
