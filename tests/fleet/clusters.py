"""A Dask scheduler and its workers, as processes on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from distributed import Client

WORKERS = 2
TESTS = str(Path(__file__).parents[1])


@contextmanager
def running_cluster(folder: Path) -> Iterator[str]:
    """The address of a scheduler with two workers, that have this process's environment."""
    known = folder / "scheduler.json"
    here = ["--scheduler-file", str(known), "--no-dashboard"]
    worker = ["--nthreads", "1", "--local-directory", str(folder), "--host", "127.0.0.1"]
    with ExitStack() as started:
        _start(started, "dask_scheduler", *here, "--host", "127.0.0.1", "--port", "0")
        for _ in range(WORKERS):
            _start(started, "dask_worker", *here, *worker)
        with Client(scheduler_file=str(known), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(WORKERS, timeout=60)
            address = client.scheduler.address
        yield address


def _start(started: ExitStack, command: str, *arguments: str) -> None:
    program = [sys.executable, "-m", f"distributed.cli.{command}", *arguments]
    environment = os.environ | {"PYTHONPATH": f"{TESTS}:{os.environ.get('PYTHONPATH', '')}"}
    process = started.enter_context(
        subprocess.Popen(program, env=environment, stderr=subprocess.DEVNULL)
    )
    started.callback(process.kill)
