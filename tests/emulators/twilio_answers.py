"""Twilio's answers as HTTP: JSON, and errors in its {code, message, more_info, status} shape."""

from __future__ import annotations

import json
from typing import Any

from . import twilio_spec as spec
from .provider import Response

MESSAGES = {
    20001: "Unknown parameter",
    20003: "Authenticate",
    20004: "Method not allowed",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    20503: "Service unavailable",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit",
}
CODES = {401: 20003, 404: 20404, 429: 20429, 500: 20500, 503: 20503}


def json_response(status: int, body: dict[str, Any], headers: tuple[tuple[str, str], ...] = ()) -> Response:
    content = json.dumps(body).encode()
    return Response(status, content, (("Content-Type", "application/json"), *headers))


def error_response(status: int, code: int, message: str | None = None, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    text = message or MESSAGES.get(code, "The request failed")
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": text, "more_info": more, "status": status}
    broken = spec.problems(body, spec.RESPONSE_SCHEMAS["error"])
    if broken:
        raise ValueError(f"an error the API could not answer: {broken}")
    return json_response(status, body, headers)
