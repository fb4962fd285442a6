"""Duty held, interruptions, chance, and time to resolve."""

from datetime import date, time
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, incident_events, incidents, people, shifts, window

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.oncall import (
    fair_hours,
    interruptions,
    interruptions_measured,
    oncall_share,
    resolve_measured,
    share_measured,
    time_to_resolve,
)
from opsreview.working_time import WorkingCalendar

MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))
NOBODY = people({"person_id": "rae", "is_team": False, "share": None})
TWO = people({"person_id": "ada"}, {"person_id": "ben"})


def touched(
    opened: pl.DataFrame,
    acts: pl.DataFrame | None = None,
    held: pl.DataFrame | None = None,
    *,
    calendars: dict[str, WorkingCalendar] | None = None,
    as_of: str = "2026-11-08",
) -> pl.DataFrame:
    return interruptions(
        opened,
        incident_events() if acts is None else acts,
        shifts() if held is None else held,
        window=OCTOBER,
        as_of=at(as_of),
        calendars=calendars or {},
        otherwise=MADRID,
    )


# Duty held


def test_hours_are_those_within_the_window() -> None:
    held = shifts(
        {"start_at": "2026-09-25", "end_at": "2026-10-02"},
        {"start_at": "2026-10-31", "end_at": "2026-11-07"},
        {"start_at": "2026-09-01", "end_at": "2026-10-01"},
        {"start_at": "2026-11-01", "end_at": "2026-11-08"},
    )

    rows = oncall_share(held, NOBODY, window=OCTOBER)
    assert rows.select("person", "held_hours").rows() == [("ada", 48)]


def test_hours_over_a_clock_change_are_real_hours() -> None:
    # A week from Monday to Monday in Madrid over October 25 has 169 hours, and 167 over March 29.
    autumn = {"start_at": "2026-10-19T09:00+02:00", "end_at": "2026-10-26T09:00+01:00"}
    spring = {"start_at": "2026-03-23T09:00+01:00", "end_at": "2026-03-30T09:00+02:00"}

    year = window("2026-01-01", "2027-01-01")
    for row, hours in ((autumn, 169), (spring, 167)):
        assert oncall_share(shifts(row), NOBODY, window=year)["held_hours"].to_list() == [hours]


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
    # October has 31 days. cleo joined on the 16th: 16 days; dev left on the 11th: 10 days;
    # ben works half time: 15.5; ada 31. Together 72.5 days.
    known = people(
        {"person_id": "ada"},
        {"person_id": "ben", "share": 0.5},
        {"person_id": "cleo", "joined_on": date(2026, 10, 16)},
        {"person_id": "dev", "left_on": date(2026, 10, 11)},
    )
    rows = oncall_share(shifts({}), known, window=OCTOBER)

    fair = dict(rows.select("person", "fair_share").iter_rows())
    assert fair == pytest.approx(
        {"ada": 31 / 72.5, "ben": 15.5 / 72.5, "cleo": 16 / 72.5, "dev": 10 / 72.5}
    )


def test_who_left_before_or_joins_after_is_not_eligible() -> None:
    known = people(
        {"person_id": "ada"},
        {"person_id": "ben", "left_on": date(2026, 9, 30)},
        {"person_id": "cleo", "joined_on": date(2026, 11, 1)},
    )

    assert fair_hours(known, [], window=OCTOBER)["person"].to_list() == ["ada"]


def test_person_with_several_accounts_is_one_person() -> None:
    known = people({"person_id": "ada"}, {"person_id": "ada", "account": "ada-work"})

    assert fair_hours(known, [], window=OCTOBER).rows() == [("ada", 744)]


def test_without_a_list_all_who_held_duty_share_it_evenly() -> None:
    rows = oncall_share(shifts({}, {"person": "zoe"}), NOBODY, window=OCTOBER)

    assert rows["fair_share"].to_list() == [0.5, 0.5]


def test_gap_between_shifts_is_held_by_nobody() -> None:
    # A day is missing between the 8th and the 9th: 336 hours of the 360.
    held = shifts({}, {"person": "ben", "start_at": "2026-10-09", "end_at": "2026-10-16"})

    rows = oncall_share(held, TWO, window=window("2026-10-01", "2026-10-16"))
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


# Interruptions


def test_several_acts_of_one_person_are_one_interruption() -> None:
    acts = incident_events(
        {"at": "2026-10-02 10:00"},
        {"at": "2026-10-02 10:05", "event": "acknowledged"},
        {"at": "2026-10-02 10:06", "person": "ben"},
        {"at": "2026-10-02 10:07", "person": None},
    )

    rows = touched(incidents({"opened_at": "2026-10-02 10:00"}), acts)
    assert rows.select("person", "evidence").rows() == [
        ("ada", "acted on it"),
        ("ben", "acted on it"),
    ]


def test_where_nobody_acted_the_person_on_primary_duty_was_touched() -> None:
    held = shifts({"person": "ben"}, {"person": "cleo", "role": "secondary"})

    rows = touched(incidents({"opened_at": "2026-10-02"}), held=held)
    assert rows.select("person", "evidence").rows() == [("ben", "on duty")]


def test_shift_holds_its_start_and_not_its_end() -> None:
    held = shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-15"})

    rows = touched(incidents({"opened_at": "2026-10-08"}), held=held)
    assert rows["person"].to_list() == ["ben"]


def test_incident_that_touched_nobody_known_stays_in_without_a_person() -> None:
    rows = touched(incidents({"opened_at": "2026-10-20"}))

    assert rows.select("person", "evidence").rows() == [(None, "nobody known")]
    measured = interruptions_measured(view(incidents=incidents({})))
    assert value(measured, "count") == 1
    assert not [part for part in measured.estimates if part.group.startswith("person:")]


def test_window_holds_its_start_and_not_its_end() -> None:
    opened = incidents(
        *[{"opened_at": moment} for moment in ("2026-09-30 23:59", "2026-10-01", "2026-11-01")]
    )

    assert touched(opened)["incident_id"].to_list() == ["2"]


def test_what_happened_after_as_of_did_not_happen() -> None:
    opened = incidents({}, {"opened_at": "2026-10-20"})
    acts = incident_events({"at": "2026-10-16", "person": "ben"})

    rows = touched(opened, acts, as_of="2026-10-15")
    assert rows.select("incident_id", "evidence").rows() == [("1", "nobody known")]


def test_same_id_at_two_sources_is_two_incidents() -> None:
    opened = incidents({"incident_id": "7"}, {"incident_id": "7", "source": "chat"})
    acts = incident_events({"incident_id": "7", "source": "chat", "person": "ben"})

    rows = touched(opened, acts)
    assert rows.select("source", "person").rows() == [("chat", "ben"), ("pager", None)]


@pytest.mark.parametrize(
    ("moment", "part"),
    [
        ("2026-10-14 09:00+02:00", "working"),
        ("2026-10-14 16:59+02:00", "working"),
        ("2026-10-14 17:00+02:00", "off_hours"),
        ("2026-10-14 08:00+02:00", "off_hours"),
        ("2026-10-14 21:59+02:00", "off_hours"),
        ("2026-10-14 22:00+02:00", "sleep"),
        ("2026-10-14 07:59+02:00", "sleep"),
        ("2026-10-17 12:00+02:00", "off_hours"),
        ("2026-10-12 12:00+02:00", "off_hours"),
        ("2026-10-12 23:00+02:00", "sleep"),
        ("2026-10-26 09:00+01:00", "working"),
        ("2026-10-26 09:00+02:00", "off_hours"),
    ],
)
def test_day_part_is_the_persons_own_with_holidays_and_sleep_wins(moment: str, part: str) -> None:
    # October 12 is a holiday in Spain, the 17th a Saturday; on the 25th the clock went back.
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    opened = incidents({"opened_at": moment})
    acts = incident_events({"at": moment})

    assert touched(opened, acts, calendars={"ada": spain})["day_part"].to_list() == [part]


def test_one_incident_is_night_for_one_and_day_for_another() -> None:
    tokyo = WorkingCalendar(ZoneInfo("Asia/Tokyo"))
    moment = "2026-10-14 02:00"  # 04:00 in Madrid, 11:00 in Tokyo
    acts = incident_events({"at": moment}, {"at": "2026-10-14 02:01", "person": "ben"})

    rows = touched(incidents({"opened_at": moment}), acts, calendars={"ada": MADRID, "ben": tokyo})
    assert rows["day_part"].to_list() == ["sleep", "working"]


def test_working_at_night_is_still_sleep() -> None:
    nights = WorkingCalendar(ZoneInfo("UTC"), start=time(0), end=time(12))
    acts = incident_events({})

    rows = touched(incidents({}), acts, calendars={"ada": nights})
    assert rows["day_part"].to_list() == ["sleep"]


def test_cluster_is_a_services_incidents_within_six_hours_of_the_one_before() -> None:
    opened = incidents(
        {"opened_at": "2026-10-02 00:00"},
        {"opened_at": "2026-10-02 06:00"},
        {"opened_at": "2026-10-02 12:00"},
        {"opened_at": "2026-10-02 18:00:01"},
        {"opened_at": "2026-10-02 06:00", "service": "search"},
        {"opened_at": "2026-10-02 06:00", "service": None},
    )

    rows = touched(opened).sort("incident_id")
    one, two, three, four, search, unnamed = rows["cluster"].to_list()
    assert one == two == three
    assert len({one, four, search, unnamed}) == 4


def test_counts_come_by_person_and_for_every_part_of_the_day() -> None:
    opened = incidents({"opened_at": "2026-10-01 12:00"}, {"opened_at": "2026-10-02 12:00"})
    acts = incident_events(
        {"at": "2026-10-01 12:00"},
        {"at": "2026-10-01 12:01", "person": "ben"},
        {"incident_id": "2", "at": "2026-10-02 12:00"},
    )
    measured = interruptions_measured(view(incidents=opened, incident_events=acts))

    assert value(measured, "count") == 3
    assert [value(measured, "count", f"person:{who}") for who in ("ada", "ben")] == [2, 1]
    parts = [value(measured, "count", f"day_part:{p}") for p in ("working", "off_hours", "sleep")]
    assert parts == [3, 0, 0]


def test_no_incident_is_a_count_of_zero_and_before_the_window_unknown() -> None:
    assert value(interruptions_measured(view()), "count") == 0
    (count,) = interruptions_measured(view(as_of=at("2026-10-01"))).estimates
    assert (count.value, count.reason) == (None, "the window has not begun")


# Time to resolve


def test_open_incidents_resolved_now_is_a_known_wrong_way() -> None:
    opened = incidents({"resolved_at": "2026-10-01 02:00"}, {}, {})
    measured = resolve_measured(view(incidents=opened))

    assert measured.rows["is_censored"].to_list() == [False, True, True]
    assert measured.rows["waited_hours"].to_list() == [2, 38 * 24, 38 * 24]
    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_censored) == (None, 3, 2)


def test_resolution_after_as_of_did_not_happen() -> None:
    opened = incidents({"resolved_at": "2026-10-03"})

    row = time_to_resolve(opened, window=OCTOBER, as_of=at("2026-10-02")).row(0, named=True)
    assert (row["waited_hours"], row["is_censored"]) == (24, True)
    row = time_to_resolve(opened, window=OCTOBER, as_of=at("2026-10-03")).row(0, named=True)
    assert (row["waited_hours"], row["is_censored"]) == (48, False)


def test_resolved_as_it_opened_took_zero_hours() -> None:
    opened = incidents({"resolved_at": "2026-10-01"}, {"opened_at": "2026-11-01"})

    rows = time_to_resolve(opened, window=OCTOBER, as_of=at("2026-11-08"))
    assert rows.select("incident_id", "waited_hours").rows() == [("1", 0)]


def test_no_incident_gives_no_median() -> None:
    median = stated(resolve_measured(view()))["median"]

    assert (median.value, median.n) == (None, 0)
    assert median.reason == "no incident was opened in the window"
