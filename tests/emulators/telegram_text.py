"""Message text as Telegram reads it: parse modes, entities, lengths in UTF-16 units."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Entity = dict[str, Any]

HTML_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
HTML_NAMES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
MARKERS = {
    "MarkdownV2": {
        "```": "pre",
        "`": "code",
        "||": "spoiler",
        "__": "underline",
        "*": "bold",
        "_": "italic",
        "~": "strikethrough",
    },
    "Markdown": {"```": "pre", "`": "code", "*": "bold", "_": "italic"},
}
RESERVED = {"MarkdownV2": set("_*[]()~`>#+-=|{}.!"), "Markdown": set()}
COMMAND = re.compile(r"(?<!\S)/\w{1,32}(?:@\w+)?")


class EntityError(ValueError):
    """Text that its parse mode does not allow; the message is Telegram's."""


def utf16(text: str) -> int:
    """The length Telegram counts, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parsed(text: str, mode: str | None) -> tuple[str, list[Entity]]:
    """The text that is shown and its entities. Raises EntityError."""
    if mode is None or mode == "":
        return text, []
    if mode.lower() == "html":
        return _Html().read(text)
    for name in MARKERS:
        if name.lower() == mode.lower():
            return _Markdown(name).read(text)
    raise EntityError("unsupported parse_mode")


def commands(text: str) -> list[Entity]:
    """The bot_command entities Telegram finds in what a person types."""
    return [
        {"type": "bot_command", "offset": utf16(text[: found.start()]), "length": utf16(found.group())}
        for found in COMMAND.finditer(text)
    ]


@dataclass
class _Shown:
    """The text read so far, and the entities that are open or done."""

    text: str = ""
    open: list[tuple[str, Entity]] = field(default_factory=list)
    done: list[Entity] = field(default_factory=list)

    def begin(self, mark: str, kind: str, **more: str) -> None:
        self.open.append((mark, {"type": kind, "offset": utf16(self.text), **more}))

    def end(self) -> None:
        _, entity = self.open.pop()
        entity["length"] = utf16(self.text) - entity["offset"]
        if entity["length"]:
            self.done.append(entity)

    def result(self) -> tuple[str, list[Entity]]:
        return self.text, sorted(self.done, key=lambda entity: (entity["offset"], -entity["length"]))


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._shown = _Shown()

    def read(self, text: str) -> tuple[str, list[Entity]]:
        self.feed(text)
        self.close()
        if self._shown.open:
            tag = self._shown.open[-1][0]
            raise EntityError(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return self._shown.result()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in HTML_TYPES or (tag == "span" and given.get("class") != "tg-spoiler"):
            raise EntityError(f'Unsupported start tag "{tag}"')
        self._shown.begin(tag, HTML_TYPES[tag], **({"url": given.get("href") or ""} if tag == "a" else {}))

    def handle_endtag(self, tag: str) -> None:
        if not self._shown.open or self._shown.open[-1][0] != tag:
            raise EntityError(f'Unexpected end tag "{tag}"')
        self._shown.end()

    def handle_data(self, data: str) -> None:
        # Python's parser lets a lone "<" through as text; Telegram does not.
        if "<" in data:
            raise EntityError('Unsupported start tag ""')
        self._shown.text += data

    def handle_entityref(self, name: str) -> None:
        self._shown.text += HTML_NAMES.get(name, f"&{name};")

    def handle_charref(self, name: str) -> None:
        number = int(name[1:], 16) if name[0] in "xX" else int(name)
        self._shown.text += chr(number)


class _Markdown:
    def __init__(self, mode: str) -> None:
        self._markers, self._reserved = MARKERS[mode], RESERVED[mode]
        self._shown = _Shown()

    def read(self, text: str) -> tuple[str, list[Entity]]:
        at = 0
        while at < len(text):
            at = self._step(text, at)
        if self._shown.open:
            mark, entity = self._shown.open[-1]
            raise EntityError(f"Can't find end of the entity starting at offset {entity['offset']} ({mark})")
        return self._shown.result()

    def _step(self, text: str, at: int) -> int:
        marker = next((mark for mark in self._markers if text.startswith(mark, at)), None)
        inside = self._shown.open[-1][0] if self._shown.open else ""
        if text[at] == "\\" and at + 1 < len(text) and text[at + 1] in "_*[]()~`>#+-=|{}.!\\":
            self._shown.text += text[at + 1]
            return at + 2
        if inside.startswith("`") and marker != inside:
            self._shown.text += text[at]
            return at + 1
        if marker:
            self._toggle(marker)
            return at + len(marker)
        return self._link_or_character(text, at)

    def _toggle(self, marker: str) -> None:
        if self._shown.open and self._shown.open[-1][0] == marker:
            self._shown.end()
        elif any(mark == marker for mark, _ in self._shown.open):
            raise EntityError(f"Can't find end of the entity before {marker}")
        else:
            self._shown.begin(marker, self._markers[marker])

    def _link_or_character(self, text: str, at: int) -> int:
        if text[at] == "[" and re.match(r"\[[^\]]*\]\([^)]*\)", text[at:]):
            self._shown.begin("[", "text_link")
            return at + 1
        if text[at] == "]" and self._shown.open and self._shown.open[-1][0] == "[":
            close = text.index(")", at)
            self._shown.open[-1][1]["url"] = text[at + 2 : close]
            self._shown.end()
            return close + 1
        if text[at] in self._reserved:
            raise EntityError(f"Character '{text[at]}' is reserved and must be escaped with the preceding '\\'")
        self._shown.text += text[at]
        return at + 1
