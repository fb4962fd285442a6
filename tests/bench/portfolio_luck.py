"""How often luck alone marks a team of a portfolio: simulated teams, production signals and marks.

In none of the teams did anything change, so whatever is marked is false. Teams of several kinds
(volume, spread, issues closed without a word) stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context

import numpy as np
from measure import Figure
from signals import Team, unchanged

from opsreview.portfolio.luck import ERROR, level_among, smallest_adjusted

KINDS = [Team(n, tau, silent_share=0.25 * (tau > 0)) for n in (20, 60) for tau in (0.0, 0.3)]
TEAMS = 8_000
SIZES = (20, 100)
AT_MOST = 0.06  # beside 5 % what so many draws vary by


def figures_of_luck(count: int = TEAMS) -> Iterator[Figure]:
    """The share of portfolios with a team marked as standing among all, and of teams marked."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        ps = [
            p for part in workers.map(smallest_ps, [(1, count // 2), (2, count // 2)]) for p in part
        ]
    for size in SIZES:
        share = 100 * marked_share(ps, size)
        yield Figure(f"luck marks a team among {size}", share, "%", 100 * AT_MOST)
    own = 100 * float(np.mean([p is not None and p <= ERROR for p in ps]))
    yield Figure("luck gives a team a signal of its own", own, "%", 100 * AT_MOST)


def smallest_ps(asked: tuple[int, int]) -> list[float | None]:
    """The smallest adjusted p of each of so many teams, by a seed."""
    seed, count = asked
    dice = np.random.default_rng(seed)
    return [smallest_adjusted(unchanged(team, dice)) for team in islice(cycle(KINDS), count)]


def marked_share(ps: Sequence[float | None], size: int) -> float:
    """Of the portfolios that so many teams make, those in which any team stands."""
    starts = range(0, len(ps) - size + 1, size)
    return float(np.mean([level_among(ps[start : start + size]) > 0 for start in starts]))


if __name__ == "__main__":
    for figure in figures_of_luck():
        print(f"{figure.name}: {figure.value:.2f} {figure.unit} {figure.verdict}")
