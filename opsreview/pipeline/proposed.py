"""The proposals of a built cycle, with the people they mean."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from opsreview.errors import CycleError, ParamsError
from opsreview.operating_model.decisions import Decision, value_at
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.yaml_text import inline, is_same
from opsreview.params import Team
from opsreview.privacy import KEY_VARIABLE, Appearance, appearance
from opsreview.yaml_file import read_yaml

_NAMES_PEOPLE = (".owner", ".deputy", ".order")


@dataclass(frozen=True)
class Proposal:
    """One change that a cycle proposes; ``because`` in sentences, people as on its pages."""

    number: int
    path: str
    current: Any
    proposed: Any
    because: tuple[str, ...]
    expects: Any
    what_if: str | None

    @property
    def in_words(self) -> str:
        to = "a person has to choose" if self.proposed is None else inline(self.proposed)
        return f"{self.path}: {_words(self.current)} → {to}"


def proposals_of(folder: Path) -> list[Proposal]:
    """What ``outputs/<team>/<cycle>/`` proposes, in the order of its pages.

    Raises:
        CycleError: The folder holds no proposals.
    """
    path = folder / "proposals.yaml"
    if not path.is_file():
        raise CycleError(f"{path} is missing: build the cycle again")
    claims = _claims(folder)
    return [
        Proposal(
            number=number,
            path=said["path"],
            current=said.get("current"),
            proposed=said.get("proposed"),
            because=tuple(claims.get(each, each) for each in said.get("because") or ()),
            expects=said.get("expects") or "done",
            what_if=said.get("what_if"),
        )
        for number, said in enumerate(read_yaml(path, list).data, start=1)
    ]


def proposal_of(folder: Path, number: int) -> Proposal:
    """One of the proposals, by its number on the page.

    Raises:
        CycleError: There is none of that number.
    """
    found = {said.number: said for said in proposals_of(folder)}
    if number not in found:
        known = ", ".join(map(str, found)) or "none"
        raise CycleError(
            f"{folder.name} of {folder.parent.name} has no proposal {number} (there are: {known}): "
            f"run `opsreview decide {folder.parent.name} --cycle {folder.name}` to see them"
        )
    return found[number]


def meant(proposal: Proposal, team: Team, model: OperatingModel) -> Proposal:
    """The proposal with the people themselves, where the cycle's pages call them otherwise.

    Raises:
        ParamsError: The page calls several people so, or nobody that people.yaml knows.
    """
    called = _called(team, model)
    said = value_at(model.file.data, proposal.path)
    is_current = is_same(_shown(said, called, team), proposal.current)
    return replace(
        proposal,
        current=said if is_current else proposal.current,
        proposed=_unshown(proposal.proposed, proposal.path, called, team),
    )


def told(
    proposals: Sequence[Proposal], decisions: Sequence[Decision], team: str, cycle: str
) -> Iterator[str]:
    """The proposals for a reader, what was decided on them, and how to decide."""
    if not proposals:
        yield f"{cycle} proposes no change"
    else:
        yield f"{cycle} proposes:"
    for said in proposals:
        yield f"  {said.number}  {said.in_words}"
        yield from (f"     because: {reason}" for reason in said.because)
        if said.what_if:
            yield f"     what if: {said.what_if}"
        if decided := decided_on(said, decisions, cycle):
            word = "declined" if decided.status == "dropped" else "decided"
            yield f"     {word} already: {decided.id}"
    if proposals:
        first = proposals[0]
        value = "" if first.proposed is not None else " --to VALUE"
        yield f"accept one: opsreview decide {team} {first.number}{value} --owner ID --due DAY"
    yield f'decide on something else: opsreview decide {team} --title "..." --owner ID --due DAY'


def decided_on(proposal: Proposal, decisions: Sequence[Decision], cycle: str) -> Decision | None:
    """The last decision of the cycle about the same path, or None."""
    about = [
        said
        for said in decisions
        if said.change and said.change.path == proposal.path and said.id.startswith(f"{cycle}-")
    ]
    return about[-1] if about else None


def _claims(folder: Path) -> dict[str, str]:
    path = folder / "findings.json"
    if not path.is_file():
        return {}
    return {said["id"]: said["claim"] for said in json.loads(path.read_text(encoding="utf-8"))}


def _called(team: Team, model: OperatingModel) -> Appearance:
    """How the team's people appear on its pages; nobody has a pseudonym before a key is made."""
    import polars as pl

    names = team.review.privacy.names
    has_key = KEY_VARIABLE in os.environ or (team.folder / "pseudonyms.key").is_file()
    if names == "pseudonyms" and not has_key:
        return Appearance(names, {})
    roles: dict[str, str] = {}
    for name in model.entry.roles:
        for person in model.holder(name).people:
            roles.setdefault(person, name)
    everyone = pl.DataFrame({"person_id": sorted(team.people)}, schema={"person_id": pl.String})
    people = everyone.with_columns(kind=pl.lit("human"))
    return appearance(names, people, roles, folder=team.folder)


def _shown(said: Any, called: Appearance, team: Team) -> Any:
    if isinstance(said, list):
        return [_shown(each, called, team) for each in said]
    return called.of(said) if isinstance(said, str) and said in team.people else said


def _unshown(said: Any, path: str, called: Appearance, team: Team) -> Any:
    if isinstance(said, list):
        return [_unshown(each, path, called, team) for each in said]
    names_people = path.endswith(_NAMES_PEOPLE)
    if not isinstance(said, str) or said in team.people:
        return said
    if called.names == "roles" and not names_people:  # there a role's name is the role itself
        return said
    found = [person for person in sorted(team.people) if called.of(person) == said]
    if len(found) == 1:
        return found[0]
    if names_people:
        who = "several people are" if found else "nobody of people.yaml is"
        raise ParamsError(
            f"{path}: the cycle proposes {said!r}, and {who} called so on its pages: "
            "name the person with --to"
        )
    return said


def _words(value: Any) -> str:
    return "nothing" if value is None else inline(value)
