"""Releases from the tags of a local git clone, and the commits that tell what is in which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.sources import CLOCKS_DIFFER, Rejected, SourceRows
from opsreview.sources.columns import SCHEMAS, typed
from opsreview.sources.declared import DeclaredSource, RepoName, first_and_last
from opsreview.sources.git import git, is_shallow
from opsreview.sources.git_commits import commit_lines, commits_of
from opsreview.sources.moments import parse_moment
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store
from opsreview.window import Window

TAGS = "refs/tags/"
NAMED = 3
SHALLOW = (
    "the clone is shallow: older tags may be missing, and which release holds which merge is told "
    "by time alone (git fetch --unshallow)"
)
# What for-each-ref says of a ref, and with a star of what an annotated tag points to.
FIELDS = {
    "ref": "refname",
    "type": "objecttype",
    "sha": "objectname",
    "target_type": "*objecttype",
    "target_sha": "*objectname",
    "tagged_at": "taggerdate:iso-strict",
    "committed_at": "committerdate:iso-strict",
    "target_committed_at": "*committerdate:iso-strict",
}


class GitTags(DeclaredSource):
    """``{kind: git_tags, path: CLONE, repo: owner/name}``: a release a tag.

    A release is published when its annotated tag was made, else when its commit was. The clone
    speaks from its first tag to its newest commit on any ref, the latest moment it can know of.
    A clone with all its history tells its commits too; a shallow one does not.
    """

    kind: Literal["git_tags"]
    path: str
    repo: RepoName

    @property
    def key(self) -> str:
        return f"git_tags:{self.path}:{self.repo}"

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Put the clone's tags in place of the last ones. Reads the clone, never its remote.

        Raises:
            SourceError: git is not installed, the path is no clone, or git refuses to read it.
        """
        clone = self.located(self.path)
        refs = _refs(clone)
        tags = [ref for ref in refs if ref["ref"].startswith(TAGS)]
        nodes = [Node(self.repo, "tags", ref["ref"].removeprefix(TAGS), ref) for ref in tags]
        newest = {"committed_at": _newest(refs), "read_at": datetime.now(UTC).isoformat()}
        nodes.append(Node(self.repo, "commits", "newest", newest))
        reasons = _oddities(tags)
        if is_shallow(clone):
            reasons.insert(0, SHALLOW)
        else:
            nodes.append(Node(self.repo, "commits", "all", {"lines": commit_lines(clone)}))
        reading = Reading(self.key, self.repo, None, len(tags), reason="; ".join(reasons) or None)
        store.replace(self.key, nodes, [reading])

    def rows(self, store: Store) -> SourceRows:
        """The tags as releases; those that point to no commit are rejected."""
        if not store.readings(self.key):
            return SourceRows({}, {})
        good: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        for node in store.nodes(self.key, "tags"):
            fields = {"tag": node.key, "is_annotated": node.body["type"] == "tag"} | node.body
            if not self.keeps(fields):
                continue
            try:
                row, _ = typed("releases", _release(node), self.zone)
            except ValueError as error:
                rejected.append(Rejected("releases", node.key, str(error), node.body))
            else:
                good.append(row | {"repo": self.repo})
        releases = pl.DataFrame(good, schema=SCHEMAS["releases"])
        newest, commits = (
            store.node(self.key, self.repo, "commits", key) for key in ("newest", "all")
        )
        read_at = _moment(newest.body.get("read_at")) if newest else None
        newest_at = _moment(newest.body["committed_at"]) if newest else None
        spoken = None if rejected and not good else self._spoken(releases, newest_at, read_at)
        tables = {"releases": releases}
        if commits:
            tables["commits"] = commits_of(commits.body["lines"], self.repo)
        covers = {("releases", self.repo): spoken} if spoken else {}
        return SourceRows(tables, covers, rejected, latest_at=read_at)

    def _spoken(
        self, releases: pl.DataFrame, newest_at: datetime | None, read_at: datetime | None
    ) -> Window | None:
        """From the first tag to the newest commit; no clock that runs ahead stretches it."""
        moments = [*first_and_last(releases), newest_at]
        known = [at for at in moments if at and (read_at is None or at <= read_at + CLOCKS_DIFFER)]
        first_at = first_and_last(releases)[0]
        return self.covered(first_at, max(known, default=None))


def _release(node: Node) -> dict[str, Any]:
    body = node.body
    if "commit" not in (body["type"], body["target_type"]):
        kind = body["target_type"] or body["type"]
        raise ValueError(f"tag {node.key!r} points to a {kind}, not to a commit")
    moments = map(_moment, (body["tagged_at"], _committed(body)))
    return {
        "tag": node.key,
        "published_at": next(filter(None, moments), None),
        "is_draft": False,
        "commit": body["sha"] if body["type"] == "commit" else body["target_sha"],
    }


def _committed(ref: Mapping[str, str]) -> str:
    return ref["committed_at"] or ref["target_committed_at"]


def _moment(said: str | None) -> datetime | None:
    """A date as git writes it; None where there is none: a damaged one is the first second."""
    try:
        moment = parse_moment(said or "", ZoneInfo("UTC"))[0]
    except ValueError:
        return None
    return moment if moment.timestamp() else None


def _newest(refs: list[dict[str, str]]) -> str | None:
    """The latest moment a commit on any ref was made."""
    stated = (
        _moment(ref[name]) for ref in refs for name in ("committed_at", "target_committed_at")
    )
    newest_at = max(filter(None, stated), default=None)
    return newest_at.isoformat() if newest_at else None


def _oddities(tags: list[dict[str, str]]) -> list[str]:
    """What is said of dates that are missing, or that cannot be."""
    dates = {
        tag["ref"].removeprefix(TAGS): (_moment(tag["tagged_at"]), _moment(_committed(tag)))
        for tag in tags
        if "commit" in (tag["type"], tag["target_type"])
    }
    without = [tag for tag, moments in dates.items() if not any(moments)]
    early = [
        tag
        for tag, (tagged_at, committed_at) in dates.items()
        if tagged_at and committed_at and tagged_at < committed_at - CLOCKS_DIFFER
    ]
    said = ((without, "without a date"), (early, "dated before their commits"))
    return [f"tags {what}: {_named(names)}" for names, what in said if names]


def _named(tags: list[str]) -> str:
    more = f" and {len(tags) - NAMED} more" if len(tags) > NAMED else ""
    return ", ".join(tags[:NAMED]) + more


def _refs(clone: Path) -> list[dict[str, str]]:
    form = "%00".join(f"%({field})" for field in FIELDS.values())
    lines = git(clone, "for-each-ref", f"--format={form}").splitlines()
    return [dict(zip(FIELDS, line.split("\0"), strict=True)) for line in lines]
