"""The page of one text: the form, what contacts get now and would get, where the text stands, what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import differences, editing, i18n, options
from bot.console.answers import preview as previews
from bot.console.answers import words
from bot.console.desk import Desk
from bot.content import texts
from bot.db import utcnow
from bot.editing import Key
from bot.tables import Answer, Topic

REVIEW_AFTER = timedelta(days=182)  # proposed for the next review


@dataclass(frozen=True, slots=True)
class Fields:
    """What the form holds, as somebody typed it."""

    sms: str = ""
    chat: str = ""
    sources: str = ""
    checked_on: str = ""
    review_due: str = ""
    comment: str = ""
    follows: bool = False  # this text now says what the newest English version says
    errors: dict[str, str] = field(default_factory=dict)


def address(key: Key) -> str:
    """Where the text is edited."""
    query = {"topic": key.topic_id, "locale": key.locale, **({"country": key.country} if key.country else {})}
    return f"/console/answers/text?{urlencode(query)}"


def page(
    desk: Desk, session: Session, key: Key, fields: Fields | None = None, base: int | None = None, status: int = 200
) -> Response[str]:
    """The editor. `fields` and `base` are given where a form comes back with an error."""
    topic = session.get(Topic, key.topic_id)
    if topic is None or not _is_language(session, key) or (key.country and not editing.is_country(key.country)):
        desk.missing()
    last = editing.newest(session, key)
    said = editing.published(session, key)
    source = editing.source_of(session, key)
    fields = fields or _fields_of(last, source)
    price, currency = previews.price_of(session)
    found = editing.standings(session, utcnow().date(), options.number(session, "answer_grace_days"), key.topic_id)
    work = last if last is not None and last.status in editing.OPEN else None
    return desk.page(
        "answers/text.html",
        status=status,
        key=key,
        topic=topic,
        title=words.title(topic.titles, topic.id, desk.locale),
        standing=next((each for each in found if each.key == key), None),
        siblings=found,
        languages=editing.languages(found),
        last=last,
        live=said,
        work=work,
        source=source,
        source_change=_source_change(session, key, said, source),
        changes=_changes(said, work),
        fields=fields,
        base=base if base is not None else (last.version if last is not None else 0),
        others=editing.others(session, key, desk.member.id),
        may_edit=desk.member.may_edit(key.locale),
        needs_second=editing.needs_second(topic),
        is_mine=work is not None and desk.member.email in editing.writers(session, work),
        events=_events(session, [each for each in (work, said, last) if each is not None]),
        made=previews.preview(session, topic, unsaved(session, key, fields), price),
        currency=currency,
        next_review=utcnow().date() + REVIEW_AFTER,
        text_locale=key.locale,
        words_of=words,
        countries=_countries(desk),
    )


def _is_language(session: Session, key: Key) -> bool:
    return key.locale in i18n.LANGUAGES or editing.newest(session, key) is not None


def _fields_of(last: Answer | None, source: Answer | None) -> Fields:
    """The newest version. A translation still to be written rests on what the English text rests on."""
    rests_on = last or source
    if rests_on is None:
        return Fields(checked_on=utcnow().date().isoformat(), review_due=(utcnow().date() + REVIEW_AFTER).isoformat())
    return Fields(
        sms=last.sms if last is not None else "",
        chat=last.chat if last is not None else "",
        sources="\n".join(rests_on.sources),
        checked_on=rests_on.checked_on.isoformat() if rests_on.checked_on else "",
        review_due=rests_on.review_due.isoformat() if rests_on.review_due else "",
        comment=last.comment if last is not None and last.status in editing.OPEN else "",
        follows=last is None and source is not None,
    )


def _source_change(session: Session, key: Key, said: Answer | None, source: Answer | None) -> dict[str, Any] | None:
    """What has changed in English since the version that this translation says."""
    version = said.translated_from if said is not None else None
    if source is None or version is None or version >= source.version:
        return None
    query = select(Answer).where(Answer.topic_id == key.topic_id, Answer.locale == editing.SOURCE, Answer.version == version)
    # The country's own English text may have come later than the general one that was translated.
    known = {answer.country: answer for answer in session.scalars(query)}
    old = known.get(source.country) or known.get(None)
    if old is None:
        return {"version": version, "sms": None, "chat": None}
    return {
        "version": version,
        "sms": differences.words(old.sms, source.sms),
        "chat": differences.words(old.chat, source.chat),
    }


def _changes(said: Answer | None, work: Answer | None) -> dict[str, list[differences.Piece]] | None:
    """What a draft changes in what contacts get."""
    if said is None or work is None:
        return None
    return {name: differences.words(getattr(said, name), getattr(work, name)) for name in ("sms", "chat")}


def _events(session: Session, of: list[Answer]) -> dict[int, list[editing.Event]]:
    return editing.events(session, [answer.id for answer in of])


def _countries(desk: Desk) -> list[tuple[str, str]]:
    named = [(code, desk.words.country(code)) for code in i18n.cldr("en").territories if editing.is_country(code)]
    return sorted(named, key=lambda item: item[1])


def unsaved(session: Session, key: Key, fields: Fields) -> Answer:
    """The typed text as an answer that no session knows."""
    last = editing.newest(session, key)
    same = last is not None and (last.sms, last.chat) == (fields.sms, fields.chat)
    try:
        checked = date.fromisoformat(fields.checked_on)
    except ValueError:
        checked = None
    return Answer(
        topic_id=key.topic_id,
        locale=key.locale,
        country=key.country,
        sms=fields.sms or texts.short_of(fields.chat),  # as saving does
        chat=fields.chat or fields.sms,
        sources=[line.strip() for line in fields.sources.split("\n") if line.strip()],
        checked_on=checked,
        review=last.review if last is not None and same else "drafted",
    )
