"""How pull requests came to be merged: by whom, and with how many approvals."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from opsreview.metrics.view import ITEM
from opsreview.window import Window, literal

_SAME_MOMENT = timedelta(minutes=1)


def merges(
    pull_requests: pl.DataFrame, reviews: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Each merge in the window of what a person proposed, and its approvals by others before it.

    An approval that was dismissed is none; one person approves once. Bots' pull requests are left
    out, and so are bots' approvals.

    Args:
        pull_requests: PULL_REQUESTS.
        reviews: REVIEWS; may be empty.
        window: Pull requests merged in it.
        as_of: Merges after it did not happen.

    Returns:
        One row per merge: repo, number, title, url, merged_at, is_self_merged (null: nobody knows
        who merged it), approval_count.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-self-merge-rates/
    """
    merged = (
        pull_requests.lazy()
        .filter(window.has("merged_at") & (pl.col("merged_at") <= literal(as_of)))
        .filter(pl.col("author_kind") == "human")
        .select(
            *ITEM,
            "title",
            "url",
            "merged_at",
            "author_id",
            is_self_merged=pl.col("merged_by_id") == pl.col("author_id"),
        )
    )
    is_approval = (pl.col("state").str.to_lowercase() == "approved") & (
        pl.col("author_kind") == "human"
    )
    is_before = pl.col("submitted_at") <= pl.col("merged_at") + _SAME_MOMENT
    approvals = (
        reviews.lazy()
        .filter(is_approval)
        .select(*ITEM, "submitted_at", approver_id="author_id")
        .join(merged, on=ITEM)
        .filter(is_before & (pl.col("approver_id") != pl.col("author_id")))
        .group_by(ITEM)
        .agg(approval_count=pl.col("approver_id").n_unique().cast(pl.Int64))
    )
    return (
        merged.join(approvals, on=ITEM, how="left")
        .with_columns(pl.col("approval_count").fill_null(0))
        .drop("author_id")
        .sort("merged_at", *ITEM)
        .collect()
    )
