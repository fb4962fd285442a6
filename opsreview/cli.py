"""The command line: arguments in, pipeline called, nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
    "4 finished, but a source is incomplete, a notebook failed or a claim is broken.",
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
def check(
    team: Annotated[
        str | None, typer.Argument(metavar="TEAM", help="A folder in params/.", show_default=False)
    ] = None,
    checkout: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Hold the model against this checkout of the repository. "
            "Default: what review.yaml calls checkout.",
        ),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of operating_model.yaml.")
    ] = False,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """The operating model alone, and against a checkout; errors exit 4."""
    from opsreview import pipeline

    if team is None and not schema:
        raise typer.BadParameter("name a team, or ask for --schema", param_hint="TEAM")
    with _told() as watch:
        lines, is_whole = (
            ([pipeline.schema()], True)
            if team is None or schema
            else pipeline.check(team, params=params, checkout=checkout)
        )
        for line in lines:
            watch.tell(line)
    if not is_whole:
        sys.exit(NOT_WHOLE)


@app.command()
def publish(
    team: TeamName,
    part: Annotated[
        Literal["runbook", "issue", "pull-request"],
        typer.Argument(metavar="PART", help="runbook, issue or pull-request."),
    ],
    cycle: CycleName = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without it, what would be done is printed.")
    ] = False,
    into: Annotated[
        Path | None, typer.Option(metavar="DIR", help="runbook: the folder of its pages.")
    ] = None,
    is_check: Annotated[
        bool, typer.Option("--check", help="runbook: say which pages are stale (exit 4).")
    ] = False,
    decision: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="pull-request: which. Default: the newest that changes the model."
        ),
    ] = None,
    repo: Annotated[
        str | None, typer.Option(help="owner/name to write to. Default: the one of review.yaml.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="pull-request: into which branch. Default: the main one.")
    ] = None,
    path: Annotated[
        str | None,
        typer.Option(help="pull-request: the params' path there. Default: as in the clone."),
    ] = None,
    max_wait: MaxWait = MAX_WAIT,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Runbook pages, the cycle's issue, a change's pull request; printed alone without --yes.

    The token in GITHUB_TOKEN needs: for an issue, Issues: write; for a pull request, Contents:
    write and Pull requests: write. Everything else reads alone.
    """
    from opsreview import pipeline

    belongs = {
        "--into": ("runbook", into),
        "--check": ("runbook", is_check),
        "--decision": ("pull-request", decision),
        "--base": ("pull-request", base),
        "--path": ("pull-request", path),
        "--repo": ("issue or pull-request", repo),
    }
    for option, (parts, given) in belongs.items():
        if given and part not in parts.split(" or "):
            raise typer.BadParameter(f"{option} belongs to {parts}, not to {part}")
    with _told() as watch:
        terms = pipeline.Terms(60.0 * max_wait, watch=watch)
        published = pipeline.publish(
            team,
            part,
            params=params,
            outputs=outputs,
            cycle=cycle,
            yes=yes,
            into=into,
            is_check=is_check,
            decision=decision,
            repo=repo,
            base=base,
            path=path,
            terms=terms,
        )
        for line in published.lines:
            watch.tell(line)
    if not published.is_whole:
        sys.exit(NOT_WHOLE)


@app.command()
def decide(
    team: TeamName,
    number: Annotated[
        int | None, typer.Argument(metavar="N", help="The number of a proposal, to accept it.")
    ] = None,
    cycle: CycleName = None,
    owner: Annotated[str | None, typer.Option(help="Who sees to it: a person or role.")] = None,
    due: Annotated[str | None, typer.Option(metavar="DAY", help="Until when.")] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="Counts from. Default: next month's first day."),
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="VALUE", help="What to write there.")] = None,
    not_now: Annotated[
        str | None, typer.Option(metavar="REASON", help="Decline proposal N.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="A decision of your own.")] = None,
    path: Annotated[
        str | None, typer.Option(help="What it changes, like rhythm.release.every; with --to.")
    ] = None,
    expects: Annotated[
        str | None, typer.Option(help="Like 'time_to_first_review median down 25 %'.")
    ] = None,
    because: Annotated[str | None, typer.Option(help="The reason.")] = None,
    revert_if: Annotated[str | None, typer.Option(help="When to take it back.")] = None,
    done: Annotated[str | None, typer.Option(metavar="ID", help="A decision is done.")] = None,
    drop: Annotated[str | None, typer.Option(metavar="ID", help="A decision is dropped.")] = None,
    sign: Annotated[
        str | None, typer.Option(metavar="CYCLE|model", help="Sign a cycle or the model off.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="PERSON", help="Who signs.")] = None,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Record a decision: on a proposal, or one of your own. Alone: what is proposed."""
    from opsreview import pipeline, terminal
    from opsreview.pipeline.answers import Wanted

    wanted = Wanted(
        number=number,
        owner=owner,
        due=due,
        start=start,
        to=to,
        not_now=not_now,
        title=title,
        path=path,
        expects=expects,
        because=because,
        revert_if=revert_if,
        done=done,
        drop=drop,
        sign=sign,
        by=by,
    )
    if wrong := wanted.wrong_usage:
        raise typer.BadParameter(wrong)
    with _refusals_told():
        lines = pipeline.decide(
            team,
            params=params,
            outputs=outputs,
            cycle=cycle,
            wanted=wanted,
            now=_now(),
            ask=_ask,
        )
        for line in lines:
            terminal.tell(line)


@app.command()
def init(
    team: TeamName,
    repo: Annotated[str, typer.Option(help="The repository, as owner/name.")],
    dump: Annotated[
        Path | None, typer.Option(help="Read this folder, a GitHub dump, in place of GitHub.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="The team's time zone.")] = "UTC",
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """A new params/TEAM/ to start from."""
    from opsreview import pipeline

    with _told() as watch:
        folder = pipeline.init(team, params=params, repo=repo, dump=dump, timezone=timezone)
        token = "" if dump else "`gh auth login` or GITHUB_TOKEN in the environment, then "
        watch.tell(f"{folder} is made; next: {token}opsreview run {team}")


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

    with _refusals_told(), terminal.watching() as watch:
        yield watch


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Our errors as one message and the exit code they have."""
    from opsreview import terminal

    try:
        yield
    except OpsReviewError as error:
        terminal.complain(f"error: {error}")
        raise typer.Exit(STOPPED if isinstance(error, StoppedError) else ERROR) from None


def _ask(flag: str, question: str, default: str | None) -> str:
    """What the person at the terminal answers; without one the flag is needed."""
    if not _is_somebody_there():
        raise typer.BadParameter(f"nobody can be asked here ({question}): give {flag}")
    answer: str = typer.prompt(question, default=default, err=True)
    return answer


def _is_somebody_there() -> bool:
    return sys.stdin.isatty()


def _now() -> datetime:
    return datetime.now(UTC)


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
