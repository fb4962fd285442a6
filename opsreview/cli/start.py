"""A new team, and the notebooks to dig in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from opsreview.cli.shared import OUTPUTS, PARAMS, CycleName, Outputs, Params, TeamName, app, told


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

    with told() as watch:
        wanted = pipeline.NewTeam(repo, dump, timezone, preset, checkout)
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

    with told():
        command = pipeline.lab(team, params=params, outputs=outputs, cycle=cycle)
    raise typer.Exit(command())
