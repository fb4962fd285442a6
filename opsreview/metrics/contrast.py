"""This cycle against the earlier ones, with what they differ by among themselves in the error.

The cycles before are a random-effects sample: each has a true value of its own, drawn around a
common one with the spread τ, and is known but for the error of its own sample. A new cycle is
remarkable when it lies outside what one more such cycle would do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize
from scipy.special import ndtri, stdtr, stdtrit

from opsreview.holm import holm_adjusted

FEWEST_EARLIER = 8
POWER = 0.8

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Point:
    """One cycle on the scale of comparison: its value, and the variance its sample gives it."""

    value: float
    variance: float = 0.0


@dataclass(frozen=True)
class Contrast:
    """How far the later cycles lie from the earlier: ``moved``, its standard error, and p (t)."""

    moved: float
    error: float
    freedom: int

    @property
    def p(self) -> float:
        """Two-sided."""
        return 2 * float(stdtr(self.freedom, -abs(self.moved) / self.error))

    def visible(self, error: float) -> float:
        """The least movement that four cycles of five would show at this two-sided error."""
        quantiles = -float(stdtrit(self.freedom, error / 2)) + float(ndtri(POWER))
        return quantiles * self.error


def contrast(earlier: Sequence[Point], later: Sequence[Point]) -> Contrast | None:
    """The mean of the later cycles less the weighted mean of the earlier.

    Returns:
        None with fewer than eight earlier cycles or no later one, and where nothing varies.

    Source:
        Higgins, Thompson and Spiegelhalter (2009), JRSS A 172:137-159: the prediction interval of
        a random-effects sample, here with k - 1 degrees of freedom.
    """
    if len(earlier) < FEWEST_EARLIER or not later:
        return None
    values, variances = _arrays(earlier)
    spread = between(values, variances)
    total = variances + spread
    if total.max() == 0:
        return None
    weights = 1 / np.maximum(total, total.max() * 1e-9)
    typical = float(np.average(values, weights=weights))
    new_values, new_variances = _arrays(later)
    new_error = float(np.sum(new_variances + spread)) / len(later) ** 2
    error = math.sqrt(new_error + 1 / float(np.sum(weights)))
    return Contrast(float(np.mean(new_values)) - typical, error, len(earlier) - 1)


def between(values: Floats, variances: Floats) -> float:
    """The variance between cycles beyond that of their samples, at least 0.

    Source:
        Paule and Mandel (1982), J. Res. NBS 87:377-385.
    """
    freedom = values.size - 1

    def excess(spread: float) -> float:
        weights = 1 / (variances + spread)
        typical = np.average(values, weights=weights)
        return float(np.sum(weights * (values - typical) ** 2)) - freedom

    plain = float(np.var(values, ddof=1))
    if plain == 0 or not variances.any():
        return plain
    least = plain * 1e-9
    if excess(least) <= 0:
        return 0.0
    return float(optimize.brentq(excess, least, plain * values.size))


def holm(ps: Sequence[float | None], error: float = 0.05) -> list[bool]:
    """Which of several tests stand while all false ones together err in at most ``error``."""
    return [p is not None and p <= error for p in holm_adjusted(ps)]


def _arrays(points: Sequence[Point]) -> tuple[Floats, Floats]:
    return np.array([p.value for p in points]), np.array([p.variance for p in points])
