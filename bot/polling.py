"""Telegram without a public address: ask for updates, store them, and only then confirm them."""

from __future__ import annotations

import asyncio
import logging
from threading import Event

from sqlalchemy.exc import DBAPIError
from telegram import Bot
from telegram import error as telegram_error

from bot.channels.telegram import ALLOWED_UPDATES, make_bot
from bot.db import Database
from bot.settings import Settings
from bot.webhooks import telegram_store

log = logging.getLogger(__name__)


class Poller:
    """One process's loop. An update is confirmed by asking for the next one after it was stored."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def run(self, stop: Event) -> None:
        asyncio.run(self._run(stop))

    async def _run(self, stop: Event) -> None:
        async with make_bot(self._settings) as bot:
            await bot.delete_webhook()
            offset = 0
            while not stop.is_set():
                try:
                    offset = await self.step(bot, offset)
                except (telegram_error.TelegramError, DBAPIError) as error:
                    log.warning("polling failed: %s", type(error).__name__)
                    await asyncio.sleep(3)

    async def step(self, bot: Bot, offset: int, timeout: int = 20) -> int:
        """Fetch and store one batch; returns the offset that confirms it."""
        updates = await bot.get_updates(offset=offset, timeout=timeout, allowed_updates=ALLOWED_UPDATES)
        for update in updates:
            await asyncio.to_thread(self._store, update.to_dict())
            offset = update.update_id + 1
        return offset

    def _store(self, data: dict[str, object]) -> None:
        try:
            work = telegram_store(data)
        except ValueError:
            return
        with self._database.write() as session:
            work(session)
