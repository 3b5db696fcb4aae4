"""HSDS 3.0 documents and tables, our own and those of other directories, into rows for `importing.plan`."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from babel.core import get_global

from bot.i18n import cldr
from bot.offices import schedule, tabular
from bot.offices.hsds import hours, profile
from bot.offices.importing import Source
from bot.offices.needs import NEEDS
from bot.offices.tabular import Unreadable

Object = Mapping[str, Any]

MOST_UNPACKED = 30_000_000  # bytes: a small file can unpack to a very large one
# Column ← attribute term, where both say the same.
_TAKEN_AS_THEY_ARE = (
    "kind",
    "country",
    "precision",
    "holidays",
    "closed_until",
    "safety",
    "confidence",
    "source_url",
    "source_date",
    "review_due",
    "verified",
)


def read_json(content: bytes, known: Mapping[str, str], today: date) -> list[Source]:
    """Services of a list, of one object, of organizations, or of tables in JSON. `known`: see `profile.known`."""
    try:
        found = json.loads(tabular.decoded(content))
    except (ValueError, RecursionError):
        raise Unreadable("no_json") from None
    return list(_rows(_services(found), known, today))


def read_zip(content: bytes, known: Mapping[str, str], today: date) -> list[Source]:
    """The tables of a ZIP file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = [name for name in packed.namelist() if name.lower().endswith(".csv")]
            if sum(packed.getinfo(name).file_size for name in names) > MOST_UNPACKED:
                raise Unreadable("too_large")
            files = {_table_name(name): list(_csv(packed.read(name))) for name in names}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, csv.Error, EOFError):
        raise Unreadable("no_zip") from None
    return list(_rows(_nested(files), known, today))


def _csv(content: bytes) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(tabular.decoded(content), newline=""))
    for row in reader:
        yield {key: tabular.unguarded(text) for key, text in row.items() if key and isinstance(text, str) and text.strip()}


def _table_name(path: str) -> str:
    name = re.sub(r"\.csv$", "", path.rsplit("/", 1)[-1].lower())
    return {"service_at_location": "service_at_locations"}.get(name, name)


def _services(found: Any) -> list[Object]:
    if isinstance(found, dict):
        tables = {_table_name(str(name)): rows for name, rows in found.items() if isinstance(rows, list)}
        if "services" in tables and "id" not in found:
            return _nested({name: [row for row in rows if isinstance(row, dict)] for name, rows in tables.items()})
        return _services(found["contents"]) if isinstance(found.get("contents"), list) else _services([found])
    if not isinstance(found, list):
        raise Unreadable("no_hsds")
    services = [service for one in found if isinstance(one, dict) for service in _services_of(one)]
    if not services and found:
        raise Unreadable("no_hsds")
    return services


def _services_of(one: Object) -> list[Object]:
    """The services of a list's object: itself, those of an organization, or the one of a service at a location."""
    if "services" in one:
        bare = {key: one[key] for key in one if key not in ("services", "locations", "programs")}
        # A service that names no place is where its organization is.
        there = {"service_at_locations": [{"location": location} for location in _objects(one, "locations")]}
        return [there | dict(service) | {"organization": bare} for service in _objects(one, "services")]
    if isinstance(one.get("service"), dict):
        return [dict(one["service"]) | {"service_at_locations": [one]}]
    return [one] if "name" in one and ("status" in one or "service_at_locations" in one or "organization" in one) else []


def _nested(tables: Mapping[str, Sequence[Object]]) -> list[Object]:
    """Tables tied by ids into services with what belongs to them."""
    if not tables.get("services"):
        raise Unreadable("no_hsds")
    rows = {name: [dict(row) for row in found] for name, found in tables.items()}
    terms = {row.get("id"): row for row in rows.get("taxonomy_terms", [])}
    for row in rows.get("attributes", []):
        row["taxonomy_term"] = terms.get(row.get("taxonomy_term_id"), {})
    organizations, locations = ({row.get("id"): row for row in rows.get(name, [])} for name in ("organizations", "locations"))
    by_service, by_place, by_location = (_grouped(rows, key) for key in ("service_id", "service_at_location_id", "location_id"))
    by_link = _group(rows.get("attributes", []), "link_id")
    services: list[Object] = []
    for service in rows["services"]:
        own = by_service.get(service.get("id"), {})
        places = [
            place
            | by_place.get(place.get("id"), {})
            | {"location": locations.get(place.get("location_id"), {}) | by_location.get(place.get("location_id"), {})}
            for place in own.get("service_at_locations", [])
        ]
        more = {"organization": organizations.get(service.get("organization_id"), {}), "service_at_locations": places}
        services.append(service | own | more | {"attributes": by_link.get(service.get("id"), [])})
    return services


def _grouped(rows: Mapping[str, Sequence[dict[str, Any]]], key: str) -> dict[Any, dict[str, list[dict[str, Any]]]]:
    """Owner → table → its rows."""
    found: dict[Any, dict[str, list[dict[str, Any]]]] = {}
    for name, several in rows.items():
        for owner, own in _group(several, key).items():
            found.setdefault(owner, {})[name] = own
    return found


def _group(rows: Iterable[dict[str, Any]], key: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get(key):
            found.setdefault(row[key], []).append(row)
    return found


def _rows(services: Sequence[Object], known: Mapping[str, str], today: date) -> Iterator[Source]:
    line = 0
    for service in services:
        places = _objects(service, "service_at_locations") or [{}]
        for place in places:
            line += 1
            yield Source(_row(service, place, len(places) > 1, known, today), line)


def _row(service: Object, place: Object, one_of_several: bool, known: Mapping[str, str], today: date) -> dict[str, str]:
    location, organization = _object(place, "location"), _object(service, "organization")
    extra = _extras(service)
    levels = (place, location, service)
    schedules = [one for level in levels for one in _objects(level, "schedules")]
    office_id, ours = _office_id(service, place, location, known)
    name = _text(service, "name")
    if one_of_several and _text(location, "name"):
        name = f"{name}, {_text(location, 'name')}"
    row = {
        "id": office_id,
        "organization": _text(organization, "name"),
        f"name_{extra['name_in']}" if extra.get("name_in") else "name": name,
        "needs": "|".join(_needs(service)),
        "phones": "|".join(_phones((*levels, organization))),
        "languages": "|".join(_languages(levels)),
        "status": _text(service, "status"),
        "note": _text(service, "description"),
        "alert": _text(service, "alert"),
        "checked_on": _text(service, "assured_date")[:10],
        "url": _first(_text(service, "url"), _text(location, "url"), "" if ours else _text(organization, "website")),
        "email": _first(_text(service, "email"), "" if ours else _text(organization, "email")),
        "lat": _text(location, "latitude"),
        "lon": _text(location, "longitude"),
        "schedule": _schedule(extra.get("schedule", ""), schedules, today),
        "hours": _hours(extra, schedules),
    }
    row |= _where(location, extra, ours)
    row |= {column: extra.get(column, "") for column in _TAKEN_AS_THEY_ARE if column != "country"}
    row["holidays"] = "|".join(sorted({*hours.holidays_of(schedules), *filter(None, extra.get("holidays", "").split("|"))}))
    texts = {code.replace(":", "_", 1): text for code, text in extra.items() if re.match(r"(name|address):[A-Za-z-]+$", code)}
    # Without our attributes, what a file is silent about is not empty: it is unknown there.
    return {column: text for column, text in (row | texts).items() if text or extra or column == "id"}


def _office_id(service: Object, place: Object, location: Object, known: Mapping[str, str]) -> tuple[str, bool]:
    """Our id of it, and whether the file came from us or from somebody who keeps our ids."""
    if _text(location, "external_identifier_type") == profile.OFFICE_ID and _text(location, "external_identifier"):
        return _text(location, "external_identifier"), True
    ids = [_text(one, "id").lower() for one in (place, location, service)]
    if ids[0] in known:
        return known[ids[0]], True
    return f"hsds-{_first(*ids)}" if any(ids) else "", False


def _where(location: Object, extra: Mapping[str, str], ours: bool) -> dict[str, str]:
    addresses = _objects(location, "addresses")
    address = next((one for one in addresses if one.get("address_type") != "postal"), next(iter(addresses), {}))
    lines = [_text(address, "address_1"), _text(address, "address_2")]
    town = " ".join(filter(None, (_text(address, "postal_code"), _text(address, "city"))))
    if not ours and any(lines) and town not in " ".join(lines):
        lines.append(town)
    key = f"address_{extra['address_in']}" if extra.get("address_in") else "address"
    country = extra.get("country") or _text(address, "country")
    return {key: ", ".join(filter(None, lines)), "city": extra.get("cities") or _text(address, "city"), "country": country}


def _schedule(said: str, found: Sequence[Object], today: date) -> str:
    """Ours where it says what the objects say; whoever changed the objects is believed."""
    made = hours.text_of(found, today)
    week = schedule.parse(said)
    same = week is not None and (schedule.parse(made) or schedule.Week(((),) * 7)).days == week.days
    return said if same else made


def _hours(extra: Mapping[str, str], found: Sequence[Object]) -> str:
    if "hours" in extra:
        return extra["hours"]
    said = [_text(one, "description") for one in found if not hours.is_closed_day(one)]
    return "; ".join(dict.fromkeys(filter(None, said)))


def _extras(service: Object) -> dict[str, str]:
    """Values of the attributes that are ours, by the code of their term."""
    found: dict[str, str] = {}
    for one in _objects(service, "attributes"):
        term = _object(one, "taxonomy_term")
        if _text(term, "taxonomy") == profile.TAXONOMY and _text(term, "code"):
            found[_text(term, "code")] = _text(one, "value")
    return found


def _needs(service: Object) -> list[str]:
    codes = [_text(_object(one, "taxonomy_term"), "code") for one in _objects(service, "attributes")]
    return [need for need in (code.removeprefix(profile.NEED) for code in codes) if need in NEEDS]


def _phones(levels: Iterable[Object]) -> list[str]:
    """The numbers of the nearest level that has any."""
    for level in levels:
        numbers = [_text(one, "number").strip("\"' ") for one in _objects(level, "phones")]
        if any(numbers):
            return list(dict.fromkeys(number.replace("|", " ") for number in numbers if number))
    return []


def _languages(levels: Iterable[Object]) -> list[str]:
    found = [_language(one) for level in levels for one in _objects(level, "languages")]
    return list(dict.fromkeys(filter(None, found)))


def _language(one: Object) -> str:
    code, name = _text(one, "code").lower().replace("_", "-"), _text(one, "name")
    if code:
        return str(get_global("language_aliases").get(code, code)).replace("_", "-")  # eng → en
    named = {known.casefold(): key for key, known in cldr("en").languages.items()}
    return named.get(name.casefold(), name).replace("_", "-")


def _objects(one: Object, name: str) -> list[Object]:
    found = one.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _object(one: Object, name: str) -> Object:
    found = one.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(one: Object, name: str) -> str:
    found = one.get(name)
    return " ".join(str(found).split()) if isinstance(found, (str, int, float)) and not isinstance(found, bool) else ""


def _first(*texts: str) -> str:
    return next((text for text in texts if text), "")
