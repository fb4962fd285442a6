"""The agenda of the retrospective: 45 minutes for what needs the team together, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsreview.findings import Finding
from opsreview.operating_model.verdict_rows import (
    NOT_HAPPENED,
    is_dropped,
    is_news,
    is_only_overdue,
    is_settled,
    overdue,
    told_first,
)
from opsreview.window import Window

Row = Mapping[str, Any]

MINUTES = 45
STEP = 5  # minutes come in fives
FLAT_MINUTES = 15
MOST_SAID = 4


@dataclass(frozen=True)
class Topic:
    """What a part of the meeting is about; ``share`` is its minutes when no part is empty."""

    name: str
    share: int
    says: Sequence[str]


def agenda(
    verdict_rows: Sequence[Row],
    proposals: Sequence[Row],
    findings: Sequence[Finding],
    drift: Sequence[Row],
    handoffs: Sequence[Row],
    *,
    window: Window,
) -> list[dict[str, Any]]:
    """What to talk about, in order, with minutes that add up to 45.

    A part with nothing in it gives its minutes to the others. Where no part has anything, the one
    topic says that the meeting is not needed.

    Args:
        verdict_rows: Rows of ``verdicts.json``.
        proposals: Of ``proposals.yaml``.
        findings: Of the cycle; those that are signals are talked about.
        drift: Rows of ``drift.json``.
        handoffs: Rows of ``handoffs.json``.
        window: The cycle, which tells verdicts that are news from old ones.

    Returns:
        ``minutes``, ``topic`` and ``says``, at most four sentences each.
    """
    topics = [
        Topic("Overdue: do it, move it or drop it", 10, list(_overdue(verdict_rows))),
        Topic("Did what we decided work?", 10, list(_verdicts(verdict_rows, window))),
        Topic("What changed in this cycle, and why?", 10, list(_changes(findings))),
        Topic("Where we drift from the model", 5, [*_drifts(drift), *_handoffs(handoffs)]),
        Topic("Proposals: decide, with owner and day", 10, list(_proposals(proposals))),
    ]
    needed = [topic for topic in topics if topic.says]
    if not needed:
        return [_flat()]
    minutes = _shared_out([topic.share for topic in needed])
    return [
        {"minutes": each, "topic": topic.name, "says": _first(topic.says)}
        for each, topic in zip(minutes, needed, strict=True)
    ]


def _flat() -> dict[str, Any]:
    says = (
        "No action is overdue, no verdict is new, no headline is a signal, nothing drifts and "
        "nothing is proposed: take 15 minutes, or skip it."
    )
    return {"minutes": FLAT_MINUTES, "topic": "Nothing needs the meeting", "says": [says]}


def _shared_out(shares: Sequence[int]) -> list[int]:
    """All minutes in proportion to the shares, in fives; what rounding leaves goes to the first."""
    total = sum(shares)
    minutes = [max(MINUTES * share // total // STEP * STEP, STEP) for share in shares]
    left, place = MINUTES - sum(minutes), 0
    while left > 0:
        minutes[place % len(minutes)] += STEP
        left, place = left - STEP, place + 1
    return minutes


def _first(says: Sequence[str]) -> list[str]:
    more = len(says) - MOST_SAID
    return list(says) if more <= 0 else [*says[:MOST_SAID], f"and {more} more"]


def _overdue(rows: Iterable[Row]) -> Iterator[str]:
    for row in overdue(rows):
        yield f"{row['title']} ({row['owner']}, due {row['due']})"


def _verdicts(rows: Iterable[Row], window: Window) -> Iterator[str]:
    """Verdicts reached in this cycle, and decisions that never happened."""
    told, folded = told_first([row for row in rows if not is_only_overdue(row)], window)
    for row in [*told, *folded]:
        is_stuck = row["verdict"] in NOT_HAPPENED and not is_dropped(row)
        if is_stuck or (is_settled(row) and is_news(row, window)):
            yield f"{row['title']}: {row['verdict']}"


def _changes(findings: Iterable[Finding]) -> Iterator[str]:
    yield from (found.claim for found in findings if found.is_signal)


def _drifts(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        if row["verdict"] == "drifts":
            yield f"{row['says']}: {row['happened']}"


def _handoffs(rows: Iterable[Row]) -> Iterator[str]:
    yield from (str(row["says"]) for row in rows if row["n"])


def _proposals(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        proposed = "to be chosen" if row["proposed"] is None else row["proposed"]
        yield f"{row['path']}: {proposed}"
