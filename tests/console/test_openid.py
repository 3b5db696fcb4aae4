"""Signing in with an OpenID Connect provider: a real one over HTTP on loopback, with real signatures."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar.testing import TestClient

from bot import staff
from bot.console import openid
from bot.db import Database
from bot.settings import Settings
from bot.web import create_app
from tests.console.conftest import PASSWORD, Browser, text_of

KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})


class Provider:
    """Discovery, keys and tokens. `claims` and `key` are what the next ID token holds and is signed with."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"email": "editor@example.org", "email_verified": True}
        self.key = KEY
        self.challenges: dict[str, str] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None: ...

            def _say(self, document: dict[str, Any], status: int = 200) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                if self.path.endswith("/.well-known/openid-configuration"):
                    self._say(
                        {
                            "issuer": provider.issuer,
                            "authorization_endpoint": f"{provider.issuer}/authorize",
                            "token_endpoint": f"{provider.issuer}/token",
                            "jwks_uri": f"{provider.issuer}/keys",
                        }
                    )
                else:
                    self._say({"keys": [KEY.as_dict(private=False)]})

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
                if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != provider.challenges.pop(form["code"][0], ""):
                    self._say({"error": "invalid_grant"}, 400)
                    return
                self._say({"access_token": "a", "token_type": "Bearer", "id_token": provider.id_token(form["code"][0])})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.nonces: dict[str, str] = {}

    def id_token(self, code: str) -> str:
        now = int(time.time())
        given = {"iss": self.issuer, "aud": "waymark", "sub": "1", "exp": now + 300, "iat": now, "nonce": self.nonces[code]}
        return jwt.encode({"alg": "RS256", "kid": "k1"}, given | self.claims, self.key)

    def authorize(self, address: str) -> dict[str, str]:
        """The person agrees; returns the query the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = f"code{len(self.nonces)}"
        self.challenges[code], self.nonces[code] = asked["code_challenge"], asked["nonce"]
        return {"code": code, "state": asked["state"]}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    openid._known.clear()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def browser(provider: Provider, sqlite: Database, make_settings: Callable[..., Settings]) -> Iterator[Browser]:
    settings = make_settings(
        OPENID_ISSUER=provider.issuer, OPENID_CLIENT_ID="waymark", OPENID_CLIENT_SECRET="s", OPENID_NAME="Our accounts"
    )
    with sqlite.write() as session:
        staff.add(session, "editor@example.org", "Editor", ["editor"], PASSWORD)
    with TestClient(create_app(sqlite, settings), base_url="http://127.0.0.1:8000") as client:
        yield Browser(client)


def sign_in(browser: Browser, provider: Provider, **changed: str) -> Any:
    left = browser.get("/console/openid?next=/console/account")
    assert left.status_code == 303
    query = provider.authorize(left.headers["location"]) | changed
    return browser.get("/console/openid/back", params=query)


def test_somebody_with_an_account_is_signed_in(browser: Browser, provider: Provider) -> None:
    assert "Sign in with Our accounts" in text_of(browser.get("/console/sign-in"))
    came_back = sign_in(browser, provider)
    assert came_back.headers["location"] == "/console/account"
    assert browser.get("/console/account").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "stranger@example.org"},
        {"aud": "another"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1},
        {"nonce": "planted"},
    ],
)
def test_a_token_that_does_not_hold_opens_nothing(browser: Browser, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    assert sign_in(browser, provider).headers["location"] == "/console/sign-in"
    assert browser.get("/console/account").status_code == 303


def test_a_token_signed_by_somebody_else_opens_nothing(browser: Browser, provider: Provider) -> None:
    provider.key = OTHER_KEY
    sign_in(browser, provider)
    assert browser.get("/console/account").status_code == 303


def test_a_planted_state_opens_nothing(browser: Browser, provider: Provider) -> None:
    sign_in(browser, provider, state="planted")
    assert browser.get("/console/account").status_code == 303


def test_what_another_browser_brings_back_opens_nothing(browser: Browser, provider: Provider) -> None:
    query = provider.authorize(browser.get("/console/openid").headers["location"])
    other = Browser(browser.client)
    other.get("/console/openid/back", params=query)
    assert other.get("/console/account").status_code == 303


def test_an_account_that_is_switched_off_stays_out(browser: Browser, provider: Provider, sqlite: Database) -> None:
    with sqlite.write() as session:
        person = staff.by_email(session, "editor@example.org")
        assert person is not None
        person.active = False
    sign_in(browser, provider)
    assert browser.get("/console/account").status_code == 303


def test_a_provider_that_is_away_is_a_sentence_not_an_error(browser: Browser, provider: Provider) -> None:
    provider.server.shutdown()
    provider.server.server_close()
    sent = browser.get("/console/openid")
    assert sent.headers["location"] == "/console/sign-in"
    assert "did not work" in text_of(browser.follow(sent))


def test_without_a_provider_there_is_no_such_page(sqlite: Database, make_settings: Callable[..., Settings]) -> None:
    with TestClient(create_app(sqlite, make_settings()), base_url="http://127.0.0.1:8000") as client:
        assert Browser(client).get("/console/openid").status_code == 404
