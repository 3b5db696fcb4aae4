"""The simulator's API: make a phone, post a message, read the replies. Errors are JSON with one sentence."""

from __future__ import annotations

import logging
import math
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, NotFoundException, TooManyRequestsException
from litestar.handlers import BaseRouteHandler
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import contacts, crypto, inbox
from bot.db import Database
from bot.simulator import conversation, posted
from bot.simulator.limits import Limit
from bot.tables import Contact

log = logging.getLogger(__name__)

PHONES_A_MINUTE = 60  # for each client address
MESSAGES_A_MINUTE = 60  # for each phone
MAX_BODY = 300_000  # bytes: 20,000 characters, each as a pair of JSON escapes, and room to spare
CHANNEL = "webchat"


def router(database: Database) -> Router:
    """`/try/api`. The possession of a phone's address is the right to read and write there."""
    phones, messages = Limit(PHONES_A_MINUTE), Limit(MESSAGES_A_MINUTE)

    @post("/phones", sync_to_thread=True, guards=[only_json])
    def make_phone(request: Request[Any, Any, Any], body: bytes) -> dict[str, str]:
        kind = posted.phone_kind(posted.json_object(body))
        _keep_pace(phones, request.client.host if request.client else "")
        address = f"{kind}:{crypto.token(18)}"
        with database.write() as session:
            contacts.find_or_create(session, CHANNEL, address)
        return {"phone": address}

    @post("/messages", status_code=202, sync_to_thread=True, guards=[only_json])
    def post_message(body: bytes) -> dict[str, bool]:
        data = posted.json_object(body)
        phone = _known_shape(data.get("phone"))
        incoming = posted.incoming(data, phone, crypto.keyring().lookup(CHANNEL, phone))
        _keep_pace(messages, phone)
        with database.write() as session:
            _contact(session, phone)
            return {"stored": inbox.store(session, incoming)}

    @get("/messages", sync_to_thread=True)
    def read_messages(request: Request[Any, Any, Any]) -> dict[str, Any]:
        phone = _known_shape(request.query_params.get("phone"))
        after = posted.after(request.query_params.get("after"))
        with database.read() as session:
            return conversation.read(session, _contact(session, phone), after)

    return Router(
        path="/try/api",
        route_handlers=[make_phone, post_message, read_messages],
        request_max_body_size=MAX_BODY,
        response_headers={"Cache-Control": "no-store"},
        opt={"exclude_from_csrf": True, "exclude_from_auth": True},  # no cookie is read here
        include_in_schema=False,
        exception_handlers={
            posted.BadRequest: _bad_request,
            HTTPException: _refused,
            SQLAlchemyError: _database_away,
        },
    )


def only_json(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A form of another site can send text and form fields, but no JSON without the browser asking us first."""
    media_type = connection.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(status_code=415, detail="The content type must be application/json.")


def _known_shape(phone: object) -> str:
    address = posted.phone_address(phone)
    if address is None:
        raise _unknown_phone()
    return address


def _contact(session: Session, phone: str) -> Contact:
    contact = contacts.find(session, CHANNEL, phone)
    if contact is None:
        raise _unknown_phone()
    return contact


def _unknown_phone() -> NotFoundException:
    return NotFoundException(detail="This phone is not known here; make a new one.")


def _keep_pace(limit: Limit, key: str) -> None:
    wait = limit.wait(key)
    if wait > 0:
        raise TooManyRequestsException(
            detail="That was too fast; try again in a moment.", headers={"Retry-After": str(math.ceil(wait))}
        )


def _bad_request(_: Request[Any, Any, Any], error: posted.BadRequest) -> Response[dict[str, str]]:
    return _error(400, str(error))


def _refused(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, str]]:
    return _error(error.status_code, error.detail, error.headers)


def _database_away(_: Request[Any, Any, Any], error: SQLAlchemyError) -> Response[dict[str, str]]:
    log.error("the simulator's database does not answer: %s", type(error).__name__)
    return _error(503, "The database does not answer; try again in a moment.", {"Retry-After": "3"})


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response[dict[str, str]]:
    return Response({"error": sentence}, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})})
