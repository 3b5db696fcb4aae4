"""The emulated Telegram, driven by python-telegram-bot."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from . import telegram_spec
from .provider import Request
from .receiver import Receiver
from .telegram import TelegramEmulator
from .telegram_api import QUERY_TOO_OLD, ApiError, check_markup
from .telegram_text import EntityError, parsed, utf16

CHAT = 5_000_000_001
OTHER = 5_000_000_002
GROUP = -1_001_000_000_001
PUBLIC = "https://waymark.example/telegram"
SECRET_HEADER = "x-telegram-bot-api-secret-token"
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Doctors", callback_data="a1"), InlineKeyboardButton("Shelter", callback_data="a2")],
        [InlineKeyboardButton("Web", url="https://waymark.example")],
    ]
)

# Reading the certificates for each Bot would take longer than the tests.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
T = TypeVar("T")


@pytest.fixture
def telegram() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def _listening() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def hook(_listening: Receiver) -> Receiver:
    _listening.requests.clear()
    _listening.next_statuses.clear()
    return _listening


def call(telegram: TelegramEmulator, use: Callable[[Bot], Awaitable[T]], token: str | None = None) -> T:
    """Runs one conversation with the library's Bot, which asks getMe when it starts.

    The library rewrites descriptions: first letter upper case, the rest lower case.
    """

    async def talk() -> T:
        first, second = (HTTPXRequest(httpx_kwargs={"verify": NO_TLS}) for _ in range(2))
        base = f"{telegram.url}/bot"
        async with Bot(token or telegram.token, base, request=first, get_updates_request=second) as bot:
            return await use(bot)

    return asyncio.run(talk())


def say(telegram: TelegramEmulator, text: str = "Hello", chat_id: int | str = CHAT, **more: Any) -> Any:
    return call(telegram, lambda bot: bot.send_message(chat_id, text, **more))


def set_webhook(telegram: TelegramEmulator, hook: Receiver, **more: Any) -> None:
    telegram.webhook_override = f"{hook.url}/telegram"
    call(telegram, lambda bot: bot.set_webhook(PUBLIC, secret_token="s3cret_-", **more))


def raw(telegram: TelegramEmulator, method: str, **how: Any) -> httpx.Response:
    return httpx.post(f"{telegram.url}/bot{telegram.token}/{method}", **how)


def update_of(request: Request) -> Any:
    return json.loads(request.body)


# The bot itself


def test_the_bot_knows_itself(telegram: TelegramEmulator) -> None:
    me = call(telegram, lambda bot: bot.get_me())
    assert (me.is_bot, me.username) == (True, telegram.username)
    assert str(me.id) == telegram.token.partition(":")[0]
    assert telegram.violations == []


def test_a_wrong_token_is_refused(telegram: TelegramEmulator) -> None:
    with pytest.raises(InvalidToken):
        call(telegram, lambda bot: bot.get_me(), token=telegram.token[:-1] + "x")
    assert httpx.get(f"{telegram.url}/bot1/getMe").status_code == 404


def test_a_method_that_is_not_emulated_is_noted(telegram: TelegramEmulator) -> None:
    with pytest.raises(InvalidToken):  # what the library makes of any 404
        call(telegram, lambda bot: bot.send_dice(CHAT))
    assert any("sendDice is not emulated" in violation for violation in telegram.violations)


# Sending


def test_a_message_is_kept_and_comes_back_as_the_library_expects(telegram: TelegramEmulator) -> None:
    message = say(telegram, "مرحبا", reply_markup=KEYBOARD, disable_notification=True)
    assert (message.text, message.chat.id, message.chat.type) == ("مرحبا", CHAT, "private")
    assert message.from_user.is_bot
    assert abs(message.date.timestamp() - time.time()) < 5
    assert message.reply_markup == KEYBOARD
    (sent,) = telegram.sent(CHAT)
    assert (sent.message_id, sent.text, sent.method) == (message.message_id, "مرحبا", "sendMessage")
    assert [button["text"] for button in sent.buttons] == ["Doctors", "Shelter", "Web"]
    assert telegram.sent(OTHER) == []
    assert telegram.violations == []
    assert isinstance(sent.message["date"], int)


def test_a_message_keeps_to_4096_utf16_units(telegram: TelegramEmulator) -> None:
    assert say(telegram, "a" * 4096).message_id
    for text in ("a" * 4097, "\N{OPEN BOOK}" * 2049):
        with pytest.raises(BadRequest, match="Message is too long"):
            say(telegram, text)
    for text in ("", "  \n"):
        with pytest.raises(BadRequest, match="text is empty"):
            say(telegram, text)
    assert say(telegram, "<b>" + "a" * 4096 + "</b>", parse_mode=ParseMode.HTML).message_id


@pytest.mark.parametrize(
    ("mode", "text", "shown", "kinds"),
    [
        (
            "HTML",
            "<b>Bring</b> <i>papers</i> &amp; <a href='https://a.example'>map</a>",
            "Bring papers & map",
            "bold italic text_link",
        ),
        ("MarkdownV2", "*Bring* _papers_ [map](https://a.example)\\.", "Bring papers map.", "bold italic text_link"),
        ("MarkdownV2", "__a__ ||b|| `c.d` ~e~", "a b c.d e", "underline spoiler code strikethrough"),
        ("Markdown", "*Bring* _papers_.", "Bring papers.", "bold italic"),
    ],
)
def test_parse_modes_give_text_and_entities(telegram: TelegramEmulator, mode: str, text: str, shown: str, kinds: str) -> None:
    message = say(telegram, text, parse_mode=mode)
    assert message.text == shown
    assert [entity.type for entity in message.entities] == kinds.split()
    first = message.entities[0]
    assert message.parse_entity(first) == shown.split()[0]
    assert telegram.sent(CHAT)[0].entities[0]["offset"] == 0


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        ("HTML", "<b>open"),
        ("HTML", "<i>a</b>"),
        ("HTML", "<h1>a</h1>"),
        ("HTML", "3 < 4"),
        ("MarkdownV2", "Bring papers."),
        ("MarkdownV2", "*open"),
        ("MarkdownV2", "*a _b* c_"),
        ("Markdown", "_open"),
        ("Prose", "x"),
    ],
)
def test_text_its_parse_mode_does_not_allow_is_refused(telegram: TelegramEmulator, mode: str, text: str) -> None:
    with pytest.raises(BadRequest, match="Can't parse entities"):
        say(telegram, text, parse_mode=mode)
    assert telegram.sent() == []


def test_entity_offsets_are_utf16_units() -> None:
    text, entities = parsed("\N{OPEN BOOK} <b>x</b>", "HTML")
    assert entities == [{"type": "bold", "offset": 3, "length": 1}]
    assert utf16(text) == 4
    with pytest.raises(EntityError):
        parsed("<b>x", "HTML")


def test_entities_can_be_given_instead_of_a_parse_mode(telegram: TelegramEmulator) -> None:
    bold = [MessageEntity("bold", 0, 5)]
    assert say(telegram, "Hello you", entities=bold).entities == tuple(bold)
    both = {
        "chat_id": CHAT,
        "text": "x",
        "parse_mode": "HTML",
        "entities": [{"type": "bold", "offset": 0, "length": 1}],
    }
    assert raw(telegram, "sendMessage", json=both).status_code == 400


def test_a_reply_names_a_message_that_exists(telegram: TelegramEmulator) -> None:
    first = say(telegram)
    reply = say(telegram, "and", reply_parameters=ReplyParameters(first.message_id))
    assert reply.reply_to_message.message_id == first.message_id
    with pytest.raises(BadRequest, match="replied not found"):
        say(telegram, reply_parameters=ReplyParameters(999))
    assert say(telegram, reply_parameters=ReplyParameters(999, allow_sending_without_reply=True)).message_id


def test_a_chat_that_is_no_number_is_not_found(telegram: TelegramEmulator) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        say(telegram, chat_id="@nobody")
    assert say(telegram, chat_id=str(CHAT)).chat.id == CHAT


def test_locations_and_venues_are_sent_with_their_place(telegram: TelegramEmulator) -> None:
    call(telegram, lambda bot: bot.send_location(CHAT, 35.5, 24.0))
    venue = call(telegram, lambda bot: bot.send_venue(CHAT, 35.51, 24.02, "Clinic", "Harbour 1")).venue
    assert venue is not None
    assert (venue.title, venue.location.latitude) == ("Clinic", 35.51)
    assert [message.location for message in telegram.sent(CHAT)] == [(35.5, 24.0), (35.51, 24.02)]
    with pytest.raises(BadRequest, match="latitude"):
        call(telegram, lambda bot: bot.send_location(CHAT, 95.0, 24.0))
    with pytest.raises(BadRequest, match="empty"):
        call(telegram, lambda bot: bot.send_venue(CHAT, 35.5, 24.0, "Clinic", " "))
    assert telegram.violations == []


def test_the_typing_sign_is_noted_and_an_unknown_one_refused(telegram: TelegramEmulator) -> None:
    call(telegram, lambda bot: bot.send_chat_action(CHAT, ChatAction.TYPING))
    assert telegram.chat_actions == [(CHAT, "typing")]
    with pytest.raises(BadRequest):
        call(telegram, lambda bot: bot.send_chat_action(CHAT, "dancing"))


def test_commands_are_kept_and_checked(telegram: TelegramEmulator) -> None:
    scope = BotCommandScopeAllPrivateChats()
    call(telegram, lambda bot: bot.set_my_commands([BotCommand("help", "What I can do")], scope, "ar"))
    (kept,) = telegram.commands
    assert (kept["language_code"], kept["scope"]) == ("ar", {"type": "all_private_chats"})
    for command in (BotCommand("Help", "x"), BotCommand("help", "")):
        with pytest.raises(BadRequest, match="Bot_command"):
            call(telegram, partial(Bot.set_my_commands, commands=[command]))
    assert telegram.violations == []


# Keyboards


@pytest.mark.parametrize(
    ("button", "problem"),
    [
        ({"text": "x"}, "unallowed"),
        ({"text": "x", "callback_data": "1", "url": "https://a.example"}, "unallowed"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "", "callback_data": "1"}, "empty"),
        ({"text": "x", "url": "waymark"}, "URL"),
    ],
)
def test_an_inline_button_has_a_text_and_one_action(telegram: TelegramEmulator, button: dict[str, str], problem: str) -> None:
    markup = {"inline_keyboard": [[button]]}
    answer = raw(telegram, "sendMessage", json={"chat_id": CHAT, "text": "x", "reply_markup": markup})
    assert answer.status_code == 400
    assert problem in answer.json()["description"]
    assert telegram.sent() == []


def test_callback_data_may_have_64_bytes(telegram: TelegramEmulator) -> None:
    assert say(telegram, reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 32)]]))


def test_a_location_is_asked_for_in_private_chats_only(telegram: TelegramEmulator) -> None:
    ask = ReplyKeyboardMarkup([[KeyboardButton("Where I am", request_location=True)], ["Skip"]])
    assert say(telegram, reply_markup=ask).message_id
    with pytest.raises(BadRequest, match="private chats only"):
        say(telegram, chat_id=GROUP, reply_markup=ask)
    with pytest.raises(ApiError):
        check_markup(ask.to_dict(), {"id": GROUP, "type": "group"})
    with pytest.raises(ValueError, match="request_location"):
        telegram.user_taps(CHAT, "Where I am")
    assert telegram.user_taps(CHAT, "Skip").update["message"]["text"] == "Skip"


def test_a_removed_reply_keyboard_cannot_be_tapped(telegram: TelegramEmulator) -> None:
    say(telegram, reply_markup=ReplyKeyboardMarkup([["Skip"]]))
    say(telegram, reply_markup=ReplyKeyboardRemove())
    with pytest.raises(LookupError):
        telegram.user_taps(CHAT, "Skip")


def test_an_inline_keyboard_is_edited_once_and_only_if_it_changes(telegram: TelegramEmulator) -> None:
    message = say(telegram, reply_markup=KEYBOARD)
    edited = call(telegram, lambda bot: bot.edit_message_reply_markup(CHAT, message.message_id))
    assert edited.reply_markup is None  # type: ignore[union-attr]  # True only for inline messages
    assert telegram.sent(CHAT)[0].reply_markup is None
    with pytest.raises(BadRequest, match="not modified"):
        call(telegram, lambda bot: bot.edit_message_reply_markup(CHAT, message.message_id))
    with pytest.raises(BadRequest, match="to edit not found"):
        call(telegram, lambda bot: bot.edit_message_reply_markup(CHAT, 999))
    with pytest.raises(LookupError):
        telegram.user_taps(CHAT, "Doctors")
    telegram.user_says(CHAT, "mine")
    own = message.message_id + 1
    with pytest.raises(BadRequest, match="can't be edited"):
        call(telegram, lambda bot: bot.edit_message_reply_markup(CHAT, own, reply_markup=KEYBOARD))


# Calls outside the description


@pytest.mark.parametrize(
    ("method", "parameters", "problem"),
    [
        ("sendMessage", {"chat_id": CHAT}, "text is missing"),
        ("sendMessage", {"chat_id": CHAT, "text": "x", "txet": "x"}, "unknown field txet"),
        ("sendMessage", {"chat_id": CHAT, "text": 5}, "no String"),
        ("sendMessage", {"chat_id": CHAT, "text": "x", "protect_content": 1}, "no Boolean"),
        ("sendMessage", {"chat_id": CHAT, "text": "x", "reply_markup": {"inline_keyboard": [{}]}}, "no array"),
        ("sendMessage", {"chat_id": CHAT, "text": "x", "reply_markup": {"inline_keyboard": [[{}]]}}, "text is missing"),
        ("sendLocation", {"chat_id": CHAT, "latitude": "north", "longitude": 2}, "no Float"),
        ("answerCallbackQuery", {}, "callback_query_id is missing"),
        ("setMyCommands", {"commands": [], "scope": {"type": "everybody"}}, "scope"),
    ],
)
def test_a_call_outside_the_description_is_refused_and_noted(
    telegram: TelegramEmulator, method: str, parameters: dict[str, Any], problem: str
) -> None:
    answer = raw(telegram, method, json=parameters)
    body = answer.json()
    assert (answer.status_code, body["ok"], body["error_code"]) == (400, False, 400)
    assert problem in body["description"]
    assert any(problem in violation for violation in telegram.violations)


def test_parameters_come_as_json_form_query_or_multipart(telegram: TelegramEmulator) -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "1"}]]}
    parameters = {"chat_id": str(CHAT), "text": "5", "protect_content": "true", "reply_markup": json.dumps(markup)}
    assert raw(telegram, "sendMessage", json={"chat_id": CHAT, "text": "5", "reply_markup": markup}).is_success
    assert raw(telegram, "sendMessage", data=parameters).is_success
    assert httpx.get(f"{telegram.url}/bot{telegram.token}/sendmessage", params=parameters).is_success
    parts = {name: (None, value) for name, value in parameters.items()}
    assert raw(telegram, "sendMessage", files=parts).is_success
    assert [message.text for message in telegram.sent(CHAT)] == ["5"] * 4
    assert all(message.buttons == markup["inline_keyboard"][0] for message in telegram.sent(CHAT))
    assert telegram.violations == []


def test_a_result_outside_the_description_never_leaves(telegram: TelegramEmulator) -> None:
    telegram.user_says(CHAT, "hello")
    telegram._api.chats[CHAT]["type"] = 7
    with pytest.raises(NetworkError, match="Internal Server Error"):
        say(telegram)
    assert any("chat.type" in violation for violation in telegram.violations)


def test_the_checker_tells_types_apart() -> None:
    banned = {"status": "kicked", "user": {"id": 1, "is_bot": True, "first_name": "B"}, "until_date": 0}
    assert telegram_spec.problems(["ChatMember"], banned, "member") == []
    assert telegram_spec.problems(["ChatMember"], banned | {"status": "member"}, "member") == []
    assert telegram_spec.problems(["ChatMember"], banned | {"status": "gone"}, "member")
    assert telegram_spec.problems(["Integer"], True, "x")
    assert telegram_spec.problems(["Float"], 1, "x") == []
    assert telegram_spec.problems(["Integer", "String"], 1.5, "x")
    assert telegram_spec.problems(["Array of Array of Integer"], [[1], ["a"]], "x") == ["x[1][0]: 'a' is no Integer"]


# Faults


def test_a_throttled_message_carries_its_waiting_time(telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    telegram.fail(429, retry_after=3)
    with pytest.raises(RetryAfter) as caught:
        say(telegram)
    assert caught.value.retry_after == timedelta(seconds=3)
    assert telegram.sent() == []
    assert say(telegram).message_id


@pytest.mark.parametrize(
    ("status", "description", "error"),
    [(500, None, NetworkError), (403, None, Forbidden), (400, "Bad Request: chat not found", BadRequest)],
)
def test_a_scripted_status_reaches_the_library(
    telegram: TelegramEmulator, status: int, description: str | None, error: type[Exception]
) -> None:
    telegram.fail(status, description, times=2)
    for _ in range(2):
        with pytest.raises(error, match=f"(?i){(description or '').removeprefix('Bad Request: ')}"):
            say(telegram)
    assert say(telegram).message_id


def test_a_fault_is_for_one_chat_or_one_method(telegram: TelegramEmulator) -> None:
    telegram.fail(500, chat_id=CHAT)
    telegram.fail(500, method="sendChatAction")
    assert say(telegram, chat_id=OTHER).message_id
    with pytest.raises(NetworkError):
        say(telegram)
    assert say(telegram).message_id
    with pytest.raises(NetworkError):
        call(telegram, lambda bot: bot.send_chat_action(CHAT, "typing"))
    with pytest.raises(ValueError, match="not emulated"):
        telegram.fail(500, method="sendDice")


def test_an_error_after_accepting_leaves_the_message(telegram: TelegramEmulator) -> None:
    telegram.fail(500, accept=True)
    with pytest.raises(NetworkError):
        say(telegram, "once")
    assert [message.text for message in telegram.sent(CHAT)] == ["once"]


@pytest.mark.parametrize("accept", [True, False])
def test_a_hanging_message_times_out_and_was_taken_or_not(telegram: TelegramEmulator, accept: bool) -> None:
    telegram.hang(10, accept=accept)
    with pytest.raises(TimedOut):
        say(telegram, read_timeout=0.3)
    assert len(telegram.sent()) == (1 if accept else 0)
    assert say(telegram).message_id


@pytest.mark.parametrize("accept", [True, False])
def test_a_dropped_connection_was_taken_or_not(telegram: TelegramEmulator, accept: bool) -> None:
    telegram.drop_connection(accept=accept)
    with pytest.raises(NetworkError):
        say(telegram)
    assert len(telegram.sent()) == (1 if accept else 0)
    assert say(telegram).message_id


def test_a_contact_who_blocked_the_bot_gets_nothing(telegram: TelegramEmulator) -> None:
    telegram.block(CHAT)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        say(telegram)
    assert say(telegram, chat_id=OTHER).message_id
    telegram.unblock(CHAT)
    assert say(telegram).message_id


# Callback queries


def test_a_tap_is_a_callback_query_that_can_be_answered_once(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    say(telegram, "older", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Doctors", callback_data="old")]]))
    message = say(telegram, reply_markup=KEYBOARD)
    telegram.user_taps(CHAT, "Doctors")
    query = Update.de_json(update_of(hook.requests[-1])).callback_query
    assert query is not None and query.message is not None
    assert (query.data, query.from_user.id, query.message.message_id) == ("a1", CHAT, message.message_id)
    assert query.chat_instance
    assert query.message.is_accessible
    assert call(telegram, lambda bot: bot.answer_callback_query(query.id, "Searching"))
    assert telegram.answered_callbacks == [{"callback_query_id": query.id, "text": "Searching"}]
    with pytest.raises(BadRequest, match="Query is too old"):
        call(telegram, lambda bot: bot.answer_callback_query(query.id))


def test_a_tap_by_data_reaches_older_keyboards_too_and_keeps_the_chat_instance(telegram: TelegramEmulator) -> None:
    first = say(telegram, reply_markup=KEYBOARD)
    say(telegram, "newer", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="m")]]))
    one, two = (telegram.user_taps(CHAT, data).update["callback_query"] for data in ("a2", "m"))
    assert one["message"]["message_id"] == first.message_id
    assert one["chat_instance"] == two["chat_instance"]
    assert one["id"] != two["id"]
    with pytest.raises(ValueError, match="url"):
        telegram.user_taps(CHAT, "Web")


def test_a_query_that_is_too_old_or_unknown_cannot_be_answered(telegram: TelegramEmulator) -> None:
    say(telegram, reply_markup=KEYBOARD)
    query = telegram.user_taps(CHAT, "a1").update["callback_query"]["id"]
    telegram.expire_callbacks()
    for one in (query, "1"):
        with pytest.raises(BadRequest) as caught:
            call(telegram, partial(Bot.answer_callback_query, callback_query_id=one))
        assert str(caught.value) == QUERY_TOO_OLD.capitalize()
    assert telegram.answered_callbacks == []


# Webhook


def test_updates_reach_the_webhook_in_order_with_the_secret(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    said = telegram.user_says(CHAT, "/start now", language_code="fa", first_name="Zahra", username="zahra")
    telegram.user_says(CHAT, "hello")
    assert said.response is not None and said.response.status_code == 200
    assert {request.headers[SECRET_HEADER] for request in hook.requests} == {"s3cret_-"}
    assert hook.requests[0].path == "/telegram"
    first, second = (Update.de_json(update_of(request)) for request in hook.requests)
    assert second.update_id == first.update_id + 1
    assert first.message is not None and first.message.from_user is not None
    assert (first.message.text, first.message.from_user.language_code) == ("/start now", "fa")
    assert list(first.message.parse_entities(["bot_command"]).values()) == ["/start"]
    assert second.message is not None and second.message.from_user == first.message.from_user
    assert second.message.message_id > first.message.message_id
    assert not first.message.from_user.is_bot
    assert telegram.pending_updates == []


def test_everything_a_person_can_send_is_an_update_the_library_reads(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    telegram.user_says(CHAT, "where")
    telegram.user_edits(CHAT, "where is a doctor")
    telegram.user_shares_location(CHAT, 35.5, 24.0)
    for kind in ("photo", "voice", "sticker", "contact", "video", "document"):
        telegram.user_sends(CHAT, kind)
    telegram.user_sends(CHAT, "photo", caption="my letter")
    telegram.group_message(GROUP, "hello all")
    telegram.channel_post(GROUP - 1, "news")
    telegram.my_chat_member(CHAT)
    seen = [Update.de_json(update_of(request)) for request in hook.requests]
    assert seen[1].edited_message is not None and seen[1].edited_message.text == "where is a doctor"
    assert seen[1].edited_message.edit_date is not None
    assert seen[2].message is not None and seen[2].message.location is not None
    assert seen[2].message.location.latitude == 35.5
    media = [update.message for update in seen[3:10]]
    assert all(message is not None and message.text is None for message in media)
    assert [bool(m and (m.photo or m.voice or m.sticker or m.contact or m.video or m.document)) for m in media] == [True] * 7
    assert media[-1] is not None and media[-1].caption == "my letter"
    assert seen[10].effective_chat is not None and seen[10].effective_chat.type == "supergroup"
    assert seen[11].channel_post is not None and seen[11].channel_post.from_user is None
    assert seen[12].my_chat_member is not None and seen[12].my_chat_member.new_chat_member.status == "kicked"
    assert [update.update_id for update in seen] == list(range(seen[0].update_id, seen[0].update_id + 13))
    with pytest.raises(ValueError, match="none of"):
        telegram.user_sends(CHAT, "hologram")
    with pytest.raises(LookupError):
        telegram.user_edits(OTHER, "x")


def test_blocking_is_told_and_undone(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    telegram.my_chat_member(CHAT, blocked=True)
    with pytest.raises(Forbidden):
        say(telegram)
    telegram.my_chat_member(CHAT, blocked=False)
    change = Update.de_json(update_of(hook.requests[-1])).my_chat_member
    assert change is not None
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("kicked", "member")
    assert say(telegram).message_id


def test_a_refused_update_stays_pending_and_is_redelivered_unchanged(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    hook.next_statuses = [500, 200, 200]
    delivery = telegram.user_says(CHAT, "hello")
    info = call(telegram, lambda bot: bot.get_webhook_info())
    assert (info.pending_update_count, info.url) == (1, PUBLIC)
    assert info.last_error_message is not None and "500" in info.last_error_message
    telegram.user_edits(CHAT, "changed since")
    hook.requests.pop()
    again = telegram.redeliver(delivery.update_id)
    assert again.response is not None and again.response.status_code == 200
    assert hook.requests[0].body == hook.requests[1].body
    assert telegram.pending_updates == []
    with pytest.raises(KeyError):
        telegram.redeliver(1)


def test_updates_from_before_the_webhook_are_delivered_when_asked(telegram: TelegramEmulator, hook: Receiver) -> None:
    early = telegram.user_says(CHAT, "early")
    assert early.response is None
    set_webhook(telegram, hook)
    assert [delivery.update_id for delivery in telegram.deliver_pending()] == [early.update_id]
    assert len(hook.requests) == 1
    assert telegram.deliver_pending() == []


def test_an_unreachable_webhook_keeps_the_update(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    telegram.webhook_override = "http://127.0.0.1:9"
    with pytest.raises(httpx.ConnectError):
        telegram.user_says(CHAT, "hello")
    assert len(telegram.pending_updates) == 1
    telegram.webhook_override = None
    with pytest.raises(ValueError, match="not on loopback"):
        telegram.user_says(CHAT, "hello")


def test_only_the_updates_asked_for_are_sent(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook, allowed_updates=["message", "callback_query"])
    assert not telegram.channel_post(GROUP, "news").wanted
    assert not telegram.my_chat_member(CHAT).wanted
    assert telegram.user_says(CHAT, "hello").wanted
    assert len(hook.requests) == 1
    assert call(telegram, lambda bot: bot.get_webhook_info()).allowed_updates == ("message", "callback_query")


def test_by_default_changes_of_other_members_do_not_come(telegram: TelegramEmulator) -> None:
    assert not telegram.raw_update({"chat_member": {}}).wanted
    assert telegram.raw_update({"poll": {}}).wanted


def test_a_raw_update_goes_out_as_it_is(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    telegram.raw_update({"message": "nonsense"})
    telegram.raw_update({"update_id": 7, "poll": {"id": "1"}})
    assert update_of(hook.requests[0])["message"] == "nonsense"
    assert update_of(hook.requests[1]) == {"update_id": 7, "poll": {"id": "1"}}


@pytest.mark.parametrize(
    ("url", "more", "problem"),
    [
        ("http://waymark.example/x", {}, "https url"),
        ("https://waymark.example:9000/x", {}, "ports"),
        (PUBLIC, {"secret_token": "with space"}, "unallowed"),
    ],
)
def test_a_webhook_telegram_would_not_take_is_refused(
    telegram: TelegramEmulator, url: str, more: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadRequest, match=problem):
        call(telegram, lambda bot: bot.set_webhook(url, secret_token=more.get("secret_token")))
    assert call(telegram, lambda bot: bot.get_webhook_info()).url == ""


def test_a_webhook_with_a_certificate_is_uploaded_and_one_without_secret_sends_none(
    telegram: TelegramEmulator, hook: Receiver
) -> None:
    certificate = InputFile(b"-----BEGIN CERTIFICATE-----", filename="cert.pem")
    call(telegram, lambda bot: bot.set_webhook(PUBLIC, certificate=certificate, max_connections=5))
    info = call(telegram, lambda bot: bot.get_webhook_info())
    assert (info.has_custom_certificate, info.max_connections) == (True, 5)
    telegram.webhook_override = hook.url
    telegram.user_says(CHAT, "hello")
    assert SECRET_HEADER not in hook.requests[0].headers
    assert telegram.violations == []


# getUpdates


def test_polling_gives_each_update_until_it_is_confirmed(telegram: TelegramEmulator) -> None:
    ids = [telegram.user_says(CHAT, str(index)).update_id for index in range(3)]

    async def poll(bot: Bot) -> list[list[int]]:
        rounds: list[dict[str, Any]] = [{}, {"limit": 2}, {"offset": ids[2]}, {"offset": ids[2] + 1}]
        return [[update.update_id for update in await bot.get_updates(**each)] for each in rounds]

    assert call(telegram, poll) == [ids, ids[:2], ids[2:], []]
    assert telegram.pending_updates == []


def test_a_negative_offset_gives_the_newest_and_forgets_the_rest(telegram: TelegramEmulator) -> None:
    ids = [telegram.user_says(CHAT, str(index)).update_id for index in range(3)]
    got = call(telegram, lambda bot: bot.get_updates(offset=-1))
    assert [update.update_id for update in got] == ids[2:]
    assert [update["update_id"] for update in telegram.pending_updates] == ids[2:]


def test_a_long_poll_ends_when_an_update_comes_or_its_time_is_over(telegram: TelegramEmulator) -> None:
    with ThreadPoolExecutor(1) as pool:
        before = time.monotonic()
        waiting = pool.submit(call, telegram, lambda bot: bot.get_updates(timeout=10))
        while len(telegram.requests) < 2:
            time.sleep(0.005)
        assert not waiting.done()
        telegram.user_says(CHAT, "hello")
        assert [update.message.text for update in waiting.result(5)] == ["hello"]
        assert time.monotonic() - before < 5
    telegram._api.pending.clear()
    before = time.monotonic()
    assert call(telegram, lambda bot: bot.get_updates(timeout=1)) == ()
    assert time.monotonic() - before >= 1


def test_a_second_poll_ends_the_first(telegram: TelegramEmulator) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(call, telegram, lambda bot: bot.get_updates(timeout=10))
        while not any(request.path.endswith("getUpdates") for request in telegram.requests):
            time.sleep(0.005)
        call(telegram, lambda bot: bot.get_updates())
        assert isinstance(first.exception(5), Conflict)


def test_polling_and_a_webhook_exclude_each_other(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    with pytest.raises(Conflict):
        call(telegram, lambda bot: bot.get_updates())
    hook.next_statuses = [500]
    telegram.user_says(CHAT, "hello")
    call(telegram, lambda bot: bot.delete_webhook(drop_pending_updates=True))
    assert call(telegram, lambda bot: bot.get_updates()) == ()
    assert call(telegram, lambda bot: bot.get_webhook_info()).url == ""


def test_a_stopping_emulator_ends_a_long_poll() -> None:
    with TelegramEmulator() as telegram, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(call, telegram, lambda bot: bot.get_updates(timeout=20))
        while len(telegram.requests) < 2:
            time.sleep(0.005)
        before = time.monotonic()
        telegram.stop()
        assert time.monotonic() - before < 3
        assert waiting.result(3) == ()


def test_many_people_at_once_are_all_heard(telegram: TelegramEmulator, hook: Receiver) -> None:
    set_webhook(telegram, hook)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda index: telegram.user_says(CHAT + index, "hello"), range(24)))
        list(pool.map(lambda index: raw(telegram, "sendMessage", json={"chat_id": CHAT + index, "text": "x"}), range(24)))
    ids = [update_of(request)["update_id"] for request in hook.requests]
    assert sorted(ids) == list(range(min(ids), min(ids) + 24))
    message_ids = [message.message_id for message in telegram.sent()]
    assert len(set(message_ids)) == 24
