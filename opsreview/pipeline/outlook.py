"""What waits now, who is on duty next, and what the team could fill in next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from opsreview.metrics.drafts import ready_for_review
from opsreview.metrics.planned_duty import is_declared
from opsreview.metrics.reading import CycleReading
from opsreview.metrics.reviews import time_to_first_review
from opsreview.operating_model.document import OperatingModel
from opsreview.pipeline.readiness import next_due, readiness
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.privacy import Appearance
from opsreview.tables.history import labels_at
from opsreview.window import Window

WAITING_SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "repo": pl.String,
    "number": pl.Int64,
    "title": pl.String,
    "url": pl.String,
    "waiting_hours": pl.Float64,
    "area": pl.String,
    "owner": pl.String,
    "rank": pl.Int64,
}
SLOTS_BEHIND = timedelta(days=365)
SHIFTS_AHEAD = 3


def waiting_now(
    history: TeamHistory,
    plan: Plan,
    reading: CycleReading,
    model: OperatingModel | None,
    called: Appearance,
) -> pl.DataFrame:
    """What waits on the team at ``as_of``, the longest wait of each kind first.

    Returns:
        kind (``issue_unanswered``: the team never spoke; ``waiting_on_team``: it spoke, and was
        answered; ``review``: no first review yet; ``unreleased``: merged), repo, number, title,
        url, waiting_hours, area, owner (who holds the area in the model, as people appear on
        pages: ``ada``, or ``triage-lead (ada)``), rank (1 is the longest of its kind).
    """
    issues = reading.measured["waiting_on_team"]
    found = [pl.DataFrame(schema=WAITING_SCHEMA)]
    if not issues.is_empty():
        kind = pl.when("is_answered").then(pl.lit("waiting_on_team"))
        found.append(issues.with_columns(kind=kind.otherwise(pl.lit("issue_unanswered"))))
    found += [
        frame.with_columns(kind=pl.lit(kind))
        for kind, frame in (
            ("review", _reviews_waiting(history, plan)),
            ("unreleased", reading.measured["unreleased_changes"]),
        )
        if not frame.is_empty()
    ]
    stacked = pl.concat(found, how="diagonal").join(
        _areas(history, plan), on=["repo", "number"], how="left", suffix="_known"
    )
    owners = _owners(model, called)
    order = pl.col("waiting_hours").rank("ordinal", descending=True).over("kind")
    return (
        stacked.with_columns(area=pl.col("area_known"), rank=order.cast(pl.Int64))
        .with_columns(
            owner=pl.col("area").replace_strict(owners, default=None, return_dtype=pl.String)
        )
        .select(list(WAITING_SCHEMA))
        .sort("kind", "rank")
    )


def next_up(
    history: TeamHistory,
    plan: Plan,
    reading: CycleReading,
    model: OperatingModel | None,
    called: Appearance,
) -> dict[str, Any]:
    """``next.json``: the shifts, slots and release to come, and what to fill in."""
    slots: list[str] = []
    if model is not None:
        zone = history.team.zone
        past = Window(plan.cycle.window.end_at - SLOTS_BEHIND, plan.cycle.window.end_at)
        slots = [day.isoformat() for day in model.release_slots(past, zone=zone)]
    coming = readiness(history, plan, reading, model, called)
    return {
        "on_duty": _on_duty(history.tables.frames["shifts"], plan, called),
        "release_slot": next_due(coming) if coming else None,
        "slots": slots,
        "release": coming,
        "fill_in": fill_in(history, model)[:3],
    }


def fill_in(history: TeamHistory, model: OperatingModel | None) -> list[dict[str, str]]:
    """What this team has not told yet, the most telling first: what, why and how."""
    tables, review = history.tables, history.team.review
    wanted = [
        (
            not history.team.people,
            "Who is in the team",
            "answers by the team are judged apart from anyone's, and load is compared fairly",
            "write people.yaml beside review.yaml: one id a person with their accounts and zone",
        ),
        (
            model is None,
            "What should happen",
            "roles, promises and rhythm are what the cycle is held against",
            "write operating_model.yaml beside review.yaml: roles with deputies, and one promise",
        ),
        (
            not tables.coverage.repos("releases"),
            "Releases",
            "nothing says when merged work reached users",
            "add a source of kind git_tags, or a csv of table releases, to review.yaml",
        ),
        (
            not tables.coverage.repos("shifts") or is_declared(tables.frames["shifts"]),
            "The duty rota",
            "nothing says who was on duty, or is next",
            "add a source of kind ics, or a csv of table shifts, to review.yaml",
        ),
        (
            not tables.coverage.repos("incidents"),
            "Incidents",
            "nothing says who was interrupted, and when",
            "add a csv of table incidents to review.yaml",
        ),
        (
            not review.labels.priorities,
            "Priority labels",
            "urgent issues are not told from the rest",
            "name the labels of each priority under labels.priorities in review.yaml",
        ),
    ]
    return [{"what": what, "why": why, "how": how} for missing, what, why, how in wanted if missing]


def _reviews_waiting(history: TeamHistory, plan: Plan) -> pl.DataFrame:
    """Open pull requests without a first review, whenever they became ready."""
    tables, coverage = history.tables.frames, history.tables.coverage
    if not {"pull_requests", "reviews"} <= {table for table, _ in coverage.stretches}:
        return pl.DataFrame()
    everything = Window(plan.as_of - timedelta(days=36500), plan.as_of)
    pulls = ready_for_review(tables["pull_requests"], tables["events"], as_of=plan.as_of)
    waits = time_to_first_review(
        pulls, tables["reviews"], tables["spells"], window=everything, as_of=plan.as_of
    )
    return waits.filter("is_censored").rename({"waited_hours": "waiting_hours"})


def _areas(history: TeamHistory, plan: Plan) -> pl.DataFrame:
    """The first of the model's areas that each item's labels name."""
    tables = history.tables.frames
    labels = pl.concat(
        labels_at(tables[name], tables["events"], plan.as_of)
        for name in ("issues", "pull_requests")
    )
    groups = history.subject.groups.labelled()
    found = [
        labels.filter(is_labelled).select(
            "repo", "number", area=pl.lit(group.removeprefix("area:"))
        )
        for group, is_labelled in groups.items()
        if group.startswith("area:")
    ]
    empty = pl.DataFrame(schema={"repo": pl.String, "number": pl.Int64, "area": pl.String})
    return pl.concat([empty, *found]).unique(["repo", "number"], keep="first", maintain_order=True)


def _owners(model: OperatingModel | None, called: Appearance) -> dict[str, str]:
    """Who holds each area that the model gives an owner, as pages say it."""
    if model is None:
        return {}
    owners = {
        area: (said.owner, model.holder(said.owner).owner)
        for area, said in model.entry.areas.items()
        if said.owner
    }
    return {area: _said_of(name, person, called) for area, (name, person) in owners.items()}


def _said_of(name: str, person: str | None, called: Appearance) -> str:
    """``triage-lead (ada)`` for a role, ``ada`` for a person, ``duty`` where the rota decides."""
    if person is None:
        return name
    shown = called.of(person)
    return shown if name in (person, shown) else f"{name} ({shown})"


def _on_duty(shifts: pl.DataFrame, plan: Plan, called: Appearance) -> list[Mapping[str, Any]]:
    coming = shifts.filter(pl.col("end_at") > plan.as_of).sort("start_at", "role", "person")
    return [
        {
            "person": called.of(shift["person"]),
            "role": shift["role"],
            "rotation": shift["rotation"],
            "start_at": shift["start_at"].isoformat(),
            "end_at": shift["end_at"].isoformat(),
        }
        for shift in coming.head(SHIFTS_AHEAD).iter_rows(named=True)
    ]
