"""Signing in with the organisation's own accounts: OpenID Connect, authorization code with PKCE.

The provider says who somebody is; which roles they have is said here. Nobody gets an account by signing in.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from litestar import Response, get
from litestar.datastructures import Cookie

from bot import audit, crypto, staff
from bot.console import navigation
from bot.console.access import PUBLIC, entry
from bot.console.desk import Desk
from bot.console.signing_in import safe_path, set_session
from bot.console.texts import N_
from bot.settings import Settings

log = logging.getLogger(__name__)

TRIP = "waymark-openid"
TRIP_SECONDS = 600
KEPT = 3600.0  # seconds that the provider's description and keys are kept
ALGORITHMS = ["RS256", "PS256", "ES256"]  # none that a public key could be mistaken for the secret of
FAILED = N_("Signing in with {provider} did not work. Try again, or sign in with your password.")
NO_ACCOUNT = N_("You signed in with {provider}, but there is no account for you here. Ask an admin.")

_known: dict[str, tuple[float, dict[str, Any]]] = {}


@get("/openid", **entry(PUBLIC))
def leave(desk: Desk, next: str = "") -> Response[str]:
    """To the provider. What must come back unchanged travels sealed in a cookie of this browser alone."""
    if not desk.settings.openid:
        desk.missing()
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    try:
        provider = _fetched(f"{desk.settings.openid_issuer}/.well-known/openid-configuration")
        with _client(desk.settings) as client:
            address, state = client.create_authorization_url(
                provider["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
    except (httpx.HTTPError, KeyError, ValueError) as error:
        return _failed(desk, error)
    trip = json.dumps({"state": state, "nonce": nonce, "verifier": verifier, "next": safe_path(next), "at": time.time()})
    response = desk.go(address)
    response.set_cookie(
        Cookie(
            key=TRIP,
            value=crypto.keyring().encrypt(trip.encode()).decode(),
            path="/console/openid",
            max_age=TRIP_SECONDS,
            httponly=True,
            secure=desk.secure,
            samesite="lax",  # the provider sends the browser back here
        )
    )
    return response


@get("/openid/back", **entry(PUBLIC))
def back(desk: Desk, code: str = "") -> Response[str]:
    """From the provider."""
    trip, state = _trip(desk), desk.request.query_params.get("state", "")  # Litestar keeps the argument of this name for itself
    if not desk.settings.openid or trip is None or not code or not secrets.compare_digest(state, trip["state"]):
        return _failed(desk, None)
    try:
        claims = _claims(desk.settings, code, trip)
    except (httpx.HTTPError, AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
        return _failed(desk, error)
    with desk.database.write() as session:
        # An address that nobody has verified is what somebody typed into a form.
        person = staff.by_email(session, str(claims.get("email", ""))) if claims.get("email_verified") is True else None
        if person is None or not person.active:
            return desk.go("/console/sign-in", desk.text(NO_ACCOUNT, provider=desk.settings.openid_name))
        staff.end_session(session, desk.token)
        token = staff.begin_session(session, person, "openid", totp_passed=True)
        audit.add(session, person.email, "session.begun", "staff", str(person.id), way="openid")
        roles = frozenset(person.roles)
    response = desk.go(str(trip["next"]) or navigation.first(roles))
    set_session(desk, response, token)
    response.delete_cookie(TRIP, path="/console/openid")
    return response


def _trip(desk: Desk) -> dict[str, Any] | None:
    try:
        sealed = desk.request.cookies.get(TRIP, "")
        trip: dict[str, Any] = json.loads(crypto.keyring().decrypt(sealed.encode()))
    except Exception:  # not ours, or sealed with a key that is gone
        return None
    return trip if time.time() - float(trip["at"]) < TRIP_SECONDS else None


def _claims(settings: Settings, code: str, trip: dict[str, Any]) -> dict[str, Any]:
    """What the provider says of this person, checked as OpenID Connect Core 3.1.3.7 asks."""
    provider = _fetched(f"{settings.openid_issuer}/.well-known/openid-configuration")
    with _client(settings) as client:
        token = client.fetch_token(provider["token_endpoint"], code=code, code_verifier=trip["verifier"])
    decoded = jwt.decode(token["id_token"], KeySet.import_key_set(_fetched(provider["jwks_uri"])), algorithms=ALGORITHMS)
    registry = jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": provider["issuer"]},
        aud={"essential": True, "value": settings.openid_client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": trip["nonce"]},
        sub={"essential": True},
    )
    registry.validate(decoded.claims)
    return dict(decoded.claims)


def _client(settings: Settings) -> OAuth2Client:
    return OAuth2Client(
        settings.openid_client_id,
        settings.openid_client_secret,
        scope="openid email",
        redirect_uri=f"{settings.public_url}/console/openid/back",
        code_challenge_method="S256",
        timeout=10,
    )


def _fetched(address: str) -> dict[str, Any]:
    """A document of the provider, kept for an hour. A key that is new after that is found by fetching again."""
    at, document = _known.get(address, (0.0, {}))
    if time.monotonic() - at > KEPT or not document:
        answer = httpx.get(address, timeout=10, follow_redirects=False)
        answer.raise_for_status()
        document = answer.json()
        _known[address] = (time.monotonic(), document)
    return document


def _failed(desk: Desk, error: Exception | None) -> Response[str]:
    if error is not None:
        # Only the class: its text may hold a code or a token.
        log.warning("signing in with OpenID Connect failed: %s", type(error).__name__)
        _known.clear()
    return desk.go("/console/sign-in", desk.text(FAILED, provider=desk.settings.openid_name))


HANDLERS = [leave, back]
