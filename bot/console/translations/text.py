"""One text: the English on one side, its translation on the other, and what has changed since it was translated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import differences, editing
from bot.console.access import entry
from bot.console.answers import words as answer_words
from bot.console.desk import Desk, Form, value, values, whole
from bot.console.texts import N_
from bot.console.translations import words
from bot.console.translations.worklist import FILTERED, PATH, Filters, address, filters
from bot.editing import Conflict, Key, Refused, Saved
from bot.interchange import present, saving, titles
from bot.interchange.findings import Finding, findings
from bot.interchange.present import Item
from bot.interchange.units import CHAT, PARTS, SMS, STALE, TITLE
from bot.tables import Answer, Topic

_SAVED = N_("Saved as a draft.")
_SUBMITTED = N_("Saved and handed in for review.")
_UNCHANGED = N_("Nothing was changed.")
_STAYS = N_("It stays marked as out of date, because what changed in English was not changed here: {parts}.")
_MOVED_ON = N_("The English text has changed while you were translating. Compare once more.")
_COPIED = N_("You left one of the two texts empty, so it was made from the other.")


@dataclass(frozen=True, slots=True)
class Fields:
    """What the form holds, as somebody typed it. `confirmed`: parts of which they say that the translation still holds."""

    texts: dict[str, str]
    confirmed: frozenset[str] = frozenset()
    comment: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One text of the answer on the page. `change`: what differs in English since it was translated, None where nothing does."""

    name: str
    source: str
    change: list[differences.Piece] | None
    text: str
    said: list[tuple[Finding, str]]


@get("/translations/text", dependencies=FILTERED, **entry("editor"))
def page(desk: Desk, chosen: Filters, topic: str = "", country: str = "") -> Response[str]:
    key = Key(topic, chosen.locale, country.upper() or None)
    with desk.database.read() as session:
        return _page(desk, session, key, chosen)


def _page(
    desk: Desk,
    session: Session,
    key: Key,
    chosen: Filters,
    fields: Fields | None = None,
    base: int | None = None,
    status: int = 200,
    theirs: Answer | None = None,
) -> Response[str]:
    found = present.items(session, _mine(desk, session, key.locale))
    item = next((item for item in found if item.key == key), None)
    source = editing.source_of(session, key)
    if item is None or source is None:
        desk.missing()
    last = editing.newest(session, key)
    fields = fields or Fields(_texts(item, last))
    return desk.page(
        "translations/text.html",
        status=status,
        item=item,
        key=key,
        source=source,
        last=last,
        base=base if base is not None else (last.version if last is not None else 0),
        fields=fields,
        parts_of=_parts(desk, session, item, source, last, fields),
        title=answer_words.title_of(item.topic, desk.locale),
        others=_others(session, key),
        theirs=_their_change(theirs, fields),
        left=sum(chosen.fit(other) for other in found),
        filters=chosen,
        here=address(item, chosen),
        needs_second=editing.needs_second(session.get_one(Topic, key.topic_id)),
        path=PATH,
        words_of=words,
        answer_words=answer_words,
    )


def _mine(desk: Desk, session: Session, locale: str) -> tuple[str, ...]:
    """The language, if this member translates into it; else there is no such page."""
    if locale not in present.locales(session, desk.member.locales):
        desk.missing()
    return (locale,)


def _texts(item: Item, last: Answer | None) -> dict[str, str]:
    shown = last if item.present is not None else None  # a withdrawn text is written anew
    return {
        TITLE: item.topic.titles.get(item.locale, ""),
        SMS: shown.sms if shown is not None else "",
        CHAT: shown.chat if shown is not None else "",
    }


def _parts(desk: Desk, session: Session, item: Item, source: Answer, last: Answer | None, fields: Fields) -> list[Part]:
    english = {SMS: source.sms, CHAT: source.chat, TITLE: item.topic.titles.get("en", "")}
    before = _english_before(session, item, source, last)
    made = []
    for name in PARTS:
        if name == TITLE and not item.title_state:
            continue
        old, text = before.get(name), fields.texts[name]
        change = differences.words(old, english[name]) if old is not None and old != english[name] else None
        said = [(f, words.sentence(desk, f)) for f in findings(english[name], text, item.locale, name)] if text else []
        made.append(Part(name, english[name], change, text, said))
    return made


def _english_before(session: Session, item: Item, source: Answer, last: Answer | None) -> dict[str, str]:
    """What the English parts said when they were translated, where that is known and may have changed."""
    before: dict[str, str] = {}
    if item.title_state == STALE:
        before[TITLE] = titles.sources(session).get(item.topic.id, {}).get(item.locale, "")
    if item.state == STALE and last is not None and last.translated_from is not None:
        old = saving.source_version(session, item.key, last.translated_from)
        before |= {SMS: old.sms, CHAT: old.chat} if old is not None else {}
    return before


def _others(session: Session, key: Key) -> list[Answer]:
    """The same text in other languages, for translators who read them better than English."""
    same = Answer.country.is_(None) if key.country is None else Answer.country == key.country
    query = select(Answer).where(Answer.topic_id == key.topic_id, same, Answer.status == "published")
    found = session.scalars(
        query.where(Answer.locale.not_in((editing.SOURCE, key.locale))).order_by(Answer.locale, Answer.version)
    )
    return list({answer.locale: answer for answer in found}.values())


def _their_change(theirs: Answer | None, fields: Fields) -> dict[str, Any] | None:
    """How what somebody else saved differs from what was typed here."""
    if theirs is None:
        return None
    return {"answer": theirs, **{part: differences.words(getattr(theirs, part), fields.texts[part]) for part in (SMS, CHAT)}}


@post("/translations/text", **entry("editor"))
def save(desk: Desk, data: Form) -> Response[str]:
    key, chosen, fields = _key_in(data), _filters_in(data), _fields_in(data)
    base, then = whole(data, "base") or 0, value(data, "then", 10)
    try:
        with desk.database.read() as session:
            _mine(desk, session, key.locale)
            source = _source_in(session, key, data)
        if source is None:
            raise Refused("no_source")
        _check(desk, key, source, fields, then)
        editing.prepare([fields.texts[TITLE]])
        with desk.database.write() as session:
            outcome, said = _save(desk, session, key, base, source, fields, then, value(data, "title_before", 200))
            if isinstance(outcome, Conflict):
                return _page(desk, session, key, chosen, fields, outcome.theirs.version, 409, outcome.theirs)
    except Refused as refused:
        return _again(desk, key, chosen, fields, base, refused)
    which = urlencode({"topic": key.topic_id, "country": key.country or ""})
    place = f"{PATH}/next?{chosen.query}&{which}" if then == "next" else f"{PATH}/text?{which}&{chosen.query}"
    return desk.go(place, " ".join(said))


def _key_in(data: dict[str, Any]) -> Key:
    return Key(value(data, "topic", 64), value(data, "locale", 16), value(data, "country", 2).upper() or None)


def _source_in(session: Session, key: Key, data: dict[str, Any]) -> Answer | None:
    """The English text that the page showed, which may have been replaced meanwhile."""
    source = session.get(Answer, whole(data, "source") or 0)
    if source is None or source.topic_id != key.topic_id or source.locale != editing.SOURCE:
        return None
    return source if source.country in (None, key.country) else None


def _filters_in(data: dict[str, Any]) -> Filters:
    return filters(value(data, "locale", 16), *(value(data, f"by_{name}", 80) for name in ("show", "category", "of", "q")))


def _fields_in(data: dict[str, Any]) -> Fields:
    return Fields(
        texts={name: value(data, name) for name in PARTS},
        confirmed=frozenset(values(data, "still")),
        comment=value(data, "comment", 400),
        anyway=bool(value(data, "anyway")),
    )


def _check(desk: Desk, key: Key, source: Answer, fields: Fields, then: str) -> None:
    """What goes to review is whole, and carries the numbers and links of the English text unless somebody says otherwise."""
    if then != "review":
        return
    for name in (SMS, CHAT):
        found = findings(getattr(source, name), fields.texts[name], key.locale, name)
        grave = [each for each in found if each.blocks]
        if any(each.code in ("empty", "control", "bidi") for each in grave) or (grave and not fields.anyway):
            raise Refused("found", part=name, first=words.sentence(desk, grave[0]))


def _save(
    desk: Desk, session: Session, key: Key, base: int, source: Answer, fields: Fields, then: str, title_before: str
) -> tuple[Saved | Conflict | None, list[str]]:
    """Texts and title in one transaction; what was done, in sentences."""
    by, texts = desk.member.email, fields.texts
    if not texts[SMS] and not texts[CHAT]:
        if not _save_title(session, key, fields, title_before, by):
            raise Refused("empty")
        return None, [desk.text(N_("The title is saved. The next message carries it."))]
    stays = saving.left(session, key, source, texts[SMS], texts[CHAT], fields.confirmed)
    outcome = saving.save(
        session, key, base, source, texts[SMS], texts[CHAT], by, confirmed=fields.confirmed, comment=fields.comment
    )
    if isinstance(outcome, Conflict):
        return outcome, []
    has_title = _save_title(session, key, fields, title_before, by)
    editing.leave(session, key, desk.member.id)
    if then == "review" and outcome.answer.status == "draft":
        editing.submit(session, outcome.answer.id, by)
        said = [desk.text(_SUBMITTED)]
    else:
        said = [desk.text(_SAVED if outcome.changed or has_title else _UNCHANGED)]
    return outcome, [*said, *_remarks(desk, session, key, source, texts, stays)]


def _remarks(desk: Desk, session: Session, key: Key, source: Answer, texts: dict[str, str], stays: set[str]) -> list[str]:
    said = []
    if stays:
        said.append(desk.text(_STAYS, parts=", ".join(desk.text(words.PART[part]) for part in PARTS if part in stays)))
    if not texts[SMS] or not texts[CHAT]:
        said.append(desk.text(_COPIED))
    newest = editing.source_of(session, key)
    if newest is not None and newest.version > source.version:
        said.append(desk.text(_MOVED_ON))
    return said


def _save_title(session: Session, key: Key, fields: Fields, before: str, by: str) -> bool:
    """True when the title was changed, or confirmed as a translation of the present English one. An emptied title stays."""
    topic = session.get(Topic, key.topic_id)
    if topic is None:
        raise Refused("no_topic")
    now, given, holds = topic.titles.get(key.locale, ""), fields.texts[TITLE], TITLE in fields.confirmed
    # Where this editor did not touch it, somebody else may have: theirs stays.
    if not given or (given in (now, before) and not holds):
        return False
    if now not in (before, given):
        raise Refused("title_taken", title=now)
    titles.save(session, key.topic_id, key.locale, given, by)
    return True


def _again(desk: Desk, key: Key, chosen: Filters, fields: Fields, base: int, refused: Refused) -> Response[str]:
    """The form with what is wrong, and every word that was typed."""
    if refused.code in ("no_topic", "locale", "country"):
        desk.missing()
    if refused.code == "found":
        wrong = {str(refused.values["part"]): str(refused.values["first"])}
    elif refused.code == "title_taken":
        wrong = {TITLE: desk.text(N_("Somebody has changed the title meanwhile, to: {title}"), **refused.values)}
    else:
        at = TITLE if refused.code == "title" else answer_words.FIELD_OF.get(refused.code, SMS)
        wrong = {at: answer_words.sentence(desk, refused)}
    kept = Fields(fields.texts, fields.confirmed, fields.comment, wrong, fields.anyway)
    with desk.database.read() as session:
        return _page(desk, session, key, chosen, kept, base, status=422)


@post("/translations/check", status_code=200, **entry("editor"))
def check(desk: Desk, data: Form) -> Response[str]:
    """What there is to say about the texts as they are typed now."""
    key, fields = _key_in(data), _fields_in(data)
    with desk.database.read() as session:
        _mine(desk, session, key.locale)
        source = _source_in(session, key, data)
        topic = session.get(Topic, key.topic_id)
    if source is None or topic is None:
        desk.missing()
    english = {SMS: source.sms, CHAT: source.chat, TITLE: topic.titles.get("en", "")}
    found = [
        (name, finding, words.sentence(desk, finding))
        for name in PARTS
        if fields.texts[name]
        for finding in findings(english[name], fields.texts[name], key.locale, name)
    ]
    return desk.page("translations/findings.html", found=found, words_of=words)


HANDLERS = [page, save, check]
