"""Rows that cannot be believed beside what else their source says: later than it, or there twice.

An event, comment or review that is older than its item is believed: GitHub moves items between
repositories with their comments, and gives the item its new opening. The metrics know of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from opsreview.sources import CLOCKS_DIFFER, Rejected
from opsreview.tables.rejected import as_rejected
from opsreview.tables.schemas import KEYS
from opsreview.window import literal

_REACH_AHEAD = ("shifts",)  # a rota tells of weeks to come
_OUR_OWN = ("_rank", "_from")


def without_the_future(
    name: str, stacked: pl.DataFrame, latest: Mapping[str, datetime]
) -> tuple[pl.DataFrame, list[tuple[str, Rejected]]]:
    """The rows without those that say they happened later than their source can know.

    Args:
        name: The table.
        stacked: Its rows of all sources; ``_from`` is the source's key.
        latest: The moment after which nothing can have happened, of the sources that name one.
    """
    moments = [] if name in _REACH_AHEAD else stacked.select(pl.selectors.datetime()).columns
    rejected: list[tuple[str, Rejected]] = []
    for source, latest_at in latest.items():
        until = latest_at + CLOCKS_DIFFER
        is_late = pl.any_horizontal(pl.lit(False), *(pl.col(m) > literal(until) for m in moments))
        late = stacked.filter((pl.col("_from") == source) & is_late.fill_null(False))
        if late.is_empty():
            continue
        reasons = [
            "; ".join(
                f"{moment} is later than its source was read, {latest_at:%Y-%m-%d}"
                for moment in moments
                if row[moment] is not None and row[moment] > until
            )
            for row in late.iter_rows(named=True)
        ]
        rejected += as_rejected(name, late, reasons, until=until)
        stacked = stacked.filter(~((pl.col("_from") == source) & is_late.fill_null(False)))
    return stacked, rejected


def once_a_source(
    name: str, stacked: pl.DataFrame
) -> tuple[pl.DataFrame, list[tuple[str, Rejected]]]:
    """The rows, each key once a source, whatever their order.

    Of several rows of one key the one stays that knows most and, of these, the latest; of the
    others, those that say the same are not missed, those that say something else are doubted. Rows
    without a whole key are told apart by nothing and stay.
    """
    if stacked.select(KEYS[name]).is_unique().all():
        return stacked, []
    # One person can do two things to an incident in one second.
    keys = [*KEYS[name], *(["event"] if name == "incident_events" else []), "_rank"]
    fields = [column for column in stacked.columns if column not in (*keys, *_OUR_OWN)]
    has_key = pl.all_horizontal(pl.col(key).is_not_null() for key in KEYS[name])
    known_count = pl.sum_horizontal(pl.col(one).is_not_null() for one in (*keys, *fields))
    order = [known_count, *(_sortable(stacked, one) for one in fields)]
    is_twice = has_key & pl.struct(keys).is_duplicated()
    ordered = stacked.filter(is_twice).sort(order, descending=True, nulls_last=True)
    place = pl.int_range(pl.len()).over(keys)
    placed = ordered.with_columns(_place=place)
    kept = placed.filter(pl.col("_place") == 0).drop("_place")
    again = placed.filter(pl.col("_place") > 0).drop("_place")
    differing = _differing(again, kept, keys, fields)
    rejected: list[tuple[str, Rejected]] = []
    for is_doubted, part in differing.group_by(pl.col("_differing") != "", maintain_order=True):
        reasons = [_reason(names) for names in part["_differing"]]
        rejected += as_rejected(
            name, part.drop("_differing"), reasons, is_doubted=bool(is_doubted[0])
        )
    return pl.concat([stacked.filter(~is_twice), kept]), rejected


def _sortable(frame: pl.DataFrame, column: str) -> pl.Expr:
    is_list = isinstance(frame.schema[column], pl.List)
    return pl.col(column).list.join(";") if is_list else pl.col(column)


def _differing(
    again: pl.DataFrame, kept: pl.DataFrame, keys: list[str], fields: list[str]
) -> pl.DataFrame:
    """The rows with ``_differing``: the fields in which each is not as the one that is kept."""
    beside = again.join(
        kept.select(keys + fields), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    names = [
        pl.when(pl.col(one).ne_missing(pl.col(f"{one}_right"))).then(pl.lit(one)) for one in fields
    ]
    words = pl.concat_str(pl.lit(""), *names, separator=",", ignore_nulls=True)
    return beside.with_columns(_differing=words.str.strip_chars(",")).select(
        *again.columns, "_differing"
    )


def _reason(differing: str) -> str:
    if not differing:
        return "the row is there twice in its source"
    names = differing.replace(",", ", ")
    return f"the key is there twice in its source, with another {names}"
