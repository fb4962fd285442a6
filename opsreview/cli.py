"""The command line: arguments in, pipeline called, nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opsreview.errors import OpsReviewError, StoppedError

if TYPE_CHECKING:
    from opsreview.pipeline import Outcome

ERROR, STOPPED, NOT_WHOLE = 1, 3, 4

app = typer.Typer(
    help="The monthly operating-model retrospective: triage, on-call load and release rhythm.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 whole; 1 an error, told in one message; 2 wrong usage; "
    "3 stopped by another process, run it again; "
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
PARAMS, OUTPUTS = Path("params"), Path("outputs")


@app.command()
def run(
    team: TeamName,
    cycle: CycleName = None,
    as_of: AsOf = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch.")] = False,
    single_file: SingleFile = False,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Fetch, build, report: the monthly job."""
    from opsreview import pipeline

    with _told() as say:
        outcome = pipeline.run(
            team,
            params=params,
            outputs=outputs,
            cycle=cycle,
            as_of=_moment(as_of),
            offline=offline,
            single_file=single_file,
            say=say,
        )
    _finish(outcome)


@app.command()
def fetch(team: TeamName, params: Params = PARAMS, outputs: Outputs = OUTPUTS) -> None:
    """Bring the store up to date."""
    from opsreview import pipeline

    with _told() as say:
        outcome = pipeline.fetch(team, params=params, outputs=outputs, say=say)
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

    with _told() as say:
        outcome = pipeline.build(
            team, params=params, outputs=outputs, cycle=cycle, as_of=_moment(as_of), say=say
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

    with _told() as say:
        outcome = pipeline.report(
            team, params=params, outputs=outputs, cycle=cycle, single_file=single_file, say=say
        )
    _finish(outcome)


@app.command()
def check(team: TeamName, params: Params = PARAMS, outputs: Outputs = OUTPUTS) -> None:
    """What the params say, and what is not declared."""
    from opsreview import pipeline

    with _told():
        lines = pipeline.check(team, params=params)
    for line in lines:
        typer.echo(line)


@app.command()
def init(
    team: TeamName,
    repo: Annotated[str, typer.Option(help="The repository, as owner/name.")],
    dump: Annotated[Path, typer.Option(help="The folder of its GitHub dump.")],
    timezone: Annotated[str, typer.Option(help="The team's time zone.")] = "UTC",
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """A new params/TEAM/ to start from."""
    from opsreview import pipeline

    with _told():
        folder = pipeline.init(team, params=params, repo=repo, dump=dump, timezone=timezone)
    typer.echo(f"{folder} is made; next: opsreview run {team}")


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
def _told() -> Iterator[Callable[[str], None]]:
    """Progress on a terminal, plain lines elsewhere; our errors as one message and exit 1."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        if not console.is_terminal:
            yield lambda line: console.print(line, markup=False)
            return
        with console.status("", spinner="dots") as status:

            def say(line: str) -> None:
                console.print(f"  {line}", markup=False, style="dim")
                status.update(line)

            yield say
    except OpsReviewError as error:
        console.print(
            f"error: {error}", markup=False, style="bold red" if console.is_terminal else None
        )
        raise typer.Exit(STOPPED if isinstance(error, StoppedError) else ERROR) from None


def _finish(outcome: Outcome) -> None:
    """The problems to stderr, the path to stdout, and exit 4 where something is not whole."""
    for problem in outcome.problems:
        typer.echo(f"not whole: {problem}", err=True)
    typer.echo(outcome.path)
    if not outcome.is_whole:
        sys.exit(NOT_WHOLE)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time like 2026-11-01T00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
