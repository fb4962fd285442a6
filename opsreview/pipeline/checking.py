"""What ``opsreview check`` looks at: a team's params, the model alone, and against a checkout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from opsreview.checkout import Checkout
from opsreview.errors import ParamsError
from opsreview.metrics.registry import METRICS
from opsreview.operating_model.consistency import Measurable, consistency
from opsreview.operating_model.decision_map import decision_map
from opsreview.operating_model.decisions import Decision, in_force, load_decisions
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.operating_model.remark import Remark, most_urgent_first
from opsreview.operating_model.surfaces import surfaces
from opsreview.params import Team
from opsreview.pipeline.reading import surroundings
from opsreview.sources.simulated import Simulated
from opsreview.sources.table import tables_given
from opsreview.yaml_file import read_yaml

_LEDGER = "ledger"


@dataclass(frozen=True)
class Checked:
    """A team's params, all valid, and what there is to say of them."""

    team: Team
    model: OperatingModel | None
    decisions: Sequence[Decision]
    remarks: Sequence[Remark]

    @property
    def is_broken(self) -> bool:
        """Whether something that is written is false or cannot be kept."""
        return any(remark.severity == "error" for remark in self.remarks)

    @property
    def decision_map(self) -> list[dict[str, Any]]:
        """Who decides what, how often, and what is unclear; people by their ids."""
        return decision_map(self.model, str) if self.model else []

    def file_of(self, remark: Remark) -> Path:
        """The file of the params that a remark is about."""
        part = remark.path.partition(".")[0]
        names = {_LEDGER: "decisions.yaml", "people": "people.yaml"}
        return self.team.folder / names.get(part, "operating_model.yaml")


def checked(
    team: Team, checkout: Path | None, today: date, labels: frozenset[str] | None
) -> Checked:
    """Read all of a team's params and check the model in them.

    Args:
        team: Whose params.
        checkout: A checkout of the team's repository; by default what review.yaml names.
        today: The day on which people and due days are looked at, in the team's zone.
        labels: The labels that issues bore; None where no history is at hand.

    Raises:
        ParamsError: A file is not valid, or names what is not known.
        SourceError: The checkout is none.
    """
    if not team.model_path.is_file():
        return Checked(team, None, (), ())
    model = load_model(team.model_path, team.people, METRICS, surroundings(team))
    decisions = _decisions(team, model)
    folder = checkout or team.checkout
    return Checked(
        team, model, decisions, remarks_on(model, decisions, team, folder, today, labels)
    )


def remarks_on(
    model: OperatingModel,
    decisions: Sequence[Decision],
    team: Team,
    checkout: Path | None,
    today: date,
    labels: frozenset[str] | None,
) -> list[Remark]:
    """What there is to say of a model and its ledger, most urgent first.

    Raises:
        SourceError: The checkout is none.
    """
    remarks = consistency(
        model, team.people, measurable=measurable(team), decisions=decisions, today=today
    )
    remarks = _with_lines([*remarks, *_lost_pasts(model, decisions)], team, decisions)
    if checkout is not None:
        remarks += surfaces(model, Checkout.open(checkout), today=today, labels=labels)
    return most_urgent_first(remarks)


def _lost_pasts(model: OperatingModel, decisions: Sequence[Decision]) -> Iterator[Remark]:
    """Decisions before which the model cannot be had again: it names what is no longer there."""
    for decision in decisions:
        if decision.change is None or decision.status == "dropped":
            continue
        day_before = decision.effective_from - timedelta(days=1)
        try:
            model.as_written(in_force(model.file.data, decisions, day_before))
        except ParamsError:
            says = (
                f"the model before it cannot be had again ({decision.change.path} named what is "
                "no longer there), so earlier cycles are judged by today's: correct its from"
            )
            yield Remark("warning", "consistency.lost-past", f"{_LEDGER}.{decision.id}", says)


def labels_borne(*items: pl.DataFrame) -> frozenset[str] | None:
    """All labels of ISSUES and PULL_REQUESTS; None where no label is known at all."""
    borne = {label for frame in items for label in frame["labels"].explode().drop_nulls()}
    return frozenset(borne) or None


def labels_seen(cycle: Path | None) -> frozenset[str] | None:
    """The labels that the tables of a built cycle know; None without one."""
    if cycle is None:
        return None
    paths = (cycle / "tables" / f"{name}.parquet" for name in ("issues", "pull_requests"))
    return labels_borne(*(pl.read_parquet(path) for path in paths if path.is_file()))


def measurable(team: Team) -> Measurable:
    """Which metrics the sources of review.yaml could give at all."""
    given = tables_given(team.review.sources, team.review.labels.incident)
    return Measurable(given, {name: metric.needs for name, metric in METRICS.items()})


def today_of(team: Team, now: datetime) -> date:
    """The day it is for the team; a simulated team lives on the day its history is told."""
    simulated = [each for each in team.review.sources if isinstance(each, Simulated)]
    is_simulated = len(simulated) == len(team.review.sources)
    moment = simulated[0].plan.fetched_at if is_simulated else now
    return moment.astimezone(team.zone).date()


def clock() -> datetime:
    """This moment, UTC: what people are told today depends on it, no number does."""
    return datetime.now(UTC)


def _decisions(team: Team, model: OperatingModel) -> list[Decision]:
    if not team.decisions_path.is_file():
        return []
    return load_decisions(team.decisions_path, {*model.people, *model.entry.roles}, METRICS)


def _with_lines(remarks: list[Remark], team: Team, decisions: Sequence[Decision]) -> list[Remark]:
    """Remarks on the ledger with the lines of their records."""
    if not decisions:
        return remarks
    file = read_yaml(team.decisions_path, list)
    paths = (f"{_LEDGER}.{decision.id}" for decision in decisions)
    lines = {path: file.line_of((position,)) for position, path in enumerate(paths)}
    return [replace(one, line=lines.get(one.path, one.line)) for one in remarks]
