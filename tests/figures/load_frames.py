"""Frames made by hand: incidents, nights, work on few, half a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
from cycle_factory import metrics_frame

from opsreview.estimate import Estimate

FIRST_AT = datetime(2026, 10, 5, 9, tzinfo=UTC)


def incidents(*rows: tuple[int, float, bool]) -> pl.DataFrame:
    """Cluster, hours and whether it is still open, a day apart each."""
    return pl.DataFrame(
        [
            {
                "opened_at": FIRST_AT + timedelta(days=n),
                "cluster": cluster,
                "waited_hours": hours,
                "is_censored": is_open,
                "service": "product",
            }
            for n, (cluster, hours, is_open) in enumerate(rows)
        ]
    )


def nights(*rows: tuple[str, int, int]) -> pl.DataFrame:
    """Person, day of October and the run by then."""
    told = [(person, date(2026, 10, day), run) for person, day, run in rows]
    return pl.DataFrame(told, schema=["person", "night_on", "run"], orient="row")


def half_a_year() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows and statistics of ``busiest_share_cumulated``."""
    rows = pl.DataFrame(
        {"person": ["otter", "heron"], "count": [30, 20], "chance_share": [0.5, 0.5]}
    )
    shares = {"share": 0.6, "chance_median": 0.54, "chance_upper": 0.64}
    counts = {"clusters": 44.0, "weeks": 26.0}
    stated = [Estimate(name, value, "share", 50) for name, value in shares.items()]
    stated += [Estimate(name, value, "count", 44) for name, value in counts.items()]
    return rows, metrics_frame([("busiest_share_cumulated", each) for each in stated])


def shares(metric: str, statistic: str, n: int = 20, **values: float) -> pl.DataFrame:
    """A share by group; ``work__answer`` is ``work:answer``."""
    rows = [
        (metric, Estimate(statistic, value, "share", n, group=group.replace("__", ":")))
        for group, value in values.items()
    ]
    return metrics_frame(rows)


def absence(n: int = 20, **top: float) -> pl.DataFrame:
    """The share of each kind of work by one person, and by two."""
    groups = {f"work__{work}": value for work, value in top.items()}
    two = {work: min(1.0, value + 0.2) for work, value in groups.items()}
    of = "contributor_absence_factor"
    return pl.concat([shares(of, "top_share", n, **groups), shares(of, "top_two_share", n, **two)])
