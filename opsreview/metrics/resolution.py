"""How long issues take to close, and what they are closed as."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.backlog import issues_closed
from opsreview.metrics.endings import NONE_OPENED
from opsreview.metrics.firsts import closed_issues, resolved_issues
from opsreview.metrics.intervals import count, median_of_values
from opsreview.metrics.standing import with_standing_close
from opsreview.metrics.survival import kaplan_meier, median_to_end
from opsreview.metrics.view import (
    ITEM,
    Measured,
    View,
    duration_curves,
    hours_between,
    left_out,
)
from opsreview.metrics.working_waits import (
    as_declared,
    median_to_end_in_working_hours,
    working_hours,
)
from opsreview.window import Window, literal

CLOSED_AS = ("completed", "not_planned", "duplicate", "bot", "unknown")
_OF_COHORT = (
    ("median", "hours"),
    ("median_working_hours", "working_hours"),
    ("median_to_final_close", "hours"),
    ("first_closes", "count"),
)
STATISTICS = (*_OF_COHORT, ("median_of_closed", "hours"))


def issue_resolution_duration(
    issues: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Hours from opening an issue to its first and to its final close (cohort view).

    An issue that was reopened has both; its final close stands only while it is closed at
    ``as_of``. Issues closed at a moment nobody knows are left out. What an issue was closed as is
    known of its last close alone: of the first only where there was no other.

    Returns:
        One row per issue opened in the window: repo, number, title, url, opened_at, first_hours,
        is_first_censored, final_hours, is_final_censored, first_closed_at (null: open so far),
        first_closed_as (``bot``: by one, whatever else it says; ``completed``, ``not_planned``,
        ``duplicate``, ``unknown``; null: open so far).

    Source:
        CHAOSS, https://chaoss.community/kb/metric-issue-resolution-duration/
    """
    closed = closed_issues(issues.filter(window.has("opened_at")), spells)
    return resolutions(resolved_issues(closed, spells), spells, window=window, as_of=as_of)


def resolutions(
    resolved: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """``issue_resolution_duration`` of ``firsts.resolved_issues``."""
    now = literal(as_of)
    is_opened = window.has("opened_at") & (pl.col("opened_at") <= now)
    is_end_known = pl.col("is_last_known") | (pl.col("last_start_at") > now)
    opened = resolved.filter(is_opened & is_end_known).sort(ITEM)
    first_closed_at = pl.when(pl.col("closed_at") <= now).then("closed_at")
    final_closed_at = pl.col("standing_closed_at")
    return with_standing_close(opened, spells, "issue", as_of=as_of).select(
        *ITEM,
        "title",
        "url",
        "opened_at",
        first_hours=hours_between("opened_at", first_closed_at.fill_null(now)),
        is_first_censored=first_closed_at.is_null(),
        final_hours=hours_between("opened_at", final_closed_at.fill_null(now)),
        is_final_censored=final_closed_at.is_null(),
        first_closed_at=first_closed_at,
        first_closed_as=_closed_as(first_closed_at),
    )


def resolution_measured(view: View) -> Measured:
    """The registry's way in: cohort medians to first and final close, and the flow view's own."""
    rows = resolutions(view["resolved"], view["spells"], window=view.window, as_of=view.as_of)
    is_cohort = view.window.has("opened_at") & (pl.col("opened_at") <= literal(view.as_of))
    endless = view["issues"].filter(is_cohort).join(rows, on=ITEM, how="anti")
    unknown = "closed at a moment nobody knows"
    reason = f"the issues opened were {unknown}" if endless.height else NONE_OPENED
    hours = working_hours(
        rows, "opened_at", "first_closed_at", calendar=view.team_calendar, as_of=view.as_of
    )
    rows = rows.with_columns(first_working_hours=hours)
    estimates = as_declared(resolution_of_rows(rows), view)
    if rows.is_empty():
        estimates = [not_measurable(*what, reason) for what in _OF_COHORT]
    return Measured(
        rows,
        [
            *(replace(part, n_excluded=part.n_excluded + endless.height) for part in estimates),
            _median_of_closed(view),
        ],
        lambda: [duration_curves(kaplan_meier(rows["first_hours"], rows["is_first_censored"]))],
        lambda: left_out(endless, unknown),
    )


def resolution_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimates over some of the rows that ``resolution_measured`` found.

    All but ``median_of_closed``, which is over what was closed in the window. The counts of first
    closes come by ``closed_as:`` too; they say how many of the issues opened were closed so.
    """
    is_censored = rows["is_first_censored"]
    closed_as = rows["first_closed_as"].drop_nulls().to_list()
    return [
        median_to_end(rows["first_hours"], is_censored, reason=NONE_OPENED),
        median_to_end_in_working_hours(
            rows["first_working_hours"],
            is_censored,
            statistic="median_working_hours",
            reason=NONE_OPENED,
        ),
        median_to_end(
            rows["final_hours"],
            rows["is_final_censored"],
            statistic="median_to_final_close",
            reason=NONE_OPENED,
        ),
        count(len(closed_as), statistic="first_closes"),
        *(
            count(closed_as.count(name), statistic="first_closes").of(f"closed_as:{name}")
            for name in CLOSED_AS
        ),
    ]


def _median_of_closed(view: View) -> Estimate:
    reason = "no issue was closed in the window"
    if view.seen is None:
        return not_measurable("median_of_closed", "hours", reason)
    closed = issues_closed(view["spells"].filter(pl.col("kind") == "issue"), window=view.seen)
    return median_of_values(
        closed["open_hours"], unit="hours", statistic="median_of_closed", reason=reason
    )


def _closed_as(first_closed_at: pl.Expr) -> pl.Expr:
    is_said = (pl.col("close_count") == 1) & pl.col("state_reason").is_in(CLOSED_AS[:3])
    return (
        pl.when(first_closed_at.is_null())
        .then(None)
        .when(pl.col("closer_kind") == "bot")
        .then(pl.lit("bot"))
        .when(is_said)
        .then("state_reason")
        .otherwise(pl.lit("unknown"))
    )
