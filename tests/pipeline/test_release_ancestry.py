"""Lead times of a cycle, with a clone beside the pull requests: whole, shallow, behind, or none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from clone_factory import git, new_clone
from dump_factory import SmallTeam, small_team, value_of
from factories import REPO

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
DAYS = {"v1.0": 1, "v1.1": 12, "v1.2": 20}


def commit(clone: Path, subject: str, day: int) -> None:
    on = f"2026-10-{day:02}T12:00:00Z"
    git(clone, "commit", "--quiet", "--allow-empty", "-m", subject, on=on)


def team_with(tmp_path: Path, path: str | None = "clone") -> SmallTeam:
    """Number 1 was merged before v1.1 came out and is in v1.2; 2 is on a branch; 3 waits."""
    clone = new_clone(tmp_path / "clone")
    commit(clone, "start", 1)
    git(clone, "tag", "v1.0")
    git(clone, "switch", "--quiet", "--create", "rewrite")
    commit(clone, "Rewrite it (#2)", 10)
    git(clone, "switch", "--quiet", "main")
    commit(clone, "prepare", 12)
    git(clone, "tag", "v1.1")
    commit(clone, "Add a thing (#1)", 10)
    commit(clone, "more", 20)
    git(clone, "tag", "v1.2")
    commit(clone, "Add another (#3)", 30)
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", clone.as_uri(), "shallow")
    tags = {"kind": "git_tags", "path": f"../../{path}", "repo": REPO}
    return small_team(
        tmp_path,
        issues=(),
        pulls=[
            {"opened_at": "2025-10-01", "merged_at": f"2026-10-{day} 12:00"} for day in (10, 10, 30)
        ],
        releases=[
            {"tag": tag, "published_at": f"2026-10-{day:02} 12:00"} for tag, day in DAYS.items()
        ],
        sources=[tags] if path else [],
    )


def test_whole_clone_tells_which_release_holds_which_merge(tmp_path):
    review = team_with(tmp_path).build()

    rows = review.measured("change_lead_time")
    assert rows.select("number", "released_in", "told_by", "waited_hours").rows() == [
        (1, "v1.2", "ancestry", 240),
        (3, None, "ancestry", 8.5 * 24),
    ]
    lead = review.estimate("change_lead_time", "median")
    assert (lead.n, lead.n_excluded) == (2, 1)
    assert lead.method.endswith("; by commits")
    assert value_of(review, "unreleased_changes", "count") == 1
    batches = review.measured("batch_size").select("tag", "change_count").rows()
    assert batches == [("v1.1", 0), ("v1.2", 1)]


@pytest.mark.parametrize("path", [None, "shallow"])
def test_without_the_history_it_is_told_by_time_and_said(tmp_path, path):
    review = team_with(tmp_path, path).build()

    rows = review.measured("change_lead_time")
    assert rows.select("number", "released_in", "told_by").rows() == [
        (1, "v1.1", "time"),
        (2, "v1.1", "time"),
        (3, None, "time"),
    ]
    lead = review.estimate("change_lead_time", "median")
    assert lead.method.endswith("; by merge times alone")
    batches = review.measured("batch_size").select("tag", "change_count").rows()
    assert batches == [("v1.1", 2), ("v1.2", 0)]


def test_shallow_clone_is_said_in_the_record_of_the_run(tmp_path):
    team = team_with(tmp_path, "shallow")
    team.build()

    run = json.loads((team.outputs / "small/2026-10/run.json").read_text("utf-8"))
    (said,) = [source for source in run["sources"] if source["kind"] == "git_tags"]
    assert "told by time alone" in said["reason"]
    assert said["complete"]


def test_clone_that_has_not_the_newest_tag_leaves_to_time_what_may_be_in_it(tmp_path):
    team = team_with(tmp_path)
    git(tmp_path / "clone", "tag", "--delete", "v1.2")

    rows = team.build().measured("change_lead_time")
    assert rows.select("number", "released_in", "told_by").rows() == [
        (1, "v1.1", "time"),
        (2, "v1.1", "time"),
        (3, None, "ancestry"),
    ]


def test_commits_of_a_clone_are_kept_out_of_the_outputs_and_of_the_row_count(tmp_path):
    team = team_with(tmp_path)
    team.build()

    folder = team.outputs / "small/2026-10"
    assert not (folder / "tables/commits.parquet").exists()
    run = json.loads((folder / "run.json").read_text("utf-8"))
    (said,) = [source for source in run["sources"] if source["kind"] == "git_tags"]
    assert said["rows"] == len(DAYS)


def test_tag_dated_in_the_future_is_rejected_and_stretches_nothing(tmp_path):
    team = team_with(tmp_path)
    late = ["tag", "-a", "-m", "to come", "v9.0", "v1.2"]
    git(tmp_path / "clone", *late, on="2099-01-01T00:00:00Z")
    review = team.build(cycle=None)

    assert review.cycle == "2026-10"
    rejected = pl.read_parquet(team.outputs / "small/2026-10/rejected/releases.parquet")
    (row,) = rejected.rows(named=True)
    assert row["key"] == f"{REPO}#v9.0"
    assert row["reason"].startswith("published_at is later than its source was read, ")


def test_second_clone_tells_where_the_first_has_no_history(tmp_path):
    team = team_with(tmp_path, "shallow")
    review = json.loads((team.folder / "review.yaml").read_text("utf-8"))
    review["sources"].append({"kind": "git_tags", "path": "../../clone", "repo": REPO})
    (team.folder / "review.yaml").write_text(json.dumps(review), "utf-8")

    rows = team.build().measured("change_lead_time")
    assert rows["told_by"].to_list() == ["ancestry", "ancestry"]
