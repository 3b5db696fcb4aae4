"""Overview: what was asked and answered, what was sent and what it cost, how long cases wait, which content is stale.

Numbers only: nothing here says who wrote or what.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from litestar import Response, get
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import answers, editing, options, statistics
from bot.console import charts
from bot.console.access import entry
from bot.console.charts import Line, Picture, Series
from bot.console.desk import Desk
from bot.console.texts import N_, Words
from bot.db import utcnow
from bot.offices import filtering
from bot.statistics import Figures
from bot.tables import Topic

PERIODS = (7, 30, 90, 365)
MOST_LINES = 15
_TOPIC_CUT = 31  # characters of a topic's id that fit into an outcome

OUTCOMES = {
    "answered": N_("Answered"),
    "office": N_("An office was found"),
    "unsure": N_("Asked back which topic was meant"),
    "unanswered": N_("No checked answer was near"),
    "withheld": N_("The answer was withheld: its review is overdue"),
    "failed": N_("Failed on our side"),
    "not_helpful": N_("Marked as not helpful"),
    "out_of_scope": N_("About something else"),
    "case": N_("Asked for a person"),
    "caseworker": N_("Written to a caseworker"),
    "danger": N_("Danger: emergency numbers were given"),
    "form": N_("Steps of a form"),
    "stop": N_("Stopped all messages"),
    "other": N_("Greetings, menus, language and the like"),
}
# What codes of providers mean for staff. Numbers: https://www.twilio.com/docs/api/errors
FAILURES = {
    "21211": N_("The number is not valid."),
    "21408": N_("Our account may not send to this country. Allow it in Twilio's settings."),
    "21606": N_("Our number cannot send to this destination."),
    "21608": N_("A trial account sends only to verified numbers."),
    "21610": N_("The person has stopped messages at the provider."),
    "21612": N_("There is no way from our number to this destination."),
    "21614": N_("The number is not a mobile phone."),
    "21617": N_("The text was too long."),
    "30001": N_("Too many messages were waiting at the provider."),
    "30002": N_("Our account at the provider is suspended."),
    "30003": N_("The phone was off or had no network."),
    "30004": N_("The phone or its network blocks messages."),
    "30005": N_("The number is unknown or no longer in use."),
    "30006": N_("The number is a landline, or its network cannot be reached."),
    "30007": N_("The network took the message for spam."),
    "30008": N_("The network gave no reason."),
    "30034": N_("Our number is not registered for this network."),
    "400": N_("Telegram did not accept the message."),
    "401": N_("Telegram does not accept our token."),
    "403": N_("The person has blocked us on Telegram."),
    "migrated": N_("The chat has moved."),
    "unknown": N_("It is not known whether the message arrived."),
    "failed": N_("The provider gave no reason."),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure at the top."""

    title: str
    number: str
    note: str = ""
    spark: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """How much of the content there is, and how much needs an editor; counted as the editors' own lists count it."""

    texts: Counter[str]  # by state
    offices: int
    offices_due: int


@dataclass(frozen=True, slots=True)
class Task:
    """Content that waits for an editor; the page has the words."""

    name: str
    number: int
    kind: str
    href: str


@get("/overview", **entry("editor", "admin"))
def overview(desk: Desk, days: int = 30) -> Response[str]:
    days, today = days if days in PERIODS else 30, utcnow().date()
    with desk.database.read() as session:
        set_ = options.everything(session)
        found = statistics.figures(session, days, today)
        stale = _stale(session, today, int(set_["answer_grace_days"]))
        topics = {topic.id: answers.title(topic, desk.locale) for topic in session.scalars(select(Topic))}
    price, currency = float(set_["segment_price"]), str(set_["currency"])
    words = desk.words
    return desk.page(
        "overview/overview.html",
        days=days,
        periods=PERIODS,
        found=found,
        tiles=_tiles(words, found, price, currency),
        messages=_messages(words, found),
        questions=_questions(words, found),
        failed=_failed_by_day(words, found),
        segments=_segments_by_day(words, found),
        languages=_languages(words, found),
        topics=_topics(words, found, topics),
        outcomes=_outcomes(words, found),
        failures=_failures(words, found),
        countries=_countries(words, found, price, currency),
        stale=stale,
        tasks=_tasks(desk, stale),
        may_take="caseworker" in desk.member.roles,
    )


def _tiles(words: Words, found: Figures, price: float, currency: str) -> list[Tile]:
    answered, unsure, un = (sum(found.together(*names)) for names in _THREE)
    parts, failed, segments = (sum(found.series[name]) for name in ("parts", "failed", "segments"))
    waiting = sum(wait.open_now for wait in found.waiting)
    oldest = min((wait.oldest for wait in found.waiting if wait.oldest is not None), default=None)
    cost = words.money(segments * price, currency) if price else ""
    return [
        Tile(
            words.text(N_("Messages received")),
            words.number(sum(found.series["messages"])),
            spark=_spark(words, found, "messages"),
        ),
        Tile(
            words.text(N_("People who wrote today")),
            words.number(found.series["people"][-1]),
            spark=_spark(words, found, "people"),
        ),
        Tile(
            words.text(N_("Questions answered")),
            charts.percent(words, answered, answered + unsure + un),
            words.text(N_("{n} of {all}"), n=words.number(answered), all=words.number(answered + unsure + un)),
        ),
        Tile(
            words.text(N_("Cases waiting now")),
            words.number(waiting),
            words.text(N_("the longest for {time}"), time=words.lasting(oldest)) if oldest else "",
        ),
        Tile(
            words.text(N_("Parts not delivered")),
            charts.percent(words, failed, parts),
            words.text(N_("{n} of {all}"), n=words.number(failed), all=words.number(parts)),
        ),
        Tile(words.text(N_("SMS segments")), words.number(segments), cost, _spark(words, found, "segments")),
    ]


_THREE = (statistics.ANSWERED, statistics.UNSURE, statistics.UNANSWERED)


def _spark(words: Words, found: Figures, name: str) -> str:
    return charts.spark(words, found.series[name])


def _messages(words: Words, found: Figures) -> Picture:
    series = [Series(words.text(N_("Messages")), "main", found.series["messages"])]
    return charts.by_day(words, "messages", words.text(N_("Messages per day")), found.days, series)


def _questions(words: Words, found: Figures) -> Picture:
    titles = ((N_("Answered"), "good"), (N_("Unsure"), "warn"), (N_("Not answered"), "bad"))
    series = [
        Series(words.text(title), kind, found.together(*names)) for (title, kind), names in zip(titles, _THREE, strict=True)
    ]
    return charts.by_day(words, "questions", words.text(N_("What became of questions")), found.days, series)


def _failed_by_day(words: Words, found: Figures) -> Picture:
    series = [Series(words.text(N_("Not delivered")), "bad", found.series["failed"])]
    return charts.by_day(words, "failed", words.text(N_("Delivery failures per day")), found.days, series)


def _segments_by_day(words: Words, found: Figures) -> Picture:
    series = [Series(words.text(N_("SMS segments")), "main", found.series["segments"])]
    return charts.by_day(words, "segments", words.text(N_("SMS segments per day")), found.days, series)


def _languages(words: Words, found: Figures) -> list[Line]:
    numbers = found.parts("messages|").items()
    return charts.lines(words, [(words.language(code) or words.text(N_("Not known yet")), n) for code, n in numbers])


def _topics(words: Words, found: Figures, titles: dict[str, str]) -> tuple[list[Line], int]:
    """The most asked topics, and how many more there are."""
    numbers = list(found.parts("topic|").items())
    shown = [(_topic_title(topic, titles), number) for topic, number in numbers[:MOST_LINES]]
    return charts.lines(words, shown), max(0, len(numbers) - MOST_LINES)


def _topic_title(topic: str, titles: dict[str, str]) -> str:
    if topic in titles or len(topic) < _TOPIC_CUT:
        return titles.get(topic, topic)
    return next((title for whole, title in titles.items() if whole.startswith(topic)), topic)


def _outcomes(words: Words, found: Figures) -> list[Line]:
    numbers = found.parts("outcome|").items()
    return charts.lines(words, [(words.text(OUTCOMES.get(name, name)), n) for name, n in numbers])


def _failures(words: Words, found: Figures) -> list[Line]:
    numbers = list(found.parts("failed|").items())[:MOST_LINES]
    drawn = charts.lines(words, [(_code(words, code), number) for code, number in numbers])
    return [
        replace(line, hint=words.text(FAILURES[code]) if code in FAILURES else "")
        for line, (code, _) in zip(drawn, numbers, strict=True)
    ]


def _code(words: Words, code: str) -> str:
    return words.text(N_("No code")) if code in ("unknown", "failed") else code


def _countries(words: Words, found: Figures, price: float, currency: str) -> list[Line]:
    numbers = list(found.parts("segments|").items())
    drawn = charts.lines(words, [(words.country(code) or words.text(N_("Not known")), n) for code, n in numbers])
    return [replace(line, hint=words.money(line.number * price, currency) if price else "") for line in drawn]


def _stale(session: Session, today: date, grace_days: int) -> Stale:
    offices = filtering.counts(session, today)
    return Stale(editing.counts(editing.standings(session, today, grace_days)), offices.shown, offices.due)


def _tasks(desk: Desk, stale: Stale) -> list[Task]:
    waiting = (
        Task("withheld", stale.texts["withheld"], "bad", "/console/answers?state=withheld"),
        Task("due", stale.texts["due"], "warn", "/console/answers?state=due"),
        Task("outdated", stale.texts["stale"], "warn", "/console/answers?state=stale"),
        Task("review", stale.texts["review"], "info", "/console/answers?state=review"),
        Task("offices", stale.offices_due, "warn", "/console/offices?due=over"),
    )
    edits = "editor" in desk.member.roles
    return [task if edits or task.name == "offices" else replace(task, href="") for task in waiting if task.number]


HANDLERS: list[Any] = [overview]
