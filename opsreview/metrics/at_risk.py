"""Who is still at risk at each time, and the curves and bands that follow from it.

The arithmetic under ``survival``: sorted arrays in, arrays out, every sum over all times at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from opsreview.metrics.intervals import Z95, Values

Floats = npt.NDArray[np.floating]
Truths = npt.NDArray[np.bool_]
IsCensored = Sequence[bool] | Truths | pl.Series


@dataclass(frozen=True)
class Steps:
    """What happened at each distinct time, the first of them 0. ``row`` places each wait."""

    hours: Floats
    row: npt.NDArray[np.intp]
    n_at_risk: Floats
    n_ended: Floats
    n_censored: Floats
    waiting: Floats
    waiting_before: Floats

    @property
    def effective_n(self) -> Floats:
        """How many observations the share is worth: all of them when none was censored."""
        return self.n_at_risk / self.waiting_before


@dataclass(frozen=True)
class Curve:
    """A share and its 95 % band at each time."""

    hours: Floats
    value: Floats
    lower: Floats
    upper: Floats


def checked_hours(hours: Values) -> Floats:
    """The waits as an array.

    Raises:
        ValueError: one is unknown, endless or below 0.
    """
    checked = np.asarray(hours, dtype=np.float64)
    if checked.size and not (checked.min() >= 0 and checked.max() < np.inf):
        raise ValueError("a wait is unknown, endless or below 0; exclude it, with the reason")
    return checked


def checked_truths(is_censored: IsCensored) -> Truths:
    """The truths as an array.

    Raises:
        ValueError: one is unknown.
    """
    checked = np.asarray(is_censored)
    if checked.size and checked.dtype != np.bool_:
        raise ValueError(f"is_censored is {checked.dtype}, not true or false for every wait")
    return checked.astype(np.bool_)


def steps_of(hours: Floats, is_ended: Truths) -> Steps:
    """Count what happened at each distinct time; who is censored at a time is at risk until then.

    Raises:
        ValueError: the lengths differ.
    """
    if hours.size != is_ended.size:
        raise ValueError(f"{hours.size} waits and {is_ended.size} endings; give one for each")
    if hours.size == 0:
        return Steps(np.empty(0), np.empty(0, np.intp), *(np.empty(0) for _ in range(5)))
    distinct, row_from_zero = np.unique(np.concatenate(([0.0], hours)), return_inverse=True)
    row = row_from_zero[1:]
    n_gone = _count_by_row(row, np.ones_like(is_ended), distinct.size)
    n_ended = _count_by_row(row, is_ended, distinct.size)
    n_at_risk = hours.size - np.cumsum(n_gone) + n_gone
    waiting = np.cumprod(1 - n_ended / n_at_risk)
    waiting_before = np.concatenate(([1.0], waiting[:-1]))
    return Steps(distinct, row, n_at_risk, n_ended, n_gone - n_ended, waiting, waiting_before)


def waiting_curve(steps: Steps) -> Curve:
    """The share still waiting: Kaplan-Meier with Greenwood's variance; it falls from 1."""
    variance = steps.waiting**2 * np.cumsum(_greenwood_terms(steps))
    return Curve(steps.hours, steps.waiting, *_band(steps.waiting, variance, steps.effective_n))


def ended_curve(steps: Steps) -> Curve:
    """The share ended in whatever way: what the waiting curve leaves."""
    waiting = waiting_curve(steps)
    return Curve(steps.hours, 1 - waiting.value, 1 - waiting.upper, 1 - waiting.lower)


def incidence_curve(steps: Steps, is_main: Truths) -> Curve:
    """The share ended in the one way that ``is_main`` marks; the other ends are its rivals."""
    n_main = _count_by_row(steps.row, is_main, steps.hours.size)
    incidence = np.cumsum(steps.waiting_before * n_main / steps.n_at_risk)
    has_no_rival_yet = np.cumsum(steps.n_ended - n_main) == 0
    incidence = np.where(has_no_rival_yet, 1 - steps.waiting, incidence)  # exactly 1 at the end
    variance = _incidence_variance(steps, n_main, incidence)
    return Curve(steps.hours, incidence, *_band(incidence, variance, steps.effective_n))


def _count_by_row(row: npt.NDArray[np.intp], is_counted: Truths, row_count: int) -> Floats:
    return np.bincount(row, weights=is_counted, minlength=row_count).astype(np.float64)


def _greenwood_terms(steps: Steps) -> Floats:
    n_left = steps.n_at_risk - steps.n_ended
    terms = np.zeros_like(n_left)
    # Where nobody is left the curve is over: a share of 0 or a level incidence, nothing to add.
    np.divide(steps.n_ended, steps.n_at_risk * n_left, out=terms, where=n_left > 0)
    return terms


def _incidence_variance(steps: Steps, n_main: Floats, incidence: Floats) -> Floats:
    """Collett's variance; its sums of (F(t) - F(ti)) are expanded so that all times cost O(n)."""
    terms, n = _greenwood_terms(steps), steps.n_at_risk
    all_ends = (
        incidence**2 * np.cumsum(terms)
        - 2 * incidence * np.cumsum(terms * incidence)
        + np.cumsum(terms * incidence**2)
    )
    own = np.cumsum(steps.waiting_before**2 * n_main * (n - n_main) / n**3)
    mixed_terms = steps.waiting_before * n_main / n**2
    mixed = incidence * np.cumsum(mixed_terms) - np.cumsum(mixed_terms * incidence)
    return np.maximum(all_ends + own - 2 * mixed, 0)


def _band(share: Floats, variance: Floats, effective_n: Floats) -> tuple[Floats, Floats]:
    lower = np.where(share >= 1, effective_n / (effective_n + Z95**2), 0.0)
    upper = np.where(share <= 0, Z95**2 / (effective_n + Z95**2), 1.0)
    is_inside = (share > 0) & (share < 1)
    inside = share[is_inside]
    with np.errstate(over="ignore"):  # a spread beyond all bounds is the band from 0 to 1
        power = np.exp(Z95 * np.sqrt(variance[is_inside]) / (-inside * np.log(inside)))
    lower[is_inside] = inside**power
    upper[is_inside] = inside ** (1 / power)
    return lower, upper
