"""On how few people the releases rest."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from opsreview.estimate import not_measurable
from opsreview.metrics.acting import absence_factor, top_share, top_two_share
from opsreview.metrics.releases import shipped, year_of
from opsreview.metrics.view import NOT_BEGUN, Measured, View
from opsreview.window import Window

STATISTICS = (("count", "count"), ("top_share", "share"), ("top_two_share", "share"))
_NOBODY = "no release of the twelve months to the cycle's end tells which person published it"


def release_absence_factor(view: View, *, window: Window) -> pl.DataFrame:
    """Stable releases and hotfixes, and who published each.

    The smallest number of people who published half follows from them. A month holds too few
    releases to tell, so the window is a year.

    Args:
        view: The releases.
        window: Releases published in it.

    Returns:
        One row per release: repo, tag, kind, published_at, person (null: not known, or a robot).

    Source:
        CHAOSS, https://chaoss.community/kb/metric-contributor-absence-factor/
    """
    is_human = pl.col("author_kind") == "human"
    return (
        shipped(view["releases"], view.as_of)
        .filter(window.has("published_at"))
        .select("repo", "tag", "kind", "published_at", person=pl.when(is_human).then("author_id"))
        .sort("published_at", "repo", "tag")
        .collect()
    )


def releasers_measured(view: View) -> Measured:
    """The registry's way in: the twelve months to the window's end. Robots' are left out."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in STATISTICS])
    rows = release_absence_factor(view, window=year_of(view))
    people = rows["person"].drop_nulls()
    found = [part(people, reason=_NOBODY) for part in (absence_factor, top_share, top_two_share)]
    return Measured(rows, [replace(each, n_excluded=rows["person"].null_count()) for each in found])
