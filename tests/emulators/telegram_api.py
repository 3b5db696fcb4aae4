"""The Bot API methods of the emulated Telegram, on state kept in memory; calls come one at a time, under a lock."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .telegram_text import Entity, EntityError, parsed, utf16
from .telegram_updates import Json, chat_of, message, now

SENDING = ("sendMessage", "sendVenue", "sendLocation")
WEBHOOK_PORTS = (443, 80, 88, 8443)
UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}
CHAT_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


class ApiError(Exception):
    """A refusal: HTTP status, description, and Telegram's `parameters` if it has any."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


@dataclass
class SentMessage:
    """One message of the bot as it stands now; `message` is the object the API shows."""

    method: str
    parameters: Json
    message: Json

    @property
    def message_id(self) -> int:
        return int(self.message["message_id"])

    @property
    def chat_id(self) -> int:
        return int(self.message["chat"]["id"])

    @property
    def text(self) -> str:
        return str(self.message.get("text", ""))

    @property
    def entities(self) -> list[Entity]:
        return list(self.message.get("entities", []))

    @property
    def location(self) -> tuple[float, float] | None:
        """Latitude and longitude of a location or venue, in degrees."""
        place = self.message.get("location")
        return (place["latitude"], place["longitude"]) if place else None

    @property
    def reply_markup(self) -> Json | None:
        """The keyboard it carries now: an inline one changes when it is edited, a reply keyboard never does."""
        shown: Json | None = self.message.get("reply_markup")
        asked: Json = self.parameters.get("reply_markup") or {}
        return shown or (None if not asked or "inline_keyboard" in asked else asked)

    @property
    def buttons(self) -> list[Json]:
        markup = self.reply_markup or {}
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return [{"text": button} if isinstance(button, str) else button for row in rows for button in row]


@dataclass
class Webhook:
    url: str = ""
    secret_token: str = ""
    certificate: bool = False
    max_connections: int = 40
    ip_address: str | None = None
    last_error: tuple[int, str] | None = None


@dataclass
class BotApi:
    """State and methods. `queries` holds the open callback queries with the time they were asked (monotonic)."""

    bot: Json
    query_seconds: float = 60.0
    chats: dict[int, Json] = field(default_factory=dict)
    people: dict[int, Json] = field(default_factory=dict)
    messages: list[Json] = field(default_factory=list)
    sent: list[SentMessage] = field(default_factory=list)
    answered: list[Json] = field(default_factory=list)
    chat_actions: list[tuple[int, str]] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    queries: dict[str, float] = field(default_factory=dict)
    pending: list[Json] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    webhook: Webhook = field(default_factory=Webhook)
    next_message_id: int = 1

    def call(self, method: str, parameters: Json) -> Any:
        """The result of one call whose parameters fit the description. Raises ApiError."""
        methods: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda _: self.bot | {"can_join_groups": True, "can_read_all_group_messages": False},
            "sendMessage": self._send_message,
            "sendLocation": self._send_location,
            "sendVenue": self._send_venue,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer_query,
            "sendChatAction": self._chat_action,
            "setMyCommands": self._set_commands,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: self._webhook_info(),
            "getUpdates": self._updates,
        }
        return methods[method](parameters)

    def new_message(self, chat: Json, sender: Json | None, **content: Any) -> Json:
        """A message with the next id, kept so that it can be edited or replied to."""
        made = message(self.next_message_id, chat, sender, **content)
        self.next_message_id += 1
        self.messages.append(made)
        return made

    def find(self, chat_id: int, message_id: int | None) -> Json | None:
        return next((m for m in self.messages if (m["chat"]["id"], m["message_id"]) == (chat_id, message_id)), None)

    def lets_through(self, update: Json) -> bool:
        """Whether allowed_updates asks for this kind; by default all but three kinds come."""
        kinds = set(update) - {"update_id"}
        return bool(kinds & set(self.allowed)) if self.allowed else not kinds & UNASKED

    # Sending

    def _chat(self, parameters: Json) -> Json:
        chat_id = parameters["chat_id"]
        if not isinstance(chat_id, int):
            raise bad("chat not found")
        if chat_id in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return self.chats.setdefault(chat_id, chat_of(chat_id))

    def _send(self, method: str, parameters: Json, **content: Any) -> Json:
        chat = self._chat(parameters)
        markup = parameters.get("reply_markup") or {}
        check_markup(markup, chat)
        if markup.get("inline_keyboard"):
            content["reply_markup"] = markup
        reply = parameters.get("reply_parameters")
        if reply:
            original = self.find(chat["id"], reply["message_id"])
            if original is None and not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            if original is not None:
                content["reply_to_message"] = {k: v for k, v in original.items() if k != "reply_to_message"}
        made = self.new_message(chat, self.bot, **content)
        self.sent.append(SentMessage(method, parameters, made))
        return made

    def _send_message(self, parameters: Json) -> Json:
        if parameters.get("parse_mode") and parameters.get("entities"):
            raise bad("can't use both parse_mode and entities")
        try:
            text, entities = parsed(parameters["text"], parameters.get("parse_mode"))
        except EntityError as error:
            raise bad(f"can't parse entities: {error}") from error
        if not text.strip():
            raise bad("message text is empty")
        if utf16(text) > 4096:
            raise bad("message is too long")
        entities = entities or parameters.get("entities") or []
        return self._send("sendMessage", parameters, text=text, **({"entities": entities} if entities else {}))

    def _send_location(self, parameters: Json) -> Json:
        return self._send("sendLocation", parameters, location=_place(parameters))

    def _send_venue(self, parameters: Json) -> Json:
        if not parameters["title"].strip() or not parameters["address"].strip():
            raise bad("VENUE_TITLE_OR_ADDRESS_EMPTY")
        place = _place(parameters)
        venue = {"location": place, "title": parameters["title"], "address": parameters["address"]}
        return self._send("sendVenue", parameters, location=place, venue=venue)

    def _edit_markup(self, parameters: Json) -> Json:
        if "chat_id" not in parameters or "message_id" not in parameters:
            raise bad("message identifier is not specified")
        chat = self._chat(parameters)
        found = self.find(chat["id"], parameters["message_id"])
        if found is None:
            raise bad("message to edit not found")
        if found.get("from") != self.bot:
            raise bad("message can't be edited")
        markup = parameters.get("reply_markup") or {"inline_keyboard": []}
        check_markup(markup, chat)
        wanted = markup if any(markup["inline_keyboard"]) else None
        if found.get("reply_markup") == wanted:
            raise bad(NOT_MODIFIED)
        found.pop("reply_markup", None)
        found |= {"edit_date": now(), **({"reply_markup": wanted} if wanted else {})}
        return found

    def _answer_query(self, parameters: Json) -> bool:
        asked = self.queries.pop(parameters["callback_query_id"], None)
        if asked is None or time.monotonic() - asked > self.query_seconds:
            raise bad(QUERY_TOO_OLD)
        if len(parameters.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.answered.append(parameters)
        return True

    def _chat_action(self, parameters: Json) -> bool:
        chat = self._chat(parameters)
        if parameters["action"] not in CHAT_ACTIONS:
            raise bad("wrong parameter action in request")
        self.chat_actions.append((chat["id"], parameters["action"]))
        return True

    def _set_commands(self, parameters: Json) -> bool:
        if len(parameters["commands"]) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for command in parameters["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands.append(parameters)
        return True

    # Receiving

    def _set_webhook(self, parameters: Json) -> bool:
        url, secret = parameters["url"], parameters.get("secret_token", "")
        parts = urlsplit(url)
        if url and (parts.scheme != "https" or not parts.hostname):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if url and (parts.port or 443) not in WEBHOOK_PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad("secret token contains unallowed characters")
        connections = parameters.get("max_connections", 40)
        address = parameters.get("ip_address")
        self.webhook = Webhook(url, secret, "certificate" in parameters, connections, address)
        # Not given means as before.
        self.allowed = parameters.get("allowed_updates", self.allowed)
        if parameters.get("drop_pending_updates"):
            self.pending.clear()
        return True

    def _delete_webhook(self, parameters: Json) -> bool:
        self.webhook = Webhook()
        if parameters.get("drop_pending_updates"):
            self.pending.clear()
        return True

    def _webhook_info(self) -> Json:
        hook = self.webhook
        info: Json = {
            "url": hook.url,
            "has_custom_certificate": hook.certificate,
            "pending_update_count": len(self.pending),
        }
        if hook.url:
            info["max_connections"] = hook.max_connections
        if hook.ip_address:
            info["ip_address"] = hook.ip_address
        if hook.last_error:
            info |= {"last_error_date": hook.last_error[0], "last_error_message": hook.last_error[1]}
        return info | ({"allowed_updates": self.allowed} if self.allowed else {})

    def _updates(self, parameters: Json) -> list[Json]:
        if self.webhook.url:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self.allowed = parameters.get("allowed_updates", self.allowed)
        offset = parameters.get("offset", 0)
        if offset < 0:
            self.pending = self.pending[offset:]
        self.pending = [update for update in self.pending if update["update_id"] >= offset]
        return self.pending[: min(max(parameters.get("limit", 100), 1), 100)]


def _place(parameters: Json) -> Json:
    latitude, longitude = parameters["latitude"], parameters["longitude"]
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad("wrong latitude or longitude specified")
    return {"latitude": latitude, "longitude": longitude}


def check_markup(markup: Json, chat: Json) -> None:
    """What the types alone cannot say about a keyboard. Raises ApiError."""
    for row in markup.get("inline_keyboard", []):
        for button in row:
            _check_inline_button(button)
    for row in markup.get("keyboard", []):
        for button in row:
            asks = isinstance(button, dict) and (button.get("request_location") or button.get("request_contact"))
            if asks and chat["type"] != "private":
                raise bad("location can be requested in private chats only")


def _check_inline_button(button: Json) -> None:
    actions = set(button) - {"text", "icon_custom_emoji_id", "style"}
    if not button["text"]:
        raise bad("text is empty in an inline keyboard button")
    if len(actions) != 1:
        raise bad("Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and urlsplit(button["url"]).scheme not in ("http", "https", "tg"):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
