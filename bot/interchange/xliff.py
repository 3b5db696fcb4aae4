"""XLIFF, the XML format of translation tools: 1.2 and 2.x read, 1.2 and 2.0 written.

Sources: OASIS, XLIFF 1.2 (2008) and XLIFF 2.0 (2014), with their tables of target states.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # for writing and for the types; reading goes through defusedxml
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import defusedxml  # type: ignore[import-untyped]  # publishes no types
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from bot.interchange.units import DRAFT, MAX_BYTES, MISSING, PUBLISHED, REVIEW, STALE, Document, Unit, Unreadable, settled

_OURS = "urn:waymark:interchange"
_NAMESPACES = {"1.2": "urn:oasis:names:tc:xliff:document:1.2", "2.0": "urn:oasis:names:tc:xliff:document:2.0"}
_DEEPEST = 40
_STATES_12 = {
    MISSING: "needs-translation",
    STALE: "needs-adaptation",
    DRAFT: "translated",
    REVIEW: "signed-off",
    PUBLISHED: "final",
}
_STATES_20 = {MISSING: "initial", STALE: "initial", DRAFT: "translated", REVIEW: "reviewed", PUBLISHED: "final"}
_UNFINISHED = re.compile(r"new|initial|needs-.*")
# XML 1.0 has no way to hold these, and turns a carriage return into a line feed.
_NOT_XML = re.compile("([^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff])")
# Markup that stands for itself; anything else inside a text would be lost.
_TRANSPARENT = frozenset({"g", "mrk", "ph", "pc", "it", "bpt", "ept", "sub", "sm", "em"})


def write(units: Sequence[Unit], locale: str, version: str = "2.0") -> bytes:
    """A file with one language, UTF-8. `version`: 1.2 or 2.0."""
    root = ET.Element("xliff", {"version": version, "xmlns": _NAMESPACES[version], "xmlns:waymark": _OURS})
    texts: list[tuple[ET.Element, str]] = []
    if version == "1.2":
        _write_12(root, units, locale, texts)
    else:
        _write_20(root, units, locale, texts)
    ET.indent(root)
    for element, text in texts:  # after indenting, which must not touch a text
        _fill(element, text, version)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _write_12(root: ET.Element, units: Sequence[Unit], locale: str, texts: list[tuple[ET.Element, str]]) -> None:
    names = {"original": "answers", "source-language": "en", "target-language": locale, "datatype": "plaintext"}
    body = ET.SubElement(ET.SubElement(root, "file", names), "body")
    for unit in units:
        element = ET.SubElement(body, "trans-unit", {"id": unit.key, "resname": unit.key, "xml:space": "preserve"})
        if unit.state == PUBLISHED:
            element.set("approved", "yes")
        _mark_version(element, unit)
        texts.append((ET.SubElement(element, "source"), unit.source))
        texts.append((ET.SubElement(element, "target", {"state": _STATES_12[unit.state]}), unit.target))
        if unit.note:
            ET.SubElement(element, "note", {"from": "developer"}).text = _NOT_XML.sub(" ", unit.note)
        if unit.previous:
            earlier = ET.SubElement(element, "alt-trans", {"alttranstype": "previous-version"})
            texts.append((ET.SubElement(earlier, "source"), unit.previous))
            texts.append((ET.SubElement(earlier, "target"), unit.target))


def _write_20(root: ET.Element, units: Sequence[Unit], locale: str, texts: list[tuple[ET.Element, str]]) -> None:
    root.set("srcLang", "en")
    root.set("trgLang", locale)
    file = ET.SubElement(root, "file", {"id": "answers"})
    for unit in units:
        # The id must be an XML name, in which a slash is not allowed; the name carries the key.
        identity = re.sub(r"[^\w.:-]", "\u00b7", unit.key)
        element = ET.SubElement(file, "unit", {"id": identity, "name": unit.key, "canResegment": "no", "xml:space": "preserve"})
        _mark_version(element, unit)
        notes = [("note", unit.note), ("previous-source", unit.previous)]
        if any(text for _, text in notes):
            holder = ET.SubElement(element, "notes")
            for category, text in notes:
                if text:
                    ET.SubElement(holder, "note", {"category": category}).text = _NOT_XML.sub(" ", text)
        segment = ET.SubElement(element, "segment", {"id": "s", "state": _STATES_20[unit.state]})
        texts.append((ET.SubElement(segment, "source"), unit.source))
        if unit.target:
            texts.append((ET.SubElement(segment, "target"), unit.target))


def _mark_version(element: ET.Element, unit: Unit) -> None:
    if unit.source_version is not None:
        element.set("waymark:source-version", str(unit.source_version))


def _fill(element: ET.Element, text: str, version: str) -> None:
    """The text, with an element in place of each character that XML cannot hold."""
    first, *rest = _NOT_XML.split(text)
    element.text = first
    for number, (character, after) in enumerate(zip(rest[::2], rest[1::2], strict=True)):
        code = f"{ord(character):04X}"
        given = {"id": f"c{number}", "ctype": f"x-cp-{code}"} if version == "1.2" else {"hex": code}
        ET.SubElement(element, "x" if version == "1.2" else "cp", given).tail = after


class _Placed(ET.TreeBuilder):
    """Builds the tree and remembers the line of each element."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[ET.Element, int] = {}
        self.parser: Any = None
        self._depth = 0

    def start(self, tag: Any, attrs: Any, /) -> ET.Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable("nested", self.parser.CurrentLineNumber)
        element = super().start(tag, attrs)
        self.lines[element] = self.parser.CurrentLineNumber
        return element

    def end(self, tag: Any, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def read(content: bytes) -> Document:
    """The units of a file. Raises Unreadable. Document types, entities and references to other files are refused."""
    root, lines = _parsed(content)
    version = root.get("version", "")
    if _name(root) != "xliff" or not (version == "1.2" or version.startswith("2.")):
        raise Unreadable("not_xliff", 1)
    document = Document("xliff")
    if version == "1.2":
        _read_12(root, document, lines)
    else:
        document.locale = root.get("trgLang")
        _read_20(root, document, lines)
    return document


def _parsed(content: bytes) -> tuple[ET.Element, dict[ET.Element, int]]:
    if len(content) > MAX_BYTES:
        raise Unreadable("too_big")
    builder = _Placed()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(content)
        return parser.close(), builder.lines
    except ET.ParseError as error:
        raise Unreadable("not_xml", error.position[0]) from None
    except defusedxml.DefusedXmlException:
        raise Unreadable("forbidden_xml", builder.parser.CurrentLineNumber) from None
    except (LookupError, ValueError):  # an encoding that nobody knows, or with several bytes a character
        raise Unreadable("not_xml", 1) from None


def _read_12(root: ET.Element, document: Document, lines: dict[ET.Element, int]) -> None:
    for file in _children(root, "file"):
        document.locale = document.locale or file.get("target-language")
        for element in file.iter():
            if _name(element) != "trans-unit":
                continue
            texts = [*_children(element, "source"), *_children(element, "target")]
            earlier = [a for a in _children(element, "alt-trans") if a.get("alttranstype") == "previous-version"]
            unit = Unit(
                key=element.get("resname") or element.get("id") or "",
                source=_joined(_children(element, "source")),
                target=_joined(_children(element, "target")),
                state=texts[-1].get("state", "") if texts else "",
                note="\n".join(_text(note) for note in _children(element, "note")),
                source_version=_version(element),
                previous=_joined(source for other in earlier[:1] for source in _children(other, "source")),
            )
            _add(document, lines[element], unit, _STATES_12, texts)


def _read_20(root: ET.Element, document: Document, lines: dict[ET.Element, int]) -> None:
    for element in root.iter():
        if _name(element) != "unit":
            continue
        # A tool may have cut the text into several segments, with the white space between them as ignorables.
        segments = [part for part in element if _name(part) in ("segment", "ignorable")]
        sources = [source for part in segments for source in _children(part, "source")]
        targets = [target for part in segments for target in _children(part, "target")]
        notes = [note for holder in _children(element, "notes") for note in _children(holder, "note")]
        unit = Unit(
            key=element.get("name") or element.get("id") or "",
            source=_joined(sources),
            target=_joined(targets),
            state=_state_20(segments),
            note="\n".join(_text(note) for note in notes if note.get("category") != "previous-source"),
            source_version=_version(element),
            previous=_joined(note for note in notes if note.get("category") == "previous-source"),
        )
        _add(document, lines[element], unit, _STATES_20, [*sources, *targets])


def _state_20(segments: Sequence[ET.Element]) -> str:
    """The state of the segment that is furthest back. One that names no state is as finished as its target."""
    work = [part for part in segments if _name(part) == "segment"]
    if any(part.get("state") == "initial" or next(_children(part, "target"), None) is None for part in work):
        return "initial"
    order = list(_STATES_20.values())
    return min((part.get("state", "translated") for part in work), key=lambda s: order.index(s) if s in order else 0, default="")


def _add(document: Document, line: int, unit: Unit, names: dict[str, str], texts: Sequence[ET.Element]) -> None:
    ours = {name: state for state, name in names.items()}.get(unit.state, DRAFT)
    state = settled(ours, unit.target, unfinished=_UNFINISHED.fullmatch(unit.state) is not None)
    document.add(line, replace(unit, state=state), "" if all(map(_is_plain, texts)) else "inline_codes")


def _is_plain(element: ET.Element) -> bool:
    for inner in element.iter():
        name = _name(inner)
        if name in ("x", "cp") and _character(inner) is None:
            return False
        if name in ("bx", "ex", "sc", "ec"):
            return False
        if name in ("ph", "it", "bpt", "ept") and not (inner.text or len(inner)):
            return False
    return True


def _version(element: ET.Element) -> int | None:
    number = element.get(f"{{{_OURS}}}source-version", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _name(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (child for child in element if _name(child) == name)


def _joined(elements: Iterable[ET.Element]) -> str:
    return "".join(_text(element) for element in elements)


def _text(element: ET.Element) -> str:
    parts = [element.text or ""]
    for inner in element:
        parts.append(_character(inner) or (_text(inner) if _name(inner) in _TRANSPARENT else ""))
        parts.append(inner.tail or "")
    return "".join(parts)


def _character(element: ET.Element) -> str | None:
    """The character that an element stands for."""
    code = element.get("hex", "") if _name(element) == "cp" else element.get("ctype", "").removeprefix("x-cp-")
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return None
