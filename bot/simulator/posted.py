"""What the browser posts, checked. Every refusal is one sentence that says what to mend."""

from __future__ import annotations

import json
import math
import re
import uuid
from typing import Any

from bot.messages import Incoming, Kind
from bot.simulator.words import COUNTRIES

MAX_TEXT = 20_000  # characters
PHONE_KINDS = ("sms", "chat")
# crypto.token(18) is 24 characters. Whoever has the address has the phone.
_PHONE = re.compile(r"(?:sms|chat):[A-Za-z0-9_-]{24}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class BadRequest(ValueError):
    """The request cannot be used; the message says why, in one sentence."""


def json_object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(data, dict):
        raise BadRequest("The body must be a JSON object.")
    return data


def phone_kind(data: dict[str, Any]) -> str:
    kind = data.get("kind")
    if kind not in PHONE_KINDS:
        raise BadRequest("The kind must be sms or chat.")
    return str(kind)


def phone_address(value: object) -> str | None:
    """The phone's address, or None for what no phone of ours looks like."""
    return value if isinstance(value, str) and _PHONE.fullmatch(value) else None


def after(value: str | None) -> int:
    if not value:
        return 0
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise BadRequest("The value of after must be the id of a message.")
    return int(value)


def incoming(data: dict[str, Any], phone: str, phone_hash: str) -> Incoming:
    """The message as any channel would hand it over. `provider_id` makes a retry of the same message known."""
    kind, content = _content(data)
    return Incoming(
        channel="webchat",
        address=phone,
        provider_id=f"{phone_hash}:{_message_id(data.get('id'))}",
        kind=kind,
        locale_hint=_locale(data.get("locale")),
        country_hint=_country(data.get("country")),
        **content,
    )


def _content(data: dict[str, Any]) -> tuple[Kind, dict[str, Any]]:
    given = [name for name in ("text", "choice", "lat") if data.get(name) is not None]
    if len(given) != 1:
        raise BadRequest("A message needs a text, a choice or a position, and only one of them.")
    if given == ["text"]:
        return Kind.TEXT, {"text": _text(data["text"])}
    if given == ["choice"]:
        return Kind.CHOICE, {"token": _token(data["choice"])}
    return Kind.LOCATION, {"lat": _degrees(data["lat"], 90, "lat"), "lon": _degrees(data.get("lon"), 180, "lon")}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise BadRequest("The text must be a string that is not empty.")
    if len(value) > MAX_TEXT:
        raise BadRequest(f"The text is longer than {MAX_TEXT} characters.")
    return value


def _token(value: object) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise BadRequest("The choice must be the token of an offered choice.")
    return value


def _degrees(value: object, limit: int, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or abs(value) > limit:  # type: ignore[arg-type]  # a number by now
        raise BadRequest(f"The value of {name} must be degrees between -{limit} and {limit}.")
    return float(value)  # type: ignore[arg-type]


def _message_id(value: object) -> str:
    try:
        return str(uuid.UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise BadRequest("The id must be a UUID made by the sender of the message.") from None


def _locale(value: object) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or len(value) > 16 or not _LOCALE.fullmatch(value):
        raise BadRequest("The locale must be a language tag such as fr or pt-BR.")
    return value


def _country(value: object) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or value.upper() not in COUNTRIES:
        raise BadRequest("The country must be a two-letter country code such as GR.")
    return value.upper()
