"""The simulator over HTTP, on a real database."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from bot import contacts, inbox, outbox
from bot.db import Base, Database
from bot.messages import Incoming, Kind, Outgoing, State
from bot.settings import ROOT
from bot.simulator import pages, route_handlers, words
from bot.simulator.limits import Limit
from bot.tables import Contact, Inbox, Outbox

from .bench import answer, echo, make_app, make_database, make_settings, part

Client = TestClient[Litestar]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = make_database(tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[Client]:
    with TestClient(make_app(database, make_settings(tmp_path))) as opened:
        yield opened


def new_phone(client: Client, kind: str = "sms") -> str:
    response = client.post("/try/api/phones", json={"kind": kind})
    assert response.status_code == 201, response.text
    return str(response.json()["phone"])


def send(client: Client, phone: str, **fields: Any) -> Any:
    return client.post("/try/api/messages", json={"phone": phone, "id": str(uuid.uuid4()), **fields})


def read(client: Client, phone: str, after: int = 0) -> dict[str, Any]:
    response = client.get("/try/api/messages", params={"phone": phone, "after": after})
    assert response.status_code == 200, response.text
    return dict(response.json())


def stored(database: Database) -> list[Incoming]:
    with database.read() as session:
        rows = session.scalars(select(Inbox).order_by(Inbox.id)).all()
        return [inbox.incoming_of(row, session.get_one(Contact, row.contact_id)) for row in rows]


# Phones


@pytest.mark.parametrize("kind", ["sms", "chat"])
def test_a_new_phone_is_a_contact_whose_address_only_its_owner_knows(client: Client, database: Database, kind: str) -> None:
    phone = new_phone(client, kind)
    assert re.fullmatch(kind + r":[\w-]{24}", phone)
    with database.read() as session:
        contact = contacts.find(session, "webchat", phone)
        assert contact is not None and contact.address == phone
        assert contacts.speaks_plainly(contact) is (kind == "sms")


def test_a_phone_of_another_kind_is_refused_with_a_sentence(client: Client) -> None:
    response = client.post("/try/api/phones", json={"kind": "fax"})
    assert (response.status_code, response.json()) == (400, {"error": "The kind must be sms or chat."})


def test_sixty_phones_a_minute_are_enough_for_one_address(client: Client) -> None:
    answers = [client.post("/try/api/phones", json={"kind": "sms"}) for _ in range(61)]
    assert [a.status_code for a in answers[:60]] == [201] * 60
    assert answers[60].status_code == 429 and int(answers[60].headers["Retry-After"]) > 0
    assert "error" in answers[60].json()


# Messages


def test_a_text_waits_in_the_inbox_as_any_channels_message_does(client: Client, database: Database) -> None:
    phone, name = new_phone(client), str(uuid.uuid4())
    response = client.post(
        "/try/api/messages", json={"phone": phone, "id": name, "text": "Hello", "country": "gr", "locale": "fr-CA"}
    )
    assert (response.status_code, response.json()) == (202, {"stored": True})
    (incoming,) = stored(database)
    assert (incoming.channel, incoming.address, incoming.kind, incoming.text) == ("webchat", phone, Kind.TEXT, "Hello")
    assert (incoming.country_hint, incoming.locale_hint) == ("GR", "fr-CA")
    assert incoming.provider_id.endswith(f":{name}") and phone not in incoming.provider_id


def test_a_retry_with_the_same_id_is_stored_once(client: Client, database: Database) -> None:
    message = {"phone": new_phone(client), "id": str(uuid.uuid4()), "text": "Hello"}
    answers = [client.post("/try/api/messages", json=message).json() for _ in range(3)]
    assert answers == [{"stored": True}, {"stored": False}, {"stored": False}]
    assert len(stored(database)) == 1


def test_two_phones_may_use_the_same_message_id(client: Client, database: Database) -> None:
    name = str(uuid.uuid4())
    for phone in (new_phone(client), new_phone(client)):
        assert client.post("/try/api/messages", json={"phone": phone, "id": name, "text": "Hello"}).json() == {"stored": True}
    assert len(stored(database)) == 2


def test_a_tapped_button_and_a_position_keep_their_kind(client: Client, database: Database) -> None:
    phone = new_phone(client, "chat")
    assert send(client, phone, choice="abc_DEF-1").status_code == 202
    assert send(client, phone, lat=0, lon=-92.2634).status_code == 202
    tapped, position = stored(database)
    assert (tapped.kind, tapped.token) == (Kind.CHOICE, "abc_DEF-1")
    assert (position.kind, position.lat, position.lon) == (Kind.LOCATION, 0.0, -92.2634)


def test_the_longest_text_is_taken_even_as_escaped_emoji(client: Client, database: Database) -> None:
    body = json.dumps({"phone": new_phone(client), "id": str(uuid.uuid4()), "text": "😀" * 20_000})
    response = client.post("/try/api/messages", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 202
    assert len(stored(database)[0].text) == 20_000


@pytest.mark.parametrize(
    ("label", "changes"),
    [
        ("no content", {"text": None}),
        ("empty text", {"text": ""}),
        ("text of another type", {"text": ["a"]}),
        ("text too long", {"text": "a" * 20_001}),
        ("two contents", {"choice": "abc"}),
        ("strange choice", {"text": None, "choice": "a b"}),
        ("latitude alone", {"text": None, "lat": 1.0}),
        ("latitude of a boolean", {"text": None, "lat": True, "lon": 1.0}),
        ("latitude beyond the pole", {"text": None, "lat": 90.1, "lon": 1.0}),
        ("longitude that is not a number", {"text": None, "lat": 1.0, "lon": float("nan")}),
        ("no id", {"id": None}),
        ("id that is no uuid", {"id": "1"}),
        ("id with a lone surrogate", {"id": "\ud800"}),
        ("unknown country", {"country": "ZZ"}),
        ("country of another type", {"country": 30}),
        ("strange locale", {"locale": "../../etc"}),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_not_stored(
    client: Client, database: Database, label: str, changes: dict[str, Any]
) -> None:
    message = {"phone": new_phone(client), "id": str(uuid.uuid4()), "text": "Hello"} | changes
    response = client.post("/try/api/messages", content=json.dumps(message), headers={"Content-Type": "application/json"})
    assert response.status_code == 400, label
    assert response.json()["error"].endswith("."), label
    assert stored(database) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_answered_with_a_sentence(client: Client, body: bytes) -> None:
    response = client.post("/try/api/messages", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"].endswith(".")


def test_a_body_far_too_large_is_refused_unread(client: Client) -> None:
    response = client.post("/try/api/messages", content=b" " * 400_000, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert "error" in response.json()


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
@pytest.mark.parametrize("path", ["/try/api/phones", "/try/api/messages"])
def test_what_another_sites_form_can_send_is_refused(client: Client, path: str, media_type: str | None) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    response = client.post(path, content=b'{"kind": "sms"}', headers=headers)
    assert response.status_code == 415
    assert response.json() == {"error": "The content type must be application/json."}


@pytest.mark.parametrize("phone", [None, "", "sms:short", "sms:" + "a" * 24, "+15551234567", "\ud800", 7, {"a": 1}])
def test_an_unknown_phone_is_not_found_and_not_made(client: Client, database: Database, phone: object) -> None:
    body = json.dumps({"phone": phone, "id": str(uuid.uuid4()), "text": "Hello"})
    response = client.post("/try/api/messages", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 404 and "error" in response.json()
    assert client.get("/try/api/messages", params={"phone": "sms:" + "a" * 24}).status_code == 404
    with database.read() as session:
        assert session.scalars(select(Contact)).all() == []


def test_sixty_messages_a_minute_are_enough_for_one_phone_and_do_not_stop_another(client: Client) -> None:
    phone, other = new_phone(client), new_phone(client)
    assert {send(client, phone, text="Hello").status_code for _ in range(60)} == {202}
    assert send(client, phone, text="Hello").status_code == 429
    assert send(client, other, text="Hello").status_code == 202


def test_a_limit_lets_go_when_the_minute_is_over() -> None:
    now = [0.0]
    limit = Limit(2, 60.0, clock=lambda: now[0])
    assert [limit.wait("a"), limit.wait("a"), limit.wait("a")] == [0.0, 0.0, 60.0]
    now[0] = 59.0
    assert limit.wait("a") == 1.0
    now[0] = 60.0
    assert limit.wait("a") == 0.0


# Replies


def test_a_reply_shows_its_cost_and_its_state_and_is_read_once(client: Client, database: Database) -> None:
    phone = new_phone(client)
    send(client, phone, text="Hello")
    assert read(client, phone)["waiting"] == 1
    answer(database, lambda incoming: [part(incoming, "مرحبا " * 20)])
    seen = read(client, phone)
    (message,) = seen["messages"]
    assert (message["text"], message["state"], message["error"]) == ("مرحبا " * 20, "delivered", None)
    assert (message["encoding"], message["units"], message["segments"]) == ("ucs2", 120, 2)
    assert (message["choices"], message["ask_location"], message["pin"]) == ([], False, None)
    assert seen["waiting"] == 0
    again = read(client, phone, after=message["id"])
    assert again["messages"] == [] and again["states"] == {str(message["id"]): "delivered"}


def test_the_state_of_a_part_that_was_read_is_told_again_when_it_changes(client: Client, database: Database) -> None:
    phone = new_phone(client)
    send(client, phone, text="Hello")
    answer(database, echo, State.QUEUED)
    (message,) = read(client, phone)["messages"]
    assert message["state"] == "queued"
    with database.write() as session:
        outbox.give_up(session.get_one(Outbox, message["id"]), State.FAILED, "30003")
    assert read(client, phone, after=message["id"])["states"] == {str(message["id"]): "failed"}
    assert read(client, phone)["messages"][0]["error"] == "30003"


def test_a_chat_gets_buttons_a_request_for_the_location_and_a_pin(client: Client, database: Database) -> None:
    from bot.messages import Choice

    def answering(incoming: Incoming) -> list[Outgoing]:
        return [
            part(incoming, "Choose", choices=(Choice("Near me", "/find_office"),)),
            part(incoming, "Where?", ask_location=True, location_label="Share"),
            part(incoming, "", pin=(37.9, 23.7)),
            part(incoming, "", callback_id="7"),
        ]

    phone = new_phone(client, "chat")
    send(client, phone, text="Hello")
    answer(database, answering)
    choose, where, point = read(client, phone)["messages"]
    assert choose["choices"][0]["title"] == "Near me" and len(choose["choices"][0]["token"]) == 16
    assert "payload" not in choose["choices"][0]
    assert (where["ask_location"], where["location_label"]) == (True, "Share")
    assert (point["pin"], point["text"], point["encoding"]) == ([37.9, 23.7], "", None)


def test_a_phone_reads_nothing_of_another(client: Client, database: Database) -> None:
    mine, other = new_phone(client), new_phone(client)
    send(client, other, text="Secret")
    answer(database, echo)
    seen = read(client, mine)
    assert (seen["messages"], seen["states"], seen["waiting"]) == ([], {}, 0)


def test_more_parts_than_one_reading_holds_come_with_the_next(client: Client, database: Database) -> None:
    phone = new_phone(client)
    send(client, phone, text="Hello")
    answer(database, lambda incoming: [part(incoming, str(n)) for n in range(60)])
    first = read(client, phone)["messages"]
    second = read(client, phone, after=first[-1]["id"])["messages"]
    assert [m["text"] for m in first + second] == [str(n) for n in range(60)]
    assert len(read(client, phone)["states"]) == 30


def test_the_contact_is_told_as_we_know_it(client: Client, database: Database) -> None:
    phone = new_phone(client)
    assert read(client, phone)["contact"] == {"locale": None, "country": None, "opted_out": False}
    send(client, phone, text="STOP", country="NE")
    answer(database, echo)
    assert read(client, phone)["contact"] == {"locale": None, "country": "NE", "opted_out": True}


def test_erased_messages_are_gone_and_stop_nothing(client: Client, database: Database) -> None:
    from bot.db import utcnow

    phone = new_phone(client)
    send(client, phone, text="Hello")
    answer(database, echo)
    with database.write() as session:
        contact = contacts.find(session, "webchat", phone)
        assert contact is not None
        contacts.erase(session, contact, utcnow())
    assert read(client, phone)["messages"] == []
    with database.write() as session:
        assert contacts.forget_erased(session) == 1
    assert client.get("/try/api/messages", params={"phone": phone}).status_code == 404


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "9" * 30])
def test_a_strange_after_is_answered_with_a_sentence(client: Client, after: str) -> None:
    response = client.get("/try/api/messages", params={"phone": new_phone(client), "after": after})
    assert response.status_code == 400 and response.json()["error"].endswith(".")


def test_a_database_that_is_away_is_said_so_and_asks_to_try_again(client: Client, database: Database) -> None:
    phone = new_phone(client)
    Base.metadata.drop_all(database.engine)
    answers = [
        client.post("/try/api/phones", json={"kind": "sms"}),
        send(client, phone, text="Hello"),
        client.get("/try/api/messages", params={"phone": phone}),
    ]
    for response in answers:
        assert response.status_code == 503 and "Retry-After" in response.headers
        assert response.json() == {"error": "The database does not answer; try again in a moment."}


def test_answers_of_the_api_are_kept_by_no_cache(client: Client) -> None:
    phone = new_phone(client)
    assert client.get("/try/api/messages", params={"phone": phone}).headers["Cache-Control"] == "no-store"
    assert client.get("/try/api/messages").headers["Cache-Control"] == "no-store"


# Pages


@pytest.mark.parametrize("path", ["/", "/try"])
def test_pages_hold_no_script_or_style_of_their_own_and_nothing_from_elsewhere(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://|src=\"//|href=\"//", response.text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", response.text)


@pytest.mark.parametrize("path", ["/", "/try"])
def test_every_file_a_page_names_is_there_to_stay(client: Client, path: str) -> None:
    html = client.get(path).text
    files = set(re.findall(r'"(/try/static/[^"]+)"', html))
    assert files
    for file in files:
        response = client.get(file)
        assert response.status_code == 200 and "immutable" in response.headers["Cache-Control"]
    assert client.get(f"{pages.static_path()}/../__init__.py").status_code == 404


@pytest.mark.parametrize(
    ("query", "accepted", "lang", "direction"),
    [
        ("", "", "en", "ltr"),
        ("?lang=ar", "fr", "ar", "rtl"),
        ("?lang=es", "", "es", "ltr"),
        ("", "de, fr-CA;q=0.9, en;q=0.8", "fr", "ltr"),
        ("?lang=%22%3E%3Cscript%3E", "", "en", "ltr"),
    ],
)
def test_the_page_speaks_the_language_asked_for(client: Client, query: str, accepted: str, lang: str, direction: str) -> None:
    html = client.get(f"/try{query}", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{lang}" dir="{direction}">' in html


def test_the_landing_page_leads_to_the_phones_and_to_the_health_of_the_service(client: Client) -> None:
    html = client.get("/?lang=fr").text
    assert 'href="/try?lang=fr"' in html and 'href="/health/ready"' in html


def test_the_name_of_the_organisation_is_shown_as_text_and_not_as_markup(database: Database, tmp_path: Path) -> None:
    named = make_settings(tmp_path, ORGANIZATION="<b>Help & Co")
    with TestClient(make_app(database, named)) as client:
        for path in ("/", "/try"):
            html = client.get(path).text
            assert "&lt;b&gt;Help &amp; Co" in html and "<b>" not in html


def test_every_country_can_be_chosen_by_its_name_in_the_language_of_the_page(client: Client) -> None:
    html = client.get("/try?lang=ar").text
    assert len(words.COUNTRIES) == 250  # the 249 of ISO 3166-1, and Kosovo
    assert len(re.findall(r'<option value="[A-Z]{2}">', html)) == 250
    assert '<option value="GR">اليونان</option>' in html
    french = [name for _, name in words.countries("fr")]
    assert french.index("Égypte") < french.index("Fidji")


def test_the_words_for_the_scripts_survive_the_page(client: Client) -> None:
    html = client.get("/try").text
    found = re.search(r'data-words="([^"]*)"', html)
    assert found is not None
    from html import unescape

    assert json.loads(unescape(found[1])) == words.script_words("en")


def test_the_simulator_is_not_there_when_it_is_switched_off(database: Database, tmp_path: Path) -> None:
    assert route_handlers(database, make_settings(tmp_path, SIMULATOR="no")) == []


def test_the_simulator_needs_neither_rasa_nor_the_actions_nor_the_encoders() -> None:
    code = "import sys, bot.simulator; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    unwanted = r"(rasa|rasa_sdk|actions|bot\.nlu)(\..*)?"
    assert [module for module in done.stdout.split() if re.fullmatch(unwanted, module)] == []
