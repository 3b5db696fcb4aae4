"""What offices' fields, states and problems are called on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.console import labels
from bot.console.desk import Desk
from bot.console.texts import N_
from bot.i18n import LANGUAGES, cldr
from bot.offices.fields import Problem
from bot.tables import Office

FIELD = {
    "organization": N_("Organisation"),
    "names": N_("Names"),
    "kind": N_("Kind"),
    "needs": N_("Needs"),
    "country": N_("Country"),
    "cities": N_("Towns"),
    "addresses": N_("Addresses"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "precision": N_("How exact the place is"),
    "place": N_("Place on the map"),
    "phones": N_("Phone numbers"),
    "email": N_("E-mail"),
    "url": N_("Web address"),
    "hours": N_("Hours as the source lists them"),
    "schedule": N_("Opening hours"),
    "holidays": N_("Holidays"),
    "languages": N_("Languages spoken"),
    "status": N_("State"),
    "closed_until": N_("Closed through"),
    "alert": N_("Alert"),
    "safety": N_("Remark for visitors"),
    "note": N_("Note for editors"),
    "confidence": N_("How sure the source is"),
    "source_url": N_("Source"),
    "source_date": N_("Date of the source"),
    "checked_on": N_("Checked on"),
    "review_due": N_("Review due"),
    "verified": N_("Verified"),
    "id": N_("Id"),
}
# Columns of a form or file → the field they belong to.
COLUMN = {"name": "names", "address": "addresses", "city": "cities"}
STATUS = {
    "active": N_("Active"),
    "temporarily closed": N_("Closed for now"),
    "inactive": N_("Not in use"),
    "defunct": N_("Gone for good"),
}
STATUS_KIND = {"active": "good", "temporarily closed": "warn", "inactive": "", "defunct": "bad"}
KIND = {
    "office": N_("Office"),
    "country_office": N_("Country office"),
    "field_office": N_("Field office"),
    "liaison_office": N_("Liaison office"),
    "headquarters": N_("Headquarters"),
    "national_society": N_("Red Cross or Red Crescent society"),
    "network": N_("Network of organisations"),
    "legal_aid": N_("Legal aid"),
    "reception": N_("Reception"),
    "reception_centre": N_("Reception centre"),
    "registration_centre": N_("Registration centre"),
    "transit_centre": N_("Transit centre"),
    "migrant_resource_centre": N_("Migrant resource centre"),
    "centre": N_("Centre"),
    "clinic": N_("Clinic"),
    "shelter": N_("Shelter"),
    "hotline": N_("Hotline"),
    "helpline": N_("Helpline"),
    "infoline": N_("Information line"),
    "counselling_line": N_("Counselling line"),
    "call_centre": N_("Call centre"),
    "medical_line": N_("Medical line"),
    "embassy": N_("Embassy"),
    "consulate": N_("Consulate"),
    "consulate_general": N_("Consulate general"),
    "honorary_consulate": N_("Honorary consulate"),
}
PRECISION = {
    "exact": N_("The door: contacts are told the distance"),
    "city": N_("The middle of the town"),
    "country": N_("No place on the map"),
}
CONFIDENCE = {"high": N_("Sure"), "medium": N_("Fairly sure"), "low": N_("Not sure")}
ACTION = {
    "office.added": N_("Added"),
    "office.changed": N_("Changed"),
    "office.checked": N_("Checked, and found right"),
    "office.imported": N_("Changed by an import"),
    "office.merged": N_("Joined with a duplicate"),
    "office.merged_away": N_("Joined into another office"),
    "office.kept_apart": N_("Found to be an office of its own"),
}
FATE = {
    "new": N_("New"),
    "changed": N_("Changed"),
    "unchanged": N_("Unchanged"),
    "refused": N_("Refused"),
}
FATE_KIND = {"new": "good", "changed": "info", "unchanged": "", "refused": "bad"}
PROBLEM = {
    "name_missing": N_("Give it a name in at least one language."),
    "already_there": N_("This office may be listed already: look at those named beside the form."),
    "organization_missing": N_("Name the organisation."),
    "too_long": N_("At most {limit} characters."),
    "kind_unreadable": N_("“{value}” is no kind of office. Use letters, such as legal_aid."),
    "country_missing": N_("Choose a country, or “every country”."),
    "country_unknown": N_("“{value}” is no country code such as GR."),
    "need_unknown": N_("These needs are not known: {value}."),
    "needs_missing": N_("Without a need it is never offered to anybody."),
    "language_unknown": N_("These are no language codes: {value}. Use codes such as ar or prs."),
    "coordinate_missing": N_("Latitude and longitude are needed together."),
    "coordinate_unreadable": N_("“{value}” is no coordinate in degrees, such as 37.98."),
    "coordinate_off_earth": N_("This must be between -{limit} and {limit} degrees."),
    "coordinate_zero": N_("0, 0 is a point in the sea. Leave both empty where the place is not known."),
    "not_one_of": N_("“{value}” is none of: {allowed}."),
    "phone_unreadable": N_("“{value}” is no phone number."),
    "phone_impossible": N_("{value} has too few or too many digits for its country."),
    "phone_unusual": N_("{value} is in no known range of numbers of the country. Is it right?"),
    "schedule_unreadable": N_("The opening hours “{value}” cannot be read. Write them like Mo-Fr 08:00-16:30; PH off."),
    "times_unreadable": N_("Write times like 08:00-12:00, 13:00-16:30."),
    "holiday_unreadable": N_("“{value}” is no day like 2026-12-25, or days like 2026-12-24/2026-12-26."),
    "url_unreadable": N_("“{value}” is no web address."),
    "email_unreadable": N_("“{value}” is no e-mail address."),
    "date_unreadable": N_("“{value}” is no day like 2026-11-24."),
    "checked_in_future": N_("This day is still to come."),
    "review_before_check": N_("The review is due before it was last checked."),
    "id_twice": N_("The id {value} stands in an earlier line."),
    "id_unreadable": N_("The id “{value}” may hold only letters, digits, points, hyphens and underscores."),
    "merged_away": N_("It was merged into {value}. Change that one."),
    "verified_stays": N_("A person has verified what is stored; the file does not say that anybody verified this."),
}
UNREADABLE = {
    "empty_file": N_("There is no office in this file."),
    "too_large": N_("The file is too large. Split it, or pack it as ZIP."),
    "too_many_rows": N_("The file has more than {value} offices. Split it."),
    "not_utf8": N_("The file is not in UTF-8. Save it as “CSV UTF-8”."),
    "no_table": N_("The file cannot be read as a table. A quotation mark may be missing."),
    "no_header": N_("The first line must name the columns: at least id or name."),
    "column_twice": N_("The column {value} stands twice in the first line."),
    "column_unknown": N_("These columns are not known: {value}. Correct or remove them."),
    "too_many_cells": N_("Line {value} has more cells than the first line has columns."),
    "no_json": N_("The file cannot be read as JSON."),
    "no_hsds": N_("The file holds no services as HSDS has them."),
    "no_zip": N_("The file cannot be unpacked."),
}


def problem(desk: Desk, found: Problem) -> str:
    return desk.text(PROBLEM[found.code], **found.values)


def problems(desk: Desk, found: Iterable[Problem]) -> dict[str, str]:
    """Sentences by column, the first of each."""
    said: dict[str, str] = {}
    for one in found:
        said.setdefault(one.column, problem(desk, one))
    return said


def field_of(desk: Desk, column: str) -> str:
    """What a column is called: "Names (French)" for name_fr."""
    by_locale = column.split("_")[0] in ("name", "address")
    base, _, locale = column.partition("_") if by_locale else (column, "", "")
    title = desk.text(FIELD.get(COLUMN.get(base, base), base))
    return f"{title} ({language(desk, locale or 'en')})" if by_locale else title


def language(desk: Desk, code: str) -> str:
    """What the reader calls a language, of which there are more than those that we write in."""
    if code in LANGUAGES:
        return desk.words.language(code)
    name = str(cldr(desk.locale).languages.get(code.replace("-", "_"), code))
    return name[:1].upper() + name[1:]


def kind(desk: Desk, code: str) -> str:
    return desk.text(KIND[code]) if code in KIND else code.replace("_", " ").capitalize()


def kinds(desk: Desk, present: Iterable[str]) -> list[tuple[str, str]]:
    found = {*KIND, *present}
    return sorted(((code, kind(desk, code)) for code in found), key=lambda pair: pair[1].casefold())


def needs(desk: Desk) -> list[tuple[str, str]]:
    return [(code, desk.text(title)) for code, title in labels.NEED.items()]


def country(desk: Desk, code: str | None) -> str:
    return desk.words.country(code) if code else desk.text(N_("Every country"))


def name(office: Office, locale: str) -> str:
    """The office's name as this reader understands it best."""
    names: Mapping[str, str] = office.names
    return names.get(locale) or names.get("en") or next(iter(names.values()), office.id)


def address(office: Office, locale: str) -> str:
    """The address as this reader can best read it; empty where there is none."""
    texts: Mapping[str, str] = office.addresses
    return texts.get(locale) or texts.get("en") or next(iter(texts.values()), "")


def value(desk: Desk, attribute: str, stored: Any) -> list[str]:
    """A stored value as lines of text; none for what is empty. For differences, histories and merging."""
    if stored in (None, "", [], {}):
        return [desk.text(N_("Every country"))] if attribute == "country" else []
    if isinstance(stored, dict):
        return [f"{language(desk, locale)}: {text}" for locale, text in stored.items()]
    if isinstance(stored, list):
        return [_one(desk, attribute, item) for item in stored]
    return [_one(desk, attribute, stored)]


def _one(desk: Desk, attribute: str, stored: Any) -> str:
    if isinstance(stored, bool):
        return desk.text(N_("Yes")) if stored else desk.text(N_("No"))
    if attribute in ("checked_on", "review_due", "closed_until", "holidays"):
        return desk.words.day(stored if isinstance(stored, date) else date.fromisoformat(str(stored)))
    if attribute == "country":
        return desk.words.country(str(stored))
    if attribute == "languages":
        return language(desk, str(stored))
    if attribute == "kind":
        return kind(desk, str(stored))
    said = {"needs": labels.NEED, "status": STATUS, "precision": PRECISION, "confidence": CONFIDENCE}.get(attribute, {})
    return desk.text(said[stored]) if stored in said else str(stored)


@dataclass(frozen=True, slots=True)
class Change:
    """A field's difference as lines of text."""

    title: str
    gone: list[str]
    come: list[str]
    stay: list[str]
    emptied: bool


def changes(desk: Desk, differences: Mapping[str, list[Any]]) -> list[Change]:
    return [_change(desk, name, *pair) for name, pair in differences.items()]


def _change(desk: Desk, name: str, before: Any, after: Any) -> Change:
    old, new = value(desk, name, before), value(desk, name, after)
    stay = [line for line in new if line in old] if isinstance(after, (list, dict)) else []
    if len(stay) == len(old) == len(new):
        stay = []  # only the order has changed
    gone, come = ([line for line in lines if line not in stay] for lines in (old, new))
    return Change(desk.text(FIELD.get(name, name)), gone, come, stay, emptied=not new)
