"""Checks requests to and responses of the Message resource against Twilio's published OpenAPI description."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema  # type: ignore[import-untyped]  # 4.17, which Rasa caps, ships no types

SPEC = json.loads((Path(__file__).parent / "specs" / "twilio_api_v2010.json").read_text(encoding="utf-8"))
LIST_PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
FETCH_PATH = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
ERROR_SCHEMA = {
    "type": "object",
    "required": ["code", "message", "more_info", "status"],
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string"},
        "status": {"type": "integer", "minimum": 400},
        "detail": {"type": "string"},
    },
    "additionalProperties": False,
}
FORMATS = jsonschema.FormatChecker(formats=())


def _is_mail_date(value: object) -> bool:
    return not isinstance(value, str) or bool(parsedate_to_datetime(value))


def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(moment(value))


def _is_uri(value: object) -> bool:
    # Paging addresses are relative to the API's host, so a path alone is one.
    return not isinstance(value, str) or value.startswith("/") or _is_web_address(value)


def _is_web_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in str(parts.hostname)


FORMATS.checks("date-time-rfc-2822", raises=ValueError)(_is_mail_date)
FORMATS.checks("date-time", raises=ValueError)(_is_date)
FORMATS.checks("uri")(_is_uri)


def moment(text: str) -> datetime:
    """The instant a date filter names, in UTC; a day alone is its midnight. Raises ValueError."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = parsedate_to_datetime(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def json_schema(node: dict[str, Any], complete: bool) -> dict[str, Any]:
    """An OpenAPI 3.0 schema as a closed JSON schema; with `complete` every property must be there, null or not."""
    if "$ref" in node:
        return json_schema(SPEC["components"]["schemas"][node["$ref"].rpartition("/")[2]], complete)
    schema = {key: value for key, value in node.items() if key != "nullable"}
    if node.get("nullable"):
        schema["type"] = [node["type"], "null"]
    if "items" in node:
        schema["items"] = json_schema(node["items"], complete)
    if "properties" in node:
        schema["properties"] = {name: json_schema(child, complete) for name, child in node["properties"].items()}
        schema["additionalProperties"] = False
        if complete:
            schema["required"] = list(node["properties"])
    return schema


def _response_schema(path: str, method: str, status: int) -> dict[str, Any]:
    content = SPEC["paths"][path][method]["responses"][str(status)]["content"]
    return json_schema(content["application/json"]["schema"], complete=True)


def _query_schema() -> dict[str, Any]:
    parameters = [entry for entry in SPEC["paths"][LIST_PATH]["get"]["parameters"] if entry["in"] == "query"]
    properties = {entry["name"]: entry["schema"] for entry in parameters}
    return json_schema({"type": "object", "properties": properties}, complete=False)


CREATE_SCHEMA = json_schema(
    SPEC["paths"][LIST_PATH]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"],
    complete=False,
)
QUERY_SCHEMA = _query_schema()
RESPONSE_SCHEMAS = {
    "create": _response_schema(LIST_PATH, "post", 201),
    "list": _response_schema(LIST_PATH, "get", 200),
    "fetch": _response_schema(FETCH_PATH, "get", 200),
    "error": ERROR_SCHEMA,
}


def typed(fields: Iterable[tuple[str, str]], schema: dict[str, Any]) -> dict[str, Any]:
    """Form fields as the values they stand for; what cannot be read stays as it was, for the check to find."""
    values: dict[str, Any] = {}
    for name, text in fields:
        kind = schema["properties"].get(name, {}).get("type", "string")
        if name in values or kind == "array":
            # A repeated field that is no array becomes a list, which its type then refuses.
            earlier = values.get(name, [])
            values[name] = [*(earlier if isinstance(earlier, list) else [earlier]), text]
        else:
            values[name] = _scalar(text, kind)
    return values


def _scalar(text: str, kind: str) -> object:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text


def problems(value: object, schema: dict[str, Any]) -> list[str]:
    """What in `value` breaks the schema, one sentence each; empty when nothing does."""
    found = jsonschema.Draft4Validator(schema, format_checker=FORMATS).iter_errors(value)
    return [f"{'.'.join(str(step) for step in error.path) or 'fields'}: {error.message}" for error in found]
