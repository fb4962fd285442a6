"""Releases that failed, and those suspected of it, for the team to confirm or deny."""

from __future__ import annotations

from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.days import day
from opsreview.blocks.tags import Named, named_by
from opsreview.estimate import in_words
from opsreview.operating_model.yaml_text import inline
from opsreview.review import Review
from opsreview.wording import counted

MOST_SHOWN = 10


def failed_releases(review: Review) -> Block | None:
    """The releases of twelve months that failed, newest first; None without any.

    Each says who tells (declared or suspected), why, how soon the next release came, and whether it
    is too young to count in the rate.
    """
    rows = review.measured("failed_deployment_recovery_time")
    if rows.is_empty():
        return None
    shown = rows.sort("published_at", "repo", "tag", descending=True).head(MOST_SHOWN)
    named = named_by(review)
    return rendered(
        "failed_releases",
        rows=[_failed(row, review, named) for row in shown.iter_rows(named=True)],
        more=rows.height - MOST_SHOWN,
        has_young=shown["is_pending"].any(),
    )


def confirm_failures(review: Review) -> Block | None:
    """The lines for ``review.yaml`` that confirm or deny each suspected failure; None without any.

    With releases of several repositories each tag is written with its own.
    """
    rows = review.measured("change_fail_rate")
    suspected = rows.filter("is_suspected") if rows.height else rows
    if suspected.is_empty():
        return None
    named = named_by(review)
    lines = [_line(row, named) for row in suspected.iter_rows(named=True)]
    return rendered(
        "confirm_failures",
        lines=lines,
        suspected=counted(suspected.height, "release"),
        verb="is" if suspected.height == 1 else "are",
    )


def _failed(row: dict[str, Any], review: Review, named: Named) -> dict[str, str]:
    after = in_words(row["waited_hours"], "hours")
    return {
        "tag": named(row["repo"], row["tag"]),
        "day": day(row["published_at"].astimezone(review.zone).date().isoformat()),
        "told": ("declared" if row["is_declared"] else "suspected")
        + (", young" if row["is_pending"] else ""),
        "why": row["why"],
        "next": f"none for {after}" if row["is_censored"] else f"after {after}",
    }


def _line(row: dict[str, Any], named: Named) -> str:
    why = " ".join(row["why"].split())
    return f"    {inline(named(row['repo'], row['tag']))}: true  # {why}"
