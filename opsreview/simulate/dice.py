"""Seeded chance, one stream a step, so that a knob of one step leaves the others as they were."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import numpy as np

from opsreview.window import Window

Choice = TypeVar("Choice")


class Dice:
    """The chance of one step of a simulation; equal seed and step give equal throws."""

    def __init__(self, seed: int, step: str) -> None:
        self._random = np.random.default_rng([seed, *step.encode()])

    def happens(self, share: float) -> bool:
        return bool(self._random.random() < share)

    def pick(self, weights: Mapping[Choice, float]) -> Choice:
        """One of the keys, with chances in proportion to their weights."""
        left = self._random.random() * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0:
                return choice
        return choice

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        return choices[int(self._random.random() * len(choices))]

    def normal(self, spread: float) -> float:
        return float(self._random.standard_normal()) * spread

    def hours(self, median: float, sigma: float) -> timedelta:
        """A lognormal time, in whole seconds and at least one."""
        seconds = 3600 * median * math.exp(self.normal(sigma))
        return timedelta(seconds=max(1, round(seconds)))

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self._random.random())

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both possible."""
        return low + int(self._random.random() * (high - low + 1))

    def moment(self, window: Window) -> datetime:
        seconds = int(self._random.random() * window.hours * 3600)
        return window.start_at + timedelta(seconds=seconds)

    def count(self, mean: float, dispersion: float) -> int:
        """A negative binomial count with variance ``dispersion`` × mean; Poisson at 1."""
        if dispersion <= 1:
            return int(self._random.poisson(mean))
        rate = self._random.gamma(mean / (dispersion - 1), dispersion - 1)
        return int(self._random.poisson(rate))


def arrivals(window: Window, count: int, dice: Dice) -> list[datetime]:
    """Moments at which users turn up: mostly on weekdays, from a European to an American day."""
    moments: list[datetime] = []
    while len(moments) < count:
        moment = dice.moment(window)
        if dice.happens(_liveliness(moment)):
            moments.append(moment)
    return sorted(moments)


def _liveliness(moment: datetime) -> float:
    day = 1.0 if moment.weekday() < 5 else 0.3
    hour = 1.0 if 7 <= moment.hour < 20 else 0.2
    return day * hour
