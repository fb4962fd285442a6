"""How the spells of each item ended: the last of them, and the one that held at a past moment."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from opsreview.metrics.view import ITEM
from opsreview.window import literal


def last_spells(spells: pl.DataFrame, kind: str) -> pl.LazyFrame:
    """The last stretch during which each item of a kind was open, found once for all cycles. Ours.

    Returns:
        One row per item: repo, number, last_start_at, last_closed_at (null: still open, or nobody
        knows when), is_last_known (false: nobody knows when), close_count.
    """
    return (
        spells.lazy()
        .filter(pl.col("kind") == kind)
        .sort("spell")
        .group_by(ITEM)
        .agg(
            last_start_at=pl.col("start_at").last(),
            last_closed_at=pl.col("end_at").last(),
            is_last_known=pl.col("is_end_known").last(),
            close_count=pl.col("end_at").count(),
        )
    )


def with_standing_close(
    items: pl.DataFrame, spells: pl.DataFrame, kind: str, *, as_of: datetime
) -> pl.DataFrame:
    """The items with standing_closed_at: when what is closed at ``as_of`` was last closed.

    Args:
        items: With the columns of ``last_spells``.
        spells: ``history.open_spells``; looked at for what was reopened since alone.
        kind: Of the items.
        as_of: What happened after it did not.
    """
    now = literal(as_of)
    is_last = (pl.col("last_start_at") <= now) & (pl.col("last_closed_at") <= now)
    standing = items.with_columns(standing_closed_at=pl.when(is_last).then("last_closed_at"))
    reopened = items.filter(pl.col("last_start_at") > now)
    if reopened.is_empty():
        return standing
    before = (
        spells.lazy()
        .filter((pl.col("kind") == kind) & (pl.col("start_at") <= now))
        .join(reopened.lazy(), on=ITEM, how="semi")
        .sort("spell")
        .group_by(ITEM)
        .agg(before_at=pl.col("end_at").last())
        .filter(pl.col("before_at") <= now)
    )
    return (
        standing.lazy()
        .join(before, on=ITEM, how="left", maintain_order="left")
        .with_columns(pl.coalesce("standing_closed_at", "before_at").alias("standing_closed_at"))
        .drop("before_at")
        .collect()
    )
