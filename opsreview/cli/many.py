"""The monthly job of many teams: who works, what is told, and the exit code."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opsreview.cli.shared import ERROR, NOT_WHOLE, STOPPED, refusals_told

if TYPE_CHECKING:
    from opsreview.fleet import Done
    from opsreview.fleet.running import Work

WORDS = {
    "whole": "whole",
    "incomplete": "not whole",
    "stopped": "stopped",
    "failed": "failed",
}  # of a team's state

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
    typer.Option(
        min=0,
        metavar="N",
        show_default=False,
        help="Processes on this machine, where there are several teams. Default: one a core.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Have the workers of a Dask cluster do the teams, like tcp://host:8786.",
    ),
]
Fetches = Annotated[
    int,
    typer.Option(min=1, metavar="N", help="The most teams fetched at once, over all workers."),
]


@dataclass(frozen=True)
class Hands:
    """Who works, and on what terms. ``again`` are the words of the command but for its teams."""

    workers: int
    scheduler: str | None
    fetches: int
    is_offline: bool
    max_wait_minutes: int
    again: Sequence[str]


def is_far(*places: str) -> bool:
    """True where any of the places is a URL."""
    return any("://" in place for place in places)


def words_but_teams(context: typer.Context) -> list[str]:
    """The options of a command as they were given, to be said again for some of the teams."""
    words = []
    for option in context.command.params:
        name = option.name or ""
        source = context.get_parameter_source(name)
        is_said = source is not None and source.name == "COMMANDLINE"
        if is_said and name not in ("teams", "every"):
            value = context.params[name]
            words += [option.opts[-1]] if value is True else [option.opts[-1], str(value)]
    return words


def run_many(teams: Sequence[str] | None, hands: Hands, **shared: Any) -> None:
    """The cycles of these teams, or of all that have params; a line each as it ends."""
    from opsreview.fleet import Task, run_fleet
    from opsreview.fleet.lease import fleet_held
    from opsreview.fleet.places import teams_of

    with refusals_told():
        if hands.scheduler is not None:
            shared |= {place: _from_anywhere(shared[place]) for place in ("params", "outputs")}
        names = teams_of(shared["params"], teams)
        told = Told(len(names), hands.again)
        with (
            fleet_held(shared["outputs"], names),
            _executor(hands, names, shared) as (executor, at_once, work),
        ):
            for done in run_fleet(
                [Task(name, **shared) for name in names],
                executor,
                at_once=at_once,
                fetches=hands.fetches,
                offline=hands.is_offline,
                max_wait=timedelta(minutes=hands.max_wait_minutes),
                on_wait=told.waits,
                work=work,
            ):
                told.ended(done)
    told.in_all()
    sys.exit(told.exit_code)


def _from_anywhere(place: str) -> str:
    """A place as workers find it: they run in other folders.

    Raises:
        FleetError: It is a URL with a password in it, which would travel with each task.
    """
    from opsreview.errors import FleetError
    from opsreview.place import Place

    if not is_far(place):
        return str(Path(place).expanduser().resolve())
    if (shown := Place.of(place).url) != place:
        raise FleetError(
            f"{shown} was given with a password in it, which would travel with each task: give "
            "the URL without, and the password to the workers as their environment"
        )
    return place


@contextmanager
def _executor(
    hands: Hands, teams: Sequence[str], shared: Mapping[str, Any]
) -> Iterator[tuple[Any, int | None, Work]]:
    """What makes the executor, how many tasks it is given at once, and what it does with one."""
    from opsreview.fleet import run_task
    from opsreview.fleet.executors import dask_workers, local_processes, work_alike

    if hands.scheduler is None:
        workers = min(hands.workers or os.cpu_count() or 1, len(teams))
        yield lambda: local_processes(workers), workers, run_task
        return
    with (
        _marked(shared["params"], shared["outputs"]) as marks,
        dask_workers(hands.scheduler, seen=marks) as cluster,
    ):
        yield lambda: cluster, None, work_alike()


@contextmanager
def _marked(*places: str) -> Iterator[list[Path]]:
    """A file in each of the places that is a folder, by which workers show that they see it."""
    with ExitStack() as stack:
        marks = []
        for folder in dict.fromkeys(Path(place) for place in places if not is_far(place)):
            folder.mkdir(parents=True, exist_ok=True)
            mark = stack.enter_context(NamedTemporaryFile(prefix=".opsreview-", dir=folder))
            marks.append(Path(mark.name))
        yield marks


@dataclass
class Told:
    """What is told of a fleet: a line as each team ends, at last those that need somebody."""

    teams: int
    again: Sequence[str]
    found: list[Done] = field(default_factory=list)

    def waits(self, done: Done) -> None:
        until = f" until {done.until:%Y-%m-%d %H:%M} UTC" if done.until else ""
        reason = "; ".join(done.problems)
        others = "no other is fetched meanwhile" if done.is_limit else "the others go on"
        self._say(f"{done.task.team} is stopped{until}, {others}: {reason}")

    def ended(self, done: Done) -> None:
        from opsreview import terminal

        self.found.append(done)
        self._say(f"{len(self.found)} of {self.teams}: {done.task.team}: {WORDS[done.state]}")
        for line in (*(done.problems if done.state == "incomplete" else ()), *done.notes):
            self._say(f"  {_indented(line)}")
        if done.path is not None:
            terminal.tell(done.path)

    def in_all(self) -> None:
        """How the teams ended; those that failed or were stopped, why, and how to go on."""
        counts = [f"{len(self._of(state))} {word}" for state, word in WORDS.items()]
        self._say(f"{_teams(self.teams)}: {', '.join(one for one in counts if one[0] != '0')}")
        for state, advice in (("failed", "once that is mended"), ("stopped", "later")):
            if there := self._of(state):
                self._reasons(there, state)
                self._alone([done.task.team for done in there], advice)

    @property
    def exit_code(self) -> int:
        states = {done.state for done in self.found}
        if self.teams == 1 and "failed" in states:
            return ERROR
        if states & {"failed", "incomplete"}:
            return NOT_WHOLE
        return STOPPED if "stopped" in states else 0

    def _of(self, state: str) -> list[Done]:
        return sorted(
            (done for done in self.found if done.state == state), key=lambda done: done.task.team
        )

    def _alone(self, names: Sequence[str], advice: str) -> None:
        if self.teams > 1:
            self._say(f"to run {'it' if len(names) == 1 else 'them'} alone, {advice}:")
            self._say(f"  {shlex.join(['opsreview', 'run', *names, *self.again])}")

    def _reasons(self, there: Sequence[Done], state: str) -> None:
        """Each reason once, with the teams that have it."""
        having: dict[tuple[str, ...], list[str]] = {}
        for done in there:
            having.setdefault(done.problems, []).append(done.task.team)
        for problems, names in having.items():
            self._say(f"{state}: {', '.join(names)}")
            for problem in problems:
                self._say(f"  {_indented(problem)}")

    def _say(self, line: str) -> None:
        from opsreview import terminal

        terminal.complain(line)


def _indented(problem: str) -> str:
    return problem.replace("\n", "\n  ")


def _teams(count: int) -> str:
    return "1 team" if count == 1 else f"{count} teams"
