"""Which release holds which merge, on real git repositories made as teams make them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from clone_factory import git, new_clone
from factories import REPO, at, pull_requests, releases

from opsreview.sources.git_commits import COMMITS, commit_lines, commits_of
from opsreview.tables.ancestry import TOLD, with_releases

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
NOT_TOLD = (None, None)
DEAD = (None, False)
WAITS = (None, True)


class Clone:
    """A repository whose days are those of October 2026, and the releases it has had."""

    def __init__(self, folder: Path) -> None:
        self.folder = new_clone(folder)
        self.releases: list[dict[str, Any]] = []
        self.commit("start", day=1)

    def git(self, *arguments: str, day: int = 1) -> str:
        return git(self.folder, *arguments, on=f"2026-10-{day:02}T12:00:00Z")

    def commit(self, subject: str, *, day: int) -> str:
        """A commit that changes a file of its own, so that it can be picked anywhere."""
        name = "".join(filter(str.isalnum, subject))
        (self.folder / name).write_text(subject)
        self.git("add", name)
        self.git("commit", "--quiet", "-m", subject, day=day)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, *, at: str = "main") -> None:
        self.git("switch", "--quiet", "--create", name, at)

    def on(self, name: str) -> None:
        self.git("switch", "--quiet", name)

    def merge(self, *branches: str, subject: str, day: int) -> None:
        self.git("merge", "--quiet", "--no-ff", "-m", subject, *branches, day=day)

    def release(self, tag: str, *, day: int, kind: str = "stable", **said: Any) -> None:
        self.git("tag", "--force", tag)
        commit = self.git("rev-parse", tag)
        row = {"tag": tag, "published_at": f"2026-10-{day:02} 12:00", "kind": kind}
        self.releases.append(row | {"commit": commit} | said)

    def told(self, *merged: dict[str, Any]) -> list[tuple[str | None, bool | None]]:
        """Of pull requests 1, 2, ...: the release that holds each, and whether one can."""
        return self.found(*merged).select("released_in", "is_on_release_line").rows()

    def found(self, *merged: dict[str, Any]) -> pl.DataFrame:
        items = pull_requests(*merged).drop(TOLD)
        commits = commits_of(commit_lines(self.folder), REPO)
        return with_releases(items, releases(*self.releases), commits)


def merged(day: int, **said: Any) -> dict[str, Any]:
    return {"merged_at": f"2026-10-{day:02} 12:00"} | said


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


def test_merge_commit_is_in_the_release_made_of_its_child(clone: Clone) -> None:
    clone.branch("feature")
    clone.commit("work", day=2)
    clone.on("main")
    clone.merge("feature", subject="Merge pull request #1 from ada/feature", day=3)
    clone.commit("more", day=4)
    clone.release("v1.0", day=5)

    assert clone.told(merged(3)) == [("v1.0", True)]


def test_squash_is_in_the_release_made_of_it_and_the_next_waits(clone: Clone) -> None:
    clone.commit("Add a thing (#1)", day=2)
    clone.release("v1.0", day=5)
    clone.commit("Add another (#2)", day=3)

    # By time alone the second, merged before the release came out, would be in it.
    assert clone.told(merged(2), merged(3)) == [("v1.0", True), WAITS]


def test_rebase_is_found_by_the_commit_that_the_source_names(clone: Clone) -> None:
    commit = clone.commit("no number here", day=2)
    clone.release("v1.0", day=5)

    assert clone.told(merged(2), merged(2, merge_commit=commit)) == [NOT_TOLD, ("v1.0", True)]


def test_change_picked_to_a_hotfix_branch_is_out_with_the_hotfix(clone: Clone) -> None:
    clone.release("v1.0", day=1)
    fix = clone.commit("Fix the crash (#1)", day=3)
    clone.commit("Add a thing (#2)", day=3)
    clone.branch("hotfix", at="v1.0")
    clone.git("cherry-pick", "-x", fix, day=4)
    clone.release("v1.0.1", day=4, kind="hotfix")
    clone.on("main")
    clone.release("v1.1", day=9)

    assert clone.told(merged(3), merged(3)) == [("v1.0.1", True), ("v1.1", True)]


def test_hotfix_branch_that_is_merged_back_stays_in_its_hotfix(clone: Clone) -> None:
    clone.release("v1.0", day=1)
    clone.commit("Add a thing (#1)", day=2)
    clone.branch("hotfix", at="v1.0")
    clone.commit("Fix the crash (#2)", day=3)
    clone.release("v1.0.1", day=3, kind="hotfix")
    clone.on("main")
    clone.merge("hotfix", subject="Merge pull request #3 from team/hotfix", day=4)
    clone.release("v1.1", day=9)

    told = clone.told(merged(2), merged(3), merged(4))
    assert told == [("v1.1", True), ("v1.0.1", True), ("v1.1", True)]


def test_unreleased_work_on_the_newest_hotfix_branch_waits(clone: Clone) -> None:
    clone.commit("Add a thing (#1)", day=1)
    clone.branch("hotfix")
    clone.on("main")
    clone.commit("Add another (#2)", day=2)
    clone.release("v1.0", day=2)
    clone.on("hotfix")
    clone.commit("Fix the crash (#3)", day=3)
    clone.release("v0.9.1", day=3, kind="hotfix")
    clone.commit("Fix another (#4)", day=4)
    clone.on("main")

    told = clone.told(merged(1), merged(2), merged(3), merged(4))
    assert told == [("v1.0", True), ("v1.0", True), ("v0.9.1", True), WAITS]


def test_moved_tag_counts_where_it_is_today(clone: Clone) -> None:
    clone.release("v1.0", day=1)
    clone.commit("Add a thing (#1)", day=2)
    clone.releases.clear()
    clone.release("v1.0", day=3)

    assert clone.told(merged(2)) == [("v1.0", True)]


def test_merge_into_a_dead_branch_waits_for_no_release(clone: Clone) -> None:
    clone.branch("rewrite")
    clone.commit("Rewrite it all (#1)", day=2)
    clone.on("main")
    clone.release("v1.0", day=5)

    assert clone.told(merged(2)) == [DEAD]


def test_branch_of_an_older_release_is_dead_once_a_newer_one_is_out_on_main(clone: Clone) -> None:
    clone.branch("maintenance")
    clone.commit("Fix the crash (#1)", day=2)
    clone.release("v0.9.1", day=2, kind="hotfix")
    clone.commit("Fix another (#2)", day=3)
    clone.on("main")
    clone.commit("Add a thing (#3)", day=4)
    clone.release("v1.0", day=5)

    told = clone.told(merged(2), merged(3), merged(4))
    assert told == [("v0.9.1", True), DEAD, ("v1.0", True)]


def test_octopus_merge_brings_all_its_branches(clone: Clone) -> None:
    for number in (1, 2, 3):
        clone.branch(f"feature-{number}")
        clone.commit(f"Work (#{number})", day=number)
        clone.on("main")
    clone.merge("feature-1", "feature-2", "feature-3", subject="All at once", day=4)
    clone.release("v1.0", day=5)

    assert clone.told(*map(merged, (1, 2, 3))) == [("v1.0", True)] * 3


def test_number_of_an_imported_history_is_not_our_pull_request(clone: Clone) -> None:
    clone.git("switch", "--quiet", "--orphan", "elsewhere")
    clone.commit("Their own change (#1)", day=1)
    clone.on("main")
    clone.git("merge", "--quiet", "--allow-unrelated-histories", "-m", "Import", "elsewhere")
    clone.release("v1.0", day=2)
    clone.commit("Our own change (#1)", day=8)
    clone.release("v1.1", day=9)

    assert clone.told(merged(8, opened_at="2026-10-05")) == [("v1.1", True)]


def test_number_named_long_before_the_merge_is_not_of_it(clone: Clone) -> None:
    clone.commit("Something else (#1)", day=3)
    clone.release("v1.0", day=4)
    clone.commit("Our own change (#1)", day=8)
    clone.release("v1.1", day=9)

    # Merged by hand and pushed within the day is the merge still.
    assert clone.told(merged(9)) == [("v1.1", True)]
    assert clone.told(merged(4)) == [("v1.0", True)]


def test_imported_number_alone_tells_nothing(clone: Clone) -> None:
    clone.commit("Their own change (#1)", day=1)
    clone.release("v1.0", day=2)

    assert clone.told(merged(8, opened_at="2026-10-05")) == [NOT_TOLD]


def test_prereleases_and_moving_tags_release_nothing(clone: Clone) -> None:
    clone.commit("Add a thing (#1)", day=2)
    for kind in ("prerelease", "nightly", "moving", "other"):
        clone.release(f"{kind}-tag", day=3, kind=kind)
    clone.release("draft", day=3, is_draft=True)
    clone.release("v1.0", day=5)

    assert clone.told(merged(2)) == [("v1.0", True)]


def test_of_two_releases_at_one_second_the_one_built_on_holds_it(clone: Clone) -> None:
    clone.commit("Add a thing (#1)", day=2)
    clone.release("v1.9", day=5)
    clone.commit("Add another (#2)", day=2)
    clone.release("v1.10", day=5)

    assert clone.told(merged(2), merged(2)) == [("v1.9", True), ("v1.10", True)]


def test_release_is_known_by_the_start_of_its_commit(clone: Clone) -> None:
    clone.commit("Add a thing (#1)", day=2)
    clone.release("v1.0", day=5)
    clone.releases[0]["commit"] = clone.releases[0]["commit"][:12]
    assert clone.told(merged(2)) == [("v1.0", True)]

    clone.releases[0]["commit"] = clone.releases[0]["commit"][:4]
    assert clone.told(merged(2)) == [NOT_TOLD]


def test_release_that_the_clone_does_not_know_may_hold_what_was_merged_before_it(
    clone: Clone,
) -> None:
    clone.commit("Add a thing (#1)", day=2)
    clone.release("v1.0", day=3)
    clone.commit("Add another (#2)", day=4)
    clone.release("v1.1", day=8)
    clone.commit("Add a last (#3)", day=9)
    clone.releases.append({"tag": "v1.0.5", "published_at": "2026-10-06", "commit": None})

    assert clone.told(merged(2), merged(4), merged(9)) == [("v1.0", True), NOT_TOLD, WAITS]


def test_release_dated_before_its_commit_is_the_one_that_holds_it(clone: Clone) -> None:
    clone.commit("Add a thing (#1)", day=9)
    clone.release("v1.0", day=3)

    assert clone.told(merged(9)) == [("v1.0", True)]


def test_what_is_checked_out_does_not_make_a_branch_the_default_of_the_remote(
    clone: Clone, tmp_path: Path
) -> None:
    clone.branch("rewrite")
    clone.commit("Rewrite it all (#1)", day=2)
    clone.on("main")
    clone.commit("Add a thing (#2)", day=2)
    git(tmp_path, "clone", "--quiet", str(clone.folder), "copy")
    clone.folder = tmp_path / "copy"
    clone.on("rewrite")
    clone.git("switch", "--quiet", "--detach")

    assert clone.told(merged(2), merged(2)) == [DEAD, WAITS]


def test_repository_without_a_clone_is_not_told(clone: Clone) -> None:
    clone.commit("Add a thing (#1)", day=2)
    other = merged(2, repo="team/other", number=1)

    assert clone.told(merged(2), other) == [WAITS, NOT_TOLD]


def test_first_commit_is_the_oldest_that_a_merge_brought(clone: Clone) -> None:
    clone.branch("feature")
    for day in (3, 5):
        clone.commit(f"work of day {day}", day=day)
    clone.on("main")
    clone.commit("Squashed (#2)", day=6)
    clone.on("feature")
    clone.merge("main", subject="Merge branch 'main' into feature", day=7)
    clone.commit("last work", day=8)
    clone.on("main")
    clone.merge("feature", subject="Merge pull request #1 from ada/feature", day=9)
    clone.release("v1.0", day=10)

    items = merged(9), merged(6), merged(9, number=3)
    assert clone.found(*items)["first_commit_at"].to_list() == [at("2026-10-03 12:00"), None, None]


def test_first_commit_after_its_merge_is_a_clock_gone_wrong(clone: Clone) -> None:
    clone.branch("feature")
    clone.commit("work", day=20)
    clone.on("main")
    clone.merge("feature", subject="Merge pull request #1 from ada/feature", day=9)

    assert clone.found(merged(9))["first_commit_at"].to_list() == [None]


def test_open_pull_requests_and_no_commits_at_all_are_not_told() -> None:
    items = pull_requests({}, merged(2)).drop(
        "released_in", "is_on_release_line", "first_commit_at"
    )
    found = with_releases(items, releases(), pl.DataFrame(schema=COMMITS))

    assert found.select("released_in", "is_on_release_line").rows() == [NOT_TOLD] * 2
    assert found["number"].to_list() == [1, 2]
