"""What waits on the team now."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.endings import NO_TEAM, has_team
from opsreview.metrics.intervals import count, median_of_values
from opsreview.metrics.view import ITEM, Measured, View, hours_between, is_open_at, read_once
from opsreview.window import literal


def waiting_on_team(
    issues: pl.DataFrame, comments: pl.DataFrame, spells: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """Open issues whose last human word came from outside the team. Ours (triage-party: recv).

    Opening an issue is its author's first word; a bot's is none, so an issue that no human spoke on
    waits for nobody. Issues whose last speaker's side is unknown are left out.

    Args:
        issues: ISSUES, with ``author_is_team``.
        comments: COMMENTS.
        spells: ``history.open_spells``.
        as_of: Open at this moment, and words until it.

    Returns:
        One row per waiting issue, longest first: repo, number, title, url, waiting_hours,
        is_answered (the team has spoken before).
    """
    now = literal(as_of)
    still_open = (
        issues.lazy()
        .join(spells.lazy().filter(is_open_at(as_of)), on=ITEM, how="semi")
        .select(*ITEM, "title", "url", "opened_at", "author_kind", "author_is_team")
        .pipe(read_once)
    )
    may_be_theirs = pl.col("number").is_in(still_open.collect()["number"].unique().implode())
    is_word = (pl.col("author_kind") == "human") & (pl.col("created_at") <= now)
    words = (
        comments.lazy()
        .filter(may_be_theirs & is_word)
        .select(*ITEM, "created_at", "comment_id", "author_is_team")
        .join(still_open, on=ITEM, how="semi")
        .sort("created_at", "comment_id")
        .group_by(ITEM, maintain_order=True)
        .agg(
            last_at=pl.col("created_at").last(),
            last_is_team=pl.col("author_is_team").last(),
            is_answered=pl.col("author_is_team").any(),
        )
    )
    opener_is_team = pl.when(pl.col("author_kind") == "human").then("author_is_team")
    is_silent = pl.col("last_at").is_null()
    last_is_team = pl.when(is_silent).then(opener_is_team).otherwise("last_is_team")
    since_at = pl.coalesce("last_at", "opened_at")
    return (
        still_open.join(words, on=ITEM, how="left")
        .filter(~last_is_team)
        .select(
            *ITEM,
            "title",
            "url",
            waiting_hours=hours_between(since_at, now),
            is_answered=(pl.col("is_answered") | opener_is_team).fill_null(False),
        )
        .sort("waiting_hours", "number", descending=[True, False])
        .collect()
    )


def waiting_measured(view: View) -> Measured:
    """The registry's way in."""
    if not has_team(view):
        missing = [("count", "count"), ("median", "hours")]
        return Measured(pl.DataFrame(), [not_measurable(*what, NO_TEAM) for what in missing])
    rows = waiting_on_team(view["issues"], view["comments"], view["spells"], as_of=view.as_of)
    return Measured(rows, waiting_of_rows(rows))


def waiting_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimates over some of the rows that ``waiting_measured`` found."""
    waited = median_of_values(
        rows["waiting_hours"], unit="hours", reason="no issue waits on the team"
    )
    return [count(rows.height), waited]
