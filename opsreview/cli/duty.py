"""Who should be on duty next."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from opsreview.cli.shared import (
    OUTPUTS,
    PARAMS,
    CycleName,
    Outputs,
    Params,
    TeamName,
    app,
    finish,
    told,
)
from opsreview.secrets import redacted


@app.command()
def rota(
    team: TeamName,
    weeks: Annotated[
        int, typer.Option(min=1, max=53, help="For how many weeks turns are given.")
    ] = 12,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DAY",
            help="From the first handover on or after this day. "
            "Default: when the cycle's data ends.",
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Where the files go. Default: rota/ beside the team's cycles."
        ),
    ] = None,
    cycle: CycleName = None,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """The fairest schedule of duty for the next weeks; a suggestion, as ICS and CSV."""
    from opsreview import pipeline

    first_on = _day(start)
    with told() as watch:
        lines, outcome = pipeline.rota(
            team,
            params=params,
            outputs=outputs,
            cycle=cycle,
            weeks=weeks,
            first_on=first_on,
            into=to,
        )
        for line in lines:
            watch.tell(line)
    finish(outcome)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        said = f"{redacted(text or '')!r} is not a day like 2026-11-30"
        raise typer.BadParameter(said, param_hint="--from") from None
