"""What our offices have that HSDS has no field for: terms of our own taxonomy, and ids that stay the same."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from bot.tables import Office

# Any fixed id would do. It must never change: partners know our objects by what is made from it.
_NAMESPACE = uuid.UUID("6f0d2c52-5b8e-5f0a-9c0e-2f6f1f0a7d31")
TAXONOMY = "Waymark offices"
OFFICE_ID = "Waymark office"  # location.external_identifier_type
NEED = "need:"
EVERYWHERE = "*"

# Term code → what it says. A code may end in ":" and a locale.
TERMS: Mapping[str, str] = {
    "name": "The name in another language",
    "address": "The address in another language",
    "name_in": "The language of the service's name, where it is not English",
    "address_in": "The language of the address, where it is not English",
    "kind": "What kind of office or line it is",
    "cities": "Towns that it serves",
    "country": "The country that it serves (ISO 3166), EU for the members of the European Union, * for every country",
    "precision": "How exact the coordinates are: exact, city or country",
    "schedule": "The opening hours in the notation of OpenStreetMap",
    "hours": "The opening hours as the source lists them",
    "holidays": "Days on which it is closed",
    "closed_until": "The last day on which it is temporarily closed",
    "safety": "What people should know for their safety before they go",
    "confidence": "How sure the source is: high, medium or low",
    "source_url": "Where this was found",
    "source_date": "When the source was written",
    "review_due": "When it must be checked again",
    "verified": "Whether a person has confirmed it: yes or no",
}


def made(kind: str, *parts: str) -> str:
    """The id of an object: always the same for the same office."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join((kind, *parts))))


def known(office_ids: Iterable[str]) -> dict[str, str]:
    """Ids that our exports give to services, locations and both together → office id."""
    return {made(kind, one): one for one in office_ids for kind in ("service_at_location", "service", "location")}


def extras(office: Office) -> dict[str, str]:
    """Term code → value, for what is not empty."""
    found = {f"name:{locale}": text for locale, text in office.names.items() if locale != "en"}
    found |= {f"address:{locale}": text for locale, text in office.addresses.items() if locale != "en"}
    found |= {f"{NEED}{need}": need for need in office.needs}
    found |= {
        "name_in": first_locale(office.names),
        "address_in": first_locale(office.addresses),
        "kind": office.kind,
        "cities": "|".join(office.cities),
        "country": office.country or EVERYWHERE,
        "precision": office.precision,
        "schedule": office.schedule,
        "hours": office.hours,
        "holidays": "|".join(office.holidays or ()),
        "closed_until": str(office.closed_until or ""),
        "safety": office.safety,
        "confidence": office.confidence,
        "source_url": office.source_url,
        "source_date": office.source_date,
        "review_due": str(office.review_due or ""),
        "verified": "yes" if office.verified else "no",
    }
    return {code: text for code, text in found.items() if text}


def first_locale(texts: Mapping[str, str]) -> str:
    """The language of what stands in HSDS's one field; empty for English."""
    return "" if "en" in texts else next(iter(texts), "")


def meaning(code: str) -> str:
    """What a term says, for readers of an export."""
    if code.startswith(NEED):
        return f"People come with this need: {code.removeprefix(NEED)}"
    base, _, locale = code.partition(":")
    return TERMS[base] + (f" ({locale})" if locale else "")
