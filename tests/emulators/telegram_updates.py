"""The objects Telegram puts into an update: people, chats and what they send, with dates in whole seconds."""

from __future__ import annotations

import time
from typing import Any

from .telegram_text import commands

Json = dict[str, Any]


def now() -> int:
    return int(time.time())


def person(chat_id: int) -> Json:
    """A User who is no bot."""
    return {"id": chat_id, "is_bot": False, "first_name": "Amal"}


def private_chat(someone: Json) -> Json:
    names: Json = {key: someone[key] for key in ("first_name", "last_name", "username") if key in someone}
    return {"id": someone["id"], "type": "private", **names}


def chat_of(chat_id: int) -> Json:
    """A chat nobody has spoken in yet: Telegram numbers groups and channels below zero."""
    return private_chat(person(chat_id)) if chat_id > 0 else {"id": chat_id, "type": "supergroup", "title": "A group"}


def message(message_id: int, chat: Json, sender: Json | None, **content: Any) -> Json:
    base = {"message_id": message_id, "date": now(), "chat": chat, **({"from": sender} if sender else {})}
    return {**base, **content}


def text_content(text: str) -> Json:
    found = commands(text)
    return {"text": text, **({"entities": found} if found else {})}


def _file(kind: str, **more: Any) -> Json:
    return {"file_id": f"{kind}-file", "file_unique_id": f"{kind}-unique", **more}


def attachment(kind: str) -> Json:
    """The part of a message that carries what is no text. Raises ValueError for a kind that is not known."""
    kinds: dict[str, Any] = {
        "photo": [_file("small", width=90, height=67), _file("large", width=1280, height=960, file_size=81_000)],
        "voice": _file("voice", duration=4, mime_type="audio/ogg", file_size=9_000),
        "sticker": _file("sticker", type="regular", width=512, height=512, is_animated=False, is_video=False, emoji="🙏"),
        "contact": {"phone_number": "+306900000009", "first_name": "Brother"},
        "video": _file("video", width=640, height=480, duration=12, mime_type="video/mp4"),
        "document": _file("document", file_name="papers.pdf", mime_type="application/pdf"),
    }
    if kind not in kinds:
        raise ValueError(f"{kind} is none of {', '.join(kinds)}")
    return {kind: kinds[kind]}


def member_change(chat: Json, someone: Json, bot: Json, blocked: bool) -> Json:
    member = {"status": "member", "user": bot}
    banned = {"status": "kicked", "user": bot, "until_date": 0}
    old, new = (member, banned) if blocked else (banned, member)
    return {"chat": chat, "from": someone, "date": now(), "old_chat_member": old, "new_chat_member": new}
