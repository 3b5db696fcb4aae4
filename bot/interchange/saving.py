"""Translations into the database, as drafts: one text of the console, or all good lines of a file in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit, editing
from bot.editing import SOURCE, Conflict, Key, Saved
from bot.interchange import titles
from bot.interchange.checking import OK, Result, counts
from bot.interchange.present import is_stale, touched
from bot.interchange.units import CHAT, SMS, TITLE
from bot.tables import Answer, Topic


class Overtaken(Exception):
    """Somebody saved one of the texts while an import was under way. Nothing of the import may stay."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has saved: drafts of answers, and titles that work at once."""

    drafts: int
    titles: int


def source_version(session: Session, key: Key, version: int) -> Answer | None:
    """A version of the English text, the country's own or the general one."""
    for country in dict.fromkeys((key.country, None)):
        here = Answer.country.is_(None) if country is None else Answer.country == country
        query = select(Answer).where(Answer.topic_id == key.topic_id, Answer.locale == SOURCE, here, Answer.version == version)
        found = session.scalars(query.order_by(Answer.id.desc()).limit(1)).first()
        if found is not None:
            return found
    return None


def left(session: Session, key: Key, source: Answer, sms: str, chat: str, confirmed: Collection[str]) -> set[str]:
    """The parts that still say an older English text: it has changed, they have not, and nobody said that they hold."""
    before = editing.newest(session, key)
    if before is None or before.translated_from is None or not is_stale(before, source):
        return set()
    earlier = source_version(session, key, before.translated_from)
    given = {SMS: sms, CHAT: chat}
    same = {part for part in given if given[part] == getattr(before, part)}
    return (touched(earlier, source) & same) - set(confirmed)


def save(
    session: Session,
    key: Key,
    base_version: int,
    source: Answer,
    sms: str,
    chat: str,
    author: str,
    *,
    confirmed: Collection[str] = (),
    comment: str = "",
) -> Saved | Conflict:
    """Store a translation of `source` as a draft. It stays stale while a part of it still says an older English text.

    `confirmed`: parts of which the translator says that they still hold. Raises editing.Refused.
    """
    stays = left(session, key, source, sms, chat, confirmed)
    said = None if stays else source.version
    return editing.save_draft(session, *key, base_version, sms, chat, author, translated_from=said, comment=comment)


def hold(session: Session, results: Sequence[Result]) -> None:
    """Let nobody else save texts of these topics until the transaction ends. Check the lines again afterwards."""
    topics = sorted({result.place.topic for result in results if result.outcome == OK and result.place})
    for start in range(0, len(topics), 500):
        some = select(Topic.id).where(Topic.id.in_(topics[start : start + 500])).order_by(Topic.id).with_for_update()
        session.execute(some)


def apply(session: Session, results: Sequence[Result], author: str, comment: str, what: str) -> Imported:
    """Save the good lines of a file; the others stay out. Raises Overtaken or editing.Refused, and then nothing may stay."""
    good = [result for result in results if result.outcome == OK]
    answers: dict[Key, dict[str, Result]] = defaultdict(dict)
    changed = 0
    for result in good:
        place, unit = result.place, result.unit
        if place is None or unit is None:
            continue
        if place.part == TITLE:
            changed += titles.save(session, place.topic, place.locale, unit.target, author)
        else:
            answers[Key(place.topic, place.locale, place.country)][place.part] = result
    drafts = sum(_save_answer(session, key, parts, author, comment) for key, parts in answers.items())
    _note(session, results, author, what, Imported(drafts, changed))
    return Imported(drafts, changed)


def _save_answer(session: Session, key: Key, parts: dict[str, Result], author: str, comment: str) -> bool:
    source, before = editing.source_of(session, key), editing.newest(session, key)
    if source is None:
        raise Overtaken
    words = {part: _words(parts.get(part), before, part) for part in (SMS, CHAT)}
    outcome = save(
        session,
        key,
        before.version if before else 0,
        source,
        words[SMS],
        words[CHAT],
        author,
        confirmed=parts,
        comment=comment,
    )
    if isinstance(outcome, Conflict):
        raise Overtaken
    return outcome.changed


def _words(result: Result | None, before: Answer | None, part: str) -> str:
    if result is not None and result.unit is not None:
        return result.unit.target
    return getattr(before, part) if before is not None else ""


def _note(session: Session, results: Sequence[Result], author: str, what: str, imported: Imported) -> None:
    by_locale: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.place is not None and result.outcome == OK:
            by_locale[result.place.locale].append(result)
    for locale in by_locale:
        left_out = {outcome: number for outcome, number in counts(list(results)).items() if outcome != OK}
        audit.add(
            session,
            author,
            "translation.imported",
            "translation",
            locale,
            format=what,
            lines=len(by_locale[locale]),
            drafts=imported.drafts,
            titles=imported.titles,
            left_out=left_out,
        )
