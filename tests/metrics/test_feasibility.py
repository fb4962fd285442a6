"""What a rotation can promise, against what Google SRE advises."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from factories import leave, people, shifts, window

from metrics.views import stated, value, view
from opsreview.metrics.feasibility import (
    feasibility_measured,
    gaps_between_shifts_measured,
    rotation_feasibility,
)
from opsreview.metrics.view import Targets
from opsreview.rotation import Rotation
from opsreview.working_time import WorkingCalendar

UTC = ZoneInfo("UTC")
FOUR_WEEKS = window("2026-10-05", "2026-11-02")


@pytest.mark.parametrize(
    ("people", "at_once", "share", "needed"),
    [
        (4, 1, 0.25, 4),  # the SRE book: four people, primary alone, weekly
        (8, 2, 0.25, 8),  # and eight with a secondary
        (2, 1, 0.5, 4),
        (3, 1, 1 / 3, 4),
        (1, 1, 1.0, 4),
        (3, 2, 2 / 3, 8),
        (1, 2, 1.0, 8),
    ],
)
def test_share_and_need_are_those_of_the_sre_book(
    people: int, at_once: int, share: float, needed: int
) -> None:
    found = rotation_feasibility(people, at_once=at_once, covered_share=1.0, most_share=0.25)

    assert found["share"] == pytest.approx(share)
    assert found["people_needed"] == needed
    assert found["hours_a_week"] == pytest.approx(168 * share)


def test_business_hours_of_two_people_are_eight_by_five_shared() -> None:
    rotation = Rotation(("ada", "ben"), UTC, covered=WorkingCalendar(UTC))
    measured = feasibility_measured(
        view(window=FOUR_WEEKS, targets=Targets(72.0, rotation=rotation))
    )

    # 160 of 672 hours, by two.
    assert value(measured, "share") == pytest.approx(160 / 672 / 2)
    assert value(measured, "hours_a_week") == pytest.approx(20)
    assert value(measured, "people_needed") == 1


def test_who_left_takes_no_turns_any_more() -> None:
    known = people(
        {"person_id": "ada", "zone": "UTC"},
        {"person_id": "ben", "zone": "UTC", "left_on": date(2026, 10, 20)},
    )
    targets = Targets(72.0, rotation=Rotation(("ada", "ben"), UTC))
    measured = feasibility_measured(view(window=FOUR_WEEKS, people=known, targets=targets))

    assert (value(measured, "people"), value(measured, "share")) == (1, 1)


def test_leave_passes_and_does_not_end_a_promise() -> None:
    away = leave({"person_id": "ben", "from_on": date(2026, 10, 25), "to_on": date(2026, 11, 20)})
    targets = Targets(72.0, rotation=Rotation(("ada", "ben"), UTC))
    measured = feasibility_measured(view(window=FOUR_WEEKS, leave=away, targets=targets))

    assert value(measured, "people") == 2


def test_without_a_declared_rotation_those_who_held_duty_are_looked_at() -> None:
    held = shifts({"start_at": "2026-10-05", "end_at": "2026-10-12"}, {"person": "ben"})

    assert value(feasibility_measured(view(window=FOUR_WEEKS, shifts=held)), "people") == 2
    assert stated(feasibility_measured(view(window=FOUR_WEEKS)))["share"].reason == (
        "the model declares no duty, and no shift is recorded in the half year"
    )


def test_the_teams_own_limit_takes_the_place_of_the_advice() -> None:
    rotation = Rotation(("ada", "ben"), UTC, most_share=0.5)
    measured = feasibility_measured(
        view(window=FOUR_WEEKS, targets=Targets(72.0, rotation=rotation))
    )

    assert value(measured, "people_needed") == 2


def test_gap_between_shifts_is_a_persons_own_and_over_both_roles() -> None:
    held = shifts(
        {"start_at": "2026-09-21", "end_at": "2026-09-28"},
        {"start_at": "2026-10-12", "end_at": "2026-10-19"},
        {"role": "secondary", "start_at": "2026-10-21", "end_at": "2026-10-24"},
        {"person": "ben", "start_at": "2026-10-24", "end_at": "2026-10-31"},
    )
    measured = gaps_between_shifts_measured(view(window=FOUR_WEEKS, shifts=held))

    # ada: 14 days, then two.
    assert (value(measured, "median"), value(measured, "shortest")) == (192, 48)
    assert stated(measured)["median"].n == 2
