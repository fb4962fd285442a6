"""How many cores this process may keep busy."""

from __future__ import annotations

import os

POLARS_THREADS = "POLARS_MAX_THREADS"  # polars reads it when it is imported, and kernels inherit it


def cores() -> int:
    """As many as polars was told to use, else all of the machine.

    One setting holds for both, so that several of us can share a machine.
    """
    told = os.environ.get(POLARS_THREADS, "")
    return int(told) if told.isdecimal() and told != "0" else os.cpu_count() or 1
