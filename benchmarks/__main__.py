"""`make bench`: what a turn costs, and whether it grows with the conversation. In one process, on SQLite.

Not yet here: stock Rasa beside it in the same run, PostgreSQL, several processes.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from bot import content, crypto, inbox, logs, migrate, model, settings
from bot.db import Database
from bot.messages import Incoming, Kind

MESSAGES = ("hello", "how can I apply for asylum?", "where is a doctor near Athens", "thank you", "je cherche un avocat")
TURNS = 300


def main() -> int:
    logs.set_up("ERROR")
    logs.quiet_rasa()
    config = settings.load()
    crypto.use(config.secret_keys)
    with tempfile.TemporaryDirectory() as folder:
        config = dataclasses.replace(config, database_url=f"sqlite:///{Path(folder) / 'bench.db'}")
        database = Database(config.database_url)
        migrate.migrate(database)
        with database.write() as session:
            content.load(session, config.content_dir)
        _measure(database, config)
        database.close()
    return 0


def _measure(database: Database, config: settings.Settings) -> None:
    from bot.agent import Assistant
    from bot.worker import Worker

    started = time.perf_counter()
    assistant = Assistant(model.ensure(config.models_dir))
    assistant.warm()
    print(f"model loaded and warm        {time.perf_counter() - started:8.1f} s")
    worker = Worker(database, config, lambda: assistant)
    times = [_turn(database, worker, MESSAGES[n % len(MESSAGES)]) for n in range(TURNS)]
    early, late = statistics.median(times[5:55]), statistics.median(times[-50:])
    print(f"turn, median of {TURNS}           {statistics.median(times) * 1000:8.1f} ms")
    print(f"turn, 95th percentile        {statistics.quantiles(times, n=20)[-1] * 1000:8.1f} ms")
    print(f"turns {TURNS - 50}-{TURNS} against 5-55     {late / early:8.2f} times")


def _turn(database: Database, worker: object, text: str) -> float:
    with database.write() as session:
        inbox.store(session, Incoming("webchat", "sms:bench", uuid.uuid4().hex, Kind.TEXT, text=text))
    started = time.perf_counter()
    worker.step()  # type: ignore[attr-defined]  # a Worker
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
