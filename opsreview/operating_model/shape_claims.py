"""Level 3 of ``operating_model.yaml``: what in the repository embodies the model.

A surface is one thing that a checkout can show; a commitment is a sentence that one stands for.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from opsreview.operating_model.quantities import Identifier, Text
from opsreview.yaml_file import StrictModel

KINDS = (
    "path",
    "heading",
    "command",
    "test",
    "workflow",
    "issue_template",
    "label",
    "codeowners",
    "link",
)


class Seen(StrictModel):
    """One thing to look for in a checkout: one of these keys; ``heading`` needs its ``path``."""

    path: Text | None = None
    """A file or folder, from the root of the repository; * stands for any name."""
    heading: Text | None = None
    """A heading of the Markdown file at path, as it is written."""
    command: Text | None = None
    """A command of package.json, a target of the Makefile, or an entry point of the package."""
    test: Text | None = None
    """A test: its file, or file::name."""
    workflow: Text | None = None
    """A workflow of .github/workflows, by its file or its name."""
    issue_template: Text | None = None
    """An issue template, by its file or its name."""
    label: Text | None = None
    """A label that issues bear."""
    codeowners: Text | None = None
    """A path that CODEOWNERS gives to the owner of what the surface is of."""
    link: Text | None = None
    """A link that README or the docs hold; one into the repository must lead somewhere."""

    @property
    def kind(self) -> str | None:
        """Which of the keys is written; a heading's path is where it is looked for."""
        written = [kind for kind in KINDS if getattr(self, kind) is not None]
        return "heading" if "heading" in written else next(iter(written), None)

    @property
    def wanted(self) -> str:
        """What is looked for, as written."""
        return getattr(self, self.kind) if self.kind else ""

    @property
    def problem(self) -> str | None:
        """Why the keys written do not say one thing; None where they do, or say nothing."""
        written = [kind for kind in KINDS if getattr(self, kind) is not None]
        if "heading" in written:
            return None if set(written) == {"heading", "path"} else "a heading needs its path alone"
        return None if len(written) <= 1 else f"it names {' and '.join(written)}: keep one"


class SurfaceEntry(Seen):
    """What in the repository embodies a part of the model."""

    of: Text
    """The part of the model, with dots: roles.release-manager, promises.first-answer."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if problem := self.problem or (None if self.kind else f"write one of {', '.join(KINDS)}"):
            raise ValueError(problem)
        return self


class CommitmentEntry(Seen):
    """A sentence with a check (one of the keys of a surface), or ``unchecked`` with the reason."""

    id: Identifier
    says: Text
    owner: Text
    unchecked: Text | None = None

    @model_validator(mode="after")
    def _has_a_check_or_a_reason(self) -> Self:
        problem = self.problem
        if self.kind and self.unchecked:
            problem = "it has both a check and unchecked: keep one"
        elif not self.kind and not self.unchecked:
            problem = f"write one of {', '.join(KINDS)} to hold it, or unchecked: with the reason"
        if problem:
            raise ValueError(problem)
        return self
