"""Cycles after something against the cycles before it, the spread between months in the error."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from opsreview.metrics.comparison import (
    Scale,
    change,
    cycles_until_visible,
    scale_of,
    smallest_visible,
)

BEFORE = [10.0, 14.0, 9.0, 12.0, 16.0, 11.0, 13.0, 10.0]
AFTER = [5.0, 7.0, 6.0]


def test_durations_are_compared_as_ratios_of_their_geometric_means() -> None:
    found = change(BEFORE, AFTER, scale="ratio", error=0.05)

    assert found is not None
    assert found.before == pytest.approx(stats.gmean(BEFORE))
    assert found.after == pytest.approx(stats.gmean(AFTER))
    assert found.value == pytest.approx(found.after / found.before)
    assert (found.before_count, found.after_count) == (8, 3)


def test_interval_is_that_of_a_t_whose_spread_is_the_earlier_cycles_alone() -> None:
    logs, later = np.log(BEFORE), np.log(AFTER)
    reach = stats.t.ppf(0.975, 7) * logs.std(ddof=1) * math.sqrt(1 / 3 + 1 / 8)

    found = change(BEFORE, AFTER, scale="ratio", error=0.05)

    assert found is not None
    assert math.log(found.lower) == pytest.approx(later.mean() - logs.mean() - reach)
    assert math.log(found.upper) == pytest.approx(later.mean() - logs.mean() + reach)


def test_one_later_cycle_has_the_interval_of_a_prediction() -> None:
    """The next of n draws lies in mean ± t s √(1 + 1/n): a textbook prediction interval."""
    values = [0.61, 0.70, 0.66, 0.72, 0.64]
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))

    found = change(values, [mean], scale="points", error=0.05)

    assert found is not None
    assert found.upper == pytest.approx(2.7764 * spread * math.sqrt(1 + 1 / 5), rel=1e-4)


@pytest.mark.parametrize(
    ("scale", "value"),
    [("points", -6.0), ("difference", -6.0), ("relative", 5.875 / 11.875)],
)
def test_other_scales_differ_in_points_or_relative_to_before(scale: Scale, value: float) -> None:
    found = change(BEFORE, [5.875], scale=scale, error=0.05)

    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.lower < found.value < found.upper
    assert found.nothing == (1.0 if scale == "relative" else 0.0)


def test_p_agrees_with_the_interval() -> None:
    barely = change(BEFORE, AFTER, scale="ratio", error=0.05)
    assert barely is not None

    at_its_own_p = change(BEFORE, AFTER, scale="ratio", error=barely.p)

    assert at_its_own_p is not None
    assert at_its_own_p.upper == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [(BEFORE[:3], AFTER), (BEFORE, []), ([5.0] * 6, AFTER)],
    ids=["too few before", "none after", "no spread"],
)
def test_nothing_is_told_where_nothing_can_be(before: list[float], after: list[float]) -> None:
    assert change(before, after, scale="ratio", error=0.05) is None


def test_nothing_can_be_relative_to_nothing() -> None:
    assert change([0.0, 0.0, 0.0, 0.0, 0.0], [3.0], scale="relative", error=0.05) is None


def test_answer_in_no_time_still_has_a_ratio() -> None:
    found = change([0.0, 0.5, 1.0, 2.0, 3.0], [1.0], scale="ratio", error=0.05)

    assert found is not None
    assert math.isfinite(found.lower)


@pytest.mark.parametrize(
    ("unit", "statistic", "scale"),
    [
        ("hours", "median", "ratio"),
        ("days", "median", "ratio"),
        ("share", "share_answered", "points"),
        ("count", "count", "relative"),
        ("per_week", "rate_per_week", "relative"),
        ("count", "change", "difference"),
    ],
)
def test_scale_follows_the_unit(unit: str, statistic: str, scale: Scale) -> None:
    assert scale_of(unit, statistic) == scale


def test_smallest_visible_change_shrinks_with_cycles_and_is_seen_four_times_in_five() -> None:
    month, quarter = (
        smallest_visible(BEFORE, scale="ratio", cycle_count=count, error=0.05) for count in (1, 3)
    )
    assert month is not None
    assert quarter is not None
    assert month > quarter > 1

    dice = np.random.default_rng(4)
    drawn = dice.normal(0, 0.3, (2000, 12 + 3))
    found = 0
    for row in drawn:
        before, after = np.exp(row[:12]), np.exp(row[12:])
        least = smallest_visible(before.tolist(), scale="ratio", cycle_count=3, error=0.05) or 0
        moved = change(before.tolist(), (after * least).tolist(), scale="ratio", error=0.05)
        found += moved is not None and moved.lower > 1
    assert 0.76 < found / 2000 < 0.86


def test_cycles_are_counted_until_the_effect_can_be_seen() -> None:
    def until(least: float) -> int | None:
        return cycles_until_visible(BEFORE, least, scale="ratio", error=0.025, at_most=12)

    assert until(3.0) == 1
    assert until(1.01) is None
    counts = [until(least) for least in (2.2, 1.9, 1.8)]
    assert counts == sorted(counts, key=lambda count: count or 99)


def test_nothing_is_visible_with_too_few_earlier_cycles() -> None:
    assert smallest_visible([1.0, 2.0], scale="ratio", cycle_count=3, error=0.05) is None
