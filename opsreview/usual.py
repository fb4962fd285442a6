"""The range of the earlier cycles: what a number stands beside. No word of change is in it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

EARLIER_CYCLES = 12
FEWEST_TO_TELL = 8  # with fewer, no cycle can be called different


@dataclass(frozen=True)
class UsualRange:
    """Lowest and highest value of up to twelve earlier cycles; both None when there are none."""

    low: float | None
    high: float | None
    cycle_count: int


def usual_range(history: pl.DataFrame) -> UsualRange:
    """The range of the last twelve earlier cycles in which the statistic was measurable.

    Args:
        history: One statistic, one row a cycle, with ``value``, ``window_start_at`` and
            ``is_current`` (``Review.history``).
    """
    values = earlier_cycles(history).get_column("value")
    low, high = values.min(), values.max()
    return UsualRange(_number(low), _number(high), values.len())


def earlier_cycles(history: pl.DataFrame) -> pl.DataFrame:
    """The last twelve earlier cycles of ``history`` that have a value, oldest first."""
    is_measured = ~pl.col("is_current") & pl.col("value").is_not_null()
    return history.filter(is_measured).sort("window_start_at").tail(EARLIER_CYCLES)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
