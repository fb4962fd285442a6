"""The command line: arguments in, pipeline called, nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opsreview.errors import OpsReviewError, StoppedError
from opsreview.secrets import guard_output, redacted

if TYPE_CHECKING:
    from opsreview.pipeline import Outcome
    from opsreview.terminal import Lines, Screen

ERROR, STOPPED, NOT_WHOLE = 1, 3, 4

app = typer.Typer(
    help="The monthly operating-model retrospective: triage, on-call load and release rhythm.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 whole; 1 an error, told in one message; 2 wrong usage; "
    "3 stopped by a limit or another process, the same command goes on later; "
    "4 finished, but a source is incomplete or a notebook failed.",
)

TeamName = Annotated[str, typer.Argument(metavar="TEAM", help="A folder in params/.")]
Params = Annotated[Path, typer.Option(help="Where the teams' params are.")]
Outputs = Annotated[Path, typer.Option(help="Where stores, data and pages go.")]
CycleName = Annotated[
    str | None,
    typer.Option(help="A month (2026-10) or quarter (2026-q3). Default: the last full month."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        help="The last moment that counts, like 2026-11-01T00:00Z. "
        "Default: the cycle's end plus 7 days, or the last fetch if earlier.",
    ),
]
SingleFile = Annotated[
    bool, typer.Option("--single-file", help="Also write each page as one file, for mail.")
]
MaxWait = Annotated[
    int,
    typer.Option(
        "--max-wait",
        metavar="MINUTES",
        min=0,
        help="The longest a fetch waits for limits in all; what needs more stops it (exit 3).",
    ),
]
Sweep = Annotated[bool, typer.Option("--sweep", help="Look at everything, not at changes alone.")]
MAX_WAIT = 15
PARAMS, OUTPUTS = Path("params"), Path("outputs")


@app.callback()
def _guarded() -> None:
    guard_output()


@app.command()
def run(
    team: TeamName,
    cycle: CycleName = None,
    as_of: AsOf = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch.")] = False,
    max_wait: MaxWait = MAX_WAIT,
    sweep: Sweep = False,
    single_file: SingleFile = False,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Fetch, build, report: the monthly job."""
    from opsreview import pipeline

    with _told() as watch:
        outcome = pipeline.run(
            team,
            params=params,
            outputs=outputs,
            cycle=cycle,
            as_of=_moment(as_of),
            offline=offline,
            single_file=single_file,
            terms=pipeline.Terms(60.0 * max_wait, sweep, watch),
        )
    _finish(outcome)


@app.command()
def fetch(
    team: TeamName,
    max_wait: MaxWait = MAX_WAIT,
    sweep: Sweep = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take, and store nothing.")
    ] = False,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Bring the store up to date."""
    from opsreview import pipeline

    with _told() as watch:
        terms = pipeline.Terms(60.0 * max_wait, sweep, watch)
        if dry_run:
            for line in pipeline.forecast(team, params=params, outputs=outputs, terms=terms):
                watch.tell(line)
            return
        outcome = pipeline.fetch(team, params=params, outputs=outputs, terms=terms)
    _finish(outcome)


@app.command()
def build(
    team: TeamName,
    cycle: CycleName = None,
    as_of: AsOf = None,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Tables, metrics and findings of a cycle, offline."""
    from opsreview import pipeline

    with _told() as watch:
        outcome = pipeline.build(
            team, params=params, outputs=outputs, cycle=cycle, as_of=_moment(as_of), say=watch.say
        )
    _finish(outcome)


@app.command()
def report(
    team: TeamName,
    cycle: CycleName = None,
    single_file: SingleFile = False,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Notebooks and pages of a built cycle."""
    from opsreview import pipeline

    with _told() as watch:
        outcome = pipeline.report(
            team,
            params=params,
            outputs=outputs,
            cycle=cycle,
            single_file=single_file,
            say=watch.say,
        )
    _finish(outcome)


@app.command()
def check(team: TeamName, params: Params = PARAMS, outputs: Outputs = OUTPUTS) -> None:
    """What the params say, and what is not declared."""
    from opsreview import pipeline

    with _told() as watch:
        for line in pipeline.check(team, params=params):
            watch.tell(line)


@app.command()
def init(
    team: TeamName,
    repo: Annotated[
        str | None, typer.Option(help="The repository of a new team, as owner/name.")
    ] = None,
    dump: Annotated[
        Path | None, typer.Option(help="Read this folder, a GitHub dump, in place of GitHub.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="A new team's time zone. Default: UTC.")
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="Practice to begin from: small-team or vscode-extension."),
    ] = None,
    checkout: Annotated[
        Path | None, typer.Option(help="A clone of the repository, to draft from as well.")
    ] = None,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """A new params/TEAM/, or drafts of what it lacks."""
    from opsreview import pipeline

    with _told() as watch:
        wanted = pipeline.Wanted(repo, dump, timezone, preset, checkout)
        begun = pipeline.init(team, params=params, outputs=outputs, wanted=wanted)
        for line in begun.in_words():
            watch.tell(line)


@app.command()
def lab(
    team: TeamName,
    cycle: CycleName = None,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """JupyterLab on working copies of the notebooks."""
    from opsreview import pipeline

    with _told():
        command = pipeline.lab(team, params=params, outputs=outputs, cycle=cycle)
    raise typer.Exit(command())


@contextmanager
def _told() -> Iterator[Lines | Screen]:
    """Who watches a command; our errors as one message and the exit code they have."""
    from opsreview import terminal

    try:
        with terminal.watching() as watch:
            yield watch
    except OpsReviewError as error:
        terminal.complain(f"error: {error}")
        raise typer.Exit(STOPPED if isinstance(error, StoppedError) else ERROR) from None


def _finish(outcome: Outcome) -> None:
    """The problems to stderr, the path to stdout, and the exit code where all is not whole."""
    from opsreview import terminal

    for problem in outcome.problems:
        terminal.complain(f"not whole: {problem}")
    terminal.tell(str(outcome.path))
    if not outcome.is_whole:
        sys.exit(STOPPED if outcome.is_stopped else NOT_WHOLE)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        said = f"{redacted(text)!r} is not a time like 2026-11-01T00:00Z"
        raise typer.BadParameter(said) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
