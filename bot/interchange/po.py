"""Gettext's PO, which Poedit and most translation sites read. The key is the context, a stale translation is fuzzy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from tempfile import NamedTemporaryFile

import polib  # type: ignore[import-untyped]  # publishes no types

from bot.interchange.units import MISSING, STALE, Document, Unit, Unreadable, decoded, settled

_LINE = re.compile(r"\(line (\d+)\)")
# The library takes the last character of a line for the closing quote, whatever it is.
_QUOTED = re.compile(r'(?:#[~|]+ *)?(?:msg\w+(?:\[\d+\])? *)?"(?:[^"\\]|\\.)*"|#.*|')
_OURS = re.compile(r"(state|source version): (\w+)")


def write(units: Sequence[Unit], locale: str) -> bytes:
    """A catalogue with one language, UTF-8."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Project-Id-Version": "Waymark",
        "POT-Creation-Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M+0000"),
        "Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Generator": "Waymark",
    }
    for unit in units:
        catalogue.append(_entry(unit))
    return f"{catalogue}\n".encode()


def _entry(unit: Unit) -> polib.POEntry:
    comments = [unit.note] if unit.note else []
    comments.append(f"state: {unit.state}")
    if unit.source_version is not None:
        comments.append(f"source version: {unit.source_version}")
    return polib.POEntry(
        msgctxt=unit.key,
        msgid=unit.source,
        msgstr=unit.target,
        comment="\n".join(comments),
        flags=["fuzzy"] if unit.state == STALE and unit.target else [],
        previous_msgid=unit.previous or None,
    )


def read(content: bytes) -> Document:
    """The units of a file. Raises Unreadable."""
    catalogue = _parsed(decoded(content))
    document = Document("po", catalogue.metadata.get("Language") or None)
    for entry in catalogue:
        if entry.obsolete:
            continue
        lines = entry.comment.split("\n")
        ours = {match[1]: match[2] for match in map(_OURS.fullmatch, lines) if match}
        version = ours.get("source version", "")
        unit = Unit(
            key=entry.msgctxt or "",
            source=entry.msgid,
            target=entry.msgstr,
            state=settled(ours.get("state", MISSING), entry.msgstr, unfinished=entry.fuzzy),
            note="\n".join(line for line in lines if not _OURS.fullmatch(line)),
            source_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
            previous=entry.previous_msgid or "",
        )
        document.add(entry.linenum or 0, unit, "plural" if entry.msgid_plural else "")
    return document


def _parsed(text: str) -> polib.POFile:
    for number, line in enumerate(text.split("\n"), 1):
        if not _QUOTED.fullmatch(line.strip()):
            raise Unreadable("not_po", number)
    # Through a file: given a text, the library would open the file that the text happens to name, and cut texts
    # at every character that Unicode calls a line end.
    with NamedTemporaryFile("w", suffix=".po", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        try:
            return polib.pofile(file.name, encoding="utf-8", wrapwidth=0)
        except OSError as error:
            found = _LINE.search(str(error))
            raise Unreadable("not_po", int(found[1]) if found else 0) from None
