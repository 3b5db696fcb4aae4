from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from bot import statistics
from bot.db import Database
from bot.statistics import figures, outcome_group, settle_days, topic_of
from bot.tables import Contact, Counter, Inbox, Outbox, Referral

TODAY = date(2026, 3, 20)
_numbers = count(1)


def at(days_ago: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, hour, minute, tzinfo=UTC) - timedelta(days=days_ago)


def person(session: Session, locale: str | None = "fr", country: str | None = "GR", channel: str = "sms") -> Contact:
    n = next(_numbers)
    contact = Contact(
        channel=channel, address=f"+30{n}", address_hash=f"{n:064}", conversation_id=f"{n:032}", locale=locale, country=country
    )
    session.add(contact)
    session.flush()
    return contact


def wrote(
    session: Session, contact: Contact, when: datetime, outcome: str | None, state: str = "handled", kind: str = "text"
) -> None:
    session.add(
        Inbox(
            contact_id=contact.id,
            channel=contact.channel,
            provider_id=f"p{next(_numbers)}",
            kind=kind,
            body="{}",
            state=state,
            outcome=outcome,
            received_at=when,
        )
    )


def part(session: Session, contact: Contact, when: datetime, state: str, segments: int = 1, error: str | None = None) -> None:
    session.add(
        Outbox(
            contact_id=contact.id,
            channel=contact.channel,
            reference=f"r{next(_numbers)}",
            body="{}",
            segments=segments,
            state=state,
            error=error,
            created_at=when,
            sent_at=when if state in ("sent", "delivered") else None,
        )
    )


def kept(session: Session) -> dict[tuple[str, date], int]:
    return {(row.name, row.day): row.value for row in session.scalars(select(Counter))}


def test_messages_are_counted_by_day_and_language(database: Database) -> None:
    with database.write() as session:
        amina, oksana = person(session, "fr"), person(session, "uk")
        wrote(session, amina, at(0, 0, 0), "answered:asylum_apply")
        wrote(session, amina, at(0, 23, 59), "unsure")
        wrote(session, oksana, at(1, 23, 59), "unanswered")
        wrote(session, person(session, None), at(40), "unanswered")
    with database.read() as session:
        found = figures(session, 7, TODAY)
    assert found.days == [TODAY - timedelta(days=n) for n in range(6, -1, -1)]
    assert found.series["messages"] == [0, 0, 0, 0, 0, 1, 2]
    assert found.series["people"] == [0, 0, 0, 0, 0, 1, 1]
    assert found.parts("messages|") == {"fr": 2, "uk": 1}


def test_what_became_of_messages_is_three_series_and_names_the_topics(database: Database) -> None:
    with database.write() as session:
        amina = person(session)
        for outcome in ("answered:asylum_apply", "answered:asylum_apply", "office:city", "withheld:detention", "unsure"):
            wrote(session, amina, at(0), outcome)
        for outcome in ("unanswered", "office:nothing", "greeted", "crisis:violence", "silent", "asked_need", "stop"):
            wrote(session, amina, at(0), outcome)
        wrote(session, amina, at(0), None, state="failed")
        wrote(session, amina, at(0), None, state="waiting")
    with database.read() as session:
        found = figures(session, 1, TODAY)
    assert found.together(*statistics.ANSWERED) == [3]
    assert found.together(*statistics.UNSURE) == [1]
    assert found.together(*statistics.UNANSWERED) == [4]
    assert found.parts("topic|") == {"asylum_apply": 2, "detention": 1}
    assert found.parts("outcome|")["danger"] == 1
    assert found.series["messages"] == [14]


def test_what_a_provider_reports_is_not_a_message(database: Database) -> None:
    with database.write() as session:
        wrote(session, person(session), at(0), "blocked", kind="blocked")
    with database.read() as session:
        assert figures(session, 1, TODAY).series["messages"] == [0]


def test_segments_are_what_the_provider_took_by_sms_by_country(database: Database) -> None:
    with database.write() as session:
        greek, italian, chatting = person(session), person(session, "en", "IT"), person(session, channel="telegram")
        part(session, greek, at(0), "delivered", 3)
        part(session, italian, at(0), "sent", 2)
        part(session, italian, at(0), "unknown", 1)
        part(session, greek, at(0), "failed", 4, "21211")
        part(session, greek, at(0), "queued", 5)
        part(session, greek, at(0), "cancelled", 6)
        part(session, chatting, at(0), "delivered", 7)
    with database.read() as session:
        found = figures(session, 1, TODAY)
    assert found.series["segments"] == [6]
    assert found.parts("segments|") == {"GR": 3, "IT": 3}
    assert found.parts("parts|") == {"sms": 4, "telegram": 1}


def test_failures_are_counted_by_the_providers_code(database: Database) -> None:
    with database.write() as session:
        amina = person(session)
        part(session, amina, at(0), "failed", error="30003")
        part(session, amina, at(0), "failed", error="30003")
        part(session, amina, at(0), "failed", error=None)
        part(session, amina, at(0), "delivered", error=None)
        part(session, amina, at(0), "delivered", segments=0)
    with database.read() as session:
        found = figures(session, 1, TODAY)
    assert found.parts("failed|") == {"30003": 2, "failed": 1}
    assert (found.series["failed"], found.series["parts"]) == ([3], [4])


def test_a_day_is_kept_once_it_is_complete_and_not_before(database: Database) -> None:
    with database.write() as session:
        amina = person(session)
        for days_ago in (0, 1, 2, 5):
            wrote(session, amina, at(days_ago), "answered:asylum_apply")
    with database.write() as session:
        assert settle_days(session, TODAY) == 4
    with database.read() as session:
        rows = kept(session)
    assert rows["messages|fr", TODAY - timedelta(days=5)] == 1
    assert rows["topic|asylum_apply", TODAY - timedelta(days=2)] == 1
    assert ("messages", TODAY - timedelta(days=3)) not in rows
    assert ("settled", TODAY - timedelta(days=3)) in rows
    assert all(day <= TODAY - timedelta(days=2) for _, day in rows)


def test_keeping_days_twice_changes_nothing(database: Database) -> None:
    with database.write() as session:
        amina = person(session)
        wrote(session, amina, at(3), "unsure")
    with database.write() as session:
        settle_days(session, TODAY)
        before = kept(session)
    with database.write() as session:
        assert settle_days(session, TODAY) == 0
        assert kept(session) == before
        assert settle_days(session, TODAY + timedelta(days=1)) == 1


def test_two_keepers_at_once_never_count_a_day_twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write() as session:
        wrote(session, person(session), at(5), "unsure")
        settle_days(session, TODAY)
        before = kept(session)
    # As the second one sees it that looked before the first had written.
    monkeypatch.setattr(statistics, "_first_open_day", lambda session: TODAY - timedelta(days=5))
    with database.write() as session:
        assert settle_days(session, TODAY) == 0
        assert kept(session) == before


def test_a_long_past_is_kept_a_month_at_a_time_so_that_others_can_write(database: Database) -> None:
    with database.write() as session:
        wrote(session, person(session), at(70), "unsure")
    kept_each_time = []
    for _ in range(4):
        with database.write() as session:
            kept_each_time.append(settle_days(session, TODAY))
    assert kept_each_time == [31, 31, 7, 0]


def test_with_no_messages_at_all_nothing_is_kept(database: Database) -> None:
    with database.write() as session:
        assert settle_days(session, TODAY) == 0
        assert kept(session) == {}


def test_kept_figures_outlive_the_people_who_made_them(database: Database) -> None:
    with database.write() as session:
        amina = person(session)
        wrote(session, amina, at(4), "answered:asylum_apply")
        part(session, amina, at(4), "delivered", 2)
        wrote(session, amina, at(0), "unsure")
    with database.read() as session:
        before = figures(session, 30, TODAY)
    with database.write() as session:
        settle_days(session, TODAY)
    with database.read() as session:
        assert figures(session, 30, TODAY).series == before.series
    with database.write() as session:
        session.execute(delete(Contact))
    with database.read() as session:
        after = figures(session, 30, TODAY)
    assert after.parts("messages|") == {"fr": 1}
    assert after.parts("segments|") == {"GR": 2}
    assert after.series["messages"][-5] == 1
    assert after.series["messages"][-1] == 0


def test_days_that_nobody_kept_are_counted_all_the_same(database: Database) -> None:
    with database.write() as session:
        amina = person(session)
        wrote(session, amina, at(20), "unsure")
        settle_days(session, TODAY - timedelta(days=10))
        wrote(session, amina, at(6), "unsure")
    with database.read() as session:
        found = figures(session, 30, TODAY)
    assert found.kept_until == TODAY - timedelta(days=12)
    assert found.parts("messages|") == {"fr": 2}


def test_other_counters_do_not_appear_among_the_figures(database: Database) -> None:
    with database.write() as session:
        session.add(Counter(name="telegram update poll", day=TODAY, value=9))
    with database.read() as session:
        found = figures(session, 1, TODAY)
    assert found.parts("messages|") == found.parts("topic|") == {}
    assert found.series["messages"] == [0]


def case(session: Session, locale: str, opened: datetime, taken: datetime | None, state: str = "taken") -> None:
    n = next(_numbers)
    session.add(Referral(number=f"W-{n}", state=state, need="x", locale=locale, channel="sms", created_at=opened, taken_at=taken))


def test_waiting_times_are_by_language_of_cases_taken_and_of_those_still_open(database: Database) -> None:
    with database.write() as session:
        for minutes in (10, 20, 30, 40, 50, 60, 70, 80, 90, 1000):
            case(session, "ar", at(1), at(1) + timedelta(minutes=minutes))
        case(session, "ti", at(50), None, state="open")
        case(session, "ti", at(2), None, state="open")
        case(session, "ti", at(2), None, state="closed")
        case(session, "so", at(60), at(59))
    with database.read() as session:
        arabic, tigrinya = figures(session, 30, TODAY).waiting
    assert (arabic.locale, arabic.taken, arabic.open_now, arabic.oldest) == ("ar", 10, 0, None)
    assert (arabic.median, arabic.nine_of_ten) == (timedelta(minutes=50), timedelta(minutes=90))
    assert (tigrinya.locale, tigrinya.taken, tigrinya.median, tigrinya.open_now) == ("ti", 0, None, 2)
    assert tigrinya.oldest == at(50)


def test_a_case_that_is_open_again_waits_since_the_person_wrote_again(database: Database) -> None:
    with database.write() as session:
        case(session, "ar", at(9), at(8), state="open")
        session.flush()
        session.query(Referral).one().waiting_since = at(1)
    with database.read() as session:
        (arabic,) = figures(session, 30, TODAY).waiting
    assert (arabic.oldest, arabic.median) == (at(1), timedelta(days=1))


@pytest.mark.parametrize(
    ("outcome", "state", "group", "topic"),
    [
        ("answered:asylum_apply", "handled", "answered", "asylum_apply"),
        ("withheld:asylum_apply", "handled", "withheld", "asylum_apply"),
        ("office:nothing", "handled", "unanswered", None),
        ("office:city", "handled", "office", None),
        ("office_cancelled", "handled", "form", None),
        ("asked_safe_contact", "handled", "form", None),
        ("urgent_referral", "handled", "case", None),
        ("crisis:self_harm", "handled", "danger", None),
        ("not_helpful", "handled", "not_helpful", None),
        ("out_of_scope", "handled", "out_of_scope", None),
        ("menu", "handled", "other", None),
        (None, "handled", "other", None),
        (None, "failed", "failed", None),
        (None, "leased", None, None),
    ],
)
def test_outcomes_of_turns_have_a_group(outcome: str | None, state: str, group: str | None, topic: str | None) -> None:
    assert (outcome_group(outcome, state), topic_of(outcome)) == (group, topic)


def test_the_number_of_queries_grows_neither_with_messages_nor_with_days(database: Database) -> None:
    def queries(days: int) -> int:
        seen: list[str] = []
        event.listen(database.engine, "before_cursor_execute", note := lambda *a: seen.append(a[2]))
        with database.read() as session:
            figures(session, days, TODAY)
        event.remove(database.engine, "before_cursor_execute", note)
        return len(seen)

    few = queries(1)
    with database.write() as session:
        for locale in ("fr", "ar", "en", "ti"):
            contact = person(session, locale)
            for days_ago in range(40):
                wrote(session, contact, at(days_ago), f"answered:t{days_ago}")
                part(session, contact, at(days_ago), "failed", error=str(days_ago))
                case(session, locale, at(days_ago), at(days_ago))
        settle_days(session, TODAY - timedelta(days=5))
    assert queries(365) == few <= 9
