"""How many closed issues were opened again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate
from opsreview.metrics.intervals import share
from opsreview.metrics.view import ITEM, Measured, View
from opsreview.window import Window, literal

FOLLOWED = timedelta(days=30)
_NONE_DUE = f"no issue was closed {FOLLOWED.days} days before a day of the window"


def reopen_rate(
    issues: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Whether each close of an issue was undone within 30 days. Ours.

    Closes are judged in the window in which their 30 days end, so each counts once, and in the
    month after the one it was made in. An issue closed twice is there twice.

    Args:
        issues: ISSUES.
        spells: ``history.open_spells``; closes at a moment nobody knows are none.
        window: Closes whose 30 days end in it are judged.
        as_of: Closes whose 30 days end after it are pending.

    Returns:
        One row per close: repo, number, title, url, closed_at, due_at, is_reopened (null while
        pending).
    """
    of_item = ["kind", *ITEM]
    reopened_at = pl.col("start_at").shift(-1).over(of_item, order_by="spell")
    is_reopened = (pl.col("reopened_at") <= pl.col("due_at")).fill_null(False)
    is_judged = pl.col("due_at") <= literal(as_of)
    due = window.shifted(-FOLLOWED)
    closed = spells.lazy().filter((pl.col("kind") == "issue") & due.has("end_at"))
    return (
        spells.lazy()
        .join(closed, on=of_item, how="semi")
        .with_columns(reopened_at=reopened_at, due_at=pl.col("end_at") + FOLLOWED)
        .filter(due.has("end_at") & (pl.col("end_at") <= literal(as_of)))
        .join(issues.lazy().select(*ITEM, "title", "url"), on=ITEM)
        .select(
            *ITEM,
            "title",
            "url",
            "due_at",
            closed_at="end_at",
            is_reopened=pl.when(is_judged).then(is_reopened),
        )
        .select(*ITEM, "title", "url", "closed_at", "due_at", "is_reopened")
        .sort("closed_at", *ITEM)
        .collect()
    )


def reopenings_measured(view: View) -> Measured:
    """The registry's way in."""
    rows = reopen_rate(view["issues"], view["spells"], window=view.window, as_of=view.as_of)
    return Measured(rows, reopenings_of_rows(rows))


def reopenings_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimate over some of the rows that ``reopenings_measured`` found."""
    judged = rows["is_reopened"].drop_nulls()
    found = share(int(judged.sum()), judged.len(), reason=_NONE_DUE)
    return [replace(found, n_pending=rows.height - judged.len())]
