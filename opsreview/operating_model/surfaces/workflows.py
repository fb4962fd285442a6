"""Is there the workflow, the issue template or the label that a claim names?"""

from __future__ import annotations

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from opsreview.operating_model.surfaces.claims import Claim, Miss, unknown
from opsreview.operating_model.surfaces.repository import Repository, nearest

WORKFLOWS = ".github/workflows"
TEMPLATES = ".github/ISSUE_TEMPLATE"
_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_TEMPLATE = re.compile(
    r"(?:\.github/|docs/)?(?:ISSUE_TEMPLATE/[^/]+\.(?:ya?ml|md)|ISSUE_TEMPLATE\.md)", re.IGNORECASE
)
_NAME = re.compile(r"^name[ \t]*:.*(?:\n(?:[ \t]+.*|[ \t]*))*", re.MULTILINE)


def workflow_miss(repository: Repository, claim: Claim) -> Miss | None:
    """Why no workflow has the claim's file or name."""
    return _miss(repository, claim.wanted, workflow_files(repository), f"workflow in {WORKFLOWS}")


def template_miss(repository: Repository, claim: Claim) -> Miss | None:
    """Why no issue template has the claim's file or name."""
    files = template_files(repository)
    return _miss(repository, claim.wanted, files, f"issue template in {TEMPLATES}")


def label_miss(labels: frozenset[str] | None, claim: Claim) -> Miss | None:
    """Why no issue bears the label; GitHub tells labels apart without their case."""
    if labels is None:
        return unknown(f"whether issues bear {claim.wanted}, as no history of them is at hand")
    if claim.wanted.casefold() in {label.casefold() for label in labels}:
        return None
    return Miss(
        f"no issue or pull request of the history bears the label {claim.wanted}, of "
        f"{len(labels)} labels seen{nearest(claim.wanted, labels)}: "
        "correct the label in the model, or use it"
    )


def workflow_files(repository: Repository) -> list[str]:
    """The workflows that GitHub runs, by path."""
    return [path for path in repository.checkout.ours if _WORKFLOW.fullmatch(path)]


def template_files(repository: Repository) -> list[str]:
    """The issue templates that GitHub offers, forms and Markdown, by path."""
    ours = repository.checkout.ours
    found = (path for path in ours if _TEMPLATE.fullmatch(path))
    return [path for path in found if not re.search(r"/config\.ya?ml$", path)]


def names_of(repository: Repository, path: str) -> set[str]:
    """What a workflow or template may be called: its path, its file, and the name it gives itself.

    Only the name is read, not the whole file.
    """
    names = {path, path.rpartition("/")[2]}
    text = repository.text(path) or ""
    if path.lower().endswith(".md"):
        text = text.split("\n---", 1)[0] if text.startswith("---") else ""
    said = _NAME.search(text)
    try:
        name = YAML(typ="safe", pure=True).load(said[0])["name"] if said else None
    except YAMLError:
        name = None
    return names | ({str(name).strip()} if name is not None else set())


def _miss(repository: Repository, wanted: str, files: list[str], what: str) -> Miss | None:
    known = [name for path in files for name in names_of(repository, path)]
    if wanted.removeprefix("./") in known:
        return None
    shown = [name for name in known if name not in files]
    return Miss(
        f"no {what} is called {wanted}, by its file or its name:, of {len(files)} there"
        f"{nearest(wanted, shown)}: correct it in the model, or add it"
    )
