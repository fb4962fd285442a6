"""The cycle's proposals: what the rules look at, from the team's own history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from opsreview.errors import FilterError
from opsreview.estimate import Estimate, not_measurable
from opsreview.filtering.known import Known
from opsreview.findings import Finding
from opsreview.metrics.reading import read_metric
from opsreview.metrics.releases import release_interval
from opsreview.metrics.train_what_if import CADENCES, TODAY
from opsreview.metrics.turns import turns
from opsreview.metrics.view import Targets
from opsreview.operating_model.conformance import Held, Observed, kinds_of_work
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.proposals import proposals
from opsreview.pipeline.reading import Plan, TeamHistory, targets_of
from opsreview.planning.history import History
from opsreview.rotation import Rotation
from opsreview.window import Window
from opsreview.wording import counted, value_in_words

if TYPE_CHECKING:
    from opsreview.planning.wanted import Wanted

YEAR = timedelta(days=365)
QUARTER = timedelta(days=91)
PARTS_OF_DUTY = {  # what the replay calls them
    "rhythm.duty.order": "people",
    "rhythm.duty.every": "every",
    "rhythm.duty.handover": "handover",
    "rhythm.duty.secondary": "secondary",
    "rhythm.duty.cover": "cover",
}


def proposal_rows(
    history: TeamHistory,
    plan: Plan,
    held: Sequence[Held],
    found: Sequence[Finding],
    known: Known,
) -> list[dict[str, Any]]:
    """``proposals.yaml``: changes to the model as it is today, people as they appear on pages.

    Args:
        history: The team; a proposal edits what its model says now.
        plan: The cycle under review.
        held: What became of the model's claims in it.
        found: The cycle's findings.
        known: The team as its folder will hold it, with how people appear.
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
    shown, called = [], known.called
    for one in made:
        replayed = _another_train(one, history, plan) or _replayed(
            one, history.model.rotation(history.team.zone), plan, known
        )
        told = {key: called.said(one[key]) for key in ("current", "proposed")}
        shown.append(one | told | {"what_if": " ".join(filter(None, (one["what_if"], replayed)))})
    return shown


def _another_train(proposal: Mapping[str, Any], history: TeamHistory, plan: Plan) -> str | None:
    """What another cadence would have meant for the merges of a year; None where it is not one."""
    every = str(proposal["proposed"])
    name = next((name for name, cadence in CADENCES.items() if cadence.text == every), None)
    if proposal["path"] != "rhythm.release.every" or name is None:
        return None
    found = read_metric(
        "what_if_train",
        history.subject,
        window=plan.cycle.window,
        as_of=plan.as_of,
        targets=targets_of(history, plan),
    )
    told = {(each.group, each.statistic): each for each in found.estimates}
    then, today = (told.get((f"train:{of}", "lead_time")) for of in (name, TODAY))
    if then is None or today is None or not (then.is_measured and today.is_measured):
        return None
    counts = [told[f"train:{of}", "releases"] for of in (name, TODAY)]
    return (
        f"Of {counted(then.n, 'merge')} of the last year half would have been released within "
        f"{value_in_words(then)} instead of {value_in_words(today)}, with "
        f"{value_in_words(counts[0])} releases instead of {value_in_words(counts[1])}."
    )


def _replayed(
    proposal: Mapping[str, Any], rotation: Rotation | None, plan: Plan, known: Known
) -> str | None:
    """What a change of duty would have meant for the last cycles; None where nobody can tell."""
    part = PARTS_OF_DUTY.get(proposal["path"])
    if part is None or proposal["proposed"] is None:
        return None
    try:
        past = History.of(known, plan.cycle, plan.as_of)
    except FilterError:
        return None
    if not past.has_shifts:
        return None
    wanted = cast("Wanted", {part: proposal["proposed"]})
    return past.what_if(rotation, **wanted).sentence


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
    return work | {"duty": _turns_held(history, plan)}


def _turns_held(history: TeamHistory, plan: Plan) -> Mapping[str, int]:
    """Primary turns of the quarter to the cycle's end, by person; not of who has left since."""
    end_at = plan.cycle.window.end_at
    held = turns(history.tables.frames["shifts"], window=Window(end_at - QUARTER, end_at))
    left_on, today = pl.col("left_on"), end_at.astimezone(history.team.zone).date()
    gone = history.tables.frames["people"].filter(left_on < today)["person_id"].to_list()
    is_counted = (pl.col("role") == "primary") & ~pl.col("person").is_in(gone)
    return dict(held.filter(is_counted)["person"].value_counts().iter_rows())


def _release_gaps_days(history: TeamHistory, plan: Plan) -> list[float]:
    """Days between the stable releases of the year to the cycle's end; none where unknown."""
    gaps = release_interval(history.tables.frames["releases"], window=_year(plan))
    return [hours / 24 for hours in gaps["interval_hours"]]


def _year(plan: Plan) -> Window:
    return Window(plan.cycle.window.end_at - YEAR, plan.cycle.window.end_at)
