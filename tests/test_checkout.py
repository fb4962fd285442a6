"""A checkout: what git tracks in it, how it is read, and what is refused."""

from __future__ import annotations

import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from clone_factory import commit_files, git, new_clone
from hypothesis import given
from hypothesis import strategies as st

from opsreview.checkout import LARGEST_BYTES, Checkout, regex_of
from opsreview.errors import OpsReviewError, ParamsError, SourceError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return new_clone(tmp_path / "clone")


def opened(clone: Path, *paths: str, on: str = "2026-01-01T00:00:00Z") -> Checkout:
    commit_files(clone, dict.fromkeys(paths, "x\n"), on=on)
    return Checkout.open(clone)


def refusal(folder: Path) -> str:
    with pytest.raises(OpsReviewError) as refused:
        Checkout.open(folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "none is no folder: name the folder of a git checkout" in refusal(tmp_path / "none")


def test_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    assert "not a git repository" in refusal(tmp_path)


def test_folder_inside_a_checkout_is_refused_with_its_root(clone: Path) -> None:
    opened(clone, "docs/a.md")

    assert f"lies inside the checkout {clone.resolve()}: name that" in refusal(clone / "docs")


def test_bare_clone_and_the_folder_of_git_itself_are_refused(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "bare.git")

    assert "is a bare clone" in refusal(tmp_path / "bare.git")
    assert "is a bare clone" in refusal(clone / ".git")


def test_worktree_is_a_checkout(clone: Path, tmp_path: Path) -> None:
    opened(clone, "a.md")
    git(clone, "worktree", "add", "--quiet", str(tmp_path / "other"))

    assert Checkout.open(tmp_path / "other").tracked == ("a.md",)


def test_clone_without_commits_holds_nothing_and_knows_no_day(clone: Path) -> None:
    checkout = Checkout.open(clone)

    assert (checkout.tracked, checkout.last_commit_on(["a.md"])) == ((), None)


def test_only_what_git_tracks_is_there(clone: Path) -> None:
    checkout = opened(clone, "docs/a.md")
    (clone / "untracked.md").touch()

    assert checkout.tracked == ("docs/a.md",)
    assert checkout.holds("docs")
    assert not checkout.holds("untracked.md")


def test_fixtures_and_vendored_files_are_not_ours_whatever_their_case(clone: Path) -> None:
    theirs = ("tests/Fixtures/RELEASE.md", "node_modules/x/package.json", "a/third_party/b.c")
    checkout = opened(clone, "RELEASE.md", "build/release.js", "examples/README.md", *theirs)

    assert checkout.ours == ("RELEASE.md", "build/release.js", "examples/README.md")
    assert set(theirs) < set(checkout.tracked)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("src/a.ts", ["src/a.ts"]),
        ("./src/a.ts", ["src/a.ts"]),
        ("src/a.ts/", []),
        ("src", ["src/a.ts", "src/deep/b.ts"]),
        ("src/", ["src/a.ts", "src/deep/b.ts"]),
        ("src/*", ["src/a.ts", "src/deep/b.ts"]),
        ("src/*.ts", ["src/a.ts"]),
        ("**/*.ts", ["app/[id].ts", "src/a.ts", "src/deep/b.ts"]),
        ("src/**/b.ts", ["src/deep/b.ts"]),
        ("s?c/a.ts", ["src/a.ts"]),
        ("app/[id].ts", ["app/[id].ts"]),
        (".", ["app/[id].ts", "src/a.ts", "src/deep/b.ts"]),
        ("SRC", []),
    ],
)
def test_files_that_a_pattern_names(clone: Path, pattern: str, found: list[str]) -> None:
    checkout = opened(clone, "src/a.ts", "src/deep/b.ts", "app/[id].ts", "src/vendor/c.ts")

    assert checkout.matching(pattern) == found


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "C:/x", "..", "out/secret", "out", "\0", "loop/x"]
)
def test_path_that_leaves_the_checkout_is_refused(clone: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("told to nobody")
    (clone / "out").symlink_to(tmp_path)
    (clone / "loop").symlink_to("loop")
    checkout = opened(clone, "a.md")

    for asked in (checkout.inside, checkout.matching, checkout.text, checkout.holds):
        with pytest.raises(ParamsError, match="leads out of the checkout: write a path inside it"):
            asked(path)


def test_link_that_stays_inside_is_followed(clone: Path) -> None:
    commit_files(clone, {"docs/guide.md": "read me"})
    os.symlink("docs", clone / "pages")
    git(clone, "add", "--all")
    checkout = Checkout.open(clone)

    assert checkout.text("pages/guide.md") == "read me"
    assert checkout.matching("pages/guide.md") == ["docs/guide.md"]


def test_text_is_read_without_its_byte_order_mark(clone: Path) -> None:
    commit_files(clone, {"a.md": b"\xef\xbb\xbf# A\r\n"})

    assert Checkout.open(clone).text("a.md") == "# A\r\n"


def test_file_that_cannot_be_read_as_text_is_refused_with_one_message(clone: Path) -> None:
    files = {"latin.md": b"caf\xe9", "huge.md": b"x" * (LARGEST_BYTES + 1), "gone.md": b"x"}
    commit_files(clone, files)
    (clone / "gone.md").unlink()
    (clone / "untracked.md").touch()
    checkout = Checkout.open(clone)

    for path, says in (
        ("latin.md", "latin.md is not UTF-8 text: save it as UTF-8"),
        ("huge.md", "huge.md is larger than 2 MB, too much to read here"),
        ("gone.md", "gone.md cannot be read (No such file or directory): check it out"),
        ("untracked.md", "untracked.md is not tracked by git"),
    ):
        with pytest.raises(SourceError, match=re.escape(says)):
            checkout.text(path)


def test_day_of_the_newest_commit_of_a_set_of_paths(clone: Path) -> None:
    opened(clone, "src/a.ts", on="2026-01-05T12:00:00Z")
    opened(clone, "docs/a.md", "app/[id].ts", on="2026-02-05T12:00:00Z")
    commit_files(clone, {"src/fixtures/x.ts": "x"}, on="2026-03-05T12:00:00Z")
    checkout = opened(clone, "LICENSE", on="2026-04-05T12:00:00Z")

    def day(*paths: str) -> date | None:
        return checkout.last_commit_on(paths)

    assert day("src/") == day("src/*.ts") == date(2026, 1, 5)
    assert day("src", "docs/a.md") == day("app/[id].ts") == date(2026, 2, 5)
    assert day(".") == date(2026, 4, 5)
    assert day("none.md") is day() is None


def test_file_taken_away_is_a_change_of_its_folder(clone: Path) -> None:
    opened(clone, "src/a.ts", "src/b.ts", on="2026-01-05T12:00:00Z")
    commit_files(clone, {"src/b.ts": None}, on="2026-02-05T12:00:00Z")

    assert Checkout.open(clone).last_commit_on(["src/"]) == date(2026, 2, 5)


def test_checkout_without_older_history_knows_no_day(clone: Path, tmp_path: Path) -> None:
    opened(clone, "a.md")
    opened(clone, "b.md")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{clone}", "shallow")
    checkout = Checkout.open(tmp_path / "shallow")

    assert checkout.is_shallow
    assert checkout.last_commit_on(["a.md"]) is None


@given(st.text(st.sampled_from("ab/*?[.\\ "), max_size=12))
def test_any_pattern_becomes_an_expression(pattern: str) -> None:
    re.compile(regex_of(pattern))
