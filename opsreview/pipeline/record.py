"""``run.json``: what was read, from where, until when, by which code, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import polars as pl

from opsreview.metrics.reading import CycleReading
from opsreview.pipeline.fetching import lack
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.store import SCHEMA_VERSION, Reading
from opsreview.tables.doubtful import doubtful
from opsreview.window import Window

NO_ROWS = ("accounts", "commits")  # what tables are made with, and no tables


def run_record(history: TeamHistory, plan: Plan, reading: CycleReading) -> dict[str, Any]:
    """Everything a reader needs to know of how a cycle was made."""
    team, window = history.team, plan.cycle.window
    severities = history.model.entry.severities if history.model else ()
    return {
        "schema_version": SCHEMA_VERSION,
        "team": team.name,
        "cycle": plan.cycle.name,
        "title": plan.cycle.title,
        "zone": team.review.timezone,
        "window": _stretch(window),
        "as_of": plan.as_of.isoformat(),
        "fetched_at": history.fetched_at.isoformat(),
        "is_over": plan.is_over,
        "is_mature": plan.is_mature,
        "privacy": team.review.privacy.names,
        "simulated": any(source.kind == "simulated" for source in team.review.sources),
        "code_version": version("opsreview"),
        "params_sha256": team.params_sha256,
        "repos": [_repo(history, repo) for repo in team.review.repos],
        "sources": [_source(history, source.kind, source.key) for source in team.review.sources],
        "disagreements": {
            table: count for table, count in history.tables.disagreements.items() if count
        },
        "doubtful": doubtful(history.tables.frames, team, severities),
        "excluded": reading.excluded.height,
    }


def incomplete_sources(history: TeamHistory) -> tuple[str, ...]:
    """What the store does not hold wholly and why, a sentence each reason."""
    sources = history.team.review.sources
    return incomplete(
        {
            "repos": [_repo(history, repo) for repo in history.team.review.repos],
            "sources": [_source(history, source.kind, source.key) for source in sources],
        }
    )


def incomplete(run: Mapping[str, Any]) -> tuple[str, ...]:
    """What of a run is not whole and why, a sentence each reason."""
    names: dict[str, list[str]] = {}
    for part in (*run["repos"], *run["sources"]):
        if not part["complete"] and not part.get("incomplete_repos"):
            names.setdefault(part["reason"], []).append(part.get("repo") or part["source"])
    return tuple(
        f"{', '.join(known)} {'are' if len(known) > 1 else 'is'} incomplete: {reason}"
        for reason, known in names.items()
    )


def _repo(history: TeamHistory, repo: str) -> dict[str, Any]:
    """``n_items`` is what its source counts, or what the tables hold where no source counts."""
    readings = [
        reading for found in history.readings.values() for reading in found if reading.repo == repo
    ]
    counted = [reading for reading in readings if reading.n_expected is not None]
    most = max(counted, key=lambda reading: reading.n_expected or 0, default=None)
    lacking = [reading for reading in readings if not reading.is_complete]
    reasons = [lack(reading) for reading in lacking]
    if repo not in history.tables.coverage.repos("issues"):
        reasons = reasons or ["no source gives its issues"]
    return {
        "repo": repo,
        "n_items": most.n_items if most else _item_count(history, repo),
        "n_expected": most.n_expected if most else None,
        "complete": not reasons,
        "reason": _joined(reasons),
        "fetched_at": _stated(min(_moments(lacking or readings), default=None)),
    }


def _item_count(history: TeamHistory, repo: str) -> int:
    frames = history.tables.frames
    is_repo = pl.col("repo") == repo
    return sum(frames[name].filter(is_repo).height for name in ("issues", "pull_requests"))


def _source(history: TeamHistory, kind: str, key: str) -> dict[str, Any]:
    """``incomplete_repos`` are those of the team's repositories that tell its lack themselves."""
    readings, rows = history.readings[key], history.rows[key]
    rejected = sum(
        frame.filter(pl.col("source") == key).height for frame in history.tables.rejected.values()
    )
    lacking = [reading for reading in readings if not reading.is_complete]
    reasons = [lack(reading) for reading in readings if reading.reason or not reading.is_complete]
    reasons += rows.remarks
    if not readings:
        reasons = ["never fetched: run `opsreview fetch`"]
    return {
        "kind": kind,
        "source": _without_folders(key),
        "rows": sum(frame.height for name, frame in rows.tables.items() if name not in NO_ROWS),
        "rejected": rejected,
        "complete": bool(readings) and not lacking,
        "reason": _joined(reasons),
        "incomplete_repos": [one.repo for one in lacking if one.repo in history.team.review.repos],
        "assumed_zone": rows.assumed_zone_count,
        "fetched_at": _stated(rows.fetched_at),
        "covers": [
            {"table": table, "repo": repo or None, **_stretch(window)}
            for (table, repo), window in sorted(rows.covers.items())
        ],
    }


def _joined(reasons: Iterable[str]) -> str | None:
    return "; ".join(dict.fromkeys(reasons)) or None


def _moments(readings: Sequence[Reading]) -> list[datetime]:
    return [reading.fetched_at for reading in readings if reading.fetched_at]


def _stated(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _without_folders(key: str) -> str:
    """A source's key without the folders of whoever ran this: run.json is published."""
    return ":".join(
        part.rsplit("/", 1)[-1] if re.match(r"/[^/]|\.\.", part) else part
        for part in key.split(":")
    )


def _stretch(window: Window) -> dict[str, str]:
    return {"start_at": window.start_at.isoformat(), "end_at": window.end_at.isoformat()}
