"""Level 2 and 3 of the model as ``operating_model.json`` holds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opsreview.operating_model.names import holder
from opsreview.operating_model.quantities import hours_of
from opsreview.operating_model.shape import ModelEntry, ReleaseEntry
from opsreview.operating_model.shape_claims import KINDS, Seen

Shown = Callable[[str], str]


def rules_json(entry: ModelEntry, shown: Shown) -> dict[str, Any]:
    """What recurs, by which rules, and what in the repository embodies it; durations in hours."""
    return {
        "decisions": _decisions(entry, shown),
        "severities": _severities(entry, shown),
        "reviews": _reviews(entry),
        "backlog": _backlog(entry, shown),
        "docs": _docs(entry, shown),
        "onboarding": _onboarding(entry, shown),
        "commitments": _commitments(entry, shown),
        "surfaces": [{"of": said.of, **_seen(said)} for said in entry.surfaces],
        "changelog": [
            {
                "effective_from": said.effective_from.isoformat(),
                "decision": said.decision,
                "says": said.says,
            }
            for said in entry.changelog
        ],
    }


def release_rules(release: ReleaseEntry, entry: ModelEntry, shown: Shown) -> dict[str, Any]:
    """Freezes, both ends included, and when a hotfix goes out of turn."""
    hotfix = release.hotfix
    return {
        "freezes": [
            {"from": said.first_on.isoformat(), "to": said.last_on.isoformat(), "why": said.why}
            for said in release.freezes
        ],
        "hotfix": None
        if hotfix is None
        else {
            "when": hotfix.when,
            "by": _held(hotfix.by, entry, shown),
            "within_hours": _hours(hotfix.within),
        },
    }


def _decisions(entry: ModelEntry, shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "what": rule.what,
            "trigger": rule.trigger,
            "every": rule.every,
            "decides": _held(rule.decides, entry, shown),
            "consulted": [_held(who, entry, shown) for who in rule.consulted],
            "handed_to": _held(rule.handed_to, entry, shown),
            "within_hours": _hours(rule.within),
            "recorded_in": rule.recorded_in,
            "if_nobody": rule.if_nobody,
        }
        for name, rule in entry.decisions.items()
    ]


def _severities(entry: ModelEntry, shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "means": said.means,
            "priority": said.priority,
            "answer_within_hours": _hours(said.answer_within),
            "resolve_within_hours": _hours(said.resolve_within),
            "calls": _held(said.calls, entry, shown),
        }
        for name, said in entry.severities.items()
    ]


def _reviews(entry: ModelEntry) -> dict[str, Any] | None:
    said = entry.reviews
    return (
        None
        if said is None
        else {
            "approvals": said.approvals,
            "first_within_hours": _hours(said.first_within),
            "self_merge": said.self_merge,
            "says": said.says,
        }
    )


def _backlog(entry: ModelEntry, shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "says": said.says,
            "by": _held(said.by, entry, shown),
            "label": said.label,
            "close_after_hours": _hours(said.close_after),
            "most_open": said.most_open,
        }
        for name, said in entry.backlog.items()
    ]


def _docs(entry: ModelEntry, shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "path": page.path,
            "owner": _held(page.owner, entry, shown),
            "fresh_for_hours": _hours(page.fresh_for),
            "covers": list(page.covers),
        }
        for name, page in entry.docs.items()
    ]


def _onboarding(entry: ModelEntry, shown: Shown) -> dict[str, Any] | None:
    said = entry.onboarding
    return (
        None
        if said is None
        else {
            "buddy": _held(said.buddy, entry, shown),
            "steps": [
                {
                    "id": step.id,
                    "does": step.does,
                    "within_hours": _hours(step.within),
                    "see": step.see,
                }
                for step in said.steps
            ],
        }
    )


def _commitments(entry: ModelEntry, shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "id": said.id,
            "says": said.says,
            "owner": _held(said.owner, entry, shown),
            "unchecked": said.unchecked,
            **_seen(said),
        }
        for said in entry.commitments
    ]


def _seen(said: Seen) -> dict[str, str | None]:
    """What is looked for in a checkout, by the file's own keys; ``kind`` is the one that counts."""
    return {"kind": said.kind, **{kind: getattr(said, kind) for kind in KINDS}}


def _held(name: str | None, entry: ModelEntry, shown: Shown) -> dict[str, Any] | None:
    return holder(name, entry).to_json(shown) if name else None


def _hours(written: str | None) -> float | None:
    return hours_of(written) if written else None
