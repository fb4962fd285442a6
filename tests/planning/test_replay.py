"""Who would have been interrupted: small histories worked out by hand."""

from datetime import date, time
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, incidents, window

from opsreview.cadence import Cadence
from opsreview.metrics.interruptions import clustered
from opsreview.planning.replay import Load, load_of
from opsreview.rotation import TURNS_SCHEMA, Rotation
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))
# Two weeks in Madrid, from Monday 00:00 to Monday 00:00; clocks go back on October 25.
TWO_WEEKS = window("2026-10-18 22:00", "2026-11-01 23:00")
OFFICE = Rotation((), MADRID.zone, covered=MADRID)
TURNS = [
    ("primary", "ada", "2026-10-18 22:00", "2026-10-25 23:00"),
    ("primary", "ben", "2026-10-25 23:00", "2026-11-01 23:00"),
]


def turns(rows: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    typed = [(role, person, at(start), at(end)) for role, person, start, end in rows]
    return pl.DataFrame(typed, schema=TURNS_SCHEMA, orient="row")


def load(
    held: pl.DataFrame | list[tuple[str, str, str, str]],
    *opened: str,
    stretch: Window = TWO_WEEKS,
    rotation: Rotation | None = None,
) -> Load:
    """What the turns asked; incidents are each of a service of its own."""
    rows = [{"opened_at": moment, "service": moment} for moment in opened]
    told = clustered(incidents(*rows), stretch, at("2030-01-01")).collect()
    reach = Window(stretch.start_at, at("2026-11-15"))
    return load_of(
        held if isinstance(held, pl.DataFrame) else turns(held),
        told,
        window=stretch,
        required=(rotation or Rotation((), MADRID.zone)).hours(reach),
        calendars={},
        otherwise=MADRID,
    )


def persons(load: Load) -> dict[str, tuple[float | int, ...]]:
    """By person: primary and secondary hours, interruptions, disrupted nights, longest run."""
    return {row[0]: row[1:] for row in load.per_person.iter_rows()}


def test_the_week_in_which_clocks_go_back_has_an_hour_more() -> None:
    found = load(TURNS)

    assert persons(found) == {"ada": (169.0, 0.0, 0, 0, 0), "ben": (168.0, 0.0, 0, 0, 0)}
    assert found.coverage_share == 1
    assert found.most_share_of_time == pytest.approx(169 / 337)


def test_who_is_primary_when_it_opens_is_interrupted() -> None:
    # 23:30 and 02:30 in Madrid are one night, 03:00 two nights on makes no run of two.
    opened = ("2026-10-19 21:30", "2026-10-20 00:30", "2026-10-22 01:00", "2026-10-27 10:00")
    found = load(TURNS, *opened)

    assert persons(found)["ada"][2:] == (3, 2, 1)
    assert persons(found)["ben"][2:] == (1, 0, 0)
    assert found.disrupted_nights == 2
    assert found.busiest is not None
    assert (found.busiest.count, found.busiest.total) == (3, 4)


def test_nights_in_a_row_are_one_run_over_the_change_of_clocks() -> None:
    # Nights of October 23, 24 (twice, in both hours called 02:30) and 25.
    opened = ("2026-10-23 22:00", "2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 22:30")

    assert persons(load(TURNS, *opened))["ada"][2:] == (4, 3, 3)


def test_incident_of_a_weekend_waits_for_monday_where_business_hours_are_covered() -> None:
    # Friday 16:59 is answered; 17:00 waits 64 h, and an hour more for the clocks.
    found = load(TURNS, "2026-10-23 14:59", "2026-10-23 15:00", rotation=OFFICE)

    now, later = found.interruptions.select("person", "at", "outcome", "waited_hours").rows()
    assert now == ("ada", at("2026-10-23 14:59"), "at once", 0.0)
    assert later == ("ben", at("2026-10-26 08:00"), "deferred", 65.0)
    assert (found.deferred_count, found.unheld_count, found.longest_deferral_hours) == (1, 0, 65.0)
    assert persons(found) == {"ada": (40.0, 0.0, 1, 0, 0), "ben": (40.0, 0.0, 1, 0, 0)}


def test_deferral_passes_over_hours_in_which_nobody_is_primary() -> None:
    late = [TURNS[0], ("primary", "ben", "2026-10-27 12:00", "2026-11-01 23:00")]
    found = load(late, "2026-10-24 12:00", rotation=OFFICE)

    # From Saturday 14:00 to Tuesday 13:00, by the clock of Madrid, with the hour of the change.
    assert found.interruptions["waited_hours"].to_list() == [72.0]
    assert found.interruptions["person"].to_list() == ["ben"]


def test_what_is_never_answered_waits_for_an_unknown_time() -> None:
    found = load(TURNS, "2026-11-01 12:00", rotation=OFFICE)

    assert found.deferred_count == 1
    assert found.longest_deferral_hours is None
    assert found.interruptions.select("person", "at", "waited_hours").row(0) == (None, None, None)


def test_incident_of_the_last_evening_is_answered_after_the_window() -> None:
    after = [*TURNS, ("primary", "ada", "2026-11-01 23:00", "2026-11-08 23:00")]
    found = load(after, "2026-11-01 12:00", rotation=OFFICE)

    assert found.interruptions.select("person", "at").row(0) == ("ada", at("2026-11-02 08:00"))
    assert persons(found)["ada"][0] == 40.0


def test_incident_that_nobody_holds_is_unheld_and_coverage_falls() -> None:
    found = load(TURNS[:1], "2026-10-27 12:00", "2026-10-20 12:00")

    assert (found.unheld_count, found.deferred_count) == (1, 0)
    assert found.interruptions["person"].to_list() == ["ada", None]
    assert found.coverage_share == pytest.approx(169 / 337)
    assert found.busiest_share == 1


def test_two_primaries_are_both_interrupted_and_hours_count_once_for_the_team() -> None:
    both = [*TURNS, ("primary", "ben", "2026-10-19 22:00", "2026-10-20 22:00")]
    found = load(both, "2026-10-20 12:00")

    assert sorted(found.interruptions["person"]) == ["ada", "ben"]
    assert persons(found)["ben"][0] == 192.0
    assert found.coverage_share == 1


def test_overlapping_turns_of_one_person_count_once() -> None:
    again = [TURNS[0], ("primary", "ada", "2026-10-20 00:00", "2026-10-22 00:00"), TURNS[1]]

    assert persons(load(again, "2026-10-20 12:00")) == persons(load(TURNS, "2026-10-20 12:00"))


def test_secondary_has_hours_and_time_but_no_interruptions() -> None:
    behind = [*TURNS, ("secondary", "ben", "2026-10-18 22:00", "2026-10-25 23:00")]
    found = load(behind, "2026-10-20 12:00")

    assert persons(found)["ben"] == (168.0, 169.0, 0, 0, 0)
    assert found.most_share_of_time == 1


def test_hours_alone_are_told_where_nobody_knows_of_incidents() -> None:
    found = load_of(
        turns(TURNS),
        None,
        window=TWO_WEEKS,
        required=Rotation((), MADRID.zone).hours(TWO_WEEKS),
        calendars={},
        otherwise=MADRID,
    )

    assert persons(found)["ada"] == (169.0, 0.0, None, None, None)
    assert (found.unheld_count, found.disrupted_nights, found.longest_run) == (None, None, None)


def test_without_turns_everything_is_unheld() -> None:
    found = load([], "2026-10-20 12:00")

    assert found.per_person.is_empty()
    assert (found.unheld_count, found.coverage_share, found.busiest) == (1, 0, None)


@pytest.mark.parametrize("people", [("ada", "ben"), ("ada", "ben", "cleo")])
def test_another_order_of_the_same_people_gives_the_same_totals(people: tuple[str, ...]) -> None:
    opened = [f"2026-10-{day} 0{day % 8}:00" for day in range(19, 32)]
    forth, back = (
        load(
            Rotation(order, MADRID.zone, Cadence(1, "day", "day"), date(2026, 10, 1)).turns(
                TWO_WEEKS
            ),
            *opened,
        )
        for order in (people, people[::-1])
    )

    for total in ("primary_hours", "interruptions"):
        assert forth.per_person[total].sum() == back.per_person[total].sum()
    assert (forth.coverage_share, forth.unheld_count) == (back.coverage_share, back.unheld_count)


def test_replaying_twice_gives_the_same_to_the_last_digit() -> None:
    opened = ("2026-10-19 21:30", "2026-10-20 00:30", "2026-10-27 10:00")
    one, two = load(TURNS, *opened), load(TURNS, *opened)

    assert one.per_person.equals(two.per_person)
    assert one.interruptions.equals(two.interruptions)
    assert one.busiest == two.busiest


def test_handover_by_day_moves_an_incident_of_the_morning() -> None:
    def of(handover: time) -> Load:
        rotation = Rotation(
            ("ada", "ben"), MADRID.zone, starting=date(2026, 10, 12), weekday=0, handover=handover
        )
        return load(rotation.turns(TWO_WEEKS), "2026-10-26 08:30")

    assert of(time(9)).interruptions["person"].to_list() == ["ada"]
    assert of(time(10)).interruptions["person"].to_list() == ["ben"]
