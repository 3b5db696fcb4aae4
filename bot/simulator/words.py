"""The simulator's texts that the browser needs as data, its languages, suggestions, places and countries."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot import i18n
from bot.i18n import N_, translate

LANGUAGES = i18n.LANGUAGES

# What the scripts write into the page. {names} are filled in by the browser.
SCRIPT_WORDS = {
    "you": N_("You"),
    "counter": N_("Characters left: {left}"),
    "cost": N_("SMS: {segments}"),
    "total": N_("SMS in all: {total} (sent {sent}, received {received})"),
    "writing": N_("An answer is on its way…"),
    "waiting": N_("Waiting for the connection"),
    "stored": N_("Sent"),
    "refused": N_("Not accepted"),
    "queued": N_("On its way"),
    "delivered": N_("Delivered"),
    "unknown": N_("Not confirmed"),
    "failed": N_("Not delivered"),
    "cancelled": N_("Cancelled"),
    "offline": N_("No connection. Your messages are kept and sent later."),
    "opted_out": N_("This phone gets no more messages. Write START to come back."),
    "gone": N_("This phone's data is deleted. Choose “New phone” to begin again."),
    "fresh": N_("This is a new phone. The assistant does not know it yet."),
    "my_position": N_("My position"),
    "no_position": N_("The browser gives no position. Choose a place instead."),
    "share_location": N_("Share a location"),
    "map_point": N_("Point on the map"),
    "open_map": N_("Open in OpenStreetMap"),
}

SUGGESTIONS = (
    N_("Hello"),
    N_("How do I ask for asylum?"),
    N_("I need a doctor"),
    N_("Where can I get help near Athens?"),
    N_("Our boat is sinking"),
    N_("What about my case?"),
    "STOP",
)

# Name, country, latitude, longitude: cities on routes that people take.
PLACES = (
    (N_("Athens"), "GR", 37.9838, 23.7275),
    (N_("Agadez"), "NE", 16.9742, 7.9911),
    (N_("Tapachula"), "MX", 14.9056, -92.2634),
    (N_("Tripoli"), "LY", 32.8872, 13.1913),
    (N_("Beirut"), "LB", 33.8938, 35.5018),
)

# CLDR also names regions that are no countries of ISO 3166 (the European Union, Ceuta, test codes). Kosovo's XK is
# no ISO code either, but the one that telephone numbers and maps use.
_NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
COUNTRIES = frozenset(code for code in i18n.cldr("en").territories if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY)


def script_words(locale: str) -> dict[str, str]:
    return {key: translate(locale, text) for key, text in SCRIPT_WORDS.items()}


def suggestions(locale: str) -> list[str]:
    return [translate(locale, text) for text in SUGGESTIONS]


def places(locale: str) -> list[dict[str, object]]:
    return [
        {"name": translate(locale, name), "country": i18n.country_name(locale, country), "lat": lat, "lon": lon}
        for name, country, lat, lon in PLACES
    ]


@lru_cache(maxsize=8)
def countries(locale: str) -> list[tuple[str, str]]:
    """Code and name of every country, in the order a reader of the locale looks for them."""
    return sorted(((code, i18n.country_name(locale, code)) for code in COUNTRIES), key=lambda pair: _sort_key(pair[1]))


def _sort_key(name: str) -> str:
    # Without accents, so that "Égypte" stands under E.
    decomposed = unicodedata.normalize("NFD", name.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def page_locale(wanted: str | None, accepted: str | None) -> str:
    """The page's language: the one asked for, else the first of the browser's that we have, else English."""
    tags = [wanted or "", *(part.split(";")[0].strip() for part in (accepted or "").split(","))]
    found = (re.split("[-_]", tag.lower())[0] for tag in tags)
    return next((language for language in found if language in LANGUAGES), i18n.DEFAULT)
