"""What the commands share: the app, their options, and how an end is told."""

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
    "4 finished, but a source is incomplete, a notebook failed, a claim is broken, "
    "a team's cycle cannot be read, or one of several teams failed.",
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


@contextmanager
def told() -> Iterator[Lines | Screen]:
    """Who watches a command; our errors as one message and the exit code they have."""
    from opsreview import terminal

    with refusals_told(), terminal.watching() as watch:
        yield watch


@contextmanager
def refusals_told() -> Iterator[None]:
    """Our errors as one message and the exit code they have."""
    from opsreview import terminal

    try:
        yield
    except OpsReviewError as error:
        terminal.complain(f"error: {error}")
        raise typer.Exit(STOPPED if isinstance(error, StoppedError) else ERROR) from None


def ask(flag: str, question: str, default: str | None) -> str:
    """What the person at the terminal answers; without one the flag is needed."""
    if not _is_somebody_there():
        raise typer.BadParameter(f"nobody can be asked here ({question}): give {flag}")
    answer: str = typer.prompt(question, default=default, err=True)
    return answer


def _is_somebody_there() -> bool:
    return sys.stdin.isatty()


def now() -> datetime:
    return datetime.now(UTC)


def finish(outcome: Outcome) -> None:
    """The problems to stderr, the path to stdout, and the exit code where all is not whole."""
    from opsreview import terminal

    for problem in outcome.problems:
        terminal.complain(f"not whole: {problem}")
    terminal.tell(str(outcome.path))
    if not outcome.is_whole:
        sys.exit(STOPPED if outcome.is_stopped else NOT_WHOLE)


def moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        said = f"{redacted(text)!r} is not a time like 2026-11-01T00:00Z"
        raise typer.BadParameter(said) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
