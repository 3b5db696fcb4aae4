"""Runs the product's processes and starts again what dies. One terminal, one Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

HEALTHY_AFTER = 20.0  # seconds: a process that lived this long starts again at once when it dies
LONGEST_PAUSE = 30.0
GRACE = 20.0  # seconds to finish a turn or a send


@dataclass(slots=True)
class Child:
    """One kept process."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    again_at: float = field(default=0.0)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches us alone, and we stop the children in our order.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603  # our own command line
        self.started = time.monotonic()

    def look(self, now: float) -> None:
        """Start it, or start it again after a pause that grows while it keeps dying."""
        if self.process is not None and self.process.poll() is not None:
            code, self.process = self.process.returncode, None
            self.deaths = 0 if now - self.started > HEALTHY_AFTER else self.deaths + 1
            pause = min(LONGEST_PAUSE, 0.5 * 2.0**self.deaths) if self.deaths else 0.0
            self.again_at = now + pause
            print(f"{self.name} ended with {code}; starting again in {pause:.0f} s", file=sys.stderr, flush=True)
        if self.process is None and now >= self.again_at:
            self.start()


class Supervisor:
    """Keeps children until told to stop by SIGTERM or SIGINT."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self._children = [Child(name, [sys.executable, "-m", "bot", *command]) for name, command in commands.items()]
        self._stopping = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            for child in self._children:
                child.look(time.monotonic())
            time.sleep(0.2)
        self._end()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        running = [c.process for c in self._children if c.process is not None and c.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
