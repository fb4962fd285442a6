"""Moments in a person's own day, over both clock changes, in three zones."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at

from opsreview.metrics.day_parts import in_their_day
from opsreview.working_time import WorkingCalendar

CALENDARS = {
    "ada": WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES"),
    "cleo": WorkingCalendar(ZoneInfo("America/New_York"), holidays="US"),
    "dev": WorkingCalendar(ZoneInfo("Asia/Kolkata"), holidays="IN"),
}
UTC = WorkingCalendar(ZoneInfo("UTC"))


def placed(person: str | None, moment: str) -> tuple[str, date | None, int, int]:
    moments = pl.DataFrame({"person": [person], "at": [at(moment)]}, schema_overrides=TEXT)
    return in_their_day(moments, CALENDARS, UTC).row(0)[2:]


TEXT = {"person": pl.String}


# Clocks change in Madrid on 2026-03-29 and 2026-10-25, in New York on 2026-03-08 and 2026-11-01, in
# Kolkata (half an hour off) never. Each line was worked out by hand.
@pytest.mark.parametrize(
    ("person", "moment", "part", "night_on", "weekday", "hour"),
    [
        ("ada", "2026-03-28 21:00", "sleep", date(2026, 3, 28), 5, 22),  # 22:00, winter
        ("ada", "2026-03-29 20:00", "sleep", date(2026, 3, 29), 6, 22),  # 22:00, summer
        ("ada", "2026-03-29 19:59", "off_hours", None, 6, 21),
        ("ada", "2026-03-30 06:00", "off_hours", None, 0, 8),
        ("ada", "2026-03-30 07:00", "working", None, 0, 9),
        ("ada", "2026-10-25 00:30", "sleep", date(2026, 10, 24), 6, 2),  # the first 02:30
        ("ada", "2026-10-25 01:30", "sleep", date(2026, 10, 24), 6, 2),  # the second
        ("ada", "2026-10-26 08:00", "working", None, 0, 9),
        ("ada", "2026-10-12 10:00", "off_hours", None, 0, 12),  # a holiday of Spain, a Monday
        ("cleo", "2026-03-08 06:59", "sleep", date(2026, 3, 7), 6, 1),
        ("cleo", "2026-03-08 07:00", "sleep", date(2026, 3, 7), 6, 3),  # 02:00 does not exist
        ("cleo", "2026-03-09 13:00", "working", None, 0, 9),
        ("cleo", "2026-11-02 13:59", "off_hours", None, 0, 8),
        ("cleo", "2026-11-02 14:00", "working", None, 0, 9),
        ("cleo", "2026-10-12 16:00", "off_hours", None, 0, 12),  # Columbus Day
        ("dev", "2026-03-30 03:29", "off_hours", None, 0, 8),
        ("dev", "2026-03-30 03:30", "working", None, 0, 9),
        ("dev", "2026-10-26 16:30", "sleep", date(2026, 10, 26), 0, 22),
        (None, "2026-10-26 22:00", "sleep", date(2026, 10, 26), 0, 22),
    ],
)
def test_moment_lies_in_the_persons_own_day(
    person: str | None, moment: str, part: str, night_on: date | None, weekday: int, hour: int
) -> None:
    assert placed(person, moment) == (part, night_on, weekday, hour)


def test_rows_keep_their_order() -> None:
    people = ["dev", "ada", None, "dev"]
    moments = pl.DataFrame({"person": people, "at": [at("2026-10-26 09:00")] * 4})

    assert in_their_day(moments, CALENDARS, UTC)["person"].to_list() == people


def test_nothing_has_no_place_and_all_columns() -> None:
    moments = pl.DataFrame(schema={"person": pl.String, "at": pl.Datetime("us", "UTC")})

    columns = in_their_day(moments, CALENDARS, UTC).columns
    assert columns == ["person", "at", "day_part", "night_on", "weekday", "hour"]


MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))


def part_of(calendar: WorkingCalendar, moment: datetime) -> str:
    moments = pl.DataFrame({"person": ["ada"], "at": [moment]})
    return str(in_their_day(moments, {"ada": calendar}, UTC)["day_part"][0])


@pytest.mark.parametrize(
    ("local", "part"),
    [
        ("07:59:59", "sleep"),
        ("08:00", "off_hours"),
        ("08:59:59", "off_hours"),
        ("09:00", "working"),
        ("16:59:59", "working"),
        ("17:00", "off_hours"),
        ("21:59:59", "off_hours"),
        ("22:00", "sleep"),
        ("00:00", "sleep"),
    ],
)
def test_parts_of_a_working_day_begin_at_their_first_second(local: str, part: str) -> None:
    assert part_of(MADRID, at(f"2026-10-07T{local}+02:00")) == part


def test_weekend_is_off() -> None:
    assert part_of(MADRID, at("2026-10-10 10:00")) == "off_hours"


def test_moment_is_seen_in_the_persons_own_zone() -> None:
    moment = at("2026-10-07 14:00")
    kolkata = WorkingCalendar(ZoneInfo("Asia/Kolkata"))
    auckland = WorkingCalendar(ZoneInfo("Pacific/Auckland"))
    assert part_of(MADRID, moment) == "working"
    assert part_of(kolkata, moment) == "off_hours"
    assert part_of(auckland, moment) == "sleep"


def test_hours_follow_the_clock_when_it_changes() -> None:
    assert part_of(MADRID, at("2026-10-23 07:00")) == "working"  # nine o'clock in summer
    assert part_of(MADRID, at("2026-10-26 07:00")) == "off_hours"  # eight in winter


def test_sleep_wins_over_working_hours() -> None:
    early = WorkingCalendar(ZoneInfo("UTC"), start=time(6), end=time(23))
    assert part_of(early, at("2026-10-07 07:00")) == "sleep"
    assert part_of(early, at("2026-10-07 22:30")) == "sleep"
    assert part_of(early, at("2026-10-07 21:30")) == "working"


def test_weekdays_are_the_ones_declared() -> None:
    weekend = WorkingCalendar(ZoneInfo("UTC"), weekdays=(5, 6))
    assert part_of(weekend, at("2026-10-10 10:00")) == "working"
    assert part_of(weekend, at("2026-10-07 10:00")) == "off_hours"


def test_public_holiday_of_the_persons_country_is_off() -> None:
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    assert part_of(spain, at("2026-10-12 10:00")) == "off_hours"
    assert part_of(MADRID, at("2026-10-12 10:00")) == "working"


def test_public_holiday_of_a_region_is_off_there_alone() -> None:
    madrid = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES-MD")
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    assert part_of(madrid, at("2025-05-02 10:00")) == "off_hours"
    assert part_of(spain, at("2025-05-02 10:00")) == "working"


def test_holiday_begins_at_the_persons_midnight() -> None:
    new_york = WorkingCalendar(ZoneInfo("America/New_York"), holidays="US")
    assert part_of(new_york, at("2026-12-25 23:00")) == "off_hours"  # still Christmas there
    assert part_of(new_york, at("2026-12-24 15:00")) == "working"


def test_parts_of_a_week_are_pagerdutys_where_people_work_from_8_to_18() -> None:
    office = WorkingCalendar(ZoneInfo("UTC"), start=time(8), end=time(18))
    hours = [at("2026-10-05") + timedelta(hours=hour) for hour in range(168)]
    week = pl.DataFrame({"person": ["ada"] * 168, "at": hours})

    parts = in_their_day(week, {"ada": office}, UTC)["day_part"].value_counts()
    # Business 8 to 18 on five days; off-hours 18 to 22 on five days and 8 to 22 on two; sleep the
    # ten hours of seven nights.
    assert dict(parts.iter_rows()) == {"working": 50, "off_hours": 20 + 28, "sleep": 70}
