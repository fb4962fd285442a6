"""Which issues anybody did anything about."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, rate_per_week
from opsreview.metrics.view import ITEM, Measured, View, left_out
from opsreview.metrics.work import PASSIVE
from opsreview.window import Window

STATISTICS = (("count", "count"), ("rate_per_week", "per_week"))


def issues_active(
    issues: pl.DataFrame, comments: pl.DataFrame, events: pl.DataFrame, *, window: Window
) -> pl.DataFrame:
    """Issues that a human opened, spoke on or changed in the window.

    Bots and deleted accounts are nobody; being mentioned or subscribed is no act, and neither is an
    ``assigned`` event that names as its actor who was assigned.

    Returns:
        One row per issue: repo, number, title, url, act_count, last_at.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-issues-active/
    """
    is_own_assignment = (pl.col("event") == "assigned") & (
        pl.col("actor_account") == pl.col("assignee")
    )
    is_act = ~pl.col("event").is_in(PASSIVE) & ~is_own_assignment.fill_null(False)
    acts = pl.concat(
        acts.filter(window.has(at) & (pl.col(f"{who}_kind") == "human")).select(*ITEM, at=at)
        for acts, who, at in (
            (issues.lazy(), "author", "opened_at"),
            (comments.lazy(), "author", "created_at"),
            (events.lazy().filter(is_act), "actor", "created_at"),
        )
    )
    active = acts.group_by(ITEM).agg(act_count=pl.len().cast(pl.Int64), last_at=pl.col("at").max())
    return (
        issues.lazy()
        .select(*ITEM, "title", "url")
        .join(active, on=ITEM)
        .sort("last_at", *ITEM, descending=[True, False, False])
        .collect()
    )


def active_measured(view: View) -> Measured:
    """The registry's way in. Left out is what nobody known opened, and nobody known did more on."""
    if view.seen is None:
        reason = "the window has not begun"
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in STATISTICS])
    rows = issues_active(view["issues"], view["comments"], view["events"], window=view.seen)
    is_untold = view.seen.has("opened_at") & pl.col("author_kind").is_null()
    untold = view["issues"].filter(is_untold).join(rows, on=ITEM, how="anti")
    estimates = [*active_of_rows(rows), rate_per_week(rows.height, view.seen.weeks)]
    if rows.is_empty() and untold.height:
        estimates = [not_measurable(*what, _none_of(untold.height)) for what in STATISTICS]
    return Measured(
        rows,
        [replace(estimate, n_excluded=untold.height) for estimate in estimates],
        excluded=lambda: left_out(untold, "the author is unknown"),
    )


def active_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """How many of some of the rows that ``active_measured`` found; the rate needs the window."""
    return [count(rows.height)]


def _none_of(untold_count: int) -> str:
    return f"none of {untold_count} issues can be measured: the author is unknown"
