import shutil
from datetime import UTC, datetime, timedelta

import pytest
from clone_factory import git, new_clone
from pydantic import ValidationError

from opsreview.errors import SourceError
from opsreview.sources.git_tags import GitTags
from opsreview.store import Node
from opsreview.window import Window

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def clone(tmp_path):
    folder = new_clone(tmp_path / "clone")
    commit(folder, on="2026-01-01T10:00:00+02:00")
    return folder


@pytest.fixture
def tags(declare):
    def tags(**said):
        return declare(GitTags, **({"kind": "git_tags", "path": "clone", "repo": "a/one"} | said))

    return tags


def commit(folder, on):
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "work", on=on)


def test_light_tag_is_published_when_its_commit_was(clone, tags, read):
    git(clone, "tag", "v1.0", on="2026-06-01T00:00:00Z")
    assert read(tags()).tables["releases"].rows(named=True) == [
        {
            "repo": "a/one",
            "tag": "v1.0",
            "name": None,
            "published_at": at(2026, 1, 1, 8),
            "author_account": None,
            "is_prerelease": None,
            "is_draft": False,
            "commit": git(clone, "rev-parse", "HEAD"),
        }
    ]


def test_annotated_tag_is_published_when_it_was_made(clone, tags, read):
    git(clone, "tag", "-a", "-m", "first", "v1.0", on="2026-01-05T00:00:00Z")
    assert read(tags()).tables["releases"]["published_at"].to_list() == [at(2026, 1, 5)]


def test_clone_speaks_from_its_first_tag_to_its_newest_commit_on_any_ref(clone, tags, read):
    git(clone, "tag", "v1.0")
    git(clone, "switch", "--quiet", "--create", "next")
    commit(clone, on="2026-03-01T00:00:00Z")
    git(clone, "switch", "--quiet", "main")
    rows = read(tags())
    last = timedelta(microseconds=1)
    window = Window(at(2026, 1, 1, 8), at(2026, 3, 1) + last)
    assert rows.covers == {("releases", "a/one"): window}
    assert rows.fetched_at is None


def test_tag_names_keep_their_slashes(clone, tags, read):
    git(clone, "tag", "extension/v1.0")
    assert read(tags()).tables["releases"]["tag"].to_list() == ["extension/v1.0"]


def test_tag_on_something_that_is_no_commit_is_rejected(clone, tags, read):
    git(clone, "tag", "v1.0")
    git(clone, "tag", "tree", "HEAD^{tree}")
    git(clone, "tag", "-a", "-m", "a tree", "annotated-tree", "HEAD^{tree}")
    rows = read(tags())
    assert rows.tables["releases"]["tag"].to_list() == ["v1.0"]
    assert sorted(bad.reason for bad in rows.rejected) == [
        "tag 'annotated-tree' points to a tree, not to a commit",
        "tag 'tree' points to a tree, not to a commit",
    ]


def test_clone_without_tags_is_unknown(clone, tags, read):
    rows = read(tags())
    assert rows.tables["releases"].is_empty()
    assert rows.covers == {}


def test_where_keeps_tags_by_their_own_fields(clone, tags, read):
    git(clone, "tag", "nightly")
    git(clone, "tag", "-a", "-m", "first", "v1.0")
    found = read(tags(where={"is_annotated": True})).tables["releases"]
    assert found["tag"].to_list() == ["v1.0"]


def test_shallow_clone_is_read_and_said(clone, tags, store, tmp_path):
    commit(clone, on="2026-02-01T00:00:00Z")
    git(clone, "tag", "v1.0")
    git(tmp_path, "clone", "--quiet", "--depth=1", clone.as_uri(), "shallow")
    shallow = tags(path="shallow")
    shallow.fetch(store)
    (reading,) = store.readings(shallow.key)
    assert reading.reason == (
        "the clone is shallow: older tags may be missing, and which release holds which merge is "
        "told by time alone (git fetch --unshallow)"
    )
    assert "commits" not in shallow.rows(store).tables
    assert shallow.rows(store).tables["releases"]["tag"].to_list() == ["v1.0"]


def test_whole_clone_has_nothing_to_say(clone, tags, store):
    tags().fetch(store)
    (reading,) = store.readings(tags().key)
    assert (reading.reason, reading.repo, reading.n_items) == (None, "a/one", 0)


def test_bare_clone_is_read(clone, tags, read, tmp_path):
    git(clone, "tag", "v1.0")
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "bare.git")
    rows = read(tags(path="bare.git"))
    assert rows.tables["releases"]["tag"].to_list() == ["v1.0"]
    assert rows.tables["commits"]["is_default_head"].to_list() == [True]


def test_annotated_tag_is_of_the_commit_it_points_to(clone, tags, read):
    git(clone, "tag", "-a", "-m", "first", "v1.0")
    releases = read(tags()).tables["releases"]
    assert releases["commit"].to_list() == [git(clone, "rev-parse", "HEAD")]


def damaged(clone, when):
    """A commit whose date is as given, which git itself would not make."""
    tree = git(clone, "rev-parse", "HEAD^{tree}")
    who = f"Simulated Person <simulated@example.org> {when}"
    said = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nwork (#7)\n"
    made = git(clone, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=said)
    git(clone, "tag", "damaged", made)
    return made


@pytest.mark.parametrize("when", ["yesterday", "", "0 +0000", "9999999999 +0000"])
def test_tag_of_a_commit_with_a_damaged_date_is_kept_without_one_and_said(
    clone, tags, read, store, when
):
    git(clone, "tag", "v1.0")
    made = damaged(clone, when)
    rows = read(tags())
    published = rows.tables["releases"].select("tag", "published_at").rows()
    assert dict(published) == {"v1.0": at(2026, 1, 1, 8), "damaged": None}
    dates = dict(rows.tables["commits"].select("commit", "committed_at").rows())
    assert dates == {git(clone, "rev-parse", "v1.0"): at(2026, 1, 1, 8), made: None}
    assert store.readings(tags().key)[0].reason == "tags without a date: damaged"
    assert rows.covers[("releases", "a/one")].start_at == at(2026, 1, 1, 8)


def test_tag_dated_before_its_commit_is_kept_and_said(clone, tags, read, store):
    git(clone, "tag", "-a", "-m", "first", "v1.0", on="2025-06-01T00:00:00Z")
    git(clone, "tag", "-a", "-m", "a clock that differs", "v1.1", on="2026-01-01T00:00:00Z")
    assert read(tags()).tables["releases"].height == 2
    assert store.readings(tags().key)[0].reason == "tags dated before their commits: v1.0"


def test_many_odd_tags_are_said_by_the_first_and_their_number(clone, tags, store):
    for number in range(5):
        git(clone, "tag", "-a", "-m", "early", f"v{number}", on="2025-06-01T00:00:00Z")
    tags().fetch(store)
    (reading,) = store.readings(tags().key)
    assert reading.reason == "tags dated before their commits: v0, v1, v2 and 2 more"


def test_what_is_dated_in_the_future_stretches_nothing(clone, tags, read):
    git(clone, "tag", "v1.0")
    git(clone, "tag", "-a", "-m", "to come", "v2.0", on="2099-01-01T00:00:00Z")
    commit(clone, on="2098-01-01T00:00:00Z")
    rows = read(tags())
    assert rows.latest_at < at(2098, 1, 1)
    last = timedelta(microseconds=1)
    assert rows.covers == {
        ("releases", "a/one"): Window(at(2026, 1, 1, 8), at(2026, 1, 1, 8) + last)
    }


def test_folder_inside_a_clone_is_not_taken_for_it(clone, tags, store):
    (clone / "docs").mkdir()
    with pytest.raises(SourceError, match="cannot be read as a git clone"):
        tags(path="clone/docs").fetch(store)


def test_inside_a_git_hook_the_clone_that_was_named_is_read(
    clone, tags, read, tmp_path, monkeypatch
):
    git(clone, "tag", "v1.0")
    git(tmp_path, "init", "--quiet", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert read(tags()).tables["releases"]["tag"].to_list() == ["v1.0"]


def test_no_folder_is_an_error(tags, store):
    with pytest.raises(SourceError, match="is no folder"):
        tags(path="nowhere").fetch(store)


def test_missing_git_is_an_error_that_says_what_to_do(clone, tags, store, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match="install git"):
        tags().fetch(store)


def test_failed_fetch_keeps_what_the_store_held(clone, tags, store):
    git(clone, "tag", "v1.0")
    tags().fetch(store)
    shutil.rmtree(clone / ".git")
    with pytest.raises(SourceError):
        tags().fetch(store)
    assert tags().rows(store).tables["releases"].height == 1


def test_clone_without_a_repository_name_is_an_error(declare):
    with pytest.raises(ValidationError, match="repo"):
        declare(GitTags, kind="git_tags", path="clone")


def test_clone_that_was_never_fetched_knows_nothing(tags, store):
    assert tags().rows(store).tables == {}


def test_store_that_was_filled_before_commits_were_read_knows_its_tags(clone, tags, store):
    git(clone, "tag", "v1.0")
    tags().fetch(store)
    newest = Node("a/one", "commits", "newest", {"committed_at": "2026-01-01T10:00:00+02:00"})
    with store.page():
        store.drop(tags().key, "a/one", "commits")
        store.put(tags().key, [newest])
    rows = tags().rows(store)
    assert list(rows.tables) == ["releases"]
    assert (rows.latest_at, list(rows.covers)) == (None, [("releases", "a/one")])
