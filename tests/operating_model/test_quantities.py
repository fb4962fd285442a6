"""What a person writes: durations, percents, rhythms."""

from __future__ import annotations

from datetime import date

import pytest

from opsreview.cadence import days_of
from opsreview.operating_model.quantities import (
    Quantity,
    cadence_of,
    handover_of,
    hours_of,
    quantity_of,
    weekday_of,
)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("3 days", 72),
        ("1 day", 24),
        ("72 h", 72),
        ("72h", 72),
        ("1.5 hours", 1.5),
        ("30 min", 0.5),
        ("90 minutes", 1.5),
        ("2 weeks", 336),
        ("2 D", 48),
        ("0 min", 0),
    ],
)
def test_duration_is_wall_clock_hours(text: str, hours: float) -> None:
    assert hours_of(text) == hours


@pytest.mark.parametrize("text", [3, "3", "days", "-1 day", "1 month", "3 mins 2 h", None, ""])
def test_duration_without_number_or_unit_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration: write a number and a unit"):
        hours_of(text)


def test_target_is_a_percent_a_duration_or_a_bare_number() -> None:
    assert quantity_of("80 %") == quantity_of("80%") == Quantity(0.8, "share")
    assert quantity_of("2 days") == Quantity(48, "hours")
    assert quantity_of(0.8) == Quantity(0.8, "number")
    assert quantity_of(-3) == Quantity(-3, "number")


@pytest.mark.parametrize("written", [True, float("nan"), "eighty", "-5 %", None, [1]])
def test_other_targets_are_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a target: write a percent"):
        quantity_of(written)


def test_rhythm_is_a_count_and_a_unit() -> None:
    assert (cadence_of("2 weeks").count, cadence_of("2 weeks").unit) == (2, "week")
    assert (cadence_of("Weekdays").count, cadence_of("weekdays").unit) == (1, "weekday")


@pytest.mark.parametrize("written", ["often", "0 weeks", "2 years", 2, None])
def test_other_rhythms_are_refused(written: object) -> None:
    with pytest.raises(ValueError, match="is not a rhythm: write day, weekday, week"):
        cadence_of(written)


def test_weekday_and_handover_come_out_in_one_spelling() -> None:
    assert weekday_of("Tuesday") == "tuesday"
    assert handover_of("Monday 9:00") == "monday 09:00"


@pytest.mark.parametrize("written", ["mon 10:00", "monday", "monday 24:00", "monday 10", 600])
def test_other_handovers_are_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"write it as monday 10:00|is not a day of the week"):
        handover_of(written)


def test_weeks_are_counted_from_the_start_and_the_end_does_not_belong() -> None:
    days = days_of(cadence_of("2 weeks"), date(2026, 1, 6), date(2026, 2, 3))

    assert days == [date(2026, 1, 6), date(2026, 1, 20)]


def test_second_tuesday_stays_a_second_tuesday() -> None:
    days = days_of(cadence_of("month"), date(2025, 5, 13), date(2025, 8, 1))

    assert days == [date(2025, 5, 13), date(2025, 6, 10), date(2025, 7, 8)]


def test_fifth_weekday_falls_on_the_last_where_there_is_none() -> None:
    days = days_of(cadence_of("month"), date(2026, 3, 31), date(2026, 7, 1))

    assert days == [date(2026, 3, 31), date(2026, 4, 28), date(2026, 5, 26), date(2026, 6, 30)]


def test_quarters_cross_the_year() -> None:
    days = days_of(cadence_of("quarter"), date(2025, 11, 4), date(2026, 6, 1))

    assert days == [date(2025, 11, 4), date(2026, 2, 3), date(2026, 5, 5)]


def test_weekdays_leave_out_the_weekend() -> None:
    days = days_of(cadence_of("weekday"), date(2026, 1, 2), date(2026, 1, 7))

    assert [day.day for day in days] == [2, 5, 6]


def test_no_days_before_the_start() -> None:
    assert days_of(cadence_of("week"), date(2026, 1, 6), date(2025, 1, 1)) == []
    assert days_of(cadence_of("month"), date(2026, 1, 6), date(2025, 1, 1)) == []
