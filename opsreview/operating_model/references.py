"""What an operating model refers to besides people: its own parts, priorities, calendars, ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsreview.operating_model.decisions import value_at
from opsreview.operating_model.shape import ModelEntry
from opsreview.yaml_file import Place, close_names


@dataclass(frozen=True)
class Surroundings:
    """What the team's other params say, as far as the model may refer to it.

    ``priorities`` are those of review.yaml, ``rotas`` the paths of its calendars and other sources
    of shifts, ``accounts`` people by account, in lower case. None leaves a reference unchecked: an
    area whose owner CODEOWNERS names has none then.
    """

    priorities: frozenset[str] | None = None
    rotas: frozenset[str] | None = None
    accounts: Mapping[str, str] | None = None


NOTHING_AROUND = Surroundings()


def reference_problems(
    entry: ModelEntry, data: Mapping[str, Any], around: Surroundings
) -> Iterator[tuple[Place, str]]:
    """Every reference that leads nowhere, and every id that is there twice."""
    yield from _severities(entry, around)
    yield from _rota(entry, around)
    yield from _pages(entry)
    yield from _parts(entry, data)
    yield from _twice(
        (("commitments", i, "id"), said.id) for i, said in enumerate(entry.commitments)
    )
    if entry.onboarding:
        steps = enumerate(entry.onboarding.steps)
        yield from _twice((("onboarding", "steps", i, "id"), step.id) for i, step in steps)
    paths = ((name, area.path) for name, area in entry.areas.items())
    yield from _twice((("areas", name, "path"), path) for name, path in paths if path)


def _severities(entry: ModelEntry, around: Surroundings) -> Iterator[tuple[Place, str]]:
    known = around.priorities
    for name, said in entry.severities.items():
        if known is not None and said.priority and said.priority not in known:
            hint = close_names(said.priority, known)
            problem = f"{said.priority} is no priority of review.yaml (labels.priorities); {hint}"
            yield ("severities", name, "priority"), problem


def _rota(entry: ModelEntry, around: Surroundings) -> Iterator[tuple[Place, str]]:
    duty = entry.rhythm.duty
    if duty and duty.source and around.rotas is not None and duty.source not in around.rotas:
        hint = close_names(duty.source, around.rotas)
        yield ("rhythm", "duty", "from"), f"{duty.source} is no rota of review.yaml; {hint}"


def _pages(entry: ModelEntry) -> Iterator[tuple[Place, str]]:
    steps = entry.onboarding.steps if entry.onboarding else []
    for i, step in enumerate(steps):
        if step.see and step.see not in entry.docs:
            hint = close_names(step.see, entry.docs)
            yield ("onboarding", "steps", i, "see"), f"{step.see} is no page under docs; {hint}"


def _parts(entry: ModelEntry, data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for i, surface in enumerate(entry.surfaces):
        if value_at(dict(data), surface.of) is None:
            problem = f"the model says nothing at {surface.of}: write a path like roles.triage-lead"
            yield ("surfaces", i, "of"), problem


def _twice(named: Iterable[tuple[Place, str]]) -> Iterator[tuple[Place, str]]:
    seen: dict[str, Place] = {}
    for place, name in named:
        if name in seen:
            yield place, f"{name} is named above already: keep one of the two"
        seen[name] = place
