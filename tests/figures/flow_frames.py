"""Frames of how work flows, made by hand: lives by phase, hours of the day, answers by person."""

from __future__ import annotations

import polars as pl
from cycle_factory import CURVES, metrics_frame

from opsreview.estimate import Estimate


def life(kind: str, median: float | None, **shares: float) -> pl.DataFrame:
    rows = [Estimate("median", median, "hours", 40, lower=1.0, group=f"kind:{kind}")]
    rows += [
        Estimate("share", share, "share", 40, group=f"kind:{kind} phase:{phase}")
        for phase, share in shares.items()
    ]
    rows += [Estimate("share", 1.0, "share", 40, group="phase:queue")]
    return metrics_frame([("item_life", row) for row in rows])


def hours(metric: str, *said: tuple[str, int, int]) -> pl.DataFrame:
    """Curves of (weekday, hour, count)."""
    rows = [
        {
            "metric": metric,
            "scope": "all",
            "group": f"weekday:{day}",
            "curve": "count",
            "hours": float(hour),
            "value": float(count),
        }
        for day, hour, count in said
    ]
    return pl.DataFrame(rows, schema=CURVES)


def answers(*counts: tuple[str, float]) -> pl.DataFrame:
    rows = [Estimate("count", count, "count", 1, group=f"person:{name}") for name, count in counts]
    return metrics_frame([("contributor_absence_factor", row) for row in rows])
