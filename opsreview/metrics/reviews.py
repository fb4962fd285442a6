"""How long pull requests wait for a review, how long they take, and who reviews."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from polars.lazyframe.group_by import LazyGroupBy

from opsreview.estimate import Estimate
from opsreview.metrics.intervals import count, share
from opsreview.metrics.survival import aalen_johansen, median_with_rivals
from opsreview.metrics.view import ITEM, Measured, View, duration_curves, hours_between, left_out
from opsreview.window import Window, literal

_NONE_READY = "no pull request became ready for review in the window"


def ready_for_review(
    pull_requests: pl.DataFrame, events: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """When each pull request first asked for a review: opened, or its draft marked ready.

    A pull request whose first draft event is ``ready_for_review`` was opened as a draft. One that
    is a draft and has no such event has not been ready yet: ready_at is null.

    Returns:
        The pull requests with ready_at.
    """
    is_draft_event = pl.col("event").is_in(["ready_for_review", "convert_to_draft"])
    first = (
        events.lazy()
        .filter(is_draft_event & (pl.col("created_at") <= literal(as_of)))
        .sort("created_at", "event_id")
        .group_by(ITEM, maintain_order=True)
        .agg(first_event=pl.col("event").first(), first_event_at=pl.col("created_at").first())
    )
    was_draft = pl.col("first_event") == "ready_for_review"
    is_draft_still = pl.col("first_event").is_null() & pl.col("is_draft").fill_null(False)
    ready_at = pl.when(was_draft).then("first_event_at").when(~is_draft_still).then("opened_at")
    return (
        pull_requests.lazy()
        .join(first, on=ITEM, how="left")
        .with_columns(ready_at=ready_at)
        .drop("first_event", "first_event_at")
        .collect()
    )


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
    are no first review. Time back in draft after that is not taken out.

    Args:
        pull_requests: PULL_REQUESTS with ready_at (``ready_for_review``).
        reviews: REVIEWS.
        spells: ``history.open_spells``.
        window: Pull requests that became ready in it are measured.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per pull request: repo, number, title, url, ready_at, waited_hours, ending
        (``reviewed``, ``merged_unreviewed``, ``closed_unreviewed``; null while waiting),
        is_censored.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-time-to-first-response/ for change requests.
    """
    ready = _ready_in(pull_requests, window, as_of)
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
        .when(pl.col("is_merged"))
        .then(pl.lit("merged_unreviewed"))
        .otherwise(pl.lit("closed_unreviewed"))
    )
    first_closes = _closes_since(ready, spells, as_of).agg(closed_at=pl.col("end_at").min())
    joined = ready.join(reviewed, on=ITEM, how="left").join(first_closes, on=ITEM, how="left")
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
        One row per pull request: repo, number, title, url, ready_at, waited_hours, ending
        (``merged``, ``closed_unmerged``; null while open), is_censored.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-change-request-duration/
    """
    ready = _ready_in(pull_requests, window, as_of)
    last_closes = _closes_since(ready, spells, as_of).agg(closed_at=pl.col("end_at").max())
    ending = (
        pl.when("is_merged")
        .then(pl.lit("merged"))
        .when(pl.col("closed_at").is_not_null())
        .then(pl.lit("closed_unmerged"))
    )
    ended_at = pl.when("is_merged").then("merged_at").otherwise("closed_at")
    return _waits(ready.join(last_closes, on=ITEM, how="left"), ending, ended_at, as_of)


def review_load(
    pull_requests: pl.DataFrame, reviews: pl.DataFrame, *, window: Window
) -> pl.DataFrame:
    """Reviews submitted in the window by people, on pull requests of others.

    Returns:
        One row per review: repo, number, review_id, person, submitted_at.

    Source:
        cncf/devstats, reviewers; https://github.com/cncf/devstats
    """
    authors = pull_requests.lazy().select(*ITEM, opener_id="author_id")
    is_other = (pl.col("author_id") != pl.col("opener_id")).fill_null(True)
    is_counted = (pl.col("author_kind") == "human") & (pl.col("state") != "pending")
    return (
        reviews.lazy()
        .filter(window.has("submitted_at") & is_counted)
        .join(authors, on=ITEM)
        .filter(is_other)
        .select(*ITEM, "review_id", "submitted_at", person="author_id")
        .sort(*ITEM, "review_id")
        .collect()
    )


def first_review_measured(view: View) -> Measured:
    """The registry's way in."""
    pulls = ready_for_review(view["pull_requests"], view["events"], as_of=view.as_of)
    rows = time_to_first_review(
        pulls, view["reviews"], view["spells"], window=view.window, as_of=view.as_of
    )
    estimate = median_with_rivals(
        rows["waited_hours"], rows["ending"], "reviewed", reason=_NONE_READY
    )
    return Measured(
        rows, [estimate], lambda: [_review_curves(rows)], lambda: _drafts(pulls, view.window)
    )


def duration_measured(view: View) -> Measured:
    """The registry's way in."""
    pulls = ready_for_review(view["pull_requests"], view["events"], as_of=view.as_of)
    rows = change_request_duration(pulls, view["spells"], window=view.window, as_of=view.as_of)
    estimate = median_with_rivals(
        rows["waited_hours"], rows["ending"], "merged", reason=_NONE_READY
    )
    waits = (rows["waited_hours"], rows["ending"])
    return Measured(
        rows,
        [estimate],
        lambda: [duration_curves(aalen_johansen(*waits, endings=("merged", "closed_unmerged")))],
        lambda: _drafts(pulls, view.window),
    )


def load_measured(view: View) -> Measured:
    """The registry's way in: how many reviews, each person's share, and the busiest one's."""
    window = view.seen or Window(view.window.start_at, view.window.start_at)
    rows = review_load(view["pull_requests"], view["reviews"], window=window)
    per_person = rows["person"].value_counts().sort("count", "person", descending=[True, False])
    estimates = [count(rows.height), _top_share(per_person, rows.height)]
    for person, found in per_person.iter_rows():
        group = f"person:{person}"
        estimates.append(count(found).of(group))
        estimates.append(share(found, rows.height).of(group))
    return Measured(rows, estimates)


def _top_share(per_person: pl.DataFrame, total: int) -> Estimate:
    top = int(per_person["count"][0]) if total else 0
    reason = "no review was submitted in the window"
    return share(top, total, statistic="top_share", reason=reason)


def _review_curves(rows: pl.DataFrame) -> pl.DataFrame:
    is_unreviewed = pl.col("ending").str.ends_with("_unreviewed")
    ending = rows.select(
        pl.when(is_unreviewed).then(pl.lit("closed_unreviewed")).otherwise("ending").alias("ending")
    )["ending"]
    endings = ("reviewed", "closed_unreviewed")
    return duration_curves(aalen_johansen(rows["waited_hours"], ending, endings=endings))


def _ready_in(pull_requests: pl.DataFrame, window: Window, as_of: datetime) -> pl.LazyFrame:
    now = literal(as_of)
    return (
        pull_requests.lazy()
        .filter(window.has("ready_at") & (pl.col("ready_at") <= now))
        .with_columns(is_merged=(pl.col("merged_at") <= now).fill_null(False))
        .select(*ITEM, "title", "url", "author_id", "ready_at", "merged_at", "is_merged")
    )


def _closes_since(ready: pl.LazyFrame, spells: pl.DataFrame, as_of: datetime) -> LazyGroupBy:
    """The closes of each pull request from when it was ready."""
    return (
        spells.lazy()
        .filter(pl.col("kind") == "pull_request")
        .join(ready.select(*ITEM, "ready_at"), on=ITEM)
        .filter(pl.col("end_at").is_between("ready_at", literal(as_of)))
        .group_by(ITEM)
    )


def _waits(rows: pl.LazyFrame, ending: pl.Expr, ended_at: pl.Expr, as_of: datetime) -> pl.DataFrame:
    waited_hours = hours_between("ready_at", ended_at.fill_null(literal(as_of)))
    return (
        rows.with_columns(ending=ending, waited_hours=waited_hours)
        .with_columns(is_censored=pl.col("ending").is_null())
        .select(*ITEM, "title", "url", "ready_at", "waited_hours", "ending", "is_censored")
        .sort(ITEM)
        .collect()
    )


def _drafts(pulls: pl.DataFrame, window: Window) -> pl.DataFrame:
    return left_out(
        pulls.filter(window.has("opened_at") & pl.col("ready_at").is_null()),
        "a draft that was not ready for review yet",
    )
