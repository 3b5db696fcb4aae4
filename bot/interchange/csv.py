"""CSV for spreadsheets: one row a text. Written so that no cell can become a formula, read as spreadsheets save it.

Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO

from bot.interchange.units import MISSING, STALE, Document, Place, Unit, Unreadable, decoded, settled

COLUMNS = ("key", "source", "target", "state", "note", "previous_source", "source_version")
# A spreadsheet takes a cell that begins like this for a formula. Full-width forms count as well.
_FORMULA = re.compile("'*\\s*[=+\\-@\t\r＝＋－＠]")


def write(units: Sequence[Unit]) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for unit in units:
        version = "" if unit.source_version is None else str(unit.source_version)
        row = (unit.key, unit.source, unit.target, unit.state, unit.note, unit.previous, version)
        writer.writerow(map(guarded, row))
    return file.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read(content: bytes) -> Document:
    """The units of a file with at least the columns key (or topic, language, country and part) and target. Raises Unreadable."""
    text = decoded(content)
    header = text.split("\n", 1)[0]
    rows = _rows(text, max(",;\t", key=header.count))  # spreadsheets of many countries write semicolons
    _, first = next(rows, (0, []))
    columns = [name.strip().lower().replace(" ", "_") for name in first]
    named = "key" in columns or {"topic", "language", "part"} <= set(columns)
    if not named or "target" not in columns or len(set(columns)) < len(columns):
        raise Unreadable("no_columns", 1)
    document = Document("csv")
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        values = dict(zip(columns, map(unguarded, cells), strict=False))
        document.add(line, _unit(values), "" if len(cells) <= len(columns) else "too_many_cells")
    return document


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line where it begins."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise Unreadable("not_csv", line) from None


def _unit(values: dict[str, str]) -> Unit:
    target, state, version = values["target"], values.get("state", "").strip().lower(), values.get("source_version", "").strip()
    place = Place(values.get("topic", ""), values.get("language", ""), values.get("country") or None, values.get("part", ""))
    return Unit(
        key=values.get("key", "").strip() or place.key,
        source=values.get("source", ""),
        target=target,
        state=settled(state or MISSING, target, unfinished=state == STALE),
        note=values.get("note", ""),
        source_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        previous=values.get("previous_source", ""),
    )
