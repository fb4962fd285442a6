"""What waits on the team now, as the triage meeting goes through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.days import known_until
from opsreview.blocks.sections import MOST_WAITING, waiting_row
from opsreview.estimate import in_words
from opsreview.review import Review
from opsreview.wording import counted, day_in_words

SHOWN_AT_ONCE = 5


@dataclass(frozen=True)
class Wait:
    """A kind of ``waiting.parquet``: how it is said, and whose count says that it is known."""

    heading: str
    noun: str
    known_by: str


WAITS = {
    "issue_unanswered": Wait("No answer from us yet", "issue", "waiting_on_team"),
    "waiting_on_team": Wait("Answered once, waiting on us again", "issue", "waiting_on_team"),
    "review": Wait("No first review yet", "pull request", "review_load"),
    "unreleased": Wait("Merged, not released", "change", "unreleased_changes"),
}


def waiting_board(review: Review) -> Block:
    """What waits on us, a table a kind: the oldest first, with its age, area and who owns that.

    At most fifteen of a kind are listed, the rest are counted. A kind that the data cannot tell
    says why: it is not the same as nothing waiting.
    """
    kinds = [_kind(review, name, wait) for name, wait in WAITS.items()]
    has_owners = bool(review.waiting.height) and not _is_blank(review.waiting, "owner")
    return rendered(
        "waiting_board",
        as_of=day_in_words(review.as_of, review.zone),
        kinds=[kind for kind in kinds if kind["reason"] is None],
        unknown=[kind for kind in kinds if kind["reason"] is not None],
        has_areas=bool(review.waiting.height) and not _is_blank(review.waiting, "area"),
        has_owners=has_owners,
    )


def _kind(review: Review, name: str, wait: Wait) -> dict[str, Any]:
    waiting = review.waiting
    found = waiting.filter(kind=name).sort("rank") if waiting.height else waiting
    rows = [_row(row, review) for row in found.head(MOST_WAITING).iter_rows(named=True)]
    known = review.estimate(wait.known_by, "count")
    is_told = bool(rows) or known.is_measured or known.value is not None
    until = known_until(review, wait.known_by)
    return {
        "heading": f"{wait.heading} by {until}, as far as is known" if until else wait.heading,
        "count": counted(found.height, wait.noun),
        "oldest": in_words(found["waiting_hours"][0], "hours") if rows else "",
        "rows": rows[:SHOWN_AT_ONCE],
        "folded": rows[SHOWN_AT_ONCE:],
        "more": found.height - len(rows),
        "reason": None if is_told else known.reason or "not known",
    }


def _row(row: Mapping[str, Any], review: Review) -> dict[str, Any]:
    age = in_words(row["waiting_hours"], "hours")
    return waiting_row(row, review) | {"age": age, "owner": row.get("owner")}


def _is_blank(waiting: pl.DataFrame, column: str) -> bool:
    return column not in waiting.columns or waiting[column].null_count() == waiting.height
