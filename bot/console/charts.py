"""Pictures of figures: geometry for small SVG charts, which templates/overview/charts.html draws.

Classes instead of styles (the content security policy forbids those), text outside of the picture so that it does not shrink
with it, time running in the direction of reading, and each number also in a table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from babel.numbers import format_percent

from bot import i18n
from bot.console.texts import N_, Words

WIDTH, HEIGHT = 600.0, 150.0
MOST_BARS = 92  # more than a quarter's days are drawn as weeks
_GAP = 0.18  # of a bar's room


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one kind, one for each day. `kind` is a class of admin.css: main good warn bad."""

    title: str
    kind: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Column:
    """All bars of a day or week, with the words shown on hover."""

    words: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart by days or weeks. `rows` has the same numbers as text: a label, then one number for each series."""

    name: str
    title: str
    summary: str
    series: tuple[Series, ...]
    columns: tuple[Column, ...]
    ticks: tuple[tuple[float, str], ...]  # height and number of the lines behind the bars, the highest first
    ends: tuple[str, ...]  # the first, middle and last day
    rows: tuple[tuple[str, ...], ...]
    by_week: bool

    @property
    def is_empty(self) -> bool:
        return not any(any(series.values) for series in self.series)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list with bars. `share` is the bar's length in per cent of the longest."""

    title: str
    number: int
    text: str
    x: float
    share: float
    href: str = ""
    hint: str = ""
    lang: str = ""


def by_day(words: Words, name: str, title: str, days: Sequence[date], series: Sequence[Series]) -> Picture:
    """Bars for each day, several series stacked; weeks instead of days where there are many."""
    by_week = len(days) > MOST_BARS
    spans = _weeks(days) if by_week else [(place, place + 1) for place in range(len(days))]
    stacks = [[sum(one.values[first:last]) for one in series] for first, last in spans]
    labels = [_label(words, days[first], days[last - 1]) for first, last in spans]
    top = _round_up(max((sum(stack) for stack in stacks), default=0))
    return Picture(
        name=name,
        title=title,
        summary=_summary(words, series, stacks, labels, by_week),
        series=tuple(series),
        columns=tuple(_column(words, series, stacks, labels, place, top) for place in range(len(stacks))),
        ticks=tuple((HEIGHT - HEIGHT * value / top, words.compact(value)) for value in _lines(top)),
        ends=_ends(words, days),
        rows=tuple((label, *map(words.number, stack)) for label, stack in zip(labels, stacks, strict=True)),
        by_week=by_week,
    )


def _column(words: Words, series: Sequence[Series], stacks: list[list[int]], labels: list[str], place: int, top: int) -> Column:
    room = WIDTH / len(stacks)
    at = len(stacks) - 1 - place if _is_rtl(words) else place
    bars, base = [], HEIGHT
    for one, value in zip(series, stacks[place], strict=True):
        height = HEIGHT * value / top
        base -= height
        if value:
            bars.append(
                Bar(
                    round(at * room + room * _GAP / 2, 2), round(base, 2), round(room * (1 - _GAP), 2), round(height, 2), one.kind
                )
            )
    numbers = zip(series, stacks[place], strict=True)
    said = "\n".join(f"{one.title}: {words.number(value)}" for one, value in numbers)
    return Column(f"{labels[place]}\n{said}", tuple(bars))


def _summary(words: Words, series: Sequence[Series], stacks: list[list[int]], labels: list[str], by_week: bool) -> str:
    """What the picture shows in a sentence, for those who do not see it."""
    totals = [f"{one.title}: {words.number(sum(one.values))}" for one in series]
    sums = [sum(stack) for stack in stacks]
    if not any(sums):
        return words.text(N_("Nothing in this time."))
    most = max(range(len(sums)), key=sums.__getitem__)
    peak = N_("Most in the week of {day}: {n}.") if by_week else N_("Most on {day}: {n}.")
    return " · ".join(totals) + ". " + words.text(peak, day=labels[most], n=words.number(sums[most]))


def _label(words: Words, first: date, last: date) -> str:
    return words.day(first) if first == last else f"{words.day(first)} – {words.day(last)}"


def _ends(words: Words, days: Sequence[date]) -> tuple[str, ...]:
    """Under the picture stand its first and last day, and the middle one where there is room for three."""
    if len(days) < 2:
        return tuple(words.day(day) for day in days)
    middle = (days[len(days) // 2],) if len(days) > 4 else ()
    return tuple(words.day(day) for day in (days[0], *middle, days[-1]))


def _weeks(days: Sequence[date]) -> list[tuple[int, int]]:
    """Places of the first day of each week (Monday) and of the one after its last."""
    found = []
    for _, places in groupby(range(len(days)), key=lambda place: days[place] - timedelta(days=days[place].weekday())):
        group = list(places)
        found.append((group[0], group[-1] + 1))
    return found


def _round_up(most: int) -> int:
    """The next 1, 2, 4, 5, 6 or 8 times a power of ten: the lines behind the bars are numbers one can read."""
    if most <= 2:
        return 2
    power = 10 ** int(math.log10(most))
    return next(step * power for step in (1, 2, 4, 5, 6, 8, 10, 20) if step * power >= most)


def _lines(top: int) -> tuple[int, ...]:
    return (top, top // 2, 0) if top % 2 == 0 else (top, 0)


def lines(words: Words, numbers: Sequence[tuple[str, int]], most: int | None = None) -> list[Line]:
    """Horizontal bars for (title, number) in the given order; `most` is the longest bar's number where it is not among them."""
    largest = max(most or 0, *(number for _, number in numbers), 1)
    return [_line(words, title, number, largest) for title, number in numbers]


def _line(words: Words, title: str, number: int, largest: int) -> Line:
    # A bar that is not nothing can be seen.
    share = max(0.6, round(100 * number / largest, 2)) if number else 0.0
    return Line(title, number, words.number(number), 100 - share if _is_rtl(words) else 0.0, share)


def spark(words: Words, values: Sequence[int]) -> str:
    """The points of a small line over 100 × 24, lowest value at the bottom; empty where there is nothing to draw."""
    if len(values) < 2 or not any(values):
        return ""
    top, step = max(values), 100 / (len(values) - 1)
    points = [(place * step, 22 - 20 * value / top) for place, value in enumerate(values)]
    if _is_rtl(words):
        points = [(100 - x, y) for x, y in points]
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def percent(words: Words, part: int, whole: int) -> str:
    """How much of the whole that is; a dash where there is nothing to compare with."""
    if not whole:
        return "–"
    return format_percent(round(part / whole, 3), locale=i18n.cldr(words.locale), decimal_quantization=False)


def _is_rtl(words: Words) -> bool:
    return words.locale in i18n.RIGHT_TO_LEFT
