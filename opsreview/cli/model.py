"""The operating model: check it, decide on it, publish it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from opsreview.cli.shared import (
    MAX_WAIT,
    NOT_WHOLE,
    OUTPUTS,
    PARAMS,
    CycleName,
    MaxWait,
    Outputs,
    Params,
    TeamName,
    app,
    ask,
    now,
    refusals_told,
    told,
)


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
    with told() as watch:
        lines, is_whole = (
            ([pipeline.schema()], True)
            if team is None or schema
            else pipeline.check(team, params=params, outputs=outputs, checkout=checkout)
        )
        for line in lines:
            watch.tell(line)
    if not is_whole:
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
    with refusals_told():
        lines = pipeline.decide(
            team,
            params=params,
            outputs=outputs,
            cycle=cycle,
            wanted=wanted,
            now=now(),
            ask=ask,
        )
        for line in lines:
            terminal.tell(line)


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
    with told() as watch:
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
