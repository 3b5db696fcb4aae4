"""Offices as a table for spreadsheets: the columns of data/content/offices, safe to open, and read back unchanged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.offices.fields import EVERYWHERE
from bot.offices.importing import Source
from bot.tables import Office

# A spreadsheet takes a cell that begins like this for a formula, and may run it:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GUARD = "'"
_BEFORE_NAMES = ("id", "organization", "name")
_BETWEEN = ("kind", "needs", "country", "city", "address")
_AFTER = (
    "lat",
    "lon",
    "precision",
    "phones",
    "email",
    "url",
    "hours",
    "schedule",
    "holidays",
    "languages",
    "note",
    "alert",
    "safety",
    "status",
    "closed_until",
    "confidence",
    "source_url",
    "source_date",
    "checked_on",
    "review_due",
    "verified",
)
_KNOWN = frozenset((*_BEFORE_NAMES, *_BETWEEN, *_AFTER))


class Unreadable(ValueError):
    """The file is no such table. `code` is the key of a sentence, `values` go into it."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def columns_of(office: Office) -> dict[str, str]:
    """The office as texts by column, as `fields.read` takes them."""
    return {
        "id": office.id,
        "organization": office.organization,
        **_by_locale("name", office.names),
        "kind": office.kind,
        "needs": "|".join(office.needs),
        "country": office.country or EVERYWHERE,
        "city": "|".join(office.cities),
        **_by_locale("address", office.addresses),
        "lat": "" if office.lat is None else repr(office.lat),
        "lon": "" if office.lon is None else repr(office.lon),
        "precision": office.precision,
        "phones": "|".join(office.phones),
        "holidays": "|".join(office.holidays or ()),
        "languages": "|".join(office.languages),
        "closed_until": _iso(office.closed_until),
        "checked_on": _iso(office.checked_on),
        "review_due": _iso(office.review_due),
        "verified": "yes" if office.verified else "no",
    } | {column: str(getattr(office, column) or "") for column in _PLAIN}


_PLAIN = ("email", "url", "hours", "schedule", "note", "alert", "safety", "status", "confidence", "source_url", "source_date")


def _by_locale(column: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {column: ""} | {column if locale == "en" else f"{column}_{locale}": text for locale, text in texts.items()}


def _iso(day: object) -> str:
    return str(day) if day else ""


def write(offices: Iterable[Office], locales: Sequence[str] = ()) -> bytes:
    """CSV in UTF-8 with a mark by which Excel knows it. `locales` have columns even where nothing is written in them."""
    # In these tables an empty country stands for every country.
    rows = [columns_of(office) | {"country": office.country or ""} for office in offices]
    written = {key for row in rows for key in row}
    names, addresses = (_locale_columns(column, written, locales) for column in ("name", "address"))
    header = (*_BEFORE_NAMES, *names, *_BETWEEN, *addresses, *_AFTER)
    return table(header, ({key: guarded(row.get(key, "")) for key in header} for row in rows))


def table(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, header, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _locale_columns(column: str, written: set[str], locales: Sequence[str]) -> list[str]:
    found = {key for key in written if key.startswith(column + "_")}
    return sorted(found | {f"{column}_{locale}" for locale in locales if locale != "en"})


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs. A plain number needs no guard; a number to dial keeps its plus by it."""
    return _GUARD + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith(_GUARD) and _FORMULA.match(text[1:]) else text


def read(content: bytes) -> list[Source]:
    """The rows of a file in UTF-8, separated by commas, semicolons or tabs. Raises Unreadable."""
    reader = csv.reader(io.StringIO(decoded(content), newline=""), dialect=_dialect(decoded(content)), strict=True)
    try:
        return list(_sources(reader))
    except csv.Error:
        raise Unreadable("no_table") from None


def decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("not_utf8")


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.split("\n", 1)[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Found


def _sources(reader: Iterator[list[str]]) -> Iterator[Source]:
    header = [" ".join(unguarded(cell).split()).lower() for cell in next(reader, [])]
    if not {"id", "name", "organization"} & set(header):
        raise Unreadable("no_header")
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice:
        raise Unreadable("column_twice", value=twice)
    # A column we do not know is no reason to refuse the rest, but a misspelt one would be lost unseen.
    unknown = [name for name in header if name and not _is_known(name)]
    if unknown:
        raise Unreadable("column_unknown", value=", ".join(unknown)[:120])
    lines = iter(reader)
    for cells in lines:
        line = getattr(reader, "line_num", 0)
        row = {name: unguarded(cell) for name, cell in zip(header, cells, strict=False) if name}
        if not any(text.strip() for text in row.values()):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise Unreadable("too_many_cells", value=str(line))
        # Elsewhere an empty country means that nobody said.
        yield Source(row | ({"country": EVERYWHERE} if row.get("country") == "" else {}), line)


def _is_known(name: str) -> bool:
    return name in _KNOWN or name.startswith(("name_", "address_"))
