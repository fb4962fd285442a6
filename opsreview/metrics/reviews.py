"""How long pull requests wait for a review, how long they take, and who reviews."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics import acts
from opsreview.metrics.acting import per_person, top_share
from opsreview.metrics.drafts import ready_in, without_drafts
from opsreview.metrics.firsts import followed_pulls, reviewed_pulls
from opsreview.metrics.intervals import count, median_of_values, share
from opsreview.metrics.standing import with_standing_close
from opsreview.metrics.survival import aalen_johansen, median_with_rivals
from opsreview.metrics.view import (
    ITEM,
    Measured,
    View,
    duration_curves,
    hours_between,
    left_out,
)
from opsreview.metrics.working_waits import as_declared, median_in_working_hours
from opsreview.window import Window, literal

_MEDIANS = (("median", "hours"), ("median_working_hours", "working_hours"))
REVIEW_STATISTICS = (*_MEDIANS, ("median_of_reviewed", "hours"))
DURATION_STATISTICS = (*_MEDIANS, ("median_of_merged", "hours"))
_SAME_CLOSE = timedelta(minutes=1)  # a merge and its close are written down a moment apart
_NONE_READY = "no pull request became ready for review in the window"


def time_to_first_review(
    pull_requests: pl.DataFrame,
    reviews: pl.DataFrame,
    spells: pl.DataFrame,
    *,
    window: Window,
    as_of: datetime,
) -> pl.DataFrame:
    """Hours from being ready to the first review another person submitted.

    Merging or closing without one is a rival end. Comments, bots' reviews and reviews of a draft
    are no first review. Time back in draft after that is in the wait until ``without_drafts``
    takes it out. Left out is what was closed at a moment nobody knows, or before it was marked
    ready.

    Args:
        pull_requests: PULL_REQUESTS with ready_at (``ready_for_review``).
        reviews: REVIEWS.
        spells: ``history.open_spells``.
        window: Pull requests that became ready in it are measured.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per pull request: repo, number, title, url, ready_at, ended_at, waited_hours, ending
        (``reviewed``, ``merged_unreviewed``, ``closed_unreviewed``; null while waiting),
        is_censored.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-time-to-first-response/ for change requests.
    """
    pulls = pull_requests.filter(window.has("ready_at"))
    reviewed = reviewed_pulls(followed_pulls(pulls, spells), reviews)
    return _reviews_waited_for(reviewed, window, as_of)


def change_request_duration(
    pull_requests: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Hours from being ready for review to being merged; closed unmerged is the rival end.

    Args:
        pull_requests: PULL_REQUESTS with ready_at (``ready_for_review``).
        spells: ``history.open_spells``.
        window: Pull requests that became ready in it are measured.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per pull request: repo, number, title, url, ready_at, ended_at, waited_hours, ending
        (``merged``, ``closed_unmerged``; null while open), is_censored.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-change-request-duration/
    """
    pulls = pull_requests.filter(window.has("ready_at"))
    return _durations(followed_pulls(pulls, spells), spells, window, as_of)


def review_load(
    pull_requests: pl.DataFrame, reviews: pl.DataFrame, *, window: Window
) -> pl.DataFrame:
    """Reviews submitted in the window by people, on pull requests of others.

    Returns:
        One row per review: repo, number, review_id, person, submitted_at.

    Source:
        cncf/devstats, reviewers; https://github.com/cncf/devstats
    """
    given = acts.reviews({"pull_requests": pull_requests, "reviews": reviews})
    return (
        given.filter(window.has("at"))
        .select(*ITEM, "review_id", "person", submitted_at="at")
        .sort(*ITEM, "review_id")
        .collect()
    )


def first_review_measured(view: View) -> Measured:
    """The registry's way in: time in draft is out."""
    waits = _reviews_waited_for(view["reviewed"], view.window, view.as_of)
    rows = _undrafted(waits, view)
    return Measured(
        rows,
        as_declared(first_review_estimates(rows), view),
        lambda: [_review_curves(rows)],
        lambda: _left_out(rows, view),
    )


def first_review_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """The medians of all, and what counting the reviewed only would have said."""
    return [*_medians(rows, "reviewed"), _naive_median(rows, "reviewed")]


def duration_measured(view: View) -> Measured:
    """The registry's way in: time in draft is out."""
    waits = _durations(view["ready"], view["spells"], view.window, view.as_of)
    rows = _undrafted(waits, view)
    endings = ("merged", "closed_unmerged")
    return Measured(
        rows,
        as_declared(duration_estimates(rows), view),
        lambda: [
            duration_curves(aalen_johansen(rows["waited_hours"], rows["ending"], endings=endings))
        ],
        lambda: _left_out(rows, view),
    )


def duration_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """The medians of all, and what counting the merged only would have said."""
    return [*_medians(rows, "merged"), _naive_median(rows, "merged")]


def load_measured(view: View) -> Measured:
    """The registry's way in: how many reviews, each person's share, and the busiest one's."""
    if view.seen is None:
        reason = "the window has not begun"
        missing = [("count", "count"), ("top_share", "share")]
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in missing])
    rows = review_load(view["pull_requests"], view["reviews"], window=view.seen)
    estimates = load_estimates(rows)
    for person, found in per_person(rows["person"]):
        group = f"person:{person}"
        estimates.append(count(found).of(group))
        estimates.append(share(found, rows.height).of(group))
    return Measured(rows, estimates)


def load_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """How many reviews, and the busiest reviewer's share."""
    reason = "no review was submitted in the window"
    return [count(rows.height), top_share(rows["person"], reason=reason)]


def _undrafted(waits: pl.DataFrame, view: View) -> pl.DataFrame:
    changes, calendar = view["draft_changes"], view.team_calendar
    return without_drafts(waits, changes, as_of=view.as_of, calendar=calendar)


def _medians(rows: pl.DataFrame, main: str) -> list[Estimate]:
    """Wall-clock, and in the team's working hours."""
    return [
        median_with_rivals(rows["waited_hours"], rows["ending"], main, reason=_NONE_READY),
        median_in_working_hours(
            rows["working_hours"],
            rows["ending"],
            main,
            statistic="median_working_hours",
            reason=_NONE_READY,
        ),
    ]


def _naive_median(rows: pl.DataFrame, main: str) -> Estimate:
    ended = rows.filter(pl.col("ending") == main)["waited_hours"]
    reason = f"no pull request that became ready in the window was {main}"
    return median_of_values(ended, unit="hours", statistic=f"median_of_{main}", reason=reason)


def _review_curves(rows: pl.DataFrame) -> pl.DataFrame:
    is_unreviewed = pl.col("ending").str.ends_with("_unreviewed")
    ending = rows.select(
        pl.when(is_unreviewed).then(pl.lit("closed_unreviewed")).otherwise("ending").alias("ending")
    )["ending"]
    endings = ("reviewed", "closed_unreviewed")
    return duration_curves(aalen_johansen(rows["waited_hours"], ending, endings=endings))


def _followed_in(ready: pl.DataFrame, window: Window, as_of: datetime) -> pl.DataFrame:
    """Of ``firsts.followed_pulls`` those that became ready in the window while they were open."""
    is_ready = window.has("ready_at") & (pl.col("ready_at") <= literal(as_of))
    return ready.filter(is_ready & pl.col("is_followed")).sort(ITEM)


def _reviews_waited_for(reviewed: pl.DataFrame, window: Window, as_of: datetime) -> pl.DataFrame:
    now = literal(as_of)
    merged_at = _until("merged_at", now)
    closed_at = pl.min_horizontal(_until("first_closed_at", now), merged_at)
    is_in_time = (pl.col("reviewed_at") <= closed_at).fill_null(True)
    is_reviewed = (pl.col("reviewed_at") <= now) & is_in_time
    ending = (
        pl.when(is_reviewed)
        .then(pl.lit("reviewed"))
        .when(closed_at.is_null())
        .then(None)
        .when(merged_at <= closed_at + _SAME_CLOSE)
        .then(pl.lit("merged_unreviewed"))
        .otherwise(pl.lit("closed_unreviewed"))
    )
    ended_at = pl.when(is_reviewed).then("reviewed_at").otherwise(closed_at)
    return _waits(_followed_in(reviewed, window, as_of), ending, ended_at, as_of)


def _durations(
    ready: pl.DataFrame, spells: pl.DataFrame, window: Window, as_of: datetime
) -> pl.DataFrame:
    followed = _followed_in(ready, window, as_of)
    merged_at = _until("merged_at", literal(as_of))
    ending = (
        pl.when(merged_at.is_not_null())
        .then(pl.lit("merged"))
        .when(pl.col("standing_closed_at").is_not_null())
        .then(pl.lit("closed_unmerged"))
    )
    ended_at = pl.coalesce(merged_at, "standing_closed_at")
    standing = with_standing_close(followed, spells, "pull_request", as_of=as_of)
    return _waits(standing, ending, ended_at, as_of)


def _until(at: str, now: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(at) <= now).then(at)


def _endless(pull_requests: pl.DataFrame, spells: pl.DataFrame) -> pl.LazyFrame:
    """The pull requests closed unmerged at a moment nobody knows."""
    is_endless = (pl.col("kind") == "pull_request") & ~pl.col("is_end_known")
    return (
        pull_requests.lazy()
        .filter(pl.col("merged_at").is_null())
        .join(spells.lazy().filter(is_endless), on=ITEM, how="semi")
    )


def _waits(rows: pl.DataFrame, ending: pl.Expr, ended_at: pl.Expr, as_of: datetime) -> pl.DataFrame:
    until = pl.max_horizontal("ready_at", ended_at.fill_null(literal(as_of)))
    return rows.select(
        *ITEM,
        "title",
        "url",
        "ready_at",
        ended_at.alias("ended_at"),
        hours_between("ready_at", until).alias("waited_hours"),
        ending.alias("ending"),
        ending.is_null().alias("is_censored"),
    )


def _left_out(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    pulls = ready_in(
        view["pull_requests"], view["draft_changes"], window=view.window, as_of=view.as_of
    )
    now = literal(view.as_of)
    is_opened = view.window.has("opened_at") & (pl.col("opened_at") <= now)
    unmeasured = pulls.filter(view.window.has("ready_at")).join(rows, on=ITEM, how="anti")
    endless = _endless(unmeasured, view["spells"]).collect()
    return pl.concat(
        [
            left_out(
                pulls.filter(is_opened & pl.col("ready_at").is_null()),
                "a draft that was not ready for review yet",
            ),
            left_out(endless, "closed at a moment nobody knows"),
            left_out(
                unmeasured.join(endless, on=ITEM, how="anti"), "closed before it was marked ready"
            ),
        ]
    )
