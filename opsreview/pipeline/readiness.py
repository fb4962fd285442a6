"""What the coming release asks for: its slot, who sees to it, what blocks it, what waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import polars as pl

from opsreview.metrics.punctuality import release_punctuality
from opsreview.metrics.reading import CycleReading
from opsreview.metrics.view import is_label_of, is_open_at
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import hours_of
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.privacy import Appearance
from opsreview.tables.history import labels_at
from opsreview.train import Train
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
    return {
        "slots": _slots(history, plan, train),
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


def next_due(said: Mapping[str, Any]) -> str | None:
    """The first slot on which a release is due."""
    return next((slot["day"] for slot in said["slots"] if slot["excused"] is None), None)


def _slots(history: TeamHistory, plan: Plan, train: Train) -> list[dict[str, Any]]:
    """The slots from the day of ``as_of`` on, but for one that has its release already."""
    today = plan.as_of.astimezone(train.zone).date()
    begins_at = datetime.combine(today, time(), train.zone).astimezone(UTC)
    window = Window(begins_at, begins_at + AHEAD)
    releases = history.tables.frames["releases"]
    rows = release_punctuality(releases, train=train, window=window, as_of=plan.as_of)
    to_come = rows.filter(pl.col("slot_on").is_not_null() & pl.col("tag").is_null())
    return [
        {"day": day.isoformat(), "excused": excused}
        for day, excused in to_come.select("slot_on", "excused").head(MOST_SLOTS).iter_rows()
    ]


def _blockers(history: TeamHistory, plan: Plan) -> pl.DataFrame | None:
    """Open issues and pull requests that bear a label which blocks a release, oldest first."""
    labels = history.team.review.labels.blocker
    if not labels:
        return None
    tables = history.tables.frames
    open_ones = tables["spells"].filter(is_open_at(plan.as_of))
    found = []
    for table in ("issues", "pull_requests"):
        items = tables[table].join(open_ones, on=["repo", "number"], how="semi")
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
