"""How often decisions are judged rightly: simulated months with a known truth, production verdicts.

A month has ``n`` waits, lognormal with σ 1.5; its own shift has the sd τ. A quarter of the issues
is closed without a word where the variant says so. Decisions are taken after the worst month of
half a year, as teams take them, or at any time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from measure import Figure

from opsreview.operating_model.decisions import Decision
from opsreview.operating_model.verdicts import CycleValue, Evidence, verdicts
from opsreview.window import Cycle

DRAWS = 2000
SIGMA, BEFORE, AFTER, LEAD_IN = 1.5, 12, 4, 24
UTC = ZoneInfo("UTC")
FALSE_AT_MOST = 0.06
WORKED_AT_LEAST = {0.0: 0.90, 0.3: 0.55}


@dataclass(frozen=True)
class Cell:
    """One kind of team and decision."""

    statistic: str  # median, or share within the median's time
    n: int
    tau: float
    factor: float = 1.0  # on the waits, from the decision's own month on
    silent_share: float = 0.0
    is_after_a_bad_month: bool = False

    @property
    def name(self) -> str:
        what = "flat" if self.factor == 1 else "halved"
        silent = f", {self.silent_share:.0%} silent" if self.silent_share else ""
        bad = ", after a bad month" if self.is_after_a_bad_month else ""
        return f"{what} {self.statistic}, n {self.n}, τ {self.tau:g}{silent}{bad}"


def judged(cell: Cell, draws: int, seed: int) -> Counter[str]:
    """The verdicts on so many simulated decisions, after both declared looks."""
    dice = np.random.default_rng(seed)
    return Counter(_judged_once(cell, dice) for _ in range(draws))


def figures_of_decisions(draws: int = DRAWS) -> Iterator[Figure]:
    """False verdicts where nothing changed, and found ones where waits were halved."""
    for seed, cell in enumerate(_cells()):
        found = judged(cell, draws, seed)
        share = (found["worked"] + found["worse"]) / draws
        note = ", ".join(
            f"{name} {100 * count / draws:.1f} %" for name, count in found.most_common()
        )
        if cell.factor == 1:
            yield Figure(f"{cell.name}: worked or worse", share, "of 1", FALSE_AT_MOST, note)
        else:
            worked = found["worked"] / draws
            missed = None if cell.n < 60 else 1 - WORKED_AT_LEAST[cell.tau]
            yield Figure(f"{cell.name}: not seen to work", 1 - worked, "of 1", missed, note)


def _cells() -> Iterator[Cell]:
    for tau in WORKED_AT_LEAST:
        for statistic in ("median", "share"):
            for is_bad in (False, True):
                yield Cell(statistic, 60, tau, is_after_a_bad_month=is_bad)
            yield Cell(statistic, 60, tau, silent_share=0.25)
            yield Cell(statistic, 60, tau, factor=0.5)
        yield Cell("median", 20, tau, factor=0.5)


def _judged_once(cell: Cell, dice: np.random.Generator) -> str:
    shifts = np.exp(dice.normal(0, cell.tau, LEAD_IN + BEFORE + 1 + AFTER))
    waits = np.exp(dice.normal(0, SIGMA, (shifts.size, cell.n))) * shifts[:, None]
    waits[dice.random(waits.shape) < cell.silent_share] = np.inf
    own = _own_month(cell, waits, dice)
    waits[own:] *= cell.factor
    months = _months(shifts.size)
    measured = [_value(cell, month) for month in waits]
    known = {
        cycle: CycleValue(cycle, value, "hours" if cell.statistic == "median" else "share", cell.n)
        for cycle, value in zip(months, measured, strict=True)
    }
    evidence = Evidence(
        model_data={},
        last_full=months[own + AFTER],
        today=date(2100, 1, 1),
        values=lambda decision, cycles: [
            known.get(cycle, CycleValue(cycle, None, "hours")) for cycle in cycles
        ],
    )
    (verdict,) = verdicts([_decision(cell, months[own])], evidence)
    return verdict.name


def _own_month(cell: Cell, waits: np.ndarray, dice: np.random.Generator) -> int:
    """The month in which the decision takes effect: after the worst of six, or any."""
    latest = waits.shape[0] - AFTER - 1
    if not cell.is_after_a_bad_month:
        return latest
    medians = np.median(waits, axis=1)
    worst = (
        month + 1
        for month in range(BEFORE, latest)
        if medians[month] == medians[month - 5 : month + 1].max()
    )
    return next(worst, latest)


def _value(cell: Cell, waits: np.ndarray) -> float:
    """Half of all within so long; or the share within what is half of the answered ones' time."""
    if cell.statistic == "median":
        return float(np.sort(waits)[(waits.size + 1) // 2 - 1])
    return float(np.mean(waits <= 1.0))


def _months(count: int) -> Sequence[Cycle]:
    cycles = [Cycle("2020-01", UTC)]
    while len(cycles) < count:
        cycles.append(cycles[-1].following)
    return cycles


def _decision(cell: Cell, own: Cycle) -> Decision:
    is_median = cell.statistic == "median"
    expects = {
        "metric": "time_to_first_response" if is_median else "response_attainment",
        "statistic": "median" if is_median else "share_answered",
        "direction": "down" if is_median else "up",
        "at_least": "25 %" if is_median else "10 %",
    }
    first_on = own.window.start_at.date()
    said = {"decided_on": first_on, "effective_from": first_on, "due": first_on, "owner": "ada"}
    return Decision.model_validate(
        {"id": "d1", "title": "A change", "status": "done", "expects": expects, **said}
    )
