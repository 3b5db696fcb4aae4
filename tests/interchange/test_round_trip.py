"""What is exported and read again is the same, in each format, for every text that the product keeps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.content.texts import is_unusable
from bot.interchange import csv, po, xliff
from bot.interchange.units import DRAFT, MISSING, PUBLISHED, REVIEW, STALE, Document, Place, Unit

WRITERS: dict[str, tuple[Callable[[list[Unit]], bytes], Callable[[bytes], Document]]] = {
    "xliff 1.2": (lambda units: xliff.write(units, "fr", "1.2"), xliff.read),
    "xliff 2.0": (lambda units: xliff.write(units, "fr", "2.0"), xliff.read),
    "po": (lambda units: po.write(units, "fr"), po.read),
    "csv": (csv.write, csv.read),
}

# Every character that an answer may hold; those that formats stumble over come up often.
awkward = st.sampled_from([*"\n\t\"'\\<>&;,=+-@#|{}%", "\u2028", "\u0085", "\u00a0", "]]>", "\\n", "&amp;", "'=", '""'])
scripts = st.sampled_from(
    ["سلام", "ሰላም", "হ্যালো", "привіт", "héllo", "你好", "👩‍👧", "می‌خواهم", "\u200f", "\ufeff", "e\u0301", "\ufffe", "\U0010fffe"]
)
any_character = st.characters(exclude_categories=["Cs"]).filter(lambda c: not is_unusable(c))
texts = st.lists(awkward | scripts | any_character, max_size=30).map("".join)
source_texts = texts.filter(bool)
note_lines = st.text(st.characters(categories=["L", "N", "P", "Sm"]), min_size=1, max_size=20).filter(lambda t: "state" not in t)


@st.composite
def units(draw: st.DrawFn) -> Unit:
    place = Place(
        draw(st.sampled_from(["asylum_apply", "a/b:c.d-é", "موضوع"])),
        draw(st.sampled_from(["fr", "pt-BR"])),
        draw(st.sampled_from([None, "GR"])),
        draw(st.sampled_from(["sms", "chat", "title"])),
    )
    target = draw(texts)
    return Unit(
        key=place.key,
        source=draw(source_texts),
        target=target,
        state=draw(st.sampled_from([STALE, DRAFT, REVIEW, PUBLISHED])) if target else MISSING,
        note="\n".join(draw(st.lists(note_lines, max_size=2))),
        source_version=draw(st.none() | st.integers(1, 999)),
        previous="",
    )


@pytest.mark.parametrize("name", WRITERS)
@given(given_units=st.lists(units(), min_size=1, max_size=4))
@example([Unit("t/fr//sms", "=1+1", "'=1+1", DRAFT)])
@example([Unit("t/fr//sms", "\\", '"\\"', DRAFT), Unit("t/fr//chat", '\\"', "\\\\n", DRAFT)])
@example([Unit("t/fr//chat", "a\n\nb\n", "  a\n  b ", STALE)])
@example([Unit("t/fr//chat", "line one\u2028line two\u0085", "\ufffe and \U0001ffff", DRAFT)])
@settings(max_examples=80, deadline=None)
def test_what_is_written_is_read_again_as_it_was(name: str, given_units: list[Unit]) -> None:
    write, read = WRITERS[name]
    assert [line.unit for line in read(write(given_units)).lines] == given_units


@pytest.mark.parametrize("name", WRITERS)
def test_the_english_text_that_was_translated_before_goes_with_the_unit(name: str) -> None:
    write, read = WRITERS[name]
    unit = Unit("t/fr//sms", "Call 112 <now>.", "Appelez le 113.", STALE, previous="Call 113 & wait.")
    (line,) = read(write([unit])).lines
    assert line.unit == unit and not line.problem


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "csv"])
def test_a_file_says_its_language(name: str) -> None:
    write, read = WRITERS[name]
    assert read(write([Unit("t/fr//sms", "Yes", "Oui", DRAFT)])).locale == "fr"


@pytest.mark.parametrize("name", WRITERS)
def test_each_line_has_the_number_where_it_begins(name: str) -> None:
    write, read = WRITERS[name]
    content = write([Unit(f"t{n}/fr//sms", "One\ntwo", "Un\ndeux", DRAFT) for n in range(3)])
    rows = content.decode("utf-8-sig").split("\n")
    for line in read(content).lines:
        assert any(line.unit.key in row for row in rows[line.number - 1 : line.number + 2]), line
        # A PO entry is known by the line of its first comment, an XML element by that of its tag.
        assert not regex.search(r"t\d/fr", rows[line.number - 2]) or name == "csv"


@pytest.mark.parametrize("name", WRITERS)
def test_lines_saved_by_windows_are_the_same_lines(name: str) -> None:
    write, read = WRITERS[name]
    unit = Unit("t/fr//chat", "One\ntwo", "Un\ndeux", DRAFT)
    saved = write([unit]).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert read(saved).lines[0].unit == unit
