"""``run.json``: what was read, from where, until when, by which code, and what is missing."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import polars as pl

from opsreview.metrics.reading import CycleReading
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.store import SCHEMA_VERSION
from opsreview.window import Window


def run_record(history: TeamHistory, plan: Plan, reading: CycleReading) -> dict[str, Any]:
    """Everything a reader needs to know of how a cycle was made."""
    team, window = history.team, plan.cycle.window
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
        "excluded": reading.excluded.height,
    }


def is_complete(run: dict[str, Any]) -> bool:
    """Whether every repository and source of a run is whole."""
    return all(part["complete"] for part in (*run["repos"], *run["sources"]))


def _repo(history: TeamHistory, repo: str) -> dict[str, Any]:
    frames = history.tables.frames
    is_repo = pl.col("repo") == repo
    readings = [
        reading for found in history.readings.values() for reading in found if reading.repo == repo
    ]
    expected = [reading.n_expected for reading in readings if reading.n_expected is not None]
    has_issues = repo in history.tables.coverage.repos("issues")
    return {
        "repo": repo,
        "n_items": sum(frames[name].filter(is_repo).height for name in ("issues", "pull_requests")),
        "n_expected": max(expected, default=None),
        "complete": has_issues and all(reading.is_complete for reading in readings),
        "reason": None if has_issues else "no source gives its issues",
    }


def _source(history: TeamHistory, kind: str, key: str) -> dict[str, Any]:
    readings, rows = history.readings[key], history.rows[key]
    rejected = sum(
        frame.filter(pl.col("source") == key).height for frame in history.tables.rejected.values()
    )
    reasons = [reading.reason for reading in readings if reading.reason]
    if not readings:
        reasons = ["never fetched: run `opsreview fetch`"]
    return {
        "kind": kind,
        "source": _without_folders(key),
        "rows": sum(frame.height for name, frame in rows.tables.items() if name != "accounts"),
        "rejected": rejected,
        "complete": bool(readings) and all(reading.is_complete for reading in readings),
        "reason": "; ".join(reasons) or None,
        "assumed_zone": rows.assumed_zone_count,
        "fetched_at": rows.fetched_at.isoformat() if rows.fetched_at else None,
        "covers": [
            {"table": table, "repo": repo or None, **_stretch(window)}
            for (table, repo), window in sorted(rows.covers.items())
        ],
    }


def _without_folders(key: str) -> str:
    """A source's key without the folders of whoever ran this: run.json is published."""
    return ":".join(
        part.rsplit("/", 1)[-1] if part.startswith(("/", "..")) else part for part in key.split(":")
    )


def _stretch(window: Window) -> dict[str, str]:
    return {"start_at": window.start_at.isoformat(), "end_at": window.end_at.isoformat()}
