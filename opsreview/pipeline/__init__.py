"""The whole way from the sources to the pages, one function a command."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsreview.errors import CycleError, OpsReviewError, StoreError
from opsreview.params import Team, load_team
from opsreview.pipeline.begun import Begun, NewTeam
from opsreview.pipeline.fetching import Fetched, fetch_sources, forecasts
from opsreview.pipeline.notebooks import lab_notebooks, review_notebooks
from opsreview.sources.terms import Terms, Watch
from opsreview.store import Store
from opsreview.window import Cycle

if TYPE_CHECKING:
    from opsreview.pipeline.answers import Ask, Wanted
    from opsreview.pipeline.publishing.wanted import Published

__all__ = [
    "Begun",
    "NewTeam",
    "Outcome",
    "Terms",
    "Watch",
    "build",
    "check",
    "decide",
    "fetch",
    "forecast",
    "init",
    "lab",
    "publish",
    "report",
    "rota",
    "run",
    "schema",
    "ticks",
]

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a command did: where the pages or data are, and what is not whole.

    ``is_stopped`` says that a limit was in the way and the same command, run again, goes on.
    """

    path: Path
    problems: tuple[str, ...] = ()
    is_stopped: bool = False

    @property
    def is_whole(self) -> bool:
        return not (self.problems or self.is_stopped)


def fetch(team_name: str, *, params: Path, outputs: Path, terms: Terms) -> Outcome:
    """Bring the store up to date from every source; one that fails does not stop the others.

    Raises:
        StoppedError: A limit, or another process, is in the way; run again to go on.
        OpsReviewError: Params are not valid, or sources cannot be read. What was stored stays.
    """
    team = load_team(team_name, params)
    fetched = _fetch(team, outputs, terms)
    if failure := fetched.failure:
        _say_problems(fetched.incomplete, terms.watch.say)
        raise failure
    return Outcome(_store_path(team, outputs), fetched.incomplete)


def forecast(team_name: str, *, params: Path, outputs: Path, terms: Terms) -> Iterator[str]:
    """What a fetch would take, a line each source. Stores nothing.

    Raises:
        OpsReviewError: Params are not valid, or, after all lines, sources cannot be asked.
    """
    team = load_team(team_name, params)
    yield from forecasts(team, _store_path(team, outputs), terms)


def build(
    team_name: str,
    *,
    params: Path,
    outputs: Path,
    cycle: str | None,
    as_of: datetime | None,
    say: Say,
) -> Outcome:
    """Tables, metrics, findings and proposals of a cycle, without the network."""
    from opsreview.pipeline.cycle import build_cycle
    from opsreview.pipeline.record import incomplete

    team = load_team(team_name, params)
    say(f"building {team.name} {cycle or 'the last full month'}")
    folder, run = build_cycle(team, outputs, cycle=cycle, as_of=as_of)
    return Outcome(folder, incomplete(run))


def report(
    team_name: str,
    *,
    params: Path,
    outputs: Path,
    cycle: str | None,
    single_file: bool,
    say: Say,
) -> Outcome:
    """Notebooks and pages of a built cycle.

    Raises:
        CycleError: The cycle has not been built.
    """
    from opsreview.reports.pages import write_pages, write_single_files

    team = load_team(team_name, params)
    folder = _built(team, outputs, cycle)
    failed = _run_notebooks(folder, say)
    say("writing the pages")
    write_pages(folder)
    if single_file:
        write_single_files(folder)
    return Outcome(folder / "index.html", failed)


def run(
    team_name: str,
    *,
    params: Path,
    outputs: Path,
    cycle: str | None,
    as_of: datetime | None,
    offline: bool,
    single_file: bool,
    terms: Terms,
) -> Outcome:
    """Fetch, build, report: the monthly job.

    Pages are built from what the store holds; sources that could not be read are among the
    problems. While another process fetches nothing is built: the store is about to change.

    Raises:
        StoppedError: Another process fetches, or a limit left nothing to build from.
        OpsReviewError: Params are not valid, or there is nothing to build from.
    """
    say = terms.watch.say
    fetched = Fetched() if offline else _fetch(load_team(team_name, params), outputs, terms)
    with _failures_told_first(fetched, say):
        built = build(team_name, params=params, outputs=outputs, cycle=cycle, as_of=as_of, say=say)
    reported = report(
        team_name,
        params=params,
        outputs=outputs,
        cycle=built.path.name,
        single_file=single_file,
        say=say,
    )
    if not (offline or fetched.is_stopped):
        for line in ticks(team_name, params=params, outputs=outputs, terms=terms):
            say(line)
    problems = _untold(fetched, built.problems) + built.problems + reported.problems
    return Outcome(reported.path, problems, fetched.is_stopped)


def ticks(team_name: str, *, params: Path, outputs: Path, terms: Terms) -> list[str]:
    """What was ticked in the team's issue and is not recorded yet, a line each.

    The network is asked; that it cannot be is a line.

    Raises:
        ParamsError: Params are not valid.
    """
    from opsreview.pipeline.publishing.issue import ticks_read_back

    return ticks_read_back(load_team(team_name, params), outputs, terms)


def check(
    team_name: str, *, params: Path, outputs: Path, checkout: Path | None
) -> tuple[list[str], bool]:
    """What a team's params say and leave open, a line each, and whether no claim is broken.

    Raises:
        ParamsError: A file is not valid, or names what is not known.
        SourceError: The checkout is none.
    """
    from opsreview.pipeline.check_report import report_lines
    from opsreview.pipeline.checking import checked, clock, labels_seen, today_of

    team = load_team(team_name, params)
    labels = labels_seen(_latest_built(team, outputs))
    found = checked(team, checkout, today_of(team, clock()), labels)
    return list(report_lines(found)), not found.is_broken


def schema() -> str:
    """The JSON Schema of operating_model.yaml, for editors."""
    from opsreview.operating_model.schema import model_schema

    return json.dumps(model_schema(), indent=2, ensure_ascii=False)


def publish(team_name: str, part: str, *, params: Path, outputs: Path, **wanted: Any) -> Published:
    """Runbook pages, the cycle's issue or a change's pull request, or what would be done.

    Args:
        team_name: A folder in params.
        part: ``runbook``, ``issue`` or ``pull-request``.
        params: Where the teams' params are.
        outputs: Where built cycles are.
        wanted: How, and whether in earnest (``yes``): the fields of ``Wanted``.

    Raises:
        OpsReviewError: Something needed is not there, or is refused; nothing was doubled.
    """
    from opsreview.pipeline.publishing import PARTS, Wanted

    return PARTS[part](load_team(team_name, params), outputs, Wanted(**wanted))


def decide(
    team_name: str,
    *,
    params: Path,
    outputs: Path,
    cycle: str | None,
    wanted: Wanted,
    now: datetime,
    ask: Ask,
) -> list[str]:
    """Record a decision, set the status of one, or sign off; what was written, in lines.

    Where nothing is wanted: what the cycle proposes.

    Raises:
        CycleError: The cycle has not been built, or has no such proposal.
        ParamsError: A file or an answer is not valid, or a file changed since the command began;
            nothing is written then.
    """
    from opsreview.pipeline.deciding import Session
    from opsreview.pipeline.desk import Desk
    from opsreview.pipeline.judging import foresight

    team = load_team(team_name, params)
    desk = Desk.of(team, now.astimezone(team.zone).date())

    def built(name: str | None) -> Path:
        return _built(team, outputs, name)

    return Session(desk, wanted, ask, built, cycle, foresight).decide()


def init(team_name: str, *, params: Path, outputs: Path, wanted: NewTeam) -> Begun:
    """A new ``params/<team>/``, or drafts of what it lacks; as ``start.new_team``."""
    from opsreview.pipeline.start import new_team

    return new_team(team_name, params=params, outputs=outputs, wanted=wanted)


def rota(
    team_name: str,
    *,
    params: Path,
    outputs: Path,
    cycle: str | None,
    weeks: int,
    first_on: date | None,
    into: Path | None,
) -> tuple[list[str], Outcome]:
    """The fairest schedule of duty for the next weeks, in lines, and the folder of its files.

    Raises:
        ScheduleError: There is none; the message names what cannot all be kept.
        OpsReviewError: Params or store are not fit, or the folder cannot be written.
    """
    from opsreview.pipeline.suggesting import suggested

    team = load_team(team_name, params)
    folder = into or outputs / team.name / "rota"
    store = _store_path(team, outputs)
    lines, problems = suggested(team, store, folder, cycle=cycle, weeks=weeks, first_on=first_on)
    return lines, Outcome(folder, problems)


def lab(team_name: str, *, params: Path, outputs: Path, cycle: str | None) -> Callable[[], int]:
    """Working copies of the notebooks on a built cycle, and how to open JupyterLab on them."""
    from opsreview.reports.working_copies import open_lab, write_working_copies

    folder = _built(load_team(team_name, params), outputs, cycle)
    into = (
        folder.parent / "lab" / folder.name
    )  # beside the cycles: building one again keeps the copies
    parameters = _parameters(folder, into)
    copies = write_working_copies(lab_notebooks(), parameters, into)
    return lambda: open_lab(into, copies[0])


def _fetch(team: Team, outputs: Path, terms: Terms) -> Fetched:
    with Store.open(_store_path(team, outputs)) as store:
        return fetch_sources(team, store, terms)


def _store_path(team: Team, outputs: Path) -> Path:
    return outputs / "store" / f"{team.name}.sqlite"


@contextmanager
def _failures_told_first(fetched: Fetched, say: Say) -> Iterator[None]:
    """Where nothing can be built, what the fetch met is told: it may be why."""
    try:
        yield
    except StoreError as error:
        if fetched.failure:
            raise fetched.failure from error
        raise
    except OpsReviewError:
        _say_problems([failed.message for failed in fetched.failed], say)
        raise


def _untold(fetched: Fetched, problems: Sequence[str]) -> tuple[str, ...]:
    """What the fetch met, but for what the problems of the data say already."""
    told = "\n".join(problems)
    return tuple(failed.message for failed in fetched.failed if failed.reason not in told)


def _say_problems(problems: Iterable[str], say: Say) -> None:
    for problem in problems:
        say(f"not whole: {problem}")


def _latest_built(team: Team, outputs: Path) -> Path | None:
    try:
        return _built(team, outputs, None)
    except CycleError:
        return None


def _built(team: Team, outputs: Path, cycle: str | None) -> Path:
    """The folder of a built cycle; of the latest built where none is named."""
    built = {path.parent.name: path.parent for path in (outputs / team.name).glob("[!.]*/run.json")}
    if not built:
        raise CycleError(
            f"no cycle of {team.name} is built in {outputs}: run `opsreview run {team.name}` first"
        )
    if cycle is None:
        return built[max(built, key=lambda name: Cycle(name, team.zone).window.end_at)]
    if cycle not in built:
        raise CycleError(
            f"cycle {Cycle(cycle, team.zone).name} of {team.name} is not built (built: "
            f"{', '.join(sorted(built))}): run `opsreview build {team.name} --cycle {cycle}` first"
        )
    return built[cycle]


def _parameters(folder: Path, seen_from: Path) -> dict[str, str]:
    """The notebooks' parameters; ``outputs`` is relative, so that no page holds a path of ours."""
    outputs = os.path.relpath(folder.parent.parent, seen_from)
    return {"team": folder.parent.name, "cycle": folder.name, "outputs": outputs}


def _run_notebooks(folder: Path, say: Say) -> tuple[str, ...]:
    """Run every notebook of the review on the cycle; what failed, in words."""
    from opsreview.reports.notebooks import NotebookRun, run_notebooks

    notebooks = review_notebooks()
    parameters = _parameters(folder, notebooks[0].parent)

    def on_done(done: NotebookRun) -> None:
        say(f"{done.name}: FAILED, {done.error}" if done.error else f"{done.name} is written")

    say(f"running {len(notebooks)} notebooks")
    runs = run_notebooks(notebooks, parameters, folder / "notebooks", on_done=on_done)
    return tuple(f"notebook {done.name} failed: {done.error}" for done in runs if done.error)
