"""The monthly job: run, and its steps fetch, build and report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from opsreview.cli.many import (
    Fetches,
    Hands,
    PlaceOfOutputs,
    PlaceOfParams,
    Scheduler,
    Workers,
    is_far,
    run_many,
    words_but_teams,
)
from opsreview.cli.shared import (
    MAX_WAIT,
    OUTPUTS,
    PARAMS,
    AsOf,
    CycleName,
    MaxWait,
    Outputs,
    Params,
    SingleFile,
    Sweep,
    TeamName,
    app,
    finish,
    moment,
    told,
)


@app.command()
def run(
    context: typer.Context,
    teams: Annotated[
        list[str] | None, typer.Argument(metavar="TEAM", help="Folders in params/.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every folder in params/ that holds a review.yaml.")
    ] = False,
    cycle: CycleName = None,
    as_of: AsOf = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch.")] = False,
    max_wait: MaxWait = MAX_WAIT,
    sweep: Sweep = False,
    single_file: SingleFile = False,
    workers: Workers = 0,
    scheduler: Scheduler = None,
    fetches: Fetches = 4,
    params: PlaceOfParams = str(PARAMS),
    outputs: PlaceOfOutputs = str(OUTPUTS),
) -> None:
    """Fetch, build, report: the monthly job, of one team or of many."""
    from opsreview import pipeline

    if bool(teams) == every:
        raise typer.BadParameter("name teams, or say --all for every one")
    if every or len(teams or []) > 1 or scheduler or is_far(params, outputs):
        shared = {"cycle": cycle, "as_of": moment(as_of), "is_sweep": sweep}
        places = {"params": params, "outputs": outputs, "single_file": single_file}
        hands = Hands(workers, scheduler, fetches, offline, max_wait, words_but_teams(context))
        run_many(None if every else teams, hands, **shared, **places)
        return
    (team,) = teams or []
    with told() as watch:
        outcome = pipeline.run(
            team,
            params=Path(params),
            outputs=Path(outputs),
            cycle=cycle,
            as_of=moment(as_of),
            offline=offline,
            single_file=single_file,
            terms=pipeline.Terms(60.0 * max_wait, sweep, watch),
        )
    finish(outcome)


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

    with told() as watch:
        terms = pipeline.Terms(60.0 * max_wait, sweep, watch)
        if dry_run:
            for line in pipeline.forecast(team, params=params, outputs=outputs, terms=terms):
                watch.tell(line)
            return
        outcome = pipeline.fetch(team, params=params, outputs=outputs, terms=terms)
    finish(outcome)


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

    with told() as watch:
        outcome = pipeline.build(
            team, params=params, outputs=outputs, cycle=cycle, as_of=moment(as_of), say=watch.say
        )
    finish(outcome)


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

    with told() as watch:
        outcome = pipeline.report(
            team,
            params=params,
            outputs=outputs,
            cycle=cycle,
            single_file=single_file,
            say=watch.say,
        )
    finish(outcome)
