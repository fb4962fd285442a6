"""The cycle's proposals: what the rules look at, from the team's own history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.findings import Finding
from opsreview.metrics.reading import read_metric
from opsreview.metrics.view import Targets
from opsreview.operating_model.conformance import Held, Observed, kinds_of_work
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.proposals import proposals
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.privacy import Appearance
from opsreview.window import Window

YEAR = timedelta(days=365)


def proposal_rows(
    history: TeamHistory,
    plan: Plan,
    held: Sequence[Held],
    found: Sequence[Finding],
    called: Appearance,
) -> list[dict[str, Any]]:
    """``proposals.yaml``: changes to the model as it is today, people as they appear on pages.

    Args:
        history: The team; a proposal edits what its model says now.
        plan: The cycle under review.
        held: What became of the model's claims in it.
        found: The cycle's findings.
        called: How the people appear whom a proposal names.
    """
    if history.model is None:
        return []

    def attainment_at(hours: float, group: str) -> Estimate:
        return _past_attainment(history, plan, hours, group)

    made = proposals(
        history.model,
        held,
        attainment_at,
        found,
        work=_work(history, history.model, plan),
        release_gaps_days=_release_gaps_days(history, plan),
    )
    return [one | {key: called.said(one[key]) for key in ("current", "proposed")} for one in made]


def _past_attainment(history: TeamHistory, plan: Plan, hours: float, group: str) -> Estimate:
    """The share answered within ``hours`` over the year to the cycle's end."""
    found = read_metric(
        "response_attainment",
        history.subject,
        window=_year(plan),
        as_of=plan.as_of,
        targets=Targets(hours, {group: hours}),
    )
    wanted = ("share_answered", group)
    return next(
        (part for part in found.estimates if (part.statistic, part.group) == wanted),
        not_measurable("share_answered", "share", "too few issues carry it", group=group),
    )


def _work(
    history: TeamHistory, model: OperatingModel, plan: Plan
) -> Mapping[str, Mapping[str, int]]:
    """By role, what each person did of its work in the year to the cycle's end."""
    seen = Observed(history.subject, _year(plan), plan.as_of)
    work: dict[str, dict[str, int]] = {}
    for role in model.entry.roles:
        acts = [seen.work(kind) for kind in kinds_of_work(role, model.entry)]
        if acts:
            counts = pl.concat(acts)["person"].value_counts()
            work[role] = dict(counts.iter_rows())
    return work


def _release_gaps_days(history: TeamHistory, plan: Plan) -> list[float]:
    """Days between the stable releases of the year to the cycle's end; none where unknown."""
    is_counted = (pl.col("kind") == "stable") & _year(plan).has("published_at")
    at = history.tables.frames["releases"].filter(is_counted)["published_at"].sort().to_list()
    return [(later - sooner) / timedelta(days=1) for sooner, later in pairwise(at)]


def _year(plan: Plan) -> Window:
    return Window(plan.cycle.window.end_at - YEAR, plan.cycle.window.end_at)
