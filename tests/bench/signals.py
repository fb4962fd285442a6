"""How often the front page shows a signal, rightly or not: simulated teams, production signals.

A month has about ``n`` issues (over-dispersed: variance four times a Poisson's, or more), each
answered after a lognormal wait whose own month shifts by a normal step of sd τ; a quarter is closed
without a word where the variant says so. Pull requests wait likewise for their reviews. The six
headlines are read off as the product reads them and go through the product's own signals.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
from measure import Figure

from opsreview.metrics.chance import Pool, busiest_share
from opsreview.metrics.contrast import holm
from opsreview.metrics.signals import Levels, Rates, Stock, Wait, Waits, signal

DRAWS = 2000
CYCLES = 24
TARGET = 72.0
MEDIAN = 48.0
WEEKS = 30.4 / 7
MATURITY = 7 * 24.0
MONTH = 30.4 * 24
FALSE_AT_MOST = 0.06


@dataclass(frozen=True)
class Team:
    """One kind of team; ``factor`` stretches the waits of the last two months."""

    n: int
    tau: float
    sigma: float = 1.5
    factor: float = 1.0
    silent_share: float = 0.0
    dispersion: float = 4.0
    cycles: int = CYCLES

    @property
    def name(self) -> str:
        what = "flat" if self.factor == 1 else f"waits × {self.factor:g}"
        silent = f", {self.silent_share:.0%} silent" if self.silent_share else ""
        return f"{what}, n {self.n}, σ {self.sigma:g}, τ {self.tau:g}{silent}"


@dataclass(frozen=True)
class Month:
    """What a month holds of each headline."""

    opened: int
    closed: int
    answers: Wait
    reviews: Wait
    waiting: int
    releases: int
    loads: npt.NDArray[np.int64]


def shown(team: Team, dice: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which of the six headlines are signals: a row for each of the last two cycles."""
    is_changed = [False] * team.cycles + [True, True]
    months = [_month(team, dice, each) for each in is_changed]
    return np.array([_signals(team, months[:-1]), _signals(team, months)])


def _month(team: Team, dice: np.random.Generator, is_changed: bool) -> Month:
    factor = team.factor if is_changed else 1.0
    opened, closed = (max(4, _count(team, dice)) for _ in range(2))
    answers = _waits(team, dice, opened, factor)
    reviews = _waits(team, dice, max(4, _count(team, dice)), factor)
    loads = dice.multinomial(12, [0.25] * 4)
    waiting, releases = int(dice.poisson(20)), int(dice.poisson(2))
    return Month(opened, closed, answers, reviews, waiting, releases, loads)


def _count(team: Team, dice: np.random.Generator) -> int:
    if team.dispersion <= 1:
        return int(dice.poisson(team.n))
    return int(dice.negative_binomial(team.n / (team.dispersion - 1), 1 / team.dispersion))


def _waits(team: Team, dice: np.random.Generator, n: int, factor: float) -> Wait:
    """The waits of a month, read a week after its end."""
    shift = dice.normal(0, team.tau)
    waits = factor * MEDIAN * np.exp(dice.normal(shift, team.sigma, n))
    closes = np.where(dice.random(n) < team.silent_share, dice.exponential(MEDIAN, n), np.inf)
    follow_up = dice.uniform(0, MONTH, n) + MATURITY
    is_answered = (waits <= closes) & (waits <= follow_up)
    hours = np.where(is_answered, waits, follow_up)
    return Wait(hours, ~is_answered)


def unchanged(team: Team, dice: np.random.Generator) -> list[float | None]:
    """The p of each of the six headlines of a team in which nothing changed."""
    return _ps(team, [_month(team, dice, False) for _ in range(team.cycles + 1)])


def _signals(team: Team, months: Sequence[Month]) -> list[bool]:
    return holm(_ps(team, months))


def _ps(team: Team, months: Sequence[Month]) -> list[float | None]:
    recent = months[-team.cycles - 1 :]
    series = [
        Waits([month.answers.cut(TARGET) for month in recent]),
        Levels([(month.opened - month.closed) / WEEKS for month in recent]),
        Stock([month.waiting for month in recent]),
        Waits([month.reviews for month in recent]),
        Rates([month.releases for month in recent], [WEEKS] * len(recent)),
    ]
    loads = recent[-1].loads
    pool = Pool([[1]] * int(loads.sum()), [1.0] * 4)
    busiest = busiest_share([pool], observed_count=int(loads.max()))
    return [*(signal(each).p for each in series), busiest.mid_p if busiest else None]


def figures_of_signals(draws: int = DRAWS) -> Iterator[Figure]:
    """False signals of flat teams, how often a change is seen, and what is said to be visible."""
    flat, changed = _flat(), _changed_teams()
    teams = [(team, seed, draws) for seed, team in enumerate([*flat, *(t for t, _ in changed)])]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        found = list(workers.map(_drawn, teams))
    for team, rows in zip(flat, found, strict=False):
        share = 100 * float(rows[:, 1].any(axis=1).mean())
        yield Figure(f"false signal on a page: {team.name}", share, "%", 100 * FALSE_AT_MOST)
    for (team, least), rows in zip(changed, found[len(flat) :], strict=True):
        for place, what in ((0, "answers in time"), (3, "reviews")):
            share = 100 * float(rows[:, :, place].any(axis=1).mean())
            name = f"seen within two cycles, {what}: {team.name}"
            yield Figure(name, share, "%", at_least=least and 100 * least)
    for sigma in (1.5, 2.6):
        yield from _visible(Team(60, 0.0, sigma=sigma))


def _drawn(asked: tuple[Team, int, int]) -> npt.NDArray[np.bool_]:
    """Signals by draw, cycle (the last two) and headline."""
    team, seed, draws = asked
    dice = np.random.default_rng(seed)
    return np.array([shown(team, dice) for _ in range(draws)])


def _visible(team: Team, draws: int = 100) -> Iterator[Figure]:
    """The smallest visible change that the page states for a review wait, in the middle."""
    dice = np.random.default_rng(team.n)
    months = ([_month(team, dice, False) for _ in range(team.cycles + 1)] for _ in range(draws))
    stated = [signal(Waits([month.reviews for month in each])).visible for each in months]
    ratios = [math.inf if ratio is None else ratio for ratio in stated]
    yield Figure(f"smallest visible change stated: {team.name}", float(np.median(ratios)), "times")


def _flat() -> list[Team]:
    return [
        Team(n, tau, silent_share=silent)
        for n in (20, 60)
        for tau in (0.0, 0.3)
        for silent in (0.0, 0.25)
    ]


def _changed_teams() -> list[tuple[Team, float | None]]:
    return [
        (Team(60, 0.0, factor=3), 0.95),
        (Team(60, 0.3, factor=3), 0.65),
        (Team(100, 0.0, factor=2), 0.95),
        (Team(60, 0.3, factor=3, silent_share=0.25), None),
        (Team(60, 0.0, sigma=2.6, factor=3), None),
        (Team(60, 0.3, sigma=2.6, factor=3), None),
    ]
