"""What workers do in tests, importable by their processes."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

from opsreview import pipeline
from opsreview.errors import StoppedError
from opsreview.fleet.lease import held, utc_now
from opsreview.fleet.task import Done, Task, run_task
from opsreview.pipeline.notebooks import review_notebooks
from opsreview.place import Place


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


def broken_or_whole(task: Task) -> Done:
    """The team ``broken`` fails for its params."""
    if task.team == "broken":
        return Done(task, "failed", ("params/broken/review.yaml:1: repos: it says 7",))
    return whole(task)


def ticked(task: Task) -> Done:
    """A fetch finds a tick in the issue of the team ``alpha``."""
    notes = ("ticked in #7: p-1",) if (task.team, task.step) == ("alpha", "fetch") else ()
    return replace(whole(task), notes=notes)


def holding(task: Task) -> Done:
    """The team is held and released; whoever else has it stops the step."""
    try:
        with held(task.outputs, task.team, run=task.run):
            return whole(task)
    except StoppedError as error:
        return Done(task, "stopped", (str(error),), until=error.until)


def killed_holding(mark: str, task: Task) -> Done:
    """The worker dies the first time that it holds the team ``bad``."""
    with held(task.outputs, task.team, run=task.run):
        return killed_once(mark, task)


def with_its_front_page(task: Task) -> Done:
    """A whole step, of whose pages the first is made: they are dear, and tested elsewhere."""
    first = [path for path in review_notebooks() if path.stem == "retrospective"]
    with patch.object(pipeline, "review_notebooks", lambda: first):
        return run_task(task)


def killed_while_it_puts(mark: str, task: Task) -> Done:
    """The same; the worker is killed the first time that it puts a cycle of ``beta``."""

    def killed(*_: Any, **__: Any) -> NoReturn:
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("it lives")

    if task.team != "beta" or Path(mark).exists():
        return with_its_front_page(task)
    with patch.object(Place, "copy_out", killed):
        return with_its_front_page(task)


def stopped_or_whole(task: Task) -> Done:
    """A limit stops the fetch of the team ``late`` for an hour."""
    if (task.team, task.step) == ("late", "fetch"):
        return Done(task, "stopped", ("a limit",), until=utc_now() + timedelta(hours=1))
    return whole(task)
