"""The loader: what editors' and integrators' files become, and what they are told when a file is wrong."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import bot
from bot import answers, content
from bot.channels import sms_text
from bot.content import texts
from bot.content.reading import Unreadable, read_csv, read_yaml
from bot.db import Database
from bot.nlu import encoder
from bot.settings import ROOT
from bot.tables import Answer, Question, Topic

SHELTER = """
topic: shelter
category: daily_life
need: shelter
sensitive: yes
titles: {en: A place to sleep, ar: مكان للنوم}
sources: [https://example.org/shelter]
checked_on: 2026-11-24
review_due: "2027-05-24"
answers:
  en:
    sms: Ask the Red Cross for a bed.
    chat: |-
      You can ask for a bed.
      1. Go to the Red Cross.
  fr: {chat: Demandez un lit à la Croix-Rouge.}
country_answers:
  gr:
    en: {sms: In Greece call first.}
questions:
  en: ["where can I sleep", "no roof tonight"]
  fr: ["où dormir ce soir"]
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write files given as path → text into a folder; returns the folder."""

    def files(**named: str) -> Path:
        for name, text in named.items():
            part, _, stem = name.rpartition("__")
            path = tmp_path / "content" / part / f"{stem}.{'csv' if part in ('offices', 'emergency') else 'yml'}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return tmp_path / "content"

    return files


def load(database: Database, folder: Path) -> content.Report:
    with database.write() as session:
        return content.load(session, folder)


def stored_answers(database: Database) -> list[tuple[str, str | None, int, str, str]]:
    with database.read() as session:
        rows = session.scalars(select(Answer).order_by(Answer.locale, Answer.country, Answer.version)).all()
        return sorted(((a.locale, a.country, a.version, a.status, a.sms) for a in rows), key=str)


def test_a_file_becomes_a_topic_with_answers_and_questions(database: Database, write: Callable[..., Path]) -> None:
    with database.read() as session:
        assert content.is_empty(session)
    report = load(database, write(answers__shelter=SHELTER))
    assert report.errors == [] and report.warnings == []
    assert (report.files, report.topics, report.answers_new, report.questions_new) == (1, 1, 3, 5)
    with database.read() as session:
        assert not content.is_empty(session)
        topic = session.get(Topic, "shelter")
        assert topic is not None
        assert (topic.category, topic.need, topic.sensitive) == ("daily_life", "shelter", True)
        assert answers.title(topic, "ar") == "مكان للنوم"
        english = session.scalars(select(Answer).where(Answer.locale == "en", Answer.country.is_(None))).one()
        assert (english.status, english.review, english.version) == ("published", "drafted", 1)
        assert english.chat == "You can ask for a bed.\n1. Go to the Red Cross."
        assert str(english.checked_on) == "2026-11-24" and str(english.review_due) == "2027-05-24"
        assert english.sources == ["https://example.org/shelter"] and english.published_at is not None
        french = session.scalars(select(Answer).where(Answer.locale == "fr")).one()
        assert french.sms == french.chat == "Demandez un lit à la Croix-Rouge."
        greek = session.scalars(select(Answer).where(Answer.country == "GR")).one()
        assert greek.chat == greek.sms == "In Greece call first."
        kinds = session.execute(select(Question.kind, func.count()).group_by(Question.kind)).all()
        assert dict(map(tuple, kinds)) == {"example": 3, "title": 2}
        index = answers.load_index(session)
        assert index.revision == 1 and index.topics == ["shelter"]


def test_loading_twice_changes_nothing(database: Database, write: Callable[..., Path]) -> None:
    folder = write(answers__shelter=SHELTER)
    load(database, folder)
    before = stored_answers(database)
    report = load(database, folder)
    assert (report.answers_new, report.answers_changed, report.answers_same) == (0, 0, 3)
    assert (report.questions_new, report.questions_gone) == (0, 0)
    assert stored_answers(database) == before
    with database.read() as session:
        assert answers.revision(session) == 1


def test_stored_questions_are_not_embedded_again(
    sqlite: Database, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(sqlite, write(answers__shelter=SHELTER))
    embed, seen = encoder.embed, list[str]()
    monkeypatch.setattr(encoder, "embed", lambda texts: (seen.extend(texts), embed(texts))[1])
    load(sqlite, write(answers__shelter=SHELTER.replace('"no roof tonight"', '"no roof tonight", "a bed please"')))
    assert seen == ["a bed please"]


def test_nobody_waits_for_the_write_lock_while_questions_are_embedded(
    sqlite: Database, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(sqlite, write(answers__first="topic: first\nanswers: {en: {sms: One.}}\nquestions: {en: [the first]}\n"))
    embed = encoder.embed

    def embed_while_another_writes(texts: list[str]) -> encoder.Vectors:
        with sqlite.write() as session:
            answers.touch(session)
        return embed(texts)

    monkeypatch.setattr(encoder, "embed", embed_while_another_writes)
    assert load(sqlite, write(answers__shelter=SHELTER)).errors == []
    with sqlite.read() as session:
        assert answers.revision(session) == 3


def test_a_changed_text_becomes_a_new_version_and_replaces_the_old(database: Database, write: Callable[..., Path]) -> None:
    load(database, write(answers__shelter=SHELTER))
    report = load(database, write(answers__shelter=SHELTER.replace("for a bed.\n    chat", "tonight.\n    chat")))
    assert (report.answers_new, report.answers_changed, report.answers_same) == (0, 1, 2)
    english = [row for row in stored_answers(database) if row[:2] == ("en", None)]
    assert english == [
        ("en", None, 1, "replaced", "Ask the Red Cross for a bed."),
        ("en", None, 2, "published", "Ask the Red Cross tonight."),
    ]
    with database.read() as session:
        assert answers.revision(session) == 2


def test_a_new_date_alone_renews_the_answer_without_a_new_version(sqlite: Database, write: Callable[..., Path]) -> None:
    load(sqlite, write(answers__shelter=SHELTER))
    report = load(sqlite, write(answers__shelter=SHELTER.replace("2027-05-24", "2027-11-30")))
    assert (report.answers_changed, report.answers_same) == (0, 3)
    with sqlite.read() as session:
        assert {str(a.review_due) for a in session.scalars(select(Answer))} == {"2027-11-30"}
        assert {a.version for a in session.scalars(select(Answer))} == {1}


def test_what_an_editor_wrote_after_the_load_stays_until_the_file_changes(sqlite: Database, write: Callable[..., Path]) -> None:
    folder = write(answers__shelter=SHELTER)
    load(sqlite, folder)
    with sqlite.write() as session:
        edited = Answer(topic_id="shelter", locale="en", version=2, sms="By Ana.", chat="By Ana.", author="Ana")
        answers.publish(session, edited)
        vector = encoder.embed(["added in the console"])[0].tobytes()
        session.add(
            Question(topic_id="shelter", locale="en", text="added in the console", embedding=vector, encoder=encoder.NAME)
        )
    report = load(sqlite, folder)
    assert any("Ana" in line and "shelter en" in line for line in report.warnings)
    assert ("en", None, 2, "published", "By Ana.") in stored_answers(sqlite)
    report = load(sqlite, write(answers__shelter=SHELTER.replace("for a bed.\n    chat", "tonight.\n    chat")))
    assert any("replaces what Ana wrote" in line for line in report.warnings)
    assert ("en", None, 3, "published", "Ask the Red Cross tonight.") in stored_answers(sqlite)
    with sqlite.read() as session:
        assert "added in the console" in set(session.scalars(select(Question.text)))


def test_a_question_that_left_the_file_is_no_longer_an_example(sqlite: Database, write: Callable[..., Path]) -> None:
    load(sqlite, write(answers__shelter=SHELTER))
    report = load(sqlite, write(answers__shelter=SHELTER.replace('"where can I sleep", ', "")))
    assert (report.questions_new, report.questions_gone) == (0, 1)
    with sqlite.read() as session:
        assert "where can I sleep" not in set(session.scalars(select(Question.text)))


def test_a_topic_that_left_the_folder_stays_and_is_reported(sqlite: Database, write: Callable[..., Path]) -> None:
    folder = write(answers__shelter=SHELTER, answers__other="topic: other\nanswers: {en: Something.}\n")
    load(sqlite, folder)
    (folder / "answers" / "other.yml").unlink()
    report = load(sqlite, folder)
    assert any("1 topics" in line and "other" in line for line in report.warnings)
    with sqlite.read() as session:
        assert session.get(Topic, "other") is not None


def test_a_draft_is_stored_and_published_when_the_file_says_so(sqlite: Database, write: Callable[..., Path]) -> None:
    load(sqlite, write(answers__shelter=SHELTER + "status: review\n"))
    with sqlite.read() as session:
        assert answers.load_index(session).topics == []
    load(sqlite, write(answers__shelter=SHELTER))
    assert {row[3] for row in stored_answers(sqlite)} == {"published"}
    report = load(sqlite, write(answers__shelter=SHELTER + "status: review\n"))
    assert {row[3] for row in stored_answers(sqlite)} == {"published"}
    assert any("is published and stays so" in line for line in report.warnings)


def test_one_language_may_stand_otherwise_than_its_topic(sqlite: Database, write: Callable[..., Path]) -> None:
    text = SHELTER.replace("fr: {chat: Demandez", "fr: {review: reviewed, review_due: 2027-01-01, chat: Demandez")
    assert load(sqlite, write(answers__shelter=text)).errors == []
    with sqlite.read() as session:
        standing = {a.locale: (a.review, str(a.review_due)) for a in session.scalars(select(Answer))}
    assert standing == {"en": ("drafted", "2027-05-24"), "fr": ("reviewed", "2027-01-01")}


def test_the_shortest_file_and_a_list_of_topics_need_only_an_id_and_a_text(sqlite: Database, write: Callable[..., Path]) -> None:
    many = """
        topics:
          - topic: FAQ-1
            answers: {no: {sms: Hei.}, pt_br: {chat: Olá.}}
          - topic: FAQ-2
            answers:
              zh-hans: 你可以在这里申请庇护。
    """
    report = load(sqlite, write(answers__many=many, page="topic: page\nanswers: {en: {sms: Hello.}}\n"))
    assert report.errors == [] and report.topics == 3
    with sqlite.read() as session:
        assert {a.locale for a in session.scalars(select(Answer))} == {"no", "pt-BR", "zh-Hans", "en"}
        topics = {t.id: (t.category, t.need, t.position) for t in session.scalars(select(Topic))}
        assert topics["FAQ-2"] == ("general", "general", 1) and topics["page"] == ("general", "general", 0)
        assert set(session.scalars(select(Question.kind))) == {"passage"}


def test_plain_pages_are_found_by_their_passages(sqlite: Database, write: Callable[..., Path]) -> None:
    bank = " ".join(["A bank account needs a passport and an address."] * 30)
    school = "Children may go to school from the age of six. Ask the town hall for a place in a class."
    folder = write(
        answers__bank=f"topic: bank\nanswers:\n  en:\n    chat: {bank}\n",
        answers__school=f"topic: school\nanswers:\n  en:\n    chat: {school}\n",
    )
    load(sqlite, folder)
    with sqlite.read() as session:
        passages = session.scalars(select(Question.text).where(Question.topic_id == "bank")).all()
        assert passages and all(len(text) <= texts.PASSAGE for text in passages)
        index = answers.load_index(session)
    assert index.rank(encoder.embed(["where can my daughter learn?"])[0], "en")[0].topic == "school"


def test_each_passage_of_a_page_begins_with_its_title(sqlite: Database, write: Callable[..., Path]) -> None:
    text = " ".join(f"Ask at the counter {number}." for number in range(40))
    page = f"topic: dogs\ntitles: {{en: Dog tax}}\nanswers:\n  en: {text}\n  fr: Demandez au guichet.\n"
    load(sqlite, write(answers__dogs=page))
    with sqlite.read() as session:
        rows = session.execute(select(Question.locale, Question.text).where(Question.kind == "passage")).all()
    english = [text for locale, text in rows if locale == "en"]
    assert len(english) > 1 and all(text.startswith("Dog tax: ") for text in english)
    assert [text for locale, text in rows if locale == "fr"] == ["Demandez au guichet."]
    assert texts.passages("Dog tax is paid yearly.", "Dog tax") == ["Dog tax is paid yearly."]


def test_one_text_can_be_for_several_countries_or_for_the_european_union(sqlite: Database, write: Callable[..., Path]) -> None:
    text = """\
        topic: x
        answers: {en: Everywhere.}
        country_answers:
          ke UG: {en: In Kenya and Uganda.}
          EU: {en: In the Union., fr: Dans l'Union.}
          GR: {en: In Greece.}
    """
    report = load(sqlite, write(answers__x=text))
    assert report.errors == report.warnings == []
    said = {(locale, country): sms for locale, country, _, _, sms in stored_answers(sqlite)}
    assert said["en", "KE"] == said["en", "UG"] == "In Kenya and Uganda."
    assert said["en", "DE"] == "In the Union." and said["fr", "DE"] == "Dans l'Union."
    assert said["en", "GR"] == "In Greece." and ("fr", "GR") not in said  # a country's own text, and nothing of the group's
    assert len(said) == 1 + 2 + 26 * 2 + 1


def test_a_fault_of_a_text_for_many_countries_is_told_once(sqlite: Database, write: Callable[..., Path]) -> None:
    text = f"topic: x\nanswers: {{en: Hi.}}\ncountry_answers:\n  EU:\n    en: {{sms: {'long ' * 80}}}\n"
    report = load(sqlite, write(answers__x=text))
    assert [line.split(": ")[0] for line in report.warnings] == ["answers/x.yml:5"]


def test_texts_for_danger_are_loaded_and_never_found_by_a_question(sqlite: Database, write: Callable[..., Path]) -> None:
    text = "topic: crisis_sea\nanswers: {en: {sms: 'Call {emergency} now.'}}\nquestions: {en: [our boat sinks]}\n"
    report = load(sqlite, write(crisis__sea=text))
    assert report.errors == []
    with sqlite.read() as session:
        topic = session.get(Topic, "crisis_sea")
        assert topic is not None and topic.category == "crisis"
        assert session.scalar(select(func.count()).select_from(Question)) == 0
    report = load(sqlite, write(crisis__fire="topic: fire\ncategory: health\nanswers: {en: Run.}\n"))
    assert any(line.startswith("crisis/fire.yml:2:") for line in report.errors)


WRONG = [
    ("topic: x\nanswers: {en: {sms: [}}\n", 2, "not valid YAML"),
    ("topic: x\nanswers: {en: Hi.}\nanswer: 3\n", 3, "did you mean `answers`"),
    ("topic: x\nanswers:\n  en:\n    smss: Hi.\n", 4, "did you mean `sms`"),
    ("topic: x\nanswers:\n  en: {sms: }\n", 3, "neither `sms` nor `chat`"),
    ("topic: x\ncategory: health\n", 1, "has no answer"),
    ("category: health\nanswers: {en: Hi.}\n", 1, "`topic` is missing"),
    ("topic: a b\nanswers: {en: Hi.}\n", 1, "must be one word"),
    ("topic: x\nanswers: {en: Hi.}\nchecked_on: 24.11.2026\n", 3, "must be a date"),
    ("topic: x\nanswers: {en: Hi.}\nreview_due: 2026-02-30\n", 3, "must be a date"),
    ("topic: x\nanswers: {en: Hi.}\ncountry_answers:\n  UK: {en: Hi.}\n", 4, "no country code"),
    ("topic: x\nanswers: {en: Hi.}\ncountry_answers:\n  Greece: {en: Hi.}\n", 4, "no country code"),
    ("topic: x\nanswers: {en: Hi.}\ncountry_answers:\n  '': {en: Hi.}\n", 4, "no country code"),
    ("topic: x\nanswers: {en: Hi.}\ncountry_answers:\n  GR UK: {en: Hi.}\n", 4, "'UK' is no country code"),
    ("topic: x\nanswers: {en: Hi.}\ncountry_answers:\n  GR IT: {en: A.}\n  EU: {en: B.}\n", 5, "two texts for GR, IT"),
    ("topic: x\nanswers: {en: Hi.}\ncountry_answers:\n  GR: {en: A.}\n  gr: {en: B.}\n", 5, "two texts for GR"),
    ("topic: x\nanswers:\n  english: Hi.\n", 3, "no language code"),
    ("topic: x\nanswers:\n  en: Hi.\n  en: Hello.\n", 4, "written twice"),
    ("topic: x\nanswers:\n  pt-BR: Oi.\n  pt_br: Olá.\n", 4, "two answers in pt-BR"),
    ("topic: x\nanswers: {en: Hi.}\nstatus: live\n", 3, "must be one of draft, review, published"),
    ("topic: x\nanswers: {en: Hi.}\nsensitive: perhaps\n", 3, "true or false"),
    ("topic: x\nanswers: {en: Hi.}\nposition: first\n", 3, "whole number"),
    ("topic: x\nanswers: {en: Hi.}\nquestions: [what]\n", 3, "must hold keys"),
    ('topic: x\nanswers: {en: "a\\0b"}\n', 2, "control characters"),
    ("topic: x\nanswers: {en: {sms: [Hi.]}}\n", 2, "must be text"),
    ("- topic: x\n", 1, "must hold a topic"),
    ("topics:\n  - topic: x\n    answers: {en: Hi.}\n  - topic: x\n    answers: {en: Hi.}\n", 4, "already in"),
    ("topics: {topic: x}\n", 1, "must be a list"),
    ("topics:\n  - just text\n", 2, "must be a topic"),
    ("", 1, "must hold a topic"),
    ("a: &a [*a]\n", 1, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "line", "sentence"), WRONG)
def test_a_wrong_file_is_named_with_its_line_and_leaves_the_others_alone(
    sqlite: Database, write: Callable[..., Path], text: str, line: int, sentence: str
) -> None:
    report = load(sqlite, write(answers__bad=text, answers__good="topic: good\nanswers: {en: Hi.}\n"))
    assert any(error.startswith(f"answers/bad.yml:{line}: ") and sentence in error for error in report.errors), report
    with sqlite.read() as session:
        assert set(session.scalars(select(Topic.id))) == {"good"}


def test_a_file_with_several_faults_names_them_all_and_nothing_of_it_is_loaded(
    sqlite: Database, write: Callable[..., Path]
) -> None:
    text = """\
        topics:
          - topic: fine
            answers: {en: Hi.}
          - topic: wrong
            checked_on: soon
            stauts: draft
            answers: {en: Hi.}
    """
    report = load(sqlite, write(answers__both=text))
    assert [error.split(": ")[0] for error in report.errors] == ["answers/both.yml:6", "answers/both.yml:5"]
    with sqlite.read() as session:
        assert content.is_empty(session)


def test_a_topic_in_two_files_is_an_error_of_the_second(sqlite: Database, write: Callable[..., Path]) -> None:
    report = load(sqlite, write(answers__a="topic: x\nanswers: {en: A.}\n", answers__b="topic: x\nanswers: {en: B.}\n"))
    assert report.errors == ["answers/b.yml:1: The topic 'x' is already in answers/a.yml, line 1."]
    assert [row[4] for row in stored_answers(sqlite)] == ["A."]


def test_a_long_sms_and_a_question_of_two_topics_are_warnings(sqlite: Database, write: Callable[..., Path]) -> None:
    folder = write(
        answers__a=f"topic: a\nanswers:\n  en:\n    sms: {'word ' * 62}\nquestions:\n  en: [Where to sleep?]\n",
        answers__b="topic: b\nanswers: {en: B.}\nquestions:\n  en:\n    - other\n    - where  to SLEEP?\n    - '?!'\n",
    )
    report = load(sqlite, folder)
    assert report.errors == []
    assert [line.split(": ")[0] for line in report.warnings] == ["answers/a.yml:4", "answers/b.yml:7", "answers/b.yml:6"]
    assert "topic a" in report.warnings[2] and "no letters" in report.warnings[1]


def test_a_folder_without_content_is_an_error(sqlite: Database, tmp_path: Path) -> None:
    assert "nothing to load" in load(sqlite, tmp_path).errors[0]


def fake_offices(monkeypatch: pytest.MonkeyPatch, seen: list[object], fails: bool = False) -> None:
    def load_rows(session: Session, rows: list[dict[str, str]], source_name: str) -> list[str]:
        seen.append((source_name, rows))
        if fails:
            session.add(Topic(id="half", category="x"))
            session.flush()
            raise ValueError
        return ["row 2: no country"] if len(rows) > 1 else []

    module = ModuleType("bot.offices")
    module.load_rows = load_rows  # type: ignore[attr-defined]
    module.load_emergency = lambda session, rows: seen.append(rows) or []  # type: ignore[attr-defined,func-returns-value]
    monkeypatch.setitem(sys.modules, "bot.offices", module)
    monkeypatch.setattr(bot, "offices", module, raising=False)


def test_tables_are_handed_to_the_offices_row_by_row(
    sqlite: Database, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    fake_offices(monkeypatch, seen)
    folder = write(offices__town="id,name\n1, Red Cross \n2,\n3,a,b\n", emergency__eu="country;number\nGR;112\n", page=SHELTER)
    report = load(sqlite, folder)
    assert seen == [
        ("town.csv", [{"id": "1", "name": "Red Cross"}, {"id": "2", "name": ""}]),
        [{"country": "GR", "number": "112"}],
    ]
    assert (report.office_rows, report.emergency_rows, report.errors) == (2, 1, [])
    assert report.warnings == [
        "offices/town.csv: line 4: This row has more values than the header has columns.",
        "offices/town.csv: row 2: no country",
    ]


def test_a_table_that_cannot_be_stored_does_not_stop_the_answers(
    database: Database, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_offices(monkeypatch, [], fails=True)
    folder = write(offices__town="id\n1\n", answers__shelter=SHELTER)
    (folder / "offices" / "latin.csv").write_bytes("id\nñ\n".encode("latin-1"))
    report = load(database, folder)
    assert len(report.errors) == 2 and "latin.csv:2" in report.errors[0] and "town.csv" in report.errors[1]
    assert len(stored_answers(database)) == 3
    with database.read() as session:
        assert session.get(Topic, "half") is None  # nothing of a file that failed half-way


def test_values_stay_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("\ufeffno: NO\nphone: 0800\nday: 2026-11-24\nempty:\nlist: [yes, 1.0, ~]\n", encoding="utf-8")
    document = read_yaml(path)
    assert document.data == {
        "no": "NO",
        "phone": "0800",
        "day": "2026-11-24",
        "empty": None,
        "list": ["yes", "1.0", None],
    }
    assert document.line("list", 1) == 5


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id\nok\n\xff\n")
    with pytest.raises(Unreadable, match="UTF-8") as raised:
        read_csv(path)
    assert raised.value.line == 3


@pytest.mark.parametrize(
    "chat",
    [
        "Short. Enough.\nFits.",
        "First sentence. " + "Second one is here. " * 40,
        "1. One step.\n2. Another step.\n" + "- more\n" * 80,
        "word " * 200,
        "ج" * 900,
        "يمكنك أن تطلب مكانا للنوم. " * 20,
        "你可以在这里申请庇护。" * 60,
    ],
)
def test_a_short_text_made_of_a_long_one_fits_and_begins_like_it(chat: str) -> None:
    short = texts.short_of(chat.strip())
    assert sms_text.count(short).segments <= (2 if sms_text.count(short).encoding == "gsm7" else 3)
    assert chat.replace("\n", " ").startswith(short.removesuffix("...").replace("\n", " ").strip())
    assert len(short) >= min(len(chat.strip()), 100)


def test_accents_that_will_be_made_plain_do_not_make_a_text_too_long() -> None:
    assert texts.fits_sms("Vous êtes prêt. " * 19)
    assert not texts.fits_sms("Vous êtes prêt. " * 20)
    assert texts.fits_sms("ش" * 201) and not texts.fits_sms("ش" * 202)


def test_the_number_of_a_step_is_never_left_without_its_step() -> None:
    chat = "You can ask for help. 1. " + "Go to the office in the town and say your name there. " * 8
    assert not texts.short_of("word " * 55 + "end. 1. " + "word " * 40).endswith("1.")
    assert texts.short_of(chat).endswith("there.")


def test_passages_hold_the_whole_text_in_order() -> None:
    text = "One sentence here. " * 50 + "x" * 950 + " end."
    parts = texts.passages(text)
    assert all(len(part) <= texts.PASSAGE for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_the_example_of_the_documentation_loads_without_a_warning(sqlite: Database, write: Callable[..., Path]) -> None:
    words = (ROOT / "docs" / "content.md").read_text(encoding="utf-8")
    examples = [block.split("```")[0] for block in words.split("```yaml\n")[1:]]
    assert len(examples) >= 2
    for number, example in enumerate(examples):
        report = load(sqlite, write(**{f"answers__example{number}": example}))
        assert report.errors == [] and report.warnings == []


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "content").glob("*/*.yml")), ids=lambda path: path.stem)
def test_our_own_content_has_no_fault(path: Path) -> None:
    from bot.content.drafts import Problems, topics_in

    problems = Problems(path.name)
    drafts = topics_in(read_yaml(path), problems, path.parent.name == "crisis")
    assert (problems.errors, problems.warnings) == ([], [])
    assert [draft.id for draft in drafts] == [yaml.safe_load(path.read_text(encoding="utf-8"))["topic"]]
