"""How long pull requests wait for a review, how long they take, and who reviews."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics import acts
from opsreview.metrics.acting import per_person, top_share
from opsreview.metrics.drafts import ready_in, without_drafts
from opsreview.metrics.intervals import count, median_of_values, share
from opsreview.metrics.survival import aalen_johansen, median_with_rivals
from opsreview.metrics.view import (
    ITEM,
    Measured,
    View,
    duration_curves,
    hours_between,
    left_out,
    read_once,
)
from opsreview.window import Window, literal

_SAME_CLOSE = timedelta(minutes=1)  # a merge and its close are written down a moment apart
_DESCRIBED = (*ITEM, "title", "url")
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
    ready = read_once(_ready_in(pull_requests, spells, window, as_of))
    is_other = (pl.col("author_id") != pl.col("opener_id")).fill_null(True)
    is_submitted = pl.col("submitted_at").is_between("ready_at", literal(as_of))
    reviewed = (
        reviews.lazy()
        .filter((pl.col("author_kind") == "human") & (pl.col("state") != "pending"))
        .join(ready.select(*ITEM, "ready_at", opener_id="author_id"), on=ITEM)
        .filter(is_other & is_submitted)
        .group_by(ITEM)
        .agg(reviewed_at=pl.col("submitted_at").min())
    )
    is_reviewed = (pl.col("reviewed_at") <= pl.col("closed_at")).fill_null(
        pl.col("reviewed_at").is_not_null()
    )
    ended_at = pl.when(is_reviewed).then("reviewed_at").otherwise("closed_at")
    ending = (
        pl.when(is_reviewed)
        .then(pl.lit("reviewed"))
        .when(pl.col("closed_at").is_null())
        .then(None)
        .when(pl.col("merged_at") <= pl.col("closed_at") + _SAME_CLOSE)
        .then(pl.lit("merged_unreviewed"))
        .otherwise(pl.lit("closed_unreviewed"))
    )
    joined = (
        ready.join(reviewed, on=ITEM, how="left")
        .join(_first_closes(ready, spells, as_of), on=ITEM, how="left")
        .with_columns(closed_at=pl.min_horizontal("closed_at", "merged_at"))
    )
    return _waits(joined, ending, ended_at, as_of)


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
    ready = read_once(_ready_in(pull_requests, spells, window, as_of))
    is_merged = pl.col("merged_at").is_not_null()
    ending = (
        pl.when(is_merged)
        .then(pl.lit("merged"))
        .when(pl.col("closed_at").is_not_null())
        .then(pl.lit("closed_unmerged"))
    )
    ended_at = pl.coalesce("merged_at", "closed_at")
    joined = ready.join(_standing_closes(ready, spells, as_of), on=ITEM, how="left")
    return _waits(joined, ending, ended_at, as_of)


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
    pulls = ready_in(view["pull_requests"], view["events"], window=view.window, as_of=view.as_of)
    waits = time_to_first_review(
        pulls, view["reviews"], view["spells"], window=view.window, as_of=view.as_of
    )
    rows = without_drafts(waits, view["events"], as_of=view.as_of)
    return Measured(
        rows,
        first_review_estimates(rows),
        lambda: [_review_curves(rows)],
        lambda: _left_out(pulls, rows, view),
    )


def first_review_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """The median of all, and what counting the reviewed only would have said."""
    return [_median(rows, "reviewed"), _naive_median(rows, "reviewed")]


def duration_measured(view: View) -> Measured:
    """The registry's way in: time in draft is out."""
    pulls = ready_in(view["pull_requests"], view["events"], window=view.window, as_of=view.as_of)
    waits = change_request_duration(pulls, view["spells"], window=view.window, as_of=view.as_of)
    rows = without_drafts(waits, view["events"], as_of=view.as_of)
    endings = ("merged", "closed_unmerged")
    return Measured(
        rows,
        duration_estimates(rows),
        lambda: [
            duration_curves(aalen_johansen(rows["waited_hours"], rows["ending"], endings=endings))
        ],
        lambda: _left_out(pulls, rows, view),
    )


def duration_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """The median of all, and what counting the merged only would have said."""
    return [_median(rows, "merged"), _naive_median(rows, "merged")]


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


def _median(rows: pl.DataFrame, main: str) -> Estimate:
    return median_with_rivals(rows["waited_hours"], rows["ending"], main, reason=_NONE_READY)


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


def _ready_in(
    pull_requests: pl.DataFrame, spells: pl.DataFrame, window: Window, as_of: datetime
) -> pl.LazyFrame:
    """Those that became ready in the window while they were open."""
    now = literal(as_of)
    ready = (
        pull_requests.lazy()
        .filter(window.has("ready_at") & (pl.col("ready_at") <= now))
        .join(_endless(pull_requests, spells).select(ITEM), on=ITEM, how="anti")
        .with_columns(pl.when(pl.col("merged_at") <= now).then("merged_at"))
        .select(*ITEM, "title", "url", "author_id", "ready_at", "merged_at")
    )
    is_over = (pl.col("end_at") < pl.col("ready_at")).fill_null(False)
    was_open = _spells_of(ready, spells).filter(
        (pl.col("start_at") <= pl.col("ready_at")) & ~is_over
    )
    return ready.join(was_open, on=ITEM, how="semi")


def _endless(pull_requests: pl.DataFrame, spells: pl.DataFrame) -> pl.LazyFrame:
    """The pull requests closed unmerged at a moment nobody knows."""
    is_endless = (pl.col("kind") == "pull_request") & ~pl.col("is_end_known")
    return (
        pull_requests.lazy()
        .filter(pl.col("merged_at").is_null())
        .join(spells.lazy().filter(is_endless), on=ITEM, how="semi")
    )


def _spells_of(ready: pl.LazyFrame, spells: pl.DataFrame) -> pl.LazyFrame:
    return (
        spells.lazy()
        .filter(pl.col("kind") == "pull_request")
        .join(ready.select(*ITEM, "ready_at"), on=ITEM)
    )


def _first_closes(ready: pl.LazyFrame, spells: pl.DataFrame, as_of: datetime) -> pl.LazyFrame:
    """When each pull request was first closed since it was ready, if ever."""
    return (
        _spells_of(ready, spells)
        .filter(pl.col("end_at").is_between("ready_at", literal(as_of)))
        .group_by(ITEM)
        .agg(closed_at=pl.col("end_at").min())
    )


def _standing_closes(ready: pl.LazyFrame, spells: pl.DataFrame, as_of: datetime) -> pl.LazyFrame:
    """When each pull request that is closed at ``as_of`` was last closed; null: it is open."""
    return (
        _spells_of(ready, spells)
        .filter(pl.col("start_at") <= literal(as_of))
        .with_columns(pl.when(pl.col("end_at") <= literal(as_of)).then("end_at"))
        .group_by(ITEM)
        .agg(closed_at=pl.col("end_at").sort_by("spell").last())
    )


def _waits(rows: pl.LazyFrame, ending: pl.Expr, ended_at: pl.Expr, as_of: datetime) -> pl.DataFrame:
    until = pl.max_horizontal("ready_at", ended_at.fill_null(literal(as_of)))
    waited_hours = hours_between("ready_at", until)
    return (
        rows.with_columns(ending=ending, ended_at=ended_at, waited_hours=waited_hours)
        .with_columns(is_censored=pl.col("ending").is_null())
        .select(
            *ITEM, "title", "url", "ready_at", "ended_at", "waited_hours", "ending", "is_censored"
        )
        .sort(ITEM)
        .collect()
    )


def _left_out(pulls: pl.DataFrame, rows: pl.DataFrame, view: View) -> pl.DataFrame:
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
