"""An office in the reader's language: one short line by SMS, a few lines in a chat. Never without how far to trust it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import phonenumbers
from babel.core import get_global
from babel.dates import format_date, format_skeleton, get_timezone

from bot.i18n import N_, RIGHT_TO_LEFT, cldr, country_name, distance, short_date, translate
from bot.offices import schedule
from bot.offices.countries import UNION
from bot.offices.searching import LINES, Match, is_closed
from bot.tables import Office

# Two segments hold 306 septets or 134 UTF-16 units; a message names two offices and a headline.
SMS_LATIN, SMS_OTHER = 150, 130
SAME_TOWN_KM = 5.0  # a town's centre says no more than that
LONGEST_SMS_URL = 55
STALE_YEARS = 3
_LEFT_TO_RIGHT = "\u200e"  # without it "06 400 8000" is shown as "8000 400 06" between Arabic letters

IN_TOWN = N_("in this town")
ABOUT = N_("about {distance}")
PHONE = N_("Phone: {phones}")
WEB = N_("Web: {link}")
MAP = N_("Map: {link}")
MAP_OF_CENTRE = N_("Map (city centre, not the door): {link}")
HOURS = N_("Hours: {hours}")
SPOKEN = N_("Languages: {languages}")
OPEN_ALWAYS = N_("Open day and night")
OPEN_TODAY = N_("Open today {hours}")
CLOSED_NOW = N_("Closed now, opens {day} {time}")
CLOSED_TODAY = N_("Closed today, opens {day} {time}")
CLOSED_FOR_NOW = N_("Closed for now")
OPENS_AGAIN = N_("Closed for now, opens again {date}")
OUT_OF_DATE = N_("May be out of date")
CHECKED = N_("Checked {date}")
NOT_VERIFIED = N_("Checked {date}, not verified")
OLD_SOURCE = N_("Source from {year}, not verified")


def describe(match: Match, locale: str, plain: bool, today: date, now: datetime | None = None) -> str:
    """What a contact needs to reach an office. `plain` is for SMS: about 150 characters, 130 in non-Latin scripts.

    With `now` (aware) it also says whether the office is open at this moment, in the time of its country.
    """
    local = local_time(match.office, now)
    hours = _closed(match.office, locale, today) or _hours(match.office, locale, local.date() if local else today, local)
    return _sms(match, locale, today, hours) if plain else _chat(match, locale, today, hours)


def _chat(match: Match, locale: str, today: date, hours: str) -> str:
    office = match.office
    phones = [_phone(phone, locale, spaced=True) for phone in office.phones]
    shown = locale == "en" and bool(office.schedule) and not is_closed(office, today)
    listed = translate(locale, HOURS, hours=office.hours) if office.hours and shown else ""
    link = {"link": office.url}
    lines = [
        _name(match, locale),
        ". ".join(filter(None, (_where(match, locale), _address(office, locale)))),
        translate(locale, PHONE, phones=_comma(locale).join(phones)) if phones else "",
        hours,
        listed if not schedule.is_always(office.schedule) else "",
        _spoken(office, locale),
        *_warnings(office, locale, today),
        _checked(office, locale, today),
        _map(match, locale),
        translate(locale, WEB, **link) if office.url else "",
    ]
    return "\n".join(filter(None, lines))


def _sms(match: Match, locale: str, today: date, hours: str) -> str:
    office = match.office
    phones = [_phone(phone, locale, spaced=False) for phone in office.phones]
    reachable = bool(phones or office.addresses)
    # Parts in the order of reading; the number says how early a part is left out when it gets too long, 0 never.
    parts = [
        (_name(match, locale), 0),
        (_where(match, locale), 1),
        (_address(office, locale), 2 if phones else 0),
        (phones[0] if phones else "", 0),
        (phones[1] if len(phones) > 1 else "", 4),
        (hours, 0 if is_closed(office, today) else 3),
        (". ".join(_warnings(office, locale, today)), 0),
        (_checked(office, locale, today), 0),
        ("" if reachable else _short_url(office.url), 1),
    ]
    for droppable in (None, 4, 3, 2, 1):
        parts = [part for part in parts if part[0] and part[1] != droppable]
        text = ". ".join(text for text, _ in parts)
        if len(text) <= _room(text):
            return text
    # The organisation's own letters, in brackets, are the last thing to go.
    return text.replace(f" ({office.organization})", "", 1)


def _room(text: str) -> int:
    # Accents of Latin letters are made plain by the channel where that saves a segment.
    return SMS_LATIN if all(character < "\u0250" for character in text) else SMS_OTHER


def _comma(locale: str) -> str:
    return "، " if locale in RIGHT_TO_LEFT else ", "


def _name(match: Match, locale: str) -> str:
    office = match.office
    name = _in_locale(office.names, locale)
    if office.kind != "national_society" and office.organization.casefold() not in name.casefold():
        name += f" ({office.organization})" if office.organization else ""
    country = country_name(locale, office.country) if match.abroad else ""
    return name if country in name else f"{name}{_comma(locale)}{country}"


def _in_locale(texts: dict[str, str], locale: str) -> str:
    wanted = (locale, locale.split("-")[0], {"pt": "es", "ht": "fr"}.get(locale, "en"), "en")
    return next((texts[one] for one in wanted if texts.get(one)), next(iter(texts.values()), ""))


def _where(match: Match, locale: str) -> str:
    if match.km is None:
        return ""
    if match.office.precision == "exact":
        return distance(locale, match.km)
    return translate(locale, IN_TOWN if match.km < SAME_TOWN_KM else ABOUT, distance=distance(locale, round(match.km)))


def _address(office: Office, locale: str) -> str:
    address = _in_locale(office.addresses, locale)
    if address or office.kind in LINES:
        return address
    # Where the list knows no street, the town is all there is; most names say it already.
    named = " ".join(office.names.values())
    return ", ".join(city for city in office.cities if city not in named)


def _phone(phone: str, locale: str, spaced: bool) -> str:
    if phone.startswith("+") and spaced:
        phone = phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return _LEFT_TO_RIGHT + phone if locale in RIGHT_TO_LEFT and not phone.isdigit() else phone


def _spoken(office: Office, locale: str) -> str:
    named = cldr(locale).languages
    languages = _comma(locale).join(named.get(code.replace("-", "_"), code) for code in office.languages)
    return translate(locale, SPOKEN, languages=languages) if languages else ""


def _warnings(office: Office, locale: str, today: date) -> list[str]:
    said = [translate(locale, text) for text in (office.alert, office.safety) if text]
    overdue = office.review_due is not None and office.review_due < today
    if not office.alert and (overdue or (office.confidence == "low" and not _year(office, today))):
        said.append(translate(locale, OUT_OF_DATE))
    return said


def _checked(office: Office, locale: str, today: date) -> str:
    if office.verified:
        return translate(locale, CHECKED, date=short_date(locale, office.checked_on)) if office.checked_on else ""
    year = _year(office, today)
    if year:
        # We looked at an old page lately: its own year is what the reader should know.
        return translate(locale, OLD_SOURCE, year=year)
    return translate(locale, NOT_VERIFIED, date=short_date(locale, office.checked_on)) if office.checked_on else ""


def _year(office: Office, today: date) -> int | None:
    """The year of the source, where it is so long ago that it must be said."""
    years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", office.source_date)]
    return max(years) if years and max(years) <= today.year - STALE_YEARS else None


def _map(match: Match, locale: str) -> str:
    office = match.office
    if office.lat is None or office.lon is None or (office.kind in LINES and not office.addresses):
        return ""
    link = f"https://www.openstreetmap.org/?mlat={office.lat:g}&mlon={office.lon:g}#map=15/{office.lat:g}/{office.lon:g}"
    if office.precision not in ("exact", "city"):
        return ""
    return translate(locale, MAP if office.precision == "exact" else MAP_OF_CENTRE, link=link)


def _short_url(url: str) -> str:
    bare = re.sub(r"^https?://|/$", "", url)
    return bare if len(bare) <= LONGEST_SMS_URL else bare.split("/")[0]


def local_time(office: Office, now: datetime | None) -> datetime | None:
    """The time at the office, or None where its country has several."""
    if now is None or office.country in (None, UNION):
        return None
    times = [now.astimezone(get_timezone(zone)) for zone in get_global("territory_zones").get(office.country, ())]
    return times[0] if times and len({time.utcoffset() for time in times}) == 1 else None


def _closed(office: Office, locale: str, today: date) -> str:
    """For an office that is temporarily closed: that it is, and when it opens again. Empty for others."""
    if not is_closed(office, today):
        return ""
    if office.closed_until is None:
        return translate(locale, CLOSED_FOR_NOW)
    return translate(locale, OPENS_AGAIN, date=_date(office.closed_until + timedelta(days=1), locale, today))


def _hours(office: Office, locale: str, day: date, local: datetime | None) -> str:
    week = schedule.parse(office.schedule)
    holidays = office.holidays or ()
    if week is None:
        return translate(locale, HOURS, hours=office.hours) if office.hours else ""
    if schedule.is_always(office.schedule) and day.isoformat() not in holidays:
        return translate(locale, OPEN_ALWAYS)
    minute = local.hour * 60 + local.minute if local else 0
    spans = week.on(day, holidays)
    still = any(end > minute for _, end in spans)
    if still and (local is None or schedule.is_open(office.schedule, local, holidays)):
        return translate(locale, OPEN_TODAY, hours=schedule.on(week, day, holidays))
    following = schedule.next_opening(week, day, minute, holidays)
    if following is None:
        return ""
    opens, time = following
    text = CLOSED_NOW if local and spans else CLOSED_TODAY
    return translate(locale, text, day=_day(opens, locale, day), time=time)


def _day(day: date, locale: str, today: date) -> str:
    """The weekday of the coming days; a later day by its date, for another Wednesday than the next would mislead."""
    if day - today < timedelta(days=7):
        return format_date(day, "EEE", locale=cldr(locale))
    return _date(day, locale, today)


def _date(day: date, locale: str, today: date) -> str:
    return format_skeleton("MMMd" if day.year == today.year else "yMMMd", day, locale=cldr(locale))
