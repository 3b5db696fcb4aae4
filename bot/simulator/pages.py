"""The pages: a landing page at `/` and the two phones at `/try`. No script or style stands in the HTML."""

from __future__ import annotations

import hashlib
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response, Router, get

from bot import i18n
from bot.settings import Settings
from bot.simulator import words

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@lru_cache(maxsize=1)
def static_path() -> str:
    """Where the scripts and styles are. The digest in it lets browsers keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"/try/static/{digest.hexdigest()[:12]}"


def router(settings: Settings) -> Router:
    @get("/", sync_to_thread=False)
    def landing(request: Request[Any, Any, Any]) -> Response[str]:
        return _page("landing.html", request, settings)

    @get("/try", sync_to_thread=False)
    def two_phones(request: Request[Any, Any, Any]) -> Response[str]:
        return _page("try.html", request, settings)

    return Router(path="/", route_handlers=[landing, two_phones], include_in_schema=False)


def _page(template: str, request: Request[Any, Any, Any], settings: Settings) -> Response[str]:
    locale = words.page_locale(request.query_params.get("lang"), request.headers.get("accept-language"))
    html = _templates.get_template(template).render(
        _=partial(i18n.translate, locale),
        locale=locale,
        direction="rtl" if locale in i18n.RIGHT_TO_LEFT else "ltr",
        languages=[(language, i18n.language_name(language)) for language in words.LANGUAGES],
        path=request.url.path,
        static=static_path(),
        name=settings.organization,
        words=words,
    )
    return Response(html, media_type=MediaType.HTML, headers=HEADERS)
