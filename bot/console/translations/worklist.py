"""What a translator has to do: progress by language, the list of one language with filters in the address, and the next text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import Provide

from bot import editing
from bot.console.access import entry
from bot.console.answers import words as answer_words
from bot.console.desk import Desk
from bot.console.texts import N_
from bot.console.translations import words
from bot.interchange import present
from bot.interchange.present import Item
from bot.interchange.units import MISSING, STALE, STATES

PATH = "/console/translations"
PAGE = 50
GENERAL = "-"  # texts without a country


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    locale: str = ""
    show: str = words.TO_DO
    category: str = ""
    of: str = ""  # a country, or GENERAL
    q: str = ""

    def fit(self, item: Item) -> bool:
        return self._fit_state(item) and self.fit_but_state(item)

    def fit_but_state(self, item: Item) -> bool:
        if self.category not in ("", item.topic.category) or self.of not in ("", item.country or GENERAL):
            return False
        wanted = self.q.casefold()
        return not wanted or any(wanted in text.casefold() for text in (item.topic.id, *item.topic.titles.values()))

    def _fit_state(self, item: Item) -> bool:
        if self.show in (words.ALL, ""):
            return True
        if self.show == words.TO_DO:
            return item.is_to_do
        return self.show == item.state or (self.show in (MISSING, STALE) and self.show == item.title_state)

    @property
    def query(self) -> str:
        """The filters for an address, those that say nothing left out."""
        return urlencode({name: text for name, text in asdict(self).items() if text})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a language is, for a bar: `parts` are (state, x, width) in a hundred, rounded so that they fill it."""

    locale: str
    counts: Counter[str]
    open: int
    total: int

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        order, made, at = [*reversed(STATES)], [], 0.0
        for state in order:
            width = 100 * self.counts[state] / self.total if self.total else 0.0
            if width:
                made.append((state, round(at, 2), round(width, 2)))
            at += width
        return made

    @property
    def percent(self) -> int:
        """Of the texts, how many are published and up to date. 100 only where nothing is left."""
        return 100 * self.counts["published"] // self.total if self.total else 0


def filters(locale: str = "", show: str = words.TO_DO, category: str = "", of: str = "", q: str = "") -> Filters:
    return Filters(locale, show if show in words.TABS else words.TO_DO, category[:32], of[:2], q.strip()[:80])


# For a handler that takes `chosen`: what its address asks for.
FILTERED = {"chosen": Provide(filters, sync_to_thread=False)}


def progress(found: Iterable[Item], locales: Sequence[str]) -> list[Progress]:
    by_locale: dict[str, list[Item]] = {locale: [] for locale in locales}
    for item in found:
        by_locale[item.locale].append(item)
    return [
        Progress(locale, Counter(item.state for item in mine), sum(item.is_to_do for item in mine), len(mine))
        for locale, mine in by_locale.items()
    ]


@get("/translations", dependencies=FILTERED, **entry("editor"))
def overview(desk: Desk, chosen: Filters, page: int = 1) -> Response[str]:
    with desk.database.read() as session:
        locales = present.locales(session, desk.member.locales)
        if chosen.locale and chosen.locale not in locales:
            desk.missing()
        if not chosen.locale and len(locales) == 1:
            chosen = replace(chosen, locale=locales[0])
        counted = [chosen.locale] if chosen.locale else locales
        mine = present.items(session, counted)
    rows = [item for item in mine if chosen.fit(item)] if chosen.locale else []
    page = min(max(1, page), 10_000)
    return desk.page(
        "translations/worklist.html",
        languages=progress(mine, counted),
        filters=chosen,
        narrowed=bool(chosen.category or chosen.of or chosen.q),
        tabs=_tabs(desk, mine, chosen),
        rows=rows[(page - 1) * PAGE : page * PAGE],
        total=len(rows),
        more=len(rows) > page * PAGE,
        page=page,
        choices=_choices(desk, mine, locales),
        several=len(locales) > 1,
        words_of=words,
        answer_words=answer_words,
        address=address,
    )


def _tabs(desk: Desk, mine: Sequence[Item], chosen: Filters) -> list[tuple[str, str, int]]:
    """Name, title and number of each state under the other filters."""
    fitting = [item for item in mine if chosen.fit_but_state(item)]
    return [(name, desk.text(title), sum(Filters(show=name).fit(item) for item in fitting)) for name, title in words.TABS.items()]


def _choices(desk: Desk, mine: Sequence[Item], locales: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: only what occurs."""
    categories = editing.category_order(item.topic.category for item in mine)
    countries = sorted({item.country for item in mine if item.country}, key=desk.words.country)
    return {
        "locale": [(name, desk.words.language(name)) for name in locales],
        "category": [(name, answer_words.category(desk, name)) for name in categories],
        "of": [(GENERAL, desk.text(N_("Everywhere"))), *((code, desk.words.country(code)) for code in countries)],
    }


def address(item: Item, chosen: Filters) -> str:
    """Where a text is translated. The filters go along, so that the next one is found."""
    which = {"topic": item.topic.id, **({"country": item.country} if item.country else {})}
    return f"{PATH}/text?{urlencode(which)}&{chosen.query}"


@get("/translations/next", dependencies=FILTERED, **entry("editor"))
def next_text(desk: Desk, chosen: Filters, topic: str = "", country: str = "") -> Response[str]:
    """To the text after this one, in the order of the list; after the last one from the beginning."""
    with desk.database.read() as session:
        if chosen.locale not in present.locales(session, desk.member.locales):
            desk.missing()
        found = present.items(session, (chosen.locale,))
    here = next((n for n, item in enumerate(found) if (item.topic.id, item.country or "") == (topic, country)), -1)
    following = next((item for item in [*found[here + 1 :], *found[: max(0, here)]] if chosen.fit(item)), None)
    if following is None:
        return desk.go(f"{PATH}?{chosen.query}", desk.text(N_("Nothing else is left here.")))
    return desk.go(address(following, chosen))


HANDLERS = [overview, next_text]
