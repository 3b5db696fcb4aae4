"""What the texts of a topic cost by SMS, language by language."""

from __future__ import annotations

from litestar import Response, get
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import editing, i18n
from bot.console.access import entry
from bot.console.answers import preview as previews
from bot.console.answers import words
from bot.console.answers.page import address
from bot.console.desk import Desk
from bot.editing import Key
from bot.tables import Answer, Topic


@get("/answers/costs", **entry("editor"))
def costs(desk: Desk, topic: str = "", locale: str = "", country: str = "") -> Response[str]:
    """A table; counting as carriers do takes its time, so that the editor's page fetches it only when asked."""
    key = Key(topic, locale, country.upper() or None)
    with desk.database.read() as session:
        about = session.get(Topic, key.topic_id)
        if about is None:
            desk.missing()
        price, currency = previews.price_of(session)
        found = _costs(session, about, price)
    return desk.page(
        "answers/costs.html" if desk.is_fragment else "answers/costs_page.html",
        costs=found,
        currency=currency,
        key=key,
        title=words.title(about.titles, about.id, desk.locale),
        address=address(key),
        words_of=words,
    )


def _costs(session: Session, topic: Topic, price: float) -> list[tuple[Answer, previews.Cost]]:
    """What each text of the topic costs: the draft where there is one, else what is published."""
    query = select(Answer).where(Answer.topic_id == topic.id, Answer.status.in_((*editing.OPEN, "published")))
    newest = {editing.key_of(answer): answer for answer in session.scalars(query.order_by(Answer.version, Answer.id))}
    order = {locale: place for place, locale in enumerate(i18n.LANGUAGES)}
    found = sorted(newest.values(), key=lambda answer: (answer.country or "", order.get(answer.locale, 99), answer.locale))
    return [(answer, previews.cost(session, topic, answer, price)) for answer in found]


HANDLERS = [costs]
