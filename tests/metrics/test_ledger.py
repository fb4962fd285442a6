"""Who has held more or less duty than their share, and who should cover next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from factories import at, incidents, leave, people, shifts, window

from metrics.views import stated, value, view
from opsreview.metrics.ledger import ledger_measured
from opsreview.tables.coverage import Covered

WEEKS = window("2026-10-05", "2026-11-02")
THREE = people(*[{"person_id": person, "zone": "UTC"} for person in ("ada", "ben", "cleo")])


def ledger(*persons: str, **tables: Any) -> pl.DataFrame:
    """A week of duty each, the last of them to the end of the window."""
    first = 44 - len(persons) + 1  # ISO weeks: the last turn is that of October 26
    rows = [
        {
            "person": person,
            "start_at": f"{date.fromisocalendar(2026, first + n, 1)} 00:00",
            "end_at": f"{date.fromisocalendar(2026, first + n + 1, 1)} 00:00",
        }
        for n, person in enumerate(persons)
    ]
    known = {"people": THREE} | tables
    return ledger_measured(
        view(window=WEEKS, as_of=at("2026-11-08"), shifts=shifts(*rows), **known)
    ).rows


def told(rows: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return rows.select("person", *columns).rows()


def test_balance_is_what_was_held_less_a_fair_part() -> None:
    rows = ledger("ada", "ada", "ada", "ben", "ben", "cleo")

    assert told(rows.sort("person"), "hours", "fair_hours", "balance_hours") == [
        ("ada", 504, 336, 168),
        ("ben", 336, 336, 0),
        ("cleo", 168, 336, -168),
    ]
    assert told(rows, "next") == [("cleo", 1), ("ben", 2), ("ada", 3)]


def test_what_is_older_than_half_a_year_is_forgiven() -> None:
    rows = ledger(*["ada"] * 10, *["ada", "ben"] * 13)

    assert dict(told(rows, "hours")) == {"ada": 13 * 168, "ben": 13 * 168, "cleo": 0}


def test_part_time_leave_and_joining_late_lower_the_part_that_is_fair() -> None:
    # The 26 weeks to November 2 are 182 days, from May 4.
    known = people(
        {"person_id": "ada", "zone": "UTC"},
        {"person_id": "ben", "zone": "UTC", "share": 0.5},
        {"person_id": "cleo", "zone": "UTC", "joined_on": date(2026, 8, 3)},
    )
    away = leave({"person_id": "ada", "from_on": date(2026, 5, 4), "to_on": date(2026, 6, 14)})
    rows = ledger(*["ada", "ben", "cleo", "ada"] * 6, people=known, leave=away)

    # Days: ada 182 - 42 = 140, ben 91, cleo 91; 24 weeks of duty were held.
    fair = {person: 24 * 168 * days / 322 for person, days in (("ada", 140), ("ben", 91))}
    found = dict(told(rows, "fair_hours"))
    assert {person: found[person] for person in fair} == pytest.approx(fair)


def test_among_equals_who_had_fewer_nights_disrupted_covers_next() -> None:
    night = incidents({"opened_at": "2026-10-27 23:00"})
    rows = ledger("ada", "ben", "cleo", incidents=night)

    assert told(rows, "disrupted_nights", "next") == [("ada", 0, 1), ("ben", 0, 2), ("cleo", 1, 3)]


def test_among_equals_the_one_whose_turn_is_longest_ago_covers_next() -> None:
    assert told(ledger("cleo", "ada", "ben"), "next") == [("cleo", 1), ("ada", 2), ("ben", 3)]


def test_who_is_away_next_week_is_passed_over() -> None:
    away = leave({"person_id": "cleo", "from_on": date(2026, 11, 10), "to_on": date(2026, 11, 11)})
    rows = ledger("ada", "ada", "ben", leave=away)

    assert told(rows, "is_away", "next") == [
        ("ben", False, 1),
        ("ada", False, 2),
        ("cleo", True, None),
    ]


def test_who_left_is_owed_nothing_and_asked_for_nothing() -> None:
    known = people(
        {"person_id": "ada", "zone": "UTC"},
        {"person_id": "ben", "zone": "UTC", "left_on": date(2026, 10, 31)},
    )
    rows = ledger("ben", "ada", people=known)

    assert told(rows, "is_away", "next") == [("ada", False, 1), ("ben", False, None)]


def test_secondary_hours_stand_apart() -> None:
    held = shifts(
        {"start_at": "2026-10-05", "end_at": "2026-10-12"},
        {"person": "ben", "role": "secondary", "start_at": "2026-10-05", "end_at": "2026-10-12"},
    )
    rows = ledger_measured(view(window=WEEKS, shifts=held, people=THREE)).rows

    assert told(rows.sort("person"), "hours", "secondary_hours")[:2] == [
        ("ada", 168, 0),
        ("ben", 0, 168),
    ]


def test_no_shift_is_no_ledger() -> None:
    measured = ledger_measured(view(window=WEEKS))

    assert stated(measured)["hours"].reason == "no shift is recorded in the half year"
    assert value(measured, "weeks") is None


def test_nights_are_unknown_where_nobody_knows_of_incidents() -> None:
    held = shifts({"start_at": "2026-10-05", "end_at": "2026-10-12"})
    seen = view(window=WEEKS, shifts=held, people=THREE)
    blind = replace(
        seen,
        covering=lambda needs, window: Covered(
            None if "incidents" in needs else window, seen.as_of, "no source gives incidents"
        ),
    )

    measured = ledger_measured(blind)

    assert measured.rows["disrupted_nights"].null_count() == 3
    assert "disrupted_nights" not in stated(measured, "person:ada")
