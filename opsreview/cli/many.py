"""The monthly job of many teams: who works, what is told, and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opsreview.cli.shared import NOT_WHOLE, STOPPED, refusals_told

if TYPE_CHECKING:
    from opsreview.fleet import Done

PlaceOfParams = Annotated[
    str,
    typer.Option(
        "--params", metavar="PLACE", help="Where the teams' params are: a folder or a URL."
    ),
]
PlaceOfOutputs = Annotated[
    str,
    typer.Option(
        "--outputs", metavar="PLACE", help="Where stores, data and pages go: a folder or a URL."
    ),
]
Workers = Annotated[
    int,
    typer.Option(min=0, help="Processes for several teams.  [default: one a core]"),
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Of a Dask cluster, whose workers do the teams."),
]
Fetches = Annotated[int, typer.Option(min=1, help="The most fetches at once, over all workers.")]


@dataclass(frozen=True)
class Hands:
    """Who works, and on what terms."""

    workers: int
    scheduler: str | None
    fetches: int
    is_offline: bool
    max_wait_minutes: int


def is_far(*places: str) -> bool:
    """True where any of the places is a URL."""
    return any("://" in place for place in places)


def run_many(teams: Sequence[str] | None, hands: Hands, **shared: Any) -> None:
    """The cycles of these teams, or of all that have params; a line each as it ends."""
    from opsreview import terminal
    from opsreview.fleet import Task, run_fleet
    from opsreview.fleet.places import team_names

    with refusals_told(), _executor(hands) as (executor, at_once):
        names = sorted(set(teams)) if teams is not None else team_names(shared["params"])
        found = []
        for done in run_fleet(
            [Task(name, **shared) for name in names],
            executor,
            at_once=at_once,
            fetches=hands.fetches,
            offline=hands.is_offline,
            max_wait=timedelta(minutes=hands.max_wait_minutes),
        ):
            found.append(done)
            _tell(done)
        terminal.complain(_in_all(found))
    sys.exit(_exit_code(found))


@contextmanager
def _executor(hands: Hands) -> Iterator[tuple[Any, int | None]]:
    """What makes the executor, and how many tasks it is given at once."""
    from opsreview.fleet.executors import dask_workers, local_processes

    if hands.scheduler is None:
        workers = hands.workers or os.cpu_count() or 1
        yield lambda: local_processes(workers), workers
        return
    with dask_workers(hands.scheduler) as cluster:
        yield lambda: cluster, None


def _tell(done: Done) -> None:
    from opsreview import terminal

    for problem in done.problems:
        terminal.complain(f"{done.task.team}: {done.state}: {problem}")
    if done.path is not None:
        terminal.tell(done.path)


def _in_all(found: Sequence[Done]) -> str:
    """How the teams ended, and which to run again."""
    parts = []
    for state, what in (
        ("whole", "whole"),
        ("incomplete", "made, but not whole"),
        ("stopped", "stopped"),
        ("failed", "failed"),
    ):
        names = sorted(done.task.team for done in found if done.state == state)
        named = f": {' '.join(names)}" if names and state in ("stopped", "failed") else ""
        parts += [f"{len(names)} {what}{named}"] if names else []
    return f"{len(found)} teams: {'; '.join(parts)}"


def _exit_code(found: Sequence[Done]) -> int:
    states = {done.state for done in found}
    if states & {"failed", "incomplete"}:
        return NOT_WHOLE
    return STOPPED if "stopped" in states else 0
