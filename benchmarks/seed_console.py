"""`python -m benchmarks.seed_console --database URL`: a database as after some busy months, to measure the console on.

200,000 messages, 20,000 contacts, 5,000 cases, 100 topics in 17 languages with their versions; `--scale 0.1` makes a tenth.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from sqlalchemy import event

from benchmarks.seeding import EMAIL, PASSWORD, Made, Sizes, cases, content, count_on, is_empty, know_the_rows, messages, people
from bot import crypto, logs, migrate, settings, statistics
from bot.db import Database, utcnow
from bot.i18n import LANGUAGES
from bot.tables import (
    Base,
    ChoiceRow,
    EmergencyNumber,
    Invitation,
    Notification,
    Option,
    Presence,
    StaffSession,
    StatusCallback,
    TrackerRow,
)

PARTS = (
    people.add_staff,
    people.add_contacts,
    people.add_saved_replies,
    content.add_topics,
    content.add_offices,
    content.add_unanswered,
    cases.add_cases,
    messages.add_messages,
    messages.add_recalls,
    messages.add_audit,
)


def tables() -> list[type[Base]]:
    """Those that are filled; the others hold what lasts for minutes, or what Rasa remembers."""
    passing = {ChoiceRow, TrackerRow, StatusCallback, Notification, Presence, Invitation, Option, EmergencyNumber, StaffSession}
    return [mapper.class_ for mapper in Base.registry.mappers if mapper.class_ not in passing]


def seed(database: Database, sizes: Sizes, number: int = 1) -> Made:
    """Fill an empty, migrated database. Each part is a transaction of its own."""
    made = Made(random.Random(number))  # the same data each time, not a secret
    for part in PARTS:
        with database.write() as session:
            part(session, made, sizes)
            count_on(session)
    know_the_rows(database)
    _settle(database)
    return made


def _settle(database: Database) -> None:
    """What the keeper would have done: the figures of finished days are counted already."""
    kept = 1
    while kept:
        with database.write() as session:
            kept = statistics.settle_days(session, utcnow().date())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--database", required=True, help="an empty database, such as sqlite:////tmp/bench.db")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args(arguments)
    logs.set_up("ERROR")
    crypto.use(settings.load().secret_keys)
    database = Database(options.database)
    if database.is_sqlite:
        # Whatever is lost when the power goes is seeded again.
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    migrate.migrate(database)
    if not is_empty(database):
        print("This database is in use: seed an empty one.", file=sys.stderr)
        return 1
    sizes, started = Sizes().scaled(options.scale), time.perf_counter()
    seed(database, sizes)
    database.close()
    print(f"{sizes.messages:,} messages, {sizes.contacts:,} contacts, {sizes.cases:,} cases, ", end="")
    print(f"{sizes.topics} topics × {len(LANGUAGES)} languages in {time.perf_counter() - started:.0f} s")
    print(f"Sign in as {EMAIL} with “{PASSWORD}”.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
