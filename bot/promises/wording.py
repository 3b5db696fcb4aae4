"""A promised time in words that a person understands, in their language and by the clock on their wall."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from babel.core import get_global
from babel.dates import format_date, format_skeleton

from bot.i18n import N_, cldr, translate
from bot.promises.hours import zone

EVENING = 20  # o'clock: until then it is "today", and then it is "this evening"
NAMED_DAYS = 6  # a weekday's name means one day only within these
TODAY = N_("today")
TOMORROW = N_("by tomorrow evening")
ON_DAY = N_("by {day} evening")
ON_DATE = N_("by {date}")
# Whole sentences with a number each: Arabic alone has six forms of "hours".
WITHIN = {
    1: N_("within one hour"),
    2: N_("within 2 hours"),
    4: N_("within 4 hours"),
    8: N_("within 8 hours"),
}


def zone_of(country: str | None, otherwise: str, now: datetime) -> tzinfo:
    """The zone of a country that has one time only, else the named one (a team's)."""
    zones = [zone(name) for name in get_global("territory_zones").get(country or "", ())]
    offsets = {now.astimezone(one).utcoffset() for one in zones}
    return zones[0] if len(offsets) == 1 else zone(otherwise)


def rounded(due: datetime, now: datetime, here: tzinfo, urgent: bool) -> datetime:
    """The end of what will be said, never before `due`: whole hours for urgent cases, else the evening of the day."""
    for hours in WITHIN if urgent else ():
        if due <= now + timedelta(hours=hours):
            return now + timedelta(hours=hours)
    evening = due.astimezone(here).replace(hour=EVENING, minute=0, second=0, microsecond=0, fold=0)
    return max(due, evening.astimezone(due.tzinfo))


def in_words(by: datetime, now: datetime, here: tzinfo, locale: str, urgent: bool) -> str:
    """Such as "today" or "by Thursday evening", to be put after "should write to you here"."""
    for hours, text in WITHIN.items() if urgent else ():
        if by <= now + timedelta(hours=hours):
            return translate(locale, text)
    day, today = by.astimezone(here).date(), now.astimezone(here).date()
    match (day - today).days:
        case days if days <= 0:
            return translate(locale, TODAY)
        case 1:
            return translate(locale, TOMORROW)
        case days if days <= NAMED_DAYS:
            return translate(locale, ON_DAY, day=format_date(day, "EEEE", locale=cldr(locale)))
    return translate(locale, ON_DATE, date=format_skeleton("MMMMd", day, locale=cldr(locale)))
