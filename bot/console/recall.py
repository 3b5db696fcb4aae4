"""Recall: whom a wrong answer reached, in numbers, and the correction sent to them once the numbers are confirmed."""

from __future__ import annotations

import logging
import time
from typing import Any

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import answers, audit, options, recalls
from bot.channels.base import shape_plain
from bot.console import labels
from bot.console.access import entry
from bot.console.desk import Desk, Form, value, whole
from bot.console.texts import N_
from bot.db import Database
from bot.messages import Reply
from bot.promises.wording import zone_of
from bot.recalls import MAX_DAYS, MAX_TEXT, Reach, RecallError
from bot.tables import Answer, Recall, Topic

log = logging.getLogger(__name__)

PATH = "/console/recall"
DAYS = 7
PAGE_SIZE = 25
FORMER = 20
AWAKE = range(8, 20)  # hours: a phone that rings at night wakes those who must not know of it
BREATH = 0.05  # seconds between batches in which others may write: SQLite has one writer
PROBLEMS = {
    "published": N_(
        "People still get this version. Publish the right text, or withdraw this one, and then send the correction: "
        "it would not reach those who ask tomorrow."
    ),
    "days": N_("Choose between 1 and {days} days."),
    "empty": N_("Write the correction in the language of the answer."),
    "long": N_("A correction has at most {characters} characters."),
    "approved": N_("On this topic a correction says what two people have approved. The published text has changed: look again."),
    "busy": N_("Another correction of this answer is being sent. Wait until it has left."),
    "nobody": N_("There is nobody to send it to."),
    "changed": N_("The numbers have changed since you looked. Nothing was sent. Look at the new ones and confirm them."),
    "unconfirmed": N_("Confirm the numbers to send the correction."),
}
STATUS = {"published": N_("Published"), "replaced": N_("Replaced"), "withdrawn": N_("Withdrawn")}


@get("/recall", **entry("editor"))
def overview(desk: Desk, page: int = 1) -> Response[str]:
    page = min(max(1, page), 1000)
    with desk.database.read() as session:
        past = recalls.past(session, PAGE_SIZE + 1, (page - 1) * PAGE_SIZE)
        former = recalls.former(session, desk.member.locales, FORMER) if page == 1 else []
        progress = recalls.progress(session, [row.recall for row in past])
    return desk.page(
        "recall/list.html",
        past=past[:PAGE_SIZE],
        more=len(past) > PAGE_SIZE,
        page=page,
        former=former,
        progress=progress,
        title=answers.title,
        statuses=STATUS,
    )


@get("/recall/{answer_id:int}", **entry("editor"))
def prepare(desk: Desk, answer_id: int, days: int = DAYS) -> Response[str]:
    with desk.database.read() as session:
        given = _given(desk, session, answer_id, min(max(1, days), MAX_DAYS), None)
        return desk.page("recall/form.html", **given)


@post("/recall/{answer_id:int}/count", status_code=200, **entry("editor"))
def count(desk: Desk, answer_id: int, data: Form) -> Response[str]:
    """The numbers for what the form says now; the whole page where no script asks."""
    with desk.database.read() as session:
        given = _given(desk, session, answer_id, whole(data, "days") or 0, data)
        return desk.page("recall/numbers.html" if desk.is_fragment else "recall/form.html", **given)


@post("/recall/{answer_id:int}", **entry("editor"))
def send(desk: Desk, answer_id: int, data: Form) -> Response[str]:
    """Decide in one transaction, send in the background: what is left undone, the housekeeping takes up."""
    days, home = whole(data, "days") or 0, desk.settings.country or None
    try:
        with desk.database.write() as session:
            answer, topic = _answer(desk, session, answer_id)
            texts = {box["locale"]: box["text"] for box in _boxes(desk, session, answer, topic, data) if box["text"]}
            counted = _confirmed(data)
            recall = recalls.begin(session, answer, days, texts, desk.member.email, counted, home, desk.now)
            if recall.at == desk.now:  # else the button was pressed twice
                _note(desk, session, recall, answer)
    except RecallError as error:
        return _refused(desk, answer_id, days, data, error.code)
    response = desk.go(f"{PATH}/sent/{recall.id}")
    response.background = BackgroundTask(begin_sending, desk.database, home)
    return response


@get("/recall/sent/{recall_id:int}", **entry("editor"))
def sent(desk: Desk, recall_id: int) -> Response[str]:
    with desk.database.read() as session:
        recall = session.get(Recall, recall_id) or desk.missing()
        answer = session.get_one(Answer, recall.answer_id)
        topic = session.get_one(Topic, answer.topic_id)
        unfinished = recalls.is_unfinished(session, recall, answer, desk.now)
        found = recalls.progress(session, [recall]).get(recall.id)
    parts = dict(found.parts) if found else {}
    return desk.page(
        "recall/progress.html" if desk.is_fragment else "recall/sent.html",
        recall=recall,
        answer=answer,
        title=answers.title(topic, desk.locale),
        reached=found.people if found else 0,
        deliveries=[(desk.text(labels.DELIVERY[state]), number) for state, number in parts.items()],
        going_on=unfinished or any(parts.get(state) for state in ("queued", "sending")),
        unfinished=unfinished,
    )


def begin_sending(database: Database, home: str | None) -> None:
    """Queue the first people at once. The rest, and whatever this process leaves undone, is the housekeeping's."""
    try:
        done = 1
        while done:
            with database.write() as session:
                done = recalls.resume(session, home=home)
            time.sleep(BREATH)
    except SQLAlchemyError as error:
        log.error("a recall stopped by %s, to be taken up again", type(error).__name__)


def _answer(desk: Desk, session: Session, answer_id: int) -> tuple[Answer, Topic]:
    answer = session.get(Answer, answer_id) or desk.missing()
    if not desk.member.may_edit(answer.locale):
        desk.refuse(N_("This answer is in a language that is not yours to edit."), 403)
    return answer, session.get_one(Topic, answer.topic_id)


def _boxes(desk: Desk, session: Session, answer: Answer, topic: Topic, data: Form | None) -> list[dict[str, Any]]:
    """A text for each language that somebody reads who received this version, that of the answer first.

    What is not this editor's to word stands as it is published: other languages, and sensitive topics as a whole.
    """
    suggested = recalls.suggested(answer, topic, recalls.present(session, answer))
    spoken = recalls.reach(session, answer, MAX_DAYS, now=desk.now).by("locale")
    boxes = []
    for locale in dict.fromkeys([answer.locale, *(locale for locale, _ in spoken if locale)]):
        editable = desk.member.may_edit(locale) and not recalls.is_fixed(topic)
        text = suggested.get(locale, "")
        if editable and data is not None and f"text-{locale}" in data:
            text = value(data, f"text-{locale}", MAX_TEXT + 1)
        if text or editable:
            boxes.append({"locale": locale, "text": text, "editable": editable})
    return boxes


def _given(desk: Desk, session: Session, answer_id: int, days: int, data: Form | None) -> dict[str, Any]:
    """All that the page shows for these days and texts."""
    answer, topic = _answer(desk, session, answer_id)
    boxes = _boxes(desk, session, answer, topic, data)
    texts = {box["locale"]: box["text"] for box in boxes if box["text"]}
    given: dict[str, Any] = {
        "answer": answer,
        "title": answers.title(topic, desk.locale),
        "boxes": boxes,
        "days": days,
        "since": recalls.since(days, desk.now).date(),
        "fixed": recalls.is_fixed(topic),
        "problem": _problem(desk, session, answer, days, texts),
        "notice": "",
        "translations": recalls.translations(session, answer, days or DAYS, desk.now),
        "statuses": STATUS,
        "limits": {"days": MAX_DAYS, "text": MAX_TEXT},
        "numbers": None,
    }
    if not given["problem"]:
        given["numbers"] = _numbers(desk, session, answer, days, texts)
    return given


def _numbers(desk: Desk, session: Session, answer: Answer, days: int, texts: dict[str, str]) -> dict[str, Any]:
    found = recalls.reach(session, answer, days, texts, desk.now)
    segments = recalls.segments(session, found, answer, texts, desk.settings.country or None)
    known = options.everything(session)
    price = desk.words.money(known["segment_price"] * segments, known["currency"]) if known["segment_price"] else ""
    return {
        "found": found,
        "segments": segments,
        "price": price,
        "at_night": _at_night(desk, found),
        "confirmed": f"{found.people}-{segments}",
        "channels": [(desk.text(labels.CHANNEL.get(name or "", name or "")), people) for name, people in found.by("channel")],
        "languages": [_language(desk, locale, people, texts, answer.locale) for locale, people in found.by("locale")],
    }


def _at_night(desk: Desk, found: Reach) -> int:
    """The people for whom it is night now, by the clocks of their countries."""
    here = desk.member.timezone
    hours = {country: desk.now.astimezone(zone_of(country, here, desk.now)).hour for country, _ in found.by("country")}
    return sum(people for country, people in found.by("country") if hours[country] not in AWAKE)


def _language(desk: Desk, locale: str | None, people: int, texts: dict[str, str], own: str) -> dict[str, Any]:
    """The people of one language, the language they get the correction in, and what one SMS of it costs."""
    gets = locale if locale and texts.get(locale) else own
    segments = sum(part.segments for part in shape_plain(Reply(texts[gets])))
    return {"locale": locale, "people": people, "gets": gets, "segments": segments}


def _problem(desk: Desk, session: Session, answer: Answer, days: int, texts: dict[str, str]) -> str:
    try:
        recalls.check(session, answer, days, texts)
    except RecallError as error:
        return _sentence(desk, error.code)
    return ""


def _sentence(desk: Desk, code: str) -> str:
    return desk.text(PROBLEMS[code], days=MAX_DAYS, characters=desk.words.number(MAX_TEXT))


def _confirmed(data: Form) -> tuple[int, int]:
    people, _, segments = value(data, "confirmed", 40).partition("-")
    if not (people.isascii() and people.isdigit() and segments.isascii() and segments.isdigit()):
        raise RecallError("unconfirmed")
    return int(people), int(segments)


def _note(desk: Desk, session: Session, recall: Recall, answer: Answer) -> None:
    audit.add(
        session,
        desk.member.email,
        "recall.sent",
        "answer",
        str(answer.id),
        topic=answer.topic_id,
        locale=answer.locale,
        version=answer.version,
        recall=recall.id,
        days=recall.days,
        people=recall.people,
        segments=recall.segments,
    )


def _refused(desk: Desk, answer_id: int, days: int, data: Form, code: str) -> Response[str]:
    """The page again with what was typed, the reason, and the numbers as they are now."""
    with desk.database.read() as session:
        given = _given(desk, session, answer_id, days, data) | {"notice": _sentence(desk, code)}
        return desk.page("recall/form.html", status=409 if code in ("changed", "busy") else 422, **given)


HANDLERS = [overview, prepare, count, send, sent]
