"""A message in its sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.parts import MOST_PARTS, parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("where is food", ()),
        ("where is food?", ()),
        ("My son is ill. Where is a free doctor?", ("My son is ill", "Where is a free doctor")),
        ("Hello. I lost my passport yesterday", ()),  # a greeting is no sentence of its own
        ("I paid 3.5 dollars for it yesterday", ()),
        ("میرا پاسپورٹ گم ہو گیا۔ کھانا کہاں ملے گا؟", ("میرا پاسپورٹ گم ہو گیا", "کھانا کہاں ملے گا")),
        ("আমার পাসপোর্ট হারিয়ে গেছে। খাবার কোথায় পাব?", ("আমার পাসপোর্ট হারিয়ে গেছে", "খাবার কোথায় পাব")),
        ("ፓስፖርቴ ትናንት ጠፋብኝ። ምግብ የት ይገኛል፧", ("ፓስፖርቴ ትናንት ጠፋብኝ", "ምግብ የት ይገኛል")),
        ("first line here now\nsecond line here now", ("first line here now", "second line here now")),
    ],
)
def test_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert parts(text) == expected


def test_of_many_sentences_the_first_and_the_last_are_read() -> None:
    found = parts(". ".join(f"this is sentence {n}" for n in range(20)))
    assert found == ("this is sentence 0", "this is sentence 17", "this is sentence 18", "this is sentence 19")


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    found = parts(text)
    assert len(found) != 1
    assert len(found) <= MOST_PARTS
    assert all(part.strip() for part in found)
