"""Turns of a rotation, over clock changes and with business hours."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from factories import at, window

from opsreview.cadence import Cadence
from opsreview.rotation import Rotation
from opsreview.working_time import WorkingCalendar

MADRID = ZoneInfo("Europe/Madrid")
WEEKLY = Rotation(
    ("ada", "ben"), MADRID, starting=date(2026, 10, 5), weekday=0, handover=time(9), rest_hours=48
)
MONTH = window("2026-10-05", "2026-11-02")


def test_turns_are_handed_over_by_the_clock_on_the_wall() -> None:
    turns = WEEKLY.turns(MONTH)

    # The clocks of Madrid go back on October 25: that week has 169 hours.
    assert turns["person"].to_list() == ["ada", "ben", "ada", "ben"]
    assert turns["start_at"].to_list()[2:] == [at("2026-10-19 07:00"), at("2026-10-26 08:00")]
    assert (turns["end_at"] - turns["start_at"]).dt.total_hours().to_list() == [168, 168, 169, 168]


def test_nobody_holds_duty_before_it_began_or_where_nobody_says_when() -> None:
    before = window("2026-09-01", "2026-10-01")

    assert WEEKLY.turns(before).is_empty()
    assert Rotation(("ada",), MADRID).turns(MONTH).is_empty()


def test_the_next_in_the_order_stands_behind() -> None:
    turns = Rotation(("ada", "ben"), MADRID, starting=date(2026, 10, 5), has_secondary=True).turns(
        window("2026-10-05", "2026-10-11")
    )

    assert turns.select("role", "person").rows() == [("primary", "ada"), ("secondary", "ben")]


@pytest.mark.parametrize(("unit", "count", "turns"), [("day", 1, 28), ("week", 2, 2)])
def test_turns_have_the_length_that_is_asked_for(unit: str, count: int, turns: int) -> None:
    rotation = Rotation(
        ("ada", "ben"), ZoneInfo("UTC"), Cadence(count, unit, unit), starting=date(2026, 10, 5)
    )

    assert rotation.turns(MONTH).height == turns


def test_first_turn_begins_on_the_first_day_of_handover() -> None:
    assert WEEKLY.begun(date(2026, 10, 6)).starting == date(2026, 10, 12)
    assert WEEKLY.begun(date(2026, 10, 5)).starting == date(2026, 10, 5)


def test_business_hours_alone_have_to_be_answered_where_the_model_says_so() -> None:
    office = Rotation(("ada",), MADRID, covered=WorkingCalendar(MADRID))

    hours = office.hours(window("2026-10-23", "2026-10-27"))

    # Friday, and Monday after the clocks went back; not the weekend.
    assert hours.rows() == [
        (at("2026-10-23 07:00"), at("2026-10-23 15:00")),
        (at("2026-10-26 08:00"), at("2026-10-26 16:00")),
    ]
    assert WEEKLY.hours(MONTH).rows() == [(MONTH.start_at, MONTH.end_at)]
