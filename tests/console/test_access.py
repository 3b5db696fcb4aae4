"""Every route of the console, walked as nobody and as each role, against a table of who may enter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from bot.web import create_app
from tests.console.conftest import Console

ROLES = ("caseworker", "editor", "admin")
# Method and path → who may enter, one a line. A new route fails this test until a person has written its line there.
TABLE: dict[str, str] = {
    line.split(" -> ")[0]: line.split(" -> ")[1]
    for line in (Path(__file__).parent / "access.txt").read_text(encoding="utf-8").splitlines()
}


def routes(console: Console) -> dict[str, HTTPRouteHandler]:
    """Method and path of every route under /console and /partner."""
    app = create_app(console.database, console.settings)
    found: dict[str, HTTPRouteHandler] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute) and re.match("/(console|partner)(/|$)", route.path):
            for handler in route.route_handlers:
                for method in handler.http_methods - {"HEAD", "OPTIONS"}:
                    if "/console/static" not in route.path:
                        found[f"{method} {route.path}"] = handler
    return found


def test_the_table_names_every_route_and_each_says_the_same(console: Console) -> None:
    said = {name: " ".join(sorted(handler.opt.get("entry", ("nobody",)))) for name, handler in routes(console).items()}
    assert said == TABLE


@pytest.mark.parametrize("who", ["nobody", *ROLES])
def test_each_role_enters_where_the_table_says_and_nowhere_else(console: Console, who: str) -> None:
    for name, allowed in TABLE.items():
        method, path = name.split(" ", 1)
        path = re.sub(r"\{\w+:int\}", "999999", re.sub(r"\{\w+:str\}", "none", path))
        if path in ("/console/events", "/console/sign-out"):
            continue  # the first does not end, the second ends the session: both have tests of their own
        browser = console.nobody() if who == "nobody" else console.as_(who)
        answer = browser.get(path) if method == "GET" else browser.post(path, {})
        to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/console/sign-in")
        may = allowed == "public" or (who != "nobody" and (allowed in ("any", "half") or who in allowed.split()))
        if may:
            assert answer.status_code not in (401, 403, 500), (name, answer.status_code)
            assert allowed in ("public", "half") or not to_sign_in, name
        elif who == "nobody":
            assert to_sign_in, (name, answer.status_code)
        else:
            assert answer.status_code == 403, (name, who, answer.status_code)


def test_nobody_hears_events(console: Console) -> None:
    assert console.nobody().get("/console/events").status_code == 303
    assert console.as_("editor").get("/console/events").status_code == 403


def test_a_route_that_does_not_say_who_may_enter_lets_nobody_in(console: Console) -> None:
    from litestar import get

    from bot.console import access

    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "secret"

    class Connection:
        scope = {"user": access.Member(1, "a@b", "A", frozenset(ROLES), (), None, "UTC", True, False)}

    with pytest.raises(Exception, match="403"):
        access.guard(Connection(), forgotten)  # type: ignore[arg-type]  # all that the guard looks at
