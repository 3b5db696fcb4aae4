"""Files of other tools, broken files and hostile files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot import interchange
from bot.interchange import csv, po, units, xliff
from bot.interchange.units import DRAFT, MISSING, PUBLISHED, STALE, Document, Unreadable

XLIFF_12 = """<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
  <file original="a" source-language="en" target-language="pt-BR" datatype="plaintext"><body><group id="g">
    {units}
  </group></body></file>
</xliff>"""
XLIFF_20 = """<xliff version="2.1" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="en" trgLang="fr">
  <file id="f"><group id="g">{units}</group></file>
</xliff>"""


def reason(name: str, content: bytes) -> tuple[str, int]:
    with pytest.raises(Unreadable) as caught:
        interchange.read(name, content)
    return caught.value.code, caught.value.line


def read_12(inner: str) -> Document:
    return xliff.read(XLIFF_12.format(units=inner).encode())


def read_20(inner: str) -> Document:
    return xliff.read(XLIFF_20.format(units=inner).encode())


def test_xliff_1_2_of_a_translation_tool_is_read() -> None:
    document = read_12(
        '<trans-unit id="7" resname="t/pt-BR//sms"><source>Go <g id="1">now</g>.</source><seg-source>no</seg-source>'
        '<target state="needs-review-translation"><mrk mtype="seg" mid="0">Vá </mrk><mrk mtype="seg">agora.</mrk></target>'
        "<alt-trans><source>other</source><target>outro</target></alt-trans></trans-unit>"
        '<trans-unit id="t/pt-BR//chat"><source>Wait</source><target>Espere</target></trans-unit>'
        '<trans-unit id="t/pt-BR//title"><source>Wait</source></trans-unit>'
    )
    first, second, third = (line.unit for line in document.lines)
    assert document.locale == "pt-BR"
    assert (first.key, first.source, first.target, first.state, first.previous) == (
        "t/pt-BR//sms",
        "Go now.",
        "Vá agora.",
        STALE,
        "",
    )
    assert (second.key, second.target, second.state) == ("t/pt-BR//chat", "Espere", DRAFT)
    assert (third.target, third.state) == ("", MISSING)


def test_xliff_2_cut_into_segments_is_put_together_again() -> None:
    document = read_20(
        '<unit id="u1" name="t/fr//sms"><segment state="final"><source>One. </source><target>Un. </target></segment>'
        "<ignorable><source> </source><target> </target></ignorable>"
        '<segment state="translated"><source>Two.</source><target>De<pc id="1">ux</pc>.</target></segment></unit>'
        '<unit id="u2" name="t/fr//chat"><segment state="final"><source>One.</source><target>Un.</target></segment>'
        "<segment><source>Two.</source></segment></unit>"
        '<unit id="u3" name="t/fr//title"><segment><source>One</source><target>Un</target></segment></unit>'
    )
    first, second, third = (line.unit for line in document.lines)
    assert (first.source, first.target, first.state) == ("One.  Two.", "Un.  Deux.", DRAFT)
    assert second.state == STALE, "half a translation is not finished"
    assert third.state == DRAFT, "a segment without a state is as finished as its target"


def test_text_hidden_in_inline_codes_is_said_and_not_lost_silently() -> None:
    document = read_12(
        '<trans-unit id="t/fr//sms"><source>Call <x id="1"/> now</source><target>Appelez <x id="1"/></target></trans-unit>'
        '<trans-unit id="t/fr//chat"><source>Call</source><target>Appelez <bpt id="1">112</bpt></target></trans-unit>'
    )
    assert [line.problem for line in document.lines] == ["inline_codes", ""]
    assert document.lines[1].unit.target == "Appelez 112"


BOMB = """<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<xliff version="1.2"><file target-language="fr"><body><trans-unit id="t/fr//sms"><source>x</source><target>&c;</target>
</trans-unit></body></file></xliff>"""


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xliff version="1.2"><file>&f;</file></xliff>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/e.dtd"> %p;]><xliff version="1.2"/>',
        '<!DOCTYPE xliff SYSTEM "http://127.0.0.1:9/xliff.dtd"><xliff version="1.2"/>',
    ],
    ids=["billion laughs", "external entity", "parameter entity", "document type"],
)
def test_xml_that_expands_or_fetches_is_refused(content: str) -> None:
    assert reason("a.xlf", content.encode()) == ("forbidden_xml", 1)


def test_xml_nested_without_end_is_refused() -> None:
    assert reason("a.xlf", b"<xliff>" + b"<a>" * 200_000)[0] == "nested"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlf", b"<xliff version='1.2'><file>", "not_xml"),
        ("a.xlf", b"\x00\xff\x00", "not_xml"),
        ("a.xlf", b"<?xml version='1.0' encoding='utf-7'?><xliff version='1.2'/>", "not_xml"),
        ("a.xlf", b"<?xml version='1.0' encoding='no-such'?><xliff version='1.2'/>", "not_xml"),
        ("a.xlf", b"<html/>", "not_xliff"),
        ("a.xlf", b"<xliff version='1.0'/>", "not_xliff"),
        ("a.xlf", b"<xliff version='1.2'/>", "no_lines"),
        ("a.po", b'msgid "a"\nmsgstr "b\n', "not_po"),
        ("a.po", b"nonsense", "not_po"),
        ("a.po", b'msgid "\xe9"', "not_utf8"),
        ("a.csv", b"\xe9,\xe8", "not_utf8"),
        ("a.csv", b"name,text\na,b\n", "no_columns"),
        ("a.csv", b"key,target,target\na,b,c\n", "no_columns"),
        ("a.csv", b'key,target\na,"b\n', "not_csv"),
        ("a.csv", b"key,target\n", "no_lines"),
        ("a.csv", b" \n", "empty_file"),
        ("a.docx", b"x", "unknown_format"),
        ("noending", b"x", "unknown_format"),
        ("a.csv", b"x" * (units.MAX_BYTES + 1), "too_big"),
        ("a.po", b"x" * (units.MAX_BYTES + 1), "too_big"),
        ("a.xlf", b" " * (units.MAX_BYTES + 1) + b"x", "too_big"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, code: str) -> None:
    assert reason(name, content)[0] == code


def test_where_a_file_breaks_is_said() -> None:
    assert reason("a.po", b'msgid "a"\nmsgstr "b"\n\nmsgid "c\n"') == ("not_po", 4)
    assert reason("a.xlf", b"<xliff version='1.2'>\n<file>\n</xliff>") == ("not_xml", 3)
    assert reason("a.csv", b"key,target\na,b\nc,\xff") == ("not_utf8", 3)


def test_more_lines_than_anybody_translates_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "MAX_UNITS", 3)
    content = "key,source,target\n" + "".join(f"t{n}/fr//sms,a,b\n" for n in range(4))
    assert reason("a.csv", content.encode()) == ("too_many", 5)


def test_a_text_longer_than_any_answer_is_a_problem_of_its_line() -> None:
    content = f"key,source,target\nt/fr//sms,a,{'b' * (units.MAX_TEXT + 1)}\nu/fr//sms,a,b\n"
    assert [line.problem for line in interchange.read("a.csv", content.encode()).lines] == ["too_long_to_read", ""]


def test_a_po_file_that_is_a_path_opens_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.po"
    secret.write_bytes(po.write([units.Unit("t/fr//sms", "Yes", "Oui", DRAFT)], "fr"))
    assert reason("a.po", str(secret).encode())[0] == "not_po"


def test_po_marks_and_leftovers_are_understood() -> None:
    content = """# translator
msgid ""
msgstr "Language: pt_BR\\n"

#, fuzzy, python-format
#| msgid "Before"
msgctxt "t/pt-BR//sms"
msgid "After"
msgstr "Depois"

#. state: stale
msgctxt "t/pt-BR//chat"
msgid "Now"
msgstr "Agora"

#. state: published
msgctxt "t/pt-BR//title"
msgid "Title"
msgstr ""

msgctxt "u/pt-BR//title"
msgid "One"
msgid_plural "Many"
msgstr[0] "Um"
msgstr[1] "Muitos"

#~ msgctxt "gone/pt-BR//sms"
#~ msgid "Gone"
#~ msgstr "Foi"
"""
    document = po.read(content.encode())
    assert document.locale == "pt_BR"
    fuzzy, cleared, empty, plural = document.lines
    assert (fuzzy.unit.state, fuzzy.unit.previous) == (STALE, "Before")
    assert cleared.unit.state == DRAFT, "somebody took the mark away: the text is finished"
    assert empty.unit.state == MISSING
    assert plural.problem == "plural"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_as_spreadsheets_save_it(delimiter: str, encoding: str) -> None:
    rows = [
        ["Key", "Source", " Target "],
        ["t/fr//sms", "One; two, three", "Un; deux,\ntrois"],
        ["", "", ""],
        ["u/fr//sms", "A", "B"],
    ]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    first, second = csv.read(text.encode(encoding)).lines
    assert (first.number, first.unit.target) == (2, "Un; deux,\ntrois")
    assert (second.number, second.unit.key) == (5, "u/fr//sms")


def test_csv_with_columns_for_topic_and_language_needs_no_key() -> None:
    content = b"topic,language,country,part,source,target\nasylum,fr,,sms,Yes,Oui\nasylum,fr,GR,chat,Yes,Oui\n"
    assert [line.unit.key for line in csv.read(content).lines] == ["asylum/fr//sms", "asylum/fr/GR/chat"]


def test_a_row_with_more_cells_than_columns_is_a_problem_of_that_row() -> None:
    content = b"key,source,target\nt/fr//sms,Yes,Oui, vraiment\nu/fr//sms,Yes,Oui\n"
    assert [line.problem for line in csv.read(content).lines] == ["too_many_cells", ""]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\n=cmd|' /C calc'!A0", "＝1", "'=1"])
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    content = csv.write([units.Unit("t/fr//sms", cell, cell, DRAFT, note=cell)]).decode("utf-8-sig")
    assert csv.guarded(cell).startswith("'")
    assert f'"{cell}' not in content and f",{cell}" not in content
    assert csv.read(content.encode()).lines[0].unit.target == cell


def test_an_apostrophe_that_belongs_to_a_text_stays() -> None:
    assert csv.unguarded("'tis") == "'tis" and csv.guarded("'tis") == "'tis"
    assert csv.unguarded("'- first") == "- first"


def test_a_published_unit_is_approved_in_xliff() -> None:
    assert b'approved="yes"' in xliff.write([units.Unit("t/fr//sms", "Yes", "Oui", PUBLISHED)], "fr", "1.2")


def test_the_largest_file_is_read_in_reasonable_time() -> None:
    many = [units.Unit(f"topic{n}/fr//chat", "word " * 160, "mot " * 200, DRAFT) for n in range(1700)]
    for version in ("1.2", "2.0"):
        content = xliff.write(many, "fr", version)
        started = time.monotonic()
        assert len(xliff.read(content).lines) == 1700
        assert time.monotonic() - started < 20
