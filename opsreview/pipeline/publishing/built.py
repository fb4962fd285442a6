"""What publishing needs of params and of built cycles: names, files, the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import TypeAdapter, ValidationError

from opsreview.errors import CycleError, OutputsError, ParamsError
from opsreview.metrics.registry import METRICS
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.params import Team
from opsreview.pipeline.reading import surroundings
from opsreview.privacy import Appearance, appearance
from opsreview.sources.declared import RepoName
from opsreview.sources.github.repos import GithubRepos
from opsreview.window import Cycle

_API_URL = "https://api.github.com"


def model_of(team: Team) -> OperatingModel:
    """The team's model of today.

    Raises:
        ParamsError: There is none, or it is not valid.
    """
    if not team.model_path.is_file():
        raise ParamsError(
            f"{team.model_path} is not there, and it is what a runbook and a change are made of: "
            "write it first"
        )
    return load_model(team.model_path, team.people, METRICS, surroundings(team))


def names_of(team: Team, model: OperatingModel) -> Appearance:
    """How the people of the params appear."""
    roles: dict[str, str] = {}
    for name in model.entry.roles:
        for person in model.holder(name).people:
            roles.setdefault(person, name)
    ids = sorted(team.people)
    people = pl.DataFrame(
        {"person_id": ids, "kind": ["human"] * len(ids)},
        schema={"person_id": pl.String, "kind": pl.String},
    )
    return appearance(team.review.privacy.names, people, roles, folder=team.folder)


def built_cycle(team: Team, outputs: Path, cycle: str | None) -> Path | None:
    """The folder of a built cycle, the latest where none is named; None where none is built.

    Raises:
        CycleError: The one that is named is not built.
    """
    built = {path.parent.name: path.parent for path in (outputs / team.name).glob("[!.]*/run.json")}
    if cycle is None:
        latest = max(built, key=lambda name: Cycle(name, team.zone).window.end_at, default=None)
        return built[latest] if latest else None
    if cycle not in built:
        raise CycleError(
            f"cycle {Cycle(cycle, team.zone).name} of {team.name} is not built in {outputs} "
            f"(built: {', '.join(sorted(built)) or 'none'}): run "
            f"`opsreview build {team.name} --cycle {cycle}` first"
        )
    return built[cycle]


def other_names(team: Team, folder: Path) -> str | None:
    """Why a built cycle must not be shown: its people appear otherwise than is wanted now."""
    built, wanted = read_json(folder / "run.json", {}).get("privacy"), team.review.privacy.names
    if built == wanted:
        return None
    return (
        f"cycle {folder.name} was built with privacy.names {built}, and review.yaml says {wanted}: "
        f"run `opsreview build {team.name} --cycle {folder.name}` first"
    )


def read_json(path: Path, default: Any) -> Any:
    """A file of a cycle; ``default`` where it is not there.

    Raises:
        OutputsError: It cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default
    except (OSError, ValueError) as error:
        raise OutputsError(f"{path} cannot be read ({error}): build the cycle again") from error


def api_url_of(team: Team) -> str:
    """Where the team's GitHub is asked: as review.yaml says, else github.com's."""
    asked = (each.api_url for each in team.review.sources if isinstance(each, GithubRepos))
    return next(asked, _API_URL)


def repo_of(team: Team, repo: str | None, *, yes: bool) -> str:
    """The repository to write to.

    Raises:
        ParamsError: It cannot be told which, or it does not exist.
    """
    if repo is not None:
        try:
            return TypeAdapter(RepoName).validate_python(repo)
        except ValidationError:
            raise ParamsError(
                f"--repo {repo!r} is not owner/name: write it like bitcoin-core/gui"
            ) from None
    repos = team.review.repos
    if len(repos) > 1:
        raise ParamsError(
            f"{team.name} has several repositories ({', '.join(repos)}): name one with --repo"
        )
    if yes and any(source.kind == "simulated" for source in team.review.sources):
        raise ParamsError(
            f"{repos[0]} is simulated, nothing can be written there: name a repository with --repo"
        )
    return repos[0]
