"""Who the names in an operating model stand for: a person, a role's holders, or the rota."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from opsreview.operating_model.shape import ModelEntry
from opsreview.yaml_file import Place, close_names

DUTY = "duty"  # whoever holds the rota at the moment
AREA_OWNER = "area-owner"  # whoever owns the area that the matter at hand belongs to


@dataclass(frozen=True)
class Holder:
    """A name of the model, resolved: ``people`` are all who may act under it.

    ``owner`` is None where the rota or the area decides who it is, or nobody read CODEOWNERS.
    """

    name: str
    owner: str | None
    deputy: str | None
    people: tuple[str, ...]

    def to_json(self, shown: Callable[[str], str]) -> dict[str, Any]:
        """The resolved name as ``operating_model.json`` holds it, people through ``shown``."""
        return {
            "name": shown(self.name) if self.name in self.people else self.name,
            "owner": self.owner and shown(self.owner),
            "deputy": self.deputy and shown(self.deputy),
            "people": [shown(person) for person in self.people],
        }


def holder(name: str, entry: ModelEntry) -> Holder:
    """The people that ``name`` stands for; ``name_problems`` has found none in it."""
    if name in entry.roles:
        role = entry.roles[name]
        return _held_by(name, role.owner, role.deputy)
    if name == DUTY and entry.rhythm.duty:
        return Holder(name, None, None, tuple(dict.fromkeys(entry.rhythm.duty.order)))
    if name == AREA_OWNER:
        owners = (holder_of_area(area, entry).people for area in entry.areas)
        return Holder(
            name, None, None, tuple(dict.fromkeys(one for each in owners for one in each))
        )
    return _held_by(name, name, None)


def holder_of_area(area: str, entry: ModelEntry) -> Holder:
    """Who answers for an area: its owner, and its own deputy before the owning role's."""
    said = entry.areas[area]
    owner = holder(said.owner, entry) if said.owner else Holder(area, None, None, ())
    deputy = holder(said.deputy, entry).owner if said.deputy else owner.deputy
    if owner.owner is None:
        people = dict.fromkeys(filter(None, [*owner.people, deputy]))
        return Holder(area, None, deputy, tuple(people))
    return _held_by(area, owner.owner, deputy)


def name_problems(entry: ModelEntry, people: Collection[str]) -> list[tuple[Place, str]]:
    """Every name that stands for nobody, and every name that stands for two things."""
    taken = {*people, AREA_OWNER, *([DUTY] if entry.rhythm.duty else [])}
    problems: list[tuple[Place, str]] = [
        (("roles", role), f"{role} is {_taken_by(role)} too: give the role another name")
        for role in entry.roles
        if role in taken
    ]
    for place, name in _people_named(entry):
        if name not in people:
            hint = close_names(name, people)
            problems.append((place, f"{name} is not a person of people.yaml; {hint}"))
    known = {*people, *entry.roles, *([DUTY] if entry.rhythm.duty else [])}
    for place, name in _holders_named(entry):
        if name not in known and not (name == AREA_OWNER and place[0] == "decisions"):
            hint = close_names(name, known)
            problems.append((place, f"{name} is no person of people.yaml and no role here; {hint}"))
    return problems


def places_of_names(entry: ModelEntry) -> Iterator[tuple[Place, str]]:
    """Every place where a person, a role, ``duty`` or ``area-owner`` is named."""
    yield from _people_named(entry)
    yield from _holders_named(entry)


def _taken_by(role: str) -> str:
    return "a word of ours" if role in {DUTY, AREA_OWNER} else "a person of people.yaml"


def _people_named(entry: ModelEntry) -> Iterator[tuple[Place, str]]:
    for name, role in entry.roles.items():
        yield ("roles", name, "owner"), role.owner
        if role.deputy:
            yield ("roles", name, "deputy"), role.deputy
    if entry.rhythm.duty:
        for i, person in enumerate(entry.rhythm.duty.order):
            yield ("rhythm", "duty", "order", i), person


def _holders_named(entry: ModelEntry) -> Iterator[tuple[Place, str]]:
    for name, area in entry.areas.items():
        if area.owner:
            yield ("areas", name, "owner"), area.owner
        if area.deputy:
            yield ("areas", name, "deputy"), area.deputy
    for name, channel in entry.channels.items():
        yield ("channels", name, "watched_by"), channel.watched_by
    for name in ("triage", "release", "retrospective"):
        meeting = getattr(entry.rhythm, name)
        if meeting:
            yield ("rhythm", name, "by"), meeting.by
    for i, step in enumerate(entry.escalation):
        yield ("escalation", i, "who"), step.who
    for i, promise in enumerate(entry.promises):
        yield ("promises", i, "owner"), promise.owner
    if entry.reviewed:
        yield ("reviewed", "by"), entry.reviewed.by
    yield from _holders_of_decisions(entry)
    yield from _holders_of_rules(entry)


def _holders_of_decisions(entry: ModelEntry) -> Iterator[tuple[Place, str]]:
    for name, rule in entry.decisions.items():
        for key, who in (("decides", rule.decides), ("handed_to", rule.handed_to)):
            if who:
                yield ("decisions", name, key), who
        for i, who in enumerate(rule.consulted):
            yield ("decisions", name, "consulted", i), who


def _holders_of_rules(entry: ModelEntry) -> Iterator[tuple[Place, str]]:
    for name, severity in entry.severities.items():
        if severity.calls:
            yield ("severities", name, "calls"), severity.calls
    if entry.rhythm.release and entry.rhythm.release.hotfix:
        yield ("rhythm", "release", "hotfix", "by"), entry.rhythm.release.hotfix.by
    for name, rule in entry.backlog.items():
        if rule.by:
            yield ("backlog", name, "by"), rule.by
    for name, page in entry.docs.items():
        yield ("docs", name, "owner"), page.owner
    if entry.onboarding:
        yield ("onboarding", "buddy"), entry.onboarding.buddy
    for i, said in enumerate(entry.commitments):
        yield ("commitments", i, "owner"), said.owner


def _held_by(name: str, owner: str, deputy: str | None) -> Holder:
    return Holder(name, owner, deputy, tuple(dict.fromkeys(filter(None, [owner, deputy]))))
