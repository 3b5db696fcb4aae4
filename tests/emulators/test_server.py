"""The loopback server the emulators and the product's own applications run on in tests."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from litestar import Litestar, get

from .provider import only_loopback, rebased
from .server import Server


@get("/", sync_to_thread=False)
def greet() -> str:
    return "hello"


def test_an_application_is_served_on_loopback_and_its_lifespan_is_run() -> None:
    seen: list[str] = []
    app = Litestar([greet], on_startup=[lambda: seen.append("up")], on_shutdown=[lambda: seen.append("down")])
    with Server(app) as server:
        assert httpx.get(server.url).text == "hello"
        assert server.url.startswith("http://127.0.0.1:")
        assert seen == ["up"]
    assert seen == ["up", "down"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_a_stopped_server_starts_again_on_its_port_and_stopping_twice_does_nothing() -> None:
    server = Server(Litestar([greet])).start()
    url = server.url
    for _ in range(2):
        server.stop()
    with server.start():
        assert httpx.get(url).text == "hello"


def test_an_application_that_does_not_start_is_an_error() -> None:
    def fail() -> None:
        raise OSError("no database")

    with pytest.raises(RuntimeError, match="did not start"):
        Server(Litestar([greet], on_startup=[fail])).start()


def test_there_is_no_address_before_the_first_start() -> None:
    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError

    with pytest.raises(RuntimeError, match="never started"):
        _ = Server(nothing).url


def test_only_the_scheme_and_host_of_a_public_address_are_replaced() -> None:
    assert rebased("https://a.example/x/y?z=1&z=2", "http://127.0.0.1:8000") == "http://127.0.0.1:8000/x/y?z=1&z=2"
    assert only_loopback("http://127.0.0.1:8000/x")
    with pytest.raises(ValueError, match="not on loopback"):
        only_loopback("https://api.telegram.org/")
