"""Who works for a fleet: processes of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

import logging
import os
import platform
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, requires, version
from multiprocessing import get_context, parent_process
from os.path import isfile
from pathlib import Path
from typing import Any

from opsreview.cores import POLARS_THREADS
from opsreview.errors import FleetError
from opsreview.fleet.task import Done, Task, run_task

DRIVERS = {"adlfs", "gcsfs", "s3fs"}  # of places; those that we have, workers need too
MISSING = "missing"
OTHERS = "{worker} has other versions ({differing}): install the same lock on both"
ANSWER_WITHIN = 15.0  # seconds in which a scheduler has to answer


def local_processes(workers: int) -> Executor:
    """Processes of this machine, each started anew: none inherits threads or locks.

    Several of them keep one core busy each; one alone has the machine.
    """
    set_up = on_one_core if workers > 1 else end_with_parent
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=set_up)


def on_one_core() -> None:
    """Set a process up to work beside others; before polars is imported: it asks once."""
    os.environ.setdefault(POLARS_THREADS, "1")
    end_with_parent()


def end_with_parent() -> None:
    """Have this process end when the one that gives it work is killed: nobody else would end it."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def dask_workers(scheduler: str, *, seen: Sequence[Path] = ()) -> Iterator[Executor]:
    """The workers of a Dask scheduler, such as ``tcp://host:8786``.

    Args:
        scheduler: Its address.
        seen: Files that every worker has to see, as it sees what it works on.

    Raises:
        FleetError: Dask is not installed, the scheduler does not answer, it has no worker, or
            a worker has other versions than we have, or another disk.
    """
    try:
        from distributed import Client
    except ImportError:
        raise FleetError("--scheduler needs Dask: pip install 'opsreview[fleet]'") from None
    try:
        client = Client(scheduler, timeout=ANSWER_WITHIN, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise FleetError(
            f"the scheduler at {scheduler} does not answer ({error}): "
            "look whether it runs there, and whether this machine reaches it"
        ) from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # each team tells its end
    with client:
        _check_versions(client, scheduler)
        _check_disks(client, scheduler, seen)
        yield client.get_executor(pure=False)


def _check_versions(client: Any, scheduler: str) -> None:
    try:
        theirs = client.run(versions)
    except Exception as error:  # whatever a worker without our code says
        raise FleetError(
            f"the workers of {scheduler} cannot run opsreview ({type(error).__name__}: {error}): "
            "install the same lock there"
        ) from None
    if not theirs:
        raise FleetError(f"the scheduler at {scheduler} has no worker: start some")
    ours = _ours()
    for worker, said in sorted(theirs.items()):
        if differing := _differing(ours, said):
            raise FleetError(OTHERS.format(worker=f"worker {worker}", differing=differing))


def work_alike() -> Callable[[Task], Done]:
    """``run_task`` for workers that may join later: one with other versions than ours refuses."""
    return partial(_run_alike, _ours())


def _run_alike(ours: Mapping[str, str], task: Task) -> Done:
    if differing := _differing(ours, versions()):
        said = OTHERS.format(
            worker=f"worker {platform.node()}, that joined later,", differing=differing
        )
        return Done(task, "failed", (said,))
    return run_task(task)


def _differing(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """What a worker has otherwise, in words; empty where all is the same."""
    return ", ".join(
        f"{name} {theirs.get(name, MISSING)} there and {here} here"
        for name, here in ours.items()
        if theirs.get(name) != here
    )


def _check_disks(client: Any, scheduler: str, seen: Sequence[Path]) -> None:
    for path in seen:
        blind = [
            worker for worker, is_there in client.run(isfile, str(path)).items() if not is_there
        ]
        if blind:
            raise FleetError(
                f"workers of {scheduler} do not see the folder {path.parent} ({min(blind)}): name "
                "a URL that all of them reach, such as s3://bucket/outputs, or a shared disk"
            )


def _ours() -> dict[str, str]:
    return {name: said for name, said in versions().items() if said != MISSING}


@cache
def versions() -> dict[str, str]:
    """What has to be the same on both sides for the same bytes: Python, us, what we stand on."""
    ours = {"opsreview", *filter(None, map(_library, requires("opsreview") or []))}
    names = ours | DRIVERS
    found = {name: _version(name) for name in sorted(names)}
    return {"Python": ".".join(platform.python_version_tuple()[:2])} | found


def _library(requirement: str) -> str | None:
    """The name in a line like ``polars>=2.1``; None where the line is of another extra."""
    name, _, condition = requirement.partition(";")
    is_ours = not condition or "fleet" in condition
    found = re.match(r"[\w.-]+", name)
    return found[0] if found and is_ours else None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return MISSING
