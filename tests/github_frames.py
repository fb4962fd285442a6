"""GitHub's tables as a source gives them, before accounts are resolved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from factories import Row, at

from opsreview.sources.columns import SCHEMAS

REPO = "a/one"
OPENED = "2026-10-05 09:00"
Rows = Sequence[Row]


def frame(table: str, *rows: Row, **default: Any) -> pl.DataFrame:
    """Rows of a table; moments may be written as text, and what is not said is null."""
    said = [
        {
            name: at(value) if name.endswith("_at") and value else value
            for name, value in row.items()
        }
        for row in ({"repo": REPO, "number": 1} | default | row for row in rows)
    ]
    schema = SCHEMAS[table]
    known = [{name: value for name, value in row.items() if name in schema} for row in said]
    return pl.DataFrame(known, schema=schema)


def history(
    issues: Rows = ({},),
    pulls: Rows = (),
    comments: Rows = (),
    events: Rows = (),
    accounts: Sequence[tuple[str, str]] = (),
) -> dict[str, pl.DataFrame]:
    """GitHub's tables: an outsider's open issue that bears the label, and the team of ada."""
    bears = {"opened_at": OPENED, "state": "open", "author_account": "rae", "labels": ["incident"]}
    by_ada = {"author_account": "ada", "author_association": "MEMBER"}
    return {
        "issues": frame("issues", *issues, **bears),
        "pull_requests": frame("pull_requests", *pulls, number=90, author_account="rae"),
        "comments": frame("comments", *comments, **by_ada),
        "reviews": frame("reviews"),
        "events": frame("events", *events, actor_account="ada"),
        "accounts": frame(
            "accounts", *({"account": name, "type": kind} for name, kind in accounts)
        ),
    }
