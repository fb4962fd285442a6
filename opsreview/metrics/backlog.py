"""What comes in, what goes out, what stays, and how old it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, median_of_values, rate_per_week, ratio_of_counts
from opsreview.metrics.view import (
    ITEM,
    Measured,
    View,
    hours_between,
    is_open_at,
    left_out,
)
from opsreview.window import MOMENT, Window, literal

ONLY_ISSUES = "issues alone: no source gives pull requests in the window"
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
        spells.filter(window.has("end_at"))
        .join(_openings(spells), on=ITEM)
        .select(
            *ITEM,
            "kind",
            "opened_at",
            closed_at="end_at",
            open_hours=hours_between("opened_at", "end_at"),
        )
        .sort("closed_at", *ITEM)
    )


def backlog_management_index(spells: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """What was opened and what was closed in the window; the index is closings by openings.

    Above 1 the backlog shrinks, reopenings aside. It explodes where little was opened: the change
    of the backlog is what to look at first.

    Returns:
        One row per opening or closing: repo, number, kind, at, is_close.

    Source:
        GrimoireLab's backlog management index, https://chaoss.github.io/grimoirelab/
    """
    opened = issues_new(spells, window=window).select(
        *ITEM, "kind", at="opened_at", is_close=pl.lit(False)
    )
    closed = issues_closed(spells, window=window).select(
        *ITEM, "kind", at="closed_at", is_close=pl.lit(True)
    )
    return pl.concat([opened, closed]).sort("at", *ITEM, "is_close")


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
        spells.filter((pl.col("kind") == "issue") & is_open_at(as_of))
        .join(_openings(spells), on=ITEM)
        .select(*ITEM, "opened_at", age_hours=hours_between("opened_at", literal(as_of)))
        .sort("opened_at", *ITEM)
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


def index_measured(view: View) -> Measured:
    """The registry's way in: closed for each that was opened, of all and of each kind."""
    if view.seen is None:
        return _not_begun(("ratio", "ratio"))
    rows = backlog_management_index(_spells(view), window=view.seen)
    estimates = []
    for group in _groups(view):
        (part,) = index_of_rows(_of_group(rows, group))
        reasons = filter(None, (part.reason, _alone(view, group)))
        estimates.append(replace(part, group=group, reason="; ".join(reasons) or None))
    return Measured(rows, estimates, excluded=partial(_unknown_ends, _spells(view), view.as_of))


def index_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimate over some of the rows that ``index_measured`` found."""
    closed_count = int(rows["is_close"].sum())
    opened_count = rows.height - closed_count
    reason = f"nothing was opened in the window, {closed_count} closed: no ratio to nothing"
    return [ratio_of_counts(closed_count, opened_count, reason=reason)]


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
    return Measured(
        rows,
        ages_of_rows(rows),
        lambda: [_median_ages(view)],
        partial(_unknown_ends, _of_group(view["spells"], "kind:issue"), view.as_of),
    )


def ages_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimates over some of the rows that ``age_measured`` found."""
    ages = median_of_values(rows["age_hours"], unit="hours", reason="no issue is open")
    return [ages, count(rows.height)]


def _openings(spells: pl.DataFrame) -> pl.DataFrame:
    return spells.filter(pl.col("spell") == 0).select(*ITEM, opened_at="start_at")


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
