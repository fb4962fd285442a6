from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, window

from opsreview.errors import CycleError
from opsreview.window import MOMENT, Cycle, Window, last_full_month

MADRID = ZoneInfo("Europe/Madrid")
OCTOBER = window("2026-10-01", "2026-11-01")


@pytest.mark.parametrize(
    ("moment", "is_in"),
    [
        ("2026-09-30 23:59:59.999999", False),
        ("2026-10-01 00:00", True),
        ("2026-10-31 23:59:59.999999", True),
        ("2026-11-01 00:00", False),
    ],
)
def test_start_belongs_to_a_window_and_its_end_does_not(moment, is_in):
    issues = pl.DataFrame({"opened_at": [at(moment)]}, schema={"opened_at": MOMENT})
    assert issues.select(OCTOBER.has("opened_at")).item() is is_in


def test_unknown_moment_is_neither_in_nor_out():
    issues = pl.DataFrame({"opened_at": [None]}, schema={"opened_at": MOMENT})
    assert issues.select(OCTOBER.has("opened_at")).item() is None


def test_window_knows_its_length():
    assert window("2026-10-01", "2026-10-15").hours == 14 * 24
    assert window("2026-10-01", "2026-10-15").weeks == 2


def test_overlap_is_what_both_cover():
    other = window("2026-10-20", "2026-12-01")
    assert OCTOBER.overlap(other) == window("2026-10-20", "2026-11-01")
    assert other.overlap(OCTOBER) == OCTOBER.overlap(other)


def test_windows_that_only_touch_do_not_overlap():
    assert OCTOBER.overlap(window("2026-11-01", "2026-12-01")) is None


def test_shifted_window_keeps_its_length():
    assert OCTOBER.shifted(timedelta(days=-1)) == window("2026-09-30", "2026-10-31")


def test_month_begins_and_ends_at_the_teams_midnight():
    assert Cycle("2026-07", MADRID).window == window("2026-06-30 22:00", "2026-07-31 22:00")


@pytest.mark.parametrize(("name", "hours"), [("2026-03", 743), ("2026-10", 745), ("2026-02", 672)])
def test_month_in_which_the_clock_changes_is_an_hour_off(name, hours):
    assert Cycle(name, MADRID).window.hours == hours


def test_quarter_is_its_three_months():
    quarter = Cycle("2026-q4", MADRID).window
    assert quarter.start_at == Cycle("2026-10", MADRID).window.start_at
    assert quarter.end_at == Cycle("2026-12", MADRID).window.end_at


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/Santiago", "Pacific/Apia", "UTC"])
def test_each_cycle_begins_where_the_one_before_it_ends(zone):
    for name in ("2012-01", "2026-01", "2026-04", "2026-11", "2026-q1", "2026-q2"):
        cycle = Cycle(name, ZoneInfo(zone))
        assert cycle.previous.window.end_at == cycle.window.start_at


@pytest.mark.parametrize(
    ("name", "previous"),
    [
        ("2026-10", "2026-09"),
        ("2026-01", "2025-12"),
        ("2026-q3", "2026-q2"),
        ("2026-q1", "2025-q4"),
    ],
)
def test_previous_cycle_has_the_same_length(name, previous):
    assert Cycle(name, MADRID).previous == Cycle(previous, MADRID)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("2026-01", "January 2026"),
        ("2026-12", "December 2026"),
        ("2026-q1", "first quarter of 2026"),
        ("2026-q4", "fourth quarter of 2026"),
    ],
)
def test_title_is_the_name_for_a_reader(name, title):
    assert Cycle(name, MADRID).title == title


@pytest.mark.parametrize(
    "name",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026-q0",
        "2026-q5",
        "2026-Q1",
        "2026-10-01",
        " 2026-10",
        "2026-10\n",
        "0000-01",
        "9999-12",
        "٢٠٢٦-10",
        "../2026-10",
    ],
)
def test_name_that_is_no_cycle_is_refused_with_how_to_write_it(name):
    with pytest.raises(CycleError) as refused:
        Cycle(name, MADRID)
    assert repr(name) in str(refused.value)
    assert "write it as 2026-10 or 2026-q3" in str(refused.value)


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2026-10-31 22:59:59", "2026-09"),
        ("2026-10-31 23:00", "2026-10"),  # midnight in Madrid
        ("2026-01-01 00:00", "2025-12"),
    ],
)
def test_last_full_month_is_of_the_teams_calendar(moment, name):
    assert last_full_month(at(moment), MADRID) == Cycle(name, MADRID)


def test_moments_of_a_cycle_are_utc():
    assert Cycle("2026-10", MADRID).window.start_at.tzinfo is UTC
    assert Window(datetime.min.replace(tzinfo=UTC), OCTOBER.end_at).overlap(OCTOBER) == OCTOBER
