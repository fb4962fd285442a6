"""A whole simulated history: every step in turn, then written in the shapes of real sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsreview.simulate.github import Renderer, stamp
from opsreview.simulate.incidents import Incident, incidents
from opsreview.simulate.issues import issues
from opsreview.simulate.plan import TeamPlan
from opsreview.simulate.pull_requests import pull_requests
from opsreview.simulate.releases import releases
from opsreview.simulate.rota import ROTATION, Shift, shifts
from opsreview.simulate.truth import Truth, planted

_ROLE = "primary"


@dataclass(frozen=True)
class SimulatedHistory:
    """A team's history as its sources would give it, and the truth behind it.

    ``nodes`` holds objects by kind: GitHub's REST objects (``issues``, ``pulls``,
    ``issue_comments``, ``reviews``, ``issue_events``, ``releases``) and rows of ``incidents``,
    ``incident_events`` and ``shifts``, moments as ISO text in UTC. Nothing in it is later than
    ``fetched_at`` but shifts that are planned.
    """

    repo: str
    fetched_at: datetime
    nodes: Mapping[str, list[dict[str, Any]]]
    truth: Truth


def simulate(plan: TeamPlan) -> SimulatedHistory:
    """The history of a team: the same plan gives the same history, to the byte."""
    truth = planted(plan)
    opened = issues(plan, truth)
    items = sorted([*opened, *pull_requests(plan, truth)], key=lambda item: item.opened_at)
    for number, item in enumerate(items, start=1):
        item.number = number
    published, troubles = releases(plan, truth)
    held = shifts(plan, truth)
    suffered = [
        incident
        for incident in incidents(plan, truth, opened, troubles, held)
        if incident.opened_at <= plan.fetched_at
    ]
    team = frozenset(person.account for person in plan.maintainers)
    renderer = Renderer(plan.repo, plan.fetched_at, team)
    nodes = renderer.nodes(items, published)
    nodes |= _incident_rows(suffered, plan, renderer)
    nodes["shifts"] = [_shift_row(shift) for shift in held]
    return SimulatedHistory(plan.repo, plan.fetched_at, nodes, truth)


def _incident_rows(
    suffered: list[Incident], plan: TeamPlan, renderer: Renderer
) -> dict[str, list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for position, incident in enumerate(suffered, start=1):
        incident_id = f"inc-{position:04}"
        rows.append({"incident_id": incident_id} | _incident_row(incident, plan, renderer))
        events += [
            {
                "incident_id": incident_id,
                "at": stamp(happening.at),
                "person": happening.account,
                "event": happening.what,
            }
            for happening in incident.happenings
            if happening.at <= plan.fetched_at
        ]
    return {"incidents": rows, "incident_events": events}


def _incident_row(incident: Incident, plan: TeamPlan, renderer: Renderer) -> dict[str, Any]:
    resolved_at = incident.resolved_at
    if resolved_at is not None and resolved_at > plan.fetched_at:
        resolved_at = None
    return {
        "opened_at": stamp(incident.opened_at),
        "acknowledged_at": None,
        "resolved_at": stamp(resolved_at),
        "severity": incident.severity,
        "service": incident.service,
        "repo": plan.repo,
        "url": _incident_url(incident, renderer),
    }


def _incident_url(incident: Incident, renderer: Renderer) -> str | None:
    if incident.issue is not None:
        return renderer.url(incident.issue)
    return renderer.release_url(incident.tag) if incident.tag else None


def _shift_row(shift: Shift) -> dict[str, Any]:
    return {
        "rotation": ROTATION,
        "role": _ROLE,
        "person": shift.account,
        "start_at": stamp(shift.start_at),
        "end_at": stamp(shift.end_at),
    }
