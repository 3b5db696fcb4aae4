"""`python -m benchmarks.console`: how long each page of the console takes on a database as after some busy months.

Seeds a database (or takes one that `benchmarks.seed_console` has made), starts the real web process, signs in, asks each page
30 times over loopback, prints median and 95th percentile, and ends with 1 where a median is above 150 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

from benchmarks import pages, seed_console
from benchmarks.seeding import EMAIL, PASSWORD
from bot import crypto, logs, settings
from bot.db import Database
from bot.web import create_app

LIMIT = 150.0  # ms at the median
TIMES = 30
PORT = 8473


@dataclass(frozen=True, slots=True)
class Measured:
    """One page. `status` other than 200: it leads elsewhere, or needs something that is not in its address."""

    address: str
    status: int
    kind: str
    size: int  # bytes
    times: list[float]  # ms
    cpu: float  # ms that the web process worked for each: what is left of the time on a machine that has nothing else to do

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def worst_of_twenty(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else self.median

    @property
    def is_page(self) -> bool:
        return self.status == 200 and self.kind.startswith("text/html")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--database", help="made by benchmarks.seed_console; without it one is made and thrown away")
    parser.add_argument("--scale", type=float, default=1.0, help="of the database that is made")
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--only", default="", help="a part of the addresses to measure")
    options = parser.parse_args(arguments)
    logs.set_up("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{Path(folder) / 'bench.db'}"
        if not options.database:
            seed_console.main(["--database", url, "--scale", str(options.scale)])
        found = measure(url, options.times, options.only)
    return report(found)


def measure(url: str, times: int, only: str = "") -> list[Measured]:
    config = settings.load()
    crypto.use(config.secret_keys)
    database = Database(url)
    with database.read() as session:
        filled = pages.parameters(session)
    wanted = pages.addresses(create_app(database, config), filled).values()
    database.close()
    with _web_process(url) as (base, process), httpx.Client(base_url=base, timeout=60) as client:
        _sign_in(client)
        return [_ask(client, process, address, times) for address in wanted if only in address]


@contextmanager
def _web_process(url: str) -> Iterator[tuple[str, psutil.Process]]:
    """The product's own, as `make run` starts it."""
    base = f"http://127.0.0.1:{PORT}"
    environment = os.environ | {"WAYMARK_DATABASE_URL": url, "WAYMARK_PORT": str(PORT), "WAYMARK_PUBLIC_URL": base}
    process = subprocess.Popen([sys.executable, "-m", "bot", "web"], env=environment)
    try:
        _wait_for(base, process)
        yield base, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            httpx.get(f"{base}/health/ready").raise_for_status()
            return
        except httpx.HTTPError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError("the web process does not answer")


def _sign_in(client: httpx.Client) -> None:
    client.get("/console/sign-in").raise_for_status()
    form = {"email": EMAIL, "password": PASSWORD, "_csrf_token": client.cookies["waymark-csrf"]}
    answer = client.post("/console/sign-in", data=form)
    if answer.status_code != 303:
        raise RuntimeError(f"signing in gave {answer.status_code}")


def _ask(client: httpx.Client, process: psutil.Process, address: str, times: int) -> Measured:
    answer = client.get(address)  # not counted: templates are compiled, connections opened
    taken, before = [], _worked(process)
    for _ in range(times if answer.status_code == 200 else 1):
        started = time.perf_counter()
        answer = client.get(address)
        taken.append(1000 * (time.perf_counter() - started))
    cpu = (_worked(process) - before) / len(taken)
    return Measured(address, answer.status_code, answer.headers.get("content-type", ""), len(answer.content), taken, cpu)


def _worked(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return 1000.0 * float(spent.user + spent.system)


def report(found: list[Measured]) -> int:
    """Print a table; 1 where a page is too slow."""
    slow = [page for page in found if page.is_page and page.median > LIMIT]
    print(f"{'page':<62}{'median':>9}{'p95':>9}{'work':>9}{'size':>9}")
    for page in sorted(found, key=lambda page: -page.median):
        said = "" if page.is_page else f"  {page.status} {page.kind.split(';')[0]}"
        mark = "  too slow" if page in slow else said
        print(f"{page.address[:61]:<62}{page.median:6.0f} ms{page.worst_of_twenty:6.0f} ms", end="")
        print(f"{page.cpu:6.0f} ms{page.size / 1000:6.0f} kB{mark}")
    print(f"{sum(page.is_page for page in found)} pages, {len(slow)} above {LIMIT:.0f} ms")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
