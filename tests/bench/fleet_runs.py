"""Simulated teams by one process, by two processes, and by two workers of a Dask cluster."""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from functools import partial
from hashlib import sha256
from pathlib import Path

from measure import Figure

from opsreview.fleet import Task, run_fleet
from opsreview.fleet.executors import dask_workers, local_processes

WORKERS = 2
CYCLE = "2026-10"
DEMO = Path(__file__).parents[2] / "params" / "demo"
REPEATABLE = ("metrics.parquet", "history.parquet", "findings.json", "index.html", "summary.md")


def figures_of_fleet(folder: Path, teams: int) -> Iterator[Figure]:
    """Wall time, memory, and whether each team's files are the same bytes in all three."""
    from distributed import LocalCluster

    params = _params(folder, teams)
    alone = _run(params, folder / "alone", _alone, 1)
    yield Figure(f"{teams} teams, one after the other on a core", alone, "s")
    beside = _run(params, folder / "beside", partial(local_processes, WORKERS), WORKERS)
    yield Figure(f"{teams} teams, {WORKERS} processes", beside, "s")
    yield Figure("… against half of one after the other", 2 * beside / alone, "times", 1.15)
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        dask_workers(cluster.scheduler_address) as executor,
    ):
        by_dask = _run(params, folder / "dask", lambda: executor, None)
    yield Figure(f"{teams} teams, {WORKERS} Dask workers", by_dask, "s")
    yield Figure("… against half of one after the other", 2 * by_dask / alone, "times", 1.15)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    largest = peak / (1024 if sys.platform == "darwin" else 1) / 1024
    yield Figure("largest process of a worker", largest, "MB", 1024)
    yield Figure("teams with other bytes", len(_differing(folder)), "teams", 0)


def _params(folder: Path, teams: int) -> Path:
    for seed in range(1, teams + 1):
        team = folder / "params" / f"team-{seed:03}"
        shutil.copytree(DEMO, team)
        review = team / "review.yaml"
        review.write_text(review.read_text("utf-8").replace("seed: 239", f"seed: {seed}"), "utf-8")
    return folder / "params"


def _alone() -> Executor:
    """One process on one core, as each of several has it."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from opsreview.fleet.executors import on_one_core

    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=on_one_core)


def _run(
    params: Path, outputs: Path, executor: Callable[[], Executor], at_once: int | None
) -> float:
    tasks = [
        Task(team.name, str(params), str(outputs), cycle=CYCLE) for team in sorted(params.iterdir())
    ]
    began = time.perf_counter()
    found = list(run_fleet(tasks, executor, at_once=at_once))
    if lost := [done for done in found if done.state != "whole"]:
        sys.exit(f"not whole: {lost[0].task.team}: {lost[0].problems}")
    return time.perf_counter() - began


def _differing(folder: Path) -> set[str]:
    """The teams of which a file differs between the three."""
    digests: dict[str, set[tuple[str, ...]]] = {}
    for outputs in ("alone", "beside", "dask"):
        for cycle in sorted((folder / outputs).glob(f"*/{CYCLE}")):
            told = tuple(sha256((cycle / name).read_bytes()).hexdigest() for name in REPEATABLE)
            digests.setdefault(cycle.parent.name, set()).add(told)
    return {team for team, seen in digests.items() if len(seen) > 1}
