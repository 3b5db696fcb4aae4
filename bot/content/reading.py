"""Content files as text with line numbers: YAML and CSV. Every value stays as it was written.

YAML would turn the language code `no` into false and the country code `NO` too; here a scalar is text or nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Hashable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times as fast
_DEEPEST = 12
Path_ = tuple[Hashable, ...]


class Unreadable(Exception):
    """A file that cannot be read at all. The message is one sentence; `line` is 0 where none is known."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(slots=True)
class Document:
    """What a YAML file says: mappings, lists, text and None, and the line each part begins on."""

    data: Any
    most: int  # parts a file of this length can have, unless aliases multiply them
    lines: dict[Path_, int] = field(default_factory=dict)
    repeated: list[Path_] = field(default_factory=list)  # keys written twice: YAML would silently drop the first

    def line(self, *path: Hashable) -> int:
        """The line of the part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(path: Path) -> Document:
    """Parse one file. Raises Unreadable with the line for what is not YAML or not UTF-8."""
    text = _text(path)
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(f"This is not valid YAML: {error.problem or error.context}.", mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:
        raise Unreadable(f"This is not valid YAML: {str(error).splitlines()[0]}.") from None
    finally:
        loader.dispose()
    document = Document(None, most=len(text) + 1)
    document.data = _plain(root, (), document) if root is not None else None
    return document


def _plain(node: Any, path: Path_, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _DEEPEST or len(document.lines) > document.most:
        raise Unreadable("This is nested too deeply, or repeats itself through aliases.", node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, position), document) for position, item in enumerate(node.value)]
    result: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable("A key must be a plain word.", key.start_mark.line + 1)
        inner = (*path, key.value)
        if key.value in result:
            document.repeated.append(inner)
        document.lines[inner] = key.start_mark.line + 1
        result[key.value] = _plain(value, inner, document)
    return result


def read_csv(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Rows by column name, and a sentence for each row that has more values than columns. Raises Unreadable."""
    text = _text(path)
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)  # spreadsheets of many countries write semicolons
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, problems = [], []
    try:
        for row in reader:
            if None in row:
                problems.append(f"line {reader.line_num}: This row has more values than the header has columns.")
                continue
            rows.append({name.strip(): (value or "").strip() for name, value in row.items()})
    except csv.Error as error:
        raise Unreadable(f"This is not valid CSV: {error}.", reader.line_num) from None
    return rows, problems


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Unreadable("This is not UTF-8; save it with that encoding.", line) from None
    except OSError as error:
        raise Unreadable(f"This cannot be opened: {error.strerror}.") from None
