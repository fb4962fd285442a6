"""Process behaviour charts, held against Wheeler's rules worked out by hand."""

import numpy as np
import pytest

from opsreview.metrics.behaviour import NEAR_A_LIMIT, ONE_SIDE, OUTSIDE, by_luck, unusual

CALM = [10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 10.0, 12.0]  # mean 11, moving range 2: 5.68 to 16.32


@pytest.mark.parametrize(("latest", "rule"), [(16.4, OUTSIDE), (5.6, OUTSIDE), (16.2, None)])
def test_limits_are_2_66_moving_ranges_from_the_mean_of_the_earlier(latest, rule):
    assert unusual([*CALM, latest]) == rule


def test_latest_is_never_in_its_own_limits():
    assert unusual([*CALM, 1000.0]) == OUTSIDE


def test_eight_on_one_side_are_unusual_and_seven_are_not():
    level = [1.0, 21.0, 1.0, 1.0, 21.0, 1.0, 1.0] + [11.9] * 7
    assert unusual([*level, 11.9]) == ONE_SIDE
    assert unusual(level) is None


def test_three_of_four_near_one_limit_are_unusual():
    assert unusual([*CALM * 4, 14.5, 14.5, 11.0, 14.6]) == NEAR_A_LIMIT
    assert unusual([*CALM * 4, 14.5, 11.0, 11.0, 14.6]) is None


def test_value_back_in_the_middle_is_not_blamed_for_those_before():
    assert unusual([*CALM * 4, 14.5, 14.5, 14.6, 11.0]) is None


@pytest.mark.parametrize("values", [CALM, [], [5.0] * 12])
def test_too_few_and_never_different_values_are_not_judged(values):
    assert unusual(values) is None


def test_luck_is_what_so_many_independent_values_do_by_themselves():
    dice = np.random.default_rng(3)
    series = [dice.normal(size=19) for _ in range(400)]
    broken = np.mean([unusual(values) is not None for values in series])
    luck = np.mean([by_luck(values) for values in series])
    assert luck == pytest.approx(broken, abs=0.02)
    assert 0.01 < luck < 0.08


def test_luck_is_the_same_each_time_it_is_told():
    assert by_luck([*CALM, 16.4]) == by_luck([*CALM, 16.4])
