"""The whole way from the sources to the pages, one function a command."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from opsreview.errors import CycleError
from opsreview.params import Team, load_team
from opsreview.pipeline.notebooks import review_notebooks
from opsreview.store import Store
from opsreview.window import Cycle

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a command did: where the pages or data are, and what is not whole."""

    path: Path
    problems: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.problems


def fetch(team_name: str, *, params: Path, outputs: Path, say: Say) -> Outcome:
    """Bring the store up to date from every source.

    Raises:
        OpsReviewError: Params are not valid, or a source cannot be read. What was stored stays.
    """
    team = load_team(team_name, params)
    path = outputs / "store" / f"{team.name}.sqlite"
    with Store.open(path) as store:
        for source in team.review.sources:
            say(f"fetching {source.key}")
            source.fetch(store)
    return Outcome(path)


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
    from opsreview.pipeline.record import is_complete

    team = load_team(team_name, params)
    say(f"building {team.name} {cycle or 'the last full month'}")
    folder, run = build_cycle(team, outputs, cycle=cycle, as_of=as_of)
    problems = () if is_complete(run) else _incomplete(run)
    return Outcome(folder, problems)


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
    say: Say,
) -> Outcome:
    """Fetch, build, report: the monthly job."""
    if not offline:
        fetch(team_name, params=params, outputs=outputs, say=say)
    built = build(team_name, params=params, outputs=outputs, cycle=cycle, as_of=as_of, say=say)
    reported = report(
        team_name,
        params=params,
        outputs=outputs,
        cycle=built.path.name,
        single_file=single_file,
        say=say,
    )
    return Outcome(reported.path, built.problems + reported.problems)


def check(team_name: str, *, params: Path) -> list[str]:
    """What a team's params say and leave open; every name in them is resolved.

    Raises:
        ParamsError: A file is not valid.
    """
    from opsreview.pipeline.start import told

    return list(told(load_team(team_name, params)))


def init(team_name: str, *, params: Path, repo: str, dump: Path, timezone: str) -> Path:
    """A new ``params/<team>/`` that reads a GitHub dump."""
    from opsreview.pipeline.start import new_team

    return new_team(team_name, params=params, repo=repo, dump=dump, timezone=timezone)


def lab(team_name: str, *, params: Path, outputs: Path, cycle: str | None) -> Callable[[], int]:
    """Working copies of the notebooks on a built cycle, and how to open JupyterLab on them."""
    from opsreview.reports.working_copies import open_lab, write_working_copies

    folder = _built(load_team(team_name, params), outputs, cycle)
    into = (
        folder.parent / "lab" / folder.name
    )  # beside the cycles: building one again keeps the copies
    parameters = _parameters(folder, into)
    copies = write_working_copies(review_notebooks(), parameters, into)
    return lambda: open_lab(into, copies[0])


def _incomplete(run: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{part.get('repo') or part['source']} is incomplete: {part['reason'] or 'see run.json'}"
        for part in (*run["repos"], *run["sources"])
        if not part["complete"]
    )


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
