"""Parquet files of a place as lazy frames: straight from where they are, else from their bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import polars as pl

from opsreview.place import Place

POLARS_READS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "http", "https"}
UNREADABLE = (pl.exceptions.PolarsError, OSError)
AGAIN = "build the cycle again"
AT_ONCE = 16  # files of which the bytes are held together
Take = Callable[[pl.LazyFrame], pl.DataFrame]


@dataclass(frozen=True)
class Parquet:
    """Files of a place, each with the columns of ``schema``; those that a file lacks are null.

    ``origin`` is a further column: the name of a row's file.
    """

    place: Place
    names: Sequence[str]
    schema: Mapping[str, pl.DataType]
    origin: str

    def taken(self, take: Take) -> tuple[list[pl.DataFrame], dict[str, str]]:
        """What ``take`` makes of the files' rows; of files that cannot be read, why.

        All are read in one scan. Where that fails, because one of them is damaged or polars does
        not get there with the credentials at hand, each is brought here and read by itself.
        """
        if not self.names:
            return [], {}
        with suppress(Exception):  # who has no credentials is told by Google's and Amazon's own
            if self._is_in_reach:
                return [take(self._in_place())], {}
        return self._one_by_one(take)

    @property
    def _is_in_reach(self) -> bool:
        protocol = self.place.address(self.names[0]).partition("://")[0]
        return self.place.folder is not None or protocol in POLARS_READS

    def _in_place(self) -> pl.LazyFrame:
        paths = {self.place.address(name): name for name in self.names}
        scanned = self._scanned(list(paths), include_file_paths=self.origin)
        return scanned.with_columns(pl.col(self.origin).replace(paths))

    def _one_by_one(self, take: Take) -> tuple[list[pl.DataFrame], dict[str, str]]:
        frames, unreadable = [], {}
        for read, in_the_way in self._brought():
            unreadable.update(in_the_way)
            for name, held in read.items():
                rows = self._scanned(io.BytesIO(held)).with_columns(pl.lit(name).alias(self.origin))
                try:
                    frames.append(take(rows))
                except UNREADABLE as error:
                    unreadable[name] = f"cannot be read ({type(error).__name__}): {AGAIN}"
        return frames, unreadable

    def _brought(self) -> Iterator[tuple[dict[str, bytes], dict[str, str]]]:
        for start in range(0, len(self.names), AT_ONCE):
            yield self.place.read_many(self.names[start : start + AT_ONCE])

    def _scanned(self, source: Any, **asked: Any) -> pl.LazyFrame:
        return pl.scan_parquet(
            source,
            schema=self.schema,
            glob=False,
            missing_columns="insert",
            extra_columns="ignore",
            **asked,
        )
