"""Frames made by hand: batches, slots of a train, hours of releases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

FIRST_AT = datetime(2026, 10, 5, 9, tzinfo=UTC)


def batches(*rows: tuple[str, int]) -> pl.DataFrame:
    """The rows of ``batch_size``, a week apart."""
    return pl.DataFrame(
        [
            {
                "repo": "a/one",
                "tag": tag,
                "published_at": FIRST_AT + timedelta(weeks=n),
                "change_count": size,
            }
            for n, (tag, size) in enumerate(rows)
        ]
    )


def slots(*rows: tuple[date | None, str, str | None, int | None]) -> pl.DataFrame:
    """Slot, what became of it, the release and its days after the slot."""
    schema = ["slot_on", "became", "tag", "slip_days"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def release_times(*rows: tuple[str, int, int]) -> pl.DataFrame:
    """Part of the day, weekday from Monday and hour of releases that one person published."""
    rows_of_one = pl.DataFrame(rows, schema=["day_part", "weekday", "hour"], orient="row")
    return rows_of_one.with_columns(person=pl.lit("otter"))
