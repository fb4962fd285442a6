"""What the model says against what happened, and where work changed hands unclearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.review import Review
from opsreview.wording import counted

Row = Mapping[str, Any]

KINDS = {
    "promise": "Promises",
    "rhythm": "Rhythm",
    "role": "Roles",
    "area": "Areas",
    "rota": "Rota",
    "review": "Reviews",
    "backlog": "Backlog",
    "severity": "Severities",
}
VERDICTS = ("drifts", "cannot tell", "holds")
MOST_DRIFTS = 6


def drift(review: Review) -> Block | None:
    """Where what happened left what the model says; None for a team without a model.

    At most six that drift are open; the rest, what cannot be told and what holds are folded.
    """
    if review.model is None:
        return None
    drifts, unknown, holds = (_of(verdict, review.held) for verdict in VERDICTS)
    return rendered(
        "drift",
        drifts=drifts[:MOST_DRIFTS],
        more=drifts[MOST_DRIFTS:],
        unknown=unknown,
        holds=holds,
        count=len(drifts),
        claims=counted(len(review.held), "claim"),
        with_kind=len({kind_of(row) for row in review.held}) > 1,
    )


def held_by_kind(review: Review) -> Block | None:
    """Every claim of the model against what happened, kind by kind; None where there is none."""
    if not review.held:
        return None
    kinds = [*KINDS, *(kind for kind in map(kind_of, review.held) if kind not in KINDS)]
    sections = [
        {"name": KINDS.get(kind, kind), **_section([r for r in review.held if kind_of(r) == kind])}
        for kind in dict.fromkeys(kinds)
    ]
    drifts = len(_of("drifts", review.held))
    return rendered(
        "held_by_kind",
        sections=[section for section in sections if section["count"]],
        drifts=drifts,
        claims=counted(len(review.held), "claim"),
    )


def handoffs(review: Review) -> Block | None:
    """Where work changed hands unclearly, a line each with its cases; None where nowhere."""
    rows = [row for row in review.handoffs if row["n"]]
    return rendered("handoffs", rows=rows) if rows else None


def handoff_cases(review: Review) -> Block | None:
    """The same, with what happened in each case; None where nowhere."""
    if not review.handoffs:
        return None
    return rendered("handoff_cases", rows=review.handoffs)


def kind_of(row: Row) -> str:
    """What part of the model a claim is of; a promise where the row does not say."""
    return str(row.get("kind") or "promise")


def _section(rows: Sequence[Row]) -> dict[str, Any]:
    drifts, unknown, holds = (_of(verdict, rows) for verdict in VERDICTS)
    return {"open": drifts, "unknown": unknown, "holds": holds, "count": len(rows)}


def _of(verdict: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows with a verdict, those of a kind together, in the order of the kinds."""
    order = list(KINDS)
    named = [{**row, "kind": kind_of(row)} for row in rows if row["verdict"] == verdict]
    return sorted(named, key=lambda row: order.index(row["kind"]) if row["kind"] in order else 99)
