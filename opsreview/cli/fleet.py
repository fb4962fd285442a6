"""All teams together."""

from __future__ import annotations

from typing import Annotated

import typer

from opsreview.cli.shared import NOT_WHOLE, OUTPUTS, app, refusals_told


@app.command()
def portfolio(
    outputs: Annotated[
        str,
        typer.Option(
            metavar="DIR_OR_URL", help="Where the teams' built cycles are; s3://bucket/outputs too."
        ),
    ] = str(OUTPUTS),
) -> None:
    """One page over all teams' latest cycles."""
    from opsreview import terminal

    with refusals_told():
        from opsreview.portfolio import read_portfolio, write_portfolio

        teams = read_portfolio(outputs)
        address = write_portfolio(teams)
    for problem in teams.problems:
        terminal.complain(f"not whole: {problem}")
    terminal.tell(address)
    if teams.problems:
        raise typer.Exit(NOT_WHOLE)
