"""One statistic after something, compared with the same statistic before it, cycle by cycle.

The unit of comparison is the cycle, so the spread between past months is in the error: what moves
from month to month by itself is no effect. Durations are compared as ratios (on the log scale),
shares in points, counts and rates relative to what they were, a net change as a difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

Scale = Literal["ratio", "points", "relative", "difference"]
FEWEST_BEFORE = 4
POWER = 0.8
_SHORTEST_HOURS = 1 / 3600  # an answer in the same second still has a logarithm


@dataclass(frozen=True)
class Change:
    """How a statistic changed. ``value``, ``lower``, ``upper`` are on the reader's ``scale``.

    A ratio or relative change of 1 is no change, points and differences of 0 are none. ``before``
    and ``after`` are the typical values on each side, ``p`` is two-sided.
    """

    scale: Scale
    value: float
    lower: float
    upper: float
    p: float
    before: float
    after: float
    before_count: int
    after_count: int

    @property
    def nothing(self) -> float:
        """The value that means no change."""
        return nothing_on(self.scale)


def nothing_on(scale: Scale) -> float:
    """What no change is on a scale."""
    return 1.0 if scale in ("ratio", "relative") else 0.0


def scale_of(unit: str, statistic: str) -> Scale:
    """How a statistic is compared: by its unit, a net change by its difference."""
    if unit in ("hours", "days"):
        return "ratio"
    if unit == "share":
        return "points"
    return "difference" if statistic == "change" else "relative"


def change(
    before: Sequence[float], after: Sequence[float], *, scale: Scale, error: float
) -> Change | None:
    """The change from the earlier cycles to the later ones, with its 1 − ``error`` interval.

    t = (mean after − mean before) / (s √(1/m + 1/k)) with k − 1 degrees of freedom, where s is the
    spread of the k earlier cycles alone: a change may well change the spread too.

    Args:
        before: A value for each earlier cycle.
        after: A value for each later cycle.
        scale: As ``scale_of`` says.
        error: Two-sided.

    Returns:
        None where fewer than four earlier cycles or no later one are known, where they do not
        differ at all, or where there is nothing to be relative to.
    """
    k, m = len(before), len(after)
    if k < FEWEST_BEFORE or m == 0:
        return None
    base = float(np.mean(before)) if scale == "relative" else 1.0
    if base <= 0:
        return None
    earlier, later = _on_scale(before, scale) / base, _on_scale(after, scale) / base
    spread = float(np.std(earlier, ddof=1)) * math.sqrt(1 / m + 1 / k)
    if spread == 0:
        return None
    moved = float(np.mean(later) - np.mean(earlier))
    reach = -float(stdtrit(k - 1, error / 2)) * spread
    p = 2 * float(stdtr(k - 1, -abs(moved) / spread))
    value, lower, upper = (_read(moved + by, scale) for by in (0.0, -reach, reach))
    typical = (_typical(before, scale), _typical(after, scale))
    return Change(scale, value, lower, upper, p, *typical, k, m)


def smallest_visible(
    before: Sequence[float], *, scale: Scale, cycle_count: int, error: float
) -> float | None:
    """The least change that so many later cycles show four times out of five.

    On the reader's scale, upwards: a ratio of 2 is a doubling, and a halving is as visible.
    None where the earlier cycles are too few, or do not differ.
    """
    k = len(before)
    if k < FEWEST_BEFORE or cycle_count < 1:
        return None
    base = float(np.mean(before)) if scale == "relative" else 1.0
    spread = float(np.std(_on_scale(before, scale), ddof=1))
    if spread == 0 or base <= 0:
        return None
    quantiles = -float(stdtrit(k - 1, error / 2)) + float(ndtri(POWER))
    return _read(quantiles * spread / base * math.sqrt(1 / cycle_count + 1 / k), scale)


def cycles_until_visible(
    before: Sequence[float], least: float, *, scale: Scale, error: float, at_most: int
) -> int | None:
    """After how many full cycles a change of ``least`` (upwards) can be seen; None: not in time."""
    for count in range(1, at_most + 1):
        visible = smallest_visible(before, scale=scale, cycle_count=count, error=error)
        if visible is not None and visible <= least:
            return count
    return None


def _on_scale(values: Sequence[float], scale: Scale) -> np.ndarray:
    given = np.asarray(values, dtype=float)
    return np.log(np.maximum(given, _SHORTEST_HOURS)) if scale == "ratio" else given


def _read(moved: float, scale: Scale) -> float:
    if scale == "ratio":
        return math.exp(moved)
    return 1 + moved if scale == "relative" else moved


def _typical(values: Sequence[float], scale: Scale) -> float:
    mean = float(np.mean(_on_scale(values, scale)))
    return math.exp(mean) if scale == "ratio" else mean
