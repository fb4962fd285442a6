"""Hotfixes that needed another one."""

from __future__ import annotations

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count
from opsreview.metrics.releases import shipped, year_of
from opsreview.metrics.view import NOT_BEGUN, Measured, View
from opsreview.window import Window

STATISTICS = (("count", "count"), ("longest", "count"))
_FEWEST = 2  # one hotfix alone is no chain
_NONE = "no hotfix in the twelve months to the cycle's end"


def hotfix_chains(releases: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Hotfixes of one line that follow each other with no stable release between them. Ours.

    Any stable release of the repository ends a chain. A chain is of the window when its last hotfix
    is, and counts the hotfixes before the window too. Those after its end are left out.

    Args:
        releases: RELEASES.
        window: Chains that end in it.

    Returns:
        One row per chain, a single hotfix included: repo, line, after_tag (the stable release
        before it; null: none is known), tags, hotfix_count, began_at, ended_at.
    """
    is_stable = pl.col("kind") == "stable"
    train = (
        shipped(releases, window.end_at)
        .filter(pl.col("published_at") < window.end_at)
        .sort("repo", "published_at", "tag")
        .with_columns(
            stable_count=is_stable.cum_sum().over("repo"),
            after_tag=pl.when(is_stable).then("tag").forward_fill().over("repo"),
        )
    )
    return (
        train.filter(~is_stable)
        .group_by("repo", "line", "stable_count", maintain_order=True)
        .agg(
            pl.col("after_tag").first(),
            tags=pl.col("tag"),
            hotfix_count=pl.len().cast(pl.Int64),
            began_at=pl.col("published_at").min(),
            ended_at=pl.col("published_at").max(),
        )
        .filter(window.has("ended_at"))
        .drop("stable_count")
        .sort("ended_at", "repo", "line")
        .collect()
    )


def chains_measured(view: View) -> Measured:
    """The registry's way in: the twelve months to the window's end."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in STATISTICS])
    rows = hotfix_chains(view["releases"], window=year_of(view))
    chains = rows.filter(pl.col("hotfix_count") >= _FEWEST)
    return Measured(rows, [count(chains.height), _longest(rows)])


def _longest(rows: pl.DataFrame) -> Estimate:
    if rows.is_empty():
        return not_measurable("longest", "count", _NONE)
    longest = float(rows["hotfix_count"].to_numpy().max())
    return Estimate("longest", longest, "count", rows.height, method="maximum")
