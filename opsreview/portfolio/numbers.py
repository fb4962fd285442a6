"""The headlines of many teams, read out of their parquet files in one lazy scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from opsreview.blocks.headlines import CARDS
from opsreview.estimate import METRICS_SCHEMA
from opsreview.portfolio.place import Place

GROUPS = sorted({card.group for card in CARDS})  # what headlines are of: never a person
ORIGIN = "file"
UNREADABLE = (pl.exceptions.PolarsError, OSError)
Key = tuple[str, str, str]  # metric, statistic, group
Rows = Callable[[Sequence[str]], pl.DataFrame]  # of some files


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

    def rows(names: Sequence[str]) -> pl.DataFrame:
        scanned = place.scan(names, METRICS_SCHEMA, origin=ORIGIN).filter(wanted)
        return scanned.select(ORIGIN, *METRICS_SCHEMA).collect()

    if not files:
        return Numbers({}, {})
    try:
        return Numbers(_by_file(rows(files)), {})
    except UNREADABLE:  # one of them: which is found out file by file
        return _one_by_one(files, rows)


def _one_by_one(files: Sequence[str], rows: Rows) -> Numbers:
    frames, unreadable = [], {}
    for name in files:
        try:
            frames.append(rows([name]))
        except UNREADABLE as error:
            unreadable[name] = type(error).__name__
    read = _by_file(pl.concat(frames, how="vertical_relaxed")) if frames else {}
    return Numbers(read, unreadable)


def _by_file(rows: pl.DataFrame) -> dict[str, dict[Key, pl.DataFrame]]:
    found: dict[str, dict[Key, pl.DataFrame]] = {}
    by = (ORIGIN, "metric", "statistic", "group")
    for (file, *key), frame in rows.partition_by(by, as_dict=True, include_key=True).items():
        metric, statistic, group = map(str, key)
        found.setdefault(str(file), {})[metric, statistic, group] = frame.drop(ORIGIN)
    return found
