"""What the repository has and the model does not speak of: a few lines, no blame."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opsreview.checkout import regex_of
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.shape import ModelEntry
from opsreview.operating_model.surfaces.claims import claims
from opsreview.operating_model.surfaces.repository import Repository, listed
from opsreview.operating_model.surfaces.workflows import (
    TEMPLATES,
    WORKFLOWS,
    names_of,
    template_files,
    workflow_files,
)

_DOCS = re.compile(
    r"(?:\.github/|docs/)?(?:RELEAS(?:E|ES|ING)|SUPPORT|SECURITY|CONTRIBUTING|GOVERNANCE|"
    r"MAINTAINERS|TRIAGE|ONCALL|RUNBOOK)(?:\.\w+)?",
    re.IGNORECASE,
)


def unmentioned(repository: Repository, entry: ModelEntry) -> Iterator[Remark]:
    """At most one remark each for workflows, issue templates, CODEOWNERS and top-level pages."""
    mentioned = [said for claim in claims(entry) for said in (claim.wanted, claim.page) if said]
    for where, files in (
        (WORKFLOWS, workflow_files(repository)),
        (TEMPLATES, template_files(repository)),
        ("docs", [path for path in repository.checkout.ours if _DOCS.fullmatch(path)]),
    ):
        left = [path for path in files if not _is_mentioned(repository, path, mentioned)]
        what = {WORKFLOWS: "workflows", TEMPLATES: "issue templates"}.get(where, "pages")
        key = {WORKFLOWS: "surfaces", TEMPLATES: "surfaces"}.get(where, "docs")
        if left:
            yield _remark(where, f"{what} that the model does not mention: {listed(left)}", key)
    yield from _owned(repository, mentioned)


def _owned(repository: Repository, mentioned: list[str]) -> Iterator[Remark]:
    rules = repository.codeowners.rules if repository.codeowners else ()
    patterns = dict.fromkeys(rule.pattern for rule in rules if rule.owners)
    code = [pattern for pattern in patterns if not re.search(r"[*?]", pattern)]
    left = [pattern for pattern in code if not any(_overlap(pattern, each) for each in mentioned)]
    if left and repository.codeowners_path:
        says = f"code with an owner that is in no area of the model: {listed(left)}"
        yield _remark(repository.codeowners_path, says, "areas")


def _is_mentioned(repository: Repository, path: str, mentioned: list[str]) -> bool:
    names = names_of(repository, path) if path.startswith(".github/") else {path}
    patterns = (each.removeprefix("./") for each in mentioned)
    return any(each in names or re.fullmatch(regex_of(each), path) for each in patterns)


def _overlap(one: str, other: str) -> bool:
    first, second = (f"{each.strip('/')}/" for each in (one, other))
    return first.startswith(second) or second.startswith(first)


def _remark(path: str, says: str, key: str) -> Remark:
    return Remark("info", "surfaces.unmentioned", path, f"{says}; add to {key} what matters")
