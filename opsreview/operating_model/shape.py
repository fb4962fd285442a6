"""What ``operating_model.yaml`` may say, as it is written: no name is resolved here.

Here is level 1 and the whole; level 2 is in ``shape_rules``, level 3 in ``shape_claims``.

Everything but ``version`` may be left out: what is not written is not declared. Durations are
wall-clock hours, so ``3 days`` includes a weekend.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from opsreview.operating_model.promise import JUDGED_BY
from opsreview.operating_model.quantities import (
    WEEKDAYS,
    Duration,
    Handover,
    Identifier,
    Rhythm,
    Target,
    Text,
    Weekday,
    cadence_of,
    quantity_of,
)
from opsreview.operating_model.shape_claims import CommitmentEntry, SurfaceEntry
from opsreview.operating_model.shape_rules import (
    BacklogRule,
    DecisionRule,
    DocEntry,
    FreezeEntry,
    HotfixRule,
    OnboardingEntry,
    ReviewRules,
    SeverityEntry,
)
from opsreview.yaml_file import StrictModel


def _one_of(*keys: str) -> dict[str, JsonValue]:
    """For editors: one of these keys, and only one, has to be there."""
    return {"oneOf": [{"required": [key]} for key in keys]}


class RoleEntry(StrictModel):
    """A standing job. Both names are people of people.yaml."""

    owner: Text
    deputy: Text | None = None
    """Who does it while the owner is away."""
    does: Text | None = None
    """The work, in a few words."""


class AreaEntry(StrictModel):
    """A part of the product: the label issues carry, the path of its code."""

    model_config = ConfigDict(json_schema_extra=_one_of("owner", "from"))

    owner: Text | None = None
    """A person or a role."""
    deputy: Text | None = None
    """A person or a role; by default the deputy of the role that owns it."""
    label: Text | None = None
    """The label that issues of the area carry."""
    path: Text | None = None
    """The folder or file of its code, from the root of the repository."""
    source: Text | None = Field(None, alias="from")
    """In place of owner: the CODEOWNERS file, as seen from here, that names who owns path."""

    @model_validator(mode="after")
    def _has_an_owner(self) -> Self:
        if self.owner and self.source:
            raise ValueError("it has both an owner and from: keep one")
        if not self.owner and not self.source:
            raise ValueError("it has no owner: write owner, or from: with a CODEOWNERS file")
        if self.source and not self.path:
            raise ValueError("from needs the path whose owner CODEOWNERS names: write path")
        return self


class ChannelEntry(StrictModel):
    """A place where people ask for help."""

    where: Text
    watched_by: Text
    """A person, a role or duty."""
    answer_within: Duration | None = None
    """Wall-clock time to a first answer."""


class MeetingEntry(StrictModel):
    """Something done again and again, and who sees to it."""

    every: Rhythm
    by: Text
    """Who sees to it: a person, a role or duty."""


class ReleaseEntry(MeetingEntry):
    """The release train: its slots are every N weeks on a weekday, counted from ``starting``."""

    on: Weekday
    starting: date
    """The first slot, from which the others are counted."""
    holidays: Text | None = None
    """The country or region on whose holidays no release is due: ES, or ES-MD."""
    freezes: list[FreezeEntry] = []
    """Stretches in which nothing but a hotfix is released."""
    hotfix: HotfixRule | None = None
    """When a release comes outside of its slot."""

    @model_validator(mode="after")
    def _starts_on_its_day(self) -> Self:
        if cadence_of(self.every).unit not in ("week", "month", "quarter"):
            raise ValueError(f"every {self.every} has no weekday: write weeks, months or quarters")
        actual = WEEKDAYS[self.starting.weekday()]
        if actual != self.on:
            raise ValueError(
                f"starting {self.starting} is a {actual}, not a {self.on}: correct one of the two"
            )
        return self


class DutyEntry(StrictModel):
    """The rota: how long a turn is, when it is handed over, and in what order."""

    model_config = ConfigDict(json_schema_extra=_one_of("order", "from"))

    every: Rhythm
    """How long a turn is."""
    handover: Handover | None = None
    """The day and time of the handover, in the team's zone."""
    starting: date | None = None
    """The day on which the first of the order begins; without it whose turn it is stays unknown."""
    order: list[Text] = []
    """People, one a turn, again and again."""
    source: Text | None = Field(None, alias="from")
    """In place of order: the calendar of review.yaml that says who holds each turn."""
    cover: Literal["always", "business hours"] | None = None
    """When somebody answers."""
    secondary: bool = False
    """Whether a second person stands behind the first."""
    most_share: Target | None = None
    """The most of anybody's time that duty may take: 25 %."""
    rest: Duration | None = None
    """The least time between two turns of one person."""
    best_effort: Text | None = None
    """What is not promised, in the team's words."""

    @model_validator(mode="after")
    def _names_its_turns(self) -> Self:
        if self.order and self.source:
            raise ValueError("it has both an order and from: keep one")
        if not self.order and not self.source:
            raise ValueError("it names nobody: write order, or from: with a calendar")
        if self.starting and self.handover and self.every.endswith(("week", "weeks")):
            actual, wanted = WEEKDAYS[self.starting.weekday()], self.handover.split()[0]
            if actual != wanted:
                raise ValueError(
                    f"starting {self.starting} is a {actual}, and the handover is on {wanted}: "
                    "correct one of the two"
                )
        if self.most_share is not None and quantity_of(self.most_share).unit != "share":
            raise ValueError(f"most_share: {self.most_share!r} is not a percent such as 25 %")
        return self


class RhythmEntry(StrictModel):
    """What recurs."""

    triage: MeetingEntry | None = None
    release: ReleaseEntry | None = None
    duty: DutyEntry | None = None
    retrospective: MeetingEntry | None = None


class EscalationEntry(StrictModel):
    """Whom to call next, and after how long without an answer."""

    who: Text
    """A person, a role or duty."""
    after: Duration
    """Wall-clock time from the start, without an answer; 0 min is at once."""
    how: Text | None = None


class PromiseEntry(StrictModel):
    """A sentence with a check (a metric and a target), or ``unchecked`` with the reason."""

    id: Identifier
    says: Text
    """The sentence the team stands by."""
    owner: Text
    metric: Text | None = None
    """What it is measured by, with one of the targets below: response_attainment."""
    within: Duration | None = None
    """The deadline of each answer, for response_attainment alone."""
    at_least: Target | None = None
    at_most: Target | None = None
    group: Text | None = None
    """Which part of all is promised: priority:p1, area:preview; by default everything."""
    unchecked: Text | None = None
    """In place of a metric: why nothing measures it."""

    @model_validator(mode="after")
    def _has_a_check_or_a_reason(self) -> Self:
        problem = _wrong_with(self) or (self.metric and _wrong_target(self))
        if problem:
            raise ValueError(problem)
        return self

    @property
    def judged_by(self) -> tuple[str, str]:
        """The statistic and its unit; a metric of no other kind is a duration's median."""
        return JUDGED_BY.get(self.metric or "", ("median", "hours"))


class ReviewedEntry(StrictModel):
    """Who last read the whole model and said it is right, and when."""

    by: Text
    on: date
    every: Rhythm = "quarter"
    """How long that holds before the model has to be read again."""


class ChangelogEntry(StrictModel):
    """One change of this document, written by ``opsreview decide``."""

    effective_from: date
    decision: Text
    says: Text


class ModelEntry(StrictModel):
    """The whole document."""

    version: Literal[1]
    roles: dict[Identifier, RoleEntry] = Field(default_factory=dict)
    """Standing jobs, by id."""
    areas: dict[Identifier, AreaEntry] = Field(default_factory=dict)
    """Parts of the product, by id."""
    channels: dict[Identifier, ChannelEntry] = Field(default_factory=dict)
    """Where people ask for help."""
    rhythm: RhythmEntry = RhythmEntry()
    """Triage, release, duty and retrospective: how often, and by whom."""
    escalation: list[EscalationEntry] = Field(default_factory=list)
    """Whom to call next, in order of time."""
    promises: list[PromiseEntry] = Field(default_factory=list)
    """Sentences that a metric holds to account."""
    decisions: dict[Identifier, DecisionRule] = Field(default_factory=dict)
    """Decisions that come up again and again."""
    severities: dict[Identifier, SeverityEntry] = Field(default_factory=dict)
    """How bad something can be, and what that asks of the team."""
    reviews: ReviewRules | None = None
    """What a pull request needs before it is merged."""
    backlog: dict[Identifier, BacklogRule] = Field(default_factory=dict)
    """What keeps the backlog readable."""
    docs: dict[Identifier, DocEntry] = Field(default_factory=dict)
    """Pages of documentation, their owners, and how long they are fresh."""
    onboarding: OnboardingEntry | None = None
    """How a new maintainer begins."""
    commitments: list[CommitmentEntry] = Field(default_factory=list)
    """Sentences that something in the repository stands for."""
    surfaces: list[SurfaceEntry] = Field(default_factory=list)
    """What in the repository embodies each part."""
    changelog: list[ChangelogEntry] = Field(default_factory=list)
    """Changes of this document, written by ``opsreview decide``."""
    reviewed: ReviewedEntry | None = None
    """Who last read it all and said it is right."""


def _wrong_with(promise: PromiseEntry) -> str | None:
    bounds = [bound for bound in (promise.at_least, promise.at_most) if bound is not None]
    if promise.metric and promise.unchecked:
        return "it has both a metric and unchecked: keep one"
    if promise.unchecked:
        has_target = bounds or promise.within or promise.group
        return "it is unchecked and has a target: remove one of the two" if has_target else None
    if not promise.metric:
        return "it has no metric to hold it: name one, or write unchecked: with the reason"
    if promise.metric == "response_attainment":
        whole = promise.within and promise.at_least is not None and promise.at_most is None
        return None if whole else "it needs a deadline and a share: within: 3 days, at_least: 80 %"
    if promise.within:
        return f"within belongs to response_attainment: write at_most: {promise.within} here"
    if len(bounds) != 1:
        return "it needs one target: write either at_least or at_most"
    return None


def _wrong_target(promise: PromiseEntry) -> str | None:
    """Why a target cannot be compared with its metric, or None."""
    statistic, unit = promise.judged_by
    wanted = {"hours": "a duration such as 2 days", "share": "a percent such as 80 %"}
    for written in (promise.at_least, promise.at_most):
        target = None if written is None else quantity_of(written)
        if target is None:
            continue
        is_share = target.unit == "share" or (target.unit == "number" and target.value <= 1)
        fits = {"hours": target.unit == "hours", "share": is_share and target.value <= 1}
        if not fits.get(unit, target.unit == "number"):
            needs = wanted.get(unit, "a bare number")
            return f"{promise.metric} is judged by its {statistic}: {written!r} is not {needs}"
    return None
