"""How long issues wait until anybody of the team does anything about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate
from opsreview.metrics.endings import (
    NO_TEAM,
    NONE_OPENED,
    followed_in,
    has_team,
    left_out_issues,
    unmeasurable,
    waits,
)
from opsreview.metrics.firsts import attended_issues, closed_issues
from opsreview.metrics.survival import aalen_johansen, median_with_rivals
from opsreview.metrics.view import Measured, View, duration_curves
from opsreview.metrics.working_waits import as_declared, median_in_working_hours, with_working_hours
from opsreview.window import Window

STATISTICS = (("median", "hours"), ("median_working_hours", "working_hours"))
MAIN, RIVAL = "attended", "closed_unattended"


def time_to_first_attention(
    issues: pl.DataFrame,
    comments: pl.DataFrame,
    events: pl.DataFrame,
    spells: pl.DataFrame,
    *,
    window: Window,
    as_of: datetime,
) -> pl.DataFrame:
    """Hours from opening an issue to the first thing another of the team did about it. Ours.

    A reply, a label, a milestone, an assignment or a close are attention; a bot's, and what the
    author does to their own issue, never are. A close by the author, a bot or anyone else is the
    rival end. Issues with neither at ``as_of`` stay in, censored. An act older than the issue
    (moved with it) attends to it at once. Left out is what ``time_to_first_response`` leaves out.

    Args:
        issues: ISSUES.
        comments: COMMENTS.
        events: EVENTS; an ``assigned`` one that names as its actor who was assigned is no act.
        spells: ``history.open_spells``.
        window: Issues opened in it are measured.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per issue: repo, number, title, url, opened_at, waited_hours (>= 0), ending
        (``attended``, ``withdrawn``, ``closed_by_bot``, ``closed_by_other``, ``closed_by_unknown``;
        null while waiting), ended_at, person, is_censored.
    """
    closed = closed_issues(issues.filter(window.has("opened_at")), spells)
    return _waits(attended_issues(closed, comments, events), window, as_of)


def attention_measured(view: View) -> Measured:
    """The registry's way in."""
    stated = [(*what, "all") for what in STATISTICS]
    if not has_team(view):
        return unmeasurable(left_out_issues(view, view.window), stated, NO_TEAM)
    rows = _waits(view["attended"], view.window, view.as_of)
    excluded = left_out_issues(view, view.window, followed_count=rows.height)
    if rows.is_empty() and excluded.height:
        return unmeasurable(excluded, stated)
    rows = with_working_hours(rows, view)
    return Measured(
        rows,
        [
            replace(estimate, n_excluded=estimate.n_excluded + excluded.height)
            for estimate in as_declared(attention_of_rows(rows), view)
        ],
        lambda: [_curves(rows)],
        lambda: excluded,
    )


def attention_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimates over some of the rows that ``attention_measured`` found."""
    return [
        median_with_rivals(rows["waited_hours"], rows["ending"], MAIN, reason=NONE_OPENED),
        median_in_working_hours(
            rows["working_hours"],
            rows["ending"],
            MAIN,
            statistic="median_working_hours",
            reason=NONE_OPENED,
        ),
    ]


def _waits(attended: pl.DataFrame, window: Window, as_of: datetime) -> pl.DataFrame:
    followed = followed_in(attended, window=window, as_of=as_of)
    return followed.select(waits("attended", as_of=as_of, main=MAIN))


def _curves(rows: pl.DataFrame) -> pl.DataFrame:
    is_rival = pl.col("ending") != MAIN
    ending = rows.select(pl.when(is_rival).then(pl.lit(RIVAL)).otherwise("ending").alias("ending"))
    return duration_curves(
        aalen_johansen(rows["waited_hours"], ending["ending"], endings=(MAIN, RIVAL))
    )
