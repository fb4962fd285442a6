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
ORIGIN = "file"
Key = tuple[str, str, str]  # metric, statistic, group


@dataclass(frozen=True)
class Numbers:
    """``by_file`` are each file's rows by their headline; ``unreadable`` are files, and why."""

    by_file: Mapping[str, Mapping[Key, pl.DataFrame]]
    unreadable: Mapping[str, str]

    def of(self, file: str, key: Key) -> pl.DataFrame:
        """The rows of one headline in one file, one a cycle; none where the file has none."""
        return self.by_file.get(file, {}).get(key, EMPTY)


EMPTY = pl.DataFrame(schema=METRICS_SCHEMA)


def read_numbers(place: Place, files: Sequence[str], keys: Iterable[Key]) -> Numbers:
    """The rows of the headlines ``keys`` in ``metrics.parquet`` and ``history.parquet`` files.

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
    return Numbers(_by_file(pl.concat(frames)) if frames else {}, unreadable)


def _by_file(rows: pl.DataFrame) -> dict[str, dict[Key, pl.DataFrame]]:
    found: dict[str, dict[Key, pl.DataFrame]] = {}
    by = (ORIGIN, "metric", "statistic", "group")
    for (file, *key), frame in rows.partition_by(by, as_dict=True, include_key=True).items():
        metric, statistic, group = map(str, key)
        found.setdefault(str(file), {})[metric, statistic, group] = frame.drop(ORIGIN)
    return found
