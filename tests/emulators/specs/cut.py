"""Cuts the published API descriptions down to what the emulators use: `python cut.py FOLDER_WITH_THE_ORIGINALS`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

TWILIO_OPERATIONS = {
    "/2010-04-01/Accounts/{AccountSid}/Messages.json": ("post", "get"),
    "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json": ("get",),
}
TELEGRAM_METHODS = (
    "answerCallbackQuery",
    "deleteWebhook",
    "editMessageReplyMarkup",
    "getMe",
    "getUpdates",
    "getWebhookInfo",
    "sendChatAction",
    "sendLocation",
    "sendMessage",
    "sendVenue",
    "setMyCommands",
    "setWebhook",
)
PROSE = {"description", "summary", "tags", "example", "examples", "headers", "x-twilio", "externalDocs"}
# A subtype's discriminator is only written in prose: 'always "kicked"', 'must be all_private_chats'.
CONSTANT = re.compile(r'(?:always|must be) ["“*]?([a-z_]+)["”*]?\.?$')


def without_prose(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: without_prose(value) for key, value in node.items() if key not in PROSE}
    return [without_prose(item) for item in node] if isinstance(node, list) else node


def cut_twilio(spec: dict[str, Any]) -> dict[str, Any]:
    paths = {
        path: {method: without_prose(spec["paths"][path][method]) for method in methods}
        for path, methods in TWILIO_OPERATIONS.items()
    }
    wanted, schemas = re.findall(r"schemas/([\w.]+)", json.dumps(paths)), {}
    while wanted:
        name = wanted.pop()
        if name not in schemas:
            schemas[name] = without_prose(spec["components"]["schemas"][name])
            wanted += re.findall(r"schemas/([\w.]+)", json.dumps(schemas[name]))
    kept = {"openapi": spec["openapi"], "info": {k: spec["info"][k] for k in ("title", "version", "license")}}
    return {**kept, "paths": paths, "components": {"schemas": dict(sorted(schemas.items()))}}


def cut_field(field: dict[str, Any]) -> dict[str, Any]:
    kept = {key: field[key] for key in ("name", "types", "required")}
    constant = CONSTANT.search(field["description"])
    return {**kept, "value": constant.group(1)} if constant and field["types"] == ["String"] else kept


def cut_entry(entry: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {key: entry[key] for key in ("returns", "subtypes") if key in entry}
    if "fields" in entry:
        kept["fields"] = [cut_field(field) for field in entry["fields"]]
    return kept


def type_names(entry: dict[str, Any]) -> list[str]:
    mentioned = entry.get("returns", []) + entry.get("subtypes", [])
    mentioned += [name for field in entry.get("fields", []) for name in field["types"]]
    return [name.replace("Array of ", "") for name in mentioned]


def cut_telegram(spec: dict[str, Any]) -> dict[str, Any]:
    methods = {name: cut_entry(spec["methods"][name]) for name in TELEGRAM_METHODS}
    wanted, types = [name for method in methods.values() for name in type_names(method)], {}
    while wanted:
        name = wanted.pop()
        if name in spec["types"] and name not in types:
            types[name] = cut_entry(spec["types"][name])
            wanted += type_names(types[name])
    head = {key: spec[key] for key in ("version", "release_date", "changelog")}
    return {**head, "methods": methods, "types": dict(sorted(types.items()))}


def write(path: Path, spec: dict[str, Any]) -> None:
    """One line for each entry of the two big tables: small, and a refresh shows as a readable difference."""
    lines = []
    for key, value in spec.items():
        if isinstance(value, dict) and key in ("methods", "types"):
            rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in value.items())
            lines.append(f" {json.dumps(key)}: {{\n{rows}\n }}")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value, indent=1)}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(source: Path) -> None:
    here = Path(__file__).parent
    for name, cut in (("twilio_api_v2010.json", cut_twilio), ("telegram_bot_api.json", cut_telegram)):
        write(here / name, cut(json.loads((source / name).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
