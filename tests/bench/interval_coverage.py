"""How often a 95 % interval holds the truth: simulated months, the production's own intervals.

A month has ``n`` items, opened at any time in it, and is read a week after its end: what has not
ended by then is censored. Waits are lognormal. With rival ends a quarter of the issues never get
an answer and are closed without a word after a wait of their own; the median is when half of
*all* have been answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import exp, log

import numpy as np
import polars as pl
import train_coverage
from measure import Figure
from scipy.special import ndtr, ndtri

from opsreview.estimate import Estimate
from opsreview.metrics.intervals import median_of_values, rate_per_week, share
from opsreview.metrics.survival import (
    aalen_johansen,
    median_to_end,
    median_with_rivals,
    share_by,
)

DRAWS = 2000
LEAST, MOST = 0.935, 0.985
SIZES = (20, 60, 200)
SIGMAS = (1.5, 2.6)
SILENT_SHARE = 0.25
ENDINGS = ("answered", "closed")
MONTH_HOURS, MATURITY_HOURS = 720, 168
MONTH_WEEKS = MONTH_HOURS / MATURITY_HOURS
MEDIAN_HOURS, TARGET_HOURS = 48.0, 72.0

Draw = Callable[[np.random.Generator], Estimate]


@dataclass(frozen=True)
class Cell:
    """One statistic of one kind of month: how a month is drawn and estimated, and the truth."""

    name: str
    draw: Draw
    truth: float


def covered(cell: Cell, draws: int, seed: int) -> float:
    """The share of so many drawn months whose interval holds the truth.

    An open upper end holds everything above the lower one.
    """
    dice = np.random.default_rng(seed)
    return sum(_holds(cell.draw(dice), cell.truth) for _ in range(draws)) / draws


def figures_of_coverage(draws: int = DRAWS) -> Iterator[Figure]:
    """The observed coverage of shares, medians and rates."""
    for seed, cell in enumerate(cells()):
        value = covered(cell, draws, seed)
        yield Figure(f"95 % interval of {cell.name}", value, "of 1", MOST, at_least=LEAST)


def cells() -> Iterator[Cell]:
    """Every statistic at every size."""
    for n in SIZES:
        for truth in (0.2, 0.5, 0.8):
            yield Cell(f"share {truth:g}, n {n}", _share(n, truth), truth)
        rate = n / MONTH_WEEKS
        yield Cell(f"weekly rate, n {n}", _rate(n), rate)
        for sigma in SIGMAS:
            told = f"n {n}, σ {sigma:g}"
            yield Cell(f"median of ages, {told}", _ages(n, sigma), MEDIAN_HOURS)
            yield Cell(f"median, one end, {told}", _one_end(n, sigma), MEDIAN_HOURS)
            truth = MEDIAN_HOURS * exp(sigma * ndtri(0.5 / (1 - SILENT_SHARE)))
            yield Cell(f"median, rival ends, {told}", _rival_ends(n, sigma), truth)
            truth = (1 - SILENT_SHARE) * float(ndtr(log(TARGET_HOURS / MEDIAN_HOURS) / sigma))
            yield Cell(f"share within 72 h, rival ends, {told}", _share_by(n, sigma), truth)
    yield from _of_trains()


def _of_trains() -> Iterator[Cell]:
    """A year of a fortnightly train; six gaps are the fewest that have an interval."""
    for truth in (0.7, 0.8):
        told = f"share of slots kept {truth:g}, n 26"
        yield Cell(told, partial(train_coverage.kept, 26, truth), truth)
    for n in (6, 26):
        draw = partial(train_coverage.gap, n)
        yield Cell(f"median gap between releases, n {n}", draw, train_coverage.EVERY_DAYS)


def _holds(estimate: Estimate, truth: float) -> bool:
    lower, upper = estimate.lower, estimate.upper
    return (lower is None or lower <= truth) and (upper is None or truth <= upper)


def _share(n: int, truth: float) -> Draw:
    return lambda dice: share(int(dice.binomial(n, truth)), n)


def _rate(n: int) -> Draw:
    return lambda dice: rate_per_week(int(dice.poisson(n)), MONTH_WEEKS)


def _ages(n: int, sigma: float) -> Draw:
    return lambda dice: median_of_values(_waits(n, sigma, dice), unit="hours")


def _one_end(n: int, sigma: float) -> Draw:
    def draw(dice: np.random.Generator) -> Estimate:
        waits, followed = _waits(n, sigma, dice), _followed(n, dice)
        return median_to_end(np.minimum(waits, followed), waits > followed)

    return draw


def _rival_ends(n: int, sigma: float) -> Draw:
    return lambda dice: median_with_rivals(*_answered_or_closed(n, sigma, dice), "answered")


def _share_by(n: int, sigma: float) -> Draw:
    def draw(dice: np.random.Generator) -> Estimate:
        curves = aalen_johansen(*_answered_or_closed(n, sigma, dice), endings=ENDINGS)
        by_then = share_by(curves.filter(pl.col("curve") == "answered"), TARGET_HOURS)
        return Estimate("share", by_then.value, "share", n, by_then.lower, by_then.upper)

    return draw


def _answered_or_closed(
    n: int, sigma: float, dice: np.random.Generator
) -> tuple[np.ndarray, list[str | None]]:
    waits, followed = _waits(n, sigma, dice), _followed(n, dice)
    endings = np.where(dice.random(n) < SILENT_SHARE, "closed", "answered").astype(object)
    endings[waits > followed] = None
    return np.minimum(waits, followed), endings.tolist()


def _waits(n: int, sigma: float, dice: np.random.Generator) -> np.ndarray:
    return MEDIAN_HOURS * np.exp(dice.normal(0, sigma, n))


def _followed(n: int, dice: np.random.Generator) -> np.ndarray:
    """Hours from each opening to a week after the month's end."""
    return MATURITY_HOURS + dice.uniform(0, MONTH_HOURS, n)
