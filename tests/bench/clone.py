"""A large clone, and what it takes to tell which of its releases holds which merge.

Thirty thousand commits on branches that are merged by merge commits and squashes, seven hundred
tags, a hotfix branch with a picked change for each tenth of them: made by ``git fast-import``.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from measure import Figure

from opsreview.metrics.released import released_changes
from opsreview.params import ReleaseRules
from opsreview.sources.git_tags import GitTags
from opsreview.store import Store
from opsreview.tables.ancestry import TOLD, with_releases
from opsreview.tables.releases import classified
from opsreview.tables.schemas import SCHEMAS

REPO = "example/large"
MERGES, COMMITS_A_MERGE, TAGS = 6_000, 5, 700
FIRST_AT = datetime(2016, 1, 1, tzinfo=UTC)
EVERY = timedelta(hours=14)
MOST_SECONDS = 3.0


class _History:
    """What ``git fast-import`` reads, commit by commit."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.commits = 0

    def commit(self, branch: str, subject: str, at: datetime, *parents: int) -> int:
        self.commits += 1
        said = [f"commit refs/heads/{branch}", f"mark :{self.commits}"]
        said += [f"committer A Person <person@example.org> {int(at.timestamp())} +0000"]
        said += [f"data {len(subject)}", subject]
        said += [f"{'merge' if place else 'from'} :{p}" for place, p in enumerate(parents)]
        self.lines += [*said, ""]
        return self.commits

    def tag(self, name: str, commit: int) -> None:
        self.lines += [f"reset refs/tags/{name}", f"from :{commit}", ""]


def large_clone(folder: Path, merges: int = MERGES, tags: int = TAGS) -> pl.DataFrame:
    """Make the clone; the pull requests merged in it, with the release that holds each."""
    history, rows, pending = _History(), [], []
    main = history.commit("main", "start", FIRST_AT - EVERY)
    released, gap = 0, merges // (tags * 10 // 11)
    for number in range(1, merges + 1):
        at = FIRST_AT + number * EVERY
        main = _merged(history, number, main, at)
        pending.append({"repo": REPO, "number": number, "merged_at": at})
        if number % gap == 0:
            tag = f"v1.{released}.0"
            history.tag(tag, main)
            rows += [row | {"expected": tag} for row in pending]
            pending = []
            if released % 10 == 0:
                fix = f"Fix after it (#{merges + released + 1})"
                picked = history.commit(f"hotfix-{released}", fix, at + EVERY / 3, main)
                history.tag(f"v1.{released}.1", picked)
                main = history.commit("main", fix, at + EVERY / 4, main)
                fixed = {"repo": REPO, "number": merges + released + 1}
                fixed |= {"merged_at": at + EVERY / 4, "expected": f"v1.{released}.1"}
                rows.append(fixed)
            released += 1
    rows += [row | {"expected": None} for row in pending]
    git = shutil.which("git") or "git"
    subprocess.run([git, "init", "--quiet", "--initial-branch=main", str(folder)], check=True)
    given = "\n".join([*history.lines, "done", ""]).encode()
    importing = [git, "-C", str(folder), "fast-import", "--quiet", "--done"]
    subprocess.run(importing, input=given, check=True)
    return pl.DataFrame(rows)


def _merged(history: _History, number: int, main: int, at: datetime) -> int:
    """Every second pull request is squashed, the others bring their commits with a merge."""
    branch, tip = f"feature-{number % 50}", main
    count = 1 if number % 2 else 2 * COMMITS_A_MERGE - 1
    for step in range(count - 1):
        tip = history.commit(branch, f"step {step}", at - EVERY / 2 + step * EVERY / 20, tip)
    if number % 2:
        return history.commit("main", f"Add a thing (#{number})", at, main)
    return history.commit("main", f"Merge pull request #{number} from a/{branch}", at, main, tip)


def figures_of_clone(folder: Path) -> Iterator[Figure]:
    """Seconds from the clone on disk to the release of each merge, and how many are wrong."""
    merged = large_clone(folder / "clone")
    source = GitTags.model_validate(
        {"kind": "git_tags", "path": "clone", "repo": REPO}, context={"folder": folder}
    )
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        told, counts = told_of(source, merged, folder / "store.sqlite")
        seconds.append(time.perf_counter() - started)
    size = f"{counts['releases']} tags, {merged.height} merges, {counts['commits']} commits"
    yield Figure("large clone: fetched and told", sorted(seconds)[1], "s", MOST_SECONDS, size)
    wrong = told.filter(pl.col("released_in").ne_missing(pl.col("expected"))).height
    yield Figure("… merges told to be in the wrong release", wrong, "merges", 0)
    stored = (folder / "store.sqlite").stat().st_size / 1e6
    yield Figure("… its store", stored, "MB")


def told_of(
    source: GitTags, merged: pl.DataFrame, store_file: Path
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The merges with the release that holds each, as a build tells it; rows by table."""
    with Store.open(store_file) as store:
        source.fetch(store)
        tables = source.rows(store).tables
    releases = classified(tables["releases"], ReleaseRules())
    pulls = SCHEMAS["pull_requests"].create_empty().drop(TOLD)
    items = pl.concat(
        [pulls, merged.with_columns(opened_at="merged_at").drop("expected")], how="diagonal_relaxed"
    )
    told = with_releases(items, releases, tables["commits"])
    as_of = FIRST_AT + timedelta(days=10_000)
    changes = released_changes(told, releases, as_of=as_of).collect()
    beside = merged.join(changes.select("repo", "number", "released_in"), on=["repo", "number"])
    return beside, {name: table.height for name, table in tables.items()}
