"""Whether one sample of waits ended faster than another, with those still waiting in both.

Source:
    Mantel (1966), Cancer Chemother Rep 50:163-170; Peto and Peto (1972), JRSS A 135:185-207.
"""

from __future__ import annotations

from math import erfc, sqrt
from typing import NamedTuple

import numpy as np

from opsreview.metrics.at_risk import Floats, IsCensored, Truths, checked_hours, checked_truths
from opsreview.metrics.intervals import Values


class LogRank(NamedTuple):
    """The second sample against the first; all None where the two cannot be compared.

    ``score`` is the ends observed in the second sample less those expected if both ended at the
    same rate: below 0 where the second waits longer. ``variance`` is the score's, ``z`` the score
    over its standard deviation, ``p`` two-sided. Scores and variances of separate comparisons add.
    """

    score: float | None
    variance: float | None
    z: float | None
    p: float | None


UNDEFINED = LogRank(None, None, None, None)


def logrank(
    hours_a: Values, is_censored_a: IsCensored, hours_b: Values, is_censored_b: IsCensored
) -> LogRank:
    """The log-rank comparison of ``b`` with ``a``; ties are grouped, the variance hypergeometric.

    A wait censored at a time at which another ends is at risk of ending then. Undefined where a
    sample is empty, nothing ended, or nothing ended while both samples were waiting.

    Args:
        hours_a: How long each thing of the first sample took, or has waited so far; at least 0.
        is_censored_a: Whether it was still waiting then.
        hours_b: The same of the second sample.
        is_censored_b: The same of the second sample.

    Raises:
        ValueError: lengths differ, an hour is unknown or below 0, or a truth is unknown.
    """
    first, first_ended = _sample(hours_a, is_censored_a)
    second, second_ended = _sample(hours_b, is_censored_b)
    if first.size == 0 or second.size == 0:
        return UNDEFINED
    hours, is_ended = np.concatenate((first, second)), np.concatenate((first_ended, second_ended))
    ended_at, n_ended = np.unique(hours[is_ended], return_counts=True)
    n = _at_risk(hours, ended_at)
    second_share = _at_risk(second, ended_at) / n
    score = float(second_ended.sum() - np.sum(n_ended * second_share))
    spread = n_ended * second_share * (1 - second_share) * (n - n_ended)
    variance = float(np.sum(spread / np.maximum(n - 1, 1)))
    if variance <= 0:
        return UNDEFINED
    z = score / sqrt(variance)
    return LogRank(score, variance, z, erfc(abs(z) / sqrt(2)))


class Pool:
    """One sample made ready to be compared with many others by the score alone."""

    def __init__(self, hours: Values, is_censored: IsCensored) -> None:
        waits, is_ended = _sample(hours, is_censored)
        self._hours = np.sort(waits)
        self._ended_at, self._n_ended = np.unique(waits[is_ended], return_counts=True)
        self._at_risk = _at_risk(waits, self._ended_at)

    def score(self, hours: Floats, is_ended: Truths) -> float:
        """``logrank(pool, other).score``; 0 where nothing ended while both were waiting."""
        other = np.sort(hours)
        own = _at_risk_of_sorted(other, self._ended_at)
        expected = float(np.sum(self._n_ended * own / (self._at_risk + own)))
        ended_at = hours[is_ended]
        own = _at_risk_of_sorted(other, ended_at)
        beside = _at_risk_of_sorted(self._hours, ended_at)
        return ended_at.size - expected - float(np.sum(own / (own + beside)))


def _sample(hours: Values, is_censored: IsCensored) -> tuple[Floats, Truths]:
    waits, is_ended = checked_hours(hours), ~checked_truths(is_censored)
    if waits.size != is_ended.size:
        raise ValueError(f"{waits.size} waits and {is_ended.size} endings; give one for each")
    return waits, is_ended


def _at_risk(hours: Floats, at: Floats) -> Floats:
    return _at_risk_of_sorted(np.sort(hours), at)


def _at_risk_of_sorted(hours: Floats, at: Floats) -> Floats:
    return (hours.size - np.searchsorted(hours, at, side="left")).astype(np.float64)
