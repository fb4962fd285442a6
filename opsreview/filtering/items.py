"""Which issues and pull requests a filter takes, as things stood at a moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import polars as pl

from opsreview.metrics.view import ITEM, Groups
from opsreview.metrics.work import PASSIVE, labels_borne
from opsreview.window import MOMENT, literal

Tables = Mapping[str, pl.DataFrame]
_ACTS = (
    ("issues", "author_id", "opened_at"),
    ("pull_requests", "author_id", "opened_at"),
    ("pull_requests", "merged_by_id", "merged_at"),
    ("comments", "author_id", "created_at"),
    ("reviews", "author_id", "submitted_at"),
    ("events", "actor_id", "created_at"),
)


def known_items(tables: Tables, *, as_of: datetime) -> pl.DataFrame:
    """The issues and pull requests opened until ``as_of``: repo, number."""
    return pl.concat(
        tables[name].filter(pl.col("opened_at") <= literal(as_of)).select(ITEM)
        for name in ("issues", "pull_requests")
    )


def known_labels(tables: Tables, *, as_of: datetime) -> set[str]:
    """Every label that an item bore at ``as_of`` or was given before."""
    known = known_items(tables, as_of=as_of)
    borne = labels_borne(tables, as_of=as_of).join(known, on=ITEM, how="semi")
    given = tables["events"].filter(pl.col("created_at") <= literal(as_of))
    return {*borne["label"], *given["label"].drop_nulls()}


def bearing(tables: Tables, patterns: Collection[str], *, as_of: datetime) -> pl.DataFrame:
    """The items with a label at ``as_of`` that one of the patterns means: repo, number."""
    borne = labels_borne(tables, as_of=as_of)
    return borne.filter(_is_meant(patterns)).select(ITEM).unique()


def ever_bearing(tables: Tables, patterns: Collection[str]) -> pl.DataFrame:
    """The items with such a label at any moment, and those that lost one: repo, number."""
    labels = [
        tables[name].select(*ITEM, label="labels").explode("label")
        for name in ("issues", "pull_requests")
    ]
    changes = tables["events"].select(*ITEM, "label")
    return pl.concat([*labels, changes]).filter(_is_meant(patterns)).select(ITEM).unique()


def acts_of(tables: Tables, person: str) -> pl.DataFrame:
    """When a person first acted on each item. Ours.

    They opened it, commented, reviewed, merged, labelled, scheduled, closed or reopened it. To be
    mentioned or assigned is no act, and neither is to have assigned: an ``assigned`` event may
    name as its actor who was assigned.

    Returns:
        One row per item: repo, number, acted_at.
    """
    is_act = ~pl.col("event").is_in([*PASSIVE, "assigned"])
    known = {**tables, "events": tables["events"].filter(is_act)}
    acts = [
        known[table].filter(pl.col(role) == person).select(*ITEM, acted_at=pl.col(at).cast(MOMENT))
        for table, role, at in _ACTS
    ]
    return pl.concat(acts).drop_nulls("acted_at").group_by(ITEM).agg(pl.col("acted_at").min())


def narrowed(tables: Tables, items: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables with the rows about these items; those that know of no items as they are."""
    return {
        name: frame.join(items, on=ITEM, how="semi") if set(ITEM) <= set(frame.columns) else frame
        for name, frame in tables.items()
    }


def _is_meant(patterns: Collection[str]) -> pl.Expr:
    (is_meant,) = Groups(areas={"asked": list(patterns)}).labelled().values()
    return is_meant
