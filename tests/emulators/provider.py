"""What both emulated providers share: recorded requests, scripted faults, a server that can hang or hang up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from .server import Server

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

TICK = 0.02  # seconds between two looks at a clock or a queue


@dataclass(frozen=True)
class Request:
    """One HTTP request as it arrived; header names are lower case, `received` is Unix time in seconds."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes
    received: float

    @property
    def form(self) -> list[tuple[str, str]]:
        """The url-encoded fields in order, repeated ones repeated, empty ones kept."""
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)


@dataclass(frozen=True)
class Response:
    """What to answer, after `delay` seconds; with `drop` the connection is closed and nothing is answered."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    drop: bool = False


@dataclass
class Fault:
    """A scripted failure of the next `times` matching calls; with `accept` the call takes effect all the same."""

    times: int
    response: Response | None = None
    delay: float = 0.0
    drop: bool = False
    accept: bool = False
    target: str | None = None
    methods: tuple[str, ...] = ()

    def matches(self, target: str, method: str) -> bool:
        return self.times > 0 and self.target in (None, target) and (not self.methods or method in self.methods)

    def spoil(self, response: Response) -> Response:
        return replace(self.response or response, delay=self.delay, drop=self.drop)


class Provider:
    """A provider on loopback. `requests` holds all it was asked, `violations` each breach of its description."""

    def __init__(self) -> None:
        self._server = Server(self._application)
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._faults: list[Fault] = []
        self.requests: list[Request] = []
        self.violations: list[str] = []

    @property
    def url(self) -> str:
        """The base address, without a trailing slash."""
        return self._server.url

    def start(self) -> Self:
        self._stopping.clear()
        self._server.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    async def answer(self, request: Request) -> Response:
        """What the provider says to one request."""
        raise NotImplementedError

    def clear_faults(self) -> None:
        """Forgets the scripted faults that have not happened yet."""
        with self._lock:
            self._faults.clear()

    def _script(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def _with_faults(self, target: str, method: str, serve: Callable[[], Response]) -> Response:
        """Serves one call through the first fault that matches it, if any."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.matches(target, method)), None)
            if fault is None:
                return serve()
            fault.times -= 1
            return fault.spoil(serve() if fault.accept else Response(503))

    def _violate(self, request: Request, problems: list[str]) -> None:
        with self._lock:
            self.violations += [f"{request.method} {request.path}: {problem}" for problem in problems]

    async def _application(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        request = _request(scope, await _body(receive))
        with self._lock:
            self.requests.append(request)
        try:
            response = await self.answer(request)
        except Exception as error:
            self._violate(request, [f"the emulator itself failed: {error!r}"])
            raise
        stayed = await self._wait(response.delay, receive)
        if response.drop or not stayed:
            await _hang_up(receive, send)
        else:
            await _respond(response, send)

    async def _wait(self, seconds: float, receive: ASGIReceiveCallable) -> bool:
        """Waits unless the client gives up or the emulator stops; says whether there is still somebody to answer."""
        if not seconds:
            return True
        gone = asyncio.ensure_future(receive())
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not gone.done() and not self._stopping.is_set():
            await asyncio.wait({gone}, timeout=TICK)
        stayed = not gone.done() and not self._stopping.is_set()
        gone.cancel()
        return stayed


def rebased(url: str, base: str) -> str:
    """`url` with the scheme and host of `base`: the public address turned into the loopback one."""
    here, there = urlsplit(url), urlsplit(base)
    return urlunsplit((there.scheme, there.netloc, here.path, here.query, ""))


def only_loopback(url: str) -> str:
    """The URL itself. Raises ValueError for any other host: no test may reach a real one."""
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError(f"{url} is not on loopback: give the emulator the address that stands for it")
    return url


def _request(scope: HTTPScope, body: bytes) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], unquote(scope["path"]), query, headers, body, time.time())


async def _body(receive: ASGIReceiveCallable) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


async def _respond(response: Response, send: ASGISendCallable) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    headers.append((b"content-length", str(len(response.body)).encode("ascii")))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": False})


async def _hang_up(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    # ASGI has no word for closing a connection without an answer: uvicorn's own transport does it.
    cast(Any, send).__self__.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)
