"""Waiting time: worked out from hours and recent cases, said in words, never more than is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot import i18n, promises
from bot.db import Database
from bot.promises import estimating, hours, wording
from bot.promises.estimating import Wait, taken_within
from bot.tables import Referral, ReferralEvent, Staff, Team, TeamMember

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday
HOUR = timedelta(hours=1)


def team(schedule: str = "", zone: str = "UTC", holidays: Sequence[str] = (), **fields: Any) -> Team:
    given: dict[str, Any] = {"name": "A", "everywhere": False, "countries": [], "offices": []}
    return Team(schedule=schedule, timezone=zone, holidays=list(holidays), **(given | fields))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(teams: list[Team], start: str, end: str) -> list[tuple[str, str]]:
    found = hours.open_times(teams, at(start), at(end))
    return [(opens.strftime("%d %H:%M"), closes.strftime("%d %H:%M")) for opens, closes in found]


# Hours


def test_hours_are_those_of_the_teams_own_clock() -> None:
    greek = team("Mo-Fr 08:00-16:00", "Europe/Athens")
    assert times([greek], "2026-11-23", "2026-11-25") == [("23 06:00", "23 14:00"), ("24 06:00", "24 14:00")]


def test_a_change_to_summer_time_moves_no_opening_hour() -> None:
    german = team("Mo-Su 08:00-16:00", "Europe/Berlin")  # the clocks change on 29 March 2026
    assert times([german], "2026-03-28", "2026-03-30") == [("28 07:00", "28 15:00"), ("29 06:00", "29 14:00")]


def test_a_night_shift_reaches_into_the_next_day_and_over_the_change_of_the_clocks() -> None:
    night = team("Sa 22:00-06:00", "Europe/Berlin")
    assert times([night], "2026-03-28", "2026-03-31") == [("28 21:00", "29 04:00")]
    assert times([night], "2026-03-29T01:00", "2026-03-31") == [("29 01:00", "29 04:00")]


def test_nobody_works_on_the_teams_holidays_unless_it_says_so() -> None:
    off = team("Mo-Fr 08:00-16:00; PH off", holidays=["2026-11-24"])
    assert times([off], "2026-11-23", "2026-11-26") == [("23 08:00", "23 16:00"), ("25 08:00", "25 16:00")]
    short = team("Mo-Fr 08:00-16:00; PH 10:00-12:00", holidays=["2026-11-24", "nonsense"])
    assert times([short], "2026-11-24", "2026-11-25") == [("24 10:00", "24 12:00")]


def test_teams_that_serve_together_add_their_hours() -> None:
    together = [team("Mo 08:00-12:00"), team("Mo 10:00-16:00"), team("Mo 18:00-20:00")]
    assert times(together, "2026-11-23", "2026-11-24") == [("23 08:00", "23 16:00"), ("23 18:00", "23 20:00")]


def test_hours_that_nobody_stated_do_not_stretch_those_of_others() -> None:
    assert times([team(""), team("Mo 08:00-12:00")], "2026-11-23", "2026-11-24") == [("23 08:00", "23 12:00")]
    assert times([team("by appointment")], "2026-11-23", "2026-11-24") == [("23 00:00", "24 00:00")]
    assert times([], "2026-11-23", "2026-11-24") == [("23 00:00", "24 00:00")]


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", "a\x00b"])
def test_a_zone_that_does_not_exist_is_utc(name: str) -> None:
    assert hours.zone(name) is UTC


def test_working_time_passes_only_while_somebody_works() -> None:
    week = hours.open_times([team("Mo-Fr 08:00-16:00")], at("2026-11-20"), at("2026-12-01"))
    friday, monday = at("2026-11-20T15:00"), at("2026-11-23T09:30")
    assert hours.worked(week, friday, monday) == 2.5 * HOUR
    assert hours.moment_after(week, friday, 2.5 * HOUR) == monday
    assert hours.moment_after(week, friday, HOUR) == at("2026-11-20T16:00")
    assert hours.moment_after(week, at("2026-11-21T12:00"), HOUR) == at("2026-11-23T09:00")
    assert hours.moment_after(week, friday, 1000 * HOUR) is None
    assert hours.worked(week, monday, friday) == timedelta(0)


# The estimate


def waits(taken: Sequence[float], waiting: Sequence[float] = ()) -> list[Wait]:
    return [Wait(h * HOUR, True) for h in taken] + [Wait(h * HOUR, False) for h in waiting]


def test_four_of_five_cases_were_taken_within_what_is_estimated() -> None:
    assert taken_within(waits(range(1, 11))) == 8 * HOUR
    assert taken_within(waits([5.0] * 10)) == 5 * HOUR
    assert taken_within([]) is None


def test_cases_that_still_wait_make_the_estimate_longer_not_shorter() -> None:
    taken = [1.0] * 8 + [2.0, 3.0]
    assert taken_within(waits(taken)) == HOUR
    assert taken_within(waits(taken, waiting=[2.5] * 3)) == 3 * HOUR
    assert taken_within(waits(taken, waiting=[50.0] * 10)) is None


def test_cases_that_came_a_moment_ago_change_little() -> None:
    assert taken_within(waits(range(1, 11), waiting=[0.1] * 20)) == 8 * HOUR


class World:
    """A database with teams, and a past."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cases = 0

    def team(
        self, name: str, *, caseworkers: int = 1, active: bool = True, roles: Sequence[str] = ("caseworker",), **fields: Any
    ) -> Team:
        new = team(fields.pop("schedule", ""), fields.pop("zone", "UTC"), name=name, **fields)
        for number in range(caseworkers):
            email = f"{name}{number}@example.org"
            new.members.append(TeamMember(staff=Staff(email=email, name=email, roles=list(roles), locales=[], active=active)))
        self.session.add(new)
        self.session.flush()
        return new

    def case(self, created: datetime = NOW, taken: datetime | None = None, **fields: Any) -> Referral:
        self.cases += 1
        given: dict[str, Any] = {"locale": "en", "country": "GR", "channel": "sms", "need": "-", "urgency": "normal"}
        state = "taken" if taken else "open"
        row = Referral(number=f"W-{self.cases}", created_at=created, taken_at=taken, state=state, **(given | fields))
        if taken:
            row.events.append(ReferralEvent(kind="taken", at=taken, actor="anna@example.org"))
        self.session.add(row)
        self.session.flush()
        return row

    def past(self, hours_waited: Sequence[float], **fields: Any) -> None:
        """Cases of the last days, each taken after so many hours by the clock."""
        for number, waited in enumerate(hours_waited):
            created = NOW - timedelta(days=10) + timedelta(minutes=number)
            self.case(created, created + waited * HOUR, **fields)


@pytest.fixture
def world(database: Database) -> Any:
    with database.write() as session:
        yield World(session)


def by(world: World, now: datetime = NOW, **fields: Any) -> datetime | None:
    promise = promises.estimate(world.session, world.case(now, **fields), now)
    return promise.by if promise else None


def test_a_new_case_is_promised_what_four_of_five_got_rounded_up_to_an_evening(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past(range(1, 21))
    assert by(world) == at("2026-11-25T18:00")  # 16 hours from Tuesday 9:00 UTC, and the evening in Athens
    promise = promises.estimate(world.session, world.case(), NOW)
    assert promise is not None and promise.words("en") == "by tomorrow evening"


def test_nothing_is_promised_where_too_few_cases_were_taken(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([1.0] * 9)
    assert by(world) is None
    world.past([1.0])
    assert by(world) is not None


def test_the_night_and_the_weekend_are_not_waited_through_twice(world: World) -> None:
    world.team("Greece", countries=["GR"], schedule="Mo-Fr 08:00-16:00", zone="Europe/Athens")
    # Asked on Friday 13 November at 15:00 in Athens, taken on Monday at 11:00: four working hours.
    for minute in range(12):
        created = at("2026-11-13T13:00") + timedelta(minutes=minute)
        world.case(created, at("2026-11-16T09:00") + timedelta(minutes=minute))
    assert by(world, at("2026-11-24T06:00")) == at("2026-11-24T18:00")  # Tuesday morning: today
    assert by(world, at("2026-11-24T13:00")) == at("2026-11-25T18:00")  # Tuesday afternoon: tomorrow
    assert by(world, at("2026-11-27T15:00")) == at("2026-11-30T18:00")  # Friday evening: Monday


def test_at_least_an_hour_of_work_is_asked_for(world: World) -> None:
    world.team("Greece", countries=["GR"], schedule="Mo-Fr 08:00-16:00", zone="Europe/Athens")
    world.past([0.0] * 12)
    assert by(world, at("2026-11-24T13:30")) == at("2026-11-25T18:00")  # it closes in half an hour


def test_urgent_cases_are_judged_by_urgent_cases_alone_and_to_the_hour(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([1.5] * 10, urgency="now")
    world.past([90.0] * 30)
    assert by(world, urgency="now") == NOW + 2 * HOUR
    assert by(world) == at("2026-11-28T18:00")


def test_urgent_cases_that_were_taken_at_once_promise_nothing_to_others(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([0.2] * 40, urgency="now")
    assert by(world) is None


def test_who_speaks_a_language_that_few_caseworkers_know_is_told_of_that(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([50.0] * 12, locale="ti")
    world.past([2.0] * 40)
    assert by(world, locale="ti") == at("2026-11-26T18:00")
    assert by(world, locale="fr") == at("2026-11-24T18:00")  # too few in French: all together


def test_the_cases_of_other_teams_say_nothing(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.team("Libya", countries=["LY"])
    world.past([100.0] * 20, country="LY")
    world.past([2.0] * 12)
    assert by(world) == at("2026-11-24T18:00")
    assert by(world, country="LY") == at("2026-11-28T18:00")


def test_cases_that_all_its_teams_share_come_before_those_of_any_of_them(world: World) -> None:
    world.team("All", everywhere=True)
    world.team("Greece", countries=["GR"])
    world.past([100.0] * 20, country="LY")
    assert by(world) == at("2026-11-28T18:00")  # nothing else is known
    world.past([2.0] * 12)
    assert by(world) == at("2026-11-24T18:00")


def test_a_team_that_serves_an_office_is_judged_by_the_cases_of_that_office(world: World) -> None:
    world.team("Clinic", offices=["clinic"])
    world.past([2.0] * 12, country=None, office_id="clinic")
    assert by(world, country=None, office_id="clinic") == at("2026-11-24T20:00")


def test_cases_that_no_team_serves_are_judged_by_their_like(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([2.0] * 30)
    assert by(world, country="TR") is None
    world.past([30.0] * 12, country=None)
    assert by(world, country="TR") == at("2026-11-25T17:00")  # 15:00 UTC on Wednesday; 20:00 in Istanbul


@pytest.mark.parametrize("empty", [{"caseworkers": 0}, {"active": False}, {"roles": ["editor"]}])
def test_a_team_without_a_caseworker_promises_nothing(world: World, empty: dict[str, Any]) -> None:
    world.team("Greece", countries=["GR"], **empty)
    world.past([2.0] * 30)
    world.past([2.0] * 30, country=None)  # those that nobody serves go otherwise
    assert by(world) is None


def test_what_was_long_ago_and_our_own_faults_do_not_count(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([1.0] * 30, origin="failure")
    for number in range(30):
        old = NOW - estimating.WINDOW - timedelta(days=1, minutes=number)
        world.case(old, old + HOUR)
    assert by(world) is None


def test_only_the_latest_cases_count(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([100.0] * 50)
    world.past([2.0] * 50)
    assert by(world) == at("2026-11-24T18:00")


def test_a_case_that_was_handed_back_counts_by_the_first_time_it_was_taken(world: World) -> None:
    world.team("Greece", countries=["GR"])
    for number in range(12):
        created = NOW - timedelta(days=10, minutes=number)
        case = world.case(created, created + 2 * HOUR)
        case.events.append(ReferralEvent(kind="taken", at=created + 90 * HOUR, actor="ben@example.org"))
        case.state, case.taken_at = "open", None
    world.session.flush()
    assert by(world) == at("2026-11-24T18:00")


def test_a_queue_that_nobody_works_off_promises_nothing(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([1.0] * 20)
    for number in range(20):
        world.case(NOW - timedelta(days=4) + timedelta(minutes=number))
    assert by(world) is None


def test_withdrawn_cases_waited_until_they_were_withdrawn(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([10.0] * 12)
    for number in range(12):
        created = NOW - timedelta(days=9) + timedelta(minutes=number)
        world.case(created, closed_at=created + HOUR).state = "closed"
    assert by(world) == at("2026-11-24T19:00")  # not within the hour of the withdrawn ones, nor never


def test_what_would_take_more_than_a_month_is_not_promised(world: World) -> None:
    world.team("Greece", countries=["GR"], schedule="Mo 08:00-09:00")
    for number in range(12):
        created = at("2026-08-03T07:00") + timedelta(minutes=number)
        world.case(created, created + timedelta(days=40))
    assert by(world) is None


def test_a_late_question_gets_what_remains_or_nothing(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([48.0] * 12)
    early, late = world.case(NOW - timedelta(days=1)), world.case(NOW - timedelta(days=5))
    promise = promises.estimate(world.session, early, NOW, since=early.created_at)
    assert promise is not None and promise.by == at("2026-11-25T18:00")
    assert promises.estimate(world.session, late, NOW, since=late.created_at) is None


def test_the_number_of_queries_does_not_grow_with_the_cases(world: World) -> None:
    world.team("Greece", countries=["GR"], caseworkers=20)
    world.past([48.0] * 60)
    case = world.case()
    said: list[str] = []
    event.listen(world.session.get_bind(), "before_cursor_execute", lambda *a: said.append(a[2]))
    promises.estimate(world.session, case, NOW)
    assert len(said) <= 3


# Keeping it with the case


def test_the_promise_is_kept_with_the_case_and_said_again_in_the_words_of_the_day(world: World) -> None:
    world.team("Greece", countries=["GR"])
    world.past([60.0] * 12)
    case = world.case()
    promise = promises.make(world.session, case, NOW)
    assert promise is not None and case.promised_by == promise.by == at("2026-11-26T21:00")
    said = [promises.remaining(world.session, case, NOW + timedelta(days=days)) for days in (0, 1, 2, 3)]
    assert [one.words("en") if one else None for one in said] == ["by Thursday evening", "by tomorrow evening", "today", None]


def test_a_case_without_a_promise_has_none_to_break(world: World) -> None:
    case = world.case(NOW - timedelta(days=30))
    assert promises.make(world.session, case, NOW) is None and case.promised_by is None
    assert promises.remaining(world.session, case, NOW) is None
    assert promises.slipped(world.session, NOW) == []


def test_a_promise_slips_when_nobody_has_taken_the_case_in_time(world: World) -> None:
    past, future = NOW - HOUR, NOW + HOUR
    broken = world.case(NOW - timedelta(days=2), promised_by=past)
    worse = world.case(NOW - timedelta(days=2), promised_by=past - HOUR)
    world.case(NOW, promised_by=future)
    world.case(NOW - timedelta(days=2), NOW, promised_by=past)
    world.case(NOW - timedelta(days=2), promised_by=past).state = "closed"
    returned = world.case(NOW - timedelta(days=2), NOW - timedelta(days=1), promised_by=past)
    returned.state = "open"
    world.session.flush()
    assert promises.slipped(world.session, NOW) == [worse, broken]


def test_a_case_that_was_opened_again_has_a_new_promise_to_keep(world: World) -> None:
    again = world.case(NOW - timedelta(days=9), NOW - timedelta(days=8), promised_by=NOW - HOUR)
    again.state = "open"
    again.events.append(ReferralEvent(kind="reopened", at=NOW - timedelta(days=2)))
    world.session.flush()
    assert promises.slipped(world.session, NOW) == [again]


# Words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "by tomorrow evening"),
        (2, "by Thursday evening"),
        (6, "by Monday evening"),
        (7, "by December 1"),
        (20, "by December 14"),
    ],
)
def test_days_are_named_as_people_name_them(days: int, words: str) -> None:
    assert wording.in_words(NOW + timedelta(days=days, hours=9), NOW, UTC, "en", urgent=False) == words


def test_the_day_is_that_of_the_place_where_the_person_is() -> None:
    late = at("2026-11-24T22:30")  # half past midnight in Athens
    athens = hours.zone("Europe/Athens")
    assert wording.in_words(at("2026-11-25T15:00"), late, athens, "en", urgent=False) == "today"
    assert wording.in_words(at("2026-11-25T15:00"), late, UTC, "en", urgent=False) == "by tomorrow evening"


def test_the_clock_is_that_of_the_country_where_it_has_one() -> None:
    assert str(wording.zone_of("GR", "UTC", NOW)) == "Europe/Athens"
    assert str(wording.zone_of("US", "America/Chicago", NOW)) == "America/Chicago"
    assert wording.zone_of(None, "", NOW) is UTC
    assert str(wording.zone_of("CY", "UTC", NOW)).startswith("Asia/")  # two names, one time


@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize("hour", range(0, 24, 5))
@pytest.mark.parametrize("ahead", [1, 3, 7, 8.5, 14, 30, 100, 400])
def test_what_is_said_never_ends_before_what_was_worked_out(urgent: bool, hour: int, ahead: float) -> None:
    now = at("2026-11-24") + hour * HOUR
    due = now + ahead * HOUR
    athens = hours.zone("Europe/Athens")
    ends = wording.rounded(due, now, athens, urgent)
    assert ends >= due
    assert wording.in_words(ends, now, athens, "en", urgent) == wording.in_words(due, now, athens, "en", urgent)


def test_an_evening_already_begun_is_not_said_to_be_over() -> None:
    late = at("2026-11-24T21:30")
    assert wording.rounded(late, late - HOUR, UTC, urgent=False) == late


@pytest.mark.parametrize(
    ("ahead", "words"), [(0.5, "within one hour"), (3, "within 4 hours"), (8, "within 8 hours"), (9, "today")]
)
def test_urgent_cases_are_told_in_hours(ahead: float, words: str) -> None:
    assert wording.in_words(NOW + ahead * HOUR, NOW, UTC, "en", urgent=True) == words


@pytest.mark.parametrize("locale", ["fr", "es", "ar"])
def test_every_form_is_translated(locale: str) -> None:
    texts = [wording.TODAY, wording.TOMORROW, wording.ON_DAY, wording.ON_DATE, *wording.WITHIN.values()]
    assert [text for text in texts if i18n.translate(locale, text) == text] == []
    said = wording.in_words(NOW + timedelta(days=2), NOW, UTC, locale, urgent=False)
    assert i18n.long_date(locale, date(2026, 11, 26)) not in said and "Thursday" not in said
