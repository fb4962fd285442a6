"""Does CODEOWNERS give code to those to whom the model gives it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opsreview.operating_model.codeowners import PLACES
from opsreview.operating_model.decisions import value_at
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.names import DUTY, Holder, holder_of_area
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.surfaces.claims import Claim, Miss, unknown
from opsreview.operating_model.surfaces.paths import no_file
from opsreview.operating_model.surfaces.repository import Repository, listed

# The key that says who answers for it, in each part of the model that has one.
_WHO = {
    "roles": "owner",
    "channels": "watched_by",
    "rhythm": "by",
    "promises": "owner",
    "decisions": "decides",
    "severities": "calls",
    "backlog": "by",
    "docs": "owner",
    "commitments": "owner",
}
_CHECK = "surfaces.codeowners"


@dataclass(frozen=True)
class _Shares:
    """Files of a claim by what CODEOWNERS says of them."""

    theirs: list[str]
    others: list[str]
    teams: list[str]
    """Only a team is named, whose members no checkout knows."""


def codeowners_miss(repository: Repository, claim: Claim, model: OperatingModel) -> Miss | None:
    """Why CODEOWNERS does not give the claim's files to the owner of what it is of."""
    place = repository.codeowners_path
    if place is None:
        return Miss(f"there is no CODEOWNERS in {', '.join(PLACES)} to give {claim.wanted}: add it")
    if repository.codeowners is None:
        return unknown(f"{place} cannot be read")
    files = repository.checkout.matching(claim.wanted, ours=False)
    if not files:
        return no_file(repository, claim.wanted)
    people = owners_of(model, claim.of)
    if not people:
        return unknown(f"the model names nobody who answers for {claim.of}")
    known = model.around.accounts or {}
    accounts = {account for account, person in known.items() if person in people}
    if not accounts:
        return unknown(f"people.yaml has no account of the owner of {claim.of}")
    shares = _shares(repository, files, accounts, set(known))
    return _judged(shares, files, claim, place, people)


def area_owner_remarks(repository: Repository, model: OperatingModel) -> Iterator[Remark]:
    """Areas with an owner of their own whose code CODEOWNERS gives to other people."""
    accounts = model.around.accounts or {}
    for name, area in model.entry.areas.items():
        if not repository.codeowners or not area.path or area.source:
            continue
        people = holder_of_area(name, model.entry).people
        mine = {account for account, person in accounts.items() if person in people}
        files = repository.files(area.path, ours=False)
        shares = _shares(repository, files, mine, set(accounts))
        is_given = any((rule := repository.rule_for(file)) and rule.owners for file in files)
        if mine and is_given and not shares.theirs and not shares.teams:
            place = ("areas", name, "owner")
            yield Remark(
                "warning",
                _CHECK,
                f"areas.{name}.owner",
                f"{repository.codeowners_path} gives none of the {len(files)} files of {area.path} "
                "to who owns the area here: correct one of the two, or write "
                f"from: with {repository.codeowners_path} in place of owner",
                model.file.line_of(place),
                people,
            )


def owners_of(model: OperatingModel, of: str) -> tuple[str, ...]:
    """The person who owns a part of the model; all of them where the rota or area decides."""
    part, _, rest = of.partition(".")
    name = rest.partition(".")[0]
    if part == "areas" and name in model.entry.areas:
        return _answering(holder_of_area(name, model.entry))
    if part == "rhythm" and name == DUTY:
        return model.holder(DUTY).people
    if part not in _WHO:
        return ()
    who = value_at(model.file.data, f"{part}.{name}.{_WHO[part]}")
    return _answering(model.holder(who)) if isinstance(who, str) else ()


def file_remarks(repository: Repository, model: OperatingModel) -> Iterator[Remark]:
    """What is wrong with CODEOWNERS itself: lines that GitHub skips, files it does not read."""
    place, rules = repository.codeowners_path, repository.codeowners
    if place is None:
        return
    for number, problem in rules.skipped if rules else ():
        says = f"GitHub skips line {number} of {place}, {problem}: correct the line"
        yield Remark("warning", _CHECK, place, says)
    for unread in (path for path in PLACES if path in repository.checkout.tracked):
        if unread != place:
            says = f"GitHub does not read {unread}, because {place} is there: keep one of the two"
            yield Remark("warning", _CHECK, unread, says)
    for name, area in model.entry.areas.items():
        named = (model.file.path.parent / area.source).resolve() if area.source else None
        root = repository.checkout.root
        if named and named.is_relative_to(root) and named != (root / place).resolve():
            says = f"GitHub reads {place} and not {area.source}: name that file"
            line = model.file.line_of(("areas", name, "from"))
            yield Remark("warning", _CHECK, f"areas.{name}.from", says, line)


def _answering(holder: Holder) -> tuple[str, ...]:
    return (holder.owner,) if holder.owner else holder.people


def _shares(repository: Repository, files: list[str], mine: set[str], known: set[str]) -> _Shares:
    shares = _Shares([], [], [])
    for file in files:
        rule = repository.rule_for(file)
        owners = set(rule.owners) if rule else set()
        if owners & mine:
            shares.theirs.append(file)
        elif any("/" in owner and owner not in known for owner in owners):
            shares.teams.append(file)
        else:
            shares.others.append(file)
    return shares


def _judged(
    shares: _Shares, files: list[str], claim: Claim, place: str, people: tuple[str, ...]
) -> Miss | None:
    if shares.others and not shares.theirs and not shares.teams:
        return Miss(
            f"{place} gives none of the {len(files)} files of {claim.wanted} to the owner of "
            f"{claim.of}: correct CODEOWNERS (its last matching line counts), or the owner",
            people=people,
        )
    if shares.others:
        return Miss(
            f"{place} gives {len(shares.others)} of the {len(files)} files of {claim.wanted} to "
            f"others than the owner of {claim.of} ({listed(shares.others, 3)}): "
            "correct CODEOWNERS, or write a narrower path",
            check=_CHECK,
            severity="warning",
            people=people,
        )
    if shares.teams:
        return unknown(f"{place} gives {claim.wanted} to a team, and no checkout knows its members")
    return None
