"""Checks calls and answers against the machine-readable description of Telegram's Bot API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SPEC = json.loads((Path(__file__).parent / "specs" / "telegram_bot_api.json").read_text(encoding="utf-8"))
METHODS: dict[str, dict[str, Any]] = SPEC["methods"]
TYPES: dict[str, dict[str, Any]] = SPEC["types"]
ARRAY = "Array of "


def read_parameters(method: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Parameters as the values they stand for: forms carry numbers, booleans and objects as JSON text."""
    types = {field["name"]: field["types"] for field in METHODS[method].get("fields", [])}
    return {name: _read(value, types.get(name, ["String"])) for name, value in sent.items()}


def _read(value: Any, types: list[str]) -> Any:
    if not isinstance(value, str) or types == ["String"] or "InputFile" in types:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def call_problems(method: str, parameters: dict[str, Any]) -> list[str]:
    """What in a call breaks the description, one sentence each."""
    return _object_problems(METHODS[method].get("fields", []), parameters, method)


def result_problems(method: str, result: Any) -> list[str]:
    """What in a method's result breaks the description."""
    return problems(METHODS[method]["returns"], result, f"result of {method}")


def problems(types: list[str], value: Any, where: str) -> list[str]:
    """The fewest problems any of the alternative types leaves; none when one of them fits."""
    found = [_type_problems(name, value, where) for name in types]
    return min(found, key=len)


def _type_problems(name: str, value: Any, where: str) -> list[str]:
    if name.startswith(ARRAY):
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no array"]
        item = [name.removeprefix(ARRAY)]
        return [p for index, each in enumerate(value) for p in problems(item, each, f"{where}[{index}]")]
    if name in TYPES:
        return _named_problems(TYPES[name], name, value, where)
    return [] if _is_scalar(name, value) else [f"{where}: {value!r} is no {name}"]


def _named_problems(entry: dict[str, Any], name: str, value: Any, where: str) -> list[str]:
    if "subtypes" in entry:
        return problems(entry["subtypes"], value, where)
    if name == "InputFile":
        return [] if isinstance(value, bytes | str) else [f"{where}: {value!r} is no file"]
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is no {name}"]
    return _object_problems(entry.get("fields", []), value, where)


def _object_problems(fields: list[dict[str, Any]], value: dict[str, Any], where: str) -> list[str]:
    known = {field["name"]: field for field in fields}
    found = [f"{where}: unknown field {name}" for name in value if name not in known]
    found += [f"{where}: {name} is missing" for name, field in known.items() if field["required"] and name not in value]
    for name, child in value.items():
        if name in known:
            found += problems(known[name]["types"], child, f"{where}.{name}")
            if child != known[name].get("value", child):
                found.append(f"{where}.{name}: {child!r} is not {known[name]['value']!r}")
    return found


def _is_scalar(name: str, value: Any) -> bool:
    # bool is an int in Python, not in the Bot API.
    if name == "Boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, {"Integer": int, "Float": int | float, "String": str}[name])
