"""How long the notebook of on-call load takes to answer a moved widget, on five years of duty."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import Figure

sys.path.insert(0, str(Path(__file__).parents[1]))

from oncall_years import five_years

from opsreview.explore import load_panel, what_if_panel

MOST_MS = 200
TIMES = 5


def figures_of_exploring() -> Iterator[Figure]:
    """The kernel's part of each answer, all cycles chosen, in the median of five moves."""
    with tempfile.TemporaryDirectory(prefix="bench-") as root:
        review = five_years(Path(root))
        panel, other = load_panel(review), what_if_panel(review)
    last = len(panel.record.cycles) - 1

    def cycles(at: int) -> None:
        panel.controls.cycles.index = (at, last)

    def severity(at: int) -> None:
        panel.controls.severities.index = (at % 4,)

    def every(at: int) -> None:
        other.every.value = ("day", "week", "2 weeks")[at % 3]

    yield _figure("cycles moved", cycles)
    yield _figure("a severity chosen", severity)
    yield _figure("another rotation", every)


def _figure(name: str, move: Callable[[int], None]) -> Figure:
    took = []
    for at in reversed(range(TIMES)):
        started = time.perf_counter()
        move(at)
        took.append(1000 * (time.perf_counter() - started))
    return Figure(f"explore: {name}", statistics.median(took), "ms", limit=MOST_MS)


if __name__ == "__main__":
    for figure in figures_of_exploring():
        print(f"{figure.name}: {figure.value:.0f} {figure.unit}, {figure.verdict}")
