"""Countries an office can stand for: ISO 3166 codes, and EU for what serves every member of the European Union."""

from __future__ import annotations

from bot.i18n import cldr

UNION = "EU"
# ruff: noqa: SIM905 - a list of codes reads best as text
UNION_MEMBERS = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})  # two-letter codes of CLDR that are no country


def is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES and code in cldr("en").territories
