"""Migrations: an installation of before keeps all it has, and ends with the tables that the code expects."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import crypto, migrate
from bot.db import Base, Database, utcnow
from bot.settings import ROOT
from bot.tables import Answer, Referral


def to(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "migrations"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_what_an_earlier_installation_holds_is_kept(database_url: str) -> None:
    database = Database(database_url)
    to(database, "0001")
    need, now = crypto.keyring().encrypt(b"a lawyer"), utcnow()
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "insert into topic (id, category, need, sensitive, position, titles)"
                " values ('t', 'rights', 'legal', :no, 0, '{}')"
            ),
            {"no": False},
        )
        connection.execute(
            text(
                "insert into answer (topic_id, locale, version, status, review, sms, chat, sources, facts, created_at)"
                " values ('t', :locale, 1, 'published', 'drafted', 's', 'c', '[]', '[]', :now)"
            ),
            [{"locale": "en", "now": now}, {"locale": "fr", "now": now}],
        )
        connection.execute(
            text(
                "insert into referral (id, number, state, origin, urgency, need, locale, channel, created_at)"
                " values (7, 'W-AAAA-AA', 'open', 'asked', 'normal', :need, 'fr', 'sms', :now)"
            ),
            {"need": need, "now": now},
        )
        connection.execute(
            text("insert into referral_event (referral_id, kind, actor, at) values (7, 'opened', 'contact', :now)"), {"now": now}
        )
    migrate.migrate(database)
    migrate.migrate(database)  # again: nothing to do
    with database.read() as session:
        referral = session.get_one(Referral, 7)
        assert (referral.need, referral.need_kind, referral.version) == ("a lawyer", "general", 1)
        assert [event.kind for event in referral.events] == ["opened"], "its history was not lost with its old table"
        assert referral.changed_at == referral.created_at
        translated = {row.locale: row.translated_from for row in session.query(Answer)}
        assert translated == {"en": None, "fr": 1}
    database.close()


def test_the_migrated_tables_are_those_of_the_code(database_url: str) -> None:
    database = Database(database_url)
    migrate.migrate(database)
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    # SQLite tells foreign keys that were added later without what happens on deletion.
    different = [change for change in found if not (database.is_sqlite and change[0] in ("add_fk", "remove_fk"))]
    assert different == []
    database.close()


def test_a_migrated_database_refuses_to_change_the_audit(database_url: str) -> None:
    database = Database(database_url)
    migrate.migrate(database)
    with database.engine.begin() as connection:
        connection.execute(
            text("insert into audit_event (at, actor, action, kind, object_id, detail) values (:now, 'a', 'b', 'c', '1', '{}')"),
            {"now": utcnow()},
        )
    for statement in ("update audit_event set actor = 'x'", "delete from audit_event"):
        with pytest.raises(DBAPIError), database.engine.begin() as connection:
            connection.execute(text(statement))
    database.close()
