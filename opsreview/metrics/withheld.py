"""When too much of a table could not be believed to measure by what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from opsreview.window import Window

# Beyond it what is missing could move a share by more than the few points that teams talk about.
MOST_DOUBTED_SHARE = 0.05
# One or two typing errors are told among the rejected rows; in a small table they empty no page.
FEWEST_DOUBTED = 3
# When a row of a table happened; the other tables have no time of their own.
_HAPPENED_AT = {
    "issues": "opened_at",
    "pull_requests": "opened_at",
    "comments": "created_at",
    "reviews": "submitted_at",
    "events": "created_at",
    "releases": "published_at",
    "incidents": "opened_at",
    "incident_events": "at",
    "shifts": "start_at",
    "support_requests": "opened_at",
}


def why_withheld(
    needs: Sequence[str],
    tables: Mapping[str, pl.DataFrame],
    doubts: pl.DataFrame,
    repos: Sequence[str],
    window: Window,
) -> str | None:
    """Why a metric is not told: more than 5 % of a table it needs could not be believed. Ours.

    Doubted rows whose time is known are held against the table's rows of the window, those whose
    time is not against the whole table; fewer than three withhold nothing.

    Args:
        needs: The tables that the metric needs.
        tables: What was believed.
        doubts: table, repo, at of the rows that were not (``TeamTables.doubts``); a row of an
            unknown repository may be of any.
        repos: The repositories that are read.
        window: The part of the cycle that is read.
    """
    is_ours = pl.col("repo").is_null() | pl.col("repo").is_in(repos)
    for table in needs:
        doubted = doubts.filter((pl.col("table") == table) & is_ours)
        if doubted.height < FEWEST_DOUBTED:
            continue
        timeless = doubted["at"].null_count()
        then = doubted.filter(window.has("at")).height
        rows = tables[table]
        found = rows.filter(window.has(_HAPPENED_AT[table])).height if then else 0
        for count, of, when in (
            (then, found + then, " in the cycle"),
            (timeless, rows.height + doubted.height, ""),
        ):
            if count >= FEWEST_DOUBTED and count > MOST_DOUBTED_SHARE * of:
                return (
                    f"{count} of {of} rows of {table}{when} could not be believed "
                    f"({count / of:.0%}): more than {MOST_DOUBTED_SHARE:.0%}, "
                    f"see rejected/{table}.parquet"
                ).replace("%", " %")
    return None
