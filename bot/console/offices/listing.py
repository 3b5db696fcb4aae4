"""The list of offices and the map: filters in the address, what waits to be checked, and checking in one click."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.di import Provide
from sqlalchemy.orm import Session

from bot import audit, i18n, offices
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, whole
from bot.console.offices import words
from bot.console.texts import N_
from bot.nlu.places import gazetteer
from bot.offices import editing, filtering
from bot.offices.filtering import NOWHERE, ORDERS, Filter
from bot.offices.loading import STATUSES
from bot.tables import Office

ROLES = ("editor", "admin")
PATH = "/console/offices"
MOST_TOWNS = 40
STALE = N_("Somebody changed this office while you were looking at it. Look again before you confirm it.")
CONFIRMED = N_("Checked today: {name}. The next check is due on {day}.")
_ORDER_TITLES = {
    "country": N_("By country"),
    "due": N_("Longest due first"),
    "checked": N_("Longest unchecked first"),
    "name": N_("By organisation"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An office as the list shows it."""

    office: Office
    name: str
    where: str
    kind: str
    needs: list[str]
    open_now: bool | None
    closed: bool
    overdue: bool


def _filter(
    q: str = "",
    country: str = "",
    kind: str = "",
    need: str = "",
    status: str = "",
    due: str = "",
    unverified: str = "",
) -> Filter:
    return Filter(
        text=q.strip()[:120],
        country=country[:4],
        kind=kind[:32],
        need=need[:32],
        status=status if status in (*STATUSES, "all") else "",
        due=due if due in ("over", "soon") else "",
        unverified=unverified == "1",
    )


def _ordered(wanted: Filter, order: str) -> Filter:
    return replace(wanted, order=order) if order in ORDERS else wanted


# For a handler that takes `wanted`: what its address asks for.
FILTERED = {"wanted": Provide(_filter, sync_to_thread=False)}


@get("/offices", dependencies=FILTERED, **entry(*ROLES))
def overview(desk: Desk, wanted: Filter, unplaced: str = "", order: str = "country", page: int = 1) -> Response[str]:
    wanted = replace(_ordered(wanted, order), unplaced=unplaced == "1")
    today = desk.now.date()
    with desk.database.read() as session:
        found = filtering.page(session, wanted, today, page)
        counts = filtering.counts(session, today)
        choices = _choices(session, desk)
    return desk.page(
        "offices/list.html",
        rows=[_shown(office, desk) for office in found.offices],
        found=found,
        counts=counts,
        choices=choices,
        tabs=_tabs(desk, counts),
        back=desk.link(),
        **_given(wanted),
    )


@get("/offices/map", dependencies=FILTERED, **entry(*ROLES))
def map_page(desk: Desk, wanted: Filter, order: str = "country", page: int = 1) -> Response[str]:
    wanted = _ordered(wanted, order)
    with desk.database.read() as session:
        found = filtering.page(session, replace(wanted, placed=True), desk.now.date(), page)
        unplaced = filtering.page(session, replace(wanted, unplaced=True), desk.now.date(), size=1).total
        choices = _choices(session, desk)
    rows = [_shown(office, desk) for office in found.offices]
    return desk.page("offices/map.html", rows=rows, found=found, unplaced=unplaced, choices=choices, **_given(wanted))


@get("/offices/markers", dependencies=FILTERED, **entry(*ROLES))
def markers(desk: Desk, wanted: Filter) -> Response[list[dict[str, Any]]]:
    """Every office of the filters that has a point."""
    with desk.database.read() as session:
        found = filtering.everything(session, replace(wanted, placed=True), desk.now.date())
    return Response([_marker(desk, office) for office in found])


@get("/offices/towns", **entry(*ROLES))
def towns(south: float, west: float, north: float, east: float) -> Response[list[dict[str, Any]]]:
    """The largest places in a piece of the map, which say where one is where there are no pictures of it."""
    known = gazetteer()
    columns = known.index.columns
    lat, lon = columns["lat"], columns["lon"]
    inside = ((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)).nonzero()[0]
    largest = inside[columns["population"][inside].argsort()[::-1][:MOST_TOWNS]]
    places = [known.place(int(row), "") for row in largest]
    return Response([{"name": place.name, "lat": place.lat, "lon": place.lon} for place in places])


@post("/offices/town", **entry(*ROLES))
def town(desk: Desk, data: Form) -> Response[str]:
    """Places of the name in the form, to choose the one that is meant."""
    name = next(iter(value(data, "city", 400).splitlines()), "")
    country = value(data, "country", 2)
    mentions = gazetteer().find(name.title() if name.islower() else name, country or None) if name else []
    places = [place for mention in mentions[:1] for place in mention.candidates]
    inside = [place for place in places if place.country == country]
    return desk.page("offices/town.html", places=inside or places)


@post("/offices/edit/{office_id:str}/check", **entry(*ROLES))
def check(desk: Desk, office_id: str, data: Form) -> Response[str]:
    """Somebody has made sure that all of it is right."""
    today = desk.now.date()
    with desk.database.write() as session:
        office = editing.locked(session, office_id) or desk.missing()
        if office.version != whole(data, "version"):
            desk.refuse(STALE, 409)
        differences = editing.confirm(session, office, today, desk.member.email)
        audit.add(session, desk.member.email, "office.checked", "office", office.id, changes=differences, version=office.version)
    if desk.is_fragment:
        return desk.page("offices/row.html", row=_shown(office, desk), back=back(data, PATH), words_of=words)
    said = desk.text(CONFIRMED, name=words.name(office, desk.locale), day=desk.words.day(office.review_due))
    return desk.go(back(data, address(office)), said)


def address(office: Office) -> str:
    """The page of an office. Ids may hold letters of any script."""
    return f"{PATH}/edit/{quote(office.id, safe='')}"


def back(data: Any, otherwise: str) -> str:
    """The list with the filters that a form came from, if it came from there."""
    asked = value(data, "back", 2000)
    return asked if asked == PATH or asked.startswith(f"{PATH}?") else otherwise


def _given(wanted: Filter) -> dict[str, Any]:
    """The filter for templates, and as the query of an address."""
    plain = asdict(wanted)
    names = {"text": "q"}
    said = {names.get(name, name): "1" if value is True else value for name, value in plain.items() if value and name != "order"}
    query = urlencode(said)
    return {
        "wanted": wanted,
        "query": f"?{query}" if query else "",
        "narrowed": bool(said),
        "words_of": words,
        "NOWHERE": NOWHERE,
    }


def _tabs(desk: Desk, counts: filtering.Counts) -> list[tuple[str, str, int, str]]:
    """What waits: title, query, number, and the kind of its badge."""
    return [
        (desk.text(N_("In use")), "", counts.shown, ""),
        (desk.text(N_("Review due")), "due=over&order=due", counts.due, "warn"),
        (desk.text(N_("Due soon")), "due=soon&order=due", counts.soon, ""),
        (desk.text(N_("Not verified")), "unverified=1", counts.unverified, ""),
        (desk.text(N_("Closed for now")), "status=temporarily+closed", counts.closed + counts.over, ""),
    ]


def _choices(session: Session, desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: only what occurs."""
    countries = sorted(((code, desk.words.country(code)) for code in filtering.countries(session)), key=lambda pair: pair[1])
    present = set(filtering.kinds(session))
    return {
        "country": [*countries, (NOWHERE, words.country(desk, None))],
        "kind": [pair for pair in words.kinds(desk, present) if pair[0] in present],
        "need": [*words.needs(desk), (NOWHERE, desk.text(N_("None")))],
        "status": [*((code, desk.text(title)) for code, title in words.STATUS.items()), ("all", desk.text(N_("All states")))],
        "order": [(code, desk.text(title)) for code, title in _ORDER_TITLES.items()],
    }


def _shown(office: Office, desk: Desk) -> Shown:
    today = desk.now.date()
    where = [*office.cities[:2], words.country(desk, office.country)]
    return Shown(
        office=office,
        name=words.name(office, desk.locale),
        where=("، " if desk.locale in i18n.RIGHT_TO_LEFT else ", ").join(where),
        kind=words.kind(desk, office.kind),
        needs=[title for code, title in words.needs(desk) if code in office.needs],
        open_now=editing.is_open_now(office, desk.now),
        closed=offices.is_closed(office, today),
        overdue=office.review_due is not None and office.review_due < today,
    )


def _marker(desk: Desk, office: Office) -> dict[str, Any]:
    return {
        "id": office.id,
        "name": words.name(office, desk.locale),
        "organization": office.organization,
        "lat": office.lat,
        "lon": office.lon,
        "exact": office.precision == "exact",
        "status": office.status,
    }
