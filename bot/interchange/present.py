"""The texts as they are now, for those who translate them: what there is to do, and the units for export and import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import editing, i18n
from bot.editing import SOURCE, Key, Standing, TopicRow, Version
from bot.interchange import titles
from bot.interchange.units import CHAT, DRAFT, MISSING, PARTS, PUBLISHED, REVIEW, SMS, STALE, TITLE, Place, Unit
from bot.tables import Answer

_TO_DO = (MISSING, STALE)
_LIMITS = {
    TITLE: f"Title of the topic, at most {editing.LONGEST_TITLE} characters",
    SMS: "SMS: at most 306 characters of the SMS alphabet, or 201 where the text needs others",
    CHAT: "Longer text for chats",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One answer in one language, as a translator sees it. The title of a topic goes with the first of its answers;
    `title_state` is empty for the others.
    """

    topic: TopicRow
    locale: str
    country: str | None
    state: str
    title_state: str
    source: Version
    present: Version | None  # the newest version, in work or published
    was_withdrawn: bool = False

    @property
    def is_to_do(self) -> bool:
        return self.state in _TO_DO or self.title_state in _TO_DO

    @property
    def key(self) -> Key:
        return Key(self.topic.id, self.locale, self.country)

    def place(self, part: str) -> Place:
        return Place(self.topic.id, self.locale, None if part == TITLE else self.country, part)


class Words(NamedTuple):
    sms: str
    chat: str


def locales(session: Session, mine: Iterable[str]) -> list[str]:
    """The languages into which somebody translates: theirs, or all where none is named. English is the source."""
    wanted = set(mine)
    written = set(session.scalars(select(Answer.locale).distinct()))
    offered = [*i18n.LANGUAGES, *sorted((written | wanted) - set(i18n.LANGUAGES))]
    return [locale for locale in offered if locale != SOURCE and (not wanted or locale in wanted)]


def items(session: Session, locales: Sequence[str], topic_id: str | None = None) -> list[Item]:
    """What these languages should have, in the order of the menu: each published English text, in each of them.

    Three queries, whatever their number.
    """
    found = {standing.key: standing for standing in editing.standings(session, date.min, 0, topic_id)}
    topics = [row for row in editing.topic_rows(session) if topic_id in (None, row.id)]
    countries: dict[str, dict[str | None, None]] = {}
    for key, standing in found.items():
        # A country's own translation stays in sight when the English one is gone; the general English one is its source then.
        if (standing.published and key.locale == SOURCE) or key.locale in locales:
            countries.setdefault(key.topic_id, {})[key.country] = None
    marks, made, titled = titles.sources(session), [], set()
    for row in topics:
        for country in sorted(countries.get(row.id, ()), key=lambda name: name or ""):
            for locale in locales:
                item = _item(row, locale, country, found)
                if item is not None and (row.id, locale) not in titled:
                    titled.add((row.id, locale))
                    item = replace(item, title_state=titles.state(row.titles, locale, marks.get(row.id, {})))
                made += [item] if item is not None else []
    return made


def _item(row: TopicRow, locale: str, country: str | None, found: Mapping[Key, Standing]) -> Item | None:
    own = found.get(Key(row.id, SOURCE, country))
    mine = found.get(Key(row.id, locale, country))
    source = own.published if own else None
    if source is None and mine is not None:
        source = mine.source
    if source is None:
        return None
    present = mine.open or mine.published if mine else None
    was_withdrawn = present is None and mine is not None and mine.withdrawn is not None
    return Item(row, locale, country, _state(present, source), "", source, present, was_withdrawn)


def _state(present: Version | None, source: Version) -> str:
    if present is None:
        return MISSING
    if is_stale(present, source):
        return STALE
    return present.status if present.status in (DRAFT, REVIEW) else PUBLISHED


def is_stale(present: Version | Answer, source: Version | Answer) -> bool:
    """The text names an older version of the English text. One that names none was written by itself."""
    return present.translated_from is not None and present.translated_from < source.version


def units(session: Session, found: Sequence[Item]) -> dict[str, Unit]:
    """The texts of these items by key, in their order. Three queries, whatever their number."""
    locales = {SOURCE, *(item.locale for item in found)}
    columns = select(Answer.id, Answer.sms, Answer.chat)
    query = columns.where(Answer.locale.in_(locales), Answer.status.in_((DRAFT, REVIEW, PUBLISHED)))
    texts = {number: Words(sms, chat) for number, sms, chat in session.execute(query)}
    earlier = _earlier(session, found)
    marks = titles.sources(session)
    made: dict[str, Unit] = {}
    for item in found:
        for unit in _units_of(item, texts, earlier, marks.get(item.topic.id, {})):
            made[unit.key] = unit
    return made


def _earlier(session: Session, found: Sequence[Item]) -> dict[tuple[str, str | None, int], Words]:
    """The English texts from which stale translations were made."""
    wanted = {item.topic.id for item in found if item.present and is_stale(item.present, item.source)}
    if not wanted:
        return {}
    columns = select(Answer.topic_id, Answer.country, Answer.version, Answer.sms, Answer.chat)
    query = columns.where(Answer.locale == SOURCE, Answer.topic_id.in_(wanted)).order_by(Answer.id)
    return {(topic, country, version): Words(sms, chat) for topic, country, version, sms, chat in session.execute(query)}


def _units_of(
    item: Item,
    texts: Mapping[int, Words],
    earlier: Mapping[tuple[str, str | None, int], Words],
    marks: Mapping[str, str],
) -> Iterator[Unit]:
    source = texts[item.source.id]
    present = texts[item.present.id] if item.present else Words("", "")
    said = item.present.translated_from if item.present else None
    before = None
    if item.state == STALE and said is not None:
        before = earlier.get((item.topic.id, item.country, said)) or earlier.get((item.topic.id, None, said))
    changed = touched(before, source)
    for part in PARTS:
        if part == TITLE:
            if item.title_state:
                yield _title(item, marks)
            continue
        is_changed = item.state == STALE and part in changed
        yield Unit(
            key=item.place(part).key,
            source=getattr(source, part),
            target=getattr(present, part),
            # Half of an answer may still hold although the other half has changed.
            state=item.state if item.state != STALE or is_changed else _said(item),
            note=_note(item, part),
            source_version=item.source.version,
            previous=getattr(before, part) if before is not None and is_changed else "",
        )


def _said(item: Item) -> str:
    return item.present.status if item.present and item.present.status in (DRAFT, REVIEW) else PUBLISHED


def touched(before: Words | Answer | None, source: Words | Answer) -> set[str]:
    """The parts of the English text that have changed since. Both where nobody can tell, or where the change was taken back."""
    parts = {part for part in (SMS, CHAT) if before is None or getattr(before, part) != getattr(source, part)}
    return parts or {SMS, CHAT}


def _title(item: Item, marks: Mapping[str, str]) -> Unit:
    english = item.topic.titles.get(SOURCE, "")
    is_stale_ = item.title_state == STALE
    return Unit(
        key=item.place(TITLE).key,
        source=english,
        target=item.topic.titles.get(item.locale, ""),
        state=item.title_state,
        note=_note(item, TITLE),
        previous=marks.get(item.locale, "") if is_stale_ else "",
    )


def _note(item: Item, part: str) -> str:
    notes = [_LIMITS[part], f"Category: {item.topic.category}"]
    if item.country:
        notes.append(f"Only for people in {i18n.country_name(SOURCE, item.country)}")
    if item.topic.sensitive:
        notes.append("Sensitive topic")
    return ". ".join(notes) + "."
