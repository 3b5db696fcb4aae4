"""The keeper: sends word to staff, keeps promises honest, empties what is too old, clears away what has run out.

Several may run at once. Each job goes forward in short transactions of its own, so that SQLite's one writer is never
held for long, and a process that dies loses no more than one of them.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

from bot.db import Database
from bot.housekeeping import clearing, delivery, retention, slipping
from bot.settings import Settings

log = logging.getLogger(__name__)

Work = Callable[[Database, Settings], Iterator[None]]


@dataclass(slots=True)
class Job:
    """Work that is done again and again. It yields after each transaction, and the other jobs have their turn."""

    name: str
    every: float  # seconds from its end to its next start
    work: Work
    due: float = 0.0
    running: Iterator[None] | None = field(default=None)

    def step(self, database: Database, settings: Settings, now: float) -> bool:
        """One step, if it is time for one; False when there was nothing to do."""
        if self.running is None and now < self.due:
            return False
        if self.running is None:
            self.running = self.work(database, settings)
        try:
            next(self.running)
        except StopIteration:
            self._end(now)
        except Exception as error:
            # Only the class: an exception's text may hold what a person wrote, or where they are reached.
            log.error("housekeeping: %s failed: %s", self.name, type(error).__name__)
            self._end(now)
            return False
        return self.running is not None

    def _end(self, now: float) -> None:
        self.running = None
        # Jitter: several keepers that start together do not stay in step.
        self.due = now + self.every * (0.9 + random.random() / 5)  # noqa: S311  # not a secret


def jobs() -> list[Job]:
    return [
        Job("notifications", 2.0, delivery.send_waiting),
        Job("promises", 20.0, slipping.watch),
        Job("erasures", 15.0, clearing.finish_erasures),
        Job("corrections", 2.0, clearing.send_corrections),
        Job("unanswered questions", 60.0, clearing.group_unanswered),
        Job("figures", 600.0, clearing.settle_figures),
        Job("retention", 3600.0, retention.empty_what_is_old),
        Job("left-overs", 3600.0, clearing.clear),
    ]


class Keeper:
    """One process's loop over the jobs."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._jobs = jobs()

    def run(self, stop: Event, idle: float = 0.5) -> None:
        """Keep house until `stop` is set; the transaction at hand is finished first."""
        while not stop.is_set():
            if not self.step(stop):
                stop.wait(idle)

    def step(self, stop: Event | None = None) -> bool:
        """One step of each job; False when none had anything to do."""
        busy = False
        for job in self._jobs:
            if stop is not None and stop.is_set():
                break
            busy = job.step(self._database, self._settings, time.monotonic()) or busy
        return busy
