"""Which of the headlines are signals: outside what the team's own cycles do by themselves.

A headline is a series of cycles, on a scale where cycles can be compared: shares by their counts,
waits by the log-rank, counts by their roots, what carries over by its change. Two questions are
asked of each, whether this cycle and whether the last two together differ from those before, and
Bonferroni's doubled p is answered. Over the headlines Holm keeps all false signals within 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import optimize

from opsreview.metrics.contrast import Contrast, Point, contrast
from opsreview.metrics.logrank import Pool, logrank

MOST_EARLIER = 24
ERROR = 0.05
HEADLINES = 6
LOOKS = (1, 2)  # this cycle, and the last two together
_LONGEST_STRETCH = math.log(200)
_SMALL_STRETCH = 0.3
_LARGEST_STATED = math.log(20)  # a change beyond it is none that a team would wait for
_FIRST_REACH = math.log(3)
_CLOSE_ENOUGH = 0.01  # of the log of a stretch: one percent

Floats = npt.NDArray[np.floating]
Truths = npt.NDArray[np.bool_]


class Series(Protocol):
    """A headline over the cycles, oldest first; the last is the one under review."""

    def __len__(self) -> int: ...

    def points(self, look: int) -> tuple[Sequence[Point], Sequence[Point]]:
        """The earlier cycles and the last ``look`` ones, on the scale of comparison."""

    def visible(self, moved: float, look: int) -> float | None:
        """A movement on that scale, upwards, as the reader's scale has it; None: beyond it."""


@dataclass(frozen=True)
class Signal:
    """What can be said of one headline against its own past.

    ``p`` is two-sided over both looks; None where the earlier cycles are too few or never differ.
    ``visible`` and ``visible_in_two`` are the smallest changes that would show, four times of
    five, in this cycle or over two: None beside a ``p`` where no change, however large, would.
    """

    p: float | None
    rises: bool | None
    earlier_count: int
    visible: float | None = None
    visible_in_two: float | None = None


@dataclass(frozen=True)
class Shares:
    """A share in each cycle: ``counts`` of ``totals``, none of which is 0."""

    counts: Sequence[int]
    totals: Sequence[int]

    def __len__(self) -> int:
        return len(self.counts)

    def points(self, look: int) -> tuple[Sequence[Point], Sequence[Point]]:
        """The shares, with the variance that the common share gives to so many."""
        usual = (sum(self.counts[:-look]) + 0.5) / (sum(self.totals[:-look]) + 1)
        pairs = zip(self.counts, self.totals, strict=True)
        return _split([Point(k / n, usual * (1 - usual) / n) for k, n in pairs], look)

    def visible(self, moved: float, look: int) -> float | None:
        """In points of share."""
        return moved if moved < 1 else None


@dataclass(frozen=True)
class Rates:
    """Things counted in each cycle, over so many weeks."""

    counts: Sequence[float]
    weeks: Sequence[float]

    def __len__(self) -> int:
        return len(self.counts)

    def points(self, look: int) -> tuple[Sequence[Point], Sequence[Point]]:
        """Roots of the rates, which vary alike however high they are (Anscombe 1948)."""
        pairs = zip(self.counts, self.weeks, strict=True)
        return _split([Point(math.sqrt((n + 3 / 8) / w), 1 / (4 * w)) for n, w in pairs], look)

    def visible(self, moved: float, look: int) -> float | None:
        """As a ratio of the usual rate."""
        usual = math.sqrt((sum(self.counts[:-look]) + 3 / 8) / sum(self.weeks[:-look]))
        return ((usual + moved) / usual) ** 2


@dataclass(frozen=True)
class Levels:
    """A number in each cycle that is made anew in each, such as the net change a week."""

    values: Sequence[float]

    def __len__(self) -> int:
        return len(self.values)

    def points(self, look: int) -> tuple[Sequence[Point], Sequence[Point]]:
        """The numbers themselves; their spread is all that is known of their error."""
        return _split([Point(value) for value in self.values], look)

    def visible(self, moved: float, look: int) -> float | None:
        """In the unit of the numbers."""
        return moved


@dataclass(frozen=True)
class Durations:
    """A duration in hours in each cycle, above 0, of which the things measured are not at hand."""

    hours: Sequence[float]

    def __len__(self) -> int:
        return len(self.hours)

    def points(self, look: int) -> tuple[Sequence[Point], Sequence[Point]]:
        """Their logs."""
        return _split([Point(math.log(hours)) for hours in self.hours], look)

    def visible(self, moved: float, look: int) -> float | None:
        """How many times as long."""
        return math.exp(moved) if moved < _LARGEST_STATED else None


@dataclass(frozen=True)
class Stock:
    """How many there are at each cycle's end, which carries over: the change is compared.

    Cycles that stand on each other look alike until they drift apart; only their steps are a
    sample. Steps of the root, as a large stock moves by more.
    """

    counts: Sequence[float]

    def __len__(self) -> int:
        return max(len(self.counts) - 1, 0)

    def points(self, look: int) -> tuple[Sequence[Point], Sequence[Point]]:
        """The steps from each cycle to the next."""
        roots = np.sqrt(np.asarray(self.counts, dtype=float) + 3 / 8)
        return _split([Point(float(step)) for step in np.diff(roots)], look)

    def visible(self, moved: float, look: int) -> float | None:
        """In things more than before the look began."""
        before = math.sqrt(self.counts[-1 - look] + 3 / 8)
        return float((before + moved * look) ** 2 - before**2)


@dataclass(frozen=True)
class Wait:
    """The waits of one cycle in hours; what is not over, or never will be, is censored.

    A rival end (closed before any answer) counts as censored where the follow-up ended, not where
    the rival came: it stays among those who had no answer by then, as on the page.

    Source:
        Fine and Gray (1999), JASA 94:496-509, section 3: where the follow-up of each is known.
    """

    hours: Floats
    is_censored: Truths

    def cut(self, hours: float) -> Wait:
        """The same waits followed for so long and no longer: what comes after does not count."""
        return Wait(np.minimum(self.hours, hours), self.is_censored | (self.hours > hours))


@dataclass(frozen=True)
class Waits:
    """The waits of each cycle, of which none is empty."""

    cycles: Sequence[Wait]

    def __len__(self) -> int:
        return len(self.cycles)

    def points(self, look: int) -> tuple[Sequence[Point], Sequence[Point]]:
        """Logs of how many times as long waits were as in the cycles before both looks.

        Each cycle is set beside the others, and its waits divided until the log-rank tells no
        difference. Cycles of which that cannot be told are left out.

        Source:
            Yusuf, Peto et al. (1985), Prog. Cardiovasc. Dis. 27:335-371: the one step, where
            nothing has ended in a cycle.
        """
        earlier, later = self._stretches[:-look], self._stretches[-look:]
        told = [point for point in later if point is not None]
        is_told = len(told) == len(later)
        return [point for point in earlier if point is not None], told if is_told else []

    @cached_property
    def _stretches(self) -> Sequence[Point | None]:
        before = self.cycles[: -max(LOOKS)]
        steepness = _steepness(before)
        return [
            _stretched(_pooled([each for each in before if each is not one]), one, steepness)
            for one in self.cycles
        ]

    def visible(self, moved: float, look: int) -> float | None:
        """How many times as long waits would have to be."""
        return math.exp(moved) if moved < _LARGEST_STATED else None


def signal(series: Series, *, among: int = HEADLINES) -> Signal:
    """Whether the last cycle, or the last two together, differ from those before.

    ``among`` is how many headlines are looked at: the smallest visible change is the one that the
    strictest of Holm's steps lets through.
    """
    looks = [_looked(series, look) for look in LOOKS]
    earlier_count = max(len(series) - 1, 0)
    if looks[0] is None:
        return Signal(None, None, earlier_count)
    found = min((each for each in looks if each is not None), key=lambda each: each.p)
    visible = [
        None if each is None else series.visible(each.visible(ERROR / among / len(LOOKS)), look)
        for look, each in zip(LOOKS, looks, strict=True)
    ]
    return Signal(min(1.0, len(LOOKS) * found.p), found.moved > 0, earlier_count, *visible)


def _looked(series: Series, look: int) -> Contrast | None:
    return contrast(*series.points(look)) if len(series) > look else None


def _split(points: Sequence[Point], look: int) -> tuple[Sequence[Point], Sequence[Point]]:
    return points[:-look], points[-look:]


def _steepness(before: Sequence[Wait]) -> float:
    """By how much a small stretch of all waits lowers the log hazard, per log of the stretch."""
    pool = _pooled(before)
    found = logrank(*pool, pool[0] * math.exp(_SMALL_STRETCH), pool[1])
    if found.score is None or found.variance is None:
        return 0.0
    return max(-found.score / found.variance / _SMALL_STRETCH, 0.0)


def _stretched(pool: tuple[Floats, Truths], one: Wait, steepness: float) -> Point | None:
    """The log of the factor by which one cycle's waits are longer; None: it cannot be told."""
    variance = logrank(*pool, one.hours, one.is_censored).variance
    if not variance or not steepness:
        return None
    others, is_ended = Pool(*pool), ~one.is_censored

    def longer(log_factor: float) -> float:
        return others.score(one.hours * math.exp(-log_factor), is_ended)

    error = 1 / (variance * steepness**2)
    if not is_ended.any():  # no factor is long enough: one step, as far as the log-rank alone goes
        return Point(-longer(0.0) / (variance * steepness), error)
    reach = _FIRST_REACH
    while longer(-reach) > 0 or longer(reach) < 0:
        if reach > _LONGEST_STRETCH:
            return None
        reach *= 2
    found = optimize.brentq(longer, -reach, reach, xtol=_CLOSE_ENOUGH)
    return Point(float(found), error)


def _pooled(waits: Sequence[Wait]) -> tuple[Floats, Truths]:
    hours = [wait.hours for wait in waits] or [np.empty(0)]
    censored = [wait.is_censored for wait in waits] or [np.empty(0, dtype=bool)]
    return np.concatenate(hours), np.concatenate(censored)
