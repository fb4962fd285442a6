"""GitHub through its API: complete or said not to be, cheap, and resumed where it stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import polars as pl

from opsreview.sources import Rejected, SourceRows
from opsreview.sources.github.incidents import with_labelled_incidents
from opsreview.sources.github.nodes import github_tables
from opsreview.sources.github.progress import LISTS, Progress
from opsreview.sources.github.repos import GithubRepos
from opsreview.sources.github.rest import rest_nodes
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store
from opsreview.window import Window

_TABLES = ("issues", "pull_requests", "comments", "reviews", "events", "releases")


class Github(GithubRepos):
    """``{kind: github}``: issues, pull requests, comments, reviews, events and releases."""

    kind: Literal["github"]

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Bring every repository up to date, a page of each in turn.

        A repository that cannot be read does not stop the others; its reading says why.

        Raises:
            SourceError: There is no token or it is not accepted, or no repository can be read.
            StoppedError: A limit asks for a longer wait than the terms allow.
        """
        from opsreview.sources.github.fetching import fetch_repos

        with self._asked(store, terms) as (places, client):
            fetch_repos(places, client, terms, zone=self.zone)

    def forecast(self, store: Store, terms: Terms = DEFAULT_TERMS) -> str:
        """How many requests and points a fetch would take, and how long.

        Raises:
            SourceError: There is no token or it is not accepted.
        """
        from opsreview.sources.github.forecast import forecast

        with self._asked(store, terms) as (places, client):
            return forecast(places, client)

    def rows(self, store: Store) -> SourceRows:
        """Issues, pull requests, comments, reviews, events and releases that the store holds.

        What was deleted or moved away on GitHub is set aside with that as the reason. A
        repository whose first reading has not come to its end is unknown.
        """
        readings = self._readings(store)
        if not readings:
            return SourceRows({}, {})
        kept, rejected = self._kept(store)
        accounts = {node.key: node.body for node in store.nodes(self.key, "accounts")}
        nodes = rest_nodes(kept, accounts)
        for kind in ("issues", "pulls"):
            nodes[kind] = [node for node in nodes[kind] if self.keeps(node.body)]
        tables, bad, _ = github_tables(nodes, zone=self.zone)
        covers: dict[tuple[str, str], Window] = {}
        for reading in readings:
            is_read = reading.cursor is not None and Progress.from_json(reading.cursor).is_read
            spoken = is_read and reading.fetched_at and self._spoken(tables, reading)
            if spoken:
                covers |= {(table, reading.repo): spoken for table in _TABLES}
        fetched = [reading.fetched_at for reading in readings if reading.fetched_at]
        spoken_for = max(fetched, default=None)
        rows = SourceRows(tables, covers, rejected + bad, fetched_at=spoken_for)
        return with_labelled_incidents(rows, self._incident_labels, self._team_bots)

    def _kept(self, store: Store) -> tuple[dict[str, list[Node]], list[Rejected]]:
        """Stored nodes by list, those that are gone from GitHub apart."""
        kept: dict[str, list[Node]] = {}
        rejected: list[Rejected] = []
        gone = {(node.repo, node.key): node.body for node in store.nodes(self.key, "gone")}
        for kind in LISTS:
            ours = self._nodes(store, kind)
            is_item = kind != "releases"
            kept[kind] = [node for node in ours if not (is_item and (node.repo, node.key) in gone)]
            table = "pull_requests" if kind == "pulls" else "issues"
            rejected += [
                Rejected(
                    table,
                    f"{node.repo}#{node.key}",
                    _why(gone[place]),
                    node.body,
                    is_doubted=False,
                )
                for node in ours
                if is_item and (place := (node.repo, node.key)) in gone
            ]
        return kept, rejected

    def _spoken(self, tables: dict[str, pl.DataFrame], reading: Reading) -> Window | None:
        """From a repository's first item to the moment up to which it was read."""
        opened = [
            tables[name].filter(pl.col("repo") == reading.repo)["opened_at"].min()
            for name in ("issues", "pull_requests")
        ]
        first_at = min((at for at in opened if isinstance(at, datetime)), default=None)
        return self.covered(first_at or reading.fetched_at, reading.fetched_at)


def _why(gone: dict[str, str | None]) -> str:
    moved_to = gone.get("moved_to")
    how = f"moved to {moved_to}" if moved_to else "deleted"
    return f"{how} on GitHub, seen on {str(gone['seen_at'])[:10]}"
