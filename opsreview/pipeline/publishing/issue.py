"""The cycle's issue: made or updated, and its ticks read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from opsreview.errors import CycleError, OpsReviewError, OutputsError
from opsreview.operating_model.decisions import Decision, load_decisions
from opsreview.params import Team
from opsreview.pipeline.publishing.built import (
    api_url_of,
    built_cycle,
    other_names,
    read_json,
    repo_of,
)
from opsreview.pipeline.publishing.wanted import Published, Wanted, told
from opsreview.publish.issue import CycleText, issue_body, lost_ticks, read_ticks
from opsreview.publish.markdown import mark
from opsreview.sources.github.issues import Issue, issue_plan, issue_step, issue_with
from opsreview.sources.github.repos import GithubRepos
from opsreview.sources.github.writing import (
    ISSUES,
    Plan,
    Unreachable,
    carry_out,
    repo_today,
    writer,
)
from opsreview.sources.terms import Terms
from opsreview.window import Cycle
from opsreview.yaml_file import read_yaml

_TICKS = "ticks.json"
_MOST_PAGES = 3  # of a hundred: where nobody remembers an issue, few of the newest are looked at


@dataclass(frozen=True)
class Ticked:
    """The issue of a cycle, and which of its proposals are ticked in it; None: nobody looked."""

    cycle: str
    repo: str
    number: int
    url: str
    ticked: tuple[str, ...] | None


def publish_issue(team: Team, outputs: Path, wanted: Wanted) -> Published:
    """Make the cycle's issue, or bring it up to date; without ``yes`` say what would be sent.

    Raises:
        OpsReviewError: No cycle is built, or GitHub refuses.
    """
    folder = built_cycle(team, outputs, wanted.cycle)
    if folder is None:
        raise CycleError(
            f"no cycle of {team.name} is built in {outputs}: run `opsreview run {team.name}` first"
        )
    if why := other_names(team, folder):
        raise CycleError(why)
    said, repo = cycle_text(team, folder), repo_of(team, wanted.repo, yes=wanted.yes)
    address = api_url_of(team)
    try:
        done = _kept(team, outputs, said, repo, wanted)
    except Unreachable as error:
        if wanted.yes:
            raise
        first = issue_step(repo, None, said.issue_title, _body(said, None))
        unseen = Plan((first,) if first else ())
        return Published(tuple(told(unseen, address=address, unseen=str(error), yes=False)))
    return Published(tuple(told(done, address=address, unseen=None, yes=wanted.yes)))


def _kept(team: Team, outputs: Path, said: CycleText, repo: str, wanted: Wanted) -> Plan:
    """The plan, or what was sent of it; where the issue is, is remembered."""
    with writer(api_url_of(team), wanted.terms, needs=(ISSUES,)) as client:
        place = repo_today(client, repo)
        known = _known(team, outputs, said.cycle, place.name)
        since = Cycle(said.cycle, team.zone).window.start_at

        def plan() -> Plan:
            found = issue_with(client, place, said.mark, since=since, known=known)
            due = issue_plan(place, found, said.issue_title, _body(said, found))
            return replace(due, notes=tuple(_notes(said, found)))

        done = carry_out(client, plan) if wanted.yes else plan()
    if wanted.yes and done.number and done.url:
        there = Ticked(said.cycle, place.name, done.number, done.url, None)
        _remember(team, outputs, there)
    return done


def cycle_text(team: Team, folder: Path) -> CycleText:
    """What a built cycle's files hold for its issue.

    Raises:
        OutputsError: One of them cannot be read.
    """
    run = read_json(folder / "run.json", {})
    summary = folder / "summary.md"
    return CycleText(
        team=team.name,
        cycle=folder.name,
        title=run["title"],
        summary=summary.read_text(encoding="utf-8") if summary.is_file() else "",
        proposals=_proposals(folder),
        verdicts=read_json(folder / "verdicts.json", []),
        agenda=read_json(folder / "agenda.json", []),
        simulated=run.get("simulated", False),
    )


def ticks_read_back(team: Team, outputs: Path, terms: Terms) -> list[str]:
    """What is ticked in the newest issue of the team and not recorded yet, in words.

    It is kept in ``outputs/<team>/ticks.json``. Teams that read no GitHub have none. The network
    is asked; a failure is a line, never an error.
    """
    try:
        if not any(isinstance(source, GithubRepos) for source in team.review.sources):
            return []
        found = _newest(team, outputs, terms)
        if found is None:
            return []
        _remember(team, outputs, found)
        return list(_to_record(team, outputs, found))
    except OpsReviewError as error:
        return [f"ticks in the issue are not read: {error}"]


def _newest(team: Team, outputs: Path, terms: Terms) -> Ticked | None:
    remembered = _remembered(team, outputs)
    last = max(remembered, key=lambda name: Cycle(name, team.zone).window.end_at, default=None)
    if last is None and len(team.review.repos) > 1:
        return None
    repo = remembered[last]["repo"] if last else team.review.repos[0]
    known = remembered[last]["number"] if last else None
    wanted = mark(team.name, last) if last else mark(team.name, "").removesuffix(" -->")
    with writer(api_url_of(team), terms, needs=(ISSUES,)) as client:
        place = repo_today(client, repo)
        if not place.has_issues:
            return None
        found = issue_with(client, place, wanted, known=known, most_pages=_MOST_PAGES)
    return _ticked(team, place.name, found) if found else None


def _ticked(team: Team, repo: str, found: Issue) -> Ticked | None:
    begins = mark(team.name, "").removesuffix(" -->")
    cycle = found.body.partition(begins)[2].partition(" -->")[0]
    try:
        name = Cycle(cycle, team.zone).name
    except CycleError:
        return None
    return Ticked(name, repo, found.number, found.url, read_ticks(found.body).ticked)


def _to_record(team: Team, outputs: Path, found: Ticked) -> Iterator[str]:
    proposed = _proposals(outputs / team.name / found.cycle)
    paths = {str(said["id"]): said["path"] for said in proposed}
    proposals = list(paths)
    for name in found.ticked or ():
        if _is_recorded(team, found.cycle, paths.get(name)):
            continue
        number = proposals.index(name) + 1 if name in proposals else name.removeprefix("p-")
        yield (
            f"ticked in #{found.number}: {name}; record it with "
            f"`opsreview decide {team.name} {number} --cycle {found.cycle}`"
        )


def _is_recorded(team: Team, cycle: str, path: str | None) -> bool:
    """Whether the ledger holds a decision on the same line of the model since the cycle's end."""
    if path is None or not team.decisions_path.is_file():
        return False
    end_on = Cycle(cycle, team.zone).window.end_at.astimezone(team.zone).date()
    decisions: Sequence[Decision] = load_decisions(team.decisions_path)
    return any(
        said.change is not None and said.change.path == path and said.decided_on >= end_on
        for said in decisions
    )


def _proposals(folder: Path) -> list[Mapping[str, Any]]:
    path = folder / "proposals.yaml"
    return list(read_yaml(path, list).data) if path.is_file() else []


def _body(said: CycleText, found: Issue | None) -> str:
    return issue_body(said, found.body if found else None)


def _notes(said: CycleText, found: Issue | None) -> Iterator[str]:
    for name in lost_ticks(said, found.body if found else None):
        yield f"the tick at {name} is not kept: it stood beside another proposal"


def _known(team: Team, outputs: Path, cycle: str, repo: str) -> int | None:
    said = _remembered(team, outputs).get(cycle, {})
    return said.get("number") if said.get("repo") == repo else None


def _remembered(team: Team, outputs: Path) -> dict[str, Any]:
    return dict(read_json(outputs / team.name / _TICKS, {}))


def _remember(team: Team, outputs: Path, found: Ticked) -> None:
    """Keep where a cycle's issue is and what is ticked in it; ticks read before stay."""
    path = outputs / team.name / _TICKS
    known = _remembered(team, outputs)
    said = {"repo": found.repo, "number": found.number, "url": found.url}
    known[found.cycle] = {"ticked": []} | known.get(found.cycle, {}) | said
    if found.ticked is not None:
        known[found.cycle]["ticked"] = list(found.ticked)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise OutputsError(f"{path} cannot be written ({error.strerror or error})") from error
