"""SMS through Twilio: receive, status words, errors, send, look up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.messages import Failure, Incoming, Kind, Outgoing, SendError, State, StatusUpdate
from bot.settings import Settings

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
STATES = {
    "accepted": State.SENT,
    "scheduled": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "partially_delivered": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
# https://www.twilio.com/docs/api/errors
ERRORS = {
    **dict.fromkeys((21211, 21610, 21614, 21612, 21408, 30005, 30006), Failure.CONTACT),
    **dict.fromkeys((21617, 21658, 30007, 21602), Failure.CONTENT),
    **dict.fromkeys((20003, 20404, 21606, 21608, 21603, 30002, 30034), Failure.OPERATOR),
    **dict.fromkeys((20429, 21611), Failure.THROTTLED),
    **dict.fromkeys((20503, 30001, 30003, 30410), Failure.TRANSIENT),
}
OPT_OUT_TYPES = {"STOP": Kind.OPT_OUT, "START": Kind.OPT_IN}


class BadSignature(Exception):
    """The request does not come from Twilio."""


def verify(settings: Settings, path: str, query: str, body: bytes, fields: Any, header: str | None, is_json: bool) -> None:
    """Check X-Twilio-Signature on the public address. Raises BadSignature, also for what makes the library stumble.

    `fields` must be the multi-dict itself: repeated and empty fields count (twilio.com/docs/usage/security).
    """
    if not header or not settings.twilio_auth_token:
        raise BadSignature
    url = settings.public_url + path + (f"?{query}" if query else "")
    try:
        signed: Any = body.decode() if is_json else fields
        valid = RequestValidator(settings.twilio_auth_token).validate(url, signed, header)
    except Exception as error:  # whatever a hostile request does to the library, it is not signed
        raise BadSignature from error
    if not valid:
        raise BadSignature


def receive(fields: Mapping[str, str]) -> Incoming:
    """One inbound webhook. Raises ValueError for a request without sender or id."""
    sender, sid = fields.get("From", ""), fields.get("MessageSid") or fields.get("SmsSid", "")
    if not sender or not sid:
        raise ValueError("an inbound message without From or MessageSid")
    text = fields.get("Body", "")
    kind = OPT_OUT_TYPES.get(fields.get("OptOutType", ""), Kind.TEXT)
    if kind is Kind.TEXT and not text.strip() and fields.get("NumMedia", "0") != "0":
        kind = Kind.MEDIA
    lat, lon = _degrees(fields.get("Latitude")), _degrees(fields.get("Longitude"))
    if lat is not None and lon is not None and not text.strip():
        kind = Kind.LOCATION
    return Incoming("sms", sender, sid, kind, text=text, lat=lat, lon=lon)


def receive_status(fields: Mapping[str, str], reference: str) -> StatusUpdate | None:
    """One status callback; None for a status word that we do not know."""
    state = STATES.get(fields.get("MessageStatus") or fields.get("SmsStatus", ""))
    sid = fields.get("MessageSid") or fields.get("SmsSid", "")
    if state is None or not sid:
        return None
    return StatusUpdate("sms", sid, state, fields.get("ErrorCode", ""), reference)


def is_permanent_for_contact(code: str) -> bool:
    return code.isdigit() and ERRORS.get(int(code)) is Failure.CONTACT


class Twilio:
    """Sends SMS. One client for the process; the calls run in threads, since the library blocks."""

    name = "sms"
    can_look_up = True

    def __init__(self, settings: Settings, timeout: float = 12.0) -> None:
        self.per_second = settings.twilio_rate
        self._settings = settings
        http = _HttpClient(settings.twilio_api_url, timeout)
        self._client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)

    async def send(self, outgoing: Outgoing) -> str:
        return await asyncio.to_thread(self._create, outgoing)

    def _create(self, outgoing: Outgoing) -> str:
        settings = self._settings
        sender = (
            {"messaging_service_sid": settings.twilio_messaging_service_sid}
            if settings.twilio_messaging_service_sid
            else {"from_": settings.twilio_from}
        )
        callback = f"{settings.public_url}/webhooks/twilio/status?m={outgoing.reference}"
        try:
            message = self._client.messages.create(to=outgoing.address, body=outgoing.text, status_callback=callback, **sender)
        except TwilioRestException as error:
            raise _policy(error) from error
        except requests.exceptions.ConnectTimeout as error:
            raise SendError(Failure.TRANSIENT, "connect timeout") from error
        except (requests.exceptions.RequestException, TwilioException) as error:
            raise _connection_policy(error) from error
        return str(message.sid)

    async def look_up(self, outgoing: Outgoing, since: datetime, taken: frozenset[str]) -> str | None:
        return await asyncio.to_thread(self._find, outgoing, since, taken)

    def _find(self, outgoing: Outgoing, since: datetime, taken: frozenset[str]) -> str | None:
        try:
            # Newest first. Not filtered by DateSent: a message that still waits at Twilio has none.
            recent: Iterable[Any] = self._client.messages.stream(to=outgoing.address, limit=200, page_size=100)
            for message in recent:
                if message.date_created is not None and message.date_created < since:
                    break
                if message.body == outgoing.text and message.sid not in taken and message.direction != "inbound":
                    return str(message.sid)
        except TwilioRestException as error:
            raise _policy(error) from error
        except (requests.exceptions.RequestException, TwilioException) as error:
            raise SendError(Failure.TRANSIENT, "look-up failed") from error
        return None

    async def close(self) -> None:
        return None


class _HttpClient(TwilioHttpClient):
    """The library's client with a time limit and, where asked for, another base address (proxy, regional edge, emulator)."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = urlsplit(base_url) if base_url else None

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self._base is not None:
            parts = urlsplit(url)
            url = urlunsplit((self._base.scheme, self._base.netloc, self._base.path + parts.path, parts.query, ""))
        response = super().request(method, url, *args, **kwargs)
        if response.status_code == 429:
            # The library's exception does not carry headers; a Retry-After is worth keeping.
            raise SendError(Failure.THROTTLED, _code_in(response.text), _seconds((response.headers or {}).get("Retry-After")))
        return response


def _policy(error: TwilioRestException) -> SendError:
    """Decided by HTTP status first, Twilio's own codes as an overlay (twilio.com/docs/api/errors)."""
    code = int(error.code or 0)
    if error.status == 429:
        return SendError(Failure.THROTTLED, str(code), 2.0)
    if error.status >= 500:
        # A create is not idempotent: with a 5xx the message may have been accepted. 20503 says that it was not.
        return SendError(Failure.TRANSIENT if code == 20503 else Failure.UNKNOWN, str(code or error.status))
    if error.status in (401, 403, 404) and code not in ERRORS:
        return SendError(Failure.OPERATOR, str(code or error.status))
    return SendError(ERRORS.get(code, Failure.CONTENT), str(code or error.status))


def _connection_policy(error: Exception) -> SendError:
    # Refused before a byte was sent is safe to repeat; anything later may have arrived.
    refused = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
    return SendError(Failure.TRANSIENT if refused else Failure.UNKNOWN, type(error).__name__)


def _code_in(body: str) -> str:
    try:
        return str(json.loads(body).get("code") or 429)
    except (ValueError, AttributeError):
        return "429"


def _seconds(value: str | None) -> float:
    try:
        return max(0.0, min(3600.0, float(value or 2)))
    except ValueError:
        return 2.0


def _degrees(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None
