"""An emulated Twilio account: the Message resource, signed webhooks, and the failures a sender has to survive."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # no py.typed in 9.13

from . import twilio_spec as spec
from .provider import Fault, Provider, Request, Response, only_loopback, rebased
from .twilio_answers import CODES, error_response, json_response
from .twilio_messages import Message, matches, new_sid, page, shown
from .twilio_webhooks import callback_fields, inbound_fields, word_type

PATHS = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages(?:/([^/]+))?\.json")
E164 = re.compile(r"(?:whatsapp:)?\+[1-9]\d{6,14}")
BODY_LIMIT = 1600


@dataclass(frozen=True)
class Callback:
    """One status callback that was tried: the webhook's HTTP status, or what went wrong in reaching it."""

    sid: str
    status: str
    url: str
    answered: int | None
    error: str | None = None


class TwilioEmulator(Provider):
    """Twilio on loopback. `callback_base` is the loopback address that stands for the public host of StatusCallback."""

    def __init__(self, number: str = "+15005550006", messaging_service_sid: str | None = None) -> None:
        super().__init__()
        self.account_sid = new_sid("AC")
        self.auth_token = secrets.token_hex(16)
        self.number = number
        self.messaging_service_sid = messaging_service_sid
        self.callback_base: str | None = None
        self.webhook_timeout = 15.0  # seconds, all that Twilio waits
        self.auto_status = False
        self.auto_statuses: tuple[str, ...] = ("queued", "sent", "delivered")
        self.auto_delay = 0.05  # seconds between a create and its first callback
        # The published examples of a queued message carry date_sent; turn off to play the ones that do not yet.
        self.date_sent_when_queued = True
        self.callbacks: list[Callback] = []
        self._stored: list[Message] = []
        self._opted_out: set[str] = set()
        self._due: deque[tuple[float, str]] = deque()
        self._poster: threading.Thread | None = None

    # What a test reads

    @property
    def messages(self) -> list[Message]:
        """The outbound messages, oldest first."""
        with self._lock:
            return [message for message in self._stored if message.direction != "inbound"]

    @property
    def inbound(self) -> list[Message]:
        """The messages that contacts sent, oldest first."""
        with self._lock:
            return [message for message in self._stored if message.direction == "inbound"]

    def message(self, sid: str) -> Message:
        """Raises KeyError for an unknown sid."""
        with self._lock:
            for message in self._stored:
                if message.sid == sid:
                    return message
        raise KeyError(sid)

    def is_opted_out(self, number: str) -> bool:
        with self._lock:
            return number in self._opted_out

    # What a test scripts

    def fail(
        self,
        status: int,
        code: int | None = None,
        retry_after: int | None = None,
        times: int = 1,
        to: str | None = None,
        accept: bool = False,
    ) -> None:
        """The next `times` creates answer this HTTP status; with `accept` the message was taken all the same."""
        headers = (("Retry-After", str(retry_after)),) if retry_after is not None else ()
        response = error_response(status, code or CODES.get(status, 20500), headers=headers)
        self._script(Fault(times, response=response, accept=accept, target=to))

    def hang(self, seconds: float, times: int = 1, accept: bool = True, to: str | None = None) -> None:
        """The next creates are answered only after `seconds`; with `accept` the message was taken before."""
        self._script(Fault(times, delay=seconds, accept=accept, target=to))

    def drop_connection(self, times: int = 1, accept: bool = True, to: str | None = None) -> None:
        """The next creates end in a closed connection; with `accept` the message was taken before."""
        self._script(Fault(times, drop=True, accept=accept, target=to))

    def opt_out(self, number: str) -> None:
        """Sends to this number are refused with 21610 until it opts in."""
        with self._lock:
            self._opted_out.add(number)

    def opt_in(self, number: str) -> None:
        with self._lock:
            self._opted_out.discard(number)

    # What Twilio posts

    def set_status(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Moves the stored message without telling anybody. Raises KeyError for an unknown sid."""
        with self._lock:
            self.message(sid).move_to(status, error_code)

    def post_status(self, sid: str, status: str, error_code: int | None = None, url: str | None = None) -> httpx.Response:
        """Posts one signed status callback, to the message's StatusCallback or to `url`, whatever came before.

        Raises KeyError for an unknown sid unless `url` is given, ValueError when there is nowhere to post.
        """
        with self._lock:
            known = next((message for message in self._stored if message.sid == sid), None)
        if known is None and url is None:
            raise KeyError(sid)
        message = known or Message(sid, "+15005550010", self.number, "", status)
        target = url or message.status_callback
        if not target:
            raise ValueError(f"{sid} was sent without a StatusCallback")
        with self._lock:
            message.move_to(status, error_code)
        return self._post_callback(message, status, error_code, target)

    def deliver_inbound(
        self,
        webhook_url: str,
        from_: str,
        body: str,
        sid: str | None = None,
        media: Sequence[str | tuple[str, str]] = (),
        signed_url: str | None = None,
        extra: Mapping[str, str] | None = None,
        opt_out_type: str | None = None,
    ) -> httpx.Response:
        """Posts one inbound message, signed for `signed_url` (the public address) or `webhook_url`.

        `media` holds URLs or (URL, content type). The same `sid` twice is a redelivery. Opt-out words act as at Twilio.
        """
        kind = opt_out_type or word_type(from_, body)
        if kind in ("STOP", "START"):
            (self.opt_out if kind == "STOP" else self.opt_in)(from_)
        files = [(item, "image/jpeg") if isinstance(item, str) else item for item in media]
        sid = sid or new_sid("MM" if files else "SM")
        fields = inbound_fields(sid, from_, self.number, body, files) | {"AccountSid": self.account_sid} | dict(extra or {})
        if self.messaging_service_sid:
            fields["MessagingServiceSid"] = self.messaging_service_sid
        if kind:
            fields["OptOutType"] = kind
        self._store_inbound(sid, fields, tuple(url for url, _ in files))
        return self._post_signed(webhook_url, signed_url or webhook_url, fields)

    def signature(self, url: str, fields: Mapping[str, str]) -> str:
        """The X-Twilio-Signature of these form fields at this public URL."""
        return str(RequestValidator(self.auth_token).compute_signature(url, dict(fields)))

    def settle(self, timeout: float = 5.0) -> None:
        """Waits until every automatic callback was posted. Raises TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while self._due:
            if time.monotonic() > deadline:
                raise TimeoutError("automatic status callbacks are still to be posted")
            time.sleep(0.005)

    def start(self) -> Self:
        super().start()
        if self._poster is None:
            self._poster = threading.Thread(target=self._post_automatically, daemon=True, name="twilio callbacks")
            self._poster.start()
        return self

    def stop(self) -> None:
        super().stop()
        if self._poster is not None:
            self._poster.join(self.webhook_timeout)
            self._poster = None

    # The API

    async def answer(self, request: Request) -> Response:
        if not self._is_authentic(request):
            return error_response(401, 20003)
        path = PATHS.fullmatch(request.path)
        if path is None or path[1] != self.account_sid:
            return error_response(404, 20404)
        if path[2]:
            return self._fetch(request, path[2]) if request.method == "GET" else error_response(405, 20004)
        if request.method not in ("GET", "POST"):
            return error_response(405, 20004)
        return self._list(request) if request.method == "GET" else self._create(request)

    def _is_authentic(self, request: Request) -> bool:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return (scheme.lower(), user, secret) == ("basic", self.account_sid, self.auth_token)

    def _create(self, request: Request) -> Response:
        fields = spec.typed(request.form, spec.CREATE_SCHEMA)
        refusal = self._breach(request, fields)
        if refusal is not None:
            return refusal
        return self._with_faults(fields["To"], "create", lambda: self._accept(fields))

    def _breach(self, request: Request, fields: dict[str, Any]) -> Response | None:
        """The answer to a request that the description does not allow; None when it does."""
        for missing, code in _missing(fields).items():
            self._violate(request, [f"{missing} is missing"])
            return error_response(400, code)
        found = spec.problems(fields, spec.CREATE_SCHEMA)
        self._violate(request, found)
        return error_response(400, 20001, found[0]) if found else None

    def _accept(self, fields: dict[str, Any]) -> Response:
        """Called with the lock held. Stores the message, or says what is wrong with what it asks."""
        to, body = fields["To"], fields.get("Body", "")
        if not E164.fullmatch(to):
            return error_response(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if len(body) > BODY_LIMIT:
            return error_response(400, 21617)
        if to in self._opted_out:
            return error_response(400, 21610)
        service = fields.get("MessagingServiceSid")
        message = Message(
            new_sid("MM" if fields.get("MediaUrl") else "SM"),
            to,
            fields.get("From") or self.number,
            body,
            "queued" if fields.get("From") else "accepted",
            status_callback=fields.get("StatusCallback"),
            messaging_service_sid=service,
            media_urls=tuple(fields.get("MediaUrl", ())),
        )
        message.date_sent = message.created if self.date_sent_when_queued else None
        self._stored.append(message)
        if self.auto_status:
            self._due.append((time.monotonic() + self.auto_delay, message.sid))
        return self._checked("create", 201, shown(message, self.account_sid))

    def _list(self, request: Request) -> Response:
        query = spec.typed(request.query, spec.QUERY_SCHEMA)
        found = spec.problems(query, spec.QUERY_SCHEMA)
        if found:
            self._violate(request, found)
            return error_response(400, 20001, found[0])
        with self._lock:
            newest_first = [message for message in reversed(self._stored) if matches(message, query)]
            return self._checked("list", 200, page(newest_first, query, self.account_sid))

    def _fetch(self, request: Request, sid: str) -> Response:
        if request.query:
            self._violate(request, ["a fetch has no query parameters"])
        try:
            return self._checked("fetch", 200, shown(self.message(sid), self.account_sid))
        except KeyError:
            return error_response(404, 20404)

    def _checked(self, operation: str, status: int, body: dict[str, Any]) -> Response:
        found = spec.problems(body, spec.RESPONSE_SCHEMAS[operation])
        if found:
            with self._lock:
                self.violations += [f"response of {operation}: {problem}" for problem in found]
            return error_response(500, 20500)
        return json_response(status, body)

    # Webhooks

    def _store_inbound(self, sid: str, fields: Mapping[str, str], media_urls: tuple[str, ...]) -> None:
        message = Message(
            sid, fields["To"], fields["From"], fields["Body"], "received", direction="inbound", media_urls=media_urls
        )
        message.date_sent = message.created
        with self._lock:
            if all(known.sid != sid for known in self._stored):
                self._stored.append(message)

    def _post_callback(self, message: Message, status: str, error_code: int | None, url: str) -> httpx.Response:
        fields = callback_fields(message, status, error_code, self.account_sid)
        answered, error = None, None
        try:
            response = self._post_signed(rebased(url, self.callback_base) if self.callback_base else url, url, fields)
            answered = response.status_code
            return response
        except Exception as failure:
            error = repr(failure)
            raise
        finally:
            with self._lock:
                self.callbacks.append(Callback(message.sid, status, url, answered, error))

    def _post_signed(self, url: str, signed_url: str, fields: Mapping[str, str]) -> httpx.Response:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": self.signature(signed_url, fields),
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
            "User-Agent": "TwilioProxy/1.1",
        }
        content = urlencode(fields)
        return httpx.post(only_loopback(url), content=content, headers=headers, timeout=self.webhook_timeout, trust_env=False)

    def _post_automatically(self) -> None:
        while not self._stopping.wait(0.005):
            if self._due and self._due[0][0] <= time.monotonic():
                self._walk_through(self._due[0][1])
                self._due.popleft()

    def _walk_through(self, sid: str) -> None:
        for status in self.auto_statuses:
            if self._stopping.is_set():
                return
            try:
                if self.message(sid).status_callback:
                    self.post_status(sid, status)
                else:
                    self.set_status(sid, status)
            except (httpx.HTTPError, ValueError):
                continue  # kept in `callbacks`; Twilio goes on too


def _missing(fields: dict[str, Any]) -> dict[str, int]:
    """What every message needs and the schema cannot say, with Twilio's code for its absence."""
    lacking = {} if fields.get("To") else {"To": 21604}
    if not fields.get("From") and not fields.get("MessagingServiceSid"):
        lacking["From or MessagingServiceSid"] = 21603
    if not any(fields.get(name) for name in ("Body", "MediaUrl", "ContentSid")):
        lacking["Body"] = 21602
    return lacking
