"""Whose turn it is on an item, from one thing that happened on it to the next."""

from __future__ import annotations

import polars as pl

from opsreview.metrics.view import ITEM, hours_between
from opsreview.metrics.work import PASSIVE

# With these an author hands a pull request back to the team without a word.
HANDED_BACK = ["review_requested", "ready_for_review", "head_ref_force_pushed"]
_DRAFT = ["ready_for_review", "convert_to_draft"]


def marks(
    items: pl.LazyFrame,
    comments: pl.DataFrame,
    reviews: pl.DataFrame,
    events: pl.DataFrame,
    spells: pl.DataFrame,
) -> pl.LazyFrame:
    """What happened on each item until its close, each with the phase that began with it. Ours.

    Args:
        items: repo, number, kind, opened_at, closed_at, author_id, is_draft.
        comments: COMMENTS.
        reviews: REVIEWS.
        events: EVENTS.
        spells: ``history.open_spells``.

    Returns:
        A row per mark, in order: repo, number, since_at, hours (to the next mark, or the close),
        phase (``queue``, ``waiting_on_author``, ``in_review``, ``waiting_on_us``), is_open
        (neither closed in between nor a draft).
    """
    whose = items.select(*ITEM, "kind", "opened_at", "closed_at", "author_id")
    happened = pl.concat(
        [
            _openings(items, events),
            _said(whose, comments),
            _reviewed(whose, reviews),
            _acts(whose, events),
            _closings(whose, spells),
        ],
        how="diagonal",
    )
    order = [*ITEM, "since_at", pl.col("key") != "", "at", "key"]  # the opening comes first
    until_at = pl.col("since_at").shift(-1).over(ITEM).fill_null(pl.col("closed_at"))
    return (
        happened.join(whose.select(*ITEM, "kind", "opened_at", "closed_at"), on=ITEM)
        .with_columns(since_at=pl.max_horizontal("at", "opened_at"))
        .filter(pl.col("since_at") <= pl.col("closed_at"))
        .sort(order)
        .with_columns(
            pl.col("is_touch", "is_review").fill_null(False).cast(pl.Int8).cum_max().over(ITEM),
            pl.col("is_on_author", "is_between", "is_draft").forward_fill().over(ITEM),
            hours=hours_between("since_at", until_at),
        )
        .select(
            *ITEM,
            "since_at",
            "hours",
            phase=_phase(),
            is_open=~pl.col("is_between").fill_null(False) & ~pl.col("is_draft").fill_null(False),
        )
    )


def _phase() -> pl.Expr:
    return (
        pl.when(pl.col("is_touch") == 0)
        .then(pl.lit("queue"))
        .when(pl.col("is_on_author").fill_null(False))
        .then(pl.lit("waiting_on_author"))
        .when(pl.col("is_review") == 1)
        .then(pl.lit("in_review"))
        .otherwise(pl.lit("waiting_on_us"))
    )


def _openings(items: pl.LazyFrame, events: pl.DataFrame) -> pl.LazyFrame:
    """The opening, and whether it was as a draft: told as ``reviews.ready_for_review`` does."""
    first = (
        events.lazy()
        .filter(pl.col("event").is_in(_DRAFT))
        .join(items, on=ITEM, how="semi")
        .sort("created_at", "event_id")
        .group_by(ITEM, maintain_order=True)
        .agg(first_event=pl.col("event").first())
    )
    was_draft = (pl.col("first_event") == "ready_for_review").fill_null(pl.col("is_draft"))
    return items.join(first, on=ITEM, how="left").select(
        *ITEM, at="opened_at", key=pl.lit(""), is_on_author=pl.lit(False), is_draft=was_draft
    )


def _said(whose: pl.LazyFrame, comments: pl.DataFrame) -> pl.LazyFrame:
    spoken = comments.lazy().filter(pl.col("author_kind") == "human")
    told = spoken.rename({"author_id": "speaker_id"}).join(whose, on=ITEM)
    return told.select(
        *ITEM,
        at="created_at",
        key="comment_id",
        is_touch=_is_other("speaker_id"),
        is_on_author=_is_reply("speaker_id", "author_is_team"),
    )


def _reviewed(whose: pl.LazyFrame, reviews: pl.DataFrame) -> pl.LazyFrame:
    given = reviews.lazy().filter(
        (pl.col("author_kind") == "human")
        & (pl.col("state") != "pending")
        & pl.col("submitted_at").is_not_null()
    )
    told = given.rename({"author_id": "speaker_id"}).join(whose, on=ITEM)
    is_approval = pl.col("state").str.to_lowercase() == "approved"
    return told.select(
        *ITEM,
        at="submitted_at",
        key="review_id",
        is_touch=_is_other("speaker_id"),
        is_review=_is_other("speaker_id"),
        is_on_author=_is_reply("speaker_id", "author_is_team") & ~is_approval,
    )


def _acts(whose: pl.LazyFrame, events: pl.DataFrame) -> pl.LazyFrame:
    """Labels and other acts: they touch an item, and some hand it back or begin or end a draft."""
    acted = events.lazy().filter(~pl.col("event").is_in(PASSIVE)).join(whose, on=ITEM)
    is_human = (pl.col("actor_kind") == "human").fill_null(False)
    is_handed_back = pl.col("event").is_in(HANDED_BACK) & ~_is_other("actor_id")
    is_pull_request = pl.col("kind") == "pull_request"
    return acted.select(
        *ITEM,
        at="created_at",
        key="event_id",
        is_touch=is_human & _is_other("actor_id"),
        is_on_author=pl.when(is_human & is_handed_back).then(False),
        is_draft=pl.when(pl.col("event").is_in(_DRAFT) & is_pull_request).then(
            pl.col("event") == "convert_to_draft"
        ),
    )


def _closings(whose: pl.LazyFrame, spells: pl.DataFrame) -> pl.LazyFrame:
    held = spells.lazy().join(whose, on=ITEM, how="semi")
    ends = held.filter(pl.col("end_at").is_not_null())
    starts = held.filter(pl.col("spell") > 0)
    return pl.concat(
        [
            ends.select(*ITEM, "spell", at="end_at", is_between=pl.lit(True)),
            starts.select(*ITEM, "spell", at="start_at", is_between=pl.lit(False)),
        ]
    ).select(*ITEM, "at", "is_between", key=pl.format("{}-{}", "spell", "is_between"))


def _is_other(actor: str) -> pl.Expr:
    return (pl.col(actor) != pl.col("author_id")).fill_null(True)


def _is_reply(speaker: str, is_team: str) -> pl.Expr:
    return _is_other(speaker) & pl.col(is_team).fill_null(True)
