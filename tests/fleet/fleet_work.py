"""What workers do in tests, importable by their processes."""

from __future__ import annotations

import os
from pathlib import Path

from opsreview.fleet.task import Done, Task


def whole(task: Task) -> Done:
    """All goes well."""
    return Done(task, "whole", path=f"{task.team}/{task.step}")


def killed_by_bad(task: Task) -> Done:
    """The worker dies, as of too little memory, when it does the team ``bad``."""
    if task.team == "bad":
        os._exit(137)
    return whole(task)


def killed_once(mark: str, task: Task) -> Done:
    """The worker dies the first time that it does the team ``bad``."""
    if task.team == "bad" and not Path(mark).exists():
        Path(mark).touch()
        os._exit(137)
    return whole(task)
