"""Geometry of the pictures: what is drawn is what was counted, in the direction of reading."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.console.charts import HEIGHT, WIDTH, Picture, Series, by_day, lines, percent, spark
from bot.console.texts import Words

ENGLISH, ARABIC = Words("en"), Words("ar")
MONDAY = date(2026, 3, 2)


def days(number: int, first: date = MONDAY) -> list[date]:
    return [first + timedelta(days=n) for n in range(number)]


def picture(words: Words, *values: list[int]) -> Picture:
    kinds = ("good", "warn", "bad")
    series = [Series(f"series {n}", kinds[n], given) for n, given in enumerate(values)]
    return by_day(words, "p", "Title", days(len(values[0])), series)


def test_bars_are_as_high_as_their_numbers() -> None:
    drawn = picture(ENGLISH, [0, 50, 100])
    assert drawn.columns[0].bars == ()
    assert [column.bars[0].height for column in drawn.columns[1:]] == [HEIGHT / 2, HEIGHT]
    assert [column.bars[0].y for column in drawn.columns[1:]] == [HEIGHT / 2, 0]


def test_stacked_bars_stand_on_each_other() -> None:
    (column,) = picture(ENGLISH, [2], [4], [2]).columns
    low, middle, high = column.bars
    assert (low.kind, middle.kind, high.kind) == ("good", "warn", "bad")
    assert low.y + low.height == pytest.approx(HEIGHT)
    assert middle.y + middle.height == pytest.approx(low.y)
    assert high.y + high.height == pytest.approx(middle.y)
    assert high.y == pytest.approx(0)


def test_time_runs_from_right_to_left_where_people_read_so() -> None:
    left, right = (picture(words, [1, 1, 1]).columns for words in (ENGLISH, ARABIC))
    assert [c.bars[0].x for c in left] == [c.bars[0].x for c in reversed(right)]
    assert left[0].bars[0].x < left[2].bars[0].x
    assert all(c.bars[0].x >= 0 and c.bars[0].x + c.bars[0].width <= WIDTH for c in (*left, *right))


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(0, ["2", "1", "0"]), (1, ["2", "1", "0"]), (3, ["4", "2", "0"]), (7, ["8", "4", "0"]), (99, ["100", "50", "0"]),
     (101, ["200", "100", "0"]), (43210, ["50K", "25K", "0"])],
)  # fmt: skip
def test_the_lines_behind_the_bars_are_round_numbers(most: int, ticks: list[str]) -> None:
    assert [text for _, text in picture(ENGLISH, [most]).ticks] == ticks


def test_the_table_has_the_same_numbers_as_the_picture() -> None:
    drawn = picture(ENGLISH, [1, 1200], [3, 4])
    assert drawn.rows == (("Mar 2, 2026", "1", "3"), ("Mar 3, 2026", "1,200", "4"))
    assert drawn.columns[1].words == "Mar 3, 2026\nseries 0: 1,200\nseries 1: 4"


def test_the_summary_says_in_words_what_the_picture_shows() -> None:
    assert picture(ENGLISH, [1, 1200], [3, 4]).summary == "series 0: 1,201 · series 1: 7. Most on Mar 3, 2026: 1,204."
    nothing = picture(ENGLISH, [0, 0])
    assert nothing.is_empty
    assert nothing.summary == "Nothing in this time."


def test_a_year_is_drawn_by_weeks_that_begin_on_monday() -> None:
    values = [1] * 365
    drawn = by_day(ENGLISH, "p", "Title", days(365, MONDAY + timedelta(days=2)), [Series("s", "main", values)])
    assert drawn.by_week
    assert len(drawn.columns) == 53
    assert drawn.rows[0] == ("Mar 4, 2026 – Mar 8, 2026", "5")
    assert drawn.rows[1] == ("Mar 9, 2026 – Mar 15, 2026", "7")
    assert sum(int(number) for _, number in drawn.rows) == 365


def test_the_longest_line_is_full_and_the_smallest_can_be_seen() -> None:
    drawn = lines(ENGLISH, [("a", 4000), ("b", 2000), ("c", 1), ("d", 0)])
    assert [line.share for line in drawn] == [100, 50, 0.6, 0]
    assert [line.text for line in drawn] == ["4,000", "2,000", "1", "0"]
    assert [line.x + line.share for line in lines(ARABIC, [("a", 4), ("b", 1)])] == [100, 100]
    assert lines(ENGLISH, []) == []


def test_a_small_line_runs_in_the_direction_of_reading() -> None:
    assert spark(ENGLISH, [0, 5, 10]) == "0.00,22.00 50.00,12.00 100.00,2.00"
    assert spark(ARABIC, [0, 5, 10]) == "100.00,22.00 50.00,12.00 0.00,2.00"
    assert spark(ENGLISH, [0, 0]) == spark(ENGLISH, [3]) == ""


def test_a_share_of_nothing_is_a_dash() -> None:
    assert percent(ENGLISH, 1, 4) == "25%"
    assert percent(ENGLISH, 1, 300) == "0.3%"
    assert percent(ENGLISH, 0, 0) == "–"
