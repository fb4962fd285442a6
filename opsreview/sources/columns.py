"""The columns sources may fill, by table, and how a row from outside takes their types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.sources.moments import parse_moment
from opsreview.window import MOMENT

_ITEM = {
    "repo": pl.String,
    "number": pl.Int64,
    "opened_at": MOMENT,
    "closed_at": MOMENT,
    "state": pl.String,
    "state_reason": pl.String,
    "author_account": pl.String,
    "author_association": pl.String,
    "labels": pl.List(pl.String),
    "assignees": pl.List(pl.String),
    "milestone": pl.String,
    "title": pl.String,
    "url": pl.String,
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "issues": _ITEM,
    "pull_requests": {
        **_ITEM,
        "is_draft": pl.Boolean,
        "merged_at": MOMENT,
        "merged_by_account": pl.String,
        "merge_commit": pl.String,
    },
    "comments": {
        "repo": pl.String,
        "number": pl.Int64,
        "comment_id": pl.String,
        "author_account": pl.String,
        "author_association": pl.String,
        "created_at": MOMENT,
    },
    "reviews": {
        "repo": pl.String,
        "number": pl.Int64,
        "review_id": pl.String,
        "author_account": pl.String,
        "author_association": pl.String,
        "state": pl.String,
        "submitted_at": MOMENT,
    },
    "events": {
        "repo": pl.String,
        "number": pl.Int64,
        "event_id": pl.String,
        "event": pl.String,
        "actor_account": pl.String,
        "created_at": MOMENT,
        "label": pl.String,
        "assignee": pl.String,
        "reviewer": pl.String,
        "milestone": pl.String,
    },
    "releases": {
        "repo": pl.String,
        "tag": pl.String,
        "name": pl.String,
        "published_at": MOMENT,
        "author_account": pl.String,
        "is_prerelease": pl.Boolean,
        "is_draft": pl.Boolean,
        "commit": pl.String,
    },
    "incidents": {
        "source": pl.String,
        "incident_id": pl.String,
        "opened_at": MOMENT,
        "acknowledged_at": MOMENT,
        "resolved_at": MOMENT,
        "severity": pl.String,
        "service": pl.String,
        "repo": pl.String,
        "url": pl.String,
    },
    "incident_events": {
        "source": pl.String,
        "incident_id": pl.String,
        "at": MOMENT,
        "person": pl.String,
        "event": pl.String,
    },
    "shifts": {
        "source": pl.String,
        "rotation": pl.String,
        "role": pl.String,
        "person": pl.String,
        "start_at": MOMENT,
        "end_at": MOMENT,
        "changed_at": MOMENT,
    },
    "support_requests": {
        "source": pl.String,
        "request_id": pl.String,
        "channel": pl.String,
        "opened_at": MOMENT,
        "answered_at": MOMENT,
        "answered_by": pl.String,
    },
    "accounts": {"account": pl.String, "type": pl.String},
}
# Without these a row cannot be told from another one; a shift without an end is none.
REQUIRED: dict[str, tuple[str, ...]] = {
    "issues": ("repo", "number"),
    "pull_requests": ("repo", "number"),
    "comments": ("repo", "number", "comment_id"),
    "reviews": ("repo", "number", "review_id"),
    "events": ("repo", "number", "event_id"),
    "releases": ("repo", "tag"),
    "incidents": ("source", "incident_id"),
    "incident_events": ("source", "incident_id", "at"),
    "shifts": ("source", "rotation", "role", "person", "start_at", "end_at"),
    "support_requests": ("source", "request_id"),
}
Reader = Callable[[Any], Any]
_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def typed(table: str, row: Mapping[str, Any], zone: ZoneInfo) -> tuple[dict[str, Any], int]:
    """One row with the types of its table's columns, and how many of its times named no zone.

    Values may be text (a CSV's cells) or what JSON holds; empty text is unknown: null. Text is
    a whole number by its digits, a truth as true/false, yes/no or 1/0, a list split on ``;``.

    Args:
        table: A name of ``SCHEMAS``.
        row: Values by column; columns of the table that are not in it stay away.
        zone: The zone of times that name none.

    Raises:
        ValueError: A value is not of its column's type; names column and value.
    """
    values: dict[str, Any] = {}
    assumed_count = 0
    readers = _READERS[table]
    for name, value in row.items():
        try:
            values[name], is_assumed = _value(value, readers[name], zone)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        assumed_count += is_assumed
    return values, assumed_count


def _value(value: Any, read: Reader | None, zone: ZoneInfo) -> tuple[Any, bool]:
    if value is None or value == "":
        return None, False
    if read is not None:
        return read(value), False
    return (value, False) if isinstance(value, datetime) else parse_moment(str(value), zone)


def _text(value: Any) -> str:
    if isinstance(value, str):
        # JSON can hold half a character (a cut emoji), which no frame can
        return value if value.isascii() else value.encode(errors="replace").decode()
    raise ValueError(f"{value!r} is not text")


def _whole_number(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    raise ValueError(f"{value!r} is not a whole number")


def _truth(value: Any) -> bool:
    truth = _TRUTHS.get(str(value).lower())
    if truth is None:
        raise ValueError(f"{value!r} is not true or false")
    return truth


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part for entry in value.split(";") if (part := entry.strip())]
    if isinstance(value, list):
        return [_text(entry) for entry in value]
    raise ValueError(f"{value!r} is not a list")


def _reader(dtype: Any) -> Reader | None:
    """How a value of a column is read; None for a moment, which needs the zone."""
    readers: list[tuple[Any, Reader | None]] = [
        (MOMENT, None),
        (pl.Int64, _whole_number),
        (pl.Boolean, _truth),
        (pl.List(pl.String), _list),
    ]
    return next((read for known, read in readers if dtype == known), _text)


_READERS = {
    table: {name: _reader(dtype) for name, dtype in columns.items()}
    for table, columns in SCHEMAS.items()
}
