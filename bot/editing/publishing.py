"""From a draft to what contacts get: review, a second person's approval where it is needed, publishing, withdrawing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import answers
from bot.content.drafts import CRISIS
from bot.content.storing import SOURCE
from bot.db import utcnow
from bot.editing.finding import renew_passages
from bot.editing.keys import OPEN, Key, Refused, is_key, key_of, lock, may_change, newest, published, source_of
from bot.editing.saving import LONGEST_COMMENT, noted
from bot.tables import Answer, Topic


def needs_second(topic: Topic) -> bool:
    """Sensitive topics and texts for danger are published only after somebody else has approved them."""
    return topic.sensitive or topic.category == CRISIS


def writers(session: Session, answer: Answer) -> set[str]:
    """Who may not approve this version: who saved it, and whoever first wrote these very words in the versions before.

    Somebody who only saves another's words once more does not free the other to approve them.
    """
    query = select(Answer.author, Answer.sms, Answer.chat).where(is_key(key_of(answer)), Answer.version <= answer.version)
    found: set[str] = set()
    for author, sms, chat in session.execute(query.order_by(Answer.version.desc(), Answer.id.desc())):
        if (sms, chat) != (answer.sms, answer.chat):
            break
        found |= {author} if author else set()
    return found


def submit(session: Session, answer_id: int, by: str) -> Answer:
    """Hand a draft to somebody else. Raises Refused: no_answer, newer, not_draft."""
    answer = _open(session, answer_id)
    if answer.status != "draft":
        raise Refused("not_draft")
    answer.status = "review"
    noted(session, by, "answer.submitted", answer)
    return answer


def approve(session: Session, answer_id: int, by: str) -> Answer:
    """Say that the text is right; publishing is a step of its own. Raises Refused: no_answer, newer, not_in_review, own."""
    answer = _open(session, answer_id)
    if answer.status != "review":
        raise Refused("not_in_review")
    if by in writers(session, answer):
        raise Refused("own")
    answer.approver = by
    noted(session, by, "answer.approved", answer)
    return answer


def reject(session: Session, answer_id: int, by: str, comment: str) -> Answer:
    """Give a text in review back as a draft, with what has to change. Raises Refused: …, no_comment."""
    answer = _open(session, answer_id)
    if answer.status != "review":
        raise Refused("not_in_review")
    if not comment.strip():
        raise Refused("no_comment")
    answer.status, answer.approver = "draft", None
    noted(session, by, "answer.rejected", answer, comment=comment.strip()[:LONGEST_COMMENT])
    return answer


def publish(session: Session, answer_id: int, by: str) -> Answer:
    """Make this version what contacts get from the next message on. Raises Refused: no_answer, newer, not_open, second."""
    answer = _open(session, answer_id)
    topic = lock(session, answer.topic_id)
    if needs_second(topic) and not _is_approved(session, answer):
        raise Refused("second")
    earlier = published(session, key_of(answer))
    answers.publish(session, answer)
    if earlier is not None and (earlier.sms, earlier.chat) == (answer.sms, answer.chat):
        _keep_translations(session, earlier, answer)
    renew_passages(session, topic)
    noted(session, by, "answer.published", answer)
    return answer


def withdraw(session: Session, answer_id: int, by: str, reason: str) -> Answer:
    """Stop saying a published text at once. Raises Refused: no_answer, not_published, no_comment."""
    answer = _locked(session, answer_id)
    if answer.status != "published":
        raise Refused("not_published")
    if not reason.strip():
        raise Refused("no_comment")
    answer.status = "withdrawn"
    session.flush()
    answers.touch(session)
    renew_passages(session, lock(session, answer.topic_id))
    noted(session, by, "answer.withdrawn", answer, reason=reason.strip()[:LONGEST_COMMENT])
    return answer


def confirm_checked(session: Session, answer_id: int, by: str, review_due: date | None, locales: tuple[str, ...] = ()) -> int:
    """The published text was compared with its sources today and still holds; returns how many texts were renewed.

    Of an English text, translations that say the same hold as well: those that an editor of `locales` may change.
    Raises Refused: no_answer, not_published, due_earlier.
    """
    answer, today = _locked(session, answer_id), utcnow().date()
    if answer.status != "published":
        raise Refused("not_published")
    if review_due is not None and review_due < today:
        raise Refused("due_earlier")
    same = [answer, *(other for other in _translations(session, answer) if may_change(locales, other.locale))]
    for each in same:
        each.checked_on, each.review_due = today, review_due
        noted(session, by, "answer.checked", each)
    return len(same)


def mark_reviewed(session: Session, answer_id: int, by: str) -> Answer:
    """A native speaker or a lawyer has read exactly these words. Raises Refused: no_answer, newer, own."""
    answer = _locked(session, answer_id)
    if answer.status not in (*OPEN, "published"):
        raise Refused("newer")
    if needs_second(lock(session, answer.topic_id)) and by in writers(session, answer):
        raise Refused("own")
    answer.review = "reviewed"
    noted(session, by, "answer.reviewed", answer)
    return answer


def _locked(session: Session, answer_id: int) -> Answer:
    answer = session.get(Answer, answer_id)
    if answer is None:
        raise Refused("no_answer")
    lock(session, answer.topic_id)
    session.refresh(answer)
    return answer


def _open(session: Session, answer_id: int) -> Answer:
    """The version, if it is still the last one: nobody submits, approves or publishes what has been changed since."""
    answer = _locked(session, answer_id)
    last = newest(session, key_of(answer))
    if last is None or last.id != answer.id:
        raise Refused("newer")
    if answer.status not in OPEN:
        raise Refused("not_open")
    return answer


def _is_approved(session: Session, answer: Answer) -> bool:
    return answer.status == "review" and bool(answer.approver) and answer.approver not in writers(session, answer)


def _keep_translations(session: Session, earlier: Answer, answer: Answer) -> None:
    """Only sources or dates have changed: what was a translation of these words still is one."""
    if answer.locale != SOURCE:
        return
    same = [Answer.topic_id == answer.topic_id, Answer.locale != SOURCE, Answer.translated_from == earlier.version]
    if answer.country is not None:
        same.append(Answer.country == answer.country)
    session.execute(update(Answer).where(*same, Answer.status.in_((*OPEN, "published"))).values(translated_from=answer.version))


def _translations(session: Session, answer: Answer) -> list[Answer]:
    """Published translations of exactly this version of an English text."""
    if answer.locale != SOURCE:
        return []
    query = select(Answer).where(
        Answer.topic_id == answer.topic_id,
        Answer.locale != SOURCE,
        Answer.status == "published",
        Answer.translated_from == answer.version,
    )
    sources: dict[str | None, Answer | None] = {}
    found = []
    for other in session.scalars(query):
        if other.country not in sources:
            sources[other.country] = source_of(session, Key(other.topic_id, other.locale, other.country))
        source = sources[other.country]
        if source is not None and source.id == answer.id:
            found.append(other)
    return found
