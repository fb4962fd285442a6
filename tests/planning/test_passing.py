"""Turns go past who is away, to the next in the order who is there."""

from datetime import date
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, leave, people, window

from opsreview.metrics.eligibility import eligible_spells
from opsreview.planning.passing import turns_of
from opsreview.rotation import Rotation

MADRID = ZoneInfo("Europe/Madrid")
# Four weeks of Madrid, from Monday 00:00; clocks go back on October 25.
MONTH = window("2026-10-04 22:00", "2026-11-01 23:00")
TRIO = people({"person_id": "ada"}, {"person_id": "ben"}, {"person_id": "cleo"})


def held(
    order: tuple[str, ...],
    away: pl.DataFrame | None = None,
    *,
    team: pl.DataFrame = TRIO,
    has_secondary: bool = False,
) -> tuple[dict[str, list[str]], int]:
    """By role who held the turns, in order, and how many were passed on."""
    rotation = Rotation(
        order, MADRID, starting=date(2026, 10, 5), weekday=0, has_secondary=has_secondary
    )
    present = eligible_spells(team, leave() if away is None else away, order, window=MONTH)
    turns, passed_on_count = turns_of(rotation, MONTH, present)
    by_role = {
        str(role): rows["person"].to_list()
        for (role,), rows in turns.group_by("role", maintain_order=True)
    }
    return by_role, passed_on_count


def test_where_all_are_there_the_turns_are_those_of_the_rotation() -> None:
    rotation = Rotation(
        ("ada", "ben", "cleo"), MADRID, starting=date(2026, 10, 5), weekday=0, has_secondary=True
    )
    present = eligible_spells(TRIO, leave(), (), window=MONTH)
    turns, passed_on_count = turns_of(rotation, MONTH, present)

    assert turns.equals(rotation.turns(MONTH))
    assert passed_on_count == 0


def test_turn_of_who_is_on_leave_goes_to_the_next_and_the_order_goes_on() -> None:
    away = leave({"person_id": "ben", "from_on": date(2026, 10, 14), "to_on": date(2026, 10, 15)})

    assert held(("ada", "ben", "cleo"), away) == ({"primary": ["ada", "cleo", "cleo", "ada"]}, 1)


def test_next_but_one_stands_behind_where_the_next_holds_the_turn() -> None:
    away = leave({"person_id": "ben", "from_on": date(2026, 10, 12), "to_on": date(2026, 10, 18)})
    by_role, _ = held(("ada", "ben", "cleo"), away, has_secondary=True)

    assert by_role["primary"] == ["ada", "cleo", "cleo", "ada"]
    assert by_role["secondary"] == ["ben", "ada", "ada", "ben"]


@pytest.mark.parametrize(
    ("belongs", "expected"),
    [
        ({"joined_on": date(2026, 10, 20)}, ["ada", "ada", "ada", "ben"]),
        ({"left_on": date(2026, 10, 18)}, ["ada", "ben", "ada", "ada"]),
    ],
)
def test_who_had_not_joined_or_had_left_holds_no_turn(
    belongs: dict[str, date], expected: list[str]
) -> None:
    team = people({"person_id": "ada"}, {"person_id": "ben", **belongs})

    assert held(("ada", "ben"), team=team)[0]["primary"] == expected


def test_what_everybody_is_away_for_stays_unheld() -> None:
    alone = people({"person_id": "ada"})
    away = leave({"from_on": date(2026, 10, 14), "to_on": date(2026, 10, 15)})
    rotation = Rotation(("ada",), MADRID, starting=date(2026, 10, 5), weekday=0)
    turns, _ = turns_of(rotation, MONTH, eligible_spells(alone, away, (), window=MONTH))

    # Wednesday 00:00 to Friday 00:00, by the clock of Madrid.
    assert turns["end_at"].to_list()[1] == at("2026-10-13 22:00")
    assert turns["start_at"].to_list()[2] == at("2026-10-15 22:00")
    assert turns.height == 5


def test_one_alone_has_nobody_behind() -> None:
    assert held(("ada",), has_secondary=True)[0] == {"primary": ["ada"] * 4}


def test_who_is_named_twice_in_the_order_takes_two_turns_of_a_round() -> None:
    by_role, _ = held(("ada", "ben", "ada", "cleo"), has_secondary=True)

    assert by_role["primary"] == ["ada", "ben", "ada", "cleo"]
    assert by_role["secondary"] == ["ben", "ada", "cleo", "ada"]


def test_who_is_in_no_list_is_there_all_the_time() -> None:
    assert held(("rae", "ada"))[0]["primary"] == ["rae", "ada", "rae", "ada"]
