"""Hours and nights that incidents broke into, by hand, over both changes of the clocks."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from factories import at, incident_events, incidents, people, shifts, window

from metrics.views import stated, value, view
from opsreview.metrics.disruptions import (
    disrupted_hours,
    disrupted_moments,
    disrupted_nights,
    hours_measured,
    nights_measured,
    per_shift_measured,
    shift_loads,
)
from opsreview.metrics.view import View
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

CALENDARS = {
    "ada": WorkingCalendar(ZoneInfo("Europe/Madrid")),
    "cleo": WorkingCalendar(ZoneInfo("America/New_York")),
    "dev": WorkingCalendar(ZoneInfo("Asia/Kolkata")),
}
TEAM = people({"person_id": "ada"}, {"person_id": "cleo"}, {"person_id": "dev"})
AUTUMN = window("2026-10-19", "2026-11-09")  # Madrid changes on October 25, New York on November 1
SPRING = window("2026-03-02", "2026-04-06")  # New York on March 8, Madrid on March 29


def paged(*pages: tuple[str, str], within: Window = AUTUMN) -> View:
    """An incident a page, each of a service of its own."""
    return view(
        window=within,
        as_of=within.end_at,
        people=TEAM,
        calendars=CALENDARS,
        incidents=incidents(
            *[{"opened_at": moment, "service": f"s{n}"} for n, (_, moment) in enumerate(pages)]
        ),
        incident_events=incident_events(
            *[
                {"incident_id": str(n), "person": person, "at": moment, "event": "page"}
                for n, (person, moment) in enumerate(pages, 1)
            ]
        ),
    )


@pytest.mark.parametrize(
    ("pages", "hours"),
    [
        # 00:30 and 01:30 UTC of October 25 are both 02:30 in Madrid: two hours went by.
        ([("ada", "2026-10-25 00:30"), ("ada", "2026-10-25 01:30")], 2),
        # In one hour of the clock, twice.
        ([("ada", "2026-10-25 00:10"), ("ada", "2026-10-25 00:50")], 1),
        # Kolkata is five and a half hours ahead: its hour begins at half past of UTC.
        ([("dev", "2026-10-20 10:15"), ("dev", "2026-10-20 10:45")], 2),
        ([("dev", "2026-10-20 10:30"), ("dev", "2026-10-20 11:29")], 1),
        # One moment for two people are two hours of people.
        ([("ada", "2026-10-20 10:15"), ("dev", "2026-10-20 10:15")], 2),
    ],
)
def test_a_clock_hour_with_any_interruption_is_one(
    pages: list[tuple[str, str]], hours: int
) -> None:
    assert value(hours_measured(paged(*pages)), "count") == hours


def test_hours_are_told_by_person_and_part_of_their_day() -> None:
    # 21:30 UTC is 22:30 in Madrid in winter, 17:30 in New York before its own change.
    measured = hours_measured(paged(("ada", "2026-10-28 21:30"), ("cleo", "2026-10-28 21:30")))

    assert value(measured, "count", "person:ada") == 1
    assert value(measured, "count", "day_part:sleep") == 1
    assert value(measured, "count", "day_part:off_hours") == 1
    assert value(measured, "count", "day_part:working") == 0


@pytest.mark.parametrize(
    ("pages", "nights"),
    [
        # The night of October 24 goes on until 08:00 of the 25th, an hour longer in Madrid.
        ([("ada", "2026-10-24 20:00"), ("ada", "2026-10-25 06:59")], [date(2026, 10, 24)]),
        ([("ada", "2026-10-24 19:59"), ("ada", "2026-10-25 07:00")], []),
        # New York, November 1: 08:00 is 13:00 UTC after the change, 12:00 before it.
        ([("cleo", "2026-11-01 12:30")], [date(2026, 10, 31)]),
        ([("cleo", "2026-10-31 12:30")], []),
        ([("dev", "2026-10-20 16:30"), ("dev", "2026-10-21 02:29")], [date(2026, 10, 20)]),
    ],
)
def test_a_night_with_any_interruption_is_one_night_in_autumn(
    pages: list[tuple[str, str]], nights: list[date]
) -> None:
    moments = disrupted_moments(paged(*pages))

    assert disrupted_nights(moments)["night_on"].to_list() == nights


@pytest.mark.parametrize(
    ("pages", "nights"),
    [
        # Madrid, March 29: 08:00 is 06:00 UTC after the change, 07:00 before it.
        ([("ada", "2026-03-29 05:59")], [date(2026, 3, 28)]),
        ([("ada", "2026-03-29 06:00")], []),
        ([("ada", "2026-03-28 06:59")], [date(2026, 3, 27)]),
        # New York, March 8: 22:00 is 03:00 UTC before the change and 02:00 after it.
        ([("cleo", "2026-03-08 02:59")], []),
        ([("cleo", "2026-03-09 02:00")], [date(2026, 3, 8)]),
    ],
)
def test_a_night_with_any_interruption_is_one_night_in_spring(
    pages: list[tuple[str, str]], nights: list[date]
) -> None:
    moments = disrupted_moments(paged(*pages, within=SPRING))

    assert disrupted_nights(moments)["night_on"].to_list() == nights


def test_nights_that_follow_on_each_other_are_a_run_of_one_person() -> None:
    nights = [("ada", f"2026-10-{day} 22:30") for day in (20, 21, 22, 24)]
    measured = nights_measured(paged(*nights, ("dev", "2026-10-23 18:00")))

    assert value(measured, "count") == 5
    assert value(measured, "longest_run") == 3
    assert value(measured, "longest_run", "person:dev") == 1
    ada = stated(measured, "person:ada")
    assert (ada["count"].value, ada["longest_run"].value) == (4, 3)


def test_working_on_an_incident_through_the_night_disrupts_every_hour_worked() -> None:
    acts = incident_events(
        {"at": "2026-10-20 22:10", "event": "page"},
        {"at": "2026-10-20 23:10", "event": "update"},
        {"at": "2026-10-21 02:10", "event": "resolution"},
    )
    seen = view(
        window=AUTUMN,
        as_of=AUTUMN.end_at,
        calendars=CALENDARS,
        incidents=incidents({"opened_at": "2026-10-20 22:00"}),
        incident_events=acts,
    )

    moments = disrupted_moments(seen)
    assert disrupted_hours(moments)["hour_at"].to_list() == [
        at("2026-10-20 22:00"),
        at("2026-10-20 23:00"),
        at("2026-10-21 02:00"),
    ]
    assert disrupted_nights(moments).height == 1


def test_who_was_on_duty_while_nobody_acted_was_disrupted_as_it_opened() -> None:
    seen = view(incidents=incidents({"opened_at": "2026-10-02 23:30"}), shifts=shifts({}))

    assert disrupted_moments(seen).select("person", "at").rows() == [
        ("ada", at("2026-10-02 23:30"))
    ]


def test_nothing_that_happened_disrupted_nobody() -> None:
    assert value(nights_measured(view()), "count") == 0
    assert value(nights_measured(view()), "longest_run") == 0
    assert value(hours_measured(view()), "count") == 0


def test_whom_nobody_knows_was_not_left_in_peace() -> None:
    unheard = incidents({"opened_at": "2026-10-02 23:30"})
    both = incidents({"opened_at": "2026-10-02 23:30"}, {"opened_at": "2026-10-04 23:30"})
    known = incident_events({"incident_id": "2", "at": "2026-10-04 23:40"})

    for measured in (nights_measured, hours_measured):
        nothing = stated(measured(view(incidents=unheard)))["count"]
        assert (nothing.value, nothing.n) == (None, 0)
        assert nothing.reason == "nobody knows whom the incidents reached"
        part = stated(measured(view(incidents=both, incident_events=known)))["count"]
        assert (part.value, part.n_excluded) == (1, 1)


# Shifts


WEEK = window("2026-10-01", "2026-10-08")


def test_a_week_of_duty_is_fourteen_shifts_of_twelve_hours() -> None:
    opened = [f"2026-10-02 0{hour}:00" for hour in (1, 3, 9)] + ["2026-10-02 13:00"]
    rows = [{"opened_at": moment, "service": f"s{n}"} for n, moment in enumerate(opened)]
    measured = per_shift_measured(view(window=WEEK, incidents=incidents(*rows), shifts=shifts({})))

    parts = stated(measured)
    assert measured.rows.height == 14
    assert parts["rate"].value == pytest.approx(4 / 14)
    assert (parts["most"].value, parts["share_over"].value) == (3, pytest.approx(1 / 14))
    assert parts["rate"].upper == pytest.approx(0.7316, abs=1e-3)  # Poisson: 10.2416 of 14


def test_a_burst_of_one_cause_is_one_incident_of_the_shift() -> None:
    rows = [{"opened_at": f"2026-10-02 0{hour}:00"} for hour in range(1, 6)]
    measured = per_shift_measured(view(window=WEEK, incidents=incidents(*rows), shifts=shifts({})))

    assert value(measured, "most") == 1


def test_week_in_which_the_clocks_go_back_has_an_hour_more_of_duty() -> None:
    turn = {"start_at": "2026-10-19T09:00+02:00", "end_at": "2026-10-26T09:00+01:00"}
    rows = shift_loads(view(window=AUTUMN, shifts=shifts(turn)), AUTUMN)

    assert rows.height == 15
    assert rows.row(-1, named=True)["end_at"] == at("2026-10-26 08:00")


def test_what_touched_another_than_who_was_on_duty_is_not_of_the_shift() -> None:
    acts = incident_events({"at": "2026-10-02 10:00", "person": "ben"})
    seen = view(
        window=WEEK,
        incidents=incidents({"opened_at": "2026-10-02 10:00"}),
        incident_events=acts,
        shifts=shifts({}),
    )

    assert value(per_shift_measured(seen), "rate") == 0


def test_without_duty_nothing_is_told_of_shifts() -> None:
    assert {each.reason for each in per_shift_measured(view()).estimates} == {
        "no primary duty is recorded in the window"
    }
