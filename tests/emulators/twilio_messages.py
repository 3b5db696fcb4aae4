"""The messages an emulated Twilio account holds: their states, how they are shown, listed and paged."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from .sms_length import segments
from .twilio_spec import moment

API_VERSION = "2010-04-01"
# A late callback never moves a message back, so the resource itself only goes forward.
RANKS = {
    "scheduled": 0,
    "accepted": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "partially_delivered": 5,
    "delivered": 6,
    "undelivered": 6,
    "failed": 6,
    "canceled": 6,
    "read": 7,
}


def new_sid(prefix: str = "SM") -> str:
    """A Twilio identifier: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


@dataclass
class Message:
    """One message; `created` is aware and in UTC, to the second as the API tells it."""

    sid: str
    to: str
    from_: str | None
    body: str
    status: str
    direction: str = "outbound-api"
    status_callback: str | None = None
    messaging_service_sid: str | None = None
    media_urls: tuple[str, ...] = ()
    error_code: int | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    date_sent: datetime | None = None

    @property
    def segments(self) -> int:
        return segments(self.body)

    def move_to(self, status: str, error_code: int | None) -> None:
        """Takes the status unless a later one is known. Raises ValueError for a word Twilio does not use."""
        if status not in RANKS:
            raise ValueError(f"{status} is no status of an outbound message")
        if RANKS[status] > RANKS.get(self.status, 0):
            self.status, self.error_code = status, error_code
            self.updated = datetime.now(UTC).replace(microsecond=0)
            if RANKS[status] >= RANKS["sent"]:
                self.date_sent = self.date_sent or self.updated


def _mail_date(when: datetime | None) -> str | None:
    return format_datetime(when) if when else None


def shown(message: Message, account_sid: str) -> dict[str, Any]:
    """The message as the API represents it."""
    uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}"
    failed = message.error_code is not None
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _mail_date(message.created),
        "date_sent": _mail_date(message.date_sent),
        "date_updated": _mail_date(message.updated),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": "The carrier refused the message" if failed else None,
        # With a Messaging Service the sender is chosen only after the message was accepted.
        "from": None if message.status == "accepted" else message.from_,
        "messaging_service_sid": message.messaging_service_sid,
        "num_media": str(len(message.media_urls)),
        "num_segments": str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def matches(message: Message, query: dict[str, Any]) -> bool:
    """Whether the list's filters let the message through; both bounds of DateSent are included, as documented."""
    sender = None if message.status == "accepted" else message.from_
    if query.get("To", message.to) != message.to or query.get("From", sender) != sender:
        return False
    bounds = {name: query[name] for name in ("DateSent", "DateSent<", "DateSent>") if name in query}
    if not bounds or message.date_sent is None:
        return not bounds
    return all(_within(message.date_sent, name, text) for name, text in bounds.items())


def _within(sent: datetime, bound: str, text: str) -> bool:
    limit = moment(text)
    if bound == "DateSent":
        return sent.date() == limit.date()
    # A day alone includes all of that day, at either end.
    value = sent.replace(hour=0, minute=0, second=0) if len(text) == len("2025-01-31") else sent
    return value <= limit if bound == "DateSent<" else value >= limit


def page(messages: list[Message], query: dict[str, Any], account_sid: str) -> dict[str, Any]:
    """One page of a list that is newest first; the token names the last message of the page before."""
    size, number, token = query.get("PageSize", 50), query.get("Page", 0), query.get("PageToken")
    start = number * size
    if token:
        start = next((i + 1 for i, message in enumerate(messages) if f"PA{message.sid}" == token), len(messages))
    here = messages[start : start + size]
    path = f"/{API_VERSION}/Accounts/{account_sid}/Messages.json"
    filters = {key: value for key, value in query.items() if key not in ("Page", "PageToken", "PageSize")}

    def address(index: int, **more: str) -> str:
        return f"{path}?{urlencode({**filters, 'PageSize': size, 'Page': index, **more})}"

    last = start + size >= len(messages)
    before = messages[start - size - 1].sid if start > size else None
    previous = address(number - 1, **({"PageToken": f"PA{before}"} if before else {}))
    return {
        "messages": [shown(message, account_sid) for message in here],
        "end": start + max(len(here) - 1, 0),
        "start": start,
        "page": number,
        "page_size": size,
        "first_page_uri": address(0),
        "next_page_uri": None if last else address(number + 1, PageToken=f"PA{here[-1].sid}"),
        "previous_page_uri": previous if number else None,
        "uri": address(number, **({"PageToken": token} if token else {})),
    }
