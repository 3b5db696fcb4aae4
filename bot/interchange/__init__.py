"""Translations as files: XLIFF, PO and CSV in and out, and the checks of what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.interchange import csv, po, xliff
from bot.interchange.checking import Result, check, counts
from bot.interchange.units import Document, Line, Place, Unit, Unreadable

__all__ = [
    "FORMATS", "Document", "Format", "Line", "Place", "Result", "Unit", "Unreadable",
    "check", "counts", "read",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write units. `write(units, locale)` gives the file's bytes."""

    title: str
    ending: str
    media_type: str
    write: Callable[[Sequence[Unit], str], bytes]


FORMATS = {
    "xliff2": Format("XLIFF 2.0", "xlf", "application/xliff+xml", lambda units, locale: xliff.write(units, locale, "2.0")),
    "xliff1": Format("XLIFF 1.2", "xlf", "application/x-xliff+xml", lambda units, locale: xliff.write(units, locale, "1.2")),
    "po": Format("PO (gettext)", "po", "text/x-gettext-translation", po.write),
    "csv": Format("CSV", "csv", "text/csv", lambda units, locale: csv.write(units)),
}
_READERS: dict[str, Callable[[bytes], Document]] = {
    **dict.fromkeys(("xlf", "xliff", "xml"), xliff.read),
    **dict.fromkeys(("po", "pot"), po.read),
    **dict.fromkeys(("csv", "tsv", "txt"), csv.read),
}


def read(name: str, content: bytes) -> Document:
    """The units of a file, whose format its ending tells. Raises Unreadable."""
    reader = _READERS.get(name.rsplit(".", 1)[-1].lower())
    if reader is None:
        raise Unreadable("unknown_format")
    if not content.strip():
        raise Unreadable("empty_file")
    document = reader(content)
    if not document.lines:
        raise Unreadable("no_lines")
    return document
