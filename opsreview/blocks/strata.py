"""One statistic by area, priority, label, relation to the team, and repository."""

from __future__ import annotations

from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered
from opsreview.estimate import Estimate
from opsreview.review import Review
from opsreview.wording import (
    capitalised,
    group_name,
    interval_in_words,
    statistic_name,
    value_in_words,
)

STRATA = ("area", "priority", "label", "relation")
FEWEST = 10  # smaller groups are not shown


def strata_table(review: Review, metric: str, statistic: str = "median") -> Block | None:
    """A statistic of everything and of each stratum with ten or more; None where there is none."""
    rows = review.metrics.filter((pl.col("metric") == metric) & (pl.col("statistic") == statistic))
    whole = rows.filter((pl.col("scope") == "all") & (pl.col("group") == "all"))
    kind = pl.col("group").str.split(":").list.first()
    strata = rows.filter((pl.col("scope") == "all") & kind.is_in(STRATA))
    repos = rows.filter((pl.col("scope") != "all") & (pl.col("group") == "all"))
    shown = pl.concat([strata, repos.head(repos.height if repos.height > 1 else 0)])
    shown = shown.filter(pl.col("n") >= FEWEST)
    if shown.is_empty():
        return None
    order = pl.concat([whole, shown.sort("scope", kind, "n", descending=[False, False, True])])
    return rendered(
        "strata_table",
        says=capitalised(statistic_name(metric, statistic)),
        rows=[_row(row) for row in order.iter_rows(named=True)],
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    estimate = Estimate.from_row(row)
    is_repo = row["scope"] != "all"
    return {
        "of": row["scope"] if is_repo else group_name(row["group"]),
        "value": value_in_words(estimate),
        "interval": interval_in_words(estimate),
        "n": estimate.n,
    }
