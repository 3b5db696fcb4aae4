"""Whole conversations through the real worker and model, in process: what a person reads, in four languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from bot import contacts
from bot.db import Database
from bot.tables import Contact, Inbox, Referral, TrackerRow, Unanswered
from tests.e2e.phone import Phone

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("greeting", "asylum", "doctor", "words"),
    [
        ("hello", "how can I apply for asylum?", "can I see a doctor without papers?", ("asylum", "doctor")),
        ("bonjour", "comment demander l'asile ?", "je peux voir un médecin sans papiers ?", ("asile", "soin")),
        ("hola", "cómo pido asilo", "¿puedo ir al médico sin papeles?", ("asilo", "salud")),
        ("مرحبا", "كيف أطلب اللجوء؟", "هل يمكنني رؤية طبيب بدون أوراق؟", ("اللجوء", "طبيب")),
    ],
    ids=["en", "fr", "es", "ar"],
)
def test_a_greeting_and_questions_are_answered_in_the_language(
    phone: Callable[..., Phone], greeting: str, asylum: str, doctor: str, words: tuple[str, str]
) -> None:
    one = phone()
    assert "Waymark" in one.say(greeting) and "\n2 " in one.last[0].text
    assert words[0] in one.say(asylum).lower()
    answer = one.say(doctor)
    assert "11/2026" in answer  # when it was checked
    assert len(one.last) == 1


@pytest.mark.parametrize(
    ("question", "country"),
    [
        ("where is an office for asylum near Athens", "Athens"),
        ("où est le bureau de l'OIM pour le retour volontaire à Agadez", "Agadez"),
        ("oficina de asilo cerca de Tapachula", "Tapachula"),
    ],
)
def test_an_office_is_found_near_a_place(phone: Callable[..., Phone], question: str, country: str) -> None:
    assert country in phone().say(question)


@pytest.mark.parametrize(("number", "country"), [("1", "LY"), ("٢", "LB")])
def test_tripoli_is_asked_back_and_answered_with_a_number(
    phone: Callable[..., Phone], database: Database, number: str, country: str
) -> None:
    one = phone()
    one.say("مرحبا")
    asked = one.say("اين اجد مكتب لتسجيل اللجوء في طرابلس")
    assert "ليبيا" in asked and "لبنان" in asked
    assert "طرابلس" in one.say(number) or one.last
    with database.read() as session:
        contact = contacts.find(session, "webchat", one.address)
        assert contact is not None and contact.country == country


def test_a_referral_can_be_interrupted_corrected_and_confirmed(phone: Callable[..., Phone], database: Database) -> None:
    one = phone()
    one.say("I want to talk to a person")
    one.say("1")
    one.say("my employer keeps my passport")
    interrupted = one.say("what is legal aid?")
    assert "lawyer" in interrupted and "Where are you" in interrupted
    one.say("Athens")
    assert "Athens" in one.say("only sms after 18:00")
    assert "Patras" in one.say("no I am in Patras")
    assert "What should be changed" in one.say("2")
    assert "Write it in your own words" in one.say("1")
    assert "boss took my passport" in one.say("boss took my passport and my pay")
    done = one.say("1")
    with database.read() as session:
        (case,) = session.scalars(select(Referral)).all()
    assert case.number in done and case.need == "boss took my passport and my pay"
    assert '"name": "Patras"' in (case.place or "")
    assert case.number in one.say("any news about my case?")


@pytest.mark.parametrize("words", ["cancel", "CANCEL"])
def test_cancel_leaves_a_form_and_is_no_opt_out_there(phone: Callable[..., Phone], database: Database, words: str) -> None:
    one = phone()
    one.say("I want to talk to a person")
    assert "Nothing was sent" in one.say(words)
    assert one.say("hello")  # still answered
    with database.read() as session:
        assert session.scalars(select(Referral)).all() == []


def test_stop_then_silence_then_start(phone: Callable[..., Phone]) -> None:
    one = phone()
    one.say("bonjour")
    assert "START" in one.say("arrêt")
    assert one.say("comment demander l'asile ?") == "" and one.say("STOP") == ""
    assert one.say("start")


def test_danger_gets_the_numbers_of_the_country_and_a_case_with_one_digit(
    phone: Callable[..., Phone], database: Database
) -> None:
    one = phone()
    assert "911" in one.say("our boat is sinking", country_hint="US")
    assert "Case W-" in one.say("1")
    with database.read() as session:
        (case,) = session.scalars(select(Referral)).all()
    assert case.urgency == "now" and case.need.startswith("sea:")
    # Also in the middle of a form.
    two = phone()
    two.say("I want to talk to a person")
    two.say("our boat is sinking")
    assert "Case W-" in two.say("1")


def test_nonsense_a_flood_of_text_and_slashes_are_answered_politely(phone: Callable[..., Phone], database: Database) -> None:
    one = phone()
    assert one.say("asdkjh qwe zzz")
    story = "I left my country because of the war and we walked for many days with the children. " * 35
    assert len(story) > 2900
    assert one.say(story + "How can I apply for asylum?")
    assert one.say('/affirm{"confirm": true}') and one.say("👍👍") and one.say("?")
    with database.read() as session:
        assert session.scalars(select(Inbox.state).where(Inbox.state != "handled")).all() == []


def test_did_you_mean_none_of_these_is_kept_for_editors(phone: Callable[..., Phone], database: Database) -> None:
    one = phone("chat")
    for question in ("papers problem what now", "help with the letter", "my situation is difficult with documents"):
        one.say(question)
        titles = [c.title for part in one.last for c in part.choices]
        if "None of these" in titles:
            assert one.tap("None of these")
            with database.read() as session:
                assert session.scalars(select(Unanswered.reason)).all()
            return
    pytest.skip("the model is sure of each of these questions")


def test_a_shared_position_is_used_and_not_kept(phone: Callable[..., Phone], database: Database) -> None:
    one = phone("chat")
    one.say("where can I find an office for asylum?")
    assert "Athens" in one.share(37.9838, 23.7275) or "Athens" in "".join(p.text for p in one.last)
    with database.read() as session:
        contact = contacts.find(session, "webchat", one.address)
        assert contact is not None
        bodies = session.scalars(select(Inbox.body).where(Inbox.contact_id == contact.id)).all()
        assert not any("37.98" in body for body in bodies)
        from bot.agent.tracker_store import unpack

        row = session.get_one(TrackerRow, contact.conversation_id)
        assert "37.98" not in str(unpack(row.data))


def test_delete_removes_what_a_person_wrote(phone: Callable[..., Phone], database: Database) -> None:
    one = phone()
    one.say("I lost my passport")
    one.say("DELETE")
    assert "deleted" in one.say("1")
    with database.read() as session:
        contact = contacts.find(session, "webchat", one.address)
        assert contact is not None
        assert set(session.scalars(select(Inbox.body).where(Inbox.contact_id == contact.id))) == {"{}"}
        assert session.get(TrackerRow, contact.conversation_id) is None
    with database.write() as session:
        assert contacts.forget_erased(session) == 1
    with database.read() as session:
        assert session.get(Contact, contact.id) is None


def test_a_changed_answer_is_said_with_the_next_message(phone: Callable[..., Phone], database: Database) -> None:
    from bot import answers
    from bot.tables import Answer

    one = phone()
    one.say("how can I apply for asylum?")
    with database.write() as session:
        old = answers.find(session, "asylum_apply", "en", None, date(2026, 11, 24), 90)
        assert old is not None
        new = Answer(topic_id="asylum_apply", locale="en", version=99, sms="A brand new text.", chat="A brand new text.")
        session.add(new)
        answers.publish(session, new)
    assert "A brand new text." in one.say("how can I apply for asylum?")


def test_everything_can_be_reached_with_numbers(phone: Callable[..., Phone]) -> None:
    one = phone()
    assert "3 What can I ask?" in one.say("HELP")
    assert "1 " in one.say("3")
    assert "Choose" in one.say("1")
    assert "11/2026" in one.say("1")
    assert one.say("2")  # the numbers stay valid after an answer picked by one
    assert "11/2026" in one.last[0].text
