"""A cycle's folder with what filters look at, from a subject: no store, no params, no model."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import factories
import polars as pl
from metrics.histories import REPOS, History
from metrics.views import AS_OF, OCTOBER, TARGETS, subject

from opsreview.filtering.known import FILE, Known
from opsreview.metrics.reading import Subject, read_cycle, read_history
from opsreview.metrics.view import Groups, Targets
from opsreview.privacy import Appearance
from opsreview.review import Review
from opsreview.window import Cycle, Window

GROUPS = Groups(priorities={"p1": ["urgent"]}, areas={"docs": ["docs"], "app": ["app/*"]})
WAITING = {
    "kind": pl.String,
    "repo": pl.String,
    "number": pl.Int64,
    "title": pl.String,
    "url": pl.String,
    "waiting_hours": pl.Float64,
    "area": pl.String,
    "rank": pl.Int64,
}


def pseudonyms(people: set[str]) -> Appearance:
    """Everybody under a pseudonym that tells nothing of the name's place in the alphabet."""
    return Appearance("pseudonyms", {name: f"person-{hash_of(name)}" for name in people})


def hash_of(name: str) -> str:
    return f"{sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 9973:04}"


def everybody(team: Subject) -> set[str]:
    """All whom the tables name."""
    named = [
        frame[column].drop_nulls()
        for frame in team.tables.frames.values()
        for column in frame.columns
        if column.endswith("_id") and column.rpartition("_")[0] in ("author", "actor", "merged_by")
    ]
    return set(pl.concat(named)) | set(team.tables.frames["people"]["person_id"])


def folder_of(
    root: Path,
    team: Subject,
    *,
    called: Appearance | None = None,
    targets: Targets = TARGETS,
    as_of: datetime = AS_OF,
    months: int = 2,
    waiting: pl.DataFrame | None = None,
) -> Review:
    """October 2026 of a team as a build leaves it, beside the months before it."""
    folder = root / "outputs" / "team" / "2026-10"
    (folder / "tables").mkdir(parents=True)
    called = called or pseudonyms(everybody(team))
    reading = read_cycle(team, window=OCTOBER, as_of=as_of, targets=targets)
    cycle, plans = Cycle("2026-10", team.zone), list[tuple[Window, datetime, Targets]]()
    for _ in range(months):
        cycle = cycle.previous
        plans.append((cycle.window, cycle.window.end_at + (as_of - OCTOBER.end_at), targets))
    frames = {
        "metrics": called.metrics(reading.metrics),
        "history": called.metrics(read_history(team, plans).metrics),
        "curves": reading.curves,
        "excluded": reading.excluded,
        "waiting": pl.DataFrame(schema=WAITING) if waiting is None else waiting,
    }
    for name, frame in team.tables.frames.items():
        if name != "spells":
            frames[f"tables/{name}"] = frame
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    run = {
        "team": "team",
        "cycle": "2026-10",
        "title": "October 2026",
        "zone": team.zone.key,
        "window": {"start_at": OCTOBER.start_at.isoformat(), "end_at": OCTOBER.end_at.isoformat()},
        "as_of": as_of.isoformat(),
        "repos": [{"repo": repo} for repo in team.repos],
    }
    known = Known(team, [(None, targets)], called).to_json()
    for name, said in {"run.json": run, FILE: known}.items():
        (folder / name).write_text(json.dumps(said), "utf-8")
    return Review(folder)


def random_review(root: Path, seed: int = 2) -> Review:
    """Two repositories with a random history; it is known from August on."""
    known = Window(factories.at("2026-08-01"), factories.at("2027-01-01"))
    tables: dict[str, Any] = History(seed).tables_at(AS_OF + timedelta(days=30))
    covers = {(table, repo): known for table in tables for repo in REPOS}
    return folder_of(root, subject(repos=REPOS, groups=GROUPS, covers=covers, **tables))


def small_review(root: Path, **stated: Any) -> Review:
    """A cycle of the tables a test states; people are called by their names."""
    team = subject(groups=GROUPS, **stated)
    shown = Appearance("shown", {name: name for name in everybody(team)})
    return folder_of(root, team, called=shown)
