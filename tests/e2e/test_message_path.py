"""A message in, a checked answer out: real processes, real libraries, emulated providers, both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.db import Database
from bot.tables import Inbox, Outbox, Referral
from tests.e2e.product import PUBLIC, Product, eventually

Start = Callable[..., Product]
ANNA, BILAL, CHAT = "+306912345678", "+21891700001", 4711

pytestmark = pytest.mark.slow


def settled(product: Product) -> bool:
    """Nothing waits any more."""
    database = Database(product.database_url)
    with database.read() as session:
        inbox = session.scalars(select(Inbox.id).where(Inbox.state.in_(["waiting", "leased"]))).first()
        outbox = session.scalars(select(Outbox.id).where(Outbox.state.in_(["queued", "sending"]))).first()
    database.close()
    return inbox is None and outbox is None


def test_sms_and_telegram_get_their_answers_through_the_outbox(start: Start, url: str) -> None:
    product = start(url)
    greeting = product.ask(ANNA, "hello", seconds=90)
    assert "Waymark" in greeting and "1 " in greeting
    assert "asylum" in product.ask(ANNA, "how can I apply for asylum?").lower()
    answered = len(product.sms_to(ANNA))

    # The same webhook three times is answered once.
    for _ in range(3):
        assert product.sms(ANNA, "thank you", sid="SM" + "7" * 32).status_code == 200
    eventually(lambda: len(product.sms_to(ANNA)) > answered and settled(product))
    assert len(product.sms_to(ANNA)) == answered + 1

    # A signature that is not Twilio's is refused.
    forged = product.twilio.deliver_inbound(
        f"{product.base}/webhooks/twilio", ANNA, "forged", signed_url=f"{PUBLIC}/webhooks/elsewhere"
    )
    assert forged.status_code == 403

    # A delivery callback settles the part.
    sid = product.twilio.messages[0].sid
    assert product.twilio.post_status(sid, "delivered").status_code == 200

    product.telegram.user_says(CHAT, "/start")
    eventually(lambda: product.telegram.sent(CHAT), 30, "a greeting on Telegram")
    product.telegram.user_says(CHAT, "¿Cómo puedo ver a un médico sin papeles?")
    eventually(lambda: len(product.telegram.sent(CHAT)) > 1, 30, "an answer on Telegram")
    assert product.telegram.sent(CHAT)[1].reply_markup["inline_keyboard"]
    product.telegram.user_taps(CHAT, "Hablar con una persona")
    eventually(lambda: len(product.telegram.sent(CHAT)) > 2, 30, "the tapped button is answered")
    assert "confidencial" in product.telegram.sent(CHAT)[2].text
    eventually(lambda: product.telegram.answered_callbacks, 10, "the tap is acknowledged")
    assert product.twilio.violations == [] and product.telegram.violations == []
    for words in ("apply for asylum", "thank you", ANNA, "papeles", product.telegram.token):
        assert words not in product.logs()


def test_a_referral_from_consent_to_case_number(start: Start, url: str) -> None:
    product = start(url)
    say = product.ask
    say(ANNA, "I want to talk to a person", seconds=90)
    assert "own words" in say(ANNA, "1").lower()
    say(ANNA, "my employer keeps my passport")
    say(ANNA, "Athens")
    summary = say(ANNA, "only sms, after 18:00")
    assert "passport" in summary and "Athens" in summary and "18:00" in summary
    opened = say(ANNA, "1")
    database = Database(product.database_url)
    with database.read() as session:
        (case,) = session.scalars(select(Referral)).all()
        assert case.number in opened and case.consent_at is not None
        assert case.need == "my employer keeps my passport" and case.country == "GR"
    database.close()
    assert case.number in say(ANNA, "what about my case")


def test_stop_then_silence_then_start(start: Start, url: str) -> None:
    product = start(url)
    product.ask(ANNA, "hello", seconds=90)
    product.sms(ANNA, "STOP")
    eventually(lambda: settled(product))
    before = len(product.sms_to(ANNA))
    product.sms(ANNA, "how do I apply for asylum?")
    product.sms(ANNA, "our boat is sinking")
    eventually(lambda: settled(product))
    assert len(product.sms_to(ANNA)) == before
    assert product.ask(ANNA, "START")


def test_danger_is_answered_while_the_model_is_broken(start: Start, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("broken")
    # A model folder that cannot be written: neither loading nor training is possible.
    blocked = folder / "file"
    blocked.write_text("not a folder")
    product = start(f"sqlite:///{folder / 'waymark.db'}", MODELS_DIR=str(blocked), MAX_ATTEMPTS="2")
    assert "112" in product.ask(ANNA, "our boat is sinking", seconds=60)
    # What needs the model ends in an apology and a case for staff, not in silence.
    assert "112" in product.ask(BILAL, "how can I apply for asylum?", seconds=60)
    database = Database(product.database_url)
    with database.read() as session:
        assert [case.origin for case in session.scalars(select(Referral))] == ["failure"]
    database.close()


def test_kill_9_of_worker_and_sender_in_mid_turn_loses_and_doubles_nothing(start: Start, url: str) -> None:
    product = start(url, workers=2)
    product.ask(ANNA, "hello", seconds=90)
    people = [f"+3069000000{n:02}" for n in range(12)]
    questions = ["how do I apply for asylum", "where can a child go to school", "I lost my passport", "thanks"]
    for round_, words in enumerate(questions):
        for person in people:
            assert product.sms(person, f"{words}").status_code == 200
        victim = ("worker 0", "sender", "worker 1", "sender")[round_]
        product.kill(victim)
        product.start(victim)
    eventually(lambda: settled(product), 120, "everything is settled")
    counts = Counter(message.to for message in product.twilio.messages if message.to in people)
    assert counts == dict.fromkeys(people, len(questions))
    database = Database(product.database_url)
    with database.read() as session:
        for person in people:
            # In the order of the questions: the outbox row of each later question was sent later.
            sent = [m.sid for m in product.twilio.messages if m.to == person]
            rows = [session.scalars(select(Outbox).where(Outbox.provider_id == sid)).one() for sid in sent]
            assert [row.inbox_id for row in rows] == sorted(row.inbox_id or 0 for row in rows)
    database.close()
