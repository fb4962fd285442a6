"""What the table of metrics holds of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from opsreview.estimate import Estimate
from opsreview.metrics.view import Measured, View

CHAOSS = "https://chaoss.community/kb/metric-"
RECENT = 12  # earlier cycles of what is looked at beside the headlines


@dataclass(frozen=True)
class Metric:
    """One metric: its name in the field, what it needs, and the function that reads it.

    ``statistics`` are (name, unit) of what it always states for the group ``all``; where it cannot
    be measured these are null with the reason. ``of_rows`` makes the estimates of some of the rows
    that ``measured`` found, which is how strata are told; None where it knows none. ``earlier`` is
    how many earlier cycles are read of it; None: all.
    """

    id: str
    topic: str
    summary: str
    needs: tuple[str, ...]
    statistics: tuple[tuple[str, str], ...]
    standard: str
    source: str
    measured: Callable[[View], Measured]
    of_rows: Callable[[pl.DataFrame], list[Estimate]] | None = None
    earlier: int | None = None
