"""The case as PDF for people: what it holds section by section, each text in its own script and direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.dossier.gathering import Said
from bot.dossier.layout import Line
from bot.dossier.sheet import INK, LEADING, MARGIN, SOFT, Colour, Sheet
from bot.i18n import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from bot.dossier import Dossier

TITLE, HEADING, TEXT, SMALL = 18.0, 13.0, 10.5, 8.5
INDENT = 12.0
UNREADABLE = "\ufffd"
# Labels that `Wording.text` must know, besides those of fields, states and events.
LABELS = ("case", "confidential", "made", "page", "erased", "contact", "assistant", "unreadable", "shortened")


@dataclass(frozen=True, slots=True)
class Wording:
    """How a reader's language says things. `text` takes a label's name, such as `need` or `state.open`, and values."""

    locale: str
    organization: str
    text: Callable[..., str]
    time: Callable[[datetime], str]
    language: Callable[[str], str]
    country: Callable[[str], str]

    @property
    def rtl(self) -> bool:
        return self.locale in RIGHT_TO_LEFT


@dataclass(frozen=True, slots=True)
class _Row:
    """One line on the page. `gap` above it in points; `joined`: never parted from the next by a page's end."""

    line: Line
    size: float
    colour: Colour = INK
    indent: float = 0.0
    gap: float = 0.0
    joined: bool = False
    ruled: bool = False

    @property
    def height(self) -> float:
        return self.gap + self.size * LEADING


def to_pdf(dossier: Dossier, wording: Wording) -> bytes:
    """The document, A4. Letters of our languages are embedded; a sign that no font has is said to be missing."""
    with Sheet(wording.locale) as sheet:
        sheet.set_title(dossier.number)
        sheet.set_creator(wording.organization)
        rows = list(_rows(dossier, wording, sheet))
        if any(UNREADABLE in run.text for row in rows for run in row.line.runs):
            rows += _lines(sheet, wording, wording.text("unreadable"), SMALL, SOFT, gap=18)
        pages = _pages(rows, sheet.h - 2 * MARGIN - 3 * TEXT)
        for number, page in enumerate(pages, start=1):
            sheet.add_page()
            _draw(sheet, page)
            _foot(sheet, dossier, wording, number, len(pages))
        return bytes(sheet.output())


def _rows(dossier: Dossier, wording: Wording, sheet: Sheet) -> Iterator[_Row]:
    yield from _lines(sheet, wording, wording.text("case", number=dossier.number), TITLE)
    made = wording.text("made", time=wording.time(dossier.made_at), organization=wording.organization)
    yield from _lines(sheet, wording, made, SMALL, SOFT)
    yield from _lines(sheet, wording, wording.text("confidential"), SMALL, SOFT)
    for name, value in {**dossier.facts, **dossier.course}.items():
        yield from _fact(sheet, wording, name, value)
    for name in ("conversation", "notes", "history"):
        said: tuple[Said, ...] = getattr(dossier, name)
        if said:
            yield from _lines(sheet, wording, wording.text(name), HEADING, gap=20, joined=True, ruled=True)
        if name == "conversation" and dossier.is_shortened:
            yield from _lines(sheet, wording, wording.text("shortened"), SMALL, SOFT, gap=8)
        for one in said:
            yield from _said(sheet, wording, one, name)


def _fact(sheet: Sheet, wording: Wording, name: str, value: Any) -> Iterator[_Row]:
    yield from _lines(sheet, wording, wording.text(name), SMALL, SOFT, gap=9, joined=True)
    yield from _lines(sheet, wording, in_words(name, value, wording), TEXT)


def in_words(name: str, value: Any, wording: Wording) -> str:
    """A field's value as a reader expects it."""
    if name == "place":
        return ", ".join(filter(None, (value.get("name"), wording.country(value.get("country", "")))))
    if name == "language":
        return wording.language(value)
    if name.endswith("_at"):
        return wording.time(datetime.fromisoformat(value))
    if name in ("state", "urgency", "outcome", "need_kind", "channel"):
        return wording.text(f"{name}.{value}")
    return str(value)


def _said(sheet: Sheet, wording: Wording, said: Said, section: str) -> Iterator[_Row]:
    text = said.text or (wording.text("erased") if said.erased else "")
    if not text and section == "conversation":
        text = wording.text(f"message.{said.kind}")
    yield from _lines(sheet, wording, _heading(wording, said, section), SMALL, SOFT, gap=8, joined=bool(text))
    if text:
        yield from _lines(sheet, wording, text, TEXT, indent=INDENT)


def _heading(wording: Wording, said: Said, section: str) -> str:
    who = wording.text(said.who) if said.who in ("contact", "assistant", "system", "partner") else said.who
    what = wording.text(f"event.{said.kind}") if section == "history" else ""
    state = wording.text(f"message.{said.state}") if said.state not in ("", "sent", "delivered") else ""
    return " · ".join(filter(None, (wording.time(said.at), who, what, state)))


def _lines(
    sheet: Sheet,
    wording: Wording,
    text: str,
    size: float,
    colour: Colour = INK,
    *,
    indent: float = 0.0,
    gap: float = 0.0,
    joined: bool = False,
    ruled: bool = False,
) -> list[_Row]:
    broken = sheet.broken(text, size, sheet.w - 2 * MARGIN - 2 * indent, wording.rtl)
    rows = []
    for number, line in enumerate(broken):
        first, last = number == 0, number == len(broken) - 1
        rows.append(_Row(line, size, colour, indent, gap if first else 0.0, joined or (first and not last), ruled and last))
    return rows


def _pages(rows: Iterable[_Row], height: float) -> list[list[_Row]]:
    """Rows by page. What is joined to the next row moves with it."""
    pages: list[list[_Row]] = [[]]
    used = 0.0
    for block in _blocks(rows):
        tall = sum(row.height for row in block)
        if pages[-1] and used + tall > height:
            pages.append([])
            used = 0.0
        pages[-1] += block
        used += tall
    return pages


def _blocks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    block: list[_Row] = []
    for row in rows:
        block.append(row)
        if not row.joined:
            yield block
            block = []
    if block:
        yield block


def _draw(sheet: Sheet, rows: Iterable[_Row]) -> None:
    y = MARGIN
    for number, row in enumerate(rows):
        y += row.height if number else row.height - row.gap
        base = y - row.size * (LEADING - 1.05)
        sheet.draw(row.line, MARGIN + row.indent, sheet.w - 2 * MARGIN - 2 * row.indent, base, row.size, row.colour)
        if row.ruled:
            sheet.rule(y + 1)


def _foot(sheet: Sheet, dossier: Dossier, wording: Wording, number: int, total: int) -> None:
    width = sheet.w - 2 * MARGIN
    base = sheet.h - MARGIN
    sheet.rule(base - 2 * SMALL)
    (start,) = sheet.broken(dossier.number, SMALL, width, wording.rtl)
    (page,) = sheet.broken(wording.text("page", n=number, total=total), SMALL, width, wording.rtl)
    left, right = (page, start) if wording.rtl else (start, page)
    sheet.draw(left, MARGIN, left.width, base, SMALL, SOFT)
    sheet.draw(right, MARGIN + width - right.width, right.width, base, SMALL, SOFT)
