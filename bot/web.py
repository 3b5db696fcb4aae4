"""The web process: webhooks, the console, the phone simulator, health. Never imports Rasa."""

from __future__ import annotations

import logging
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from sqlalchemy.exc import SQLAlchemyError

from bot import console, webhooks
from bot.db import Database
from bot.settings import Settings

log = logging.getLogger(__name__)

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
}


def create_app(database: Database, settings: Settings) -> Litestar:
    """The ASGI application."""

    @get("/health/live", media_type="text/plain", sync_to_thread=False)
    def live() -> str:
        return "ok"

    @get("/health/ready", media_type="text/plain", sync_to_thread=True)
    def ready() -> Response[str]:
        try:
            database.ping()
        except SQLAlchemyError:
            return Response("the database does not answer", status_code=503, media_type="text/plain")
        return Response("ok", media_type="text/plain")

    handlers: list[Any] = [live, ready, *webhooks.route_handlers(database, settings), *console.route_handlers(database, settings)]
    if settings.simulator:
        from bot import simulator

        handlers += simulator.route_handlers(database, settings)
    return Litestar(
        route_handlers=handlers,
        csrf_config=console.csrf(settings),
        state=State({"database": database, "settings": settings}, deep_copy=False),
        response_headers=SECURITY_HEADERS,
        exception_handlers={500: _server_error},
        openapi_config=None,
        request_max_body_size=1024 * 1024,
        debug=False,
    )


def _server_error(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    # Neither the path's query nor the exception's text: both may hold what somebody wrote.
    log.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
    return Response("Something went wrong on our side.", status_code=500, media_type="text/plain")
