"""Texts of the console: its own catalogue, dates and numbers as the reader's language writes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_currency, format_decimal

from bot import i18n
from bot.db import utcnow
from bot.i18n import N_

__all__ = ["LOCALES", "N_", "Words", "negotiate"]

LOCALES = ("en", "fr", "es", "ar")


def negotiate(*wanted: str | None) -> str:
    """The first of the wanted language tags that the console speaks; an Accept-Language header may be among them."""
    for header in wanted:
        for tag in (header or "").split(","):
            language = tag.split(";")[0].strip().replace("_", "-").split("-")[0].lower()
            if language in LOCALES:
                return language
    return i18n.DEFAULT


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


class Words:
    """Says things in one language and one time zone."""

    def __init__(self, locale: str, timezone: str = "UTC") -> None:
        self.locale = locale
        self.zone = zone(timezone)
        self._cldr = i18n.cldr(locale)

    def text(self, message: str, /, **values: object) -> str:
        return i18n.translate_for_staff(self.locale, message, **values)

    def count(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        return i18n.translate_count(self.locale, singular, plural, number, **values)

    def time(self, at: datetime | None) -> str:
        """Date, hours and minutes in the reader's zone; empty for None."""
        if at is None:
            return ""
        day = format_date(at.astimezone(self.zone), "medium", locale=self._cldr)
        clock = format_time(at, "short", tzinfo=self.zone, locale=self._cldr)
        return str(self._cldr.datetime_formats["medium"]).replace("{0}", clock).replace("{1}", day)

    def clock(self, at: datetime | None) -> str:
        """Hours and minutes alone for today, with the date for other days."""
        if at is None:
            return ""
        local, today = at.astimezone(self.zone), utcnow().astimezone(self.zone)
        if local.date() == today.date():
            return format_datetime(at, "HH:mm", tzinfo=self.zone, locale=self._cldr)
        return format_datetime(at, "d MMM HH:mm", tzinfo=self.zone, locale=self._cldr)

    def day(self, day: date | None) -> str:
        return format_date(day, "medium", locale=self._cldr) if day else ""

    def lasting(self, since: datetime | timedelta | None, until: datetime | None = None) -> str:
        """How long ago, or how long: "3 hours". Empty for None."""
        if since is None:
            return ""
        span = since if isinstance(since, timedelta) else (until or utcnow()) - since
        return format_timedelta(max(span, timedelta(minutes=1)), locale=self._cldr)

    def until(self, at: datetime | None) -> str:
        """ "in 2 hours" or "3 hours ago"."""
        return format_timedelta(at - utcnow(), add_direction=True, locale=self._cldr) if at else ""

    def number(self, value: float | None) -> str:
        return "" if value is None else format_decimal(value, locale=self._cldr)

    def compact(self, value: float) -> str:
        return format_compact_decimal(value, locale=self._cldr, fraction_digits=1)

    def money(self, value: float, currency: str) -> str:
        return format_currency(value, currency, locale=self._cldr) if currency else self.number(round(value, 2))

    def language(self, locale: str | None) -> str:
        """What the reader calls a language."""
        if not locale:
            return ""
        if locale == "ht":
            return self.text(N_("Haitian Creole"))
        name = i18n.cldr(locale).get_display_name(self._cldr) or locale
        return name[:1].upper() + name[1:]

    def country(self, country: str | None) -> str:
        return i18n.country_name(self.locale, country)
