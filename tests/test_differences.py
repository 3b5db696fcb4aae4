"""Differences between two texts, in every script; and two people's changes brought together."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.differences import Piece, merged, words

_BITS = st.sampled_from(
    ["ask ", "the ", "police", " يمكنك", "\n", "ُ", "پناه\u200cگاه ", "ক্ষুধা ", "ጥገኝነት ", "!", "112", "<b>", "🚒", "\u00a0", "’"]
)
TEXTS = st.lists(_BITS, max_size=25).map("".join) | st.text(max_size=40)


def shown(before: str, after: str) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.shown) for piece in words(before, after))


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts_again(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    assert all(piece.text for piece in pieces)
    kinds = [piece.kind for piece in pieces]
    assert all(one != next_one for one, next_one in pairwise(kinds)), "neighbours of one kind are one piece"


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_equal_texts_have_no_difference(text: str) -> None:
    assert words(text, text) == ([Piece("same", text)] if text else [])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Ask the police for help.", "Ask a lawyer for help.", "Ask [-the police-][+a lawyer+] for help."),
        ("Call 112 now", "Call 112", "Call 112[- now-]"),
        ("", "New", "[+New+]"),
        ("Old", "", "[-Old-]"),
        # A word changes as a whole, with its accents, marks and joiners.
        ("Allez à l'hôpital", "Allez à l'hospice", "Allez à [-l'hôpital-][+l'hospice+]"),
        ("يمكنك طلب اللجوء", "يمكنكم طلب اللجوء", "[-يمكنك-][+يمكنكم+] طلب اللجوء"),
        ("به پناه\u200cگاه بروید", "به پناهگاه بروید", "به [-پناه\u200cگاه-][+پناهگاه+] بروید"),
        ("ক্ষুধা লাগলে যান", "ক্ষুধায় লাগলে যান", "[-ক্ষুধা-][+ক্ষুধায়+] লাগলে যান"),
        ("ጥገኝነት ይጠይቁ።", "ጥገኝነት ጠይቁ።", "ጥገኝነት [-ይጠይቁ-][+ጠይቁ+]።"),
        ("كُتِب هنا", "كتب هنا", "[-كُتِب-][+كتب+] هنا"),
        # Scripts without spaces go by character.
        ("请打电话给警察", "请打电话给医生", "请打电话给[-警察-][+医生+]"),
        # Numbers and addresses are one word.
        (
            "Costs 1.50 at https://a.example/x?y=1",
            "Costs 1.60 at https://a.example/x?y=2",
            "Costs [-1.50-][+1.60+] at [-https://a.example/x?y=1-][+https://a.example/x?y=2+]",
        ),
        # Lines stay lines.
        ("One\nTwo\nThree", "One\n2\nThree", "One\n[-Two-][+2+]\nThree"),
        # What nobody can see is named.
        ("10 euros", "10\u00a0euros", "10[-␣-][+[U+00A0]+]euros"),
        ("ab\nc", "ab\n\nc", "ab\n[+↵\n+]c"),
        ("a\u200bb", "ab", "[-a\u200bb-][+ab+]"),
        # Nothing is escaped here, and nothing lost.
        ("<b>1</b> & 2", "<b>1</b> & 3", "<b>1</b> & [-2-][+3+]"),
    ],
)
def test_differences_are_shown_by_the_word(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


def test_a_very_long_text_is_compared_at_once() -> None:
    before, after = "yes no " * 4000, "no yes " * 4000
    began = time.perf_counter()
    pieces = words(before, after)
    assert time.perf_counter() - began < 5
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


# Two changes of one text

BASE = "Ask the police for help. It is free.\nBring your papers."


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (
            BASE.replace("police", "lawyer"),
            BASE.replace("papers", "passport"),
            "Ask the lawyer for help. It is free.\nBring your passport.",
        ),
        (BASE.replace("police", "lawyer"), BASE, BASE.replace("police", "lawyer")),
        (BASE.replace("police", "lawyer"), BASE.replace("police", "lawyer"), BASE.replace("police", "lawyer")),
        (BASE.replace("police", "lawyer"), BASE.replace("police", "judge"), None),
        (BASE.replace("It is free.", ""), BASE.replace("free", "free of charge"), None),
        (BASE + " Now.", BASE + " Soon.", None),
        ("Please: " + BASE, BASE + " Now.", "Please: " + BASE + " Now."),
        ("", BASE.replace("police", "lawyer"), None),
    ],
)
def test_two_changes_are_brought_together_unless_they_touch(ours: str, theirs: str, expected: str | None) -> None:
    assert merged(BASE, ours, theirs) == expected
    assert merged(BASE, theirs, ours) == expected


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_a_change_and_no_change_make_the_change(base: str, ours: str) -> None:
    assert merged(base, ours, base) == ours
    assert merged(base, base, ours) == ours
    assert merged(base, ours, ours) == ours
