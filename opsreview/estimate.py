"""A number that never travels alone: value, interval, n, and why it is missing when it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from opsreview.window import MOMENT, Window

METRICS_SCHEMA: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "scope": pl.String(),
    "group": pl.String(),
    "statistic": pl.String(),
    "value": pl.Float64(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
    "unit": pl.String(),
    "method": pl.String(),
    "n": pl.Int64(),
    "n_censored": pl.Int64(),
    "n_pending": pl.Int64(),
    "n_excluded": pl.Int64(),
    "reason": pl.String(),
    "window_start_at": MOMENT,
    "window_end_at": MOMENT,
    "as_of": MOMENT,
}


@dataclass(frozen=True)
class Estimate:
    """One statistic of one metric, with what a reader needs to trust it.

    ``value`` is None when nothing could be measured (``n`` is 0, ``reason`` says why) or when a
    median is not reached (``n`` > 0, ``lower`` says how far the data went). ``upper`` is None
    where the interval has no upper end within the follow-up.
    """

    statistic: str
    value: float | None
    unit: str
    n: int
    lower: float | None = None
    upper: float | None = None
    method: str = "count"
    n_censored: int = 0
    n_pending: int = 0
    n_excluded: int = 0
    reason: str | None = None
    group: str = "all"

    @property
    def is_measured(self) -> bool:
        """Whether there is a number to tell: a value, or a median not reached over something."""
        return self.value is not None or self.n > 0

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Estimate:
        """The estimate that a row of ``metrics.parquet`` holds."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    def of(self, group: str) -> Estimate:
        """The same estimate, filed under ``group``."""
        return replace(self, group=group)

    def row(self, metric: str, scope: str, window: Window, as_of: datetime) -> dict[str, object]:
        """One row of ``metrics.parquet``."""
        return {
            "metric": metric,
            "scope": scope,
            "group": self.group,
            "statistic": self.statistic,
            "value": _rounded(self.value),
            "lower": _rounded(self.lower),
            "upper": _rounded(self.upper),
            "unit": self.unit,
            "method": self.method,
            "n": self.n,
            "n_censored": self.n_censored,
            "n_pending": self.n_pending,
            "n_excluded": self.n_excluded,
            "reason": self.reason,
            "window_start_at": window.start_at,
            "window_end_at": window.end_at,
            "as_of": as_of,
        }


def not_measurable(statistic: str, unit: str, reason: str, *, group: str = "all") -> Estimate:
    """An estimate over nothing: null, n = 0, and the reason."""
    return Estimate(statistic, None, unit, 0, method="none", reason=reason, group=group)


def in_words(value: float | None, unit: str) -> str:
    """A value as a person says it: ``9 h``, ``4.2 d``, ``52 %``, ``12``; ``unknown`` for None."""
    if value is None:
        return "unknown"
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "hours":
        return _hours_in_words(value)
    if unit == "working_hours":
        return f"{_plain(value)} working h" if value >= 1 else f"{60 * value:.0f} working min"
    if unit == "days":
        return _plain(value) + " d"
    if unit == "days_per_slot":
        return f"{value:.2g} d a slot"
    if unit == "per_week":
        return _plain(value) + " a week"
    if unit == "per_shift":
        return f"{value:.2g} in 12 h"
    return _plain(value)


def _hours_in_words(hours: float) -> str:
    if 0 < hours < 1:
        return f"{hours * 60:.0f} min"
    return _plain(hours) + " h" if hours < 48 else _plain(hours / 24) + " d"


def _plain(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 9.95 or value == int(value) else f"{value:.1f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 9)
