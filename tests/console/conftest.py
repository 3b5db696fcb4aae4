"""A console over its real routes on a real SQLite file, with staff of each role, and makers of what they work on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from bot import contacts, crypto, inbox, outbox, referrals, staff, teams
from bot.db import Database, utcnow
from bot.messages import Incoming, Kind, Outgoing
from bot.settings import Settings
from bot.tables import Answer, Contact, Inbox, Outbox, Referral, Topic
from bot.web import create_app

PASSWORD = "four quiet green kites"
ROLES = {"caseworker": ["caseworker"], "editor": ["editor"], "admin": ["admin"], "all": ["caseworker", "editor", "admin"]}


class Browser:
    """A browser that is signed in: keeps cookies, sends the CSRF token, follows nothing by itself."""

    def __init__(self, client: TestClient[Any], email: str = "") -> None:
        self.client, self.email = client, email
        self.cookies: dict[str, str] = {}

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        self.client.cookies.clear()
        headers = dict(options.pop("headers", {}))
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        response = self.client.request(method, path, follow_redirects=False, headers=headers, **options)
        for name, text in response.cookies.items():
            self.cookies[name] = text
        for header in response.headers.get_list("set-cookie"):
            if "Max-Age=0" in header or "max-age=0" in header.lower():
                self.cookies.pop(header.split("=", 1)[0], None)
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._request("GET", path, **options)

    def fragment(self, path: str) -> httpx.Response:
        """As HTMX asks."""
        return self.get(path, headers={"hx-request": "true"})

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """With the CSRF token, as a form of a page of ours has it."""
        return self._request("POST", path, data={"_csrf_token": self.csrf} | (data or {}), **options)

    def upload(self, path: str, files: dict[str, Any], data: dict[str, Any] | None = None) -> httpx.Response:
        return self._request("POST", path, files=files, data={"_csrf_token": self.csrf} | (data or {}))

    @property
    def csrf(self) -> str:
        if "waymark-csrf" not in self.cookies:
            self.get("/console/sign-in")
        return self.cookies["waymark-csrf"]

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        self.email = email
        return self.post("/console/sign-in", {"email": email, "password": password})

    def follow(self, response: httpx.Response) -> httpx.Response:
        """The page that a redirect leads to."""
        assert response.status_code == 303, (response.status_code, text_of(response)[:400])
        return self.get(response.headers["location"])


class Console:
    """The product's web process for tests."""

    def __init__(self, client: TestClient[Any], database: Database, settings: Settings) -> None:
        self.client, self.database, self.settings = client, database, settings
        self._browsers: dict[str, Browser] = {}

    def nobody(self) -> Browser:
        return Browser(self.client)

    def as_(self, role: str) -> Browser:
        """A signed-in browser: caseworker, editor, admin, all, or an account's e-mail address."""
        if role not in self._browsers:
            browser = Browser(self.client)
            answer = browser.sign_in(role if "@" in role else f"{role}@example.org")
            assert answer.status_code == 303, text_of(answer)[:300]
            self._browsers[role] = browser
        return self._browsers[role]

    def add_staff(self, email: str, roles: list[str], **fields: Any) -> int:
        with self.database.write() as session:
            person = staff.add(session, email, email.split("@")[0].title(), roles, PASSWORD)
            for name, wanted in fields.items():
                setattr(person, name, wanted)
            return person.id

    def staff_id(self, role: str) -> int:
        with self.database.read() as session:
            person = staff.by_email(session, role if "@" in role else f"{role}@example.org")
            assert person is not None
            return person.id


@pytest.fixture
def console(sqlite: Database, make_settings: Callable[..., Settings]) -> Iterator[Console]:
    settings = make_settings()
    with sqlite.write() as session:
        for role, roles in ROLES.items():
            staff.add(session, f"{role}@example.org", role.title(), roles, PASSWORD)
        teams.ensure_first(session)
    with TestClient(create_app(sqlite, settings), base_url="http://127.0.0.1:8000") as client:
        yield Console(client, sqlite, settings)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Argon2 at its real cost would take most of these tests' time; tests of accounts look at the real hasher's settings."""
    import argon2

    real = staff._HASHER
    staff._HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield
    staff._HASHER = real


def text_of(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", response.text, flags=re.S)
    from html import unescape

    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def make_contact(
    database: Database, address: str = "+306912345678", channel: str = "sms", locale: str = "fr", country: str = "GR"
) -> int:
    with database.write() as session:
        contact = contacts.find_or_create(session, channel, address)
        contact.locale, contact.country = locale, country
        return contact.id


def say(database: Database, contact_id: int, text: str, outcome: str | None = None) -> int:
    """The contact writes; the row is already handled where an outcome is given."""
    with database.write() as session:
        contact = session.get_one(Contact, contact_id)
        incoming = Incoming(contact.channel, contact.address, crypto.token(8), Kind.TEXT, text=text)
        inbox.store(session, incoming)
        row = session.query(Inbox).filter_by(contact_id=contact_id).order_by(Inbox.id.desc()).first()
        assert row is not None
        if outcome is not None:
            inbox.handled(row, outcome)
        return row.id


def reply(database: Database, contact_id: int, text: str, **fields: Any) -> int:
    """The assistant, or staff, wrote to the contact."""
    with database.write() as session:
        contact = session.get_one(Contact, contact_id)
        row = outbox.add(session, contact, Outgoing(contact.channel, contact.address, text), inbox_id=None, position=0)
        for name, wanted in fields.items():
            setattr(row, name, wanted)
        session.flush()
        return row.id


def make_case(database: Database, contact_id: int | None = None, **fields: Any) -> int:
    """An open case with consent, opened a little while ago."""
    contact_id = contact_id or make_contact(database)
    hours = fields.pop("hours_ago", 1)
    with database.write() as session:
        contact = session.get_one(Contact, contact_id)
        begun = utcnow() - timedelta(hours=hours)
        new = referrals.NewReferral(
            need=fields.pop("need", "I need a lawyer for my asylum interview"),
            place=fields.pop("place", {"name": "Athens", "country": "GR"}),
            safe_contact=fields.pop("safe_contact", "only SMS, after 18:00"),
            topic_id=fields.pop("topic_id", None),
            urgency=fields.pop("urgency", "normal"),
            origin=fields.pop("origin", "asked"),
            consent_at=fields.pop("consent_at", begun),
        )
        case = referrals.open_case(session, contact, new, None, fields.pop("locale", contact.locale or "en"))
        case.created_at = case.changed_at = begun
        for name, wanted in fields.items():
            setattr(case, name, wanted)
        return case.id


def make_topic(database: Database, topic_id: str = "asylum_apply", **fields: Any) -> str:
    with database.write() as session:
        if session.get(Topic, topic_id) is None:
            given = {"category": "rights", "titles": {"en": "How to ask for asylum", "fr": "Demander l'asile"}} | fields
            session.add(Topic(id=topic_id, **given))
    return topic_id


def make_answer(database: Database, topic_id: str = "asylum_apply", locale: str = "en", **fields: Any) -> int:
    """A published answer unless `status` says otherwise."""
    make_topic(database, topic_id)
    with database.write() as session:
        given: dict[str, Any] = {
            "sms": "You can ask for asylum at any police station. It is free.",
            "chat": "You can ask for asylum at any police station. It is free. Ask for an interpreter.",
            "status": "published",
            "sources": ["https://help.unhcr.org"],
            "facts": ["Asking is free."],
            "checked_on": date.today() - timedelta(days=30),
            "review_due": date.today() + timedelta(days=90),
            "author": "content folder",
            "translated_from": None if locale == "en" else 1,
            "published_at": utcnow() if fields.get("status", "published") == "published" else None,
        } | fields
        answer = Answer(topic_id=topic_id, locale=locale, **given)
        session.add(answer)
        session.flush()
        return answer.id


__all__ = ["Browser", "Console", "Outbox", "Referral"]
