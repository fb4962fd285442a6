"""Which release each merged change came out in: how long it waited, and with how many others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, median_of_values
from opsreview.metrics.releases import LOOK_BACK, shipped
from opsreview.metrics.survival import kaplan_meier, median_to_end
from opsreview.metrics.view import ITEM, Measured, View, duration_curves, hours_between
from opsreview.window import Window, literal

BY_COMMITS, BY_TIME = "ancestry", "time"
# A tag that is made before its merge is pushed; more is a date that is not to be believed.
BEFORE_ITS_PUSH = timedelta(days=1)
NO_RELEASE = "no stable release is known"
IN_THE_FIRST = "came out in the first release known"
ON_NO_LINE = "merged into a branch that no release comes from"
OUT_BEFORE = "its release is dated before its merge"
CHANGES = "changes"
NO_FIRST_COMMIT = "no first commit is known: a clone tells it of what was merged by merge commits"
LEAD_TIMES = ("median", "median_from_first_commit")
_CHANGE = [*ITEM, "title", "url", "merged_at"]


def released_changes(
    pull_requests: pl.DataFrame, releases: pl.DataFrame, *, as_of: datetime
) -> pl.LazyFrame:
    """Every change merged by ``as_of`` and the stable release (or hotfix) it came out in. Ours.

    Where a clone tells, it is the first release that holds the change, else the first published
    after the merge. A repository that has had no such release yet has no changes here. What came
    out in the first release known says nothing (it holds all that came before), nor does what was
    merged into a branch that no release comes from: these, and those released before their merge
    by their dates, are to be left out.

    Args:
        pull_requests: PULL_REQUESTS, with what ``tables.ancestry`` tells.
        releases: RELEASES.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per change: repo, number, title, url, merged_at, first_commit_at (null: not known),
        released_in and released_at (null: not by ``as_of``), told_by (``ancestry``, ``time``),
        left_out (null: it is not).
    """
    known = shipped(releases, as_of).select("repo", "tag", "published_at")
    first = known.group_by("repo").agg(first_at=pl.col("published_at").min())
    merged = (
        pull_requests.lazy()
        .filter(pl.col("merged_at") <= literal(as_of))
        .select(*_CHANGE, "first_commit_at", "is_on_release_line", tag="released_in")
        .join(first, on="repo")
    )
    is_told = pl.col("is_on_release_line").is_not_null()
    by_time = merged.sort("merged_at").join_asof(
        known.select("repo", next_at="published_at", next_tag="tag").sort("next_at"),
        left_on="merged_at",
        right_on="next_at",
        by="repo",
        strategy="forward",
        check_sortedness=False,
    )
    both = by_time.join(known, on=["repo", "tag"], how="left").with_columns(
        told_by=pl.when(is_told).then(pl.lit(BY_COMMITS)).otherwise(pl.lit(BY_TIME)),
        released_at=pl.when(is_told).then("published_at").otherwise("next_at"),
    )
    is_out = pl.col("released_at").is_not_null()
    return both.select(
        *_CHANGE,
        "first_commit_at",
        released_in=pl.when(is_told & is_out)
        .then("tag")
        .otherwise(pl.when(~is_told).then("next_tag")),
        released_at="released_at",
        told_by="told_by",
        left_out=_why_left_out(),
    ).sort(ITEM)


def _why_left_out() -> pl.Expr:
    is_early = pl.col("released_at") < pl.col("merged_at") - BEFORE_ITS_PUSH
    reasons = {
        ON_NO_LINE: ~pl.col("is_on_release_line"),
        IN_THE_FIRST: pl.col("released_at") == pl.col("first_at"),
        OUT_BEFORE: is_early,
    }
    return pl.coalesce(
        pl.when(holds.fill_null(False)).then(pl.lit(why)) for why, holds in reasons.items()
    )


def change_lead_time(
    pull_requests: pl.DataFrame, releases: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Hours from a merge to the first stable release (or hotfix) that holds it.

    Merges not released at ``as_of`` stay in, censored. Those that ``released_changes`` says are to
    be left out are.

    Args:
        pull_requests: PULL_REQUESTS.
        releases: RELEASES.
        window: Pull requests merged in it are measured.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per merge: repo, number, title, url, merged_at, released_in, told_by, waited_hours,
        since_first_commit_hours (null: not known), is_censored.

    Source:
        DORA, https://dora.dev/guides/dora-metrics-four-keys/ (from the merge on; from the first
        commit where one is known).
    """
    changes = released_changes(pull_requests, releases, as_of=as_of).collect()
    return _lead_times(changes.filter(window.has("merged_at")), as_of)


def _lead_times(changes: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    end_at = pl.col("released_at").fill_null(literal(as_of))
    return changes.filter(pl.col("left_out").is_null()).select(
        *_CHANGE,
        "released_in",
        "told_by",
        waited_hours=hours_between("merged_at", end_at).clip(0),
        since_first_commit_hours=hours_between("first_commit_at", end_at).clip(0),
        is_censored=pl.col("released_at").is_null(),
    )


def unreleased_changes(
    pull_requests: pl.DataFrame, releases: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """Pull requests merged that no stable release (or hotfix) of their repository holds yet. Ours.

    A repository that never had one has no changes told to be unreleased, and neither has a branch
    that no release comes from.

    Returns:
        One row per merge: repo, number, title, url, merged_at, told_by, waiting_hours (until
        ``as_of``).
    """
    return _waiting(released_changes(pull_requests, releases, as_of=as_of).collect(), as_of)


def _waiting(changes: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    is_waiting = pl.col("released_at").is_null() & pl.col("left_out").is_null()
    return (
        changes.filter(is_waiting)
        .select(*_CHANGE, "told_by", waiting_hours=hours_between("merged_at", literal(as_of)))
        .sort("merged_at", *ITEM)
    )


def batch_size(
    pull_requests: pl.DataFrame, releases: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """How many merged changes came out first in each stable release of the window. Ours.

    The first release known has no size: what came before it is not known. What came out in a
    hotfix first is of the hotfix.

    Returns:
        One row per stable release: repo, tag, published_at, previous_at (of the release before it),
        change_count.
    """
    changes = released_changes(pull_requests, releases, as_of=as_of)
    sizes = (
        changes.filter(pl.col("left_out").is_null())
        .group_by("repo", tag="released_in")
        .agg(change_count=pl.len().cast(pl.Int64))
    )
    known = shipped(releases, as_of).sort("repo", "published_at", "tag")
    is_first = pl.col("published_at") == pl.col("published_at").min().over("repo")
    return (
        known.with_columns(previous_at=pl.col("published_at").shift(1).over("repo"))
        .filter(~is_first)
        .filter((pl.col("kind") == "stable") & window.has("published_at"))
        .join(sizes, on=["repo", "tag"], how="left")
        .select("repo", "tag", "published_at", "previous_at", pl.col("change_count").fill_null(0))
        .sort("published_at", "repo", "tag")
        .collect()
    )


def lead_time_measured(view: View) -> Measured:
    """The registry's way in."""
    if _has_no_release(view):
        missing = [not_measurable(name, "hours", NO_RELEASE) for name in LEAD_TIMES]
        return Measured(pl.DataFrame(), missing)
    changes = _changes(view).filter(view.window.has("merged_at"))
    rows = _lead_times(changes, view.as_of)
    reason = _why_nothing(changes, "no pull request was merged in the window")
    waits = (rows["waited_hours"], rows["is_censored"])
    whole = rows.drop_nulls("since_first_commit_hours")
    since = median_to_end(
        whole["since_first_commit_hours"],
        whole["is_censored"],
        statistic=LEAD_TIMES[1],
        reason=NO_FIRST_COMMIT if rows.height else reason,
    )
    since = replace(since, n_excluded=rows.height - whole.height)
    return Measured(
        rows,
        [_by(median_to_end(*waits, reason=reason), changes), since],
        lambda: [duration_curves(kaplan_meier(*waits))],
        partial(_left_out, changes),
    )


def unreleased_measured(view: View) -> Measured:
    """The registry's way in."""
    if _has_no_release(view):
        missing = [("count", "count"), ("median", "hours")]
        return Measured(pl.DataFrame(), [not_measurable(*what, NO_RELEASE) for what in missing])
    changes = _changes(view).filter(pl.col("released_at").is_null())
    rows = _waiting(changes, view.as_of)
    waited = median_of_values(rows["waiting_hours"], unit="hours", reason="nothing is unreleased")
    estimates = [_by(estimate, changes) for estimate in (count(rows.height), waited)]
    return Measured(rows, estimates, excluded=partial(_left_out, changes))


def batch_measured(view: View) -> Measured:
    """The registry's way in: the twelve months to the window's end, as far as merges are known."""
    end_at = min(view.window.end_at, view.as_of)
    year = Window(end_at - LOOK_BACK, end_at)
    known = view.covered(("pull_requests", "releases"), year)
    if known.window is None:
        return _no_batch(known.reason or "unknown")
    rows = batch_size(
        view["pull_requests"], view["releases"], window=known.window, as_of=view.as_of
    )
    if known.window.start_at > year.start_at:
        # What of a release's changes was merged before anything is known is not counted.
        rows = rows.filter(pl.col("previous_at") >= known.window.start_at)
    if rows.is_empty():
        return _no_batch("fewer than two stable releases in the twelve months to the cycle's end")
    sizes = rows["change_count"]
    largest = Estimate(
        "largest", float(sizes.to_numpy().max()), CHANGES, rows.height, method="maximum"
    )
    return Measured(rows, [median_of_values(sizes, unit=CHANGES), largest])


def _no_batch(reason: str) -> Measured:
    missing = [not_measurable(name, CHANGES, reason) for name in ("median", "largest")]
    return Measured(pl.DataFrame(), missing)


def _has_no_release(view: View) -> bool:
    return shipped(view["releases"], view.as_of).collect().is_empty()


def _changes(view: View) -> pl.DataFrame:
    changes = released_changes(view["pull_requests"], view["releases"], as_of=view.as_of)
    return changes.collect()


def _by(estimate: Estimate, changes: pl.DataFrame) -> Estimate:
    """The estimate with how releases were told, and how many changes it leaves out."""
    told_by = set(changes.filter(pl.col("left_out").is_null())["told_by"])
    how = {
        frozenset([BY_COMMITS]): "by commits",
        frozenset([BY_TIME]): "by merge times alone",
        frozenset([BY_COMMITS, BY_TIME]): "by commits, where none is known by merge times",
    }.get(frozenset(told_by))
    is_told = estimate.method != "none" and how is not None
    return replace(
        estimate,
        method=f"{estimate.method}; {how}" if is_told else estimate.method,
        n_excluded=changes["left_out"].count(),
    )


def _why_nothing(changes: pl.DataFrame, otherwise: str) -> str:
    """Why there is nothing to measure: each reason with how many it leaves out."""
    counts = changes["left_out"].drop_nulls().value_counts(sort=True).sort("left_out")
    said = [f"{count} of {changes.height} {why}" for why, count in counts.iter_rows()]
    return "; ".join(said) or otherwise


def _left_out(changes: pl.DataFrame) -> pl.DataFrame:
    return (
        changes.filter(pl.col("left_out").is_not_null())
        .sort(ITEM)
        .select("repo", key=pl.col("number").cast(pl.String), reason="left_out")
    )
