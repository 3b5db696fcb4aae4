"""What staff see when something is not there, not theirs, or broken."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Response
from litestar.exceptions import HTTPException, NotAuthorizedException

from bot.console.desk import AnyRequest, Desk, Refused
from bot.i18n import N_

log = logging.getLogger(__name__)

_SAID = {
    400: N_("The address or the form holds something that cannot be read."),
    403: N_("This page is not open to your account, or it was open too long. Go back, load it again and repeat what you did."),
    404: N_("There is no such page, or it is not yours to see."),
    405: N_("There is no such page, or it is not yours to see."),
    413: N_("The file is too large."),
    429: N_("Too many tries. Wait a minute."),
}
_BROKEN = N_("Something went wrong on our side. Nothing was changed. Try again in a moment.")


def sign_in(request: AnyRequest, error: NotAuthorizedException) -> Response[str]:
    """To the sign-in page, and back here afterwards."""
    if isinstance(error.extra, dict) and error.extra.get("totp"):
        return _go(request, "/console/account/second-factor")
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    came_from = f"?next={quote(wanted)}" if request.method == "GET" and not _is_fragment(request) else ""
    return _go(request, f"/console/sign-in{came_from}")


def page(request: AnyRequest, error: HTTPException) -> Response[str]:
    said = error.detail if isinstance(error, Refused) else None
    return _show(request, error.status_code, said)


def broken(request: AnyRequest, error: Exception) -> Response[str]:
    # Neither the query nor the exception's text: both may hold what somebody wrote.
    log.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__, exc_info=_traceback(error))
    return _show(request, 500, None)


def _traceback(error: Exception) -> Exception | None:
    """SQLAlchemy's errors print their parameters, which are people's words."""
    return None if hasattr(error, "params") else error


def _show(request: AnyRequest, status: int, said: str | None) -> Response[str]:
    desk = _desk(request)
    text = said or desk.text(_SAID.get(status, _BROKEN))
    if desk.is_fragment:
        # HTMX swaps the notice in and leaves the page as it is.
        headers = {"HX-Retarget": "#said", "HX-Reswap": "innerHTML"}
        html = desk.render("notice.html", said=text, kind="bad")
        return Response(html, media_type=MediaType.HTML, status_code=200 if status < 500 else status, headers=headers)
    return desk.page("error.html", status=status, explanation=text, code=status)


def _desk(request: AnyRequest) -> Desk:
    state: Any = request.app.state
    return Desk(state.database, state.settings, request)


def _go(request: AnyRequest, path: str) -> Response[str]:
    headers = {"HX-Redirect": path} if _is_fragment(request) else {"Location": path}
    status = 401 if _is_fragment(request) else 303
    return Response("", media_type=MediaType.HTML, status_code=status, headers=headers)


def _is_fragment(request: AnyRequest) -> bool:
    return request.headers.get("hx-request") == "true"
