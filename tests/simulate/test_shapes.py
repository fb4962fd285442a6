"""A simulated history has the shapes of a real one, and the same plan gives the same bytes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from opsreview.simulate import EXTENSION_TEAM, Rota, SimulatedHistory, Train, simulate

from .seen import happenings, moment

ITEM_KEYS = {
    "number",
    "state",
    "user",
    "author_association",
    "created_at",
    "updated_at",
    "closed_at",
    "labels",
    "assignees",
    "milestone",
    "title",
    "html_url",
}
KEYS = {
    "issues": ITEM_KEYS | {"state_reason", "closed_by", "comments"},
    "pulls": ITEM_KEYS | {"draft", "merged_at", "merged_by", "requested_reviewers"},
    "issue_comments": {"id", "issue_url", "user", "author_association", "created_at"},
    "reviews": {"id", "pull_request_url", "user", "author_association", "state", "submitted_at"},
    "issue_events": {"id", "issue", "event", "actor", "created_at"},
    "releases": {"tag_name", "name", "published_at", "prerelease", "draft", "author"},
    "incidents": {
        "incident_id",
        "opened_at",
        "acknowledged_at",
        "resolved_at",
        "severity",
        "service",
        "repo",
        "url",
    },
    "incident_events": {"incident_id", "at", "person", "event"},
    "shifts": {"rotation", "role", "person", "start_at", "end_at"},
}


def test_same_plan_gives_the_same_bytes(demo: SimulatedHistory) -> None:
    assert json.dumps(simulate(EXTENSION_TEAM).nodes) == json.dumps(demo.nodes)


def test_another_seed_gives_another_history(demo: SimulatedHistory) -> None:
    other = simulate(replace(EXTENSION_TEAM, seed=EXTENSION_TEAM.seed + 1))

    assert other.nodes["issues"] != demo.nodes["issues"]
    assert other.truth.months != demo.truth.months


def test_knob_of_one_step_leaves_the_other_steps_alone(demo: SimulatedHistory) -> None:
    never_late = Train(anchor=EXTENSION_TEAM.train.anchor, on_time_at_last=0.95)

    other = simulate(replace(EXTENSION_TEAM, train=never_late))

    assert other.nodes["releases"] != demo.nodes["releases"]
    assert other.nodes["issues"] == demo.nodes["issues"]


@pytest.mark.parametrize("kind", KEYS)
def test_every_object_has_the_keys_of_a_dump(demo: SimulatedHistory, kind: str) -> None:
    assert demo.nodes[kind]
    assert all(set(body) >= KEYS[kind] for body in demo.nodes[kind])


def test_pull_requests_are_in_both_lists_and_merges_agree(demo: SimulatedHistory) -> None:
    among_issues = {
        body["number"]: body["pull_request"]["merged_at"]
        for body in demo.nodes["issues"]
        if "pull_request" in body
    }

    assert among_issues == {body["number"]: body["merged_at"] for body in demo.nodes["pulls"]}


def test_ids_and_numbers_are_unique(demo: SimulatedHistory) -> None:
    numbers = [body["number"] for body in demo.nodes["issues"]]
    ids = [
        body["id"]
        for kind in ("issue_comments", "reviews", "issue_events")
        for body in demo.nodes[kind]
    ]
    tags = [body["tag_name"] for body in demo.nodes["releases"]]

    assert numbers == list(range(1, len(numbers) + 1))
    assert len(set(ids)) == len(ids)
    assert len(set(tags)) == len(tags)


def test_doings_of_an_incident_are_at_different_moments(demo: SimulatedHistory) -> None:
    at = Counter((row["incident_id"], row["at"]) for row in demo.nodes["incident_events"])

    assert set(at.values()) == {1}


def test_nothing_happens_before_its_item_was_opened(demo: SimulatedHistory) -> None:
    opened = {body["number"]: body["created_at"] for body in demo.nodes["issues"]}

    assert all(at >= opened[number] for number, at, _ in happenings(demo))


def test_nothing_is_later_than_the_last_moment_but_planned_shifts(demo: SimulatedHistory) -> None:
    last = demo.fetched_at
    moments = [
        moment(value)
        for kind, bodies in demo.nodes.items()
        if kind != "shifts"
        for body in bodies
        for name, value in body.items()
        if (name.endswith("_at") or name == "at") and value
    ]

    assert max(moments) <= last
    assert max(moment(row["start_at"]) for row in demo.nodes["shifts"]) > last


def test_state_labels_and_closer_are_what_the_events_add_up_to(demo: SimulatedHistory) -> None:
    events: dict[int, list[dict[str, Any]]] = {}
    for event in demo.nodes["issue_events"]:
        events.setdefault(event["issue"]["number"], []).append(event)
    for body in demo.nodes["issues"]:
        state, labels, closer = "open", set(), None
        for event in events.get(body["number"], []):
            if event["event"] in ("closed", "reopened"):
                is_close = event["event"] == "closed"
                state, closer = ("closed", event["actor"]) if is_close else ("open", None)
            if event["event"] == "labeled":
                labels.add(event["label"]["name"])
            if event["event"] == "unlabeled":
                labels.discard(event["label"]["name"])
        told = body["state"], {label["name"] for label in body["labels"]}, body["closed_by"]
        assert told == (state, labels, closer)


def test_traps_of_real_data_are_there(demo: SimulatedHistory) -> None:
    nodes = demo.nodes
    reopened = Counter(
        event["issue"]["number"] for event in nodes["issue_events"] if event["event"] == "reopened"
    )

    assert any(body["user"] is None for body in nodes["issues"])
    assert any(body["user"] and body["user"]["type"] == "Bot" for body in nodes["issue_comments"])
    assert {"login": "sim-build-runner", "type": "User"} in [
        body["user"] for body in nodes["issue_comments"]
    ]
    assert max(reopened.values()) == 2
    assert any("<script>" in body["title"] for body in nodes["issues"])
    assert any(body["draft"] and body["published_at"] is None for body in nodes["releases"])
    assert any(row["resolved_at"] is None for row in nodes["incidents"])


def test_all_accounts_are_plainly_simulated(demo: SimulatedHistory) -> None:
    accounts = {
        body["user"]["login"]
        for kind in ("issues", "issue_comments", "reviews")
        for body in demo.nodes[kind]
        if body["user"]
    }

    assert all(account.startswith("sim-") for account in accounts)


def test_one_who_joined_late_does_nothing_before(demo: SimulatedHistory) -> None:
    eli_at = [at for _, at, account in happenings(demo) if account == "sim-eli"]

    assert min(eli_at) >= "2026-03-02"


def test_empty_rota_says_what_to_do() -> None:
    nobody = replace(EXTENSION_TEAM, rota=Rota(order=(), gap=date(2026, 10, 5)))

    with pytest.raises(ValueError, match="name at least one person"):
        simulate(nobody)


def test_team_of_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="1 besides the hero had joined before 2025-05"):
        replace(EXTENSION_TEAM, maintainers=EXTENSION_TEAM.maintainers[:2])
