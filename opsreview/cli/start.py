"""A new team, and the notebooks to dig in."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from opsreview.cli.shared import OUTPUTS, PARAMS, CycleName, Outputs, Params, TeamName, app, told


class Names(StrEnum):
    """How people appear on pages."""

    SHOWN = "shown"
    PSEUDONYMS = "pseudonyms"
    ROLES = "roles"


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
    names: Annotated[
        Names | None,
        typer.Option(
            help="How people appear on a new team's pages. Default: asked, else pseudonyms."
        ),
    ] = None,
    params: Params = PARAMS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """A new params/TEAM/, or drafts of what it lacks."""
    from opsreview import pipeline

    if names is None and repo is not None and sys.stdin.isatty():
        names = _asked_for_names()
    with told() as watch:
        shown = names and names.value
        wanted = pipeline.NewTeam(repo, dump, timezone, preset, checkout, shown)
        begun = pipeline.init(team, params=params, outputs=outputs, wanted=wanted)
        for line in begun.in_words():
            watch.tell(line)


def _asked_for_names() -> Names:
    is_read_outside = typer.confirm(
        "Will anybody outside of the team read the pages? (yes: pseudonyms; no: names)",
        default=True,
    )
    return Names.PSEUDONYMS if is_read_outside else Names.SHOWN


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
