"""The screen of saved replies, and the list that a caseworker picks from while writing."""

from __future__ import annotations

import re

import httpx
from sqlalchemy import select

from bot.tables import AuditEvent, SavedReply
from tests.console.conftest import Console, text_of

PATH = "/console/saved-replies"
REPLY = {"locale": "fr", "title": "Rendez-vous", "text": "Venez lundi à 9 h."}


def add(console: Console, role: str = "caseworker", **fields: str) -> int:
    assert console.as_(role).post(f"{PATH}/new", REPLY | fields).status_code == 303
    with console.database.read() as session:
        return max(session.scalars(select(SavedReply.id)))


def edition_on(page: httpx.Response) -> str:
    found = re.search(r'name="edition" value="([^"]+)"', page.text)
    assert found
    return found[1].replace("&#43;", "+")


def stored(console: Console, reply_id: int) -> SavedReply | None:
    with console.database.read() as session:
        return session.get(SavedReply, reply_id)


def test_a_reply_is_added_listed_changed_and_deleted(console: Console) -> None:
    me = console.as_("caseworker")
    number = add(console)
    assert "Rendez-vous" in text_of(me.follow(me.post(f"{PATH}/new", REPLY | {"title": "Autre"})))
    page = me.get(f"{PATH}/{number}")
    assert page.status_code == 200 and "Venez lundi" in page.text
    answer = me.post(f"{PATH}/{number}", REPLY | {"text": "Venez mardi.", "edition": edition_on(page)})
    assert answer.headers["location"] == PATH
    row = stored(console, number)
    assert row is not None and row.text == "Venez mardi." and row.staff_id == console.staff_id("caseworker")
    assert me.post(f"{PATH}/{number}/delete").status_code == 303 and stored(console, number) is None


def test_ones_own_reply_is_not_there_for_a_colleague(console: Console) -> None:
    number = add(console)
    other = console.as_("all")
    assert "Rendez-vous" not in other.get(PATH).text and "Rendez-vous" not in other.fragment(f"{PATH}/choose?locale=fr").text
    assert other.get(f"{PATH}/{number}").status_code == 404
    assert other.post(f"{PATH}/{number}", REPLY).status_code == 404
    assert other.post(f"{PATH}/{number}/delete").status_code == 404
    assert stored(console, number) is not None


def test_a_shared_reply_is_there_for_every_caseworker(console: Console) -> None:
    number = add(console, shared="yes")
    other = console.as_("all")
    page = other.get(f"{PATH}/{number}")
    assert 'value="yes" checked' in page.text
    other.post(f"{PATH}/{number}", REPLY | {"title": "Pour tous", "shared": "yes", "edition": edition_on(page)})
    assert "Pour tous" in console.as_("caseworker").get(PATH).text


def test_the_second_of_two_who_change_a_reply_is_told_and_overwrites_nothing(console: Console) -> None:
    number = add(console, shared="yes")
    first, second = console.as_("caseworker"), console.as_("all")
    mine, theirs = edition_on(first.get(f"{PATH}/{number}")), edition_on(second.get(f"{PATH}/{number}"))
    first.post(f"{PATH}/{number}", REPLY | {"text": "Le premier.", "shared": "yes", "edition": mine})
    answer = second.post(f"{PATH}/{number}", REPLY | {"text": "Le second.", "shared": "yes", "edition": theirs})
    assert answer.status_code == 409 and "Le premier." in answer.text and "Le second." in answer.text
    row = stored(console, number)
    assert row is not None and row.text == "Le premier."


def test_what_cannot_be_kept_is_shown_again_with_the_reason(console: Console) -> None:
    me = console.as_("caseworker")
    for wrong, sentence in [
        ({"locale": "xx"}, "Choose a language."),
        ({"title": " "}, "Give it a title"),
        ({"text": ""}, "Write the text."),
        ({"text": "x" * 1501}, "at most"),
    ]:
        answer = me.post(f"{PATH}/new", REPLY | wrong)
        assert answer.status_code == 422 and sentence in text_of(answer)
        assert ('value="Rendez-vous"' in answer.text) == ("title" not in wrong)
    number = add(console)
    edition = edition_on(me.get(f"{PATH}/{number}"))
    answer = me.post(f"{PATH}/{number}", REPLY | {"title": "", "text": "Venez jeudi.", "edition": edition})
    assert answer.status_code == 422 and "Venez jeudi." in answer.text
    row = stored(console, number)
    assert row is not None and row.title == "Rendez-vous"


def test_filters_narrow_the_list(console: Console) -> None:
    add(console), add(console, title="Hello", text="Come on Monday.", locale="en", shared="yes")
    me = console.as_("caseworker")
    assert "Hello" not in me.get(f"{PATH}?locale=fr").text
    assert "Hello" not in me.get(f"{PATH}?whose=own").text
    page = me.get(f"{PATH}?q=MONDAY").text
    assert "Hello" in page and "Rendez-vous" not in page
    assert "No saved reply fits" in text_of(me.get(f"{PATH}?q=zzz"))


def test_the_list_to_pick_from_holds_the_text_of_the_contacts_language(console: Console) -> None:
    add(console, text='Dites "oui" & <venez>')
    add(console, title="Hello", locale="en")
    answer = console.as_("caseworker").fragment(f"{PATH}/choose?locale=fr&q=rendez")
    assert 'data-insert="Dites &#34;oui&#34; &amp; &lt;venez&gt;"' in answer.text
    assert "Hello" not in answer.text and "<html" not in answer.text
    assert "in French" in text_of(console.as_("caseworker").fragment(f"{PATH}/choose?locale=fr&q=zzz"))


def test_each_change_is_audited_without_the_text(console: Console) -> None:
    me = console.as_("caseworker")
    number = add(console)
    me.post(f"{PATH}/{number}", REPLY | {"edition": edition_on(me.get(f"{PATH}/{number}"))})
    me.post(f"{PATH}/{number}/delete")
    with console.database.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.kind == "saved_reply").order_by(AuditEvent.id)).all()
    assert [row.action for row in rows] == ["saved_reply.added", "saved_reply.changed", "saved_reply.deleted"]
    assert all(row.actor == "caseworker@example.org" and "Venez" not in str(row.detail) for row in rows)


def test_only_caseworkers_enter(console: Console) -> None:
    assert console.as_("editor").get(PATH).status_code == 403
    assert console.nobody().get(f"{PATH}/choose").status_code == 303


def test_the_list_is_cut_into_pages(console: Console) -> None:
    with console.database.write() as session:
        for n in range(60):
            session.add(SavedReply(staff_id=None, locale="fr", title=f"Reply {n:02}", text="text", author="a@example.org"))
    me = console.as_("caseworker")
    assert "Reply 49" in me.get(PATH).text and "Reply 50" not in me.get(PATH).text
    assert "Reply 59" in me.get(f"{PATH}?page=2").text
