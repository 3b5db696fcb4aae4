"""Alembic's entry. The product hands a connection over; `alembic revision` on the command line opens its own."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

import bot.tables  # noqa: F401  # registers the tables
from bot import settings
from bot.db import Base, Database


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    _run(connection)
else:
    with Database(settings.load().database_url).engine.begin() as own:
        _run(own)
