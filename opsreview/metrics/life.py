"""Where the time of what was finished went: an item's life, split into phases that add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import median_of_values
from opsreview.metrics.released import change_lead_time
from opsreview.metrics.survival import median_to_end
from opsreview.metrics.turning import marks
from opsreview.metrics.view import ITEM, Measured, View, left_out, read_once
from opsreview.window import Window, literal

PHASES = ("queue", "waiting_on_us", "waiting_on_author", "in_review", "unreleased")
KINDS = ("issue", "pull_request")
_WHOSE = [*ITEM, "kind", "title", "url"]
_NO_WAITS = {
    "repo": pl.String,
    "number": pl.Int64,
    "waited_hours": pl.Float64,
    "is_censored": pl.Boolean,
}
_NOTHING_ENDED = "nothing was closed or merged in the window"


def finished_items(
    issues: pl.DataFrame,
    pull_requests: pl.DataFrame,
    spells: pl.DataFrame,
    *,
    window: Window,
    as_of: datetime,
) -> pl.LazyFrame:
    """What was closed or merged in the window and is still closed at ``as_of``.

    Returns:
        One row per item: repo, number, kind, title, url, opened_at, closed_at (the last close),
        author_id, author_kind, is_draft.
    """
    began = spells.lazy().filter(pl.col("start_at") <= literal(as_of))
    closed_in_time = window.has("closed_at") & (pl.col("closed_at") <= literal(as_of))
    known = (
        began.join(began.filter(window.has("end_at")), on=[*ITEM, "kind"], how="semi")
        .group_by(*ITEM, "kind")
        .agg(closed_at=pl.col("end_at").sort_by("spell").last())
        .filter(closed_in_time)
    )
    shared = [*ITEM, "title", "url", "opened_at", "author_id", "author_kind"]
    items = pl.concat(
        [
            issues.lazy().select(*shared, kind=pl.lit("issue"), is_draft=pl.lit(False)),
            pull_requests.lazy().select(*shared, "is_draft", kind=pl.lit("pull_request")),
        ],
        how="diagonal",
    )
    return items.join(known, on=[*ITEM, "kind"])


def item_life(
    items: pl.DataFrame,
    comments: pl.DataFrame,
    reviews: pl.DataFrame,
    events: pl.DataFrame,
    spells: pl.DataFrame,
    *,
    unreleased: pl.DataFrame,
) -> pl.DataFrame:
    """Hours that each finished item spent in each phase, while it was open and no draft. Ours.

    Every moment is in one phase, so the phases add up to the item's life:

    - ``queue``: nobody but its author has touched it (a word, a review, a label, any act);
    - ``waiting_on_author``: the last word is the team's and not the author's own. Approving a pull
      request hands nothing back to its author; where nothing says who is in the team, anybody's
      word but the author's counts;
    - ``in_review``: a pull request that somebody has reviewed and that does not wait on its
      author;
    - ``waiting_on_us``: the rest: the last word is the author's or from outside the team;
    - ``unreleased``: from the merge to the first stable release after it, or until ``as_of``.

    An author also hands it back by asking for a review, marking it ready, or forcing a push.

    Args:
        items: ``finished_items`` whose authors are known.
        comments: COMMENTS.
        reviews: REVIEWS.
        events: EVENTS.
        spells: ``history.open_spells``.
        unreleased: Rows of ``change_lead_time`` of the items merged where releases are known.

    Returns:
        A row per item and phase it can have, 0 hours included: repo, number, kind, title, url,
        phase, hours, is_censored (not yet released at ``as_of``).
    """
    spent = (
        marks(items.lazy(), comments, reviews, events, spells)
        .filter("is_open")
        .group_by(*ITEM, "phase")
        .agg(pl.col("hours").sum())
    )
    grid = items.lazy().select(_WHOSE).join(_phases_by_kind(), on="kind")
    before_merge = grid.join(spent, on=[*ITEM, "phase"], how="left").with_columns(
        pl.col("hours").fill_null(0.0), is_censored=pl.lit(False)
    )
    after_merge = (
        items.lazy()
        .filter(pl.col("kind") == "pull_request")
        .select(_WHOSE)
        .join(unreleased.lazy().select(*ITEM, "is_censored", hours="waited_hours"), on=ITEM)
        .select(*_WHOSE, "hours", "is_censored", phase=pl.lit("unreleased"))
    )
    columns = [*_WHOSE, "phase", "hours", "is_censored"]
    stacked = pl.concat([before_merge.select(columns), after_merge.select(columns)]).collect()
    return stacked.cast({"phase": pl.Enum(PHASES)}).sort(*ITEM, "phase").cast({"phase": pl.String})


def life_measured(view: View) -> Measured:
    """The registry's way in."""
    found = read_once(
        finished_items(
            view["issues"],
            view["pull_requests"],
            view["spells"],
            window=view.window,
            as_of=view.as_of,
        )
    ).collect()
    has_reviews = view.covered(("reviews",), view.window).window is not None
    out = _left_out(found, has_reviews=has_reviews)
    items = found.join(out.select("repo", number=pl.col("key").cast(pl.Int64)), on=ITEM, how="anti")
    if items.is_empty():
        return _nothing(found, out)
    may_be_theirs = pl.col("number").is_in(items["number"].unique().implode())
    happened = (
        view[table].filter(may_be_theirs) for table in ("comments", "reviews", "events", "spells")
    )
    lived = item_life(items, *happened, unreleased=_unreleased(view, items))
    has_time = pl.col("hours").sum().over(ITEM) > 0
    rows = lived.filter(has_time)
    timeless = left_out(items.join(rows, on=ITEM, how="anti"), "no time open and ready for review")
    out = pl.concat([out, timeless])
    if rows.is_empty():
        return _nothing(found, out)
    estimates = [*life_of(rows), *_by_kind(rows), *_by_phase(rows)]
    estimates[0] = replace(estimates[0], n_excluded=out.height)
    return Measured(rows, estimates, excluded=lambda: out)


def life_of(rows: pl.DataFrame) -> list[Estimate]:
    """The median life of the items that ``rows`` hold; what is not released yet is censored."""
    lives = rows.group_by(ITEM).agg(pl.sum("hours"), pl.col("is_censored").any()).sort(ITEM)
    return [median_to_end(lives["hours"], lives["is_censored"], reason=_NOTHING_ENDED)]


def _by_kind(rows: pl.DataFrame) -> list[Estimate]:
    of_kind = {kind: rows.filter(pl.col("kind") == kind) for kind in KINDS}
    return [
        estimate.of(f"kind:{kind}")
        for kind, found in of_kind.items()
        if found.height
        for estimate in life_of(found)
    ]


def _by_phase(rows: pl.DataFrame) -> list[Estimate]:
    """Each phase of all items, and of each kind: its median, and its share of all their time."""
    scopes = [("", rows), *((f"kind:{kind} ", rows.filter(kind=kind)) for kind in KINDS)]
    return [
        estimate.of(f"{scope}phase:{phase}")
        for scope, found in scopes
        for (phase,), spent in found.partition_by(
            "phase", as_dict=True, maintain_order=True
        ).items()
        for estimate in (_median_of(spent, str(phase)), _share_of(spent, found))
    ]


def _median_of(spent: pl.DataFrame, phase: str) -> Estimate:
    if phase == "unreleased":
        return median_to_end(spent["hours"], spent["is_censored"])
    return median_of_values(spent["hours"], unit="hours")


def _share_of(spent: pl.DataFrame, every: pl.DataFrame) -> Estimate:
    """A part of one sum of very unequal times: no interval of it would be honest."""
    is_running = int(spent["is_censored"].sum())
    return Estimate(
        "share",
        float(spent["hours"].sum()) / float(every["hours"].sum()),
        "share",
        spent.height,
        method="share of the summed time",
        n_censored=is_running,
        reason="what still waits for a release counts until now" if is_running else None,
    )


def _unreleased(view: View, items: pl.DataFrame) -> pl.DataFrame:
    """Their waits from merge to release; none where no release is known."""
    if view["releases"].is_empty():
        return pl.DataFrame(schema=_NO_WAITS)
    merged = view["pull_requests"].join(items, on=ITEM, how="semi")
    ever = Window(view.window.start_at - timedelta(days=36500), view.as_of)
    return change_lead_time(merged, view["releases"], window=ever, as_of=view.as_of)


def _phases_by_kind() -> pl.LazyFrame:
    pairs: Sequence[tuple[str, str]] = [
        *(("issue", phase) for phase in PHASES[:3]),
        *(("pull_request", phase) for phase in PHASES[:4]),
    ]
    return pl.LazyFrame(pairs, schema={"kind": pl.String, "phase": pl.String}, orient="row")


def _nothing(found: pl.DataFrame, out: pl.DataFrame) -> Measured:
    reason = _NOTHING_ENDED
    if out.height:
        reason = f"none of {found.height} items can be measured: {out['reason'][0]}"
    estimate = replace(not_measurable("median", "hours", reason), n_excluded=out.height)
    return Measured(pl.DataFrame(), [estimate], excluded=lambda: out)


def _left_out(found: pl.DataFrame, *, has_reviews: bool) -> pl.DataFrame:
    """What cannot be measured and why, as rows of ``excluded.parquet``."""
    reason = (
        pl.when(pl.col("author_kind").is_null())
        .then(pl.lit("the author is unknown"))
        .when((pl.col("kind") == "pull_request") & ~pl.lit(has_reviews))
        .then(pl.lit("no review is known of any pull request"))
    )
    key = pl.col("number").cast(pl.String)
    return found.sort(ITEM).select("repo", key=key, reason=reason).drop_nulls("reason")
