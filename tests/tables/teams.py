"""A made-up team, and what a source of it says, for the tests of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from factories import REPO, Row, at, window

from opsreview.params import Person, ReviewParams, Team
from opsreview.sources import SourceRows
from opsreview.sources.columns import SCHEMAS

YEAR = window("2026-01-01", "2027-01-01")
MOMENTS = {"opened_at", "closed_at", "merged_at", "created_at", "submitted_at", "published_at"}
MOMENTS |= {"acknowledged_at", "resolved_at", "at", "start_at", "end_at", "answered_at"}


def team(
    people: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    bots: Sequence[str] = (),
    repos: Sequence[str] = (REPO,),
) -> Team:
    """A team with these entries of ``people.yaml`` and keys of ``review.yaml``."""
    said = {
        "repos": list(repos),
        "timezone": "Europe/Madrid",
        "sources": [{"kind": "github_dump", "path": "dump"}],
        "bots": list(bots),
    }
    listed = {name: Person.model_validate(person) for name, person in (people or {}).items()}
    return Team("demo", Path("demo"), ReviewParams.model_validate(said), listed, "0" * 64)


def source(*, covers: Sequence[str] | None = None, **tables: Sequence[Row]) -> SourceRows:
    """What a source gives: rows by table, with the columns that its rows name.

    It speaks for all of 2026, of every table it gives unless ``covers`` names others.
    """
    frames = {name: candidates(name, rows) for name, rows in tables.items()}
    spoken = tables if covers is None else covers
    has_repo = {name: "repo" in SCHEMAS[name] and name != "incidents" for name in spoken}
    claims = {(name, REPO if has_repo[name] else ""): YEAR for name in spoken}
    return SourceRows(frames, claims)


def candidates(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows as a source gives them: before accounts are resolved, believable or not."""
    schema = SCHEMAS[table]
    named = {column for row in rows for column in row} or set(schema)
    typed = [
        {
            column: at(value) if column in MOMENTS and isinstance(value, str) else value
            for column, value in row.items()
        }
        for row in rows
    ]
    return pl.DataFrame(typed, schema={c: schema[c] for c in schema if c in named})


def issue(number: int | None = 1, **said: Any) -> Row:
    """An open issue of the team's repository, as a source gives it."""
    default = {"repo": REPO, "number": number, "opened_at": "2026-10-01", "state": "open"}
    return default | said
