"""Duty held, against a fair share of it."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from factories import at, leave, people, shifts, window

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.day_parts import DAY_PARTS
from opsreview.metrics.duty import oncall_share, share_measured
from opsreview.metrics.eligibility import fair_hours
from opsreview.working_time import WorkingCalendar

MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))
NOBODY = people({"person_id": "rae", "is_team": False, "share": None})
TWO = people({"person_id": "ada"}, {"person_id": "ben"})


def test_hours_are_those_within_the_window() -> None:
    held = shifts(
        {"start_at": "2026-09-25", "end_at": "2026-10-02"},
        {"start_at": "2026-10-31", "end_at": "2026-11-07"},
        {"start_at": "2026-09-01", "end_at": "2026-10-01"},
        {"start_at": "2026-11-01", "end_at": "2026-11-08"},
    )

    rows = oncall_share(held, NOBODY, leave(), window=OCTOBER)
    assert rows.select("person", "held_hours").rows() == [("ada", 48)]


def test_hours_over_a_clock_change_are_real_hours() -> None:
    # A week from Monday to Monday in Madrid over October 25 has 169 hours, and 167 over March 29.
    autumn = {"start_at": "2026-10-19T09:00+02:00", "end_at": "2026-10-26T09:00+01:00"}
    spring = {"start_at": "2026-03-23T09:00+01:00", "end_at": "2026-03-30T09:00+02:00"}

    year = window("2026-01-01", "2027-01-01")
    for row, hours in ((autumn, 169), (spring, 167)):
        assert oncall_share(shifts(row), NOBODY, leave(), window=year)["held_hours"].to_list() == [
            hours
        ]


def test_roles_are_apart() -> None:
    held = shifts(
        {"person": "ada"},
        {"person": "ben"},
        {"person": "ben", "role": "secondary"},
    )
    measured = share_measured(view(shifts=held, people=TWO))

    ben = stated(measured, "person:ben")
    assert (ben["hours"].value, ben["share"].value) == (168, 0.5)
    assert (ben["hours_secondary"].value, ben["share_secondary"].value) == (168, 1)
    assert value(measured, "hours_secondary", "person:ada") == 0
    assert value(measured, "hours") == 336


def test_who_is_listed_and_held_nothing_is_there_with_zero() -> None:
    measured = share_measured(view(shifts=shifts({}), people=TWO))

    ben = stated(measured, "person:ben")
    assert [ben[name].value for name in ("hours", "share", "fair_share")] == [0, 0, 0.5]


def test_fair_share_counts_from_joining_until_leaving_and_part_time_by_half() -> None:
    # October has 31 days. cleo joined on the 16th: 16 days; dev's last day was the 11th: 11 days;
    # ben works half time: 15.5; ada 31. Together 73.5 days.
    known = people(
        {"person_id": "ada", "zone": "UTC"},
        {"person_id": "ben", "zone": "UTC", "share": 0.5},
        {"person_id": "cleo", "zone": "UTC", "joined_on": date(2026, 10, 16)},
        {"person_id": "dev", "zone": "UTC", "left_on": date(2026, 10, 11)},
    )
    rows = oncall_share(shifts({}), known, leave(), window=OCTOBER)

    fair = dict(rows.select("person", "fair_share").iter_rows())
    assert fair == pytest.approx(
        {"ada": 31 / 73.5, "ben": 15.5 / 73.5, "cleo": 16 / 73.5, "dev": 11 / 73.5}
    )


def test_who_left_before_or_joins_after_is_not_eligible() -> None:
    known = people(
        {"person_id": "ada"},
        {"person_id": "ben", "left_on": date(2026, 9, 30)},
        {"person_id": "cleo", "joined_on": date(2026, 11, 2)},
    )

    assert fair_hours(known, leave(), [], window=OCTOBER)["person"].to_list() == ["ada"]


def test_person_with_several_accounts_is_one_person() -> None:
    known = people({"person_id": "ada"}, {"person_id": "ada", "account": "ada-work"})

    assert fair_hours(known, leave(), [], window=OCTOBER).rows() == [("ada", 744)]


def test_without_a_list_all_who_held_duty_share_it_evenly() -> None:
    rows = oncall_share(shifts({}, {"person": "zoe"}), NOBODY, leave(), window=OCTOBER)

    assert rows["fair_share"].to_list() == [0.5, 0.5]


def test_gap_between_shifts_is_held_by_nobody() -> None:
    # A day is missing between the 8th and the 9th: 336 hours of the 360.
    held = shifts({}, {"person": "ben", "start_at": "2026-10-09", "end_at": "2026-10-16"})

    rows = oncall_share(held, TWO, leave(), window=window("2026-10-01", "2026-10-16"))
    assert rows["held_hours"].sum() == 336
    assert rows["share"].sum() == pytest.approx(1)


def test_no_shift_is_not_measurable_with_the_reason() -> None:
    (hours,) = share_measured(view()).estimates

    assert (hours.value, hours.n) == (None, 0)
    assert hours.reason == "no shift is recorded in the window"


def test_only_secondary_duty_says_that_there_is_no_primary() -> None:
    measured = share_measured(view(shifts=shifts({"role": "secondary"}), people=TWO))

    assert stated(measured)["hours"].reason == "no primary shift is recorded in the window"
    assert value(measured, "hours_secondary", "person:ada") == 168


def test_shifts_after_as_of_are_not_held_yet() -> None:
    measured = share_measured(view(shifts=shifts({}), as_of=at("2026-10-03")))

    assert value(measured, "hours", "person:ada") == 48


def test_hours_by_part_of_the_day_are_of_each_persons_own() -> None:
    # A week from Monday 09:00 to Monday 09:00 in Madrid over the change of October 25: 169 hours.
    # Working five days of eight; sleep seven nights of ten, and one of them has an hour more.
    turn = {"start_at": "2026-10-19T09:00+02:00", "end_at": "2026-10-26T09:00+01:00"}
    measured = share_measured(view(shifts=shifts(turn), people=TWO, calendars={"ada": MADRID}))

    hours = {part: value(measured, "hours", f"day_part:{part}") for part in DAY_PARTS}
    assert hours == {"working": 40, "sleep": 71, "off_hours": 58}
    assert value(measured, "hours_sleep", "person:ada") == 71


def test_overlapping_shifts_of_one_person_count_once() -> None:
    twice = shifts({}, {"start_at": "2026-10-05", "end_at": "2026-10-10"})

    assert oncall_share(twice, TWO, leave(), window=OCTOBER)["held_hours"].sum() == 9 * 24


def test_hours_that_two_shifts_of_one_person_and_role_tell_of_count_once() -> None:
    held = shifts(
        {"start_at": "2026-10-01", "end_at": "2026-10-03"},
        {"start_at": "2026-10-02", "end_at": "2026-10-04"},
        {"rotation": "night", "start_at": "2026-10-02", "end_at": "2026-10-03"},
        {"role": "secondary", "start_at": "2026-10-02", "end_at": "2026-10-03"},
    )
    rows = oncall_share(held, NOBODY, leave(), window=OCTOBER)
    assert rows.select("role", "held_hours").rows() == [("primary", 72), ("secondary", 24)]
