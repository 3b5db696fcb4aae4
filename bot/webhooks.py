"""Webhooks: verify, store, answer 200. Nothing is thought here, so a provider never waits for a turn."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from multidict import MultiDict
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import contacts, counters, inbox, outbox
from bot.channels import telegram, twilio
from bot.db import Database, utcnow
from bot.messages import State, StatusUpdate
from bot.settings import Settings
from bot.tables import Contact, Outbox

log = logging.getLogger(__name__)

MAX_BODY = 512 * 1024  # bytes; Twilio's and Telegram's largest updates are far below
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def route_handlers(database: Database, settings: Settings) -> list[HTTPRouteHandler]:
    """The webhook routes. A channel that is not configured answers 404."""

    @post("/webhooks/twilio", status_code=200, exclude_from_csrf=True)
    async def twilio_inbound(request: Request[Any, Any, Any]) -> Response[str]:
        checked = await _twilio_fields(request, settings)
        if isinstance(checked, Response):
            return checked
        try:
            incoming = twilio.receive(checked)
        except ValueError:
            return _answer(400)
        return await _stored(database, lambda session: inbox.store(session, incoming), EMPTY_TWIML, "application/xml")

    @post("/webhooks/twilio/status", status_code=200, exclude_from_csrf=True)
    async def twilio_status(request: Request[Any, Any, Any]) -> Response[str]:
        checked = await _twilio_fields(request, settings)
        if isinstance(checked, Response):
            return checked
        update = twilio.receive_status(checked, str(request.query_params.get("m", ""))[:32])
        if update is None:
            return await _stored(database, lambda session: _count(session, "twilio.status.unknown"))
        return await _stored(database, lambda session: apply_status(session, update))

    @post("/webhooks/telegram", status_code=200, exclude_from_csrf=True)
    async def telegram_inbound(request: Request[Any, Any, Any]) -> Response[str]:
        if not settings.telegram or settings.telegram_mode != "webhook":
            return _answer(404)
        if not telegram.secret_matches(settings, request.headers.get("X-Telegram-Bot-Api-Secret-Token")):
            return _answer(403)
        data = _json_object(await request.body())
        if data is None:
            return _answer(400)
        try:
            store_telegram = telegram_store(data)
        except ValueError:
            return _answer(400)
        return await _stored(database, store_telegram)

    return [twilio_inbound, twilio_status, telegram_inbound]


def telegram_store(data: dict[str, Any]) -> Callable[[Session], object]:
    """What to do with one update, for the webhook and for polling. Raises ValueError when it is no update."""
    incoming = telegram.receive(data)
    if incoming is None:
        kind = next((key for key in data if key != "update_id"), "empty")
        return lambda session: _count(session, f"telegram.ignored.{kind[:40]}")
    return lambda session: inbox.store(session, incoming)


def apply_status(session: Session, update: StatusUpdate) -> None:
    """Settle the part; a failure that is the address's own also closes the contact."""
    known = outbox.apply_status(session, update)
    if known and update.state is State.FAILED and twilio.is_permanent_for_contact(update.error):
        row = session.query(Outbox).where(Outbox.provider_id == update.provider_id).first()
        contact = session.get(Contact, row.contact_id) if row else None
        if contact is not None:
            contact.blocked_at = utcnow()
            contacts.cancel_waiting(session, contact)


async def _twilio_fields(request: Request[Any, Any, Any], settings: Settings) -> MultiDict[str] | Response[str]:
    """The request's fields, or the refusal. Signed is what Twilio signs: the public address and every field."""
    if not settings.twilio:
        return _answer(404)
    body = await request.body()
    if len(body) > MAX_BODY:
        return _answer(413)
    is_json = request.headers.get("content-type", "").startswith("application/json")
    fields: MultiDict[str] = MultiDict()
    try:
        if not is_json:
            fields = MultiDict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500))
        query = request.scope.get("query_string", b"").decode()
        signature = request.headers.get("X-Twilio-Signature")
        twilio.verify(settings, request.url.path, query, body, fields, signature, is_json)
        if is_json:
            fields = MultiDict({k: str(v) for k, v in (_json_object(body) or {}).items()})
    except (twilio.BadSignature, UnicodeDecodeError, ValueError):
        return _answer(403)
    return fields


async def _stored(
    database: Database, work: Callable[[Session], object], content: str = "", media_type: str = "text/plain"
) -> Response[str]:
    """Do it in one transaction; 503 when the database does not answer, so that the provider tries again."""
    try:
        await asyncio.to_thread(_in_transaction, database, work)
    except DBAPIError as error:
        log.error("a webhook could not be stored: %s", type(error.orig).__name__)
        return Response("", status_code=503, headers={"Retry-After": "5"})
    return Response(content, status_code=200, media_type=media_type)


def _in_transaction(database: Database, work: Callable[[Session], object]) -> None:
    with database.write() as session:
        work(session)


def _count(session: Session, name: str) -> None:
    counters.count(session, name, utcnow().date())


def _json_object(body: bytes) -> dict[str, Any] | None:
    if len(body) > MAX_BODY:
        return None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _answer(status: int) -> Response[str]:
    return Response("", status_code=status, media_type="text/plain")
