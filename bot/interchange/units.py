"""What translators get and give back: one unit a text. Knows no file format and no database."""

from __future__ import annotations

from dataclasses import dataclass, field

SMS, CHAT, TITLE = "sms", "chat", "title"
PARTS = (TITLE, SMS, CHAT)

# How far the translation of a unit is. The first two want work.
MISSING, STALE, DRAFT, REVIEW, PUBLISHED = "missing", "stale", "draft", "review", "published"
STATES = (MISSING, STALE, DRAFT, REVIEW, PUBLISHED)

MAX_BYTES = 4_000_000
MAX_UNITS = 20_000
MAX_TEXT = 20_000  # characters of one text


@dataclass(frozen=True, slots=True)
class Place:
    """Which text of which answer. `country` None: the answer for everywhere."""

    topic: str
    locale: str
    country: str | None
    part: str

    @property
    def key(self) -> str:
        return f"{self.topic}/{self.locale}/{self.country or ''}/{self.part}"

    @classmethod
    def of(cls, key: str) -> Place | None:
        """The place that a key names, None where it names none. A topic's id may hold slashes itself."""
        topic, *rest = key.rsplit("/", 3)
        if len(rest) != 3 or not topic or not rest[0] or rest[2] not in PARTS:
            return None
        return cls(topic, rest[0], rest[1] or None, rest[2])


@dataclass(frozen=True, slots=True)
class Unit:
    """One English text and its translation. `previous`: the English text that the present translation was made from,
    where it differs from `source`; `source_version`: the version of the English answer that `source` is from.
    """

    key: str
    source: str
    target: str = ""
    state: str = MISSING
    note: str = ""
    source_version: int | None = None
    previous: str = ""

    @property
    def is_finished(self) -> bool:
        """The translator says that the target is a translation of the source."""
        return bool(self.target) and self.state not in (MISSING, STALE)


@dataclass(frozen=True, slots=True)
class Line:
    """A unit as a file gives it, and the number of the line where it begins. `problem`: a code of checking.SENTENCES."""

    number: int
    unit: Unit
    problem: str = ""


@dataclass(slots=True)
class Document:
    """What a file holds. `locale`: the language that it says it is in, None where it does not say."""

    format: str
    locale: str | None = None
    lines: list[Line] = field(default_factory=list)

    def add(self, number: int, unit: Unit, problem: str = "") -> None:
        """Raises Unreadable when the file holds more than anybody translates."""
        if len(self.lines) >= MAX_UNITS:
            raise Unreadable("too_many", number)
        longest = max(map(len, (unit.key, unit.source, unit.target, unit.note)))
        self.lines.append(Line(number, unit, "too_long_to_read" if longest > MAX_TEXT else problem))


class Unreadable(Exception):
    """A file that cannot be read at all. `code` says why (checking.SENTENCES has the words); `line` is 0 where none is known."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code, self.line = code, line


def settled(state: str, target: str, unfinished: bool = False) -> str:
    """The state of a unit read from a file, where state, text and the mark of unfinished work may contradict each other."""
    if not target:
        return MISSING
    if unfinished:
        return STALE
    return state if state in STATES[2:] else DRAFT


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, or UTF-16 with its mark, with the line ends of Unix. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable("too_big")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", content[: error.start].count(b"\n") + 1) from None
