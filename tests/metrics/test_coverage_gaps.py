"""Hours to be covered that nobody held, and hours that two held at once."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from factories import at, shifts, window

from metrics.views import stated, value, view
from opsreview.metrics.coverage_gaps import double_booked_measured, gaps_measured
from opsreview.metrics.view import Targets, View
from opsreview.rotation import Rotation
from opsreview.working_time import WorkingCalendar

MADRID = ZoneInfo("Europe/Madrid")
WEEK = window("2026-10-19", "2026-10-28")  # the clocks of Madrid go back on October 25


def declared(*rows: dict[str, str], covered: WorkingCalendar | None = None) -> View:
    targets = Targets(72.0, rotation=Rotation(("ada", "ben"), MADRID, covered=covered))
    return view(window=WEEK, shifts=shifts(*rows), targets=targets)


TURN = {"start_at": "2026-10-19 07:00", "end_at": "2026-10-26 08:00"}


def test_gap_of_the_nights_counts_where_cover_is_always() -> None:
    measured = gaps_measured(declared(TURN))

    # Seven hours before the turn, and 40 after it.
    assert measured.rows.rows() == [
        (at("2026-10-19"), at("2026-10-19 07:00")),
        (at("2026-10-26 08:00"), at("2026-10-28")),
    ]
    assert (value(measured, "hours"), value(measured, "required_hours")) == (47, 216)


def test_business_hours_alone_have_to_be_covered_where_the_model_says_so() -> None:
    measured = gaps_measured(declared(TURN, covered=WorkingCalendar(MADRID)))

    # Monday's eight hours are of the next turn, and Tuesday's: nobody holds it.
    assert value(measured, "hours") == 16
    assert value(measured, "required_hours") == 56


def test_without_a_declared_duty_no_hour_has_to_be_covered() -> None:
    measured = gaps_measured(view(window=WEEK, shifts=shifts(TURN)))

    assert stated(measured)["hours"].value is None
    assert stated(measured)["hours"].reason == "the model declares no duty: write rhythm.duty"


def test_two_primaries_at_once_are_told_in_hours_of_overlap() -> None:
    other = {"person": "ben", "start_at": "2026-10-25 00:00", "end_at": "2026-10-27 00:00"}
    measured = double_booked_measured(declared(TURN, other))

    assert value(measured, "hours") == 32
    assert measured.rows.rows() == [(at("2026-10-25"), at("2026-10-26 08:00"))]


def test_one_person_in_two_overlapping_shifts_is_not_two() -> None:
    twice = {"start_at": "2026-10-20 00:00", "end_at": "2026-10-22 00:00"}

    assert value(double_booked_measured(declared(TURN, twice)), "hours") == 0
