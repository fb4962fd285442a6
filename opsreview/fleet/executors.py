"""Who works for a fleet: processes of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

import logging
import os
import platform
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, requires, version
from multiprocessing import get_context, parent_process
from typing import Any

from opsreview.cores import POLARS_THREADS
from opsreview.errors import FleetError

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
def dask_workers(scheduler: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler, such as ``tcp://host:8786``.

    Raises:
        FleetError: Dask is not installed, the scheduler does not answer, it has no worker, or
            a worker's versions differ from ours.
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
        differing = [
            f"{name} {said.get(name, 'missing')} there and {here} here"
            for name, here in ours.items()
            if said.get(name) != here
        ]
        if differing:
            raise FleetError(
                f"worker {worker} has other versions ({', '.join(differing)}): "
                "install the same lock on both"
            )


def _ours() -> dict[str, str]:
    return versions()


def versions() -> dict[str, str]:
    """What has to be the same on both sides for the same bytes: Python, us, what we stand on."""
    names = {"opsreview", *filter(None, map(_library, requires("opsreview") or []))}
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
        return "missing"
