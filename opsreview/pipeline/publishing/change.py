"""An accepted change as a pull request on the repository that holds the params."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from opsreview.errors import ParamsError
from opsreview.operating_model.decisions import Decision, load_decisions, value_at
from opsreview.operating_model.document import OperatingModel
from opsreview.params import Team
from opsreview.pipeline.publishing.built import (
    api_url_of,
    built_cycle,
    model_of,
    other_names,
    read_json,
    repo_of,
)
from opsreview.pipeline.publishing.wanted import Published, Wanted, told
from opsreview.publish.change import (
    branch_of,
    commit_message,
    pull_request_body,
    pull_request_title,
    unified,
)
from opsreview.secrets import redacted
from opsreview.sources.git import clone_around
from opsreview.sources.github.pull_requests import Offer, offer_plan, unseen_plan
from opsreview.sources.github.writing import (
    CONTENTS,
    PULLS,
    Plan,
    Unreachable,
    carry_out,
    repo_today,
    writer,
)


def publish_change(team: Team, outputs: Path, wanted: Wanted) -> Published:
    """Offer an accepted change as a pull request; without ``yes`` say what would be sent.

    Raises:
        OpsReviewError: There is no such decision, the model does not say it, or GitHub refuses.
    """
    model = model_of(team)
    decision = _decision(team, model, wanted.decision)
    repo = repo_of(team, wanted.repo, yes=wanted.yes)
    offer = _offer(team, outputs, decision, wanted)
    address = api_url_of(team)
    try:
        with writer(address, wanted.terms, needs=(CONTENTS, PULLS)) as client:
            place = repo_today(client, repo)

            def plan() -> Plan:
                return offer_plan(client, place, offer)

            done = _noted(carry_out(client, plan) if wanted.yes else plan(), team)
    except Unreachable as error:
        if wanted.yes:
            raise
        unseen = _noted(unseen_plan(repo, offer, offer.body({})), team)
        return Published(tuple(told(unseen, address=address, unseen=str(error), yes=False)))
    return Published(tuple(told(done, address=address, unseen=None, yes=wanted.yes)))


def _noted(plan: Plan, team: Team) -> Plan:
    """With a word on names, where pages hide them and the files do not."""
    if team.review.privacy.names == "shown" or not plan.steps:
        return plan
    note = (
        "note: the files name people as the params do, whatever `privacy` says of pages: "
        "whoever may read the repository reads them"
    )
    return replace(plan, notes=(*plan.notes, note))


def _decision(team: Team, model: OperatingModel, wanted: str | None) -> Decision:
    """The one asked for, or the newest that changes the model and still stands.

    Raises:
        ParamsError: There is none, or the model does not say what it decided.
    """
    path = team.decisions_path
    decisions = load_decisions(path) if path.is_file() else []
    changing = [said for said in decisions if said.change and said.status != "dropped"]
    if wanted is None:
        latest = reversed(changing)  # of a day the one written last
        named = max(latest, key=lambda said: said.decided_on, default=None)
    else:
        named = next((said for said in changing if said.id == wanted), None)
    if named is None or named.change is None:
        what = f"no decision {wanted} that changes the model" if wanted else "no decision on it"
        known = ", ".join(said.id for said in changing) or "none"
        raise ParamsError(
            f"{path}: there is {what}: record one with `opsreview decide {team.name}` "
            f"(decisions that change the model: {known})"
        )
    if value_at(model.file.data, named.change.path) != named.change.to:
        raise ParamsError(
            f"{team.model_path}: {named.change.path} does not say what {named.id} decided "
            f"({named.change.to!r}): a later change replaced it, or it was never applied"
        )
    return named


def _offer(team: Team, outputs: Path, decision: Decision, wanted: Wanted) -> Offer:
    inside = _path_in_repo(team, wanted.path)
    paths = {each: str(inside / each.name) for each in (team.model_path, team.decisions_path)}
    files = {path: _text(each) for each, path in paths.items()}
    model_path = paths[team.model_path]
    folder = built_cycle(team, outputs, wanted.cycle)
    if folder and other_names(team, folder):
        folder = None  # what it says of people must not be shown
    findings: Sequence[Mapping[str, Any]] = (
        read_json(folder / "findings.json", []) if folder else []
    )

    def body(before: Mapping[str, str | None]) -> str:
        is_known = model_path in before
        diff = unified(before[model_path], files[model_path], model_path) if is_known else None
        return pull_request_body(
            team.name,
            decision,
            diff=diff,
            findings=findings,
            cycle=folder.name if folder else None,
        )

    messages = {path: commit_message(decision, each.name) for each, path in paths.items()}
    branch, title = branch_of(decision), pull_request_title(decision)
    return Offer(branch, wanted.base, title, files, messages, body)


def _path_in_repo(team: Team, wanted: str | None) -> PurePosixPath:
    """The params folder's path in its repository.

    Raises:
        ParamsError: It lies in no clone, or the path given leaves the repository.
    """
    if wanted is not None:
        path = PurePosixPath(wanted)
        if path.is_absolute() or ".." in path.parts:
            raise ParamsError(f"--path {wanted!r} leaves the repository: write it like params/TEAM")
        return path
    root = clone_around(team.folder)
    if root is None:
        raise ParamsError(
            f"{team.folder} lies in no git clone, so its place in the repository is not known: "
            "name it with --path, like params/TEAM"
        )
    return PurePosixPath(team.folder.resolve().relative_to(root).as_posix())


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path}: cannot be read ({error}): check the file") from error
    if redacted(text) != text:
        raise ParamsError(f"{path}: holds what looks like a token: take it out, it is not sent")
    return text
