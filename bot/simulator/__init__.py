"""The phone simulator: an SMS phone and a chat in the browser, whose messages take the path of any provider's."""

from __future__ import annotations

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from bot.db import Database
from bot.settings import Settings
from bot.simulator import api, pages


def route_handlers(database: Database, settings: Settings) -> list[Router]:
    """The landing page, `/try`, its files and its API; nothing where the simulator is switched off."""
    if not settings.simulator:
        return []
    files = create_static_files_router(
        path=pages.static_path(),
        directories=[pages.STATIC],
        name="simulator-static",
        # The path holds a digest of the files, so that what is there never changes.
        cache_control=CacheControlHeader(max_age=31_536_000, public=True, immutable=True),
    )
    return [pages.router(settings), api.router(database), files]
