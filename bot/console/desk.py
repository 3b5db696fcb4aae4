"""What a handler of the console works with: who asks, in which language, and how to answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import Body
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from bot import i18n
from bot.console import navigation
from bot.console.access import Member, is_secure
from bot.console.texts import LOCALES, Words, negotiate
from bot.db import Database, utcnow
from bot.settings import Settings

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
SHARED = FOLDER.parent / "simulator" / "static"  # the sign of the product
SAID = "waymark-said"
LANGUAGE = "waymark-language"
MAX_VALUE = 20_000

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyRequest = Request[Any, Any, Any]

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Refused(HTTPException):
    """A polite no: shown as a page, or as a notice where HTMX asked."""

    status_code = 422


@lru_cache(maxsize=1)
def static_path() -> str:
    """Where scripts and styles are. The digest in it lets browsers keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted([*STATIC.rglob("*"), *SHARED.rglob("*")]):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"/console/static/{digest.hexdigest()[:12]}"


class Desk:
    """One request's ways to read, write and answer."""

    def __init__(self, database: Database, settings: Settings, request: AnyRequest) -> None:
        self.database = database
        self.settings = settings
        self.request = request
        self._member: Member | None = request.scope.get("user")
        chosen = self._member.locale if self._member else None
        self.locale = negotiate(
            request.query_params.get("lang"),
            chosen,
            request.cookies.get(LANGUAGE),
            request.headers.get("accept-language"),
        )
        self.words = Words(self.locale, self._member.timezone if self._member else "UTC")

    @property
    def member(self) -> Member:
        """Who has signed in. The guard has let nobody else in."""
        if self._member is None:
            raise LookupError("nobody has signed in")
        return self._member

    @property
    def is_fragment(self) -> bool:
        """HTMX asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def token(self) -> str:
        """The session's token."""
        return str(self.request.scope.get("auth") or "")

    @cached_property
    def now(self) -> datetime:
        """One moment for the whole request."""
        return utcnow()

    def text(self, message: str, /, **values: object) -> str:
        return self.words.text(message, **values)

    def page(self, template: str, /, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response[str]:
        """The template as a response. A notice left by `go` is shown once."""
        said = unquote(self.request.cookies.get(SAID, "")) if not self.is_fragment else ""
        html = self.render(template, said=said, **values)
        response = Response(html, media_type=MediaType.HTML, status_code=status, headers=headers or {})
        if said:
            response.delete_cookie(SAID, path="/console")
        return response

    def render(self, template: str, /, **values: Any) -> str:
        return _templates.get_template(template).render(**self._given(), **values)

    def _given(self) -> dict[str, Any]:
        csrf = str(ScopeState.from_scope(self.request.scope).csrf_token or "")
        return {
            "desk": self,
            "member": self._member,
            "locale": self.locale,
            "direction": "rtl" if self.locale in i18n.RIGHT_TO_LEFT else "ltr",
            "_": self.words.text,
            "ngettext": self.words.count,
            "words": self.words,
            "csrf": csrf,
            "csrf_field": Markup('<input type="hidden" name="_csrf_token" value="{}">').format(csrf),
            "static": static_path(),
            "name": self.settings.organization,
            "navigation": navigation.of(self._member.roles) if self._member and self._member.complete else [],
            "console_languages": [(locale, i18n.language_name(locale)) for locale in LOCALES],
            "is_right_to_left": lambda locale: (locale or "").split("-")[0] in i18n.RIGHT_TO_LEFT,
            "link": self.link,
        }

    def link(self, **changes: Any) -> str:
        """The address of this page with some of its query changed; None removes a part."""
        query = {key: self.request.query_params.getall(key, []) for key in self.request.query_params}
        for key, value in changes.items():
            query[key] = [] if value in (None, "") else [str(value)]
        encoded = urlencode([(key, value) for key, several in query.items() for value in several])
        return f"{self.request.url.path}?{encoded}" if encoded else self.request.url.path

    def go(self, path: str, said: str = "") -> Response[str]:
        """To another page, with a notice that is shown once there."""
        headers = {"HX-Redirect": path} if self.is_fragment else {"Location": path}
        response = Response("", media_type=MediaType.HTML, status_code=204 if self.is_fragment else 303, headers=headers)
        if said:
            response.set_cookie(
                Cookie(
                    key=SAID,
                    value=quote(said[:800]),
                    path="/console",
                    max_age=60,
                    httponly=True,
                    samesite="lax",
                    secure=self.secure,
                )
            )
        return response

    @property
    def secure(self) -> bool:
        return is_secure(self.settings)

    def refuse(self, message: str, status: int = 422, /, **values: object) -> NoReturn:
        """Raises a polite no, in the reader's language."""
        raise Refused(self.text(message, **values), status_code=status)

    def missing(self) -> NoReturn:
        raise NotFoundException


def value(form: Mapping[str, Any], name: str, limit: int = MAX_VALUE) -> str:
    """The first value of a field, stripped; empty where there is none. Line ends are those of Unix."""
    found = form.get(name, "")
    first = found[0] if isinstance(found, list) and found else found
    return str(first).replace("\r\n", "\n").replace("\0", "").strip()[:limit] if isinstance(first, (str, int, float)) else ""


def values(form: Mapping[str, Any], name: str) -> list[str]:
    """All values of a field that may stand several times."""
    found = form.get(name, [])
    several = found if isinstance(found, list) else [found]
    return [text for text in (str(one).strip()[:MAX_VALUE] for one in several) if text]


def whole(form: Mapping[str, Any], name: str) -> int | None:
    """A field as a whole number that fits the database; None where it is none."""
    text = value(form, name, 20)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
