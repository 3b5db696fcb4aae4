"""Runs an ASGI application for tests in a thread on 127.0.0.1."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import uvicorn

# Any ASGI 3 application; each framework has its own names for the three arguments.
Application = Callable[[Any, Any, Any], Awaitable[None]]
START_SECONDS = 10.0
STOP_SECONDS = 1.0  # what requests still being answered are given
TICK = 0.005


class _QuickServer(uvicorn.Server):
    """uvicorn waits twice 100 ms to stop, too long for hundreds of short tests; this one stops as soon as it can."""

    async def main_loop(self) -> None:
        while not self.should_exit:
            await asyncio.sleep(TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        state, deadline = self.server_state, time.monotonic() + STOP_SECONDS
        for connection in list(state.connections):
            connection.shutdown()
        while (state.connections or state.tasks) and time.monotonic() < deadline:
            await asyncio.sleep(TICK)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


class Server:
    """One application on a free loopback port. Started again it keeps its port, so an outage can be played."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._port = 0
        self._server: _QuickServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base address, without a trailing slash. Raises RuntimeError before the first start."""
        if not self._port:
            raise RuntimeError("the server was never started, so it has no port yet")
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Returns once requests are answered. Raises RuntimeError when the application does not start."""
        if self._thread is not None:
            return self
        # ws="none": uvicorn's automatic choice does not start beside websockets 10.4, which Rasa needs.
        # interface: uvicorn's guess takes a bound method for the older ASGI 2.
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            ws="none",
            http="h11",
            loop="asyncio",
            proxy_headers=False,
            log_config=None,
            log_level="warning",
            access_log=False,
        )
        self._server = _QuickServer(config)
        listener = self._listen()
        self._thread = threading.Thread(target=_run, args=(self._server, listener), daemon=True, name="test server")
        self._thread.start()
        self._await_start(listener)
        return self

    def stop(self) -> None:
        """Returns once the port is closed. Stopping twice does nothing."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        if self._thread.is_alive():
            raise RuntimeError("the test server did not stop")
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(128)
        self._port = int(listener.getsockname()[1])
        return listener

    def _await_start(self, listener: socket.socket) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._server is not None and self._thread is not None and not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self._server.should_exit = True
                self._server = self._thread = None
                listener.close()
                raise RuntimeError("the test server did not start")
            time.sleep(TICK)


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    # uvicorn leaves its thread by SystemExit when the application does not start; `start` sees that it is gone.
    with contextlib.suppress(SystemExit):
        server.run([listener])
