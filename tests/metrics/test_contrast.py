"""This cycle against the earlier ones, held against scipy where there is an outside truth."""

import numpy as np
import pytest
from scipy import stats

from opsreview.metrics.contrast import Point, between, contrast, holm

EARLIER = [4.1, 5.2, 3.9, 4.8, 5.5, 4.4, 4.0, 5.1, 4.7]


def points(values, variance=0.0):
    return [Point(value, variance) for value in values]


def test_without_sampling_error_it_is_the_t_test_of_one_new_value():
    found = contrast(points(EARLIER), points([7.0]))
    spread = np.std(EARLIER, ddof=1) * np.sqrt(1 + 1 / len(EARLIER))
    t = (7.0 - np.mean(EARLIER)) / spread
    assert found.p == pytest.approx(2 * stats.t.sf(t, len(EARLIER) - 1), rel=1e-6)


def test_sampling_error_of_one_size_changes_nothing_while_it_explains_less_than_the_spread():
    plain = contrast(points(EARLIER), points([7.0]))
    noisy = contrast(points(EARLIER, 0.01), points([7.0], 0.01))
    assert noisy.p == pytest.approx(plain.p, rel=1e-6)


def test_cycles_that_agree_better_than_their_samples_could_are_still_held_to_the_samples():
    calm = contrast(points(EARLIER, 4.0), points([7.0], 4.0))
    assert calm.error == pytest.approx(2.0 * np.sqrt(1 + 1 / len(EARLIER)))


def test_large_cycle_is_held_to_the_spread_between_cycles_and_not_to_its_own_small_error():
    earlier = points(EARLIER, 0.05)
    assert contrast(earlier, points([6.5], 0.0001)).error > np.sqrt(between_of(EARLIER))


def between_of(values, variance=0.05):
    return between(np.array(values), np.full(len(values), variance))


def test_variance_between_cycles_is_what_the_samples_do_not_explain():
    assert between_of(EARLIER, 0.1) == pytest.approx(np.var(EARLIER, ddof=1) - 0.1, rel=1e-6)
    assert between_of(EARLIER, 9.0) == 0.0


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (points(EARLIER[:7]), points([7.0])),
        (points(EARLIER), []),
        (points([3.0] * 9), points([4.0])),
    ],
)
def test_too_few_none_or_never_different_cycles_tell_nothing(earlier, later):
    assert contrast(earlier, later) is None


def test_visible_change_is_seen_four_times_of_five():
    dice = np.random.default_rng(7)
    found = contrast(points(EARLIER), points([4.5]))
    least = found.visible(0.01)
    moved = dice.normal(least, found.error, 4000)
    seen = np.mean(2 * stats.t.sf(np.abs(moved) / found.error, found.freedom) <= 0.01)
    assert 0.78 < seen < 0.82


def test_holm_lets_each_stand_against_those_not_yet_standing():
    assert holm([0.01, 0.04, 0.03, 0.005]) == [True, False, False, True]


def test_holm_counts_only_the_tests_that_could_be_made():
    assert holm([None, 0.03, None]) == [False, True, False]
    assert holm([0.03, 0.5]) == [False, False]
    assert holm([]) == []
