"""Telegram: receive, errors, send. Private chats only; what buttons carry is an opaque token."""

from __future__ import annotations

import hmac
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram import error as telegram_error
from telegram.request import HTTPXRequest

from bot.channels.base import Part, cut
from bot.messages import Failure, Incoming, Kind, Outgoing, Reply, SendError
from bot.settings import Settings

LIMIT = 4096  # characters in one message: https://core.telegram.org/bots/api#sendmessage
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member", "channel_post"]
COMMANDS = {"/start", "/help"}
_MEDIA = [
    "photo",
    "voice",
    "video",
    "video_note",
    "audio",
    "document",
    "sticker",
    "animation",
    "contact",
    "poll",
    "dice",
    "venue",
    "story",
    "game",
    "invoice",
]


def secret_matches(settings: Settings, header: str | None) -> bool:
    return bool(settings.telegram_secret) and hmac.compare_digest(settings.telegram_secret.encode(), (header or "").encode())


def receive(data: dict[str, Any]) -> Incoming | None:
    """One update as an Incoming; None for what nobody said to us (channel posts, types we do not know).

    Raises ValueError when it is not an update at all.
    """
    if not isinstance(data.get("update_id"), int):
        raise ValueError("an update without update_id")
    try:
        update = Update.de_json(data, None)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError("an update that does not follow the Bot API") from error
    if update.callback_query is not None:
        return _tapped(update)
    if update.my_chat_member is not None:
        return _membership(update)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    return _said(update, message)


def _said(update: Update, message: Message) -> Incoming | None:
    base: dict[str, Any] = {
        "channel": "telegram",
        "address": str(message.chat.id),
        "provider_id": str(update.update_id),
    }
    sent_at = message.date.astimezone(UTC) if message.date else None
    hint = (message.from_user.language_code or "")[:8] if message.from_user else ""
    if message.chat.type != "private":
        return Incoming(kind=Kind.GROUP, sent_at=sent_at, locale_hint=hint, **base)
    if update.edited_message is not None:
        return Incoming(kind=Kind.EDIT, sent_at=sent_at, locale_hint=hint, **base)
    text = message.text or ""
    first = text.split("@")[0].split()[0] if text.strip() else ""
    if first in COMMANDS:
        return Incoming(kind=Kind.COMMAND, text=first, sent_at=sent_at, locale_hint=hint, **base)
    if text:
        return Incoming(kind=Kind.TEXT, text=text, sent_at=sent_at, locale_hint=hint, **base)
    if message.location is not None:
        where = {"lat": message.location.latitude, "lon": message.location.longitude}
        return Incoming(kind=Kind.LOCATION, sent_at=sent_at, locale_hint=hint, **where, **base)
    if any(getattr(message, kind, None) for kind in _MEDIA):
        return Incoming(kind=Kind.MEDIA, text=message.caption or "", sent_at=sent_at, locale_hint=hint, **base)
    return None  # service messages: a title changed, a message was pinned


def _tapped(update: Update) -> Incoming | None:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != "private":
        return None
    return Incoming(
        channel="telegram",
        address=str(query.message.chat.id),
        provider_id=str(update.update_id),
        kind=Kind.CHOICE,
        token=(query.data or "")[:64],
        callback_id=query.id,
        locale_hint=(query.from_user.language_code or "")[:8],
    )


def _membership(update: Update) -> Incoming | None:
    change = update.my_chat_member
    if change is None or change.chat.type != "private":
        return None
    kind = Kind.BLOCKED if change.new_chat_member.status in ("kicked", "left") else Kind.UNBLOCKED
    return Incoming("telegram", str(change.chat.id), str(update.update_id), kind)


def make_bot(settings: Settings, timeout: float = 12.0) -> Bot:
    request = HTTPXRequest(connection_pool_size=16, read_timeout=timeout, write_timeout=timeout, connect_timeout=5)
    base = {"base_url": f"{settings.telegram_api_url}/bot"} if settings.telegram_api_url else {}
    return Bot(settings.telegram_token, request=request, get_updates_request=HTTPXRequest(read_timeout=60), **base)


class Telegram:
    """Sends to private chats: text, inline buttons, a request for the location, a point on the map."""

    name = "telegram"
    can_look_up = False
    per_second = 25.0  # Telegram allows 30 a second in all: https://core.telegram.org/bots/faq#broadcasting-to-users

    def __init__(self, settings: Settings, timeout: float = 12.0) -> None:
        self._bot = make_bot(settings, timeout)

    async def send(self, outgoing: Outgoing) -> str:
        try:
            return await self._send(outgoing)
        except telegram_error.TelegramError as error:
            raise _policy(error) from error

    async def _send(self, outgoing: Outgoing) -> str:
        if outgoing.callback_id:
            return await self._acknowledge(outgoing)
        chat = int(outgoing.address)
        if outgoing.pin is not None and not outgoing.text:
            message = await self._bot.send_location(chat, latitude=outgoing.pin[0], longitude=outgoing.pin[1])
        else:
            message = await self._bot.send_message(
                chat,
                outgoing.text,
                reply_markup=_keyboard(outgoing),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        return f"{chat}:{message.message_id}"

    async def _acknowledge(self, outgoing: Outgoing) -> str:
        # Too old: the little clock on the button has already gone, and nothing is lost.
        with suppress(telegram_error.BadRequest):
            await self._bot.answer_callback_query(outgoing.callback_id)
        return f"callback:{outgoing.callback_id}"

    async def look_up(self, outgoing: Outgoing, since: datetime, taken: frozenset[str]) -> str | None:
        raise SendError(Failure.UNKNOWN, "Telegram cannot be asked what it has sent")

    async def close(self) -> None:
        # Bot.shutdown() does nothing without initialize(), which would ask Telegram who we are at each start.
        await self._bot.request.shutdown()


def shape_chat(reply: Reply, limit: int) -> list[Part]:
    """One message, more only where it would not fit; buttons under the last; a map point on its own."""
    pieces = cut(reply.text.strip(), limit)
    parts = [Part(piece) for piece in pieces[:-1]]
    if pieces:
        parts.append(Part(pieces[-1], choices=reply.choices, ask_location=reply.ask_location))
    if reply.pin is not None:
        parts.insert(max(0, len(parts) - 1), Part("", pin=reply.pin))
    return parts


def _keyboard(outgoing: Outgoing) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    if outgoing.choices:
        rows = [[InlineKeyboardButton(choice.title[:64], callback_data=choice.token)] for choice in outgoing.choices]
        return InlineKeyboardMarkup(rows)
    if outgoing.ask_location:
        button = KeyboardButton(outgoing.location_label, request_location=True)
        return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    return ReplyKeyboardRemove() if outgoing.remove_keyboard else None


def _policy(error: telegram_error.TelegramError) -> SendError:
    """https://core.telegram.org/api/errors ; python-telegram-bot maps status codes to classes."""
    detail = error.message[:100]
    if isinstance(error, telegram_error.RetryAfter):
        wait = error.retry_after
        return SendError(Failure.THROTTLED, "429", wait.total_seconds() if hasattr(wait, "total_seconds") else float(wait))
    if isinstance(error, telegram_error.Forbidden):
        return SendError(Failure.CONTACT, "403", detail=detail)
    if isinstance(error, telegram_error.InvalidToken):
        return SendError(Failure.OPERATOR, "401")
    if isinstance(error, telegram_error.ChatMigrated):
        return SendError(Failure.CONTACT, "migrated")
    if isinstance(error, telegram_error.BadRequest):
        gone = "chat not found" in detail.lower() or "user is deactivated" in detail.lower()
        return SendError(Failure.CONTACT if gone else Failure.CONTENT, "400", detail=detail)
    if isinstance(error, telegram_error.NetworkError) and "ConnectError" in repr(error.__cause__):
        return SendError(Failure.TRANSIENT, "connect")
    return SendError(Failure.UNKNOWN, type(error).__name__)
