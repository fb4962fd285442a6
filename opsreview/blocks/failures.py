"""Releases that are suspected to have failed, for the team to confirm or deny."""

from __future__ import annotations

from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.operating_model.yaml_text import inline
from opsreview.review import Review
from opsreview.wording import counted


def confirm_failures(review: Review) -> Block | None:
    """The lines for ``review.yaml`` that confirm or deny each suspected failure; None without any.

    With several repositories each tag is written with its own.
    """
    rows = review.measured("change_fail_rate")
    suspected = rows.filter("is_suspected") if rows.height else rows
    if suspected.is_empty():
        return None
    is_alone = len(review.run.get("repos", [])) < 2
    lines = [_line(row, is_alone=is_alone) for row in suspected.iter_rows(named=True)]
    return rendered(
        "confirm_failures",
        lines=lines,
        suspected=counted(suspected.height, "release"),
        verb="is" if suspected.height == 1 else "are",
    )


def _line(row: dict[str, Any], *, is_alone: bool) -> str:
    named = row["tag"] if is_alone else f"{row['repo']}@{row['tag']}"
    why = " ".join(row["why"].split())
    return f"    {inline(named)}: true  # {why}"
