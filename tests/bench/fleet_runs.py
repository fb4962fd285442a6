"""Simulated teams by one process, by two processes, and by two workers of a Dask cluster.

    .venv/bin/python tests/bench/fleet_runs.py 100

The three take turns, some teams at a time, so that what else the machine does befalls all alike.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil
from measure import Figure

from opsreview.cores import POLARS_THREADS
from opsreview.fleet import Task, run_fleet
from opsreview.fleet.executors import dask_workers, local_processes, on_one_core

sys.path.insert(0, str(Path(__file__).parents[1]))

from cycle_bytes import cycle_bytes, differing

WORKERS = 2
TURN = 10  # teams
CYCLE = "2026-10"
REVIEW = """\
repos: [example/analyst-extension]
timezone: Europe/Madrid
sources:
  - {{kind: simulated, team: extension, seed: {seed}, covers: {{from: "2026-08-01"}}}}
labels: {{triaged: ["kind/*", "area/*"], incident: [incident]}}
privacy: {{names: shown}}
"""
Make = Callable[[], Executor]


def figures_of_fleet(folder: Path, teams: int) -> Iterator[Figure]:
    """Wall and CPU time, memory, and whether each team's files are the same bytes in all three."""
    params = _params(folder, teams)
    wall, cpu = Counter[str](), Counter[str]()
    with _memory_of_workers() as peaks:
        for first in range(0, teams, TURN):
            turn = sorted(path.name for path in params.iterdir())[first : first + TURN]
            for name, way in WAYS.items():
                before = _cpu_seconds()
                with way() as (make, at_once):
                    wall[name] += _run(params, folder / name, turn, make, at_once)
                cpu[name] += _cpu_seconds() - before
    yield Figure(f"{teams} teams, one after the other on a core", wall["alone"], "s")
    for name, what in (("processes", "processes"), ("dask", "Dask workers")):
        yield Figure(f"{teams} teams, {WORKERS} {what}", wall[name], "s")
        ratio = WORKERS * wall[name] / wall["alone"]
        note = f"CPU {cpu[name] / cpu['alone']:.2f} times; load {os.getloadavg()[2]:.1f}"
        yield Figure("… against half of one after the other", ratio, "times", 1.15, note)
    yield Figure("CPU of a team", cpu["alone"] / teams, "s")
    yield Figure("largest worker, with its kernels", max(peaks.values()), "MB", 1024)
    yield Figure("teams with other bytes", len(_differing(folder)), "teams", 0)


def _params(folder: Path, teams: int) -> Path:
    for seed in range(1, teams + 1):
        team = folder / "params" / f"team-{seed:03}"
        team.mkdir(parents=True)
        (team / "review.yaml").write_text(REVIEW.format(seed=seed), "utf-8")
    return folder / "params"


@contextmanager
def _alone() -> Iterator[tuple[Make, int]]:
    """One process on one core, as each of several has it."""
    spawn = get_context("spawn")
    yield partial(ProcessPoolExecutor, 1, mp_context=spawn, initializer=on_one_core), 1


@contextmanager
def _beside() -> Iterator[tuple[Make, int]]:
    yield partial(local_processes, WORKERS), WORKERS


@contextmanager
def _by_dask() -> Iterator[tuple[Make, None]]:
    from distributed import LocalCluster

    alike = {"threads_per_worker": 1, "env": {POLARS_THREADS: "1"}}  # as the others have it
    with (
        LocalCluster(
            n_workers=WORKERS, dashboard_address=None, host="127.0.0.1", **alike
        ) as cluster,
        dask_workers(cluster.scheduler_address) as executor,
    ):
        yield lambda: executor, None


WAYS = {"alone": _alone, "processes": _beside, "dask": _by_dask}


def _run(params: Path, outputs: Path, teams: list[str], make: Make, at_once: int | None) -> float:
    """The seconds that these teams take."""
    tasks = [Task(team, str(params), str(outputs), cycle=CYCLE) for team in teams]
    began = time.perf_counter()
    found = list(run_fleet(tasks, make, at_once=at_once))
    if lost := [done for done in found if done.state != "whole"]:
        sys.exit(f"not whole: {lost[0].task.team}: {lost[0].problems}")
    return time.perf_counter() - began


def _cpu_seconds() -> float:
    """Of all processes that have ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def _memory_of_workers() -> Iterator[dict[int, float]]:
    """The most memory in MB that each child had at once, its kernels included.

    It is looked at once a second: a look takes time from the cores that work.
    """
    peaks: dict[int, float] = {os.getpid(): 0.0}
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(1.0):
            for child in psutil.Process().children():
                held = sum(map(_megabytes, [child, *_below(child)]))
                peaks[child.pid] = max(peaks.get(child.pid, 0.0), held)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    yield peaks
    is_over.set()
    looking.join()


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:  # it ended meanwhile
        return []


def _megabytes(process: psutil.Process) -> float:
    try:
        return _own_bytes(process) / 1024 / 1024
    except psutil.Error:
        return 0.0


def _own_bytes(process: psutil.Process) -> int:
    """What a process holds, shared pages by its part of them where the system tells."""
    held = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
    own: int = getattr(held, "pss", held.rss)
    return own


def _differing(folder: Path) -> set[str]:
    """The teams of which one of the three lacks a file, or has another."""
    found = differing(*(cycle_bytes(str(folder / way), CYCLE) for way in WAYS))
    return {name.partition("/")[0] for name in found}


if __name__ == "__main__":
    from bench import line_of

    scratch = Path(tempfile.mkdtemp(prefix="opsreview-bench-"))
    try:
        for figure in figures_of_fleet(scratch, int(sys.argv[1])):
            print(line_of(figure), flush=True)
    finally:
        shutil.rmtree(scratch)
