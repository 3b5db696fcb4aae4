"""How texts are counted, made cheaper and cut.

`segments.json` holds [text, encoding, segments] for texts of thirty kinds. It was made once with version 1.3.0 of Twilio's
npm package `sms-segments-calculator`: `new SegmentedMessage(text, 'auto', false)`, then `encodingName` and `segmentsCount`.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import channels
from bot.channels.base import cut, numbered, shape_plain
from bot.channels.sms_text import count, economical
from bot.messages import Choice, Reply

TWILIO: list[tuple[str, str, int]] = [
    tuple(row) for row in json.loads(Path(__file__).with_name("segments.json").read_text("utf-8"))
]
ENCODINGS = {"gsm7": "GSM-7", "ucs2": "UCS-2"}
TYPOGRAPHIC = "‘’“”„«»–—…•\u00a0\u202f\u200b"

# Whatever people and our own texts may hold, with what breaks easily made likely.
_PIECES = st.one_of(
    st.sampled_from(["the shelter is open ", "où est l’abri ", "أين الطبيب؟ ", "پناهگاه\u200cها ", "ہَے۔ ", "ምግብ። ", "ক্ষুধা য় "]),
    st.sampled_from(
        ["👩‍👩‍👧‍👦", "👍🏽", "🇪🇸", "e\u0301", "ł\u0301", "x\u0323", "\u09df", "€", "\r\n", "\n\n", "\n", " ", "ñéü", "[", "1️⃣"]
    ),
    st.sampled_from(list(TYPOGRAPHIC)),
    st.text(max_size=12),
)
TEXTS = st.lists(_PIECES, max_size=60).map("".join) | st.text(max_size=300)
PATIENT = settings(max_examples=150, deadline=None)


def clusters(text: str) -> list[str]:
    """The grapheme clusters that are not only white space, without the space they may carry."""
    return [cluster.strip() for cluster in regex.findall(r"\X", text) if cluster.strip()]


# Counting


def test_there_are_many_texts_in_both_encodings_and_around_every_limit() -> None:
    assert len({text for text, _, _ in TWILIO}) >= 400
    assert {encoding for _, encoding, _ in TWILIO} == set(ENCODINGS.values())
    assert {segments for _, _, segments in TWILIO} >= {1, 2, 3, 4, 5}


def test_every_text_counts_as_twilio_counts_it() -> None:
    ours = [(text, ENCODINGS[counted.encoding], counted.segments) for text, *_ in TWILIO for counted in [count(text)]]
    wrong = [(expected, got[1:]) for expected, got in zip(TWILIO, ours, strict=True) if expected != got]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "gsm7", 0, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 306, 3),  # the euro sign does not fit into the last septet
        ("م" * 70, "ucs2", 70, 1),
        ("م" * 71, "ucs2", 71, 2),
        ("م" * 134, "ucs2", 134, 2),
        ("م" * 135, "ucs2", 135, 3),
        ("م" * 66 + "🇪🇸" + "م" * 64, "ucs2", 134, 3),  # the flag is not cut in two
        ("a\r\nb", "gsm7", 4, 1),
        ("€[", "gsm7", 4, 1),
        ("€[م", "ucs2", 3, 1),
    ],
)
def test_limits_are_160_and_153_septets_or_70_and_67_units(text: str, encoding: str, units: int, segments: int) -> None:
    counted = count(text)
    assert (counted.encoding, counted.units, counted.segments) == (encoding, units, segments)


@PATIENT
@given(TEXTS)
def test_segments_are_never_fewer_than_the_units_need(text: str) -> None:
    counted = count(text)
    single, several = (160, 153) if counted.encoding == "gsm7" else (70, 67)
    assert counted.segments == 1 if counted.units <= single else counted.segments >= -(-counted.units // several) >= 2


# Making cheaper


@PATIENT
@given(TEXTS)
@example("\u09df" * 70)
def test_the_economical_text_never_costs_more(text: str) -> None:
    assert count(economical(text)).segments <= count(text).segments


@PATIENT
@given(TEXTS)
@example("ł\u0301" * 50)
@example("e\u200b\u0301" * 50)
def test_the_economical_text_is_economical_already(text: str) -> None:
    once = economical(text)
    assert economical(once) == once


@PATIENT
@given(TEXTS)
def test_a_text_changes_only_where_that_saves_a_segment(text: str) -> None:
    cheaper = economical(text)
    assert cheaper == text or count(cheaper).segments < count(text).segments


@PATIENT
@given(st.text(st.sampled_from("أينالطبيبپگچژیکہےُሰላምሐኪምক্ষুধাক্षेत्रабвгд\u200c؟۔ " + TYPOGRAPHIC), max_size=200))
def test_letters_of_other_scripts_stay(text: str) -> None:
    def letters(of: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFC", of) if c not in TYPOGRAPHIC + "'\"-. ")

    assert letters(economical(text)) == letters(text)


@pytest.mark.parametrize("letter", [*"ñéüàèìòùäöåøæßÑÉÜÇ¿¡€"])
def test_letters_that_gsm7_has_stay_when_others_lose_their_accents(letter: str) -> None:
    cheaper = economical("ê" + f"{letter}a " * 39)
    assert cheaper == "e" + f"{letter}a " * 39


@pytest.mark.parametrize(
    ("dear", "cheap"),
    [
        ("l’abri", "l'abri"),
        ("“sí”", '"si"'),
        ("9–17", "9-17"),
        ("5\u00a0€", "5 €"),
        ("más…", "mas..."),
        ("cœur", "coeur"),
        ("e\u0301", "é"),
        ("x\u0323", "x"),
        ("ł\u0301", "l"),
    ],
)
def test_what_makes_a_text_unicode_is_made_plain_only_in_a_text_long_enough_to_save(dear: str, cheap: str) -> None:
    filler = " the shelter is open" * 5
    assert economical(dear) == dear
    assert economical(dear + filler) == cheap + filler
    assert count(cheap + filler).segments == 1 < count(dear + filler).segments


def test_accents_stay_where_typographic_characters_were_the_only_cost() -> None:
    assert economical("“Él”" + " café" * 25) == '"Él"' + " café" * 25


def test_typographic_characters_stay_in_a_unicode_text_that_would_cost_the_same() -> None:
    text = "«سلام» – “أهلا” " * 10
    assert economical(text) == text


def test_a_bengali_text_in_one_segment_is_not_taken_apart_into_two() -> None:
    assert economical("\u09df" * 70) == "\u09df" * 70


# Cutting


@PATIENT
@given(TEXTS, st.integers(40, 200))
@example("👩‍👩‍👧‍👦" * 60, 40)
@example("a\u0301" * 200, 41)
@example("🇪🇸" * 100, 41)
@example("\n" * 500, 40)
def test_pieces_hold_all_words_within_the_limit(text: str, limit: int) -> None:
    pieces = cut(text, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    if all(len(word) <= limit // 3 for word in text.split()) and not regex.search(r"[^\S\n ]", text):
        assert " ".join(pieces).split() == text.split()


@PATIENT
@given(TEXTS, st.integers(40, 200))
@example("👩‍👩‍👧‍👦" * 60, 47)
@example("🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 60, 45)
@example("ক্ষু" * 100, 43)
def test_no_grapheme_cluster_is_cut(text: str, limit: int) -> None:
    whole = clusters(text)
    if all(len(cluster) <= limit for cluster in whole):
        assert [cluster for piece in cut(text, limit) for cluster in clusters(piece)] == whole


@given(st.text(max_size=60), st.integers(1, 5))
@example("👩‍👩‍👧‍👦" * 3, 1)
@example("a" + "\u0301" * 300, 5)
def test_cutting_ends_even_where_a_cluster_is_wider_than_the_limit(text: str, limit: int) -> None:
    pieces = cut(text, limit)
    assert all(0 < len(piece) <= max(limit, 1) for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("short", ["short"]),
        ("one two three.\n\nfour five", ["one two three.", "four five"]),
        ("one two three\nfour five six", ["one two three", "four five six"]),
        ("One two three. Four five", ["One two three.", "Four five"]),
        ("one two three four five", ["one two three four", "five"]),
        ("a" * 25, ["a" * 20, "a" * 5]),
        ("اول فقرہ۔ دوسرا فقرہ یہاں", ["اول فقرہ۔", "دوسرا فقرہ یہاں"]),
        ("Can you? Yes. I do not", ["Can you? Yes.", "I do not"]),
        ("এক দুই তিন। চার পাঁচ ছয়", ["এক দুই তিন।", "চার পাঁচ ছয়"]),
    ],
)
def test_cuts_are_at_the_best_place_that_fits(text: str, pieces: list[str]) -> None:
    assert cut(text, 20) == pieces


# Shaping


def test_choices_without_a_text_begin_with_the_first_choice() -> None:
    assert shape_plain(Reply("", CHOICES))[0].text == "1 Food\n2 Doctor"


CHOICES = (Choice("Food", "/food"), Choice("Doctor", "/doctor"))


def test_a_phone_without_buttons_gets_numbered_choices_in_the_last_part_only() -> None:
    parts = shape_plain(Reply("word " * 400, choices=CHOICES))
    assert len(parts) == 2
    assert [part.choices for part in parts] == [(), CHOICES]
    assert parts[-1].text.endswith("word\n1 Food\n2 Doctor")
    assert all(len(part.text) <= 1500 and part.segments == count(part.text).segments for part in parts)


def test_numbers_can_be_written_in_other_digits() -> None:
    assert numbered(CHOICES * 5, "۰۱۲۳۴۵۶۷۸۹").splitlines()[-1] == "۱۰ Doctor"


def test_a_plain_reply_is_made_cheaper_where_that_saves() -> None:
    [part] = shape_plain(Reply("It’s open" + " every day" * 10))
    assert part.text.startswith("It's") and part.segments == 1


@PATIENT
@given(TEXTS)
def test_a_plain_reply_without_choices_never_costs_more_than_its_text(text: str) -> None:
    parts = shape_plain(Reply(text))
    if len(parts) == 1:
        assert parts[0].segments <= count(text.strip()).segments
    assert bool(parts) == bool(economical(text.strip()).strip())


def test_shape_writes_numbers_for_plain_channels_and_leaves_buttons_to_the_others() -> None:
    reply = Reply("It’s open. What do you need?" + " Ask" * 20, choices=CHOICES)
    assert channels.shape(reply, plain=True) == shape_plain(reply)
    [chat] = channels.shape(reply, plain=False)
    assert chat.text == reply.text and chat.choices == CHOICES
