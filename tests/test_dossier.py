"""Cases as documents: exactly the wanted fields, and every script readable from its own side."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import uharfbuzz as hb
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from sqlalchemy.orm import Session

from bot import contacts, crypto, dossier, inbox, outbox, referrals
from bot.db import Database, utcnow
from bot.dossier import layout, reading
from bot.dossier.sheet import FOLDER, FONTS, MARGIN, Sheet, coverage
from bot.messages import Choice, Incoming, Kind, Outgoing
from bot.tables import Contact, Inbox, Note, Referral, ReferralEvent

NUMBER = "+306912345678"
TEXTS = {
    "en": "I need a lawyer for my interview",
    "ar": "أحتاج إلى محام قبل المقابلة",
    "fa": "می‌خواهم با وکیل صحبت کنم",
    "ps": "زه مرسته غواړم، ځای ډېر لرې دی",
    "ur": "مجھے ڈاکٹر کی ضرورت ہے۔",
    "am": "ሐኪም ያስፈልገኛል፣ በሱዳን ውስጥ ነኝ።",
    "ti": "ሓገዝ የድልየኒ",
    "bn": "আমার একটি শিশু আছে, ক্ষুধার্ত। ক্লিনিক কোথায়?",
    "ru": "Мне нужен юрист",
    "uk": "Їжа, ґанок, є",
    "tr": "ığşç İstanbul'da",
    "ht": "Mwen bezwen yon doktè",
    "so": "Waxaan u baahanahay gargaar",
    "sw": "Ninahitaji msaada",
}


def width(text: str, font: str, rtl: bool) -> float:
    return float(len(text))


def shown(text: str, wide: float = 1000.0, rtl: bool = False) -> list[str]:
    """Each line as a reader sees it from left to right, letter by letter."""
    return ["".join(_seen(run) for run in line.runs) for line in layout.lines(text, wide, coverage(), width, rtl)]


def _seen(run: layout.Run) -> str:
    return "".join(reversed(run.text)).translate(str.maketrans("()[]<>", ")(][><")) if run.rtl else run.text


def wording(locale: str = "en") -> dossier.Wording:
    def text(name: str, **values: object) -> str:
        return f"{name} {' '.join(map(str, values.values()))}".strip()

    return dossier.Wording(locale, "Waymark", text, lambda at: at.isoformat(), lambda tag: tag, lambda code: code)


@pytest.fixture
def sheet() -> Iterator[Sheet]:
    with Sheet("en") as opened:
        yield opened


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_letter_of_our_languages_has_a_glyph(text: str, sheet: Sheet) -> None:
    for line in sheet.broken(text, 11, 400, False):
        for run in line.runs:
            font = sheet._font(run.font)
            glyphs, _ = font.perform_harfbuzz_shaping(run.text, 11, None)
            assert 0 not in [glyph.codepoint for glyph in glyphs], (run, text)


@pytest.mark.parametrize("locale", ["ar", "fa", "ps", "ur", "am", "bn"])
def test_the_page_carries_the_glyphs_that_harfbuzz_chose(locale: str, sheet: Sheet) -> None:
    sheet.add_page()
    (line,) = sheet.broken(TEXTS[locale], 11, 400, False)
    sheet.draw(line, MARGIN, 400, 100, 11)
    assert drawn(sheet) == [glyph for run in line.runs for glyph in shaped(run)]


@pytest.mark.parametrize("locale", ["ar", "bn"])
def test_letters_are_joined_and_not_set_side_by_side(locale: str, sheet: Sheet) -> None:
    (line,) = sheet.broken(TEXTS[locale], 11, 400, False)
    (run,) = [run for run in line.runs if len(run.text) > 5][:1]
    face = hb.Font(hb.Face(hb.Blob.from_file_path(str(FOLDER / f"{run.font}-Regular.ttf"))))
    alone = {face.get_nominal_glyph(ord(character)) for character in run.text}
    assert set(shaped(run)) - alone


def shaped(run: layout.Run) -> list[int]:
    """HarfBuzz's own glyphs for a run, from left to right."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(FOLDER / f"{run.font}-Regular.ttf"))))
    buffer = hb.Buffer()
    buffer.cluster_level = 1
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if run.rtl else "ltr"
    hb.shape(font, buffer)
    return [glyph.codepoint for glyph in buffer.glyph_infos]


def drawn(sheet: Sheet) -> list[int]:
    """The glyphs on the first page in the order in which they are drawn, by their number in the font file."""
    by_number = {font.i: {code: glyph.glyph_id for glyph, code in font.subset.items() if glyph} for font in sheet.fonts.values()}
    content = bytes(sheet.pages[1].contents)
    found: list[int] = []
    for number, piece in re.findall(rb"/F(\d+) [\d.]+ Tf(.*?)ET", content, re.S):
        for text in re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", piece, re.S):
            raw = re.sub(rb"\\(.)", lambda m: {b"r": b"\r", b"n": b"\n", b"t": b"\t"}.get(m[1], m[1]), text, flags=re.S)
            codes = raw.decode("utf-16-be")
            found += [by_number[int(number)][ord(code)] for code in codes]
    return found


def test_numbers_to_call_stay_readable_between_arabic_letters() -> None:
    assert shown("رقمي +30 210 123 4567 ليلا")[0].strip().endswith("+30 210 123 4567 يمقر")
    assert "۰۹۱۲ ۳۴۵ ۶۷۸۹" in shown("شماره‌ام ۰۹۱۲ ۳۴۵ ۶۷۸۹ است")[0]


def test_times_and_dates_are_left_to_the_rules_of_unicode() -> None:
    assert shown("من 18:00 - 19:00 غدا") == ["ادغ 19:00 - 18:00 نم"]
    assert dossier.with_numbers("at 18:00 on 12/05/2026, room 12, call 0030 210-123-4567.") == [
        ("at 18:00 on 12/05/2026, room 12, call ", False),
        ("0030 210-123-4567", True),
        (".", False),
    ]


def test_brackets_and_numbers_keep_their_place_in_a_sentence_of_the_other_direction() -> None:
    assert shown("left at 5 (شارع 12).") == ["left at 5 (12 عراش)."]
    assert shown("the code is أب-12 and ج 5.") == ["the code is 12-بأ and 5 ج."]
    assert shown("قال UNHCR (Athens) 12") == ["UNHCR (Athens) 12 لاق"]


def test_invisible_joiners_do_not_part_a_word() -> None:
    assert shown("x می‌خواهم y")[0].replace("‌", "") == "x مهاوخیم y"


def test_the_order_of_letters_is_that_of_the_bidirectional_algorithm() -> None:
    chance = random.Random(7)
    letters = "abcابج12٣٤ ().,-:؟،/+é"
    for _ in range(400):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 24))).strip()
        rtl = reading.is_right_to_left(text)
        levels = reading.levels(text, rtl)
        runs = [[n for n in range(len(text)) if _run(levels, n) == place] for place in range(_run(levels, len(text) - 1) + 1)]
        order = reading.in_order([levels[run[0]] for run in runs])
        ours = [n for place in order for n in (reversed(runs[place]) if levels[runs[place][0]] % 2 else runs[place])]
        oracle = BidiParagraph(text, TextDirection.RTL if rtl else TextDirection.LTR).get_reordered_characters()
        if not reading._PHONE.search(text):
            assert [text[n] for n in ours] == [c.character for c in oracle], text


def _run(levels: list[int], place: int) -> int:
    return sum(1 for n in range(1, place + 1) if levels[n] != levels[n - 1])


@pytest.mark.parametrize(
    "text", ["!" * 3000, "$" * 3000, " " * 3000, "ا" + "?!" * 2000 + "ب", "a" + "\u0301" * 3000], ids=range(5)
)
def test_a_thousand_signs_in_a_row_end_in_no_error(text: str) -> None:
    assert layout.lines(text, 80.0, coverage(), width)


def test_long_texts_are_broken_between_words_and_long_words_inside() -> None:
    assert shown("one two three", 8.0) == ["one two", "three"]
    assert shown("https://example.org/a", 10.0) == ["https://ex", "ample.org/", "a"]
    assert shown("first\n\nthird") == ["first", "", "third"]


def test_each_paragraph_begins_at_its_own_side() -> None:
    made = layout.lines("hello\nسلام\n12:00", 80.0, coverage(), width, rtl=True)
    assert [line.rtl for line in made] == [False, True, True]


def test_turning_characters_of_copied_text_are_dropped() -> None:
    assert shown("a\u202ebcd\u202c e\u2066f\u2069") == ["abcd ef"]


def test_pictures_are_named_and_unknown_letters_marked() -> None:
    assert shown("thanks 🙏🏽") == ["thanks [person with folded hands]"]
    assert shown("中") == ["\ufffd"]


def test_the_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text()
    assert {path.name for path in FOLDER.glob("*.ttf")} == {f"{name}-Regular.ttf" for name in FONTS}
    assert all(path.stat().st_size < 600_000 for path in FOLDER.glob("*.ttf"))


# What a case holds


def person(session: Session, locale: str = "ar") -> Contact:
    contact = contacts.find_or_create(session, "sms", NUMBER)
    contact.locale = locale
    return contact


def case(session: Session, contact: Contact) -> Referral:
    new = referrals.NewReferral(
        need=TEXTS["ar"],
        place={"name": "Athens", "country": "GR", "lat": 37.98, "lon": 23.72, "position": True},
        safe_contact="only SMS",
        consent_at=utcnow() - timedelta(hours=1),
    )
    return referrals.open_case(session, contact, new, None, "ar")


def heard(session: Session, contact: Contact, text: str, minutes_ago: float) -> Inbox:
    inbox.store(session, Incoming("sms", contact.address, crypto.token(8), Kind.TEXT, text=text))
    row = session.query(Inbox).order_by(Inbox.id.desc()).first()
    assert row is not None
    row.received_at = utcnow() - timedelta(minutes=minutes_ago)
    return row


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.write() as opened:
        yield opened


def test_a_dossier_holds_the_wanted_fields_and_no_others(session: Session) -> None:
    referral = case(session, person(session))
    made = json.loads(dossier.to_json(dossier.of(session, referral.id, ["need", "language"])))
    assert made["facts"] == {"need": TEXTS["ar"], "language": "ar"}
    assert set(made) == {"format", "case", "made_at", "facts"}
    assert NUMBER not in json.dumps(made) and "Athens" not in json.dumps(made)


def test_a_shared_position_is_not_handed_on(session: Session) -> None:
    referral = case(session, person(session))
    made = dossier.of(session, referral.id, ["place", "address", "note"], note=" call me ")
    assert made.facts == {"place": {"name": "Athens", "country": "GR"}, "address": NUMBER, "note": "call me"}


def test_a_chats_number_is_no_address_for_others(session: Session) -> None:
    contact = contacts.find_or_create(session, "telegram", "4711")
    referral = referrals.open_case(session, contact, referrals.NewReferral(need="x"), None, "en")
    assert "address" not in dossier.of(session, referral.id, ["address"]).facts


def test_an_unknown_field_is_an_error(session: Session) -> None:
    referral = case(session, person(session))
    with pytest.raises(ValueError, match="passport"):
        dossier.of(session, referral.id, ["passport"])


def test_the_conversation_is_what_consent_covers(session: Session) -> None:
    contact = person(session)
    referral = case(session, contact)
    heard(session, contact, "before consent", 90)
    heard(session, contact, "after consent", 30)
    erased = heard(session, contact, "erased", 20)
    erased.body = "{}"
    out = outbox.add(session, contact, Outgoing("sms", NUMBER, "We look for a lawyer"), inbox_id=None, position=0)
    out.author, out.referral_id = "casey@example.org", referral.id
    session.flush()
    said = dossier.of(session, referral.id, ["conversation"]).conversation
    assert [(one.who, one.text, one.erased) for one in said] == [
        ("contact", "after consent", False),
        ("contact", "", True),
        ("casey@example.org", "We look for a lawyer", False),
    ]


def test_without_consent_nothing_of_the_conversation_is_handed_over(session: Session) -> None:
    contact = person(session)
    referral = case(session, contact)
    referral.consent_at = None
    heard(session, contact, "secret", 5)
    assert dossier.of(session, referral.id, ["conversation"]).conversation == ()


def test_a_tapped_choice_is_written_by_its_words(session: Session) -> None:
    contact = person(session)
    referral = case(session, contact)
    (offered,) = outbox.offer(session, contact, 1, (Choice("Yes, please", "/affirm"),))
    inbox.store(session, Incoming("sms", NUMBER, "p1", Kind.CHOICE, token=offered.token))
    (one,) = dossier.of(session, referral.id, ["conversation"]).conversation
    assert (one.text, one.kind) == ("Yes, please", "choice")


def test_notes_history_and_course_are_in_the_json(session: Session) -> None:
    referral = case(session, person(session))
    session.add(Note(referral_id=referral.id, author="casey@example.org", text="Spoke with IRC"))
    session.add(ReferralEvent(referral_id=referral.id, kind="taken", actor="casey@example.org"))
    session.flush()
    made = json.loads(dossier.to_json(dossier.of(session, referral.id, ["course", "notes", "history"])))
    assert made["notes"][0]["text"] == "Spoke with IRC"
    assert [event["kind"] for event in made["history"]][-1] == "taken"
    assert made["course"]["state"] == "open" and made["course"]["channel"] == "sms"


def test_what_was_written_as_json_is_read_again(session: Session) -> None:
    referral = case(session, person(session))
    made = dossier.of(session, referral.id, ["need", "place", "language"])
    again = dossier.read(dossier.to_json(made))
    assert (again.number, again.facts, again.language) == (made.number, made.facts, "ar")
    with pytest.raises(ValueError):
        dossier.read("[]")


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_pdf_holds_every_text_and_numbers_its_pages(session: Session, locale: str) -> None:
    contact = person(session)
    referral = case(session, contact)
    for number in range(40):
        heard(session, contact, f"{list(TEXTS.values())[number % len(TEXTS)]}\n{{nb}} {number} 🙏", 50 - number)
    made = dossier.to_pdf(dossier.of(session, referral.id, dossier.FIELDS), wording(locale))
    assert made.startswith(b"%PDF-") and made.rstrip().endswith(b"%%EOF")
    assert made.count(b"/FontFile2") == 4
    assert len(re.findall(rb"/Type /Page\b", made)) > 1


def test_a_pdfs_title_is_the_case_number_alone(session: Session) -> None:
    referral = case(session, person(session))
    made = dossier.to_pdf(dossier.of(session, referral.id, ["need"]), wording())
    titles = re.findall(rb"/Title \((.*?)\)", made)
    assert [title.decode("utf-16") if title.startswith(b"\xfe\xff") else title.decode() for title in titles] == [referral.number]


def test_a_document_that_lacks_a_letter_says_so(session: Session) -> None:
    contact = person(session)
    referral = case(session, contact)
    seen: list[str] = []
    asking = wording()
    counted = dossier.Wording(
        "en", "Waymark", lambda name, **_: seen.append(name) or name, asking.time, asking.language, asking.country
    )
    dossier.to_pdf(dossier.of(session, referral.id, ["need"]), counted)
    assert "unreadable" not in seen
    referral.need = "中文"
    dossier.to_pdf(dossier.of(session, referral.id, ["need"]), counted)
    assert "unreadable" in seen
