"""The channels: one file each, one line each here."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.base import Channel, Part, shape_plain
from bot.channels.telegram import LIMIT, Telegram, shape_chat
from bot.channels.twilio import Twilio
from bot.channels.webchat import Webchat
from bot.messages import Reply
from bot.settings import Settings

REGISTRY: dict[str, tuple[Callable[[Settings], bool], Callable[[Settings], Channel]]] = {
    "sms": (lambda s: s.twilio, Twilio),
    "telegram": (lambda s: s.telegram, Telegram),
    "webchat": (lambda s: s.simulator, lambda _: Webchat()),
}


def configured(settings: Settings) -> dict[str, Channel]:
    """The channels that have what they need to send."""
    return {name: make(settings) for name, (ready, make) in REGISTRY.items() if ready(settings)}


def shape(reply: Reply, plain: bool) -> list[Part]:
    """A reply as parts: plain text with numbers where there are no buttons, else a chat message."""
    return shape_plain(reply) if plain else shape_chat(reply, LIMIT)
