"""How regularly releases happen, and how long merged work waits for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, median_of_values, rate_per_week
from opsreview.metrics.survival import kaplan_meier, median_to_end
from opsreview.metrics.view import ITEM, Measured, View, duration_curves, hours_between
from opsreview.window import Window, literal

KINDS = ("stable", "hotfix", "prerelease")
SHIPPED = ["stable", "hotfix"]  # what users of the stable line get
LOOK_BACK = timedelta(days=365)


def release_frequency(releases: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Releases published in the window. Drafts and moving tags are none.

    Returns:
        One row per release: repo, tag, published_at, kind, kind_rule.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-release-frequency/
    """
    return (
        _published(releases, KINDS)
        .filter(window.has("published_at"))
        .sort("published_at", "repo", "tag")
        .collect()
    )


def release_interval(releases: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Hours between one stable release and the next, for those published in the window. Ours.

    Hotfixes and pre-releases are not on the train and make no interval.

    Returns:
        One row per stable release that has one before it: repo, tag, published_at, previous_tag,
        interval_hours.
    """
    train = _published(releases, ("stable",)).sort("repo", "published_at", "tag")
    previous_at = pl.col("published_at").shift(1).over("repo")
    return (
        train.with_columns(
            previous_tag=pl.col("tag").shift(1).over("repo"),
            interval_hours=hours_between(previous_at, "published_at"),
        )
        .filter(pl.col("interval_hours").is_not_null() & window.has("published_at"))
        .select("repo", "tag", "published_at", "previous_tag", "interval_hours")
        .collect()
    )


def change_lead_time(
    pull_requests: pl.DataFrame, releases: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Hours from a merge to the first stable release (or hotfix) published after it.

    Merges not released at ``as_of`` stay in, censored; those of a repository that has had no such
    release yet are left out. Which release holds which merge is told by time alone.

    Args:
        pull_requests: PULL_REQUESTS.
        releases: RELEASES.
        window: Pull requests merged in it are measured.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per merge: repo, number, title, url, merged_at, released_in, waited_hours,
        is_censored.

    Source:
        DORA, https://dora.dev/guides/dora-metrics-four-keys/ (from the merge on).
    """
    shipped = _shipped(releases, as_of)
    merged = _merged(pull_requests, as_of).filter(window.has("merged_at"))
    return _released(merged.join(shipped, on="repo", how="semi"), shipped, as_of)


def unreleased_changes(
    pull_requests: pl.DataFrame, releases: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """Pull requests merged since the last stable release (or hotfix) of their repository. Ours.

    A repository that never had one has no changes told to be unreleased.

    Returns:
        One row per merge: repo, number, title, url, merged_at, waiting_hours (until ``as_of``).
    """
    last = (
        _shipped(releases, as_of)
        .group_by("repo")
        .agg(last_released_at=pl.col("published_at").max())
    )
    return (
        _merged(pull_requests, as_of)
        .join(last, on="repo")
        .filter(pl.col("merged_at") > pl.col("last_released_at"))
        .select(
            *ITEM,
            "title",
            "url",
            "merged_at",
            waiting_hours=hours_between("merged_at", literal(as_of)),
        )
        .sort("merged_at", *ITEM)
        .collect()
    )


def frequency_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        reason = "the window has not begun"
        missing = [("count", "count"), ("rate_per_week", "per_week")]
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in missing])
    rows = release_frequency(view["releases"], window=view.seen)
    estimates = []
    for group in ("all", *(f"kind:{kind}" for kind in KINDS)):
        kind = group.removeprefix("kind:")
        found = rows.height if group == "all" else rows.filter(pl.col("kind") == kind).height
        estimates.append(count(found).of(group))
        estimates.append(rate_per_week(found, view.seen.weeks).of(group))
    return Measured(rows, estimates)


def interval_measured(view: View) -> Measured:
    """The registry's way in: the twelve months to the window's end, and the interval still open."""
    end_at = min(view.window.end_at, view.as_of)
    year = Window(end_at - LOOK_BACK, end_at)
    rows = release_interval(view["releases"], window=year)
    reason = "fewer than two stable releases in the twelve months to the cycle's end"
    median = median_of_values(rows["interval_hours"], unit="hours", reason=reason)
    return Measured(rows, [median, _longest(rows, reason), _open_interval(view)])


def lead_time_measured(view: View) -> Measured:
    """The registry's way in."""
    if _shipped(view["releases"], view.as_of).collect().is_empty():
        reason = "no stable release is known"
        return Measured(pl.DataFrame(), [not_measurable("median", "hours", reason)])
    rows = change_lead_time(
        view["pull_requests"], view["releases"], window=view.window, as_of=view.as_of
    )
    reason = "no pull request was merged in the window"
    estimate = median_to_end(rows["waited_hours"], rows["is_censored"], reason=reason)
    waits = (rows["waited_hours"], rows["is_censored"])
    return Measured(rows, [estimate], lambda: [duration_curves(kaplan_meier(*waits))])


def unreleased_measured(view: View) -> Measured:
    """The registry's way in."""
    if _shipped(view["releases"], view.as_of).collect().is_empty():
        reason = "no stable release is known"
        missing = [("count", "count"), ("median", "hours")]
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in missing])
    rows = unreleased_changes(view["pull_requests"], view["releases"], as_of=view.as_of)
    waited = median_of_values(rows["waiting_hours"], unit="hours", reason="nothing is unreleased")
    return Measured(rows, [count(rows.height), waited])


def _published(releases: pl.DataFrame, kinds: Sequence[str]) -> pl.LazyFrame:
    is_published = pl.col("published_at").is_not_null() & ~pl.col("is_draft").fill_null(False)
    return (
        releases.lazy()
        .filter(is_published & pl.col("kind").is_in(list(kinds)))
        .select("repo", "tag", "published_at", "kind", "kind_rule")
    )


def _merged(pull_requests: pl.DataFrame, as_of: datetime) -> pl.LazyFrame:
    return (
        pull_requests.lazy()
        .filter(pl.col("merged_at") <= literal(as_of))
        .select(*ITEM, "title", "url", "merged_at")
    )


def _shipped(releases: pl.DataFrame, as_of: datetime) -> pl.LazyFrame:
    return _published(releases, SHIPPED).filter(pl.col("published_at") <= literal(as_of))


def _released(merged: pl.LazyFrame, shipped: pl.LazyFrame, as_of: datetime) -> pl.DataFrame:
    released_at = pl.col("published_at").fill_null(literal(as_of))
    return (
        merged.sort("merged_at")
        .join_asof(
            shipped.select("repo", "published_at", released_in="tag").sort("published_at"),
            left_on="merged_at",
            right_on="published_at",
            by="repo",
            strategy="forward",
            check_sortedness=False,
        )
        .select(
            *ITEM,
            "title",
            "url",
            "merged_at",
            "released_in",
            waited_hours=hours_between("merged_at", released_at),
            is_censored=pl.col("published_at").is_null(),
        )
        .sort(ITEM)
        .collect()
    )


def _longest(intervals: pl.DataFrame, reason: str) -> Estimate:
    if intervals.is_empty():
        return not_measurable("longest", "hours", reason)
    longest = float(intervals["interval_hours"].max())  # type: ignore[arg-type]
    return Estimate("longest", longest, "hours", intervals.height, method="maximum")


def _open_interval(view: View) -> Estimate:
    by_then = pl.col("published_at") <= literal(view.as_of)
    train = _published(view["releases"], ("stable",)).filter(by_then).collect()
    last_at = train["published_at"].max()
    if not isinstance(last_at, datetime):
        return not_measurable("open", "hours", "no stable release is known")
    hours = (view.as_of - last_at) / timedelta(hours=1)
    return Estimate("open", hours, "hours", 1, n_censored=1, method="still open")
