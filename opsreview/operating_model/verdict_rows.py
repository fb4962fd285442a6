"""The rows of ``verdicts.json``: which are told first, which are settled, which are overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from opsreview.window import Window

Row = Mapping[str, Any]

MOST_TOLD = 5
SETTLED = (
    "worked",
    "worse",
    "expected effect ruled out",
    "inconclusive",
    "cannot separate",
    "done",
)
NOT_HAPPENED = ("not done", "not carried out")
CYCLES_TO_LAST_LOOK = 5  # its own, which is on neither side, and four full ones


def is_settled(row: Row) -> bool:
    """True when the verdict is final: no look is left, or the decision was dropped."""
    return is_dropped(row) or (row["verdict"] in SETTLED and row["next_look"] is None)


def is_dropped(row: Row) -> bool:
    """True when the team took the decision back: that it did not happen is nobody's fault."""
    return bool(row["status"] == "dropped")


def is_news(row: Row, window: Window) -> bool:
    """True when the verdict was reached or changed in this cycle.

    The row says so in ``is_news``. Where it does not, a settled verdict is news as long as its last
    look, by the usual four full cycles, may just have been; one that is not settled always is.
    """
    if "is_news" in row:
        return bool(row["is_news"])
    oldest = window.end_at - CYCLES_TO_LAST_LOOK * (window.end_at - window.start_at)
    return not is_settled(row) or row["effective_from"] >= oldest.date().isoformat()


def told_first(rows: Iterable[Row], window: Window) -> tuple[list[Row], list[Row]]:
    """What to tell at once, at most five, and what to fold.

    News comes first, then what needs somebody, then what is still watched; in each the latest
    decision first. What was settled before this cycle is folded.
    """
    latest = sorted(rows, key=lambda row: (row["effective_from"], row["decision"]), reverse=True)
    ordered = sorted(latest, key=lambda row: _rank(row, window))
    told = [row for row in ordered if not is_settled(row) or is_news(row, window)][:MOST_TOLD]
    named = {row["decision"] for row in told}
    return told, [row for row in ordered if row["decision"] not in named]


def overdue(rows: Iterable[Row]) -> list[Row]:
    """Actions past their day, an owner's together, the owner with the oldest first."""
    late = sorted((row for row in rows if row["is_overdue"]), key=lambda row: row["due"])
    owners = list(dict.fromkeys(row["owner"] for row in late))
    return sorted(late, key=lambda row: owners.index(row["owner"]))


def is_only_overdue(row: Row) -> bool:
    """True where all there is to say of a decision is that nobody has done it."""
    return bool(row["is_overdue"]) and row["verdict"] in NOT_HAPPENED


def days_overdue(row: Row, on: date) -> int:
    """Whole days from the day it was due to ``on``."""
    return (on - date.fromisoformat(row["due"])).days


def counted_verdicts(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """How many rows have each verdict, in the order they first come."""
    verdicts = [row["verdict"] for row in rows]
    return [(verdict, verdicts.count(verdict)) for verdict in dict.fromkeys(verdicts)]


def _rank(row: Row, window: Window) -> int:
    if is_settled(row):
        return 0 if is_news(row, window) else 3
    if row["is_overdue"] or row["verdict"] in NOT_HAPPENED:
        return 1
    return 0 if row.get("is_news") else 2
