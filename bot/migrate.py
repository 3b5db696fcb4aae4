"""Brings the database to the newest revision (Alembic). Safe when several processes start at once."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from bot.db import Database
from bot.settings import ROOT

_LOCK = 7_203_914  # PostgreSQL advisory lock: any number that nobody else uses


def migrate(database: Database) -> None:
    """Run what is missing, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "migrations"))
    with database.engine.begin() as connection:
        if not database.is_sqlite:  # SQLite's BEGIN IMMEDIATE is the lock
            connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
