"""Files of offices: which format one is in, and how to write each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.offices import hsds, tabular
from bot.offices.importing import MOST_ROWS, Source
from bot.offices.tabular import Unreadable
from bot.tables import Office

LARGEST = 8_000_000  # bytes
FORMATS = ("csv", "json", "zip")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    content: bytes


def read(content: bytes, known: Mapping[str, str], today: date) -> list[Source]:
    """The offices of a file of any format. `known`: see `hsds.known`. Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable("too_large")
    if not content.strip():
        raise Unreadable("empty_file")
    rows = _read(content, known, today)
    if len(rows) > MOST_ROWS:
        raise Unreadable("too_many_rows", value=str(MOST_ROWS))
    if not rows:
        raise Unreadable("empty_file")
    return rows


def _read(content: bytes, known: Mapping[str, str], today: date) -> list[Source]:
    if content.startswith(b"PK"):
        return hsds.read_zip(content, known, today)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return hsds.read_json(content, known, today)
    return tabular.read(content)


def write(kind: str, offices: Sequence[Office], locales: Sequence[str], today: date) -> File:
    """The offices as a file. Raises KeyError for a format that is none of FORMATS."""
    name = f"offices-{today.isoformat()}"
    if kind == "csv":
        return File(f"{name}.csv", "text/csv; charset=utf-8", tabular.write(offices, locales))
    if kind == "json":
        return File(f"{name}-hsds.json", "application/json", hsds.write_json(offices))
    if kind == "zip":
        return File(f"{name}-hsds.zip", "application/zip", hsds.write_zip(offices))
    raise KeyError(kind)
