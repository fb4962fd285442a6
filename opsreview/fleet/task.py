"""One step of one team's cycle: what a worker does, whichever executor it works for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from opsreview.errors import OpsReviewError, StoppedError
from opsreview.place import Place
from opsreview.secrets import redacted

if TYPE_CHECKING:
    from pathlib import Path

    from opsreview.fleet.lease import Lease
    from opsreview.fleet.places import Workspace
    from opsreview.pipeline import Outcome

Step = Literal["fetch", "review"]
State = Literal["whole", "incomplete", "stopped", "failed"]
PATIENCE = 60.0  # a worker waits out short limits; longer ones are for the fleet to come back to


@dataclass(frozen=True)
class Task:
    """What to do for which team, and where; without secrets, so that it may travel.

    ``params`` and ``outputs`` are folders or URLs that every worker reaches. Secrets are the
    environment of the worker. ``run`` names the run that it is a part of: where a worker died,
    the next one of the same run takes the team over at once.
    """

    team: str
    params: str
    outputs: str
    step: Step = "fetch"
    cycle: str | None = None
    as_of: datetime | None = None
    is_sweep: bool = False
    single_file: bool = False
    run: str = ""


@dataclass(frozen=True)
class Done:
    """What came of a task.

    ``state`` is ``whole``, ``incomplete`` (made, but something is missing: ``problems``),
    ``stopped`` (by a limit or another process; ``until`` is when to come back) or ``failed``
    (``problems`` say why). ``path`` is the page, of a review that was made. ``is_limit``: what
    stopped it is a limit that the other teams meet too. ``notes`` ask for something but tell of
    nothing that is missing: what was ticked in the team's issue and is not recorded yet.
    """

    task: Task
    state: State
    problems: tuple[str, ...] = ()
    path: str | None = None
    until: datetime | None = None
    is_limit: bool = False
    notes: tuple[str, ...] = ()


def run_task(task: Task) -> Done:
    """Do one step of one team's cycle: the only function that is given to an executor.

    The team is held meanwhile, so that nobody else works on it; who lost it begins no further step
    of putting back. Whatever ends the step is told in what is returned, without the worker's
    secrets: an error may not be one that travels.
    """
    from opsreview.fleet.lease import held
    from opsreview.fleet.places import workspace

    try:
        with (
            held(task.outputs, task.team, run=task.run) as lease,
            workspace(task.team, params=task.params, outputs=task.outputs) as work,
        ):
            done = _ended(task, lambda: _STEPS[task.step](task, lease, work))
            return _from_there(done, work)
    except Exception as error:
        return _refused(task, error)


def _from_there(done: Done, work: Workspace) -> Done:
    """Its messages, with the places where they have folders of this worker."""
    problems, notes = (tuple(map(work.named, said)) for said in (done.problems, done.notes))
    return replace(done, problems=problems, notes=notes)


def _ended(task: Task, step: Callable[[], Done]) -> Done:
    try:
        return step()
    except Exception as error:
        return _refused(task, error)


def _refused(task: Task, error: Exception) -> Done:
    if isinstance(error, StoppedError):
        said = (redacted(str(error)),)
        return Done(task, "stopped", said, until=error.until, is_limit=error.is_limit)
    is_told = isinstance(error, OpsReviewError)
    words = str(error) if is_told else f"{type(error).__name__}: {error}"
    return Done(task, "failed", (redacted(words),))


def _fetched(task: Task, lease: Lease, work: Workspace) -> Done:
    """What was read is put back whatever became of the fetch: the next one goes on from there."""
    from opsreview import pipeline

    terms = pipeline.Terms(PATIENCE, task.is_sweep)
    where: dict[str, Path] = {"params": work.params, "outputs": work.outputs}

    def fetch() -> Done:
        made = _made(task, pipeline.fetch(task.team, **where, terms=terms))
        ticked = pipeline.ticks(task.team, **where, terms=terms)
        return replace(made, notes=tuple(redacted(line) for line in ticked))

    done = _ended(task, fetch)
    lease.check()
    work.put_store(check=lease.check)
    lease.check()
    work.put_of_team()
    return done


def _reviewed(task: Task, lease: Lease, work: Workspace) -> Done:
    from opsreview import pipeline

    outcome = pipeline.run(
        task.team,
        params=work.params,
        outputs=work.outputs,
        cycle=task.cycle,
        as_of=task.as_of,
        offline=True,
        single_file=task.single_file,
        terms=pipeline.Terms(),
    )
    work.put_cycle(outcome.path.parent.name, check=lease.check)
    page = outcome.path.relative_to(work.outputs).as_posix()
    half = tuple(
        f"{cycle} is half written: run `opsreview run {task.team} --cycle {cycle}`"
        for cycle in work.half_written()
    )
    made = _made(task, replace(outcome, problems=outcome.problems + half))
    return replace(made, path=Place.of(task.outputs).named(page))


def _made(task: Task, outcome: Outcome) -> Done:
    problems = tuple(redacted(problem) for problem in outcome.problems)
    return Done(task, "incomplete" if problems else "whole", problems)


_STEPS: dict[Step, Callable[[Task, Lease, Workspace], Done]] = {
    "fetch": _fetched,
    "review": _reviewed,
}
