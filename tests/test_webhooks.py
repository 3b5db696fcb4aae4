"""Webhooks through the real application: signatures, replays, outages, and what providers send besides text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot import contacts, crypto, outbox
from bot.db import Database
from bot.messages import Outgoing
from bot.settings import Settings
from bot.tables import Contact, Counter, Inbox, Outbox
from bot.web import create_app

PUBLIC = "https://help.example.org"
SMS = {"MessageSid": "SM1", "AccountSid": "AC1", "From": "+306912345678", "To": "+15550001111", "Body": "hello"}


@pytest.fixture
def client(database: Database, twilio_settings: Callable[..., Settings]) -> Iterator[TestClient[Any]]:
    config = twilio_settings(SIMULATOR="no", TELEGRAM_TOKEN="123456:" + "A" * 32, TELEGRAM_SECRET="s3cret")
    with TestClient(create_app(database, config), raise_server_exceptions=False) as client:
        yield client


def signed(url: str, fields: Any) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator("secret").compute_signature(PUBLIC + url, fields)}


def post_form(client: TestClient[Any], url: str, fields: list[tuple[str, str]], headers: dict[str, str]) -> Any:
    content = urlencode(fields)
    return client.post(url, content=content, headers={"content-type": "application/x-www-form-urlencoded", **headers})


def sms(client: TestClient[Any], **changes: str) -> Any:
    fields = SMS | changes
    return post_form(client, "/webhooks/twilio", list(fields.items()), signed("/webhooks/twilio", fields))


def telegram(client: TestClient[Any], update: dict[str, Any], secret: str | None = "s3cret") -> Any:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    return client.post("/webhooks/telegram", json=update, headers=headers)


def message(update_id: int = 1, *, edited: bool = False, chat: str = "private", **content: Any) -> dict[str, Any]:
    body = {
        "message_id": 7,
        "date": 1_790_000_000,
        "chat": {"id": 55, "type": chat, "first_name": "A"},
        "from": {"id": 55, "is_bot": False, "first_name": "A", "language_code": "fr"},
        **content,
    }
    return {"update_id": update_id, ("edited_message" if edited else "message"): body}


def stored(database: Database) -> list[Inbox]:
    with database.read() as session:
        return list(session.scalars(select(Inbox).order_by(Inbox.id)))


def test_a_signed_sms_is_stored_and_answered_with_empty_twiml(client: TestClient[Any], database: Database) -> None:
    response = sms(client)
    assert response.status_code == 200 and "<Response/>" in response.text
    assert response.headers["content-type"].startswith("application/xml")
    assert [(row.provider_id, row.kind, row.state) for row in stored(database)] == [("SM1", "text", "waiting")]


def test_the_same_webhook_three_times_is_stored_once(client: TestClient[Any], database: Database) -> None:
    assert [sms(client).status_code for _ in range(3)] == [200, 200, 200]
    assert len(stored(database)) == 1


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": "forged"}, {"X-Twilio-Signature": ""}])
def test_an_unsigned_sms_is_refused(client: TestClient[Any], database: Database, headers: dict[str, str]) -> None:
    assert post_form(client, "/webhooks/twilio", list(SMS.items()), headers).status_code == 403
    assert stored(database) == []


def test_a_signature_covers_every_field(client: TestClient[Any]) -> None:
    changed = [*SMS.items(), ("Extra", "added")]
    assert post_form(client, "/webhooks/twilio", changed, signed("/webhooks/twilio", SMS)).status_code == 403


def test_empty_and_repeated_fields_are_part_of_what_is_signed(client: TestClient[Any], database: Database) -> None:
    from multidict import MultiDict

    fields = [*SMS.items(), ("FromZip", ""), ("MediaUrl", "b"), ("MediaUrl", "a")]
    headers = signed("/webhooks/twilio", MultiDict(fields))
    assert post_form(client, "/webhooks/twilio", fields, headers).status_code == 200
    assert len(stored(database)) == 1


def test_a_json_body_is_checked_by_its_hash(client: TestClient[Any], database: Database) -> None:
    body = json.dumps(SMS)
    url = f"/webhooks/twilio?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    headers = {"content-type": "application/json", **signed(url, {})}
    assert client.post(url, content=body, headers=headers).status_code == 200
    assert client.post(url, content=body.replace("hello", "hacked"), headers=headers).status_code == 403
    bare = {"content-type": "application/json", **signed("/webhooks/twilio", {})}
    assert client.post("/webhooks/twilio", content=body, headers=bare).status_code == 403
    assert len(stored(database)) == 1


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"Body": "", "NumMedia": "1", "MediaUrl0": "https://example.org/a.jpg"}, "media"),
        ({"Body": "help", "NumMedia": "1"}, "text"),
        ({"Body": "STOP", "OptOutType": "STOP"}, "opt_out"),
        ({"Body": "START", "OptOutType": "START"}, "opt_in"),
        ({"Body": "HELP", "OptOutType": "HELP"}, "text"),
        ({"Body": ""}, "text"),
        ({"Body": "", "Latitude": "37.9", "Longitude": "23.7"}, "location"),
    ],
)
def test_what_an_sms_is(client: TestClient[Any], database: Database, changes: dict[str, str], kind: str) -> None:
    assert sms(client, **changes).status_code == 200
    assert [row.kind for row in stored(database)] == [kind]


def test_an_outage_of_the_database_is_told_to_the_provider(
    client: TestClient[Any], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def down() -> Any:
        raise OperationalError("select 1", {}, Exception("gone"))

    monkeypatch.setattr(database, "write", down)
    assert sms(client).status_code == 503
    assert telegram(client, message(text="hi")).status_code == 503


def test_a_status_callback_settles_its_part(client: TestClient[Any], database: Database) -> None:
    with database.write() as session:
        contact = contacts.find_or_create(session, "sms", "+306912345678")
        row = outbox.add(session, contact, Outgoing("sms", "+306912345678", "hi"), inbox_id=None, position=0)
        session.flush()
        outbox.sent(session, row, "SM5")
    fields = {"MessageSid": "SM5", "MessageStatus": "delivered", "AccountSid": "AC1"}
    url = f"/webhooks/twilio/status?m={row.reference}"
    assert post_form(client, url, list(fields.items()), signed(url, fields)).status_code == 200
    with database.read() as session:
        assert session.get_one(Outbox, row.id).state == "delivered"


def test_a_callback_that_says_the_number_is_dead_closes_the_contact(client: TestClient[Any], database: Database) -> None:
    with database.write() as session:
        contact = contacts.find_or_create(session, "sms", "+306912345678")
        row = outbox.add(session, contact, Outgoing("sms", "+306912345678", "hi"), inbox_id=None, position=0)
        session.flush()
        outbox.sent(session, row, "SM5")
    url = f"/webhooks/twilio/status?m={row.reference}"
    fields = {"MessageSid": "SM5", "MessageStatus": "undelivered", "ErrorCode": "30005"}
    assert post_form(client, url, list(fields.items()), signed(url, fields)).status_code == 200
    with database.read() as session:
        assert session.get_one(Outbox, row.id).state == "failed"
        assert session.get_one(Contact, contact.id).blocked_at is not None


@pytest.mark.parametrize("status", ["delivered", "a new word"])
def test_a_status_of_an_unknown_message_is_answered_200(client: TestClient[Any], status: str) -> None:
    fields = {"MessageSid": "SM404", "MessageStatus": status}
    url = "/webhooks/twilio/status"
    assert post_form(client, url, list(fields.items()), signed(url, fields)).status_code == 200


@pytest.mark.parametrize("secret", [None, "wrong", ""])
def test_telegram_without_the_secret_is_refused(client: TestClient[Any], database: Database, secret: str | None) -> None:
    assert telegram(client, message(text="hi"), secret).status_code == 403
    assert stored(database) == []


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        (message(text="hello"), "text"),
        (message(text="/start"), "command"),
        (message(text="/start@waymark_bot deep-link"), "command"),
        (message(text="/stop now"), "text"),
        (message(location={"latitude": 1.0, "longitude": 2.0}), "location"),
        (message(photo=[{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]), "media"),
        (message(voice={"file_id": "a", "file_unique_id": "b", "duration": 1}), "media"),
        (message(contact={"phone_number": "1", "first_name": "B"}), "media"),
        (message(edited=True, text="hallo"), "edit"),
        (message(chat="group", text="hello all"), "group"),
    ],
)
def test_what_a_telegram_update_is(client: TestClient[Any], database: Database, update: dict[str, Any], kind: str) -> None:
    assert telegram(client, update).status_code == 200
    assert telegram(client, update).status_code == 200
    assert [row.kind for row in stored(database)] == [kind]


def test_a_tapped_button_is_stored_with_its_token(client: TestClient[Any], database: Database) -> None:
    update = {
        "update_id": 9,
        "callback_query": {
            "id": "77",
            "chat_instance": "1",
            "data": "token-1",
            "from": {"id": 55, "is_bot": False, "first_name": "A"},
            "message": message(text="?")["message"],
        },
    }
    assert telegram(client, update).status_code == 200
    (row,) = stored(database)
    assert row.kind == "choice" and json.loads(row.body) == {"text": "", "token": "token-1", "callback_id": "77"}


@pytest.mark.parametrize("kind", ["channel_post", "poll_answer", "something_new"])
def test_other_updates_are_counted_and_answered_200(client: TestClient[Any], database: Database, kind: str) -> None:
    body: dict[str, Any] = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": -1, "type": "channel", "title": "c"}}
    content = {"channel_post": body}.get(kind, {})
    update = {"update_id": 3, kind: content} if kind != "poll_answer" else {"update_id": 3}
    assert telegram(client, update).status_code == 200
    assert stored(database) == []
    with database.read() as session:
        assert session.scalars(select(Counter.value)).all() == [1]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"update_id": "x"}', b'{"no": 1}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_update_is_refused_without_a_500(client: TestClient[Any], body: bytes) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": "s3cret", "content-type": "application/json"}
    assert client.post("/webhooks/telegram", content=body, headers=headers).status_code in (400, 413)


def test_blocking_the_bot_is_kept_as_an_event_of_the_contact(client: TestClient[Any], database: Database) -> None:
    user = {"id": 55, "is_bot": False, "first_name": "A"}
    change = {
        "chat": {"id": 55, "type": "private", "first_name": "A"},
        "from": user,
        "date": int(datetime(2026, 11, 24, tzinfo=UTC).timestamp()),
        "old_chat_member": {"status": "member", "user": user},
        "new_chat_member": {"status": "kicked", "user": user, "until_date": 0},
    }
    assert telegram(client, {"update_id": 4, "my_chat_member": change}).status_code == 200
    assert [row.kind for row in stored(database)] == ["blocked"]


def test_health_says_whether_the_database_answers(client: TestClient[Any]) -> None:
    assert client.get("/health/live").text == "ok"
    assert client.get("/health/ready").status_code == 200
    assert client.get("/health/ready").headers["x-content-type-options"] == "nosniff"


def test_a_channel_that_is_not_configured_is_not_there(sqlite: Database, make_settings: Callable[..., Settings]) -> None:
    crypto.use(make_settings().secret_keys)
    with TestClient(create_app(sqlite, make_settings(SIMULATOR="no"))) as bare:
        assert post_form(bare, "/webhooks/twilio", list(SMS.items()), {}).status_code == 404
        assert telegram(bare, message(text="hi")).status_code == 404
