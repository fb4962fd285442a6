"""Wilson, Garwood and order-statistic bounds, held against scipy and against their own promise."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom, binomtest, chi2, theilslopes

from opsreview.metrics.intervals import (
    count,
    median_of_values,
    order_statistic_median,
    poisson_rate,
    poisson_ratio,
    rate_per_week,
    ratio_of_counts,
    share,
    theil_sen,
    trend_of_values,
    wilson,
)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 7), (7, 7), (3, 12), (50, 60), (1, 900)])
def test_wilson_is_scipys(k: int, n: int) -> None:
    expected = binomtest(k, n).proportion_ci(method="wilson")

    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_none_and_of_all_touches_the_edge_exactly() -> None:
    assert wilson(0, 9)[0] == 0.0
    assert wilson(9, 9)[1] == 1.0


@pytest.mark.parametrize(("k", "n"), [(0, 0), (5, 4), (-1, 4)])
def test_more_than_all_or_a_share_of_none_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="same units"):
        wilson(k, n)


@pytest.mark.parametrize("events", [1, 2, 9, 120])
def test_poisson_bounds_are_half_chi_square_quantiles(events: int) -> None:
    lower, upper = poisson_rate(events, 4.0)

    assert lower == pytest.approx(chi2.ppf(0.025, 2 * events) / 2 / 4)
    assert upper == pytest.approx(chi2.ppf(0.975, 2 * events + 2) / 2 / 4)


def test_no_event_has_the_rule_of_three_and_a_bit_as_upper_bound() -> None:
    assert poisson_rate(0, 1.0) == pytest.approx((0, 3.6889), abs=1e-4)


@pytest.mark.parametrize(("events", "exposure"), [(3, 0.0), (3, -1.0), (-1, 4.0)])
def test_a_rate_over_no_time_is_refused(events: int, exposure: float) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        poisson_rate(events, exposure)


def test_six_values_bound_their_median_by_the_least_and_the_greatest() -> None:
    assert order_statistic_median([40, 10, 20, 60, 50, 30]) == (35, 10, 60, None)


def test_ten_values_bound_their_median_by_the_second_from_each_end() -> None:
    assert order_statistic_median(range(1, 11)) == (5.5, 2, 9, None)


@pytest.mark.parametrize("n", range(6, 80))
def test_order_statistics_cover_at_least_95_percent_and_no_narrower_pair_does(n: int) -> None:
    _, lower, upper, _ = order_statistic_median(range(1, n + 1))
    rank = int(lower)

    assert upper == n + 1 - rank
    assert 1 - 2 * binom.cdf(rank - 1, n, 0.5) >= 0.95
    assert 1 - 2 * binom.cdf(rank, n, 0.5) < 0.95


def test_fewer_than_six_values_are_too_few_to_tell() -> None:
    assert order_statistic_median([3, 1, 2, 9]) == (
        2.5,
        None,
        None,
        "too few to tell: n = 4, six are needed",
    )


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], pl.Series([1.0, None])])
def test_a_median_of_nothing_or_of_unknown_values_is_refused(values) -> None:
    with pytest.raises(ValueError, match="none of them unknown"):
        order_statistic_median(values)


def test_share_carries_its_interval_and_its_n() -> None:
    estimate = share(14, 24, statistic="top_share")

    assert (estimate.statistic, estimate.unit, estimate.n) == ("top_share", "share", 24)
    assert estimate.value == pytest.approx(14 / 24)
    assert (estimate.lower, estimate.upper) == wilson(14, 24)
    assert estimate.method == "Wilson 95 %"


def test_share_of_nothing_is_unknown_and_not_0() -> None:
    estimate = share(0, 0, reason="no issue was due")

    assert (estimate.value, estimate.n, estimate.reason) == (None, 0, "no issue was due")


def test_some_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 0"):
        share(1, 0)


def test_count_is_exact_and_none_is_0() -> None:
    assert (count(7).value, count(7).lower, count(7).upper) == (7, None, None)
    assert (count(0).value, count(0).reason) == (0, None)


def test_rate_is_per_week_with_exact_bounds() -> None:
    estimate = rate_per_week(9, 31 / 7)

    assert (estimate.unit, estimate.n) == ("per_week", 9)
    assert estimate.value == pytest.approx(9 * 7 / 31)
    assert (estimate.lower, estimate.upper) == poisson_rate(9, 31 / 7)


def test_rate_before_any_time_has_passed_is_not_measurable() -> None:
    assert rate_per_week(0, 0.0).reason == "less than a day has passed"
    assert rate_per_week(1, 1 / 604_800_000_000).reason == "less than a day has passed"
    assert rate_per_week(1, 1 / 7).value == 7


def test_median_of_values_carries_unit_bounds_and_n() -> None:
    estimate = median_of_values(pl.Series(range(1, 11)), unit="days")

    assert (estimate.value, estimate.lower, estimate.upper) == (5.5, 2, 9)
    assert (estimate.unit, estimate.n) == ("days", 10)
    assert estimate.method == "order statistics, at least 95 %"


def test_median_of_few_values_stands_without_bounds_and_says_why() -> None:
    estimate = median_of_values([21.0], unit="days")

    assert (estimate.value, estimate.lower, estimate.upper, estimate.n) == (21, None, None, 1)
    assert estimate.reason == "too few to tell: n = 1, six are needed"


def test_median_of_no_values_is_not_measurable() -> None:
    estimate = median_of_values([], unit="days", reason="one release is no gap")

    assert (estimate.value, estimate.n, estimate.reason) == (None, 0, "one release is no gap")


# The ratio of two counts


@pytest.mark.parametrize(("above", "below"), [(0, 3), (1, 1), (7, 12), (40, 25)])
def test_bounds_of_a_ratio_are_those_of_the_exact_share(above: int, below: int) -> None:
    share_of_both = binomtest(above, above + below).proportion_ci(method="exact")

    expected = tuple(p / (1 - p) for p in (share_of_both.low, share_of_both.high))
    assert poisson_ratio(above, below) == pytest.approx(expected)


def test_ratio_to_none_has_no_upper_end_and_is_no_estimate() -> None:
    # Of 3 seen all were above: at least 0.025 ** (1 / 3) of them are.
    low = 0.025 ** (1 / 3)
    assert poisson_ratio(3, 0) == (pytest.approx(low / (1 - low)), None)
    ratio = ratio_of_counts(3, 0, reason="nothing opened")
    assert (ratio.value, ratio.n, ratio.reason) == (None, 0, "nothing opened")


@pytest.mark.parametrize(("above", "below"), [(0, 0), (-1, 2)])
def test_ratio_of_nothing_seen_is_refused(above: int, below: int) -> None:
    with pytest.raises(ValueError, match="not a ratio"):
        poisson_ratio(above, below)


def test_ratio_says_its_n_and_its_method() -> None:
    ratio = ratio_of_counts(6, 3)

    assert (ratio.value, ratio.n, ratio.unit) == (2, 3, "ratio")
    assert ratio.method == "ratio of Poisson rates, exact 95 %"


# The slope


@pytest.mark.parametrize("n", [2, 3, 8, 9, 25])
@pytest.mark.parametrize("values", ["whole", "continuous", "all the same"])
def test_slope_and_its_bounds_are_scipys(n: int, values: str) -> None:
    dice = np.random.default_rng(n)
    y = {
        "whole": dice.integers(0, 4, n).astype(float),
        "continuous": dice.normal(0, 3, n),
        "all the same": np.full(n, 2.0),
    }[values]
    x = np.sort(dice.choice(2 * n, n, replace=False)).astype(float)

    expected = theilslopes(y, x)

    found = (expected.slope, expected.low_slope, expected.high_slope)
    assert theil_sen(x, y) == pytest.approx(found)


def test_slope_of_one_value_is_refused_and_below_eight_is_not_told() -> None:
    with pytest.raises(ValueError, match="needs two values"):
        theil_sen([1], [1])
    trend = trend_of_values(range(7), range(7), unit="days_per_slot")
    assert (trend.value, trend.reason) == (None, "too few to tell: n = 7, eight are needed")
