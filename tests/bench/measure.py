"""A process and what it took; a figure and whether it holds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass

TIMES = 3


@dataclass(frozen=True)
class Cost:
    """What one process and its children took."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Figure:
    """One line of the table, which holds from ``at_least`` to ``limit``; None where none is set."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        if self.limit is None and self.at_least is None:
            return ""
        is_within = self.limit is None or self.value <= self.limit
        is_enough = self.at_least is None or self.value >= self.at_least
        return "holds" if is_within and is_enough else "MISSED"


def measured(command: Sequence[str]) -> Cost:
    """The median cost of running a command ``TIMES`` times."""
    costs = [once(command) for _ in range(TIMES)]
    return Cost(*(statistics.median(column) for column in zip(*map(astuple, costs), strict=True)))


def once(command: Sequence[str]) -> Cost:
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_seconds = time.perf_counter() - started
    if process.returncode not in (0, 4):  # 4: finished, but a source is incomplete
        sys.exit(f"{' '.join(command)} failed:\n{said.decode()}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Cost(wall_seconds, usage.ru_utime + usage.ru_stime, kilobytes / 1024)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def opsreview(*words: str) -> list[str]:
    return [*python("from opsreview.cli import app; app()"), *words]
