"""The headlines of many teams, read out of their parquet files in one lazy scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from opsreview.blocks.headlines import CARDS
from opsreview.estimate import METRICS_SCHEMA
from opsreview.place import Place
from opsreview.portfolio.parquet import Parquet

GROUPS = sorted({card.group for card in CARDS})  # what headlines are of: never a person
ORIGIN, FOLDER, IS_CURRENT = "file", "folder", "is_current"
METRICS, HISTORY = "metrics.parquet", "history.parquet"  # the cycle's numbers, and of earlier ones
Key = tuple[str, str, str]  # metric, statistic, group


@dataclass(frozen=True)
class Numbers:
    """``by_folder`` are each folder's rows by headline; ``unreadable`` are files, and why."""

    by_folder: Mapping[str, Mapping[Key, pl.DataFrame]]
    unreadable: Mapping[str, str]

    def of(self, folder: str, key: Key) -> pl.DataFrame:
        """One headline in one folder, one row a cycle, with ``is_current``; none where none is."""
        return self.by_folder.get(folder, {}).get(key, EMPTY)


EMPTY = pl.DataFrame(schema={**METRICS_SCHEMA, IS_CURRENT: pl.Boolean()})


def read_numbers(place: Place, files: Sequence[str], keys: Iterable[Key]) -> Numbers:
    """The rows of the headlines ``keys`` in files that are ``METRICS`` or ``HISTORY`` of a cycle.

    Rows of persons are never read. A file that cannot be read takes no other with it.
    """
    asked = set(keys)
    metrics, statistics = ({key[at] for key in asked} for at in (0, 1))
    wanted = (
        (pl.col("scope") == "all")
        & pl.col("group").is_in(GROUPS)
        & pl.col("metric").is_in(sorted(metrics))
        & pl.col("statistic").is_in(sorted(statistics))
    )

    def headlines(rows: pl.LazyFrame) -> pl.DataFrame:
        return rows.filter(wanted).select(ORIGIN, *METRICS_SCHEMA).collect()

    frames, unreadable = Parquet(place, files, METRICS_SCHEMA, ORIGIN).taken(headlines)
    return Numbers(_by_folder(pl.concat(frames)) if frames else {}, unreadable)


def _by_folder(rows: pl.DataFrame) -> dict[str, dict[Key, pl.DataFrame]]:
    path = pl.col(ORIGIN).str
    placed = rows.with_columns(
        path.strip_suffix(f"/{METRICS}").str.strip_suffix(f"/{HISTORY}").alias(FOLDER),
        path.ends_with(f"/{METRICS}").alias(IS_CURRENT),
    ).select(FOLDER, *METRICS_SCHEMA, IS_CURRENT)
    found: dict[str, dict[Key, pl.DataFrame]] = {}
    by = (FOLDER, "metric", "statistic", "group")
    for (folder, *key), frame in placed.partition_by(by, as_dict=True).items():
        metric, statistic, group = map(str, key)
        found.setdefault(str(folder), {})[metric, statistic, group] = frame
    return found
