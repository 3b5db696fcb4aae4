"""Where each text stands: published, stale, due, in work. Reads no texts, so that a thousand of them cost one query."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import i18n
from bot.content.drafts import CRISIS
from bot.content.storing import SOURCE
from bot.editing.keys import OPEN, Key
from bot.tables import Answer, Topic

# What a text can be, what needs an editor most first. `missing` is no text at all.
STATES = ("withheld", "due", "stale", "review", "draft", "published", "withdrawn")
_CURRENT = (*OPEN, "published", "withdrawn")


@dataclass(frozen=True, slots=True)
class Version:
    """One version, without its words."""

    id: int
    version: int
    status: str
    review: str
    checked_on: date | None
    review_due: date | None
    translated_from: int | None
    author: str | None
    approver: str | None
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One text: what contacts get, what is in work, and the English version that it should say."""

    key: Key
    published: Version | None
    open: Version | None
    withdrawn: Version | None
    source: Version | None
    states: frozenset[str]

    @property
    def newest(self) -> Version:
        found = self.open or self.published or self.withdrawn
        assert found is not None  # noqa: S101 - a standing is made from a version
        return found

    @property
    def main(self) -> str:
        """The state that needs an editor most."""
        return next(state for state in STATES if state in self.states)

    @property
    def said(self) -> str:
        """What contacts get: published, stale, due, withheld, or missing."""
        return next((s for s in ("withheld", "due", "stale", "published") if s in self.states), "missing")


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic as lists show it."""

    id: str
    category: str
    need: str
    sensitive: bool
    position: int
    titles: dict[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A topic in a language: what contacts get at worst, what is in work, and how many countries have their own text."""

    said: str = "missing"
    work: str = ""
    countries: int = 0
    country: str | None = None  # of the text that a click should open; none: the general one


def topic_rows(session: Session) -> list[TopicRow]:
    """All topics in the order of the menu, texts for danger last."""
    columns = (Topic.id, Topic.category, Topic.need, Topic.sensitive, Topic.position, Topic.titles)
    rows = [TopicRow(*row) for row in session.execute(select(*columns))]
    order = {name: place for place, name in enumerate(category_order(row.category for row in rows))}
    return sorted(rows, key=lambda row: (order[row.category], row.position, row.id))


def category_order(present: Iterable[str]) -> list[str]:
    """Categories in the order of the menu, then those of this installation, then danger."""
    known = ("rights", "work", "children", "protection", "health", "routes", "daily_life")
    found = set(present)
    others = sorted(found - {*known, CRISIS}, key=lambda name: (name == "general", name))
    return [*(name for name in known if name in found), *others, *([CRISIS] if CRISIS in found else [])]


def standings(session: Session, today: date, grace_days: int, topic_id: str | None = None) -> list[Standing]:
    """Every text of every topic, or of one, by topic, language and country. One query, whatever their number."""
    columns = [getattr(Answer, name) for name in Version.__slots__]
    query = (
        select(Answer.topic_id, Answer.locale, Answer.country, Topic.category, *columns)
        .join(Topic, Topic.id == Answer.topic_id)
        .where(Answer.status.in_(_CURRENT))
        .order_by(Answer.topic_id, Answer.locale, Answer.country, Answer.version, Answer.id)
    )
    if topic_id is not None:
        query = query.where(Answer.topic_id == topic_id)
    found: dict[Key, dict[str, Version]] = defaultdict(dict)
    danger: set[str] = set()
    for topic, locale, country, category, *values in session.execute(query):
        version = Version(*values)
        found[Key(topic, locale, country)]["open" if version.status in OPEN else version.status] = version
        if category == CRISIS:
            danger.add(topic)
    # Texts for danger are said even past their review date.
    limit = {True: date.min, False: today - timedelta(days=grace_days)}
    made = [_standing(key, found, today, limit[key.topic_id in danger]) for key in list(found)]
    return sorted(made, key=lambda standing: (*standing.key[:2], standing.key.country or ""))


def _standing(key: Key, all_of: dict[Key, dict[str, Version]], today: date, withheld_before: date) -> Standing:
    mine = all_of[key]
    said, work, gone = mine.get("published"), mine.get("open"), mine.get("withdrawn")
    if work is not None and any(other is not None and other.version > work.version for other in (said, gone)):
        work = None  # overtaken by a newer text from elsewhere
    source = _source(key, all_of)
    states = {work.status} if work is not None else set()
    if said is not None:
        states |= {"published"} | _needs(said, source, today, withheld_before)
    elif work is None:
        states.add("withdrawn")
    return Standing(key, said, work, gone if said is None else None, source, frozenset(states or {"withdrawn"}))


def _source(key: Key, all_of: dict[Key, dict[str, Version]]) -> Version | None:
    if key.locale == SOURCE:
        return None
    own = all_of.get(key._replace(locale=SOURCE), {}).get("published")
    return own or all_of.get(Key(key.topic_id, SOURCE, None), {}).get("published")


def _needs(said: Version, source: Version | None, today: date, withheld_before: date) -> set[str]:
    needs: set[str] = set()
    if said.review_due is not None and said.review_due < today:
        needs.add("due")
        if said.review_due < withheld_before:
            needs.add("withheld")
    # A text that names no English version was written by itself: nothing says that it lags behind.
    if source is not None and said.translated_from is not None and said.translated_from < source.version:
        needs.add("stale")
    return needs


def holding(session: Session, words: str) -> set[Key]:
    """The texts whose newest or published version has these words in it."""
    query = select(Answer.topic_id, Answer.locale, Answer.country).where(
        Answer.status.in_(_CURRENT),
        or_(Answer.sms.icontains(words, autoescape=True), Answer.chat.icontains(words, autoescape=True)),
    )
    return {Key(*row) for row in session.execute(query)}


def stale(session: Session, locales: Sequence[str] = (), topic_id: str | None = None) -> list[Standing]:
    """Published translations whose English text has a newer published version (the same country's, else the general one).

    `locales` and `topic_id` narrow the search. `standing.published.translated_from` is the version that a translation says,
    `standing.source.version` the one it should say.
    """
    found = standings(session, date.min, 0, topic_id)
    return [each for each in found if "stale" in each.states and (not locales or each.key.locale in locales)]


def counts(found: Iterable[Standing]) -> Counter[str]:
    """How many texts are in each state. One text can be in several."""
    return Counter(state for standing in found for state in standing.states)


def languages(found: Iterable[Standing]) -> list[str]:
    """The columns of the coverage: languages that contacts can have, then others in which there is a text."""
    present = {standing.key.locale for standing in found}
    return [*i18n.LANGUAGES, *sorted(present - set(i18n.LANGUAGES))]


def coverage(found: Iterable[Standing], country: str | None = None) -> dict[tuple[str, str], Cell]:
    """Cells by topic and language; what is not in it is missing.

    With a country: what its contacts get, the country's own text or else the general one.
    """
    groups: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for standing in found:
        if country is None or standing.key.country in (None, country):
            groups[standing.key.topic_id, standing.key.locale].append(standing)
    return {key: _cell(group, country) for key, group in groups.items()}


def _cell(group: list[Standing], country: str | None) -> Cell:
    general = [each for each in group if each.key.country is None]
    own = [each for each in group if each.key.country is not None]
    if country is not None and any(each.published for each in own):
        general = []  # contacts there do not get it
    shown = [*general, *own]
    said = [each for each in shown if each.published]
    worst = min(said or shown, key=lambda each: STATES.index(each.main))
    work = next((state for state in OPEN[::-1] if any(state in each.states for each in shown)), "")
    return Cell(min((e.said for e in said), key=STATES.index, default="missing"), work, len(own), worst.key.country)
