"""Turns of duty: merged, overlapping, uncovered, handed over, and the rest between."""

from __future__ import annotations

from typing import Any

import polars as pl
from factories import at, shifts

from metrics.views import OCTOBER
from opsreview.metrics.turns import double_booked, handovers, held_hours, rests, turns, uncovered
from opsreview.window import Window

FORTNIGHT = Window(at("2026-10-01"), at("2026-10-15"))


def shift(person: str, start: str, end: str, **more: str) -> dict[str, Any]:
    return {"person": person, "start_at": f"2026-{start}", "end_at": f"2026-{end}", **more}


def turns_of(*rows: dict[str, Any], window: Window = FORTNIGHT) -> pl.DataFrame:
    return turns(shifts(*rows), window=window)


def spans(frame: pl.DataFrame) -> list[tuple[str, str]]:
    return [(f"{start:%m-%d}", f"{end:%m-%d}") for start, end in frame.rows()]


def test_shifts_that_follow_on_each_other_are_one_turn() -> None:
    found = turns_of(
        shift("ada", "10-01", "10-03"),
        shift("ada", "10-03", "10-05"),
        shift("ada", "10-08", "10-09"),
    )

    assert spans(found.select("start_at", "end_at")) == [("10-01", "10-05"), ("10-08", "10-09")]


def test_turn_outside_the_window_is_left_out_and_one_across_its_edge_is_whole() -> None:
    found = turns_of(shift("ada", "09-01", "09-20"), shift("ben", "09-28", "10-02"))

    assert spans(found.select("start_at", "end_at")) == [("09-28", "10-02")]


def test_two_people_at_once_are_double_booked_in_one_rotation_only() -> None:
    ada = shift("ada", "10-01", "10-08")
    ben = shift("ben", "10-07", "10-15")

    assert spans(double_booked(turns_of(ada, ben), window=FORTNIGHT)) == [("10-07", "10-08")]
    apart = turns_of(ada, ben | {"rotation": "other"})
    assert double_booked(apart, window=FORTNIGHT).is_empty()
    behind = turns_of(ada, ben | {"role": "secondary"})
    assert double_booked(behind, window=FORTNIGHT).is_empty()


def test_three_at_once_are_double_booked_once() -> None:
    found = turns_of(
        shift("ada", "10-01", "10-10"),
        shift("ben", "10-02", "10-06"),
        shift("cleo", "10-04", "10-08"),
    )

    assert spans(double_booked(found, window=FORTNIGHT)) == [("10-02", "10-06"), ("10-06", "10-08")]


def test_one_persons_shift_given_twice_is_no_double_booking() -> None:
    found = turns_of(shift("ada", "10-01", "10-08"), shift("ada", "10-05", "10-10"))

    assert double_booked(found, window=FORTNIGHT).is_empty()


def test_gaps_are_before_between_and_after_and_a_secondary_closes_none() -> None:
    found = turns_of(
        shift("ada", "10-02", "10-05"),
        shift("ben", "10-06", "10-14"),
        shift("cleo", "10-01", "10-15", role="secondary"),
    )

    assert spans(uncovered(found, window=FORTNIGHT)) == [
        ("10-01", "10-02"),
        ("10-05", "10-06"),
        ("10-14", "10-15"),
    ]


def test_nobody_at_all_is_one_gap() -> None:
    assert spans(uncovered(turns_of(), window=FORTNIGHT)) == [("10-01", "10-15")]


def test_duty_changes_hands_where_the_person_changes_only() -> None:
    found = turns_of(
        shift("ada", "09-24", "10-01"),
        shift("ben", "10-01", "10-05"),
        shift("ben", "10-06", "10-09"),
    )

    assert handovers(found, window=FORTNIGHT)["at"].to_list() == []
    whole = turns_of(
        shift("ada", "09-24", "10-01 10:00"), shift("ben", "10-01 09:00", "10-05"), window=OCTOBER
    )
    assert handovers(whole, window=OCTOBER)["at"].to_list() == [at("2026-10-01 09:00")]


def test_hours_are_clipped_to_the_window_and_two_roles_at_once_count_once() -> None:
    found = turns_of(
        shift("ada", "09-25", "10-02"),
        shift("ada", "10-01", "10-03", role="secondary"),
        shift("ben", "10-05", "10-06"),
    )

    assert held_hours(found, window=FORTNIGHT).rows() == [("ada", 48.0), ("ben", 24.0)]


def test_rest_is_from_the_end_of_ones_turn_to_the_next() -> None:
    found = turns_of(
        shift("ada", "10-01", "10-03"),
        shift("ben", "10-03", "10-06"),
        shift("ada", "10-06", "10-08"),
    )

    assert rests(found).select("person", "rest_hours").rows() == [("ada", 72.0)]
