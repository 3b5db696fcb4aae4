"""Names of countries, in the languages contacts write, from CLDR and what CLDR leaves out."""

# ruff: noqa: SIM905 - lists of codes read best as text

from __future__ import annotations

from collections.abc import Iterator

from babel import Locale
from babel.core import UnknownLocaleError

from bot.nlu.places.folding import fold_name, without_articles

# Earlier locales win where two languages give one name to two countries.
LOCALES = (
    "en fr es pt ar fa ps ur tr ru uk so am ti sw bn de it el nl sq sr bs hr mk bg ro hu pl sk cs sl hi ku ckb ha om "
    "wo ff yo ig rw rn ne ta my th vi id ms az ka hy uz tg kk ky zh sv da nb fi lt lv et he"
).split()
NOT_COUNTRIES = frozenset("EU EZ UN ZZ XA XB QO AQ BV TF HM GS UM IO AC TA CP DG EA IC CQ".split())

# What people say and CLDR does not: short forms, old names, romanised Arabic and Urdu.
SPOKEN = {
    "GB": "uk|u.k.|england|britain|great britain|scotland|wales|angleterre|inglaterra|بريطانيا|انجلترا|انگلترا|انگلیس"
    "|İngiltere|Англия|Англія|እንግሊዝ|inglizi|ingiriiska|Anglet|Anglete",
    "US": "usa|u.s.|u.s.a.|america|united states of america|etats unis|estados unidos|eeuu|ee uu|امريكا|أميركا|امریکا"
    "|امریکہ|Америка|США|Amerika|Mareykanka|marekani|Etazini|አሜሪካ|ኣሜሪካ",
    "AE": "uae|emirates|dubai emirate|الامارات|امارات|emirats|emiratos|imarat",
    "CD": "drc|rdc|congo kinshasa|dr congo|zaire",
    "CG": "congo brazzaville",
    "CF": "centrafrique|rca",
    "CI": "ivory coast|cote d ivoire|ساحل العاج",
    "NL": "holland|hollande|holanda|هولندا|هلند|Hollanda|Голландия",
    "CZ": "czech republic|république tchèque",
    "MK": "macedonia|macédoine|مقدونيا",
    "MM": "burma|birmanie|birmania|بورما",
    "TR": "turkey|turkiye|turquie|turquía|turkiya|turkia",
    "SA": "saudi|saudia|saudi arabia|arabie saoudite|السعودية|سعودی|al saudia|sucuudiga",
    "SY": "suriya|souria|syrie|sourya",
    "LB": "lubnan|loubnan|libnan",
    "LY": "libia|libiya|lybia|lybie",
    "JO": "urdun|ordon|el ordon",
    "EG": "masr|misr|masar",
    "IQ": "iraq|irak|3iraq|el iraq",
    "MA": "maghreb maroc|maroc|almaghrib",
    "DZ": "dzayer|al jazair|eljazair",
    "SD": "assudan|soudan",
    "GR": "yunan|younan|al yunan|griechenland|yunanistan",
    "DE": "almanya|alemania|germany|almania|jarmal",
    "PS": "palestine|palestina|filistin|falastin|فلسطين|فلسطین|Палестина|West Bank",
    "AF": "afganistan|afghan|اوغانستان",
    "BA": "bosnia|bosnie|البوسنة|بوسنی|بوسنيا|Bosna|Босния|Боснія",
    "DO": "dominican republic|republica dominicana|dominicana|dominikani",
    "HT": "ayiti",
    "SO": "somaliland",
    "IR": "persia",
    "OM": "sultanate of oman|سلطنة عمان",
    "KR": "south korea|corée du sud|corea del sur",
    "RU": "russian federation",
    "VA": "vatican",
}
# Names that are first of all something else to the people who write here: عمان without vowel marks is Amman as well as
# Oman, সিসিলি is Sicily as well as the Seychelles, man and fas and sad are everyday words in another of our languages.
NOT_ALONE = frozenset(fold_name(name) for name in "عمان সিসিলি man sad fas cad hint jen mia".split())
SHORT_NAMES = frozenset({"uk", "usa", "uae", "drc", "rdc", "u k", "u s a", "u s"})


def country_names() -> Iterator[tuple[str, str]]:
    """Pairs of (folded name, ISO 3166 alpha-2 code); the first pair of a name is the one to keep."""
    for code, names in SPOKEN.items():
        for name in names.split("|"):
            yield from _keys(name, code)
    for locale in LOCALES:
        try:
            territories = Locale.parse(locale).territories
        except UnknownLocaleError:
            continue
        for code, name in territories.items():
            if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES:
                yield from _keys(name, code)


def _keys(name: str, code: str) -> Iterator[tuple[str, str]]:
    key = fold_name(name)
    if (len(key) > 3 or not key.isascii() or key in SHORT_NAMES) and key not in NOT_ALONE:
        yield key, code
        bare = without_articles(key)
        if bare != key and bare not in NOT_ALONE:
            yield bare, code
