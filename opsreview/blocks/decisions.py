"""What became of what the team decided: verdicts, overdue actions, and the whole ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.days import cycle_title, date_alone, day
from opsreview.blocks.values import value_said
from opsreview.operating_model.verdict_rows import (
    NOT_HAPPENED,
    counted_verdicts,
    days_overdue,
    is_dropped,
    is_only_overdue,
    is_settled,
    overdue,
    told_first,
)
from opsreview.review import Review
from opsreview.wording import counted

GOOD = ("worked", "done")
BAD = ("worse", "expected effect ruled out", "not carried out")
MOST_OF_HISTORY = 12


def verdicts(review: Review) -> Block | None:
    """Whether earlier decisions worked: at most five at once, the settled and the rest folded.

    What is only overdue is told by ``overdue_actions``. None where nothing was decided.
    """
    rows = [row for row in review.verdicts if not is_only_overdue(row)]
    if not rows:
        return None
    told, folded = told_first(rows, review.window)
    return rendered(
        "verdicts",
        told=[_row(row, review) for row in told],
        folded=[_row(row, review) for row in folded],
        count=counted(len(review.verdicts), "decision"),
        counts=_counts(folded),
    )


def overdue_actions(review: Review) -> Block | None:
    """Actions whose day has passed, by owner, with how late they are; None when there are none."""
    late = overdue(review.verdicts)
    if not late:
        return None
    rows = [{**_row(row, review), "late": _late(row, review)} for row in late]
    return rendered("overdue", rows=rows, count=counted(len(rows), "action"))


def decision_history(review: Review) -> Block | None:
    """Every decision with its change, expectation and verdict, newest first; None without one."""
    latest = sorted(
        review.verdicts, key=lambda row: (row["effective_from"], row["decision"]), reverse=True
    )
    if not latest:
        return None
    rows = [_row(row, review) for row in latest]
    shown, older = rows[:MOST_OF_HISTORY], rows[MOST_OF_HISTORY:]
    return rendered("decision_history", shown=shown, older=older, counts=_counts(latest))


def tone(row: Mapping[str, Any]) -> str:
    """How a verdict is coloured; its word always stands beside."""
    if row["verdict"] in GOOD:
        return "good"
    if is_dropped(row):
        return "idle"
    return "bad" if row["verdict"] in BAD or is_only_overdue(row) else "idle"


def _row(row: Mapping[str, Any], review: Review) -> dict[str, Any]:
    change = row.get("change")
    return {
        "id": row["decision"],
        "title": row["title"],
        "owner": row["owner"],
        "expects": row["expects"],
        "verdict": row["verdict"],
        "tone": tone(row),
        "says": row["says"] or "",
        "since": date_alone(row["effective_from"]),
        "due": day(row["due"]),
        "next_look": cycle_title(row["next_look"], review.zone),
        "state": _state(row, review),
        "because": row.get("because") or [],
        "change": change and _change(change),
    }


def _state(row: Mapping[str, Any], review: Review) -> str:
    """When the decision is looked at next, or that its verdict stays."""
    if row["next_look"]:
        return f"next look: {cycle_title(row['next_look'], review.zone)}"
    if is_dropped(row):
        return "dropped"
    if row["status"] == "open" and row["verdict"] in (*NOT_HAPPENED, "too early"):
        return f"due {day(row['due'])}"
    return "final" if is_settled(row) else ""


def _late(row: Mapping[str, Any], review: Review) -> str:
    days = days_overdue(row, review.as_of_day)
    return f"{counted(days, 'day')} overdue" if days > 0 else "overdue"


def _change(change: Mapping[str, Any]) -> dict[str, str]:
    return {
        "path": change["path"],
        "before": value_said(change["from"]),
        "after": value_said(change["to"], absent="no longer declared"),
    }


def _counts(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in counted_verdicts(rows))
