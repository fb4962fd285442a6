"""What the coming release asks for: its slot, who sees to it, what blocks it, what waits for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from opsreview.metrics.reading import CycleReading
from opsreview.metrics.view import is_label_of
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import hours_of
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.privacy import Appearance
from opsreview.tables.history import labels_at
from opsreview.window import Window

AHEAD = timedelta(days=120)
MOST_BLOCKERS = 10
MOST_SLOTS = 4


def readiness(
    history: TeamHistory,
    plan: Plan,
    reading: CycleReading,
    model: OperatingModel | None,
    called: Appearance,
) -> dict[str, Any] | None:
    """The coming release as ``next.json`` tells it; None where the model declares no train.

    Returns:
        ``slots`` (``day``, ``excused``: why none is due), ``owner`` and ``deputy`` (as pages call
        them), ``blockers`` (``text``, ``url``; None: no label is said to block),
        ``blocker_count``, ``unreleased_count`` (None: unknown), ``oldest_hours``, ``docs``
        (``path``, ``owner``, ``fresh_for_days``).
    """
    train = model.train(history.team.zone) if model else None
    release = model.entry.rhythm.release if model else None
    if model is None or train is None or release is None:
        return None
    holder = model.holder(release.by)
    waiting = reading.measured["unreleased_changes"]
    is_known = "waiting_hours" in waiting.columns
    blockers = _blockers(history, plan)
    slots = train.slots(Window(plan.as_of, plan.as_of + AHEAD))[:MOST_SLOTS]
    return {
        "slots": [{"day": slot.day.isoformat(), "excused": slot.excused} for slot in slots],
        "by": release.by if release.by not in history.team.people else called.of(release.by),
        "owner": holder.owner and called.of(holder.owner),
        "deputy": holder.deputy and called.of(holder.deputy),
        "blockers": None if blockers is None else _links(blockers.head(MOST_BLOCKERS)),
        "blocker_count": None if blockers is None else blockers.height,
        "unreleased_count": waiting.height if is_known else None,
        "oldest_hours": _oldest(waiting) if is_known else None,
        "docs": [
            {
                "path": page.path,
                "owner": called.said(page.owner),
                "fresh_for_days": hours_of(page.fresh_for) / 24 if page.fresh_for else None,
            }
            for page in model.entry.docs.values()
        ],
    }


def next_due(said: dict[str, Any]) -> date | None:
    """The first slot on which a release is due."""
    due = (slot["day"] for slot in said["slots"] if slot["excused"] is None)
    return next(map(date.fromisoformat, due), None)


def _blockers(history: TeamHistory, plan: Plan) -> pl.DataFrame | None:
    """Open issues and pull requests that bear a label which blocks a release, oldest first."""
    labels = history.team.review.labels.blocker
    if not labels:
        return None
    tables = history.tables.frames
    found = []
    for table in ("issues", "pull_requests"):
        is_opened = pl.col("opened_at") <= plan.as_of
        is_open = pl.col("closed_at").is_null() | (pl.col("closed_at") > plan.as_of)
        items = tables[table].filter(is_opened & is_open)
        borne = labels_at(items, tables["events"], plan.as_of).filter(is_label_of(labels))
        found.append(
            items.join(borne, on=["repo", "number"], how="semi").select(
                "repo", "number", "url", "opened_at"
            )
        )
    return pl.concat(found).sort("opened_at", "repo", "number")


def _links(blockers: pl.DataFrame) -> list[dict[str, str | None]]:
    rows = blockers.select("number", "url").iter_rows()
    return [{"text": f"#{number}", "url": url} for number, url in rows]


def _oldest(waiting: pl.DataFrame) -> float | None:
    longest = waiting["waiting_hours"].max()
    return float(longest) if isinstance(longest, float) else None
