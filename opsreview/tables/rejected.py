"""Rows that can be believed, and those that cannot with the reason in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from opsreview.sources import Rejected
from opsreview.tables.schemas import KEYS, SCHEMAS
from opsreview.window import MOMENT

REJECTED = {"source": pl.String, "key": pl.String, "reason": pl.String, "row": pl.String}
DOUBTS = {"table": pl.String(), "repo": pl.String(), "at": MOMENT}
_CHECKS = {
    "nullability": "is missing",
    "inner_nullability": "has an empty entry",
    "dtype": "is not one of the known values",
    "min": "is below 1",
}


def validated(
    name: str, candidate: pl.DataFrame
) -> tuple[pl.DataFrame, list[tuple[str, Rejected]]]:
    """A table's rows that keep its contract, and the others, each with its source and reason.

    Args:
        name: A name of ``SCHEMAS``.
        candidate: One row a key, or without a key; ``_from`` is the source's key.
    """
    schema = SCHEMAS[name]
    missing = [
        pl.lit(None).alias(column)
        for column in schema.column_names()
        if column not in candidate.columns
    ]
    good, failed = schema.filter(candidate.with_columns(missing), cast=True)
    keys = KEYS[name]
    details = failed.details().join(
        candidate.select(*keys, "_from").unique(keys, keep="first"),
        on=keys,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    rows = [column for column in details.columns if column in (*schema.column_names(), "_from")]
    reasons = [_reason(row) for row in details.drop(rows).iter_rows(named=True)]
    return good.sort(keys), as_rejected(name, details.select(rows), reasons)


def as_rejected(
    name: str,
    rows: pl.DataFrame,
    reasons: Sequence[str],
    *,
    until: datetime | None = None,
    is_doubted: bool = True,
) -> list[tuple[str, Rejected]]:
    """Rows of a table with the source (``_from``) they came from, a reason each.

    A time later than ``until`` does not say when a row happened.
    """
    keys = KEYS[name]
    return [
        (
            row["_from"] or "",
            Rejected(
                name,
                "#".join(str(row[key]) for key in keys),
                reason,
                row,
                _happened_at(row, until),
                is_doubted,
            ),
        )
        for row, reason in zip(rows.iter_rows(named=True), reasons, strict=True)
    ]


def _happened_at(row: Mapping[str, Any], until: datetime | None) -> datetime | None:
    moments = (value for value in row.values() if isinstance(value, datetime))
    return next((at for at in moments if until is None or at <= until), None)


def by_table(rejected: Sequence[tuple[str, Rejected]]) -> dict[str, pl.DataFrame]:
    """Frames of what was rejected by table: source, key, reason, and the row as JSON."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for source, row in rejected:
        told = {name: value for name, value in row.row.items() if not name.startswith("_")}
        text = json.dumps(told, default=str, sort_keys=True)
        rows.setdefault(row.table, []).append(
            {"source": source, "key": row.key, "reason": row.reason, "row": text}
        )
    return {
        table: pl.DataFrame(found, schema=REJECTED).sort("source", "key", "reason", "row")
        for table, found in sorted(rows.items())
    }


def doubts_of(rejected: Sequence[tuple[str, Rejected]]) -> pl.DataFrame:
    """What is missing from the tables: table, repo and at of each row that is doubted.

    Where the row does not say them, repo and at are null.
    """
    rows = [(row.table, _repo(row), row.at) for _, row in rejected if row.is_doubted]
    return pl.DataFrame(rows, schema=DOUBTS, orient="row")


def _repo(row: Rejected) -> str | None:
    if isinstance(repo := row.row.get("repo"), str):
        return repo
    repo, mark, _ = row.key.rpartition("#")
    return repo if mark and repo.count("/") == 1 else None


def _reason(row: Mapping[str, str]) -> str:
    broken = [rule for rule, verdict in row.items() if verdict == "invalid"]
    of_fields = [rule for rule in broken if rule != "primary_key"]
    return "; ".join(_in_words(rule) for rule in of_fields or broken) or "not valid"


def _in_words(rule: str) -> str:
    column, _, check = rule.partition("|")
    if rule == "primary_key":
        return "the key is there twice"
    if not check:
        return re.sub(r"_is_(not_)?(before|after)_", _spaced, rule)
    return f"{column} {_CHECKS.get(check, f'breaks {check}')}"


def _spaced(words: re.Match[str]) -> str:
    return words[0].replace("_", " ")
