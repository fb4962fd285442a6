"""Intervals for shares, counts, rates and plain medians: 95 %, closed form or exact.

Each interval comes twice: as bare bounds, and as the ``Estimate`` that carries them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import bdtr, betaincinv, gammaincinv, ndtri

from opsreview.estimate import Estimate, not_measurable

Z95 = float(ndtri(0.975))
FEWEST_FOR_ORDER_STATISTICS = 6
FEWEST_FOR_A_TREND = 8

Values = Sequence[float] | npt.NDArray[np.floating] | pl.Series


class MedianBounds(NamedTuple):
    """A median of plain values; ``reason`` says why it has no bounds, where it has none."""

    value: float
    lower: float | None
    upper: float | None
    reason: str | None


@lru_cache(maxsize=4096)
def wilson(k: float, n: float) -> tuple[float, float]:
    """The 95 % bounds of the share ``k / n``; an effective ``n`` need not be whole.

    Raises:
        ValueError: ``n`` is 0, or ``k`` is not between 0 and ``n``.

    Source:
        Wilson (1927), JASA 22:209-212; the score interval without continuity correction.
    """
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"{k} of {n} is not a share; count both in the same units")
    middle = (k + Z95**2 / 2) / (n + Z95**2)
    half_width = Z95 * sqrt(k * (n - k) / n + Z95**2 / 4) / (n + Z95**2)
    lower = 0.0 if k == 0 else middle - half_width
    upper = 1.0 if k == n else middle + half_width
    return lower, upper


@lru_cache(maxsize=4096)
def poisson_rate(count: int, exposure: float) -> tuple[float, float]:
    """The exact 95 % bounds of the rate ``count / exposure``, per unit of exposure.

    Raises:
        ValueError: ``count`` is negative, or ``exposure`` is not above 0.

    Source:
        Garwood (1936), Biometrika 28:437-442. Half a chi-square quantile with 2c degrees of
        freedom is the gamma quantile of shape c, which scipy gives without a distribution object.
    """
    if count < 0 or exposure <= 0:
        raise ValueError(f"{count} in {exposure} is not a rate; exposure must be above 0")
    lower = 0.0 if count == 0 else float(gammaincinv(count, 0.025))
    upper = float(gammaincinv(count + 1, 0.975))
    return lower / exposure, upper / exposure


@lru_cache(maxsize=4096)
def poisson_ratio(above: int, below: int) -> tuple[float, float | None]:
    """The exact 95 % bounds of the ratio of two Poisson rates seen over the same time.

    Of ``above + below`` seen the share ``above`` is binomial; its exact bounds give the ratio's.
    The upper one is None, without end, where ``below`` is 0.

    Raises:
        ValueError: a count is negative, or both are 0.

    Source:
        Clopper and Pearson (1934), Biometrika 26:404-413, given the total: Przyborowski and
        Wilenski (1940), Biometrika 31:313-323.
    """
    if above < 0 or below < 0 or above + below == 0:
        raise ValueError(f"{above} to {below} is not a ratio; something must have been seen")
    lower = 0.0 if above == 0 else float(betaincinv(above, below + 1, 0.025))
    upper = 1.0 if below == 0 else float(betaincinv(above + 1, below, 0.975))
    return lower / (1 - lower), None if below == 0 else upper / (1 - upper)


def order_statistic_median(values: Values) -> MedianBounds:
    """The median of complete values, bounded by two of the values themselves.

    The bounds are the r-th smallest and r-th largest value, with the largest r that still covers
    the median of any distribution in at least 95 %. Below six values no pair does: no bounds.

    Raises:
        ValueError: there are no values, or one of them is unknown.

    Source:
        David and Nagaraja, Order Statistics, section 7.1 (binomial bounds of a quantile).
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if ordered.size == 0 or np.isnan(ordered[-1]):
        raise ValueError("a median needs values, none of them unknown; drop or censor those")
    median = float(np.median(ordered))
    if ordered.size < FEWEST_FOR_ORDER_STATISTICS:
        return MedianBounds(
            median, None, None, f"too few to tell: n = {ordered.size}, six are needed"
        )
    rank = _order_statistic_rank(ordered.size)
    return MedianBounds(median, float(ordered[rank - 1]), float(ordered[-rank]), None)


def theil_sen(places: Values, values: Values) -> tuple[float, float, float]:
    """The median of the slopes between all pairs of values, with its 95 % bounds.

    Places must differ from each other. Written out here as ``scipy.stats`` takes long to import;
    the tests hold it against that.

    Raises:
        ValueError: there are fewer than two values.

    Source:
        Theil (1950), Proc. KNAW 53:386-392; the bounds by Sen (1968), JASA 63:1379-1389.
    """
    x, y = (np.asarray(each, dtype=np.float64) for each in (places, values))
    n = y.size
    if n < 2:
        raise ValueError(f"a trend needs two values, not {n}")
    first, second = np.triu_indices(n, 1)
    slopes = np.sort((y[second] - y[first]) / (x[second] - x[first]))
    ties = np.unique(y, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18
    reach = Z95 * sqrt(variance)
    low = max(round((slopes.size - reach) / 2) - 1, 0)
    high = min(round((slopes.size + reach) / 2), slopes.size - 1)
    return float(np.median(slopes)), float(slopes[low]), float(slopes[high])


def share(
    k: int, n: int, *, statistic: str = "share", reason: str = "nothing to measure"
) -> Estimate:
    """``k`` of ``n`` as a share with its Wilson interval; ``reason`` is told when n = 0.

    Raises:
        ValueError: ``k`` is not between 0 and ``n``.
    """
    if n == 0 and k == 0:
        return not_measurable(statistic, "share", reason)
    lower, upper = wilson(k, n)
    return Estimate(statistic, k / n, "share", n, lower, upper, method="Wilson 95 %")


def count(n: int, *, statistic: str = "count") -> Estimate:
    """An exact count: it has no interval. Counting none is 0, not unknown."""
    return Estimate(statistic, float(n), "count", n, method="count")


def rate_per_week(count: int, weeks: float, *, statistic: str = "rate_per_week") -> Estimate:
    """``count`` in ``weeks`` as a rate per week with exact Poisson bounds.

    Not measurable where less than a day has passed: one event would make it many a week.
    """
    if weeks < 1 / 7:
        return not_measurable(statistic, "per_week", "less than a day has passed")
    lower, upper = poisson_rate(count, weeks)
    method = "exact Poisson 95 %"
    return Estimate(statistic, count / weeks, "per_week", count, lower, upper, method=method)


def ratio_of_counts(
    above: int, below: int, *, statistic: str = "ratio", reason: str = "nothing to compare with"
) -> Estimate:
    """How many ``above`` there were for each ``below``, counted over the same time.

    n is ``below``; where it is 0 there is no ratio, and ``reason`` is told.
    """
    if below == 0:
        return not_measurable(statistic, "ratio", reason)
    lower, upper = poisson_ratio(above, below)
    method = "ratio of Poisson rates, exact 95 %"
    return Estimate(statistic, above / below, "ratio", below, lower, upper, method=method)


def median_of_values(
    values: Values,
    *,
    unit: str,
    statistic: str = "median",
    reason: str = "nothing to measure",
) -> Estimate:
    """The median of complete values in ``unit``, with order-statistic bounds from six values on.

    With fewer the median stands without bounds and the estimate's ``reason`` says so. Waits that
    may still be running are censored: they belong in ``survival``, not here.
    """
    n = len(values)
    if n == 0:
        return not_measurable(statistic, unit, reason)
    value, lower, upper, why_unbounded = order_statistic_median(values)
    method = "order statistics, at least 95 %" if why_unbounded is None else "median"
    return Estimate(statistic, value, unit, n, lower, upper, method=method, reason=why_unbounded)


def trend_of_values(
    places: Values, values: Values, *, unit: str, statistic: str = "trend"
) -> Estimate:
    """How values move from place to place, in ``unit``; below eight it is not told."""
    n = len(values)
    if n < FEWEST_FOR_A_TREND:
        return not_measurable(statistic, unit, f"too few to tell: n = {n}, eight are needed")
    value, lower, upper = theil_sen(places, values)
    return Estimate(statistic, value, unit, n, lower, upper, method="Theil-Sen slope, 95 %")


@lru_cache(maxsize=1024)
def _order_statistic_rank(n: int) -> int:
    below = bdtr(np.arange(n // 2), n, 0.5)
    return int(np.count_nonzero(2 * below <= 0.05))
