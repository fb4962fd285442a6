"""How pull requests came to be decided: merged or not, by whom, reviewed and approved or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.acts import with_mergers
from opsreview.metrics.intervals import share
from opsreview.metrics.view import ITEM, Measured, View, left_out, read_once
from opsreview.window import Window, literal

_SAME_MOMENT = timedelta(minutes=1)
_DESCRIBED = (*ITEM, "title", "url")
_BY_BOT = "proposed by a bot"
_UNKNOWN_AUTHOR = "the author is unknown"
_ENDLESS = "closed at a moment nobody knows"
_NONE_MERGED = "no pull request of a person was merged in the window"


def merges(
    pull_requests: pl.DataFrame, reviews: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Each merge in the window of what a person proposed, and its approvals by others before it.

    An approval that was dismissed is none; one person approves once. Bots' pull requests are left
    out, and so are bots' approvals.

    Args:
        pull_requests: PULL_REQUESTS.
        reviews: REVIEWS; may be empty.
        window: Pull requests merged in it.
        as_of: Merges after it did not happen.

    Returns:
        One row per merge: repo, number, title, url, merged_at, is_self_merged (null: nobody knows
        who merged it), approval_count.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-self-merge-rates/
    """
    merged = (
        pull_requests.lazy()
        .filter(window.has("merged_at") & (pl.col("merged_at") <= literal(as_of)))
        .filter(pl.col("author_kind") == "human")
        .select(
            *ITEM,
            "title",
            "url",
            "merged_at",
            "author_id",
            is_self_merged=pl.col("merged_by_id") == pl.col("author_id"),
        )
    )
    is_approval = (pl.col("state").str.to_lowercase() == "approved") & (
        pl.col("author_kind") == "human"
    )
    is_before = pl.col("submitted_at") <= pl.col("merged_at") + _SAME_MOMENT
    approvals = (
        reviews.lazy()
        .filter(is_approval)
        .select(*ITEM, "submitted_at", approver_id="author_id")
        .join(merged, on=ITEM)
        .filter(is_before & (pl.col("approver_id") != pl.col("author_id")))
        .group_by(ITEM)
        .agg(approval_count=pl.col("approver_id").n_unique().cast(pl.Int64))
    )
    return (
        merged.join(approvals, on=ITEM, how="left")
        .with_columns(pl.col("approval_count").fill_null(0))
        .drop("author_id")
        .sort("merged_at", *ITEM)
        .collect()
    )


def change_requests_decided(
    pull_requests: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Each pull request that was merged, or closed for good as far as ``as_of`` knows.

    One that was reopened since is undecided. Those closed unmerged at a moment nobody knows are not
    among them.

    Args:
        pull_requests: PULL_REQUESTS.
        spells: ``history.open_spells``.
        window: Decisions in it count.
        as_of: What happened after it did not.

    Returns:
        One row per pull request: repo, number, title, url, author_kind, decided_at, is_merged.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-change-request-acceptance-ratio/
    """
    now = literal(as_of)
    of_pulls = spells.lazy().filter(pl.col("kind") == "pull_request")
    closed = of_pulls.filter(window.has("end_at") & (pl.col("end_at") <= now))
    merged = pull_requests.lazy().filter(window.has("merged_at"))
    candidates = read_once(pl.concat([closed.select(ITEM), merged.select(ITEM)]).unique())
    standing = (
        of_pulls.join(candidates, on=ITEM, how="semi")
        .filter(pl.col("start_at") <= now)
        .group_by(ITEM)
        .agg(closed_at=pl.col("end_at").sort_by("spell").last())
    )
    merged_at = pl.when(pl.col("merged_at") <= now).then("merged_at")
    closed_at = pl.when(pl.col("closed_at") <= now).then("closed_at")
    return (
        pull_requests.lazy()
        .select(*_DESCRIBED, "author_kind", "merged_at")
        .join(candidates, on=ITEM, how="semi")
        .join(standing, on=ITEM, how="left")
        .with_columns(
            decided_at=pl.coalesce(merged_at, closed_at), is_merged=merged_at.is_not_null()
        )
        .filter(window.has("decided_at"))
        .select(*_DESCRIBED, "author_kind", "decided_at", "is_merged")
        .sort("decided_at", *ITEM)
        .collect()
    )


def unreviewed_merges(
    pull_requests: pl.DataFrame, reviews: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Each merge in the window, and whether nobody else had submitted a review before it. Ours.

    A comment is no review, and a bot's review is none.

    Args:
        pull_requests: PULL_REQUESTS.
        reviews: REVIEWS.
        window: Pull requests merged in it.
        as_of: Merges after it did not happen.

    Returns:
        One row per merge: repo, number, title, url, author_kind, merged_at, is_unreviewed.
    """
    merged = read_once(_merged_in(pull_requests.lazy(), window, as_of))
    is_anothers = (pl.col("author_id") != pl.col("opener_id")).fill_null(True)
    reviewed = (
        reviews.lazy()
        .filter((pl.col("author_kind") == "human") & (pl.col("state") != "pending"))
        .join(merged.select(*ITEM, "merged_at", opener_id="author_id"), on=ITEM)
        .filter(is_anothers & (pl.col("submitted_at") <= pl.col("merged_at") + _SAME_MOMENT))
        .select(*ITEM, is_unreviewed=False)
        .unique()
    )
    return (
        merged.join(reviewed, on=ITEM, how="left")
        .with_columns(pl.col("is_unreviewed").fill_null(True))
        .select(*_DESCRIBED, "author_kind", "merged_at", "is_unreviewed")
        .sort("merged_at", *ITEM)
        .collect()
    )


def self_merges(
    pull_requests: pl.DataFrame, events: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Each merge in the window, and whether its own author did it.

    ``is_self_merged`` is null where nobody knows who merged, or a bot did: at whose word it did so
    is not known. Where only an event says who merged, that event's actor did.

    Args:
        pull_requests: PULL_REQUESTS.
        events: EVENTS; may be empty.
        window: Pull requests merged in it.
        as_of: Merges after it did not happen.

    Returns:
        One row per merge: repo, number, title, url, author_kind, merged_at, merged_by_kind,
        is_self_merged.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-self-merge-rates/
    """
    merged = _merged_in(pull_requests.lazy(), window, as_of).collect()
    by_whom = with_mergers(merged, events)
    is_human = pl.col("merged_by_kind") == "human"
    is_own = pl.col("merged_by_id") == pl.col("author_id")
    return (
        by_whom.with_columns(is_self_merged=pl.when(is_human).then(is_own))
        .select(*_DESCRIBED, "author_kind", "merged_at", "merged_by_kind", "is_self_merged")
        .sort("merged_at", *ITEM)
        .collect()
    )


def acceptance_measured(view: View) -> Measured:
    """The registry's way in: what people proposed."""
    decided = change_requests_decided(
        view["pull_requests"], view["spells"], window=view.window, as_of=view.as_of
    )
    rows, excluded = _of_people(decided)
    endless = _endless(view)
    if endless.height:
        excluded = pl.concat([excluded, left_out(endless, _ENDLESS)])
    if endless.height and not _has_known_unmerged_close(view):
        estimates = [not_measurable("share", "share", f"what was not merged was {_ENDLESS}")]
    else:
        estimates = acceptance_estimates(rows)
    return _measured(rows, estimates, excluded)


def acceptance_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """The merged among the decided."""
    reason = "no pull request of a person was merged or closed in the window"
    return [share(int(rows["is_merged"].sum()), rows.height, reason=reason)]


def unreviewed_measured(view: View) -> Measured:
    """The registry's way in: what people proposed."""
    merged = unreviewed_merges(
        view["pull_requests"], view["reviews"], window=view.window, as_of=view.as_of
    )
    rows, excluded = _of_people(merged)
    return _measured(rows, unreviewed_estimates(rows), excluded)


def unreviewed_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """The unreviewed among the merged."""
    return [share(int(rows["is_unreviewed"].sum()), rows.height, reason=_NONE_MERGED)]


def self_merge_measured(view: View) -> Measured:
    """The registry's way in: what people proposed, where a person is known to have merged it."""
    merged = self_merges(
        view["pull_requests"], view["events"], window=view.window, as_of=view.as_of
    )
    why_unknown = (
        pl.when(pl.col("merged_by_kind") == "bot")
        .then(pl.lit("merged by a bot"))
        .when(pl.col("is_self_merged").is_null())
        .then(pl.lit("nobody knows who merged it, or who proposed it"))
    )
    rows, excluded = _of_people(merged, why_unknown)
    unknown_count = excluded.filter(pl.col("reason") != _BY_BOT).height
    if rows.is_empty() and unknown_count:
        reason = f"nobody knows who merged {unknown_count} of people's pull requests"
        return _measured(rows, [not_measurable("share", "share", reason)], excluded)
    return _measured(rows, self_merge_estimates(rows), excluded)


def self_merge_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """Those merged by their own author among the merged."""
    return [share(int(rows["is_self_merged"].sum()), rows.height, reason=_NONE_MERGED)]


def _merged_in(pull_requests: pl.LazyFrame, window: Window, as_of: datetime) -> pl.LazyFrame:
    return pull_requests.filter(window.has("merged_at") & (pl.col("merged_at") <= literal(as_of)))


def _of_people(
    rows: pl.DataFrame, why_unknown: pl.Expr | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of what people proposed, and the others as left out; a deleted account was one's."""
    reason = (
        pl.when(pl.col("author_kind") == "bot")
        .then(pl.lit(_BY_BOT))
        .when(pl.col("author_kind").is_null())
        .then(pl.lit(_UNKNOWN_AUTHOR))
        .otherwise(pl.lit(None, pl.String) if why_unknown is None else why_unknown)
    )
    told = rows.with_columns(reason=reason)
    key = pl.col("number").cast(pl.String)
    excluded = told.filter(pl.col("reason").is_not_null()).select("repo", "reason", key=key)
    kept = told.filter(pl.col("reason").is_null()).drop("author_kind", "reason")
    return kept, excluded.select("repo", "key", "reason")


def _endless(view: View) -> pl.DataFrame:
    """Pull requests of people that were closed unmerged at a moment nobody knows."""
    is_endless = (pl.col("kind") == "pull_request") & ~pl.col("is_end_known")
    endless = view["spells"].filter(is_endless)
    if endless.is_empty():
        return view["pull_requests"].clear()
    is_known = pl.col("merged_at").is_null() & (pl.col("author_kind") != "bot").fill_null(True)
    is_opened = pl.col("opened_at") <= literal(min(view.as_of, view.window.end_at))
    return view["pull_requests"].filter(is_known & is_opened).join(endless, on=ITEM, how="semi")


def _has_known_unmerged_close(view: View) -> bool:
    unmerged = view["pull_requests"].filter(pl.col("merged_at").is_null())
    is_closed = (pl.col("kind") == "pull_request") & (pl.col("end_at") <= literal(view.as_of))
    return not unmerged.join(view["spells"].filter(is_closed), on=ITEM, how="semi").is_empty()


def _measured(rows: pl.DataFrame, estimates: list[Estimate], excluded: pl.DataFrame) -> Measured:
    counted = [replace(estimate, n_excluded=excluded.height) for estimate in estimates]
    return Measured(rows, counted, excluded=lambda: excluded)
