"""The whole of what a model says against a team's history, and its unclear handoffs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dump_factory import small_team

from opsreview.claims import Spoken
from opsreview.estimate import METRICS_SCHEMA
from opsreview.operating_model.conformance import Held
from opsreview.params import load_team
from opsreview.pipeline.holding import handoff_rows, held_rows
from opsreview.pipeline.reading import Plan, TeamHistory, model_in_force, plan_of, read_team
from opsreview.privacy import Appearance

PEOPLE: dict[str, Any] = {"ada": {}, "ben": {}}
MODEL = {
    "roles": {"lead": {"owner": "ada", "deputy": "ben"}},
    "channels": {"issues": {"where": "here", "watched_by": "lead"}},
    "rhythm": {"retrospective": {"every": "month", "by": "ada"}},
    "promises": [{"id": "mail", "says": "Mail", "owner": "ben", "unchecked": "nobody reads it"}],
}
SILENT = Spoken(
    pl.DataFrame(schema=METRICS_SCHEMA), pl.DataFrame(schema=METRICS_SCHEMA), {}, 72.0, ()
)


def history_of(root: Path, **stated: Any) -> tuple[TeamHistory, Plan]:
    given = {"people": PEOPLE, "model": MODEL} | stated
    team = small_team(root, **given).fetch()
    history = read_team(load_team(team.name, team.params), team.store)
    return history, plan_of(history, "2026-10", None)


def held(root: Path, called: Appearance, **stated: Any) -> list[Held]:
    history, plan = history_of(root, **stated)
    return held_rows(history, plan, model_in_force(history, plan), SILENT, called)


def handoffs(root: Path, **stated: Any) -> dict[str, Mapping[str, Any]]:
    return {row["id"]: row for row in handoff_rows(*history_of(root, **stated))}


def event(name: str, day: int, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "event": name,
        "number": number,
        "actor": "ben",
        "created_at": f"2026-10-{day:02} 12:00",
        **more,
    }


def test_promises_come_first_and_then_whatever_else_is_said(tmp_path: Path) -> None:
    rows = held(tmp_path, Appearance("shown", {"ada": "ada", "ben": "ben"}))

    assert [(row.kind, row.path) for row in rows] == [
        ("promise", "promises.mail"),
        ("role", "roles.lead"),
        ("rhythm", "rhythm.retrospective"),
    ]


def test_people_are_named_only_as_pages_call_them(tmp_path: Path) -> None:
    called = Appearance("pseudonyms", {"ada": "person-1", "ben": "person-2"})

    rows = held(
        tmp_path,
        called,
        issues=[{}],
        comments=[{"author": "ada", "created_at": "2026-10-06 09:00"}],
    )

    text = json.dumps([row.to_json() for row in rows])
    assert "person-1" in text
    assert not {"ada", "ben"} & set(text.replace('"', " ").replace(",", " ").split())


def test_team_without_a_model_holds_nothing(tmp_path: Path) -> None:
    assert held(tmp_path, Appearance("shown", {}), model=None) == []


def test_each_handoff_has_n_and_at_most_three_cases_the_longest_first(tmp_path: Path) -> None:
    opened = [{"opened_at": f"2026-10-0{n} 09:00"} for n in range(1, 6)]

    waiting = handoffs(tmp_path, issues=opened)["waiting"]

    assert waiting["n"] == 5
    assert waiting["says"] == "5 open issues whose last word came from outside the team"
    assert [case["text"] for case in waiting["cases"]] == ["#1", "#2", "#3"]
    assert waiting["cases"][0]["says"] == "waiting for 38 d"
    assert waiting["cases"][0]["url"].endswith("/issues/1")


def test_ping_pong_mention_and_request_are_told_without_names(tmp_path: Path) -> None:
    found = handoffs(
        tmp_path,
        issues=[{"opened_at": "2026-09-01 09:00"}],
        pulls=[{"number": 7, "opened_at": "2026-10-01 09:00"}],
        events=[
            event("assigned", 2, assignee="ada"),
            event("assigned", 3, assignee="ben"),
            event("assigned", 4, assignee="ada"),
            event("mentioned", 5, actor="ada"),
            event("review_requested", 5, number=7, reviewer="ada"),
        ],
    )

    assert {name: row["n"] for name, row in found.items() if name != "unassigned"} == {
        "passed-around": 1,
        "mentions": 1,
        "review-requests": 1,
        "waiting": 1,
    }
    assert found["passed-around"]["cases"][0]["says"] == "3 turns among 2 people"
    assert found["mentions"]["says"] == "1 of 1 mention had no answer within a week"
    assert found["review-requests"]["says"] == (
        "1 of 1 request for a review had no answer within a week"
    )
    assert "ada" not in json.dumps(found)


def test_mentions_no_source_gives_are_said_once(tmp_path: Path) -> None:
    found = handoffs(tmp_path, issues=[{}], events=[event("labeled", 5, label="x")])["mentions"]

    assert (found["n"], found["cases"]) == (None, [])
    assert found["says"] == "Mentions without an answer: cannot tell: no source gives mentions"


@pytest.mark.parametrize(
    ("labels", "n"),
    [(["kind/bug", "area/x"], 1), (["kind/bug"], 0)],
)
def test_triaged_is_what_bears_a_label_of_every_group(
    tmp_path: Path, labels: list[str], n: int
) -> None:
    found = handoffs(
        tmp_path,
        review={"labels": {"triaged": ["kind/*", ["area/*", "no-area"]]}},
        issues=[{"opened_at": "2026-10-01 09:00", "labels": labels}],
        events=[],
    )["unassigned"]

    assert found["n"] == n


def test_without_groups_the_models_areas_say_what_is_triaged(tmp_path: Path) -> None:
    area = {"areas": {"x": {"owner": "ada", "label": "area/x"}}}
    opened = [{"opened_at": "2026-10-01 09:00", "labels": ["area/x"]}]

    assert handoffs(tmp_path, model=MODEL | area, issues=opened, events=[])["unassigned"]["n"] == 1


def test_without_groups_or_areas_triaged_means_nothing(tmp_path: Path) -> None:
    found = handoffs(tmp_path, issues=[{}], events=[])["unassigned"]

    assert found["n"] is None
    assert "name it under labels.triaged in review.yaml" in found["says"]


def test_without_events_only_waits_are_told(tmp_path: Path) -> None:
    found = handoffs(tmp_path, issues=[{"opened_at": "2026-10-01 09:00"}], events=None)

    assert {name for name, row in found.items() if row["n"] is not None} == {"waiting"}
    assert all("no source gives events" in row["says"] for row in found.values() if not row["n"])
