"""The Bot API on the wire: parameters in, JSON out."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from .provider import Request, Response
from .telegram_api import ApiError
from .telegram_updates import Json


def parameters_of(request: Request) -> Json:
    """Whatever of the four documented ways the parameters came: query, form, JSON or multipart."""
    found: Json = dict(request.query)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        found |= json.loads(request.body or b"{}")
    elif kind.startswith("multipart/form-data"):
        found |= _multipart(kind, request.body)
    else:
        found |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return found


def _multipart(kind: str, body: bytes) -> Json:
    parts = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found: Json = {}
    for part in parts.iter_parts():
        content = part.get_payload(decode=True)
        name = str(part.get_param("name", header="content-disposition"))
        found[name] = content.decode() if isinstance(content, bytes) and not part.get_filename() else content
    return found


def json_response(status: int, body: Json) -> Response:
    """A Bot API answer."""
    return Response(status, json.dumps(body).encode(), (("Content-Type", "application/json"),))


def refusal(error: ApiError) -> Response:
    """An error as the Bot API shows it, with `parameters` when it has any."""
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return json_response(error.status, body)
