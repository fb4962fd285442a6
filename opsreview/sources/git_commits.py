"""The commits that a local clone's tags and branches reach: what is in which release."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from opsreview.sources.git import git
from opsreview.sources.moments import YEARS
from opsreview.window import MOMENT

COMMITS = {
    "repo": pl.String(),
    "commit": pl.String(),
    "parents": pl.List(pl.String),
    "committed_at": MOMENT,
    "authored_at": MOMENT,
    "number": pl.Int64(),
    "is_branch_head": pl.Boolean(),
    "is_default_head": pl.Boolean(),
}
_FIELDS = ("commit", "parents", "committed", "authored", "refs", "subject")
_FORM = "%H%x09%P%x09%ct%x09%at%x09%D%x09%s"
_READ = ["--tags", "--branches", "--remotes", "--ignore-missing", "--date-order"]
_HEADS = ["HEAD", "refs/heads/", "refs/remotes/"]
# GitHub's own words, those of bors and homu, and of who merges by hand and names the repository.
_MERGE = r"^(?:Auto merge of|Merge pull request|Merge) ([\w.-]+/[\w.-]+)?#(\d{1,18})\b"
_SQUASH = r"\(#(\d{1,18})\)\s*$"  # a revert quotes another number before its own
_CHUNK = pl.String()


def commit_lines(clone: Path) -> str:
    """A line a commit: hash, parents, seconds when committed and authored, branches, subject.

    Tabs are between; branches are those that end there.

    No commit comes before one that it is a parent of.

    Raises:
        SourceError: As ``git``.
    """
    heads = [f"--decorate-refs={head}" for head in _HEADS]
    plain = ["--no-show-signature", "--no-color", "--decorate=full"]
    said = git(clone, "log", "-z", *_READ, *plain, *heads, f"--format={_FORM}", "HEAD")
    return said.removesuffix("\0").replace("\n", " ").replace("\0", "\n")


def commits_of(lines: str, repo: str) -> pl.DataFrame:
    """What ``commit_lines`` said, as a frame.

    Returns:
        One row per commit, in their order: repo, commit, parents (of a merge several),
        committed_at and authored_at (null where the date is damaged), number (the pull request that
        its subject names), is_branch_head, is_default_head (where the remote's default branch ends,
        or what is checked out).
    """
    said = pl.DataFrame({"line": lines.split("\n") if lines else []}, schema={"line": _CHUNK})
    parts = pl.col("line").str.splitn("\t", len(_FIELDS)).struct.rename_fields(_FIELDS)
    is_ours = (pl.col("subject").str.extract(_MERGE, 1) == repo).fill_null(True)
    merged = pl.when(is_ours).then(pl.col("subject").str.extract(_MERGE, 2))
    refs = pl.col("refs").str.split(", ")
    is_remote_head = refs.list.eval(pl.element().str.contains("^refs/remotes/.*/HEAD$")).list.any()
    is_head = refs.list.eval(pl.element().str.contains("^HEAD( -> |$)")).list.any()
    read = said.select(parts).unnest("line")
    return read.select(
        repo=pl.lit(repo),
        commit="commit",
        parents=pl.col("parents").str.split(" ").list.filter(pl.element() != ""),
        committed_at=_moment("committed"),
        authored_at=_moment("authored"),
        number=pl.coalesce(merged, pl.col("subject").str.extract(_SQUASH, 1)).cast(pl.Int64),
        is_branch_head=pl.col("refs") != "",
        is_default_head=pl.when(is_remote_head.any()).then(is_remote_head).otherwise(is_head),
    ).cast(COMMITS)  # type: ignore[arg-type]


def _moment(name: str) -> pl.Expr:
    seconds = pl.col(name).cast(pl.Int64, strict=False)
    end = int((YEARS.stop - 1970) * 365.2425 * 86_400)
    is_dated = seconds.is_between(1, end, closed="left")
    return pl.from_epoch(pl.when(is_dated).then(seconds)).cast(MOMENT)
