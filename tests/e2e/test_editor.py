"""An editor changes what is said: through the console's own routes, read on a phone through the real worker and model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from litestar.testing import TestClient

from bot import staff, teams
from bot.db import Database
from bot.settings import Settings
from bot.tables import Answer
from bot.web import create_app
from tests.console.conftest import PASSWORD, Browser, text_of
from tests.e2e.phone import Phone

pytestmark = pytest.mark.slow

TOPIC = "bank_account"
QUESTION = "how can I open a bank account?"


@pytest.fixture
def editor(database: Database, make_settings: Callable[..., Settings]) -> Iterator[Browser]:
    with database.write() as session:
        staff.add(session, "leila@example.org", "Leila", ["editor"], PASSWORD)
        teams.ensure_first(session)
    with TestClient(create_app(database, make_settings()), base_url="http://127.0.0.1:8000") as client:
        browser = Browser(client)
        browser.sign_in("leila@example.org")
        yield browser


def published(database: Database, locale: str) -> Answer:
    with database.read() as session:
        query = session.query(Answer).filter_by(topic_id=TOPIC, locale=locale, country=None, status="published")
        return query.one()


def publish(editor: Browser, database: Database, locale: str, sms: str) -> None:
    old = published(database, locale)
    form = {
        "topic": TOPIC,
        "locale": locale,
        "country": "",
        "base": str(old.version),
        "sms": sms,
        "chat": f"{sms} {old.chat}"[:1500],
        "sources": "\n".join(old.sources),
        "checked_on": old.checked_on.isoformat() if old.checked_on else "",
        "review_due": old.review_due.isoformat() if old.review_due else "",
        "comment": "the bank has moved",
        "then": "publish",
    }
    saved = editor.post("/console/answers/text", form)
    assert saved.status_code == 303, text_of(saved)[:600]


def test_the_next_sms_carries_what_an_editor_published_and_translations_are_stale(
    phone: Callable[..., Phone], database: Database, editor: Browser
) -> None:
    one = phone()
    assert "Blue Street" not in one.say(QUESTION)
    publish(editor, database, "en", "Go to the bank in Blue Street 4 with your card. It is free.")
    assert "Blue Street 4" in one.say(QUESTION)
    worklist = text_of(editor.get("/console/translations?locale=fr"))
    assert "Bank account" in worklist or "bank account" in worklist.lower()
    beside = editor.get(f"/console/translations/text?topic={TOPIC}&locale=fr")
    assert beside.status_code == 200
    assert re.search(r"Added: </span>[^<]*Blue", beside.text), "what changed in the English text is marked"


def test_a_correction_reaches_who_got_the_wrong_answer(phone: Callable[..., Phone], database: Database, editor: Browser) -> None:
    one, other = phone(), phone()
    publish(editor, database, "en", "Go to the bank in Blue Street 4.")
    wrong = published(database, "en").id
    assert "Blue Street 4" in one.say(QUESTION)
    publish(editor, database, "en", "Go to the bank in Green Street 9.")
    assert "Green Street 9" in other.say(QUESTION)
    page = editor.get(f"/console/recall/{wrong}")
    numbers = re.search(r'name="confirmed"[^>]*value="(\d+-\d+)"|value="(\d+-\d+)"[^>]*name="confirmed"', page.text)
    assert numbers, text_of(page)[:900]
    fields = dict(re.findall(r'<textarea[^>]*name="(text_\w+)"[^>]*>([^<]*)</textarea>', page.text))
    days = re.search(r'name="days"[^>]*value="(\d+)"', page.text)
    sent = editor.post(
        f"/console/recall/{wrong}",
        fields | {"days": days[1] if days else "7", "confirmed": numbers[1] or numbers[2]} | hidden(page.text),
    )
    assert sent.status_code == 303, text_of(sent)[:900]
    # The correction waits in the outbox; what the phone reads next begins with it.
    assert "Green Street 9" in one.say("thanks")
    assert "Correction" not in other.say("thanks")


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's forms, but the CSRF token."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    found.pop("_csrf_token", None)
    return found
