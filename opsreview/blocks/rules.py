"""The rules of the operating model: severities, releases, reviews, backlog, docs, onboarding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.days import day
from opsreview.blocks.values import holder_said, hours_said, value_said
from opsreview.review import Review

Said = Mapping[str, Any]


def model_rules(review: Review) -> Block | None:
    """What the model rules beyond who owns what; None where it rules nothing more."""
    model = review.model or {}
    rhythm = model.get("rhythm") or {}
    parts: dict[str, Any] = {
        "severities": [_severity(said) for said in model.get("severities") or []],
        "rules": [
            *_on_duty(rhythm.get("duty") or {}),
            *_on_releases(rhythm.get("release") or {}),
            *_on_reviews(model.get("reviews") or {}),
        ],
        "backlog": [_backlog(said) for said in model.get("backlog") or []],
        "docs": [_page(said) for said in model.get("docs") or []],
        "onboarding": _onboarding(model.get("onboarding")),
        "commitments": [_commitment(said) for said in model.get("commitments") or []],
        "changelog": [
            {**said, "on": day(said["effective_from"])}
            for said in reversed(model.get("changelog") or [])
        ],
    }
    return rendered("rules", **parts) if any(parts.values()) else None


def _severity(said: Said) -> dict[str, str]:
    return {
        "id": said["id"],
        "means": said["means"],
        "answer": hours_said(said.get("answer_within_hours")),
        "resolve": hours_said(said.get("resolve_within_hours")),
        "calls": holder_said(said.get("calls")),
    }


def _on_duty(duty: Said) -> Iterator[tuple[str, str]]:
    if duty.get("cover"):
        second = ", with a second person behind" if duty.get("secondary") else ""
        yield "Duty covers", f"{duty['cover']}{second}"
    if duty.get("most_share") is not None:
        yield "Duty takes at most", f"{duty['most_share']} of anybody's time"
    if rest := hours_said(duty.get("rest_hours")):
        yield "Between two turns", f"at least {rest}"
    if duty.get("best_effort"):
        yield "Not promised", duty["best_effort"]


def _on_releases(release: Said) -> Iterator[tuple[str, str]]:
    for freeze in release.get("freezes") or []:
        why = f": {freeze['why']}" if freeze.get("why") else ""
        yield "No release", f"{day(freeze['from'])} to {day(freeze['to'])}{why}"
    if hotfix := release.get("hotfix"):
        within = hours_said(hotfix.get("within_hours"))
        late = f", within {within}" if within else ""
        yield "Hotfix", f"{hotfix['when']}, by {holder_said(hotfix['by'])}{late}"


def _on_reviews(rules: Said) -> Iterator[tuple[str, str]]:
    if rules.get("approvals") is not None:
        yield "Approvals before a merge", str(rules["approvals"])
    if within := hours_said(rules.get("first_within_hours")):
        yield "First review", f"within {within}"
    if rules.get("self_merge"):
        yield "Merging one's own work", str(rules["self_merge"])
    if rules.get("says"):
        yield "Reviews", str(rules["says"])


def _backlog(said: Said) -> dict[str, str]:
    most = said.get("most_open")
    return {
        "says": said["says"],
        "by": holder_said(said.get("by")),
        "label": said.get("label") or "",
        "close": hours_said(said.get("close_after_hours")),
        "most": "" if most is None else str(most),
    }


def _page(said: Said) -> dict[str, str]:
    return {
        "path": said["path"],
        "owner": holder_said(said["owner"]),
        "fresh": hours_said(said.get("fresh_for_hours")),
        "covers": value_said(said.get("covers") or None, absent=""),
    }


def _onboarding(said: Said | None) -> dict[str, Any] | None:
    if not said:
        return None
    steps = [
        {**step, "within": hours_said(step.get("within_hours"))} for step in said.get("steps") or []
    ]
    return {"buddy": holder_said(said["buddy"]), "steps": steps}


def _commitment(said: Said) -> dict[str, str]:
    kind = said.get("kind")
    where = f" in {said['path']}" if kind == "heading" else ""
    return {
        "says": said["says"],
        "owner": holder_said(said["owner"]),
        "check": f"{kind.replace('_', ' ')} {said[kind]}{where}" if kind else "",
        "unchecked": said.get("unchecked") or "",
    }
