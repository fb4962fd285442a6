"""What luck gives among many teams, held against scipy and against the definition."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from opsreview.holm import holm_adjusted
from opsreview.metrics.contrast import holm
from opsreview.portfolio.luck import (
    ERROR,
    by_luck,
    level_among,
    smallest_adjusted,
)

ps = st.floats(0, 1) | st.floats(0, 0.05) | st.floats(0, 0.005)  # where it is decided
PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
    *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]


def standing(smallest: Mapping[str, float | None]) -> set[str]:
    """The teams with a headline that stands."""
    level = level_among(smallest.values())
    return {team for team, p in smallest.items() if p is not None and p <= level}


@settings(deadline=None)
@given(st.lists(ps, min_size=1, max_size=40))
def test_the_teams_that_stand_are_those_of_benjamini_and_hochberg(smallest: list[float]):
    adjusted = false_discovery_control(smallest, method="bh")
    assume(np.abs(adjusted - ERROR).min() > 1e-12)  # there rounding decides
    told = {str(at): p for at, p in enumerate(smallest)}
    assert standing(told) == {str(at) for at in np.flatnonzero(adjusted <= ERROR)}


def test_headlines_of_two_chosen_teams_of_ten_are_held_to_a_fifth_of_the_error():
    """By hand, Benjamini and Bogomolov (2014): ten teams of three headlines each.

    The smallest adjusted p are 0.003, 0.009 and eight of 0.9. Of ten, the second may be at most
    0.05 * 2 / 10 = 0.01 and is; so two teams are chosen, and their headlines held to 0.01.
    """
    first, second = [0.001, 0.004, 0.03], [0.003, 0.004, 0.5]
    assert holm_adjusted(first) == pytest.approx([0.003, 0.008, 0.03])
    assert holm_adjusted(second) == pytest.approx([0.009, 0.009, 0.5])
    smallest = [smallest_adjusted(first), smallest_adjusted(second), *[0.9] * 8]
    assert level_among(smallest) == pytest.approx(0.01)


@given(st.lists(ps, min_size=1, max_size=6))
def test_adjusted_ps_are_those_of_holm_by_its_definition(found: list[float]):
    count = len(found)
    order = sorted(range(count), key=lambda at: found[at])
    for rank, at in enumerate(order):
        steps = [min(1.0, (count - step) * found[order[step]]) for step in range(rank + 1)]
        assert holm_adjusted(found)[at] == max(steps)


def test_where_nothing_changed_in_most_teams_few_of_those_marked_have_a_false_mark():
    """Five of forty teams changed in one headline; the other five of theirs, and all else, not."""
    dice = np.random.default_rng(2)
    shares = []
    for _ in range(400):
        fleet = dice.random((40, 6))
        fleet[:5, 0] *= 1e-5
        adjusted = [holm_adjusted(list(team)) for team in fleet]
        level = level_among(min(p for p in team if p is not None) for team in adjusted)
        marks = np.array(adjusted, dtype=float) <= level
        marked = marks.any(axis=1)
        marks[:5, 0] = False
        shares.append(marks.any(axis=1).sum() / max(1, marked.sum()))
    assert np.mean(shares) <= ERROR


def test_of_the_published_example_the_published_four_stand():
    """Benjamini and Hochberg (1995), section 4.2: thrombolysis, fifteen tests, four rejected."""
    assert standing({str(at): p for at, p in enumerate(PUBLISHED)}) == {"0", "1", "2", "3"}


@given(st.lists(st.none() | ps, max_size=6))
def test_smallest_adjusted_p_is_within_the_error_where_holm_lets_one_stand(found):
    smallest = smallest_adjusted(found)
    assert (smallest is not None and smallest <= ERROR) == any(holm(found, ERROR))


def test_smallest_of_six_counts_six_times_and_what_cannot_be_tested_not_at_all():
    assert smallest_adjusted([0.5, None, 0.01, 0.4, None, 0.9]) == pytest.approx(0.04)
    assert smallest_adjusted([0.4, 0.5, 0.9]) == 1.0
    assert smallest_adjusted([None]) is None


def test_teams_of_which_nothing_can_be_told_are_not_counted():
    told = {"a": 0.03, "b": 0.9}
    silent = dict.fromkeys(map(str, range(50)))
    assert standing(told | {"c": 0.02}) == standing(told | {"c": 0.02} | silent)


def test_one_team_alone_stands_by_its_own_signal():
    assert standing({"a": 0.05}) == {"a"}
    assert standing({}) == set()


def test_a_signal_of_one_team_may_not_stand_among_many():
    many = {f"t{at}": 0.5 for at in range(19)}
    assert standing({"a": 0.04, **many}) == set()
    assert standing({"a": 0.002, **many}) == {"a"}


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (1, "0.1"), (12, "0.6"), (100, "5.0")])
def test_what_luck_gives_is_said_in_teams(count: int, said: str):
    assert by_luck(count) == said


def test_where_nothing_changed_few_fleets_show_a_team_that_stands():
    dice = np.random.default_rng(1)
    shown = own = 0
    for _ in range(400):
        fleet = {str(at): smallest_adjusted(list(dice.random(6))) for at in range(20)}
        shown += bool(standing(fleet))
        own += sum(p is not None and p <= ERROR for p in fleet.values())
    assert shown / 400 <= 0.08
    assert own / 400 == pytest.approx(1.0, abs=0.25)
