"""An office in words: short for an SMS, with map and web address for a chat. Always with when it was checked."""

from __future__ import annotations

from datetime import date

from bot import i18n
from bot.i18n import N_, translate
from bot.offices.schedule import hours_on
from bot.offices.search import Match
from bot.tables import Office

PHONE = N_("Tel. {phone}")
OPEN_TODAY = N_("Today {start}-{end}")
CLOSED_TODAY = N_("Closed today")
DAY_AND_NIGHT = N_("Day and night")
CITY_ONLY = N_("in {city}, ask for the address")
CHECKED = N_("checked {date}, not confirmed")
CONFIRMED = N_("checked {date}")
OVERDUE = N_("may be out of date")
MAP = N_("Map (city centre): {url}")
MAP_EXACT = N_("Map: {url}")
SAFETY = {
    "appointment only": N_("By appointment only"),
    "no in-person help": N_("By phone only"),
}


def describe(match: Match, locale: str, plain: bool, today: date) -> str:
    """One office. Plain is for SMS: no web address where there is a phone or an address."""
    office = match.office
    first = _name(office, locale)
    if match.km is not None and office.precision != "country":
        first = f"{first}, {i18n.distance(locale, match.km)}"
    parts = [first, _address(office, locale), *_phones(office, locale, plain), _hours(office, locale, today)]
    parts += [translate(locale, SAFETY[office.safety]) if office.safety in SAFETY else office.safety]
    parts += [office.alert, _checked(office, locale, today)]
    if plain:
        reachable = office.phones or office.addresses.get("")
        parts.insert(-1, "" if reachable else office.url)
        return "- " + ". ".join(part.rstrip(".") for part in parts if part) + "."
    parts[-1:] = [_map(match, locale), office.url, parts[-1]]
    return "\n".join(part for part in parts if part)


def _name(office: Office, locale: str) -> str:
    name = office.names.get(locale) or office.names.get("", office.id)
    known = office.organization.casefold() in name.casefold() or office.kind == "national_society"
    return name if known else f"{name} ({office.organization})"


def _address(office: Office, locale: str) -> str:
    address = office.addresses.get(locale) or office.addresses.get("", "")
    if address or not office.cities or office.phones:
        return address
    return "" if office.cities[0] in office.names.get("", "") else translate(locale, CITY_ONLY, city=office.cities[0])


def _phones(office: Office, locale: str, plain: bool) -> list[str]:
    if not office.phones:
        return []
    # Numbers run left to right also inside Arabic; the marks keep them so, and chat screens know them.
    shown = office.phones[:1] if plain else office.phones
    return [translate(locale, PHONE, phone=", ".join(shown))]


def _hours(office: Office, locale: str, today: date) -> str:
    if office.schedule == "24/7":
        return translate(locale, DAY_AND_NIGHT)
    spans = hours_on(office.schedule, today.weekday())
    if spans is None:
        return office.hours
    if not spans:
        return translate(locale, CLOSED_TODAY)
    start, end = spans[0][0], spans[-1][1]
    return translate(locale, OPEN_TODAY, start=f"{start:%H:%M}", end=f"{end:%H:%M}")


def _checked(office: Office, locale: str, today: date) -> str:
    if office.review_due is not None and today > office.review_due:
        return translate(locale, OVERDUE)
    if office.checked_on is None:
        return translate(locale, OVERDUE)
    words = CONFIRMED if office.verified else CHECKED
    return translate(locale, words, date=i18n.short_date(locale, office.checked_on))


def _map(match: Match, locale: str) -> str:
    office = match.office
    if office.lat is None or office.lon is None or office.precision == "country" or office.safety == "no in-person help":
        return ""
    zoom = 17 if office.precision == "exact" else 12
    point = f"mlat={office.lat:.5f}&mlon={office.lon:.5f}#map={zoom}/{office.lat:.5f}/{office.lon:.5f}"
    words = MAP_EXACT if office.precision == "exact" else MAP
    return translate(locale, words, url=f"https://www.openstreetmap.org/?{point}")
