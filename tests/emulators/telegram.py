"""An emulated Telegram: the Bot API methods the product uses, and people who write to the bot."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx

from . import telegram_spec as spec
from . import telegram_updates as updates
from .provider import TICK, Fault, Provider, Request, Response, only_loopback
from .telegram_api import SENDING, ApiError, BotApi, SentMessage
from .telegram_updates import Json
from .telegram_wire import json_response, parameters_of, refusal

PATH = re.compile(r"/bot(\d+:[\w-]+)/(\w+)")


@dataclass(frozen=True)
class Delivery:
    """One update and what the webhook said to it; `response` is None when it was queued or not asked for."""

    update: Json
    response: httpx.Response | None
    wanted: bool = True

    @property
    def update_id(self) -> int:
        return int(self.update["update_id"])


class TelegramEmulator(Provider):
    """Telegram on loopback: `Bot(emulator.token, base_url=f"{emulator.url}/bot")` reaches it.

    `webhook_override` is the loopback address that updates go to, whatever setWebhook said.
    """

    def __init__(self, username: str = "waymark_bot") -> None:
        super().__init__()
        bot_id = 7_000_000_000 + secrets.randbelow(1_000_000)
        self.token = f"{bot_id}:AA{secrets.token_hex(16)}a"
        self.username = username
        self.webhook_override: str | None = None
        self.webhook_timeout = 10.0  # seconds
        bot = {"id": bot_id, "is_bot": True, "first_name": "Waymark", "username": username}
        self._api = BotApi(bot)
        self._updates: dict[int, Json] = {}
        self._next_update_id = 100_000 + secrets.randbelow(100_000)
        self._chat_instances: dict[int, str] = {}
        self._poll = 0

    # What a test reads

    def sent(self, chat_id: int | None = None) -> list[SentMessage]:
        """The bot's messages to one chat, or all, oldest first."""
        with self._lock:
            return [message for message in self._api.sent if chat_id in (None, message.chat_id)]

    @property
    def answered_callbacks(self) -> list[Json]:
        """The parameters of each answerCallbackQuery that was accepted."""
        with self._lock:
            return list(self._api.answered)

    @property
    def chat_actions(self) -> list[tuple[int, str]]:
        with self._lock:
            return list(self._api.chat_actions)

    @property
    def commands(self) -> list[Json]:
        """The parameters of each setMyCommands."""
        with self._lock:
            return list(self._api.commands)

    @property
    def pending_updates(self) -> list[Json]:
        """The updates nobody has taken yet, oldest first."""
        with self._lock:
            return list(self._api.pending)

    # What a test scripts

    def fail(
        self,
        status: int,
        description: str | None = None,
        retry_after: int | None = None,
        times: int = 1,
        chat_id: int | None = None,
        method: str | None = None,
        accept: bool = False,
    ) -> None:
        """The next `times` messages (or calls of `method`) answer this status; 429 carries `retry_after` seconds."""
        if description is None:
            description = _description(status, retry_after)
        parameters = {} if retry_after is None else {"retry_after": retry_after}
        response = refusal(ApiError(status, description, **parameters))
        self._script(Fault(times, response=response, accept=accept, target=_target(chat_id), methods=_methods(method)))

    def hang(
        self, seconds: float, times: int = 1, accept: bool = True, chat_id: int | None = None, method: str | None = None
    ) -> None:
        """The next messages are answered only after `seconds`; with `accept` they were taken before."""
        self._script(Fault(times, delay=seconds, accept=accept, target=_target(chat_id), methods=_methods(method)))

    def drop_connection(self, times: int = 1, accept: bool = True, chat_id: int | None = None, method: str | None = None) -> None:
        """The next messages end in a closed connection; with `accept` they were taken before."""
        self._script(Fault(times, drop=True, accept=accept, target=_target(chat_id), methods=_methods(method)))

    def block(self, chat_id: int) -> None:
        """From now on this contact has blocked the bot: sends answer 403. No update is made; see my_chat_member."""
        with self._lock:
            self._api.blocked.add(chat_id)

    def unblock(self, chat_id: int) -> None:
        with self._lock:
            self._api.blocked.discard(chat_id)

    def expire_callbacks(self) -> None:
        """Makes every open callback query too old to be answered."""
        with self._lock:
            self._api.queries.clear()

    # What people do

    def user_says(
        self,
        chat_id: int,
        text: str,
        language_code: str | None = None,
        first_name: str | None = None,
        username: str | None = None,
        **content: Any,
    ) -> Delivery:
        """A private text message. `content` adds or replaces fields of the Message."""
        with self._lock:
            given = {"first_name": first_name, "language_code": language_code, "username": username}
            someone = self._person(chat_id) | {name: value for name, value in given.items() if value is not None}
            self._api.people[chat_id] = someone
            self._api.chats[chat_id] = updates.private_chat(someone)
        return self._user_message(chat_id, **{**updates.text_content(text), **content})

    def user_taps(self, chat_id: int, button: str) -> Delivery:
        """Taps the newest button with this text or callback data; a reply keyboard's button sends its text.

        Raises LookupError when no keyboard shows it, ValueError when tapping it sends nothing to the bot.
        """
        for message in self._showing_a_keyboard(chat_id):
            for shown in message.buttons:
                if button in (shown["text"], shown.get("callback_data")):
                    return self._tap(chat_id, message, shown)
        raise LookupError(f"no keyboard in chat {chat_id} shows {button!r}")

    def user_shares_location(self, chat_id: int, lat: float, lon: float) -> Delivery:
        """A location in degrees."""
        return self._user_message(chat_id, location={"latitude": lat, "longitude": lon})

    def user_edits(self, chat_id: int, text: str, message_id: int | None = None) -> Delivery:
        """Edits the contact's newest message, or the one named. Raises LookupError when there is none."""
        with self._lock:
            own = [m for m in self._api.messages if m["chat"]["id"] == m.get("from", {}).get("id") == chat_id]
            found = next((m for m in reversed(own) if message_id in (None, m["message_id"])), None)
            if found is None:
                raise LookupError(f"nothing to edit in chat {chat_id}")
            found.pop("entities", None)
            found |= {**updates.text_content(text), "edit_date": updates.now()}
            edited = dict(found)
        return self._update(edited_message=edited)

    def user_sends(self, chat_id: int, kind: str, caption: str | None = None) -> Delivery:
        """A photo, voice, sticker, contact, video or document."""
        return self._user_message(chat_id, **updates.attachment(kind), **({"caption": caption} if caption else {}))

    def group_message(self, chat_id: int, text: str, from_id: int = 4242, title: str = "A group") -> Delivery:
        """A text in a group; its `chat_id` is below zero."""
        chat = {"id": chat_id, "type": "supergroup", "title": title}
        with self._lock:
            self._api.chats[chat_id] = chat
            made = self._api.new_message(chat, updates.person(from_id), **updates.text_content(text))
        return self._update(message=made)

    def channel_post(self, chat_id: int, text: str, title: str = "A channel") -> Delivery:
        """A post in a channel, which has no sender."""
        chat = {"id": chat_id, "type": "channel", "title": title}
        with self._lock:
            made = self._api.new_message(chat, None, sender_chat=chat, **updates.text_content(text))
        return self._update(channel_post=made)

    def my_chat_member(self, chat_id: int, blocked: bool = True) -> Delivery:
        """The contact blocks the bot, or lets it in again; sends follow."""
        (self.block if blocked else self.unblock)(chat_id)
        someone = self._person(chat_id)
        return self._update(my_chat_member=updates.member_change(updates.private_chat(someone), someone, self._api.bot, blocked))

    def raw_update(self, update: Json) -> Delivery:
        """Any object at all, unchecked; it gets the next update_id unless it brings one."""
        with self._lock:
            update = {"update_id": self._take_update_id(), **update}
            self._updates[update["update_id"]] = update
        return self._deliver(update)

    def redeliver(self, update_id: int) -> Delivery:
        """The same update again, as after a non-2xx answer. Raises KeyError for an unknown id."""
        with self._lock:
            update = self._updates[update_id]
        return self._deliver(update)

    def deliver_pending(self) -> list[Delivery]:
        """Sends the webhook what it has not accepted yet, oldest first."""
        return [self._deliver(update) for update in self.pending_updates]

    # Updates

    def _person(self, chat_id: int) -> Json:
        with self._lock:
            return self._api.people.setdefault(chat_id, updates.person(chat_id))

    def _user_message(self, chat_id: int, **content: Any) -> Delivery:
        with self._lock:
            someone = self._person(chat_id)
            chat = self._api.chats.setdefault(chat_id, updates.private_chat(someone))
            made = self._api.new_message(chat, someone, **content)
        return self._update(message=made)

    def _showing_a_keyboard(self, chat_id: int) -> list[SentMessage]:
        """Newest first: every inline keyboard, but only the last reply keyboard, which replaced the others."""
        shown, replaced = [], False
        for message in reversed(self.sent(chat_id)):
            markup = message.reply_markup or {}
            if "inline_keyboard" in markup or ("keyboard" in markup and not replaced):
                shown.append(message)
            replaced = replaced or "keyboard" in markup or "remove_keyboard" in markup
        return shown

    def _tap(self, chat_id: int, message: SentMessage, button: Json) -> Delivery:
        if "callback_data" in button:
            return self._callback_query(chat_id, message, button["callback_data"])
        special = sorted(set(button) - {"text", "style", "icon_custom_emoji_id"})
        if special:
            raise ValueError(f"tapping {button['text']!r} sends no text: it is a button with {', '.join(special)}")
        return self._user_message(chat_id, **updates.text_content(button["text"]))

    def _callback_query(self, chat_id: int, message: SentMessage, data: str) -> Delivery:
        query_id = str(secrets.randbits(62))
        with self._lock:
            self._api.queries[query_id] = time.monotonic()
            query = {
                "id": query_id,
                "from": self._person(chat_id),
                "message": dict(message.message),
                "chat_instance": self._chat_instances.setdefault(chat_id, str(secrets.randbits(62))),
                "data": data,
            }
        return self._update(callback_query=query)

    def _take_update_id(self) -> int:
        taken = self._next_update_id
        self._next_update_id += 1
        return taken

    def _update(self, **content: Json) -> Delivery:
        with self._lock:
            # Through JSON, so that what was delivered never changes with the state it came from.
            update = json.loads(json.dumps({"update_id": self._take_update_id(), **content}))
            found = spec.problems(["Update"], update, "update")
            if found:
                raise ValueError(f"an update Telegram would not send: {found}")
            self._updates[update["update_id"]] = update
        return self._deliver(update)

    def _deliver(self, update: Json) -> Delivery:
        """Posts to the webhook outside the lock, as the product may call back while it answers."""
        with self._lock:
            if not self._api.lets_through(update):
                return Delivery(update, None, wanted=False)
            if update not in self._api.pending:
                self._api.pending.append(update)
            hook = self._api.webhook
        if not hook.url:
            return Delivery(update, None)
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret_token} if hook.secret_token else {}
        url = only_loopback(self.webhook_override or hook.url)
        try:
            response = httpx.post(url, json=update, headers=headers, timeout=self.webhook_timeout, trust_env=False)
        except httpx.HTTPError as error:
            self._note_delivery(update, f"Connection failed: {error!r}")
            raise
        refused = None if response.is_success else f"Wrong response from the webhook: {response.status_code}"
        self._note_delivery(update, refused)
        return Delivery(update, response)

    def _note_delivery(self, update: Json, error: str | None) -> None:
        with self._lock:
            if error:
                self._api.webhook.last_error = (updates.now(), error)
            elif update in self._api.pending:
                self._api.pending.remove(update)

    # The API

    async def answer(self, request: Request) -> Response:
        path = PATH.fullmatch(request.path)
        if path is None:
            return refusal(ApiError(404, "Not Found"))
        if path[1] != self.token:
            return refusal(ApiError(401, "Unauthorized"))
        method = next((name for name in spec.METHODS if name.lower() == path[2].lower()), None)
        if method is None:
            self._violate(request, [f"{path[2]} is not emulated"])
            return refusal(ApiError(404, "Not Found"))
        parameters = spec.read_parameters(method, parameters_of(request))
        found = spec.call_problems(method, parameters)
        if found:
            self._violate(request, found)
            return refusal(ApiError(400, f"Bad Request: {found[0]}"))
        return await self._poll_updates(parameters) if method == "getUpdates" else self._call(method, parameters)

    def _call(self, method: str, parameters: Json) -> Response:
        target = str(parameters.get("chat_id"))
        return self._with_faults(target, method, lambda: self._serve(method, parameters))

    async def _poll_updates(self, parameters: Json) -> Response:
        """Waits up to `timeout` seconds for an update; a second poll ends the first, as at Telegram."""
        with self._lock:
            self._poll += 1
            mine = self._poll
        deadline = time.monotonic() + parameters.get("timeout", 0)
        while True:
            response = self._call("getUpdates", parameters)
            faulty = response.delay or response.drop or response.status != 200
            done = faulty or json.loads(response.body)["result"]
            if done or time.monotonic() >= deadline or self._stopping.is_set():
                return response
            await asyncio.sleep(TICK)
            if mine != self._poll:
                other = "terminated by other getUpdates request; make sure that only one bot instance is running"
                return refusal(ApiError(409, f"Conflict: {other}"))

    def _serve(self, method: str, parameters: Json) -> Response:
        with self._lock:
            try:
                result = self._api.call(method, parameters)
            except ApiError as error:
                return refusal(error)
            found = spec.result_problems(method, result)
            if found:
                self.violations += found
                return refusal(ApiError(500, "Internal Server Error"))
            return json_response(200, {"ok": True, "result": result})


def _description(status: int, retry_after: int | None) -> str:
    if status == 429:
        return f"Too Many Requests: retry after {retry_after}"
    if status == 403:
        return "Forbidden: bot was blocked by the user"
    return "Internal Server Error" if status >= 500 else "Bad Request"


def _target(chat_id: int | None) -> str | None:
    return None if chat_id is None else str(chat_id)


def _methods(named: str | None) -> tuple[str, ...]:
    """What a fault hits: the method named, or all that send a message. Raises ValueError for a method nobody serves."""
    if named is not None and named not in spec.METHODS:
        raise ValueError(f"{named} is not emulated")
    return SENDING if named is None else (named,)
