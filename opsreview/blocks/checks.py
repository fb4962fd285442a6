"""What the checks of the model found, and the map of its recurring decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.review import Review
from opsreview.wording import counted

MOST_CHECKS = 12
MOST_CLEAR = 6
FILES = {"ledger": "decisions.yaml", "people": "people.yaml"}  # others are of the model


def decision_map(review: Review) -> Block | None:
    """Who decides what, how often, and what is unclear; None where no decision is written down.

    Decisions with something unclear are all open, most urgent first; of the clear ones six.
    """
    if not review.decision_map:
        return None
    rows = [{**row, "who": _who(row)} for row in review.decision_map]
    unclear = [row for row in rows if row["unclear"]]
    clear = [row for row in rows if not row["unclear"]]
    return rendered(
        "decision_map",
        shown=unclear + clear[:MOST_CLEAR],
        folded=clear[MOST_CLEAR:],
        count=len(rows),
        unclear=len(unclear),
    )


def broken_references(review: Review) -> Block | None:
    """What the checks found: errors and warnings, then what is good to know, folded.

    None where the cycle was built without checks, or they found nothing.
    """
    by_severity = {
        severity: [row for row in review.checks if row["severity"] == severity]
        for severity in ("error", "warning", "info")
    }
    urgent = _shown(by_severity["error"] + by_severity["warning"])
    info = _shown(by_severity["info"])
    if not urgent and not info:
        return None
    return rendered(
        "broken_references",
        urgent=urgent[:MOST_CHECKS],
        more=urgent[MOST_CHECKS:],
        info=info,
        counts=checks_in_words(review),
    )


def checks_in_words(review: Review) -> str:
    """``2 errors, 1 warning``; what is only not declared is not counted."""
    severities = [row["severity"] for row in review.checks]
    counts = [(severities.count(name), name) for name in ("error", "warning")]
    return ", ".join(counted(count, name) for count, name in counts if count) or "no error"


def _shown(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "of": row["check"].rpartition(".")[2].replace("-", " "),
            "place": f"{_file_of(row['path'])}:{row['line']}" if row["line"] else "",
        }
        for row in rows
    ]


def _file_of(path: str) -> str:
    return FILES.get(path.partition(".")[0], "operating_model.yaml")


def _who(row: Mapping[str, Any]) -> str:
    return ", ".join(row["consulted"]) if row["consulted"] else ""
