"""What was open, and how it was labelled, at any past moment: rebuilt from events."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from opsreview.window import literal

ITEM = ["repo", "number"]
# Within a second the ids tell the order; they are numbers, written as text.
IN_ORDER = ("created_at", pl.col("event_id").str.len_chars(), "event_id")


def open_spells(items: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Each stretch during which an item was open.

    Closes and reopenings come from events. A close that has no event is the item's last
    ``closed_at``, or the merge. An item that is closed at a moment nobody knows has
    ``is_end_known`` false.

    Args:
        items: ISSUES or PULL_REQUESTS.
        events: EVENTS; may be empty.

    Returns:
        One row per spell: repo, number, spell (0 is the first), start_at, end_at (null: still
        open), closer_id, closer_kind, closer_is_team (null: nobody knows who), is_end_known.
    """
    if "merged_at" in items.columns:
        items = items.with_columns(pl.coalesce("closed_at", "merged_at").alias("closed_at"))
    changes = _changes(items, events)
    order = pl.int_range(pl.len()).over(ITEM)
    closes = changes.filter(pl.col("event") == "closed").with_columns(spell=order)
    reopenings = changes.filter(pl.col("event") == "reopened").with_columns(spell=order + 1)
    starts = pl.concat(
        [
            items.select(*ITEM, spell=pl.lit(0, pl.Int64), start_at="opened_at"),
            reopenings.select(*ITEM, "spell", start_at="created_at"),
        ]
    )
    ends = closes.select(
        *ITEM,
        "spell",
        end_at="created_at",
        closer_id="actor_id",
        closer_kind="actor_kind",
        closer_is_team="actor_is_team",
    )
    spells = starts.join(ends, on=[*ITEM, "spell"], how="left")
    return _as_the_item_says(spells, items).sort(*ITEM, "spell")


def labels_at(items: pl.DataFrame, events: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """The labels each item bore at ``moment``: today's, with every later change undone.

    Returns:
        One row per item and label: repo, number, label.
    """
    return _with_changes_undone(items, events.filter(pl.col("created_at") > moment))


def labels_at_each(items: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The labels each item bore at its own ``seen_at``, as ``labels_at`` has them."""
    may_be_theirs = pl.col("number").is_in(items["number"].unique().implode())
    later = (
        events.lazy()
        .filter(pl.col("event").is_in(["labeled", "unlabeled"]) & may_be_theirs)
        .select(*ITEM, "label", "event", "created_at", "event_id")
        .join(items.lazy().select(*ITEM, "seen_at"), on=ITEM)
        .filter(pl.col("created_at") > pl.col("seen_at"))
    )
    return _with_changes_undone(items, later.collect())


def label_spells(items: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Each stretch during which an item bore a label: ``labels_at`` of every moment.

    Returns:
        One row per spell: repo, number, label, since_at (null: from the beginning; that moment
        belongs to it), until_at (null: it still does; that moment does not).
    """
    label = [*ITEM, "label"]
    changes = (
        events.lazy()
        .filter(pl.col("event").is_in(["labeled", "unlabeled"]))
        .join(items.lazy().select(ITEM), on=ITEM, how="semi")
        .select(*label, "event", "created_at", "event_id")
        .sort(*label, *IN_ORDER)
        .select(*label, "event", until_at="created_at")
    )
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in label)
    since_at = pl.when(is_same).then(pl.col("until_at").shift(1))
    ended = (
        changes.with_columns(since_at=since_at)
        .filter(pl.col("event") == "unlabeled")
        .select(*label, "since_at", "until_at")
    )
    today = items.lazy().select(*ITEM, label="labels").explode("label").drop_nulls("label")
    standing = today.join(
        changes.group_by(label).agg(since_at=pl.col("until_at").max()), on=label, how="left"
    ).with_columns(until_at=pl.lit(None, ended.collect_schema()["until_at"]))
    return pl.concat([ended, standing]).sort(label).collect()


def borne_at(spells: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """The labels borne at ``moment``, by ``label_spells``: repo, number, label."""
    at = literal(moment)
    is_begun = pl.col("since_at").is_null() | (pl.col("since_at") <= at)
    is_over = (pl.col("until_at") <= at).fill_null(False)
    return spells.filter(is_begun & ~is_over).select(*ITEM, "label")


def _with_changes_undone(items: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    undone = (
        later.lazy()
        .filter(pl.col("event").is_in(["labeled", "unlabeled"]))
        .sort(*IN_ORDER)
        .group_by(*ITEM, "label", maintain_order=True)
        .agg(was_there=pl.col("event").first() == "unlabeled")
        .collect()
    )
    # Few items changed since: the joins, dear where items are many, see those of their numbers.
    may_have_changed = pl.col("number").is_in(undone["number"].unique().implode())
    today = items.lazy().select(*ITEM, label="labels").explode("label").drop_nulls("label")
    kept = today.filter(may_have_changed).join(undone.lazy(), on=[*ITEM, "label"], how="anti")
    back = undone.lazy().filter("was_there").select(*ITEM, "label")
    known = items.lazy().select(ITEM).filter(may_have_changed)
    borne = [today.filter(~may_have_changed), kept, back.join(known, on=ITEM, how="semi")]
    return pl.concat(borne).sort(*ITEM, "label").collect()


def _changes(items: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Closed and reopened in turn, a row each, with closes that have no event put in.

    Of two closes in a row the first counts: an item's own ``closed_at`` may be a moment later
    than the event of the same close.
    """
    columns = [*ITEM, "event", "created_at", "actor_id", "actor_kind", "actor_is_team"]
    opened = items.select(*ITEM, "opened_at")
    recorded = (
        events.filter(pl.col("event").is_in(["closed", "reopened"]))
        .join(opened, on=ITEM)
        .filter(pl.col("created_at") >= pl.col("opened_at"))
        .sort(*IN_ORDER)
        .select(columns)
    )
    last_close = (
        recorded.filter(pl.col("event") == "closed")
        .group_by(ITEM)
        .agg(last_event_at=pl.col("created_at").max())
    )
    unrecorded = (
        items.filter(pl.col("closed_at").is_not_null())
        .join(last_close, on=ITEM, how="left")
        .filter(pl.col("last_event_at").is_null() | (pl.col("last_event_at") < pl.col("closed_at")))
        .select(
            *ITEM,
            event=pl.lit("closed"),
            created_at="closed_at",
            actor_id=pl.lit(None, pl.String),
            actor_kind=pl.lit(None, recorded.schema["actor_kind"]),
            actor_is_team=pl.lit(None, pl.Boolean),
        )
    )
    changes = pl.concat([recorded, unrecorded]).sort(*ITEM, "created_at", maintain_order=True)
    before = pl.col("event").shift(1, fill_value="reopened").over(ITEM)
    return changes.filter(pl.col("event") != before)


def _as_the_item_says(spells: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """The last spell made to agree with the item's state as the source last saw it."""
    is_last = pl.col("spell") == pl.col("spell").max().over(ITEM)
    is_open = pl.col("state") == "open"
    is_reopened_unseen = is_last & is_open
    ending = ["end_at", "closer_id", "closer_kind", "closer_is_team"]
    return (
        spells.join(items.select(*ITEM, "state"), on=ITEM)
        .with_columns(
            pl.when(~is_reopened_unseen).then(pl.col(ending)),
            is_end_known=~(is_last & ~is_open & pl.col("end_at").is_null()),
        )
        .drop("state")
    )
