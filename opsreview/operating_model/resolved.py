"""The operating model as ``operating_model.json`` holds it: names with the people behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opsreview.estimate import in_words
from opsreview.operating_model.names import holder, holder_of_area
from opsreview.operating_model.promise import Promise
from opsreview.operating_model.quantities import hours_of, quantity_of
from opsreview.operating_model.resolved_rules import Shown, release_rules, rules_json
from opsreview.operating_model.shape import DutyEntry, ModelEntry


def resolved_json(entry: ModelEntry, promises: Iterable[Promise], shown: Shown) -> dict[str, Any]:
    """Plain data; people's ids go through ``shown``, durations are wall-clock hours."""
    return {
        "version": entry.version,
        "roles": [
            {"id": name, "does": role.does, **holder(name, entry).to_json(shown)}
            for name, role in entry.roles.items()
        ],
        "areas": [
            {
                "id": name,
                "label": area.label,
                "path": area.path,
                **holder_of_area(name, entry).to_json(shown),
            }
            for name, area in entry.areas.items()
        ],
        "channels": _channels(entry, shown),
        "rhythm": _rhythm(entry, shown),
        "escalation": _escalation(entry, shown),
        "promises": [_promise(promise, entry, shown) for promise in promises],
        "reviewed": _reviewed(entry, shown),
        **rules_json(entry, shown),
    }


def _channels(entry: ModelEntry, shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "where": said.where,
            "watched_by": holder(said.watched_by, entry).to_json(shown),
            "answer_within_hours": hours_of(said.answer_within) if said.answer_within else None,
        }
        for name, said in entry.channels.items()
    ]


def _rhythm(entry: ModelEntry, shown: Shown) -> dict[str, Any]:
    rhythm: dict[str, Any] = {"triage": None, "release": None, "duty": None, "retrospective": None}
    for name in ("triage", "release", "retrospective"):
        said = getattr(entry.rhythm, name)
        if said:
            rhythm[name] = {"every": said.every, "by": holder(said.by, entry).to_json(shown)}
    if release := entry.rhythm.release:
        rhythm["release"] |= {"on": release.on, "starting": release.starting.isoformat()}
        rhythm["release"] |= release_rules(release, entry, shown)
    if entry.rhythm.duty:
        rhythm["duty"] = _duty(entry.rhythm.duty, shown)
    return rhythm


def _duty(duty: DutyEntry, shown: Shown) -> dict[str, Any]:
    return {
        "every": duty.every,
        "handover": duty.handover,
        "order": [shown(person) for person in duty.order],
        "from": duty.source,
        "cover": duty.cover,
        "secondary": duty.secondary,
        "most_share": duty.most_share and in_words(quantity_of(duty.most_share).value, "share"),
        "rest_hours": hours_of(duty.rest) if duty.rest else None,
        "best_effort": duty.best_effort,
    }


def _escalation(entry: ModelEntry, shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "who": holder(step.who, entry).to_json(shown),
            "after_hours": hours_of(step.after),
            "how": step.how,
        }
        for step in entry.escalation
    ]


def _promise(promise: Promise, entry: ModelEntry, shown: Shown) -> dict[str, Any]:
    held_by = holder(promise.owner, entry).to_json(shown)
    target = promise.in_words if promise.metric else None
    return promise.to_json() | {"owner": held_by["name"], "held_by": held_by, "target": target}


def _reviewed(entry: ModelEntry, shown: Shown) -> dict[str, Any] | None:
    said = entry.reviewed
    if said is None:
        return None
    by = holder(said.by, entry).to_json(shown)
    return {"by": by, "on": said.on.isoformat(), "every": said.every}
