"""The console: caseworkers take cases, editors update answers, admins look after both. One module a screen."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from litestar import Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.static_files import create_static_files_router

from bot import crypto
from bot.console import errors
from bot.console.access import SignIn, guard, is_secure
from bot.console.desk import SHARED, STATIC, AnyRequest, Desk, static_path
from bot.db import Database
from bot.settings import Settings

SCREENS = (
    "signing_in",
    "openid",
    "account",
    "live",
    "queue",
    "cases",
    "writing",
    "partners",
    "export",
    "erase",
    "saved_replies",
    "answers",
    "translations",
    "examples",
    "unanswered",
    "offices",
    "recall",
    "overview",
    "staff_admin",
    "teams_admin",
    "options_admin",
    "audit_log",
    "retention",
)
PUBLIC_PAGES = ("partner_page",)  # at /partner, for offices without an account


def route_handlers(database: Database, settings: Settings) -> list[Router]:
    """Everything under /console and /partner."""

    def desk(request: AnyRequest) -> Desk:
        return Desk(database, settings, request)

    shared: dict[str, Any] = {
        "guards": [guard],
        "middleware": [SignIn],
        "dependencies": {"desk": Provide(desk, sync_to_thread=False)},
        "exception_handlers": {NotAuthorizedException: errors.sign_in, HTTPException: errors.page, Exception: errors.broken},
        "response_headers": headers(settings),
        "include_in_schema": False,
    }
    files = create_static_files_router(
        path=static_path(),
        directories=[STATIC, SHARED],
        name="console-static",
        cache_control=CacheControlHeader(max_age=31_536_000, public=True, immutable=True),
    )
    return [
        Router(path="/console", route_handlers=_handlers(SCREENS), **shared),
        Router(path="/partner", route_handlers=_handlers(PUBLIC_PAGES), **shared),
        files,
    ]


def _handlers(names: tuple[str, ...]) -> list[Any]:
    return [handler for name in names for handler in _screen(name).HANDLERS]


def _screen(name: str) -> ModuleType:
    return importlib.import_module(f"bot.console.{name}")


def headers(settings: Settings) -> dict[str, str]:
    """No script or style but our files; no other host but the map's, where there is one."""
    tiles = urlsplit(settings.map_tiles)
    tile_host = f" {tiles.scheme}://{tiles.netloc.replace('{s}', '*')}" if settings.map_tiles else ""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{tile_host}; connect-src 'self'; "
            "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
        **({"Strict-Transport-Security": "max-age=31536000"} if is_secure(settings) else {}),
    }


def csrf(settings: Settings) -> CSRFConfig:
    """Protects what a signed-in browser sends. Webhooks and the phone simulator have proofs of their own."""
    return CSRFConfig(
        secret=crypto.keyring().lookup("console csrf"),
        cookie_name="__Host-waymark-csrf" if is_secure(settings) else "waymark-csrf",
        header_name="x-csrf-token",
        cookie_path="/",
        cookie_secure=is_secure(settings),
        cookie_httponly=True,
        cookie_samesite="lax",
        exclude=["^/webhooks/", "^/try(/|$)", "^/health/"],
    )
