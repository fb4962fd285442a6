"""Releases from the tags of a local git clone, where a forge's releases cannot be had."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl

from opsreview.sources import Rejected, SourceRows
from opsreview.sources.columns import SCHEMAS, typed
from opsreview.sources.declared import DeclaredSource, RepoName, first_and_last
from opsreview.sources.git import git, is_shallow
from opsreview.sources.moments import parse_moment
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store

TAGS = "refs/tags/"
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
        if newest_at := _newest(refs):
            nodes.append(Node(self.repo, "commits", "newest", {"committed_at": newest_at}))
        reason = None
        if is_shallow(clone):
            reason = "the clone is shallow: older tags may be missing"
        reading = Reading(self.key, self.repo, None, len(tags), reason=reason)
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
        first_at, last_at = first_and_last(releases)
        for node in store.nodes(self.key, "commits"):
            newest_at = parse_moment(node.body["committed_at"], self.zone)[0]
            last_at = max(last_at or newest_at, newest_at)
        spoken = None if rejected and not good else self.covered(first_at, last_at)
        covers = {("releases", self.repo): spoken} if spoken else {}
        return SourceRows({"releases": releases}, covers, rejected)


def _release(node: Node) -> dict[str, Any]:
    body = node.body
    if "commit" not in (body["type"], body["target_type"]):
        kind = body["target_type"] or body["type"]
        raise ValueError(f"tag {node.key!r} points to a {kind}, not to a commit")
    committed_at = body["committed_at"] or body["target_committed_at"]
    return {
        "tag": node.key,
        "published_at": body["tagged_at"] or committed_at,
        "is_draft": False,
    }


def _newest(refs: list[dict[str, str]]) -> str | None:
    """The latest moment a commit on any ref was made, as git writes it."""
    stated = {ref[name] for ref in refs for name in ("committed_at", "target_committed_at")}
    return max(filter(None, stated), key=datetime.fromisoformat, default=None)


def _refs(clone: Path) -> list[dict[str, str]]:
    form = "%00".join(f"%({field})" for field in FIELDS.values())
    lines = git(clone, "for-each-ref", f"--format={form}").splitlines()
    return [dict(zip(FIELDS, line.split("\0"), strict=True)) for line in lines]
