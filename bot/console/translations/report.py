"""What the report on a file says of each line."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from bot import differences, editing
from bot.console.desk import Desk
from bot.console.texts import N_
from bot.console.translations import words
from bot.interchange import Result
from bot.interchange.checking import OK
from bot.interchange.csv import guarded
from bot.interchange.units import TITLE


@dataclass(frozen=True, slots=True)
class Row:
    """A line: which text it means, what becomes of it and why, and what it would change. `blocks` goes with each reason."""

    number: int
    key: str
    part: str
    locale: str
    country: str
    topic: str
    outcome: str
    said: list[tuple[str, bool]]
    change: list[differences.Piece] | None
    source_change: list[differences.Piece] | None


def rows(desk: Desk, results: Sequence[Result], titles: Mapping[str, str]) -> list[Row]:
    """`titles`: what topics are called, by id."""
    return [_row(desk, result, titles) for result in results]


def _row(desk: Desk, result: Result, titles: Mapping[str, str]) -> Row:
    place, unit, known = result.place, result.unit, result.known
    codes = {finding.code for finding in result.findings}
    return Row(
        number=result.line.number,
        key=result.line.unit.key[:200],
        part=desk.text(words.PART[place.part]) if place else "",
        locale=place.locale if place else "",
        country=desk.words.country(place.country) if place and place.country else "",
        topic=titles.get(place.topic, place.topic) if place else "",
        outcome=result.outcome,
        said=[(words.sentence(desk, finding), finding.blocks) for finding in result.findings],
        change=differences.words(known.target, unit.target) if known and unit and known.target != unit.target else None,
        source_change=differences.words(result.line.unit.source, known.source) if known and "source_changed" in codes else None,
    )


def prepare(results: Sequence[Result]) -> None:
    """Compute what new titles mean, before the transaction that saves them."""
    editing.prepare(
        [
            result.unit.target
            for result in results
            if result.outcome == OK and result.unit and result.place and result.place.part == TITLE
        ]
    )


def as_csv(desk: Desk, results: Sequence[Result]) -> bytes:
    """Line, key, outcome and reasons, as UTF-8 with its mark."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([desk.text(title) for title in (N_("Line"), N_("Key"), N_("Outcome"), N_("Remarks"))])
    for row in rows(desk, results, {}):
        said = " ".join(sentence for sentence, _ in row.said)
        writer.writerow(map(guarded, (str(row.number), row.key, desk.text(words.OUTCOME[row.outcome]), said)))
    return file.getvalue().encode("utf-8-sig")
