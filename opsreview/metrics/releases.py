"""How regularly releases happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, median_of_values, rate_per_week
from opsreview.metrics.view import Measured, View, hours_between
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
        .select("repo", "tag", "published_at", "kind", "kind_rule")
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


def _published(releases: pl.DataFrame, kinds: Sequence[str]) -> pl.LazyFrame:
    is_published = pl.col("published_at").is_not_null() & ~pl.col("is_draft").fill_null(False)
    return releases.lazy().filter(is_published & pl.col("kind").is_in(list(kinds)))


def shipped(releases: pl.DataFrame, as_of: datetime) -> pl.LazyFrame:
    """What users of the stable line had got by ``as_of``: stable releases and hotfixes.

    Returns:
        RELEASES.
    """
    return _published(releases, SHIPPED).filter(pl.col("published_at") <= literal(as_of))


def year_of(view: View) -> Window:
    """The twelve months to the window's end, or to ``as_of``, as far as releases are known."""
    end_at = min(view.window.end_at, view.as_of)
    year = Window(end_at - LOOK_BACK, end_at)
    return view.covered(("releases",), year).window or year


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
