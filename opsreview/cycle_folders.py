"""Which folders of a team's outputs are cycles, and which of those are whole."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from opsreview.errors import CycleError
from opsreview.window import Cycle

RUN = "run.json"  # put last and taken away first


def is_cycle(name: str) -> bool:
    """Whether a folder's name is a month's or a quarter's."""
    try:
        Cycle(name, ZoneInfo("UTC"))
    except CycleError:
        return False
    return True


def is_whole(names: Collection[str]) -> bool:
    """Whether a cycle's folder that holds these is whole, or was put there in part."""
    return RUN in names
