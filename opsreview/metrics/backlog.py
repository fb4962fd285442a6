"""What comes in, what goes out, what stays, how old it is, and how long it takes to close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, median_of_values, rate_per_week
from opsreview.metrics.survival import kaplan_meier, median_to_end
from opsreview.metrics.view import (
    ITEM,
    Measured,
    View,
    duration_curves,
    hours_between,
    is_open_at,
    left_out,
    read_once,
)
from opsreview.window import MOMENT, Window, literal

ONLY_ISSUES = "issues alone: no source gives pull requests in the window"
_NONE_OPENED = "no issue was opened in the window"
_CALENDAR = {"at": MOMENT, "value": pl.Float64()}


def issues_new(spells: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Issues and pull requests opened in the window.

    Returns:
        One row per item: repo, number, kind, opened_at.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-issues-new/
    """
    is_new = (pl.col("spell") == 0) & window.has("start_at")
    return spells.filter(is_new).select(*ITEM, "kind", opened_at="start_at")


def issues_closed(spells: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """Closings of issues and pull requests in the window; an item closed twice is there twice.

    So opened plus reopened less closed is the change of the backlog.

    Returns:
        One row per closing: repo, number, kind, opened_at, closed_at, open_hours (since the first
        opening).

    Source:
        CHAOSS, https://chaoss.community/kb/metric-issues-closed/
    """
    return (
        spells.lazy()
        .filter(window.has("end_at"))
        .join(_openings(spells), on=ITEM)
        .select(
            *ITEM,
            "kind",
            "opened_at",
            closed_at="end_at",
            open_hours=hours_between("opened_at", "end_at"),
        )
        .sort("closed_at", *ITEM)
        .collect()
    )


def backlog(spells: pl.DataFrame, *, moments: list[datetime]) -> pl.DataFrame:
    """How many items are open just before each moment. Ours.

    What happens at the moment itself belongs to the time after it, as with windows: so opened plus
    reopened less closed in a window is the change from its start to its end.

    Args:
        spells: ``history.open_spells``; items closed at an unknown moment are left out.
        moments: UTC, in any order.

    Returns:
        One row per moment: at, open_count.
    """
    known = spells.filter("is_end_known")
    at = pl.Series("at", moments, dtype=MOMENT)
    started, ended = (
        np.searchsorted(np.sort(known[column].drop_nulls().to_numpy()), at.to_numpy(), "left")
        for column in ("start_at", "end_at")
    )
    return pl.DataFrame({"at": at, "open_count": started - ended})


def issue_age(spells: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """Hours since each issue was opened, for those open at ``as_of``.

    Returns:
        One row per open issue: repo, number, opened_at, age_hours.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-issue-age/
    """
    return (
        spells.lazy()
        .filter((pl.col("kind") == "issue") & is_open_at(as_of))
        .join(_openings(spells), on=ITEM)
        .select(*ITEM, "opened_at", age_hours=hours_between("opened_at", literal(as_of)))
        .sort("opened_at", *ITEM)
        .collect()
    )


def issue_resolution_duration(
    issues: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Hours from opening an issue to its first and to its final close (cohort view).

    An issue that was reopened has both; its final close stands only while it is closed at
    ``as_of``. Issues closed at a moment nobody knows are left out.

    Returns:
        One row per issue opened in the window: repo, number, title, url, opened_at, first_hours,
        is_first_censored, final_hours, is_final_censored.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-issue-resolution-duration/
    """
    now = literal(as_of)
    opened = (
        issues.lazy()
        .filter(window.has("opened_at") & (pl.col("opened_at") <= now))
        .select(*ITEM, "title", "url", "opened_at")
        .pipe(read_once)
    )
    ends_by_then = pl.when(pl.col("end_at") <= now).then("end_at").sort_by("spell")
    ends = (
        spells.lazy()
        .filter((pl.col("kind") == "issue") & (pl.col("start_at") <= now))
        .join(opened, on=ITEM, how="semi")
        .group_by(ITEM)
        .agg(
            first_closed_at=ends_by_then.first(),
            final_closed_at=ends_by_then.last(),
            is_known=pl.col("is_end_known").all(),
        )
    )
    return (
        opened.join(ends, on=ITEM)
        .filter("is_known")
        .select(
            *ITEM,
            "title",
            "url",
            "opened_at",
            first_hours=hours_between("opened_at", pl.col("first_closed_at").fill_null(now)),
            is_first_censored=pl.col("first_closed_at").is_null(),
            final_hours=hours_between("opened_at", pl.col("final_closed_at").fill_null(now)),
            is_final_censored=pl.col("final_closed_at").is_null(),
        )
        .sort(ITEM)
        .collect()
    )


def new_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        return _not_begun(("count", "count"), ("rate_per_week", "per_week"))
    rows = issues_new(_spells(view), window=view.seen)
    return Measured(rows, _counts(rows, view))


def closed_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        return _not_begun(("count", "count"), ("rate_per_week", "per_week"))
    rows = issues_closed(_spells(view), window=view.seen)
    excluded = partial(_unknown_ends, _spells(view), view.as_of)
    return Measured(rows, _counts(rows, view), excluded=excluded)


def backlog_measured(view: View) -> Measured:
    """The registry's way in: at the window's start and end, and at each local day's end."""
    statistics = ("at_start", "at_end", "change")
    if view.seen is None:
        return _not_begun(*((statistic, "count") for statistic in statistics))
    days = [view.seen.start_at, *_day_ends(view.seen, view.zone)]
    spells = {group: _of_group(_spells(view), group) for group in _groups(view)}
    open_by_day = {group: backlog(spells[group], moments=days) for group in spells}
    estimates: list[Estimate] = []
    for group, frame in open_by_day.items():
        at_start, at_end = int(frame["open_count"][0]), int(frame["open_count"][-1])
        started = int(spells[group].select(view.seen.has("start_at").sum()).item())
        found = ((at_start, at_start), (at_end, at_end), (at_end - at_start, at_start + started))
        estimates += [
            Estimate(name, float(value), "count", n, reason=_alone(view, group), group=group)
            for name, (value, n) in zip(statistics, found, strict=True)
        ]
    return Measured(
        open_by_day["all"],
        estimates,
        lambda: [_by_day(frame, group) for group, frame in open_by_day.items()],
        partial(_unknown_ends, _spells(view), view.as_of),
    )


def age_measured(view: View) -> Measured:
    """The registry's way in: at ``as_of``, and the median at each past week's end."""
    rows = issue_age(view["spells"], as_of=view.as_of)
    ages = rows["age_hours"]
    estimates = [
        median_of_values(ages, unit="hours", reason="no issue is open"),
        count(rows.height),
    ]
    return Measured(
        rows,
        estimates,
        lambda: [_median_ages(view)],
        partial(_unknown_ends, _of_group(view["spells"], "kind:issue"), view.as_of),
    )


def resolution_measured(view: View) -> Measured:
    """The registry's way in: cohort medians to first and final close, and the flow view's own."""
    rows = issue_resolution_duration(
        view["issues"], view["spells"], window=view.window, as_of=view.as_of
    )
    is_cohort = view.window.has("opened_at") & (pl.col("opened_at") <= literal(view.as_of))
    endless = view["issues"].filter(is_cohort).join(rows, on=ITEM, how="anti")
    unknown = "closed at a moment nobody knows"
    reason = f"the issues opened were {unknown}" if endless.height else _NONE_OPENED
    first = (rows["first_hours"], rows["is_first_censored"])
    final = (rows["final_hours"], rows["is_final_censored"])
    medians = (
        median_to_end(*first, reason=reason),
        median_to_end(*final, statistic="median_to_final_close", reason=reason),
    )
    return Measured(
        rows,
        [
            *(replace(median, n_excluded=endless.height) for median in medians),
            _median_of_closed(view),
        ],
        lambda: [duration_curves(kaplan_meier(*first))],
        lambda: left_out(endless, unknown),
    )


def resolution_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The medians to first and final close over rows of ``issue_resolution_duration``."""
    final = (rows["final_hours"], rows["is_final_censored"])
    return [
        median_to_end(rows["first_hours"], rows["is_first_censored"], reason=_NONE_OPENED),
        median_to_end(*final, statistic="median_to_final_close", reason=_NONE_OPENED),
    ]


def _median_of_closed(view: View) -> Estimate:
    reason = "no issue was closed in the window"
    if view.seen is None:
        return not_measurable("median_of_closed", "hours", reason)
    closed = issues_closed(_of_group(view["spells"], "kind:issue"), window=view.seen)
    return median_of_values(
        closed["open_hours"], unit="hours", statistic="median_of_closed", reason=reason
    )


def _openings(spells: pl.DataFrame) -> pl.LazyFrame:
    return spells.lazy().filter(pl.col("spell") == 0).select(*ITEM, opened_at="start_at")


def _groups(view: View) -> tuple[str, ...]:
    kinds = ("all", "kind:issue", "kind:pull_request")
    return kinds if view.has_pull_requests else kinds[:2]


def _alone(view: View, group: str) -> str | None:
    return ONLY_ISSUES if group == "all" and not view.has_pull_requests else None


def _counts(rows: pl.DataFrame, view: View) -> list[Estimate]:
    kinds = rows["kind"].to_list()
    weeks = view.seen.weeks if view.seen else 0.0
    estimates = []
    for group in _groups(view):
        found = len(kinds) if group == "all" else kinds.count(group.removeprefix("kind:"))
        for estimate in (count(found), rate_per_week(found, weeks)):
            estimates.append(replace(estimate, group=group, reason=_alone(view, group)))
    return estimates


def _of_group(spells: pl.DataFrame, group: str) -> pl.DataFrame:
    kind = group.removeprefix("kind:")
    return spells if group == "all" else spells.filter(pl.col("kind") == kind)


def _median_ages(view: View) -> pl.DataFrame:
    """The median age of open issues at the end of each of the last twelve weeks."""
    week_ends = [view.as_of - timedelta(weeks=weeks) for weeks in range(12, -1, -1)]
    medians = [
        issue_age(view["spells"], as_of=end_at)["age_hours"].median() for end_at in week_ends
    ]
    curve = pl.DataFrame({"at": week_ends, "value": medians}, schema_overrides=_CALENDAR)
    return curve.with_columns(curve=pl.lit("median_age_hours")).drop_nulls("value")


def _by_day(open_by_day: pl.DataFrame, group: str) -> pl.DataFrame:
    return open_by_day.select(
        "at", value=pl.col("open_count").cast(pl.Float64), group=pl.lit(group), curve=pl.lit("open")
    )


def _day_ends(window: Window, zone: ZoneInfo) -> list[datetime]:
    """The end of each of the window's days in the team's zone; the last is the window's end."""
    first_on = window.start_at.astimezone(zone).date()
    ends = []
    for day in range(int(window.hours // 24) + 2):
        midnight = datetime.combine(first_on + timedelta(days=day + 1), time.min, tzinfo=zone)
        if (end_at := midnight.astimezone(UTC)) < window.end_at:
            ends.append(end_at)
    return [*ends, window.end_at]


def _spells(view: View) -> pl.DataFrame:
    """The spells of what the sources speak for: without pull requests where none are given."""
    return view["spells"] if view.has_pull_requests else _of_group(view["spells"], "kind:issue")


def _unknown_ends(spells: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    is_unknown = ~pl.col("is_end_known") & (pl.col("start_at") <= literal(as_of))
    return left_out(spells.filter(is_unknown), "closed at a moment nobody knows")


def _not_begun(*statistics: tuple[str, str]) -> Measured:
    reason = "the window has not begun"
    return Measured(
        pl.DataFrame(), [not_measurable(name, unit, reason) for name, unit in statistics]
    )
