"""The sender against the emulated providers, through their own libraries: each failure has its own end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot import contacts, outbox
from bot.channels.telegram import Telegram
from bot.channels.twilio import Twilio
from bot.db import Database, utcnow
from bot.messages import Choice, Outgoing
from bot.sender import Pace, Sender
from bot.settings import Settings
from bot.tables import Contact, Outbox
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.twilio import TwilioEmulator

TO = "+306912345678"
CHAT = 4711
MakeSettings = Callable[..., Settings]
LOOP = asyncio.new_event_loop()  # a sender has one for its life


@pytest.fixture
def twilio() -> Iterator[TwilioEmulator]:
    with TwilioEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def telegram() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def sms(sqlite: Database, make_settings: MakeSettings, twilio: TwilioEmulator) -> Sender:
    config = make_settings(
        TWILIO_ACCOUNT_SID=twilio.account_sid,
        TWILIO_AUTH_TOKEN=twilio.auth_token,
        TWILIO_FROM=twilio.number,
        TWILIO_API_URL=twilio.url,
        PUBLIC_URL="https://help.example.org",
        LEASE_SECONDS="5",
    )
    return Sender(sqlite, config, {"sms": Twilio(config, timeout=1.0)})


@pytest.fixture
def chat(sqlite: Database, make_settings: MakeSettings, telegram: TelegramEmulator) -> Iterator[Sender]:
    config = make_settings(TELEGRAM_TOKEN=telegram.token, TELEGRAM_SECRET="s", TELEGRAM_API_URL=telegram.url)
    way = Telegram(config, timeout=1.0)
    yield Sender(sqlite, config, {"telegram": way})
    LOOP.run_until_complete(way.close())


def put(database: Database, outgoing: Outgoing) -> int:
    with database.write() as session:
        contact = contacts.find_or_create(session, outgoing.channel, outgoing.address)
        row = outbox.add(session, contact, outgoing, inbox_id=None, position=0)
        session.flush()
        return row.id


def put_sms(database: Database, text: str = "hello", to: str = TO) -> int:
    return put(database, Outgoing("sms", to, text))


def put_chat(database: Database, text: str = "hello", **fields: object) -> int:
    return put(database, Outgoing("telegram", str(CHAT), text, **fields))  # type: ignore[arg-type]


def send(sender: Sender, steps: int = 1) -> None:
    async def run() -> None:
        for _ in range(steps):
            await sender.step()

    LOOP.run_until_complete(run())


def row(database: Database, row_id: int) -> Outbox:
    with database.read() as session:
        return session.get_one(Outbox, row_id)


def make_due(database: Database) -> None:
    """What would have been waited for is over now."""
    with database.write() as session:
        session.execute(update(Outbox).where(Outbox.next_try.is_not(None)).values(next_try=utcnow()))
        session.execute(update(Outbox).where(Outbox.lease_until.is_not(None)).values(lease_until=utcnow() - timedelta(seconds=1)))


def test_a_part_is_sent_with_a_callback_that_names_it(sms: Sender, sqlite: Database, twilio: TwilioEmulator) -> None:
    part = put_sms(sqlite)
    send(sms)
    (message,) = twilio.messages
    stored = row(sqlite, part)
    assert (message.to, message.body, stored.state, stored.provider_id) == (TO, "hello", "sent", message.sid)
    assert message.status_callback == f"https://help.example.org/webhooks/twilio/status?m={stored.reference}"


@pytest.mark.parametrize(("status", "code"), [(400, 21211), (400, 21610), (400, 21614)])
def test_an_address_that_never_accepts_closes_the_contact(
    sms: Sender, sqlite: Database, twilio: TwilioEmulator, status: int, code: int
) -> None:
    first, second = put_sms(sqlite), put_sms(sqlite, "later")
    twilio.fail(status, code)
    send(sms, 2)
    assert (row(sqlite, first).state, row(sqlite, first).error) == ("failed", str(code))
    assert row(sqlite, second).state == "cancelled" and twilio.messages == []
    with sqlite.read() as session:
        assert session.get_one(Contact, row(sqlite, first).contact_id).blocked_at is not None


def test_a_text_that_is_never_accepted_fails_alone(sms: Sender, sqlite: Database, twilio: TwilioEmulator) -> None:
    first, second = put_sms(sqlite), put_sms(sqlite, "later")
    twilio.fail(400, 21617)
    send(sms, 2)
    assert row(sqlite, first).state == "failed" and row(sqlite, second).state == "sent"


def test_a_throttled_send_waits_as_long_as_the_provider_says(sms: Sender, sqlite: Database, twilio: TwilioEmulator) -> None:
    part = put_sms(sqlite)
    twilio.fail(429, 20429, retry_after=30)
    before = utcnow()
    send(sms)
    waiting = row(sqlite, part)
    assert waiting.state == "queued" and waiting.next_try is not None
    assert timedelta(seconds=29) < waiting.next_try - before < timedelta(seconds=32)
    make_due(sqlite)
    send(sms)
    assert row(sqlite, part).state == "sent" and len(twilio.messages) == 1


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("listed_at_once", [True, False])
@pytest.mark.parametrize("fault", ["timeout", "500", "drop"])
def test_a_send_with_an_unknown_end_is_looked_up_before_it_is_sent_again(
    sms: Sender, sqlite: Database, twilio: TwilioEmulator, fault: str, accepted: bool, listed_at_once: bool
) -> None:
    twilio.date_sent_when_queued = listed_at_once
    part = put_sms(sqlite)
    match fault:
        case "timeout":
            twilio.hang(2.0, accept=accepted)
        case "500":
            twilio.fail(500, accept=accepted)
        case _:
            twilio.drop_connection(accept=accepted)
    send(sms)
    assert (row(sqlite, part).state, len(twilio.messages)) == ("unknown", int(accepted))
    send(sms)  # not yet: the provider's list may lag
    assert len(twilio.messages) == int(accepted)
    make_due(sqlite)
    send(sms)
    assert row(sqlite, part).state == "sent"
    assert [m.sid for m in twilio.messages] == [row(sqlite, part).provider_id]


def test_an_equal_text_sent_before_is_not_taken_for_the_lost_one(sms: Sender, sqlite: Database, twilio: TwilioEmulator) -> None:
    put_sms(sqlite, "same words")
    send(sms)
    second = put_sms(sqlite, "same words")
    twilio.hang(2.0, accept=False)
    send(sms)
    make_due(sqlite)
    send(sms)
    assert row(sqlite, second).state == "sent" and len(twilio.messages) == 2


@pytest.mark.parametrize("after_the_call", [True, False])
def test_a_sender_that_died_in_mid_send_loses_and_doubles_nothing(
    sms: Sender, sqlite: Database, twilio: TwilioEmulator, after_the_call: bool
) -> None:
    part = put_sms(sqlite)
    claimed = sms._claim()
    assert claimed is not None and sms._still_wanted(claimed)
    if after_the_call:
        asyncio.run(sms._channels["sms"].send(claimed.outgoing))
    send(sms)  # the lease still runs: nobody else touches it
    assert row(sqlite, part).state == "sending"
    make_due(sqlite)
    send(sms)
    assert row(sqlite, part).state == "sent" and len(twilio.messages) == 1


def test_a_wrong_password_keeps_the_message_and_is_no_fault_of_the_contact(
    sms: Sender, sqlite: Database, twilio: TwilioEmulator
) -> None:
    part = put_sms(sqlite)
    twilio.fail(401, 20003)
    send(sms)
    assert (row(sqlite, part).state, row(sqlite, part).error) == ("queued", "20003")
    make_due(sqlite)
    send(sms)
    assert row(sqlite, part).state == "sent"


def test_a_provider_that_is_away_is_tried_again(sms: Sender, sqlite: Database, twilio: TwilioEmulator) -> None:
    part = put_sms(sqlite)
    twilio.stop()
    send(sms)
    assert row(sqlite, part).state == "queued"
    twilio.start()
    make_due(sqlite)
    send(sms)
    assert row(sqlite, part).state == "sent" and len(twilio.messages) == 1


def test_nothing_leaves_after_stop(sms: Sender, sqlite: Database, twilio: TwilioEmulator) -> None:
    part = put_sms(sqlite)
    claimed = sms._claim()
    with sqlite.write() as session:
        contact = session.get_one(Contact, row(sqlite, part).contact_id)
        contacts.opt_out(session, contact, utcnow())
    assert claimed is not None and not sms._still_wanted(claimed)
    assert row(sqlite, part).state == "cancelled" and twilio.messages == []


def test_telegram_gets_buttons_whose_data_is_opaque(chat: Sender, sqlite: Database, telegram: TelegramEmulator) -> None:
    put_chat(sqlite, "Where?", choices=(Choice("Athens", "", "tok1"), Choice("أثينا", "", "tok2")))
    send(chat)
    (message,) = telegram.sent(CHAT)
    keyboard = message.reply_markup["inline_keyboard"]
    assert [[b["text"], b["callback_data"]] for r in keyboard for b in r] == [["Athens", "tok1"], ["أثينا", "tok2"]]


def test_telegram_is_asked_for_a_location_and_shown_a_point(chat: Sender, sqlite: Database, telegram: TelegramEmulator) -> None:
    put_chat(sqlite, "Where are you?", ask_location=True, location_label="Share my location")
    put_chat(sqlite, "", pin=(37.98, 23.73))
    send(chat, 2)
    asked, pin = telegram.sent(CHAT)
    assert asked.reply_markup["keyboard"][0][0] == {"text": "Share my location", "request_location": True}
    assert pin is not None


def test_a_blocked_bot_closes_the_contact(chat: Sender, sqlite: Database, telegram: TelegramEmulator) -> None:
    first, second = put_chat(sqlite), put_chat(sqlite, "later")
    telegram.block(CHAT)
    send(chat, 2)
    assert (row(sqlite, first).state, row(sqlite, second).state) == ("failed", "cancelled")


def test_telegrams_retry_after_is_kept(chat: Sender, sqlite: Database, telegram: TelegramEmulator) -> None:
    part = put_chat(sqlite)
    telegram.fail(429, retry_after=7)
    send(chat)
    waiting = row(sqlite, part)
    assert waiting.state == "queued" and waiting.next_try is not None and waiting.next_try > utcnow()
    make_due(sqlite)
    send(chat)
    assert len(telegram.sent(CHAT)) == 1


def test_a_telegram_send_in_doubt_is_honestly_unknown_and_not_repeated(
    chat: Sender, sqlite: Database, telegram: TelegramEmulator
) -> None:
    part, later = put_chat(sqlite), put_chat(sqlite, "later")
    telegram.hang(2.0, accept=True)
    send(chat)
    make_due(sqlite)
    send(chat, 2)
    assert row(sqlite, part).state == "unknown" and row(sqlite, later).state == "sent"
    assert [m.text for m in telegram.sent(CHAT)] == ["hello", "later"]


@pytest.mark.parametrize("too_old", [True, False])
def test_a_tapped_button_is_acknowledged_or_was_too_old(
    chat: Sender, sqlite: Database, telegram: TelegramEmulator, too_old: bool
) -> None:
    part = put_chat(sqlite, "", callback_id="no-such-query" if too_old else "77")
    send(chat)
    assert row(sqlite, part).state == "sent"
    with sqlite.read() as session:
        assert session.get_one(Contact, row(sqlite, part).contact_id).blocked_at is None


async def test_a_pace_spaces_sends_and_spaces_one_chat_further() -> None:
    pace = Pace(per_second=100.0, per_address=0.2)
    loop = asyncio.get_running_loop()
    start = loop.time()
    await pace.wait("a")
    await pace.wait("b")
    assert loop.time() - start < 0.15
    await pace.wait("a")
    assert loop.time() - start >= 0.19
