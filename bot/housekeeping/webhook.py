"""One notification to the configured web address, and to no other: redirects are not followed."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx

from bot.housekeeping.mail import Undelivered
from bot.settings import Settings

TIMEOUT = 10.0  # seconds
SIGNATURE = "X-Waymark-Signature"
LONGEST_WAIT = 3600.0  # seconds that a receiver may ask us to wait
# The receiver has read it and will not have it. Other refusals (an address that moved, a key that changed) may be mended.
_FINAL = frozenset({400, 405, 410, 413, 415, 422})


def sign(body: bytes, secret: str) -> str:
    """`sha256=` and the hexadecimal HMAC-SHA256 of the body. The body names the notification, so a copy can be known."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(settings: Settings, payload: dict[str, Any]) -> None:
    """Raises Undelivered. What the receiver answers is not read."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Waymark",
        SIGNATURE: sign(body, settings.notify_webhook_secret),
    }
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", settings.notify_webhook, content=body, headers=headers) as response,
        ):
            _judge(response)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Undelivered(type(error).__name__) from None


def _judge(response: httpx.Response) -> None:
    if response.is_success:
        return
    asked = response.headers.get("retry-after", "")
    wait = min(LONGEST_WAIT, float(asked)) if asked.isascii() and asked.isdigit() else None
    ours = response.status_code in (401, 403, 404) or response.is_redirect
    raise Undelivered(f"HTTP {response.status_code}", response.status_code in _FINAL, ours, wait)
