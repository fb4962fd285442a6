"""The operating model of a team: read, every name resolved, and asked what it declares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.operating_model.codeowners import with_code_owners
from opsreview.operating_model.names import Holder, holder, holder_of_area, name_problems
from opsreview.operating_model.promise import Promise
from opsreview.operating_model.quantities import WEEKDAYS, cadence_of, hours_of, quantity_of
from opsreview.operating_model.references import NOTHING_AROUND, Surroundings, reference_problems
from opsreview.operating_model.resolved import resolved_json
from opsreview.operating_model.shape import ModelEntry, PromiseEntry
from opsreview.operating_model.undeclared import undeclared
from opsreview.rotation import Rotation
from opsreview.train import Freeze, Train
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar
from opsreview.yaml_file import Place, YamlFile, close_names, read_yaml, validated


@dataclass(frozen=True)
class OperatingModel:
    """What a team says should happen. What it does not say is ``not_declared``, never assumed.

    ``file.data`` is the document as written; ``entry`` the same, validated, and with the owners
    that CODEOWNERS gives to areas.
    """

    file: YamlFile
    entry: ModelEntry
    people: frozenset[str]
    metrics: frozenset[str]
    around: Surroundings = NOTHING_AROUND

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        return tuple(_promise(said) for said in self.entry.promises)

    def promise(self, promise_id: str) -> Promise | None:
        """The promise with this id, or None."""
        return next((said for said in self.promises if said.id == promise_id), None)

    def response_hours(self, priority: str | None = None) -> float | None:
        """Wall-clock hours within which a first answer is promised, or None.

        A priority without a promise of its own has the general one.
        """
        groups = [f"priority:{priority}", "all"] if priority else ["all"]
        hours = {
            said.group: said.at_most_hours
            for said in self.promises
            if said.metric == "response_attainment"
        }
        return next((hours[group] for group in groups if group in hours), None)

    def holder(self, name: str) -> Holder:
        """Who a person's id, a role or ``duty`` stands for."""
        return holder(name, self.entry)

    def owner_of_area(self, label: str) -> Holder | None:
        """Who answers for the area whose issues carry ``label``, or None."""
        for area, said in self.entry.areas.items():
            if said.label == label:
                return holder_of_area(area, self.entry)
        return None

    def release_slots(self, window: Window, *, zone: ZoneInfo) -> list[date]:
        """The days in ``window`` on which a release is due, in ``zone``."""
        train = self.train(zone)
        slots = train.slots(window) if train else []
        return [slot.day for slot in slots if slot.excused is None]

    def train(self, zone: ZoneInfo) -> Train | None:
        """The release train that the model declares, or None."""
        release = self.entry.rhythm.release
        if release is None:
            return None
        within = release.hotfix and release.hotfix.within
        return Train(
            every=cadence_of(release.every),
            starting=release.starting,
            zone=zone,
            freezes=tuple(Freeze(f.first_on, f.last_on, f.why) for f in release.freezes),
            holidays=release.holidays,
            hotfix_within_hours=hours_of(within) if within else None,
        )

    def rotation(self, zone: ZoneInfo) -> Rotation | None:
        """What the model says of duty; without people where a calendar of the sources has them."""
        duty = self.entry.rhythm.duty
        if duty is None:
            return None
        weekday, _, clock = (duty.handover or "").partition(" ")
        most = duty.most_share
        return Rotation(
            people=tuple(duty.order),
            zone=zone,
            every=cadence_of(duty.every),
            starting=duty.starting,
            weekday=WEEKDAYS.index(weekday) if weekday else None,
            handover=time.fromisoformat(clock) if clock else time(0),
            has_secondary=duty.secondary,
            covered=WorkingCalendar(zone) if duty.cover == "business hours" else None,
            rest_hours=None if duty.rest is None else hours_of(duty.rest),
            most_share=None if most is None else quantity_of(most).value,
        )

    def as_written(self, data: dict[str, Any]) -> OperatingModel:
        """The same team's model with another document, such as that of an earlier day.

        Raises:
            ParamsError: The document is not valid.
        """
        return resolved(replace(self.file, data=data), self.people, self.metrics, self.around)

    @cached_property
    def not_declared(self) -> list[str]:
        """What the document could say next and does not, in plain words."""
        return [part.words for part in undeclared(self.entry)]

    def to_json(self, *, shown: Callable[[str], str] = str) -> dict[str, Any]:
        """The resolved model for ``operating_model.json``; people's ids go through ``shown``."""
        said = resolved_json(self.entry, self.promises, shown)
        return said | {"not_declared": self.not_declared}


def load_model(
    path: Path,
    people: Collection[str],
    metrics: Collection[str],
    around: Surroundings = NOTHING_AROUND,
) -> OperatingModel:
    """Read ``operating_model.yaml`` and resolve every name in it.

    Args:
        path: The document.
        people: Ids of people.yaml, those who left included.
        metrics: Ids of the metrics that a promise may be held by.
        around: What else the document may refer to.

    Raises:
        ParamsError: The file is not valid, or it names something that is not known.
    """
    return resolved(read_yaml(path), people, metrics, around)


def resolved(
    file: YamlFile,
    people: Collection[str],
    metrics: Collection[str],
    around: Surroundings = NOTHING_AROUND,
) -> OperatingModel:
    """A document already read, with every name in it resolved.

    Raises:
        ParamsError: As ``load_model``.
    """
    written = validated(ModelEntry, file)
    entry, unowned = with_code_owners(written, file.path, around.accounts)
    problems = [
        *unowned,
        *name_problems(entry, people),
        *_repeats(entry),
        *_unknown_metrics(entry, metrics),
        *reference_problems(entry, file.data, around),
    ]
    if problems:
        raise file.refusal(problems)
    return OperatingModel(file, entry, frozenset(people), frozenset(metrics), around)


def _repeats(entry: ModelEntry) -> Iterator[tuple[Place, str]]:
    labels: dict[str, str] = {}
    for name, area in entry.areas.items():
        if area.label and labels.setdefault(area.label, name) != name:
            taken = f"{area.label} is the label of the area {labels[area.label]} already: keep one"
            yield ("areas", name, "label"), taken
    ids: set[str] = set()
    deadlines: dict[str, str] = {}
    for i, said in enumerate(entry.promises):
        if said.id in ids:
            yield ("promises", i, "id"), f"{said.id} is the id of a promise above: give it another"
        ids.add(said.id)
        group = said.group or "all"
        if said.within and deadlines.setdefault(group, said.id) != said.id:
            twice = (
                f"{deadlines[group]} promises a deadline for {group} already: keep one of the two"
            )
            yield ("promises", i, "within"), twice


def _unknown_metrics(entry: ModelEntry, metrics: Collection[str]) -> Iterator[tuple[Place, str]]:
    for i, said in enumerate(entry.promises):
        if said.metric and said.metric not in metrics:
            hint = close_names(said.metric, metrics)
            yield ("promises", i, "metric"), f"{said.metric} is no metric; {hint}"


def _promise(said: PromiseEntry) -> Promise:
    statistic, unit = said.judged_by
    at_least = None if said.at_least is None else quantity_of(said.at_least)
    at_most = None if said.at_most is None else quantity_of(said.at_most)
    deadline = hours_of(said.within) if said.within else None
    if at_most and at_most.unit == "hours":
        deadline, at_most = at_most.value, None
    return Promise(
        id=said.id,
        says=said.says,
        owner=said.owner,
        metric=said.metric,
        statistic=statistic if said.metric else None,
        unit=unit if said.metric else None,
        at_most_hours=deadline,
        at_least=at_least.value if at_least else None,
        at_most=at_most.value if at_most else None,
        group=said.group or "all",
        unchecked=said.unchecked,
    )
