"""Answers: which text a contact gets, what the index holds, what editors are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers, contacts
from bot.db import Database, utcnow
from bot.nlu import encoder
from bot.tables import Answer, Question, Topic, Unanswered

TODAY = date(2026, 11, 24)


def add_topic(session: Session, topic_id: str = "shelter", **fields: object) -> Topic:
    topic = Topic(id=topic_id, **({"category": "daily_life", "titles": {}} | fields))
    session.add(topic)
    session.flush()
    return topic


def add_answer(session: Session, locale: str, country: str | None = None, **fields: object) -> Answer:
    values = {"topic_id": "shelter", "status": "published", "sms": f"{locale} {country}", "chat": "long"} | fields
    answer = Answer(locale=locale, country=country, **values)
    session.add(answer)
    session.flush()
    return answer


def add_question(session: Session, topic_id: str, text: str, name: str = encoder.NAME, **fields: object) -> None:
    vector = encoder.embed([text])[0] if name == encoder.NAME else np.ones(7, np.float32)
    row = Question(topic_id=topic_id, locale="en", text=text, embedding=vector.tobytes(), encoder=name, **fields)
    session.add(row)
    session.flush()


def found(session: Session, locale: str, country: str | None = None, today: date = TODAY, grace: int = 90) -> str:
    result = answers.find(session, "shelter", locale, country, today, grace)
    return f"{result.answer.sms}{' fallback' if result.is_fallback else ''}" if result else "nothing"


@pytest.mark.parametrize(
    ("published", "wanted", "country", "expected"),
    [
        ([("en", None), ("en", "GR")], "en", "GR", "en GR"),
        ([("en", None), ("en", "GR")], "en", "TR", "en None"),
        ([("en", None), ("en", "GR")], "en", None, "en None"),
        ([("en", "GR"), ("fr", None)], "fr", "GR", "fr None"),
        ([("en", "GR"), ("fr", None)], "en", "TR", "fr None fallback"),
        ([("en", None), ("en", "GR")], "so", "GR", "en GR fallback"),
        ([("en", None), ("es", None)], "pt", None, "es None fallback"),
        ([("en", None), ("fr", None)], "ht", None, "fr None fallback"),
        ([("en", None), ("am", None)], "ti", None, "am None fallback"),
        ([("en", None), ("ur", None)], "ps", None, "ur None fallback"),
        ([("fa", None), ("ur", None)], "ps", None, "fa None fallback"),
        ([("ru", None), ("en", None)], "uk", None, "en None fallback"),
        ([("ru", None), ("fr", None)], "uk", None, "ru None fallback"),
        ([("ar", None), ("es", None)], "tr", None, "es None fallback"),
        ([("tr", None), ("bn", None)], "sw", None, "bn None fallback"),
        ([("pt-BR", None), ("es", None)], "pt", None, "pt-BR None"),
        ([("pt-BR", None), ("pt", None)], "pt", None, "pt None"),
        ([("pt", None), ("pt-BR", None)], "pt-BR", None, "pt-BR None"),
    ],
)
def test_the_language_goes_before_the_country_and_the_nearest_language_before_any(
    sqlite: Database, published: list[tuple[str, str | None]], wanted: str, country: str | None, expected: str
) -> None:
    with sqlite.write() as session:
        add_topic(session)
        for locale, of_country in published:
            add_answer(session, locale, of_country)
        assert found(session, wanted, country) == expected


def test_only_what_is_published_is_found_and_the_newest_version_of_it(sqlite: Database) -> None:
    with sqlite.write() as session:
        assert found(session, "en") == "nothing"
        add_topic(session)
        assert found(session, "en") == "nothing"
        for status in ("draft", "review", "replaced"):
            add_answer(session, "en", status=status, version=9)
        assert found(session, "en") == "nothing"
        add_answer(session, "en", version=3, sms="third")
        add_answer(session, "en", version=2, sms="second")
        assert found(session, "en") == "third"


def test_a_text_is_withheld_when_its_review_is_overdue_by_more_than_the_grace(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session, "fr", review_due=TODAY)
        assert found(session, "fr", today=TODAY + timedelta(days=90)) == "fr None"
        assert found(session, "fr", today=TODAY + timedelta(days=91)) == "nothing"
        add_answer(session, "en", review_due=None)
        assert found(session, "fr", today=TODAY + timedelta(days=91)) == "en None fallback"
        # The danger texts are asked for in this way: no date is late.
        assert found(session, "fr", today=date.min, grace=0) == "fr None"


def test_an_overdue_text_of_the_country_gives_way_to_the_general_one(sqlite: Database) -> None:
    with sqlite.write() as session:
        add_topic(session)
        add_answer(session, "en", "GR", review_due=TODAY - timedelta(days=200))
        add_answer(session, "en")
        assert found(session, "en", "GR") == "en None"


def test_a_topic_is_named_in_the_nearest_language_or_by_its_id() -> None:
    assert answers.title(Topic(id="x", titles={"en": "Shelter", "ar": "مأوى"}), "ar") == "مأوى"
    assert answers.title(Topic(id="x", titles={"en": "Shelter", "es": "Albergue"}), "pt") == "Albergue"
    assert answers.title(Topic(id="x", titles={"pt-BR": "Abrigo"}), "pt") == "Abrigo"
    assert answers.title(Topic(id="x", titles={"en": "", "tr": "Barınak"}), "en") == "Barınak"
    assert answers.title(Topic(id="bank_account", titles={}), "en") == "Bank account"
    assert answers.title(Topic(id="__", titles={}), "en") == "__"


def test_the_menu_shows_categories_and_topics_with_something_to_say_in_their_order(sqlite: Database) -> None:
    with sqlite.write() as session:
        topics = [("b", "health", 1), ("a", "health", 2), ("r", "rights", 5), ("g", "general", 0), ("l", "local", 0)]
        for topic_id, category, position in topics:
            add_topic(session, topic_id, category=category, position=position)
            add_answer(session, "en", topic_id=topic_id)
        add_topic(session, "empty", category="work")
        add_topic(session, "drafted", category="health")
        add_answer(session, "en", topic_id="drafted", status="draft")
        add_topic(session, "crisis_sea", category="crisis")
        add_answer(session, "en", topic_id="crisis_sea")
        assert answers.categories(session) == ["rights", "health", "local", "general"]
        assert [topic.id for topic in answers.topics_of_category(session, "health", "en")] == ["b", "a"]


def test_every_change_raises_the_revision_also_when_many_change_at_once(database: Database) -> None:
    with database.read() as session:
        assert answers.revision(session) == 0

    def change(_: int) -> None:
        with database.write() as session:
            answers.touch(session)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(8)))
    with database.read() as session:
        assert answers.revision(session) == 8


def test_publishing_replaces_the_same_language_and_country_only(database: Database) -> None:
    with database.write() as session:
        add_topic(session)
        old, other_country, other_language = (add_answer(session, *key) for key in [("en",), ("en", "GR"), ("fr",)])
        draft = Answer(topic_id="shelter", locale="en", version=2, sms="new", chat="new", status="review")
        answers.publish(session, draft)
        assert (old.status, other_country.status, other_language.status) == ("replaced", "published", "published")
        in_greece = Answer(topic_id="shelter", locale="en", country="GR", version=2, sms="GR 2", chat="")
        answers.publish(session, in_greece)
        assert (draft.status, other_country.status) == ("published", "replaced")
        assert draft.published_at is not None and utcnow() - draft.published_at < timedelta(minutes=1)
        assert found(session, "en") == "new" and found(session, "en", "GR") == "GR 2"
    with database.read() as session:
        assert answers.revision(session) == 2


def test_the_index_holds_published_topics_alone_and_no_texts_for_danger(sqlite: Database) -> None:
    with sqlite.write() as session:
        for topic_id, category, status in [
            ("shelter", "daily_life", "published"),
            ("school", "children", "published"),
            ("drafted", "health", "draft"),
            ("crisis_sea", "crisis", "published"),
        ]:
            add_topic(session, topic_id, category=category)
            add_answer(session, "en", topic_id=topic_id, status=status)
        add_question(session, "shelter", "I have nowhere to sleep tonight")
        add_question(session, "shelter", "A place to sleep", kind="title")
        add_question(session, "school", "Can my daughter go to school here?")
        add_question(session, "drafted", "I need a doctor")
        add_question(session, "crisis_sea", "our boat is sinking")
        answers.touch(session)
        index = answers.load_index(session)
    assert sorted(index.topics) == ["school", "shelter"]
    assert index.revision == 1
    assert len(index.owner) == 3
    question = encoder.embed(["where can my son learn, is there a school"])[0]
    assert index.rank(question, "en")[0].topic == "school"
    assert index.rank(encoder.embed(["I have nowhere to sleep tonight"])[0], "en")[0].confidence > 0.9
    # With few topics one is always the nearest; a text about neither must not look like a sure match.
    assert index.rank(encoder.embed(["which team won the match"])[0], "en")[0].confidence < 0.5


def test_vectors_of_another_encoder_are_made_anew_in_memory(sqlite: Database) -> None:
    with sqlite.write() as session:
        for topic_id, text in [("shelter", "I have nowhere to sleep tonight"), ("school", "Can my son go to school?")]:
            add_topic(session, topic_id)
            add_answer(session, "en", topic_id=topic_id)
            add_question(session, topic_id, text, name="an-older-one")
        index = answers.load_index(session)
        assert {row.encoder for row in session.scalars(select(Question))} == {"an-older-one"}
    assert index.rank(encoder.embed(["no bed for tonight"])[0], "en")[0].topic == "shelter"


def test_the_index_of_an_empty_database_knows_nothing_and_is_newer_than_none(sqlite: Database) -> None:
    with sqlite.read() as session:
        index = answers.load_index(session)
    assert (index.topics, index.revision) == ([], 0)
    assert index.rank(encoder.embed(["help"])[0], "en") == []


def test_an_unanswered_text_is_kept_once_a_day_for_one_person(database: Database) -> None:
    with database.write() as session:
        one, two = (contacts.find_or_create(session, "sms", f"+30690000000{n}").id for n in (1, 2))

        def record(contact_id: int, text: str) -> None:
            answers.record_unanswered(session, contact_id, "en", "GR", text, "nothing_near", None, 0.1)

        for contact_id, text in [(one, "fish?"), (one, " fish? "), (two, "fish?"), (one, "boat?"), (one, "  ")]:
            record(contact_id, text)
        kept = session.scalars(select(Unanswered).order_by(Unanswered.id)).all()
        assert [(row.contact_id, row.text) for row in kept] == [(one, "fish?"), (two, "fish?"), (one, "boat?")]
        kept[0].created_at = utcnow() - timedelta(days=1, minutes=1)
        record(one, "fish?")
        long = "x" * 5000
        record(one, long)
        record(one, long)
        assert len(session.scalars(select(Unanswered)).all()) == 5
