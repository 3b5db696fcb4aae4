"""The queue of cases: by urgency and waiting time, with filters in the address and news as they come."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litestar import Response, get
from sqlalchemy import select

from bot import casework, referrals, teams
from bot.casework.queue import VIEWS
from bot.console import labels
from bot.console.access import entry
from bot.console.desk import Desk
from bot.console.texts import N_
from bot.tables import Referral

VIEW_TITLES = {
    "waiting": N_("Waiting"),
    "mine": N_("Mine"),
    "unread": N_("Unread"),
    "taken": N_("Taken"),
    "closed": N_("Closed"),
}


@get("/cases", **entry("caseworker"))
def queue(
    desk: Desk,
    view: str = "waiting",
    urgency: str = "",
    country: str = "",
    locale: str = "",
    channel: str = "",
    need: str = "",
    number: str = "",
    page: int = 1,
) -> Response[str]:
    filters = casework.Filters(view if view in VIEWS else "waiting", urgency, country, locale, channel, need, number[:16])
    page = min(max(1, page), 10_000)
    with desk.database.read() as session:
        rows, more = casework.queue(session, desk.member.id, filters, page)
        shown = [_shown(row, desk) for row in rows]
        counts = casework.counts(session, desk.member.id)
        choices = {} if desk.is_fragment else _choices(session, desk)
    template = "queue/list.html" if desk.is_fragment else "queue/queue.html"
    return desk.page(
        template,
        rows=shown,
        counts=counts,
        filters=filters,
        narrowed=any(value for name, value in asdict(filters).items() if name != "view"),
        choices=choices,
        page=page,
        more=more,
        views=[(name, desk.text(VIEW_TITLES[name])) for name in VIEWS],
        labels=labels,
    )


def _shown(row: casework.Row, desk: Desk) -> dict[str, Any]:
    """A case as the list shows it: the words of its need are cut, the rest is for the case's own page."""
    case = row.referral
    place = referrals.place_of(case)
    return {
        "case": case,
        "assignee": row.assignee,
        "unread": row.unread,
        "need": case.need if len(case.need) <= 140 else f"{case.need[:137]}…",
        "place": place.get("name") or "",
        "country": desk.words.country(case.country),
        "language": desk.words.language(case.locale),
        "waits_since": row.waits_since,
        "late": case.promised_by is not None and case.promised_by < desk.now and case.state == "open",
    }


def _choices(session: Any, desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: only what occurs."""
    mine = teams.visible(session, desk.member.id)
    found = session.execute(select(Referral.country, Referral.locale, Referral.channel).where(mine).distinct()).all()
    words = desk.words
    return {
        "country": _sorted({row.country: words.country(row.country) for row in found if row.country}),
        "locale": _sorted({row.locale: words.language(row.locale) for row in found}),
        "channel": _sorted({row.channel: desk.text(labels.CHANNEL.get(row.channel, row.channel)) for row in found}),
        "urgency": [(name, desk.text(title)) for name, title in labels.URGENCY.items()],
        "need": _sorted({name: desk.text(title) for name, title in labels.NEED.items()}),
    }


def _sorted(names: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda item: item[1])


HANDLERS = [queue]
