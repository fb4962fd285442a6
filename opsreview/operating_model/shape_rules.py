"""Level 2 of ``operating_model.yaml``: what is decided again and again, and by which rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from opsreview.operating_model.quantities import Duration, Identifier, Rhythm, Text
from opsreview.yaml_file import StrictModel


class DecisionRule(StrictModel):
    """A decision that comes up again and again."""

    what: Text
    """What is decided."""
    trigger: Text | None = None
    """What brings it up: an issue is opened."""
    every: Rhythm | None = None
    """How often it is taken, where a rhythm brings it up."""
    decides: Text | None = None
    """A person, a role, duty or area-owner."""
    consulted: list[Text] = []
    """Who is asked before."""
    handed_to: Text | None = None
    """Who acts on it: a person, a role, duty or area-owner."""
    within: Duration | None = None
    """By when it is decided."""
    recorded_in: Text | None = None
    """Where the decision can be read afterwards."""
    if_nobody: Text | None = None
    """What happens if nobody decides."""


class SeverityEntry(StrictModel):
    """How bad something is, and what that asks of the team."""

    means: Text
    priority: Text | None = None
    """The priority of review.yaml (labels.priorities) whose issues are of this severity."""
    answer_within: Duration | None = None
    resolve_within: Duration | None = None
    calls: Text | None = None
    """Who is called: a person, a role or duty."""


class FreezeEntry(StrictModel):
    """Days on which nothing but a hotfix is released; both ends belong to it."""

    first_on: date = Field(alias="from")
    last_on: date = Field(alias="to")
    why: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_on < self.first_on:
            raise ValueError("it ends before it begins: `to` must not be before `from`")
        return self


class HotfixRule(StrictModel):
    """When a release comes outside of its slot."""

    when: Text
    by: Text
    within: Duration | None = None


class ReviewRules(StrictModel):
    """What a pull request needs before it is merged."""

    approvals: Annotated[int, Field(ge=0)] | None = None
    first_within: Duration | None = None
    self_merge: Literal["never", "hotfix", "allowed"] | None = None
    says: Text | None = None


class BacklogRule(StrictModel):
    """What keeps the backlog readable."""

    says: Text
    by: Text | None = None
    label: Text | None = None
    close_after: Duration | None = None
    """Quiet time after which an issue with the label is closed."""
    most_open: Annotated[int, Field(ge=0)] | None = None


class DocEntry(StrictModel):
    """A page of documentation that somebody keeps true."""

    path: Text
    owner: Text
    fresh_for: Duration | None = None
    """The age at which it has to be read again."""
    covers: list[Text] = []
    """The code it speaks of: changed later than the page, the page may be wrong."""


class OnboardingStep(StrictModel):
    """Something a new maintainer does."""

    id: Identifier
    does: Text
    within: Duration | None = None
    see: Text | None = None
    """The id of a page under docs."""


class OnboardingEntry(StrictModel):
    """How a new maintainer begins, and who is beside them."""

    buddy: Text
    steps: list[OnboardingStep] = []
