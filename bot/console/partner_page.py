"""The page of an office, without an account: behind a link that somebody of ours sent, and only after a press of a button.

Mail programs open links to look for dangers: to them the page says only that something waits.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import TooManyRequestsException
from sqlalchemy.orm import Session

from bot import audit, dossier, notifications, partners
from bot.console import case_words
from bot.console.access import PUBLIC, entry
from bot.console.desk import Desk, Form, value
from bot.console.texts import LOCALES, N_
from bot.i18n import language_name
from bot.tables import PartnerReferral

HEADERS = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
MOST, WINDOW = 30, 60.0  # requests of one address, seconds


class Limit:
    """At most `most` requests of one address in any `seconds`, in this process."""

    def __init__(self, most: int = MOST, seconds: float = WINDOW) -> None:
        self._most, self._seconds = most, seconds
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        now = time.monotonic()
        with self._lock:
            if len(self._times) > 10_000:
                self._times = {one: times for one, times in self._times.items() if times[-1] > now - self._seconds}
            times = self._times.setdefault(address, deque())
            while times and times[0] <= now - self._seconds:
                times.popleft()
            times.append(now)
            if len(times) > self._most:
                times.popleft()
                return False
            return True


_limits: dict[int, Limit] = {}  # by application


def _check_pace(desk: Desk) -> None:
    client = desk.request.client
    limit = _limits.setdefault(id(desk.request.app), Limit())
    if not limit.allows(client.host if client else ""):
        raise TooManyRequestsException


@get("/{token:str}", **entry(PUBLIC))
def waiting(desk: Desk, token: str) -> Response[str]:
    """Says that something waits. Looks at nothing else, so that opening the link is not reading."""
    _check_pace(desk)
    with desk.database.read() as session:
        there = partners.find(session, token) is not None
    return _page(desk, "partner_page/waiting.html", token, status=200 if there else 404, there=there)


@post("/{token:str}/open", **entry(PUBLIC))
def open_it(desk: Desk, token: str) -> Response[str]:
    _check_pace(desk)
    with desk.database.write() as session:
        found = _opened(session, token)
        if found is None:
            return _gone(desk, token)
        partner, shared = found
        audit.add(session, _actor(partner), "partner.opened", "case", str(partner.referral_id))
        return _shown(desk, token, partner, shared)


@post("/{token:str}/pdf", **entry(PUBLIC))
def as_pdf(desk: Desk, token: str) -> Response[bytes] | Response[str]:
    """What is shared as a document for the office's own files."""
    _check_pace(desk)
    with desk.database.write() as session:
        found = _opened(session, token)
        if found is None:
            return _gone(desk, token)
        partner, shared = found
        audit.add(session, _actor(partner), "partner.downloaded", "case", str(partner.referral_id))
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{shared.number}.pdf"'}
    return Response(dossier.to_pdf(shared, case_words.wording(desk)), media_type="application/pdf", headers=headers)


@post("/{token:str}/answer", **entry(PUBLIC))
def answer(desk: Desk, token: str, data: Form) -> Response[str]:
    _check_pace(desk)
    decision = value(data, "decision", 10)
    if decision not in ("accept", "decline"):
        desk.refuse(N_("Say whether you can help."))
    with desk.database.write() as session:
        found = _opened(session, token)
        if found is None:
            return _gone(desk, token)
        partner, shared = found
        try:
            case = partners.decide(session, partner, decision == "accept", value(data, "word", partners.MAX_ANSWER))
        except partners.NotNow:
            return _shown(desk, token, partner, shared)  # answered before: the page shows what stands
        notifications.notify(session, notifications.Event.PARTNER, case, desk.settings)
        if partner.state == "declined":
            return _page(desk, "partner_page/declined.html", token)
        return _shown(desk, token, partner, shared)


def _actor(partner: PartnerReferral) -> str:
    return f"office:{partner.office_id}"


def _opened(session: Session, token: str) -> tuple[PartnerReferral, dossier.Dossier] | None:
    """What the link opens; its row is held. None where it opens nothing any more."""
    partner = partners.find(session, token, lock=True)
    return (partner, dossier.read(partners.open_content(session, partner))) if partner else None


def _gone(desk: Desk, token: str) -> Response[str]:
    return _page(desk, "partner_page/waiting.html", token, status=404, there=False)


def _shown(desk: Desk, token: str, partner: PartnerReferral, shared: dossier.Dossier) -> Response[str]:
    return _page(
        desk,
        "partner_page/shared.html",
        token,
        partner=partner,
        number=shared.number,
        shown=case_words.shown(desk, shared.facts),
        spoken=shared.language,
        labels=case_words,
    )


def _page(desk: Desk, template: str, token: str, /, status: int = 200, **values: Any) -> Response[str]:
    languages = [(locale, language_name(locale)) for locale in LOCALES]
    return desk.page(template, status=status, headers=HEADERS, token=token, languages=languages, **values)


HANDLERS = [waiting, open_it, as_pdf, answer]
