"""All that a checkout says about an operating model, as remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from opsreview.checkout import Checkout
from opsreview.errors import ParamsError
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.remark import Remark, most_urgent_first
from opsreview.operating_model.surfaces.claims import Claim, Miss, claims
from opsreview.operating_model.surfaces.commands import command_miss
from opsreview.operating_model.surfaces.headings import heading_miss
from opsreview.operating_model.surfaces.links import link_miss, link_remarks
from opsreview.operating_model.surfaces.named_tests import test_miss
from opsreview.operating_model.surfaces.owners import (
    area_owner_remarks,
    codeowners_miss,
    file_remarks,
)
from opsreview.operating_model.surfaces.pages import page_remarks
from opsreview.operating_model.surfaces.paths import area_miss, path_miss
from opsreview.operating_model.surfaces.repository import Repository
from opsreview.operating_model.surfaces.unmentioned import unmentioned
from opsreview.operating_model.surfaces.workflows import label_miss, template_miss, workflow_miss


def surfaces(
    model: OperatingModel, checkout: Checkout, *, today: date, labels: frozenset[str] | None
) -> list[Remark]:
    """The model's claims held against a checkout of the repository, most urgent first.

    Args:
        model: The model, resolved.
        checkout: Of the team's repository.
        today: The day on which pages are old or not, in the team's zone.
        labels: The labels that issues and pull requests bore; None where no history is at hand.

    Returns:
        ``surfaces.missing``, ``surfaces.outside`` (errors); ``surfaces.stale``, ``.outdated``,
        ``.link``, ``.codeowners``, ``.unreadable`` (warnings); ``.unknown``, ``.unmentioned``
        (infos). A remark about the repository alone has the repository's path, and no line.
    """
    repository = Repository(checkout)
    finders = _finders(repository, model, labels)
    remarks = [
        remark
        for claim in claims(model.entry)
        if (remark := _remark(claim, finders[claim.kind], model))
    ]
    remarks += page_remarks(repository, model, today)
    remarks += area_owner_remarks(repository, model)
    remarks += file_remarks(repository, model)
    remarks += link_remarks(repository, model.entry)
    remarks += unmentioned(repository, model.entry)
    remarks += _unreadable(repository)
    return most_urgent_first(remarks)


def _finders(
    repository: Repository, model: OperatingModel, labels: frozenset[str] | None
) -> dict[str, Callable[[Claim], Miss | None]]:
    """For each kind of claim, what says why it does not hold."""
    return {
        "area": lambda claim: area_miss(repository, claim),
        "path": lambda claim: path_miss(repository, claim),
        "heading": lambda claim: heading_miss(repository, claim),
        "command": lambda claim: command_miss(repository, claim),
        "test": lambda claim: test_miss(repository, claim),
        "workflow": lambda claim: workflow_miss(repository, claim),
        "issue_template": lambda claim: template_miss(repository, claim),
        "label": lambda claim: label_miss(labels, claim),
        "codeowners": lambda claim: codeowners_miss(repository, claim, model),
        "link": lambda claim: link_miss(repository, claim, model.entry),
    }


def _remark(
    claim: Claim, find: Callable[[Claim], Miss | None], model: OperatingModel
) -> Remark | None:
    try:
        miss = find(claim)
    except ParamsError as error:
        miss = Miss(str(error), "surfaces.outside")
    if miss is None:
        return None
    line = model.file.line_of(claim.place)
    return Remark(miss.severity, miss.check, claim.path, miss.says, line, miss.people)


def _unreadable(repository: Repository) -> Iterator[Remark]:
    for path, problem in repository.unreadable.items():
        yield Remark("warning", "surfaces.unreadable", path, problem)
