from datetime import UTC, date, datetime, time, timedelta
from math import isnan
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from factories import at
from hypothesis import given, settings
from hypothesis import strategies as st

from opsreview.errors import ParamsError
from opsreview.working_time import Member, TeamCalendar, WorkingCalendar

MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))


@pytest.mark.parametrize("holidays", ["XX", "ES-XX", "Spain, Madrid"])
def test_holidays_of_no_known_country_are_refused_with_the_value(holidays):
    nowhere = WorkingCalendar(ZoneInfo("UTC"), holidays=holidays)
    with pytest.raises(ParamsError, match=f"holidays: '{holidays}' .* write it like ES or ES-MD"):
        nowhere.works_on(date(2026, 10, 7))


def test_day_is_worked_on_within_the_week_and_off_its_holidays():
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    days = [date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 12)]
    assert [spain.works_on(day) for day in days] == [True, False, False]


# A team's hours


def hours(team: TeamCalendar, *stretches: tuple[str, str]) -> list[float]:
    starts, ends = (
        np.array([at(text).replace(tzinfo=None) for text in texts], dtype="datetime64[us]")
        for texts in zip(*stretches, strict=True)
    )
    return team.hours_between(starts, ends).tolist()


ALONE = TeamCalendar((Member(MADRID),))
KOLKATA = WorkingCalendar(ZoneInfo("Asia/Kolkata"), holidays="IN")


def test_nights_and_weekends_are_not_worked():
    # Wednesday 10:00 to Thursday 10:00 in Madrid: 7 h and 1 h. Friday 16:00 to Monday 10:00: 2 h.
    assert hours(ALONE, ("2026-10-07 08:00", "2026-10-08 08:00")) == [8]
    assert hours(ALONE, ("2026-10-09 14:00", "2026-10-12 08:00")) == [2]
    assert hours(ALONE, ("2026-10-10 00:00", "2026-10-11 00:00")) == [0]


def test_hour_in_which_two_work_counts_once():
    # 9 to 17 in Kolkata is 5:30 to 13:30 in Madrid: together 5:30 to 17:00.
    both = TeamCalendar((Member(MADRID), Member(KOLKATA), Member(MADRID)))
    assert hours(both, ("2026-10-07 00:00", "2026-10-08 00:00")) == [11.5]


def test_holiday_of_one_is_worked_by_the_others():
    spain = Member(WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES"))
    columbus_day = ("2026-10-12 00:00", "2026-10-13 00:00")
    assert hours(TeamCalendar((spain,)), columbus_day) == [0]
    assert hours(TeamCalendar((spain, Member(KOLKATA))), columbus_day) == [8]


def test_part_time_is_what_the_declared_days_say():
    mornings = WorkingCalendar(ZoneInfo("UTC"), weekdays=(0, 2), end=time(13))
    week = ("2026-10-05 00:00", "2026-10-12 00:00")
    assert hours(TeamCalendar((Member(mornings),)), week) == [8]


def test_who_has_left_or_not_joined_works_no_hour():
    ada = Member(MADRID, left_on=date(2026, 10, 6))
    ben = Member(MADRID, joined_on=date(2026, 10, 8))
    week = ("2026-10-05 00:00", "2026-10-12 00:00")  # Monday and Tuesday; Thursday and Friday
    assert hours(TeamCalendar((ada, ben)), week) == [32]


def test_hours_before_anybody_joined_are_unknown_and_not_zero():
    ben = Member(MADRID, joined_on=date(2026, 10, 8))
    stretches = [("2026-10-07 10:00", "2026-10-09"), ("2026-10-08 10:00", "2026-10-09")]
    before, since = hours(TeamCalendar((ben,)), *stretches)
    assert isnan(before)
    assert since == 5


@pytest.mark.parametrize(("day", "expected"), [("2026-03-29", 7), ("2026-10-25", 9)])
def test_night_in_which_the_clock_changes_is_shorter_or_longer(day, expected):
    nights = WorkingCalendar(ZoneInfo("Europe/Madrid"), tuple(range(7)), time(0), time(8))
    noon = at(f"{day} 12:00")
    stretch = (f"{noon - timedelta(hours=24):%Y-%m-%d %H:%M}", f"{noon:%Y-%m-%d %H:%M}")
    assert hours(TeamCalendar((Member(nights),)), stretch) == [expected]


def test_years_end_is_another_day_elsewhere():
    auckland = WorkingCalendar(ZoneInfo("Pacific/Auckland"))
    # Friday 1 January 2027 there begins at work on 31 December, 20:00 UTC.
    assert hours(TeamCalendar((Member(auckland),)), ("2026-12-31 19:00", "2026-12-31 22:00")) == [2]


def test_no_stretch_has_no_hours():
    empty = np.array([], dtype="datetime64[us]")
    assert ALONE.hours_between(empty, empty).size == 0


zones = st.sampled_from(["Europe/Madrid", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
calendars = st.builds(
    WorkingCalendar,
    zones.map(ZoneInfo),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(4, 12).map(time),
    st.integers(13, 23).map(time),
    st.sampled_from([None, "ES", "US"]),
)
days_off = st.none() | st.dates(date(2026, 3, 20), date(2026, 4, 5))
members = st.builds(Member, calendars, days_off, days_off)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(members, min_size=1, max_size=3), st.integers(0, 14 * 24 * 4), st.integers(0, 5 * 24)
)
def test_team_hours_are_those_of_a_slow_walk_through_every_quarter(team, first, length):
    everyone = (*team, Member(MADRID))  # somebody is always there
    quarter = timedelta(minutes=15)
    start = at("2026-03-22") + first * quarter
    moments = [start + n * quarter for n in range(length * 4)]
    walked = sum(any(is_at_work(member, moment) for member in everyone) for moment in moments) / 4

    ends = (start, start + length * timedelta(hours=1))
    starts, ends = (np.array([m.replace(tzinfo=None)], dtype="datetime64[us]") for m in ends)
    assert TeamCalendar(everyone).hours_between(starts, ends).tolist() == [walked]


def is_at_work(member: Member, moment: datetime) -> bool:
    assert moment.tzinfo is UTC
    week = member.calendar
    local = moment.astimezone(week.zone)
    return member.works_on(local.date()) and week.start <= local.time() < week.end
