"""Signals of headlines: planted changes are seen, flat teams are left in peace."""

import math

import numpy as np
import pytest

from opsreview.metrics.contrast import holm
from opsreview.metrics.logrank import Pool, logrank
from opsreview.metrics.signals import (
    Durations,
    Levels,
    Rates,
    Shares,
    Stock,
    Wait,
    Waits,
    signal,
)


def waits(dice, n, factor=1.0, shift=0.0):
    hours = 48 * factor * np.exp(dice.normal(shift, 1.5, n))
    follow_up = dice.uniform(168, 168 + 730, n)
    return Wait(np.minimum(hours, follow_up), hours > follow_up)


def months(dice, count=24, n=60, last=1.0, tau=0.0):
    shifts = dice.normal(0, tau, count + 1)
    factors = [1.0] * count + [last]
    return [waits(dice, n, factor, shift) for factor, shift in zip(factors, shifts, strict=True)]


def test_tripled_waits_are_seen_and_called_longer():
    found = signal(Waits(months(np.random.default_rng(1), last=3.0)))
    assert found.p < 0.001
    assert found.rises
    assert found.earlier_count == 24


def test_shorter_waits_fall():
    found = signal(Waits(months(np.random.default_rng(2), last=1 / 3)))
    assert found.p < 0.01
    assert not found.rises


def test_stretch_of_a_cycle_is_the_factor_that_was_planted():
    dice = np.random.default_rng(3)
    series = Waits([*months(dice, n=400)[:-1], waits(dice, 400, 2.5)])
    _, (latest,) = series.points(1)
    assert math.exp(latest.value) == pytest.approx(2.5, rel=0.2)


def test_variance_of_a_stretch_is_the_one_seen_between_cycles_that_do_not_differ():
    dice = np.random.default_rng(4)
    earlier, _ = Waits(months(dice, count=100)).points(1)
    seen = np.var([point.value for point in earlier], ddof=1)
    assert np.mean([point.variance for point in earlier]) == pytest.approx(seen, rel=0.25)


def test_what_comes_after_the_cut_does_not_count():
    wait = Wait(np.array([1.0, 50.0, 90.0]), np.array([False, True, False])).cut(72)
    assert wait.hours.tolist() == [1.0, 50.0, 72.0]
    assert wait.is_censored.tolist() == [False, True, True]


@pytest.mark.parametrize("tau", [0.0, 0.3])
def test_flat_waits_are_rarely_a_signal_whatever_months_do_by_themselves(tau):
    dice = np.random.default_rng(5)
    ps = [signal(Waits(months(dice, count=12, n=25, tau=tau))).p for _ in range(120)]
    assert np.mean([p <= 0.05 for p in ps]) <= 0.09


def test_two_cycles_together_show_what_one_cannot():
    dice = np.random.default_rng(6)
    earlier = months(dice)[:-1]
    middling = [waits(dice, 60, 1.8), waits(dice, 60, 1.8)]
    one, two = signal(Waits([*earlier, middling[0]])), signal(Waits([*earlier, *middling]))
    assert two.p < one.p
    assert two.visible_in_two < two.visible


def test_smallest_visible_change_is_seen_about_four_times_of_five():
    dice = np.random.default_rng(7)
    least = np.median([signal(Waits(months(dice))).visible for _ in range(10)])
    found = [signal(Waits(months(dice, last=float(least)))).p for _ in range(50)]
    seen = np.mean([p is not None and holm([p, *[0.5] * 5])[0] for p in found])
    assert 0.65 <= seen <= 0.95


def test_cycles_in_which_nothing_ended_tell_nothing():
    silent = Wait(np.array([9.0, 9.0]), np.array([True, True]))
    assert signal(Waits([silent] * 12)).p is None


@pytest.mark.parametrize(("n", "is_told"), [(4, False), (60, True)])
def test_month_without_an_end_counts_by_how_many_waited(n, is_told):
    earlier = [month.cut(72) for month in months(np.random.default_rng(4))[:-1]]
    silent = Wait(np.full(n, 72.0), np.full(n, True))
    found = signal(Waits([*earlier, silent]))
    assert found.rises
    assert (found.p < 1e-4) is is_told
    assert is_told or found.p > 0.01


def test_one_bad_share_in_a_calm_past_is_a_signal_and_carries_its_direction():
    found = signal(Shares([*[45, 47, 44, 46] * 3, 20], [60] * 13))
    assert found.p < 0.01
    assert found.rises is False
    assert 0 < found.visible_in_two < found.visible < 0.4


def test_small_cycle_far_away_is_no_signal_where_a_large_one_is():
    past, totals = [45, 47, 44, 46] * 3, [60] * 12
    small = signal(Shares([*past, 1], [*totals, 3]))
    large = signal(Shares([*past, 20], [*totals, 60]))
    assert small.p > 0.2 > 0.01 > large.p


def test_counts_are_compared_per_week_so_that_a_short_month_is_no_fall():
    weeks = [31 / 7, 28 / 7] * 6
    counts = [(31 * 2), (28 * 2)] * 6
    found = signal(Rates([*counts, 56], [*weeks, 28 / 7]))
    assert found.p == 1.0


def test_a_stock_that_only_wanders_is_left_in_peace():
    dice = np.random.default_rng(8)
    ps = [signal(Stock(100 + np.cumsum(dice.normal(0, 3, 26)))).p for _ in range(400)]
    assert np.mean([p <= 0.05 for p in ps]) <= 0.07


def test_a_stock_that_jumps_is_a_signal():
    found = signal(Stock([20, 22, 19, 21, 20, 23, 21, 22, 20, 21, 45]))
    assert found.p < 0.01
    assert found.rises
    assert 3 < found.visible < 25


@pytest.mark.parametrize(
    "series",
    [
        Levels([1.0, -2.0, 3.0] * 2),
        Durations([5.0] * 7),
        Shares([3] * 8, [5] * 8),
        Rates([], []),
        Stock([4] * 8),
        Waits([]),
    ],
)
def test_fewer_than_eight_earlier_cycles_are_too_few(series):
    found = signal(series)
    assert found.p is None
    assert found.visible is None


def test_change_of_every_kind_of_number_is_told_in_its_own_scale():
    levels = signal(Levels([1.0, -2.0, 3.0, 0.0] * 3))
    durations = signal(Durations([5.0, 8.0, 6.0, 7.0] * 3))
    rates = signal(Rates([5, 8, 6, 7] * 3, [4.3] * 12))
    assert levels.visible > 4
    assert 1.5 < durations.visible < 4
    assert 1.5 < rates.visible < 6


@pytest.mark.parametrize("seed", range(5))
def test_score_beside_a_pool_is_the_log_rank_s_own(seed):
    dice = np.random.default_rng(seed)
    pool = Wait(np.round(dice.exponential(9, 80)), dice.random(80) < 0.3)
    one = Wait(np.round(dice.exponential(12, 15)), dice.random(15) < 0.3)
    score = Pool(pool.hours, pool.is_censored).score(one.hours, ~one.is_censored)
    alone = logrank(pool.hours, pool.is_censored, one.hours, one.is_censored).score
    assert score == pytest.approx(alone)


def test_change_that_nobody_would_wait_for_is_not_called_visible():
    wild = signal(Durations([0.01, 900.0] * 6))
    assert wild.p is not None
    assert wild.visible is None
