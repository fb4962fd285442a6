"""The runbook's pages: written to a folder, printed, or held against what stands there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from opsreview.errors import ParamsError
from opsreview.params import Team
from opsreview.pipeline.publishing.built import (
    built_cycle,
    model_of,
    names_of,
    other_names,
    read_json,
)
from opsreview.pipeline.publishing.wanted import Published, Wanted
from opsreview.publish.calling import Turns
from opsreview.publish.names import Names
from opsreview.publish.runbook import State, runbook, states, write_runbook

_STALE: dict[State, str] = {
    "new": "missing",
    "changed": "stale: the params say something else now",
    "stale duty": "stale: cycle {cycle} knows other turns of duty",
}
_WOULD: dict[State, str] = {
    "new": "would be made",
    "changed": "would be made anew",
    "stale duty": "would be made anew: other turns of duty",
    "same": "is up to date",
}


def publish_runbook(team: Team, outputs: Path, wanted: Wanted) -> Published:
    """Write the pages with ``yes``, else say what would be written; hold them with ``is_check``.

    Raises:
        OpsReviewError: There is no model, or a page there was written by hand.
    """
    model = model_of(team)
    names = Names(model.entry, team.review.privacy.names, names_of(team, model).of)
    turns, why_none = _turns(team, outputs, wanted.cycle)
    made = runbook(team.name, model, names, turns=turns)
    said = [f"who is on duty is not on the pages: {why_none}"] if why_none else []
    if wanted.into is None:
        if wanted.is_check or wanted.yes:
            raise ParamsError("name the runbook's folder with --into DIR, such as docs/runbook")
        pages = [line for name, text in made.pages.items() for line in (f"=== {name}", text)]
        return Published((*pages, *said, "nothing is written: name a folder with --into"))
    found = states(made, wanted.into)
    if wanted.is_check:
        return _checked(found, wanted.into, turns, team)
    if wanted.yes:
        write_runbook(made, wanted.into)
        done = [f"{wanted.into / name}: {_done(state)}" for name, state in found.items()]
        return Published((*said, *done))
    would = [f"{wanted.into / name}: {_WOULD[state]}" for name, state in found.items()]
    return Published((*said, *would, "nothing is written without --yes"))


def _turns(team: Team, outputs: Path, cycle: str | None) -> tuple[Turns | None, str | None]:
    """The turns that a built cycle knows, or why none may be shown."""
    folder = built_cycle(team, outputs, cycle)
    if folder is None:
        return None, f"no cycle of {team.name} is built in {outputs}"
    if why := other_names(team, folder):
        return None, why
    run = read_json(folder / "run.json", {})
    on_duty = read_json(folder / "next.json", {}).get("on_duty", [])
    as_of = datetime.fromisoformat(run["as_of"])
    return Turns(folder.name, as_of, ZoneInfo(run["zone"]), on_duty), None


def _checked(found: dict[str, State], into: Path, turns: Turns | None, team: Team) -> Published:
    stale = [
        f"{into / name}: {_STALE[state].format(cycle=turns and turns.cycle)}"
        for name, state in found.items()
        if state != "same"
    ]
    if not stale:
        return Published((f"{into}: all {len(found)} pages say what the params say",))
    again = f"make them again: opsreview publish {team.name} runbook --into {into} --yes"
    return Published((*stale, again), is_whole=False)


def _done(state: State) -> str:
    return "up to date" if state == "same" else "written"
