"""Offices as HSDS 3.0: one JSON document of services with what belongs to them, or the same as tables in a ZIP file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

from bot.i18n import cldr, country_name
from bot.offices import tabular
from bot.offices.hsds import hours, profile
from bot.offices.searching import LINES
from bot.tables import Office

Object = dict[str, Any]
Tables = dict[str, list[Object]]

# Table → its columns in HSDS 3.0, as far as we fill them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "organizations": ("id", "name", "description"),
    "services": ("id", "organization_id", "name", "description", "url", "email", "status", "assured_date", "alert"),
    "locations": (
        "id",
        "location_type",
        "organization_id",
        "name",
        "latitude",
        "longitude",
        "external_identifier",
        "external_identifier_type",
    ),
    "service_at_locations": ("id", "service_id", "location_id"),
    "addresses": ("id", "location_id", "address_1", "city", "state_province", "postal_code", "country", "address_type"),
    "phones": ("id", "service_at_location_id", "number", "type"),
    "schedules": (
        "id",
        "service_at_location_id",
        "valid_from",
        "valid_to",
        "dtstart",
        "until",
        "wkst",
        "freq",
        "interval",
        "byday",
        "opens_at",
        "closes_at",
        "description",
    ),
    "languages": ("id", "service_id", "name", "code"),
    "service_areas": ("id", "service_id", "name", "extent", "extent_type"),
    "attributes": ("id", "link_id", "taxonomy_term_id", "link_entity", "value"),
    "taxonomy_terms": ("id", "code", "name", "description", "taxonomy", "taxonomy_id"),
    "taxonomies": ("id", "name", "description"),
}


def document(offices: Iterable[Office]) -> Object:
    """All services on one page of a list, as the HSDS API gives them."""
    contents = [service(office) for office in offices]
    return {
        "total_items": len(contents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(contents),
        "first_page": True,
        "last_page": True,
        "empty": not contents,
        "contents": contents,
    }


def write_json(offices: Iterable[Office]) -> bytes:
    """One service a line: small, and two exports can be compared."""
    whole = document(offices)
    services = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in whole["contents"])
    head = json.dumps({key: value for key, value in whole.items() if key != "contents"})
    return f'{head[:-1]}, "contents": [\n{services}\n]}}\n'.encode()


def write_zip(offices: Iterable[Office]) -> bytes:
    """A CSV file for each table that has rows. Cells that a spreadsheet would run are guarded."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, rows in tables(offices).items():
            cells = [{key: _cell(row.get(key)) for key in COLUMNS[name]} for row in rows]
            packed.writestr(zipfile.ZipInfo(f"{name}.csv", (2000, 1, 1, 0, 0, 0)), tabular.table(COLUMNS[name], cells))
    return file.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else tabular.guarded(str(value))


def service(office: Office) -> Object:
    """One office as a service with its organization and its one place."""
    own = profile.made("service", office.id)
    return {
        "id": own,
        "name": _name(office),
        **_filled(description=office.note, url=office.url, email=office.email, alert=office.alert),
        **_filled(assured_date=office.checked_on.isoformat() if office.checked_on else ""),
        "status": office.status,
        "organization": _organization(office),
        "service_areas": [_area(office)] if office.country else [],
        "languages": [_language(office, code) for code in office.languages],
        "service_at_locations": [
            {
                "id": profile.made("service_at_location", office.id),
                "location": _location(office),
                "phones": [_phone(office, number) for number in office.phones],
                "schedules": hours.objects(office),
            }
        ],
        "attributes": [_attribute(office, code, text) for code, text in profile.extras(office).items()],
    }


def _name(office: Office) -> str:
    return office.names.get("en") or next(iter(office.names.values()), office.organization)


def _filled(**texts: str) -> Object:
    return {name: text for name, text in texts.items() if text}


def _organization(office: Office) -> Object:
    name = office.organization
    return {"id": profile.made("organization", name.casefold()), "name": name, "description": name}


def _area(office: Office) -> Object:
    name = country_name("en", office.country)
    return {"id": profile.made("service_area", office.id), "name": name, "extent": office.country, "extent_type": "text"}


def _language(office: Office, code: str) -> Object:
    name = cldr("en").languages.get(code.replace("-", "_"), code)
    return {"id": profile.made("language", office.id, code), "name": name, "code": code}


def _phone(office: Office, number: str) -> Object:
    return {"id": profile.made("phone", office.id, number), "number": number, "type": "voice"}


def _location(office: Office) -> Object:
    door = bool(office.addresses) or (office.lat is not None and office.kind not in LINES)
    point = {} if office.lat is None else {"latitude": office.lat, "longitude": office.lon}
    return {
        "id": profile.made("location", office.id),
        "location_type": "physical" if door else "virtual",
        "name": _name(office),
        **point,
        "external_identifier": office.id,
        "external_identifier_type": profile.OFFICE_ID,
        "addresses": [_address(office)] if office.addresses or office.cities else [],
    }


def _address(office: Office) -> Object:
    # Camps and many towns have neither province nor postal code; the specification wants the fields all the same.
    return {
        "id": profile.made("address", office.id),
        "address_1": office.addresses.get("en") or next(iter(office.addresses.values()), ""),
        "city": next(iter(office.cities), ""),
        "state_province": "",
        "postal_code": "",
        "country": office.country or "",
        "address_type": "physical",
    }


def _attribute(office: Office, code: str, text: str) -> Object:
    return {
        "id": profile.made("attribute", office.id, code),
        "link_id": profile.made("service", office.id),
        "link_entity": "service",
        "value": text,
        "taxonomy_term": {
            "id": profile.made("term", code),
            "code": code,
            "name": code,
            "description": profile.meaning(code),
            "taxonomy": profile.TAXONOMY,
        },
    }


def _taxonomy() -> Object:
    said = "What an office for people on the move has beyond HSDS"
    return {"id": profile.made("taxonomy"), "name": profile.TAXONOMY, "description": said}


def tables(offices: Iterable[Office]) -> Tables:
    """The same objects by table, tied by ids; tables without rows are left out."""
    found: Tables = {name: [] for name in COLUMNS}
    found["taxonomies"].append(_taxonomy())
    for office in offices:
        _spread(service(office), found)
    unique = {name: list({row["id"]: row for row in rows}.values()) for name, rows in found.items()}
    return {name: rows for name, rows in unique.items() if rows}


def _spread(one: Object, found: Tables) -> None:
    organization, [place] = one["organization"], one["service_at_locations"]
    own, location = {"service_id": one["id"]}, place["location"]
    found["organizations"].append(organization)
    found["services"].append(one | {"organization_id": organization["id"]})
    found["locations"].append(location | {"organization_id": organization["id"]})
    found["service_at_locations"].append({"id": place["id"], "location_id": location["id"], **own})
    found["addresses"] += [row | {"location_id": location["id"]} for row in location["addresses"]]
    for name in ("phones", "schedules"):
        found[name] += [row | {"service_at_location_id": place["id"]} for row in place[name]]
    for name in ("languages", "service_areas"):
        found[name] += [row | own for row in one[name]]
    for row in one["attributes"]:
        term = row["taxonomy_term"]
        found["attributes"].append(row | {"taxonomy_term_id": term["id"]})
        found["taxonomy_terms"].append(term | {"taxonomy_id": _taxonomy()["id"]})
