"""Writing to the person: send, send again what failed, and find an answer or a saved reply to insert."""

from __future__ import annotations

from litestar import Response, get, post
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers, casework, options
from bot.casework.writing import MAX_TEXT
from bot.console import labels
from bot.console.access import entry
from bot.console.cases import show, visible_case
from bot.console.desk import Desk, Form, value, whole
from bot.console.texts import N_
from bot.tables import Contact, Staff, Topic

FOUND = 12  # answers offered at once


@post("/cases/{referral_id:int}/messages", **entry("caseworker"))
def send(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    text = value(data, "text", MAX_TEXT)
    try:
        with desk.database.write() as session:
            found = visible_case(desk, session, referral_id, lock=True)
            casework.write(session, found, session.get_one(Staff, desk.member.id), text)
    except casework.CannotWrite as error:
        # What was typed is not lost.
        return show(desk, referral_id, problem=desk.text(labels.CANNOT_WRITE[error.code]), draft=text, status=422)
    return desk.go(f"/console/cases/{referral_id}#write")


@post("/cases/{referral_id:int}/retry", **entry("caseworker"))
def send_again(desk: Desk, referral_id: int, data: Form) -> Response[str]:
    try:
        with desk.database.write() as session:
            found = visible_case(desk, session, referral_id, lock=True)
            casework.retry(session, found, session.get_one(Staff, desk.member.id), whole(data, "part") or 0)
    except casework.CannotWrite as error:
        return show(desk, referral_id, problem=desk.text(labels.CANNOT_WRITE[error.code]), status=422)
    return desk.go(f"/console/cases/{referral_id}#write", desk.text(N_("It is being sent again.")))


@get("/cases/{referral_id:int}/answers", **entry("caseworker"))
def insertable(desk: Desk, referral_id: int, q: str = "") -> Response[str]:
    """Published answers whose title holds all words, in the person's language, ready to insert."""
    with desk.database.read() as session:
        found = visible_case(desk, session, referral_id)
        contact = session.get(Contact, found.contact_id) if found.contact_id else None
        country = found.country or (contact.country if contact else None)
        grace = int(options.get(session, "answer_grace_days"))
        rows = []
        for topic in _topics(session, q, found.topic_id, desk.locale, found.locale)[:FOUND]:
            answer = answers.find(session, topic.id, found.locale, country, desk.now.date(), grace)
            if answer is not None:
                text = answer.answer.sms if found.channel == "sms" else answer.answer.chat
                rows.append({"title": answers.title(topic, desk.locale), "text": text, "locale": answer.answer.locale})
    return desk.page("cases/answers.html", rows=rows, q=q, wanted=found.locale)


def _topics(session: Session, q: str, own: str | None, *locales: str) -> list[Topic]:
    wanted = q.casefold().split()
    topics = list(session.scalars(select(Topic).where(Topic.category != "crisis").order_by(Topic.position, Topic.id)))
    named = [(topic, " ".join([topic.id, *(answers.title(topic, locale) for locale in locales)]).casefold()) for topic in topics]
    fitting = [topic for topic, name in named if all(word in name for word in wanted)]
    # Without words: what the case is about comes first.
    return sorted(fitting, key=lambda topic: topic.id != own)


HANDLERS = [send, send_again, insertable]
