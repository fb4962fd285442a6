"""opsreview: a team's monthly operating-model retrospective, measured honestly, told as pages.

The way of the data, one folder or file a step:

    sources   the outside: GitHub, dumps, calendars, CSV; raw nodes go into the store
    tables    our typed tables; accounts become people and bots here, once
    metrics   pure: frames and a window in, one row per thing measured out, then statistics
    findings  claims in plain sentences, each with its number, interval and evidence
    figures   small frame in, plotly figure out       blocks    the HTML fragments around them
    notebooks open a built cycle and show it          reports   runs them and makes the pages

    operating_model  what should happen: loaded, held against what did, proposals to change it
    pipeline         the whole way; cli calls it      review    reads what it wrote
    portfolio        all teams at their latest cycle  filtering reads a part of it again
    fleet            many teams, each a task of whichever executor is given

Start here::

    from opsreview import open_review
    review = open_review("demo", "2026-10")
    review.metric("time_to_first_response")
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from opsreview.errors import (
    CycleError,
    FilterError,
    NotebookError,
    OpsReviewError,
    OutputsError,
    ParamsError,
    SourceError,
    StoppedError,
    StoreError,
    TableError,
)

# Before polars is imported: its allocator gives freed memory back at once, at no cost in time seen.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:1,muzzy_decay_ms:0")

if TYPE_CHECKING:
    from opsreview.opening import open_review

__all__ = [
    "CycleError",
    "FilterError",
    "NotebookError",
    "OpsReviewError",
    "OutputsError",
    "ParamsError",
    "SourceError",
    "StoppedError",
    "StoreError",
    "TableError",
    "open_review",
]


def __getattr__(name: str) -> Any:
    """``open_review`` on first use: importing opsreview alone stays free of polars."""
    if name == "open_review":
        from opsreview.opening import open_review

        return open_review
    raise AttributeError(f"module 'opsreview' has no attribute {name!r}")
