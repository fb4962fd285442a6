"""How long pull requests wait for a review, how long they take, and who reviews."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, share
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
_NONE_READY = "no pull request became ready for review in the window"


def ready_for_review(
    pull_requests: pl.DataFrame, events: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """When each pull request first asked for a review: opened, or its draft marked ready.

    A pull request whose first draft event is ``ready_for_review`` was opened as a draft. One that
    is a draft and has no such event, or has it after ``as_of``, has not been ready yet: ready_at is
    null. Later events tell how a pull request was opened; today's ``is_draft`` alone would not.

    Returns:
        The pull requests with ready_at.
    """
    first = (
        events.lazy()
        .filter(pl.col("event").is_in(["ready_for_review", "convert_to_draft"]))
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
        .with_columns(pl.when(pl.col("ready_at") <= literal(as_of)).then("ready_at"))
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
    are no first review. Time back in draft after that is not taken out. Left out is what was
    closed at a moment nobody knows, or before it was marked ready.

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
        One row per pull request: repo, number, title, url, ready_at, waited_hours, ending
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
        rows, [estimate], lambda: [_review_curves(rows)], lambda: _left_out(pulls, rows, view)
    )


def first_review_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The median wait for a review over rows of ``time_to_first_review``."""
    waits = (rows["waited_hours"], rows["ending"])
    return [median_with_rivals(*waits, "reviewed", reason=_NONE_READY)]


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
        lambda: _left_out(pulls, rows, view),
    )


def load_measured(view: View) -> Measured:
    """The registry's way in: how many reviews, each person's share, and the busiest one's."""
    if view.seen is None:
        reason = "the window has not begun"
        missing = [("count", "count"), ("top_share", "share")]
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in missing])
    rows = review_load(view["pull_requests"], view["reviews"], window=view.seen)
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
        rows.with_columns(ending=ending, waited_hours=waited_hours)
        .with_columns(is_censored=pl.col("ending").is_null())
        .select(*ITEM, "title", "url", "ready_at", "waited_hours", "ending", "is_censored")
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
