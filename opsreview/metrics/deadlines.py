"""What was due in a window, and whether it came in time: for rules that state a deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate
from opsreview.metrics.drafts import ready_for_review
from opsreview.metrics.first_response import time_to_first_response
from opsreview.metrics.intervals import share
from opsreview.metrics.resolution import issue_resolution_duration
from opsreview.metrics.reviews import time_to_first_review
from opsreview.metrics.view import hours_between
from opsreview.metrics.work import Tables
from opsreview.window import Window, literal

_CASE = ("thing", "url", "since_at", "waited_hours", "is_done")


def due(
    cases: pl.DataFrame, *, window: Window, as_of: datetime, within_hours: float
) -> pl.DataFrame:
    """The cases whose deadline lies in the window, and whether each kept it. Ours.

    Args:
        cases: thing, url, since_at, waited_hours, is_done.
        window: Deadlines in it count.
        as_of: Deadlines after it are pending.
        within_hours: From ``since_at`` to the deadline, wall-clock.

    Returns:
        The cases due, the longest wait first, with due_at and is_kept (null while pending; what was
        done in time is kept even before its deadline).
    """
    is_in_time = pl.col("is_done") & (pl.col("waited_hours") <= within_hours)
    is_over = pl.col("due_at") <= literal(as_of)
    return (
        cases.with_columns(due_at=pl.col("since_at") + pl.duration(hours=within_hours))
        .filter(window.has("due_at"))
        .with_columns(is_kept=pl.when(is_over).then(is_in_time))
        .sort("waited_hours", "thing", descending=[True, False])
    )


def kept_share(due: pl.DataFrame) -> Estimate:
    """The share kept of what is over; what is pending stands apart."""
    over = due["is_kept"].drop_nulls()
    found = share(int(over.sum()), over.len(), reason="nothing was due in the cycle")
    return replace(found, n_pending=due.height - over.len())


def answer_cases(
    tables: Tables, issues: pl.DataFrame, *, window: Window, as_of: datetime, within_hours: float
) -> pl.DataFrame:
    """First answers of the team on ``issues`` that may be due in the window."""
    waits = time_to_first_response(
        issues,
        tables["comments"],
        tables["spells"],
        window=_since(window, within_hours),
        as_of=as_of,
        by_team=True,
    )
    is_done = (pl.col("ending") == "answered").fill_null(False)
    return waits.select(
        "url", "waited_hours", since_at="opened_at", thing=_numbered(), is_done=is_done
    ).select(_CASE)


def resolution_cases(
    tables: Tables, issues: pl.DataFrame, *, window: Window, as_of: datetime, within_hours: float
) -> pl.DataFrame:
    """Final closes of ``issues`` that may be due in the window."""
    waits = issue_resolution_duration(
        issues, tables["spells"], window=_since(window, within_hours), as_of=as_of
    )
    return waits.select(
        "url",
        waited_hours="final_hours",
        since_at="opened_at",
        thing=_numbered(),
        is_done=~pl.col("is_final_censored"),
    ).select(_CASE)


def review_cases(
    tables: Tables, *, window: Window, as_of: datetime, within_hours: float
) -> pl.DataFrame:
    """First reviews that may be due in the window; what was closed unmerged needed none."""
    pulls = ready_for_review(tables["pull_requests"], tables["events"], as_of=as_of)
    waits = time_to_first_review(
        pulls,
        tables["reviews"],
        tables["spells"],
        window=_since(window, within_hours),
        as_of=as_of,
    )
    is_done = (pl.col("ending") == "reviewed").fill_null(False)
    is_needed = (pl.col("ending") != "closed_unreviewed").fill_null(True)
    return (
        waits.filter(is_needed)
        .select("url", "waited_hours", since_at="ready_at", thing=_numbered(), is_done=is_done)
        .select(_CASE)
    )


def incident_cases(
    incidents: pl.DataFrame, incident_events: pl.DataFrame, *, as_of: datetime, resolved: bool
) -> pl.DataFrame:
    """Incidents with the time to their resolution, or else to the first that anyone did.

    Taken up is what a source calls acknowledged, or the first act of a person on record.
    """
    acts = (
        incident_events.filter(pl.col("person").is_not_null() & (pl.col("event") != "notified"))
        .group_by("source", "incident_id")
        .agg(first_at=pl.col("at").min())
    )
    done_at = (
        pl.col("resolved_at") if resolved else pl.min_horizontal("acknowledged_at", "first_at")
    )
    return (
        incidents.filter(pl.col("opened_at") <= literal(as_of))
        .join(acts, on=["source", "incident_id"], how="left")
        .with_columns(done_at=pl.when(done_at <= literal(as_of)).then(done_at))
        .select(
            "url",
            waited_hours=hours_between("opened_at", pl.col("done_at").fill_null(literal(as_of))),
            since_at="opened_at",
            thing="incident_id",
            is_done=pl.col("done_at").is_not_null(),
        )
        .select(_CASE)
    )


def _since(window: Window, hours: float) -> Window:
    return Window(window.start_at - timedelta(hours=hours), window.end_at)


def _numbered() -> pl.Expr:
    return pl.format("#{}", "number")
