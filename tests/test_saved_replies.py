"""Saved replies on both databases: own ones are nobody else's, and a hurried search finds them."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from bot import saved_replies, staff
from bot.db import Database
from bot.saved_replies import Content, SavedReplyError


@pytest.fixture
def members(database: Database) -> tuple[int, int]:
    with database.write() as session:
        return tuple(staff.add(session, f"{name}@example.org", name, ["caseworker"]).id for name in ("amal", "bo"))  # type: ignore[return-value]  # two of them


def add(session: Session, staff_id: int, title: str, text: str = "text", locale: str = "fr", shared: bool = False) -> int:
    content = Content(locale, title, text, shared)
    return saved_replies.add(session, staff_id, "amal@example.org", content).id


def titles(session: Session, staff_id: int, **options: str) -> list[str]:
    return [row.title for row in saved_replies.visible(session, staff_id, **options)]


def test_own_replies_are_seen_by_nobody_else(database: Database, members: tuple[int, int]) -> None:
    amal, bo = members
    with database.write() as session:
        own, shared = add(session, amal, "Mine"), add(session, amal, "Ours", shared=True)
        assert titles(session, amal) == ["Mine", "Ours"] and titles(session, bo) == ["Ours"]
        assert saved_replies.find(session, bo, own) is None
        assert saved_replies.find(session, bo, shared) is not None
        assert titles(session, amal, whose="own") == ["Mine"] and titles(session, amal, whose="shared") == ["Ours"]


@pytest.mark.parametrize("search", ["rendez vous a", "RENDEZ-VOUS", "lundi rendez", "à la préfecture", "prefecture"])
def test_case_accents_and_order_of_words_do_not_matter(database: Database, members: tuple[int, int], search: str) -> None:
    with database.write() as session:
        add(session, members[0], "Rendez-vous à la préfecture", "Venez lundi.")
        add(session, members[0], "Merci", "Merci beaucoup.")
        assert titles(session, members[0], search=search) == ["Rendez-vous à la préfecture"]


def test_choices_are_of_the_contacts_language_with_own_ones_first(database: Database, members: tuple[int, int]) -> None:
    with database.write() as session:
        add(session, members[0], "Accueil", "Bonjour, bienvenue.", shared=True)
        add(session, members[0], "Zut", "Pardon, bienvenue quand même.")
        add(session, members[0], "مرحبا", "أهلا", locale="ar")
        assert [row.title for row in saved_replies.choices(session, members[0], "fr")] == ["Zut", "Accueil"]
        assert [row.title for row in saved_replies.choices(session, members[0], "ar", "مرح")] == ["مرحبا"]


def test_a_title_that_begins_with_the_words_comes_first(database: Database, members: tuple[int, int]) -> None:
    with database.write() as session:
        add(session, members[0], "Avocat", "Le bureau vous rappelle.")
        add(session, members[0], "Bureau fermé", "Revenez demain.", shared=True)
        assert [row.title for row in saved_replies.choices(session, members[0], "fr", "bureau")] == ["Bureau fermé", "Avocat"]


def test_choices_are_few_enough_to_look_through(sqlite: Database) -> None:
    with sqlite.write() as session:
        amal = staff.add(session, "amal@example.org", "Amal", ["caseworker"]).id
        for number in range(saved_replies.CHOICES + 5):
            add(session, amal, f"Reply {number}")
        assert len(saved_replies.choices(session, amal, "fr")) == saved_replies.CHOICES


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (Content("", "title", "text", False), "locale"),
        (Content("fr", "", "text", False), "title"),
        (Content("fr", "title", "", False), "text"),
        (Content("fr", "t" * 121, "text", False), "long"),
        (Content("fr", "title", "t" * 1501, False), "long"),
    ],
)
def test_what_cannot_be_kept_is_refused(sqlite: Database, content: Content, code: str) -> None:
    with sqlite.write() as session:
        amal = staff.add(session, "amal@example.org", "Amal", ["caseworker"]).id
        with pytest.raises(SavedReplyError, match=code):
            saved_replies.add(session, amal, "amal@example.org", content)


def test_each_change_makes_another_edition_and_sharing_can_end(database: Database, members: tuple[int, int]) -> None:
    amal, bo = members
    with database.write() as session:
        row = saved_replies.find(session, amal, add(session, amal, "Ours", shared=True))
        assert row is not None
        before = saved_replies.edition(row)
        saved_replies.change(session, row, bo, "bo@example.org", Content("en", "Mine now", "new", False))
        assert saved_replies.edition(row) != before
    with database.write() as session:
        assert titles(session, amal) == [] and titles(session, bo) == ["Mine now"]
        saved_replies.remove(session, saved_replies.visible(session, bo)[0])
        assert titles(session, bo) == []
