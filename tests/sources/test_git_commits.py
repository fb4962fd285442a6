"""The commits of a clone: who is whose parent, what pull request each names, where branches end."""

import shutil

import pytest
from clone_factory import git, new_clone
from factories import at

from opsreview.sources.git_commits import COMMITS, commit_lines, commits_of

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def clone(tmp_path):
    return new_clone(tmp_path / "clone")


def commit(clone, subject="work", on="2026-01-01T00:00:00Z"):
    git(clone, "commit", "--quiet", "--allow-empty", "-m", subject, on=on)
    return git(clone, "rev-parse", "HEAD")


def commits(clone):
    return commits_of(commit_lines(clone), "team/product")


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Merge pull request #12 from ada/feature", 12),
        ("Add a thing (#12)", 12),
        ('Revert "Add a thing (#12)" (#13)', 13),
        ('Revert "Add a thing (#12)"', None),
        ("Merge #12: add a thing", 12),
        ("Merge team/product#12: add a thing", 12),
        ("Merge team/upstream#12: add a thing", None),
        ("Auto merge of #12 - ada:feature, r=ben", 12),
        ("Merge branch 'main' into feature", None),
        ("Fix #12", None),
        ("See (#12) for why", None),
        ("Add a\ttab (#12)", 12),
        ("Añade un ✨ (#12)", 12),
        ("Add a thing (#99999999999999999999)", None),
    ],
)
def test_number_is_the_one_that_the_subject_gives_its_own_change(clone, subject, number):
    commit(clone, subject)
    assert commits(clone)["number"].to_list() == [number]


def test_merge_has_all_its_parents_and_children_come_first_whatever_their_dates(clone):
    first = commit(clone, on="2026-03-01T00:00:00Z")
    git(clone, "switch", "--quiet", "--create", "side")
    side = commit(clone, on="2026-01-01T00:00:00Z")
    git(clone, "switch", "--quiet", "main")
    git(clone, "merge", "--quiet", "--no-ff", "-m", "merge", "side", on="2026-02-01T00:00:00Z")
    merge = git(clone, "rev-parse", "HEAD")

    rows = commits(clone).select("commit", "parents", "committed_at").rows()
    assert rows == [
        (merge, [first, side], at("2026-02-01")),
        (side, [first], at("2026-01-01")),
        (first, [], at("2026-03-01")),
    ]


def test_branches_end_where_git_says_and_tags_are_none(clone):
    first = commit(clone)
    git(clone, "branch", "old")
    second = commit(clone)
    git(clone, "tag", "v1.0")
    third = commit(clone)

    heads = commits(clone).select("commit", "is_branch_head", "is_default_head").rows()
    assert heads == [(third, True, True), (second, False, False), (first, True, False)]


def test_clone_without_commits_has_none(clone):
    assert commits(clone).is_empty()
    assert commits(clone).schema == COMMITS
