"""What several sources tell together: coverage, merging, repositories, rejected rows."""

from __future__ import annotations

import json

import polars as pl
import pytest
from dump_factory import (
    INCIDENTS,
    RELEASES,
    ROTA,
    small_team,
    value_of,
    write_csv,
    write_dump,
    write_shifts,
)
from factories import REPO

from opsreview import pipeline

OTHER = "team/other"


def incident(day: str, number: int = 1, **cells: str) -> dict[str, str]:
    return {"id": f"i{number}", "started_at": f"{day}T12:00Z", "resolved_at": "", **cells}


def test_file_that_ends_before_the_cycle_is_unknown_in_it(tmp_path):
    write_csv(tmp_path / "incidents.csv", incident("2026-08-01"), incident("2026-08-20", 2))
    write_shifts(tmp_path / "rota.ics", ("ada", "20260801", "20260901"))
    review = small_team(tmp_path, issues=[{}], sources=[INCIDENTS, ROTA]).build()
    for metric, statistic, table in (
        ("interruptions", "count", "incidents"),
        ("time_to_resolve", "median", "incidents"),
        ("oncall_share", "hours", "shifts"),
    ):
        estimate = review.estimate(metric, statistic)
        assert (estimate.value, estimate.n) == (None, 0)
        assert str(estimate.reason).startswith(f"{table} are known from 2026-08-01 to 2026-0")
    assert not [found for found in review.findings() if found.topic == "oncall"]


def test_file_that_ends_inside_the_cycle_counts_that_part_and_says_so(tmp_path):
    write_csv(tmp_path / "incidents.csv", incident("2026-09-20"), incident("2026-10-11", 2))
    review = small_team(tmp_path, issues=[{}], sources=[INCIDENTS]).build()
    estimate = review.estimate("interruptions", "count")
    assert estimate.value == 1
    assert estimate.reason == "known from 2026-10-01 to 2026-10-11 only"


def test_declared_coverage_turns_unknown_into_none(tmp_path):
    write_csv(tmp_path / "incidents.csv", incident("2026-08-01"))
    covers = {"from": "2026-07-01", "to": "2026-11-19"}
    review = small_team(tmp_path, issues=[{}], sources=[INCIDENTS | {"covers": covers}]).build()
    assert value_of(review, "interruptions", "count") == 0


def test_two_repositories_are_counted_together_and_apart(tmp_path):
    write_dump(tmp_path / "other", repo=OTHER, issues=[{}, {"closed_at": "2026-10-06 09:00"}])
    review = small_team(
        tmp_path,
        issues=[{}],
        review={"repos": [REPO, OTHER]},
        sources=[{"kind": "github_dump", "path": "../../other"}],
    ).build()
    new = review.metrics.filter(
        pl.col("metric") == "issues_new",
        pl.col("statistic") == "count",
        pl.col("group") == "kind:issue",
    )
    assert new.select("scope", "value").rows() == [("all", 3), (OTHER, 2), (REPO, 1)]
    assert {repo["repo"]: repo["complete"] for repo in review.run["repos"]} == {
        REPO: True,
        OTHER: True,
    }


def test_repository_without_any_source_is_incomplete_and_the_rest_is_told(tmp_path):
    team = small_team(tmp_path, issues=[{}], review={"repos": [REPO, OTHER]}).fetch()
    built = pipeline.build(
        team.name, **team.places, cycle="2026-10", as_of=None, say=lambda line: None
    )
    assert built.problems == (f"{OTHER} is incomplete: no source gives its issues",)
    run = json.loads((built.path / "run.json").read_text("utf-8"))
    assert [(repo["repo"], repo["complete"]) for repo in run["repos"]] == [
        (REPO, True),
        (OTHER, False),
    ]
    summary = (built.path / "summary.md").read_text("utf-8")
    assert "**Data incomplete.**" in summary
    assert f"- **{built.problems[0]}**" in summary


def test_rows_of_a_repository_that_is_not_listed_are_rejected_with_the_reason(tmp_path):
    write_dump(tmp_path / "other", repo=OTHER, issues=[{}])
    source = {"kind": "github_dump", "path": "../../other"}
    review = small_team(tmp_path, issues=[{}, {}], sources=[source]).build()
    assert value_of(review, "issues_new", "count") == 2
    rejected = pl.read_parquet(review.folder / "rejected" / "issues.parquet")
    assert rejected["reason"].to_list() == [f"repository '{OTHER}' is not listed in repos"]
    assert [source["rejected"] for source in review.run["sources"]] == [0, 1]


def test_releases_of_two_sources_merge_by_tag_and_the_first_listed_wins(tmp_path):
    write_csv(
        tmp_path / "tags.csv",
        {"tag": "v1.1.0", "published_at": "2026-10-14T09:00Z"},  # the dump says the 13th
        {"tag": "v1.2.0", "published_at": "2026-10-27T09:00Z"},
    )
    review = small_team(
        tmp_path,
        issues=[{}],
        releases=[{"tag": "v1.1.0", "published_at": "2026-10-13 09:00"}],
        sources=[RELEASES],
    ).build()
    published = review.measured("release_frequency").select("tag", "published_at")
    assert [(tag, at.day) for tag, at in published.rows()] == [("v1.1.0", 13), ("v1.2.0", 27)]
    assert review.run["disagreements"] == {"releases": 1}


def test_times_without_a_zone_are_read_in_the_sources_and_counted(tmp_path):
    write_csv(tmp_path / "incidents.csv", incident("x") | {"started_at": "2026-10-05 23:30"})
    source = INCIDENTS | {"timezone": "America/New_York"}
    review = small_team(tmp_path, issues=[{}], sources=[source]).build()
    opened_at = review.table("incidents")["opened_at"][0]
    assert f"{opened_at:%d %H:%M}" == "06 03:30"
    assert [source["assumed_zone"] for source in review.run["sources"]] == [0, 1]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"started_at": "T9:06"}, "opened_at: 'T9:06' is not a time like"),
        ({"resolved_at": "2026-10-01T00:00Z"}, "resolved_at is before opened_at"),
        ({"id": ""}, "incident_id is empty"),
    ],
)
def test_bad_cell_is_a_rejected_row_that_is_counted(tmp_path, bad, reason):
    rows = [incident("2026-10-02"), incident("2026-10-09", 2) | bad, incident("2026-10-20", 3)]
    write_csv(tmp_path / "incidents.csv", *rows)
    review = small_team(tmp_path, issues=[{}], sources=[INCIDENTS]).build()
    rejected = pl.read_parquet(review.folder / "rejected" / "incidents.parquet")
    assert rejected.height == 1
    assert reason in rejected["reason"][0]
    assert [(source["rows"], source["rejected"]) for source in review.run["sources"]][1][1] == 1
    assert value_of(review, "interruptions", "count") == 2


def test_bad_event_is_a_rejected_row_and_the_issue_stays(tmp_path):
    team = small_team(tmp_path, issues=[{"closed_at": "2026-10-09 09:00"}])
    events = tmp_path / "dump" / "issue_events.jsonl"
    bad = [{"id": 7, "event": "closed", "created_at": "soon", "issue": {"number": 1}}, {"id": 8}]
    events.write_text("\n".join([events.read_text("utf-8"), *map(json.dumps, bad)]), "utf-8")
    review = team.build()
    rejected = pl.read_parquet(review.folder / "rejected" / "events.parquet")
    assert sorted(rejected["reason"]) == [
        "created_at: 'soon' is not a time like 2026-10-31T18:00:00Z",
        "issue is missing",
    ]
    assert review.run["sources"][0]["rejected"] == 2
    assert value_of(review, "issues_closed", "count") == 1
